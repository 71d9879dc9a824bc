import { sql } from 'kysely';
import { type Db, json } from './database.ts';

/** Owns audit: append-only, which the table itself enforces. */

export type AuditEntry = {
  readonly actorRole: string;
  readonly actorId: string;
  readonly requestId: string | null;
  readonly what: string;
  readonly object: string | null;
  readonly outcome: 'taken' | 'repeated' | 'refused' | 'failed';
  readonly code: string | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly detail: object | null;
};
export type AuditRow = AuditEntry & { readonly id: number; readonly at: Date };

const jsonb = (value: object | null) => sql`${value === null ? null : json(value)}::jsonb`;

const valuesOf = (one: AuditEntry) => sql`
  (${one.actorRole}, ${one.actorId}, ${one.requestId}, ${one.what}, ${one.object}, ${one.outcome}, ${one.code},
   ${jsonb(one.before)}, ${jsonb(one.after)}, ${jsonb(one.detail)})`;

export async function appendAudit(db: Db, ...entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into audit (actor_role, actor_id, request_id, what, object, outcome, code, before, after, detail)
    values ${sql.join(entries.map(valuesOf))}`.execute(db);
}

export type AuditFilter = {
  readonly actor?: string | undefined;
  readonly object?: string | undefined;
  readonly what?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The id of the last entry seen. */
  readonly after?: string | undefined;
  readonly limit: number;
};

/** Newest first. An order's number finds what belongs to the order as well: ids that begin with it and a slash. */
export async function listAudit(db: Db, filter: AuditFilter): Promise<AuditRow[]> {
  const { actor, object, what, from, to, after, limit } = filter;
  const conditions = [sql`true`];
  if (actor !== undefined) conditions.push(sql`actor_id = ${actor}`);
  // '0' is the character after '/'.
  if (object !== undefined)
    conditions.push(sql`(object = ${object} or (object >= ${`${object}/`} and object < ${`${object}0`}))`);
  if (what !== undefined) conditions.push(sql`what = ${what}`);
  if (from !== undefined) conditions.push(sql`at >= ${from}`);
  if (to !== undefined) conditions.push(sql`at < ${to}`);
  if (after !== undefined) conditions.push(sql`id < ${after}::bigint`);
  const { rows } = await sql<AuditRow>`
    select id, at, actor_role as "actorRole", actor_id as "actorId", request_id as "requestId", what, object, outcome, code,
           before, after, detail
      from audit where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`.execute(db);
  return rows;
}
