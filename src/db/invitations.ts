import { sql } from 'kysely';
import type { PersonRole } from '../domain/permissions.ts';
import type { Db, Trx } from './database.ts';

/** Owns invitation. The token itself is never stored, only its SHA-256. */

export type Invitation = {
  readonly id: string;
  /** In lower case. */
  readonly email: string;
  readonly role: PersonRole;
  readonly scopes: readonly string[];
  readonly seller: string | null;
  readonly locale: string;
  readonly invitedRole: string;
  readonly invitedBy: string;
  readonly expiresAt: Date;
};
export type InvitationRow = Invitation & {
  readonly createdAt: Date;
  readonly acceptedAt: Date | null;
  readonly revokedAt: Date | null;
};

const columns = sql`
  id, email, role, scopes, seller, locale, invited_role as "invitedRole", invited_by as "invitedBy", created_at as "createdAt",
  expires_at as "expiresAt", accepted_at as "acceptedAt", revoked_at as "revokedAt"`;
const isOpen = sql`accepted_at is null and revoked_at is null and expires_at > now()`;

/** An earlier open invitation of the same address is revoked: the newest says what it is for. */
export async function insertInvitation(trx: Trx, one: Invitation, tokenHash: string): Promise<InvitationRow> {
  await sql`update invitation set revoked_at = now() where email = ${one.email.toLowerCase()} and ${isOpen}`.execute(
    trx,
  );
  const { rows } = await sql<InvitationRow>`
    insert into invitation (id, token_hash, email, role, scopes, seller, locale, invited_role, invited_by, expires_at)
    values (${one.id}, ${tokenHash}, ${one.email.toLowerCase()}, ${one.role}, ${one.scopes as string[]}, ${one.seller},
            ${one.locale}, ${one.invitedRole}, ${one.invitedBy}, ${one.expiresAt})
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('an invitation was not written');
  return row;
}

/** Uses an invitation up; null when there is none that is open. */
export async function takeInvitation(trx: Trx, tokenHash: string): Promise<InvitationRow | null> {
  const { rows } = await sql<InvitationRow>`
    update invitation set accepted_at = now() where token_hash = ${tokenHash} and ${isOpen} returning ${columns}`.execute(
    trx,
  );
  return rows[0] ?? null;
}

/** The same for who has proven the address in another way. */
export async function takeInvitationOf(trx: Trx, email: string): Promise<InvitationRow | null> {
  const { rows } = await sql<InvitationRow>`
    update invitation set accepted_at = now() where email = ${email.toLowerCase()} and ${isOpen} returning ${columns}`.execute(
    trx,
  );
  return rows[0] ?? null;
}

export async function noteAccepted(trx: Trx, id: string, personId: string): Promise<void> {
  await sql`update invitation set accepted_by = ${personId} where id = ${id}`.execute(trx);
}

export async function findInvitation(db: Db, id: string): Promise<InvitationRow | null> {
  const { rows } = await sql<InvitationRow>`select ${columns} from invitation where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function revokeInvitation(db: Db, id: string): Promise<boolean> {
  const result = await sql`update invitation set revoked_at = now() where id = ${id} and ${isOpen}`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** The newest first; `after`: time and id of the last one of the page before. */
export async function listInvitations(
  db: Db,
  after: readonly [string, string] | undefined,
  limit: number,
): Promise<InvitationRow[]> {
  const older = after === undefined ? sql`true` : sql`(created_at, id) < (${after[0]}::timestamptz, ${after[1]})`;
  const { rows } = await sql<InvitationRow>`
    select ${columns} from invitation where ${older} order by created_at desc, id desc limit ${limit}`.execute(db);
  return rows;
}
