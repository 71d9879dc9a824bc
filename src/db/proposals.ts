import { sql } from 'kysely';
import type { Role } from '../domain/order.ts';
import type { ActionName } from '../domain/transitions.ts';
import { type Db, json } from './database.ts';
import { nameOfActor } from './names.ts';
import { ordersTable } from './orders.ts';

/** Owns proposal: actions that are prepared and wait for a person. */

export type Person = { readonly role: Role; readonly id: string };

export type NewProposal = {
  readonly id: string;
  readonly orderNumber: string;
  readonly orderVersion: number;
  readonly action: ActionName;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly wouldChange: object;
  readonly preparedBy: Person;
  readonly createdAt: Date;
  readonly expiresAt: Date;
};

export type ProposalRow = Omit<NewProposal, 'preparedBy'> & {
  /** As it is now: an open one also ends by time, and by any change of its order. */
  readonly status: 'open' | 'confirmed' | 'declined' | 'expired' | 'void';
  readonly preparedRole: Role;
  readonly preparedBy: string;
  readonly preparedName: string | null;
  readonly confirmedRole: Role | null;
  readonly confirmedBy: string | null;
  readonly confirmedName: string | null;
  readonly declinedRole: Role | null;
  readonly declinedBy: string | null;
  readonly declinedName: string | null;
  readonly note: string | null;
  readonly decidedAt: Date | null;
};

/** A confirmation that has begun is finished or refused by its own version check, whatever time it takes. */
const statusNow = sql`
  case when p.status <> 'open' or p.confirmed_by is not null then p.status
       when o.version <> p.order_version then 'void'
       when p.expires_at <= now() then 'expired'
       else 'open' end`;

const proposals = sql`
  select p.id, p.order_number as "orderNumber", p.order_version as "orderVersion", p.action, p.fields, p.reason,
         p.would_change as "wouldChange", ${statusNow} as status, p.prepared_role as "preparedRole",
         p.prepared_by as "preparedBy", p.created_at as "createdAt", p.expires_at as "expiresAt",
         p.confirmed_role as "confirmedRole", p.confirmed_by as "confirmedBy", p.declined_role as "declinedRole",
         p.declined_by as "declinedBy", ${nameOfActor(sql`p.prepared_by`)} as "preparedName",
         ${nameOfActor(sql`p.confirmed_by`)} as "confirmedName", ${nameOfActor(sql`p.declined_by`)} as "declinedName", p.note, p.decided_at as "decidedAt"
    from proposal p join ${ordersTable} o on o.number = p.order_number`;

/** Keeps a proposal; one that is kept under this id already stays as it is. */
export async function insertProposal(db: Db, one: NewProposal): Promise<void> {
  await sql`
    insert into proposal (id, order_number, order_version, action, fields, reason, would_change, status, prepared_role,
                          prepared_by, created_at, expires_at)
    values (${one.id}, ${one.orderNumber}, ${one.orderVersion}, ${one.action}, ${json(one.fields)}::jsonb, ${one.reason},
            ${json(one.wouldChange)}::jsonb, 'open', ${one.preparedBy.role}, ${one.preparedBy.id}, ${one.createdAt},
            ${one.expiresAt})
    on conflict (id) do nothing`.execute(db);
}

export async function findProposal(db: Db, id: string): Promise<ProposalRow | null> {
  const { rows } = await sql<ProposalRow>`${proposals} where p.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export type ProposalFilter = {
  readonly status?: string | undefined;
  readonly order?: string | undefined;
  readonly preparedBy?: string | undefined;
  readonly after?: readonly [string, string] | undefined;
  readonly limit: number;
};

/** Newest first, after the given (created_at, id). */
export async function listProposals(db: Db, filter: ProposalFilter): Promise<ProposalRow[]> {
  const conditions = [sql`true`];
  if (filter.status !== undefined) conditions.push(sql`${statusNow} = ${filter.status}`);
  if (filter.order !== undefined) conditions.push(sql`p.order_number = ${filter.order}`);
  if (filter.preparedBy !== undefined) conditions.push(sql`p.prepared_by = ${filter.preparedBy}`);
  if (filter.after !== undefined)
    conditions.push(sql`(p.created_at, p.id) < (${filter.after[0]}::timestamptz, ${filter.after[1]})`);
  const { rows } = await sql<ProposalRow>`
    ${proposals} where ${sql.join(conditions, sql` and `)}
     order by p.created_at desc, p.id desc limit ${filter.limit}`.execute(db);
  return rows;
}

/** Begins the confirmation for this person, or finds who began it; null when the proposal is not open any more. */
export async function claimProposal(db: Db, id: string, { role, id: by }: Person): Promise<Person | null> {
  const { rows } = await sql<Person>`
    update proposal set confirmed_by = coalesce(confirmed_by, ${by}), confirmed_role = coalesce(confirmed_role, ${role})
     where id = ${id} and status = 'open' and (confirmed_by is not null or expires_at > now())
    returning confirmed_role as role, confirmed_by as id`.execute(db);
  return rows[0] ?? null;
}

/** The confirmation came to nothing, and the proposal is open for another try. */
export async function releaseProposal(db: Db, id: string): Promise<void> {
  await sql`
    update proposal set confirmed_by = null, confirmed_role = null where id = ${id} and status = 'open'`.execute(db);
}

export async function markConfirmed(db: Db, id: string, by: Person): Promise<void> {
  await sql`
    update proposal set status = 'confirmed', decided_at = now(), confirmed_by = ${by.id}, confirmed_role = ${by.role}
     where id = ${id} and status = 'open'`.execute(db);
}

export async function markVoid(db: Db, id: string): Promise<void> {
  await sql`
    update proposal set status = 'void', decided_at = now(), confirmed_by = null, confirmed_role = null
     where id = ${id} and status = 'open'`.execute(db);
}

/** False when it is not open any more, or is being confirmed. */
export async function declineProposal(db: Db, id: string, by: Person, note: string | null): Promise<boolean> {
  const result = await sql`
    update proposal set status = 'declined', declined_role = ${by.role}, declined_by = ${by.id}, note = ${note},
                        decided_at = now()
     where id = ${id} and status = 'open' and confirmed_by is null and expires_at > now()`.execute(db);
  return result.numAffectedRows === 1n;
}
