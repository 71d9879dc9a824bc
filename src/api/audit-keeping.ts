import type { Logger } from 'pino';
import { type AuditEntry, appendAudit } from '../db/audit.ts';
import type { Db } from '../db/database.ts';

/** Writes entries of the audit log, all or none. What they tell of has happened, so that a log which cannot be written undoes nothing. */
export async function keepEntries(
  { db, log }: { readonly db: Db; readonly log: Logger },
  ...entries: readonly AuditEntry[]
): Promise<void> {
  await appendAudit(db, ...entries).catch((err: unknown) => {
    log.error({ err, audit: entries }, 'this could not be written to the audit log');
  });
}
