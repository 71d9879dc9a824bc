import { type RawBuilder, sql } from 'kysely';
import { EXCEPTIONS } from '../domain/exceptions.ts';
import type { Fact } from '../domain/facts.ts';
import { exceptionIdOf } from '../domain/keys.ts';
import { type Db, json, timestamp } from './database.ts';

/** Owns exception: the queue of what only a person can clear. */

/** Opens a row for each `exception_opened` fact; null when there is none. */
export function insertExceptions(orderNumber: string, facts: readonly Fact[]): RawBuilder<unknown> | null {
  const rows = facts.flatMap((fact) => {
    if (fact.type !== 'exception_opened') return [];
    const { kind, lane, fulfilment, summary, context } = fact.exception;
    const { severity, proposal, resolutions } = EXCEPTIONS[kind];
    const id = exceptionIdOf(orderNumber, fact.seq);
    return [{ id, kind, severity, lane, fulfilment, summary, context, proposal, resolutions, at: timestamp(fact.at) }];
  });
  if (rows.length === 0) return null;
  return sql`
    insert into exception (id, order_number, kind, severity, lane, fulfilment, status, summary, context, proposal, resolutions, opened_at)
    select x.id, m.number, x.kind, x.severity, x.lane, x.fulfilment, 'open', x.summary, x.context, x.proposal, x.resolutions, x.at
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as x(id text, kind text, severity text, lane text, fulfilment text, summary text, context jsonb, proposal text,
                resolutions jsonb, at timestamptz)
    on conflict (id) do nothing`;
}

/** Closes the rows of `exception_resolved` facts; null when there is none. */
export function resolveExceptions(facts: readonly Fact[]): RawBuilder<unknown> | null {
  const rows = facts.flatMap((fact) =>
    fact.type === 'exception_resolved'
      ? [
          {
            id: fact.exception,
            resolution: fact.resolution,
            note: fact.note,
            by: `${fact.actor.role}:${fact.actor.id}`,
            at: timestamp(fact.at),
          },
        ]
      : [],
  );
  if (rows.length === 0) return null;
  return sql`
    update exception e
       set status = 'resolved', resolved_at = x.at, resolved_by = x.by, resolution = x.resolution, note = x.note
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb) as x(id text, resolution text, note text, by text, at timestamptz)
     where e.id = x.id and e.status = 'open'`;
}

/** The exceptions of the order row `o`, open and resolved. */
export const exceptionsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', x.id, 'kind', x.kind, 'lane', x.lane, 'severity', x.severity, 'status', x.status, 'summary', x.summary,
     'resolutions', x.resolutions, 'openedAt', (extract(epoch from x.opened_at) * 1000)::bigint,
     'resolution', x.resolution) order by x.opened_at, x.id), '[]')
     from exception x where x.order_number = o.number)`;

export type ExceptionRow = {
  readonly id: string;
  readonly orderNumber: string;
  readonly kind: string;
  readonly severity: string;
  readonly lane: string;
  readonly fulfilment: string | null;
  readonly status: 'open' | 'resolved';
  readonly summary: string;
  readonly context: Record<string, unknown>;
  readonly proposal: string;
  readonly resolutions: readonly string[];
  readonly openedAt: Date;
  readonly claimedBy: string | null;
  readonly claimedUntil: Date | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
  readonly note: string | null;
};

const columns = sql`
  id, order_number as "orderNumber", kind, severity, lane, fulfilment, status, summary, context, proposal, resolutions,
  opened_at as "openedAt", claimed_by as "claimedBy", claimed_until as "claimedUntil", resolved_at as "resolvedAt",
  resolved_by as "resolvedBy", resolution, note`;

export type ExceptionFilter = {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly order?: string | undefined;
  readonly after?: readonly [string, string] | undefined;
  readonly limit: number;
};

/** Oldest first, after the given (opened_at, id). */
export async function listExceptions(db: Db, filter: ExceptionFilter): Promise<ExceptionRow[]> {
  const conditions = [sql`true`];
  if (filter.status !== undefined) conditions.push(sql`status = ${filter.status}`);
  if (filter.kind !== undefined) conditions.push(sql`kind = ${filter.kind}`);
  if (filter.order !== undefined) conditions.push(sql`order_number = ${filter.order}`);
  if (filter.after !== undefined)
    conditions.push(sql`(opened_at, id) > (${filter.after[0]}::timestamptz, ${filter.after[1]})`);
  const { rows } = await sql<ExceptionRow>`
    select ${columns} from exception where ${sql.join(conditions, sql` and `)} order by opened_at, id limit ${filter.limit}`.execute(
    db,
  );
  return rows;
}

export async function findException(db: Db, id: string): Promise<ExceptionRow | null> {
  const { rows } = await sql<ExceptionRow>`select ${columns} from exception where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** Takes an open exception for a person for some minutes; null when another holds it or it is closed. */
export async function claimException(db: Db, id: string, by: string, minutes: number): Promise<ExceptionRow | null> {
  const { rows } = await sql<ExceptionRow>`
    update exception set claimed_by = ${by}, claimed_until = now() + make_interval(mins => ${minutes})
     where id = ${id} and status = 'open' and (claimed_by is null or claimed_by = ${by} or claimed_until < now())
    returning ${columns}`.execute(db);
  return rows[0] ?? null;
}

export async function countOpenExceptions(db: Db): Promise<{ kind: string; open: number }[]> {
  const { rows } = await sql<{ kind: string; open: number }>`
    select kind, count(*)::int as open from exception where status = 'open' group by kind order by kind`.execute(db);
  return rows;
}
