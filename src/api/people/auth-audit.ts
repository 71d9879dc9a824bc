import type { Logger } from 'pino';
import type { AuditEntry } from '../../db/audit.ts';
import type { Db } from '../../db/database.ts';
import type { SignedIn } from '../access.ts';
import { keepEntries } from '../audit-keeping.ts';

/** Signing in, in the audit log: who, never by which address. Somebody who is not known is `nobody`. */

export type Told = Pick<AuditEntry, 'what'> & Partial<Pick<AuditEntry, 'before' | 'after' | 'detail'>>;
type Who = Pick<SignedIn, 'id' | 'role'> | null;

export async function auditPerson(
  context: { readonly db: Db; readonly log: Logger },
  requestId: string | null,
  who: Who,
  { what, before = null, after = null, detail = null }: Told,
  code: string | null = null,
): Promise<void> {
  const entry: AuditEntry = {
    actorRole: who?.role ?? 'nobody',
    actorId: who?.id ?? 'unknown',
    requestId,
    what,
    object: who?.id ?? null,
    outcome: code === null ? 'taken' : 'refused',
    code,
    before,
    after,
    detail,
  };
  await keepEntries(context, entry);
}
