import { type RawBuilder, sql } from 'kysely';
import { BOOKS, dueAt, EXCEPTIONS } from '../domain/exceptions.ts';
import type { Fact } from '../domain/facts.ts';
import { exceptionIdOf } from '../domain/keys.ts';
import type { ExceptionKind, Order } from '../domain/order.ts';
import { oldestPolicy } from './catalogue.ts';
import { type Db, json, timestamp } from './database.ts';
import { nameOfActor } from './names.ts';

/** Owns exception: the queue of what only a person can clear. */

/** Opens a row for each `exception_opened` fact; null when there is none. */
export function insertExceptions({ number, policy }: Order, facts: readonly Fact[]): RawBuilder<unknown> | null {
  const rows = facts.flatMap((fact) => {
    if (fact.type !== 'exception_opened') return [];
    const { kind, lane, fulfilment, summary, context } = fact.exception;
    const { severity, proposal, resolutions } = EXCEPTIONS[kind];
    const id = exceptionIdOf(number, fact.seq);
    const times = { at: timestamp(fact.at), due: timestamp(dueAt(kind, fact.at, policy)) };
    return [{ id, kind, severity, lane, fulfilment, summary, context, proposal, resolutions, ...times }];
  });
  if (rows.length === 0) return null;
  return sql`
    insert into exception (id, order_number, kind, severity, lane, fulfilment, status, summary, context, proposal, resolutions,
                           opened_at, due_at)
    select x.id, m.number, x.kind, x.severity, x.lane, x.fulfilment, 'open', x.summary, x.context, x.proposal, x.resolutions,
           x.at, x.due
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as x(id text, kind text, severity text, lane text, fulfilment text, summary text, context jsonb, proposal text,
                resolutions jsonb, at timestamptz, due timestamptz)
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

/** Nobody holds it, and nobody has been reminded of it. */
const OPENED_AGAIN = sql.raw(
  `status = 'open', resolved_at = null, resolved_by = null, resolution = null, claimed_by = null, claimed_until = null,
   reminded_at = null, escalated_at = null, told_until = null, agrees_since = null`,
);

/** Opens the rows of `exception_reopened` facts again, for nobody in particular and due anew; null when there is none. */
export function reopenExceptions({ policy }: Order, facts: readonly Fact[]): RawBuilder<unknown> | null {
  const rows = facts.flatMap((fact) =>
    fact.type === 'exception_reopened'
      ? [{ id: fact.exception, note: fact.note, due: timestamp(dueAt(fact.kind, fact.at, policy)) }]
      : [],
  );
  if (rows.length === 0) return null;
  return sql`
    update exception e
       set ${OPENED_AGAIN}, note = x.note, due_at = x.due
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb) as x(id text, note text, due timestamptz)
     where e.id = x.id and e.status = 'resolved'`;
}

/** When it falls due, opened now: by the policy of the oldest store, with which its mails go, else by the kind's usual time. */
const dueOfNoOrder = (kind: ExceptionKind, now: number): RawBuilder<unknown> => sql`
  coalesce(${timestamp(now)}::timestamptz
             + make_interval(secs => extract(epoch from (${oldestPolicy}->'exception_due'->>${kind}::text)::interval)::float8),
           ${timestamp(dueAt(kind, now))}::timestamptz)`;

export type ExceptionOfNoOrder = {
  readonly kind: ExceptionKind;
  readonly lane: string;
  readonly summary: string;
  readonly context: Readonly<Record<string, unknown>>;
};

/** Opens an exception about what belongs to no order, such as stock or a queue of mails; gives its id. */
export async function openExceptionOfNoOrder(db: Db, exception: ExceptionOfNoOrder): Promise<string> {
  const { kind, lane, summary, context } = exception;
  const { severity, proposal, resolutions } = EXCEPTIONS[kind];
  const now = Date.now();
  const { rows } = await sql<{ id: string }>`
    insert into exception (id, kind, severity, lane, status, summary, context, proposal, resolutions, opened_at, due_at)
    values (${BOOKS} || '/x' || nextval('exception_of_no_order'), ${kind}, ${severity}, ${lane}, 'open', ${summary},
            ${json(context)}::jsonb, ${proposal}, ${json(resolutions)}::jsonb, ${timestamp(now)}, ${dueOfNoOrder(kind, now)})
    returning id`.execute(db);
  return rows[0]?.id ?? '';
}

/** Closes an exception of no order; false when it is closed already. No order has to hear of it. */
export async function closeExceptionOfNoOrder(
  db: Db,
  id: string,
  closing: { readonly by: string; readonly resolution: string; readonly note: string | null },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update exception set status = 'resolved', resolved_at = now(), resolved_by = ${closing.by},
                         resolution = ${closing.resolution}, note = ${closing.note}
     where id = ${id} and order_number is null and status = 'open'`.execute(db);
  return numAffectedRows === 1n;
}

/** Opens an exception of no order again; false when it is open already. */
export async function reopenExceptionOfNoOrder(
  db: Db,
  { id, kind }: Pick<ExceptionRow, 'id' | 'kind'>,
  note: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update exception set ${OPENED_AGAIN}, note = ${note}, due_at = ${dueOfNoOrder(kind, Date.now())}
     where id = ${id} and order_number is null and status = 'resolved'`.execute(db);
  return numAffectedRows === 1n;
}

/** Whether what an exception tells of agrees again, for the person who is to close it; the time is that of the first look. */
export async function noteAgreement(db: Db, id: string, agrees: boolean): Promise<void> {
  await sql`
    update exception set agrees_since = case when ${agrees} then coalesce(agrees_since, now()) end
     where id = ${id} and status = 'open' and (agrees_since is not null) <> ${agrees}`.execute(db);
}

/** The status of an exception, as an expression in a statement of another module; null when there is none of this id. */
export const statusOfException = (id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select status from exception where id = ${id})`;

/** The exceptions of the order row `o`, open and resolved. */
export const exceptionsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', x.id, 'kind', x.kind, 'lane', x.lane, 'severity', x.severity, 'status', x.status, 'summary', x.summary,
     'fulfilment', x.fulfilment, 'context', x.context, 'resolutions', x.resolutions, 'openedAt', (extract(epoch from x.opened_at) * 1000)::bigint,
     'resolution', x.resolution,
     'units', case x.kind when 'cancellation_requested' then x.context->'lines' when 'stock_out' then x.context->'missing' end) order by x.opened_at, x.id), '[]')
     from exception x where x.order_number = o.number)`;

export type ExceptionRow = {
  readonly id: string;
  /** Null when it is about no order, and so is everything of the order below. */
  readonly orderNumber: string | null;
  readonly kind: ExceptionKind;
  readonly severity: string;
  readonly lane: string;
  readonly fulfilment: string | null;
  readonly status: 'open' | 'resolved';
  readonly summary: string;
  readonly context: Record<string, unknown>;
  readonly proposal: string;
  readonly resolutions: readonly string[];
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly overdue: boolean;
  readonly remindedAt: Date | null;
  readonly escalatedAt: Date | null;
  readonly claimedBy: string | null;
  readonly claimedByName: string | null;
  readonly claimedUntil: Date | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolvedByName: string | null;
  readonly resolution: string | null;
  readonly note: string | null;
  /** Since when what a comparison has found agrees again. */
  readonly agreesSince: Date | null;
  /** Of the order, for context. */
  readonly store: string | null;
  readonly customerName: string | null;
  readonly currency: string | null;
  readonly totalMinor: number | null;
};

/** A resolved one is overdue when it was resolved too late. */
const isOverdue = sql`e.due_at <= coalesce(e.resolved_at, now())`;
const isFree = sql`(e.claimed_by is null or e.claimed_until <= now())`;

const rowsOf = sql`
  select e.id, e.order_number as "orderNumber", e.kind, e.severity, e.lane, e.fulfilment, e.status, e.summary, e.context,
         e.proposal, e.resolutions, e.opened_at as "openedAt", e.due_at as "dueAt", ${isOverdue} as overdue,
         e.reminded_at as "remindedAt", e.escalated_at as "escalatedAt", e.claimed_by as "claimedBy",
         ${nameOfActor(sql`e.claimed_by`)} as "claimedByName", e.claimed_until as "claimedUntil", e.resolved_at as "resolvedAt",
         e.resolved_by as "resolvedBy", ${nameOfActor(sql`e.resolved_by`)} as "resolvedByName", e.resolution, e.note, e.agrees_since as "agreesSince",
         o.store, o.customer_name as "customerName", o.currency, o.total_minor as "totalMinor"
    from exception e left join orders o on o.number = e.order_number`;

export type ExceptionFilter = {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  readonly order?: string | undefined;
  readonly store?: string | undefined;
  readonly overdue?: boolean | undefined;
  /** Those a key holds, or those nobody holds. */
  readonly claimed?: { readonly by: string } | 'none' | undefined;
  /** Leaves out what a key other than this one holds. */
  readonly notHeldFrom?: string | undefined;
};

function conditionsOf({ status, kind, severity, order, store, overdue, claimed, notHeldFrom }: ExceptionFilter) {
  const conditions = [sql`true`];
  // Written out, so that the indexes of open and of resolved rows fit whatever is asked.
  if (status === 'open') conditions.push(sql`e.status = 'open'`);
  else if (status !== undefined) conditions.push(sql`e.status = ${status}`);
  if (kind !== undefined) conditions.push(sql`e.kind = ${kind}`);
  if (severity !== undefined) conditions.push(sql`e.severity = ${severity}`);
  if (order !== undefined) conditions.push(sql`e.order_number = ${order}`);
  if (store !== undefined) conditions.push(sql`o.store = ${store}`);
  if (overdue !== undefined) conditions.push(overdue ? isOverdue : sql`not ${isOverdue}`);
  if (claimed === 'none') conditions.push(isFree);
  else if (claimed !== undefined) conditions.push(sql`e.claimed_by = ${claimed.by} and e.claimed_until > now()`);
  if (notHeldFrom !== undefined) conditions.push(sql`(${isFree} or e.claimed_by = ${notHeldFrom})`);
  return sql.join(conditions, sql` and `);
}

const SORT_COLUMNS = { opened: sql`e.opened_at`, due: sql`e.due_at` } as const;

/** In the order of opening or of falling due, after the given (time, id). */
export async function listExceptions(
  db: Db,
  filter: ExceptionFilter & {
    readonly sort?: keyof typeof SORT_COLUMNS;
    readonly after?: readonly [string, string] | undefined;
    readonly limit: number;
  },
): Promise<ExceptionRow[]> {
  const column = SORT_COLUMNS[filter.sort ?? 'opened'];
  const { after, limit } = filter;
  const further = after === undefined ? sql`true` : sql`(${column}, e.id) > (${after[0]}::timestamptz, ${after[1]})`;
  const { rows } = await sql<ExceptionRow>`
    ${rowsOf} where ${conditionsOf(filter)} and ${further} order by ${column}, e.id limit ${limit}`.execute(db);
  return rows;
}

export async function findException(db: Db, id: string): Promise<ExceptionRow | null> {
  const { rows } = await sql<ExceptionRow>`${rowsOf} where e.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** The orders of these exceptions, by the exception's id, null for one of no order; ids that are not there are left out. */
export async function ordersOfExceptions(db: Db, ids: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; number: string | null }>`
    select id, order_number as number from exception where id = any(${ids as string[]})`.execute(db);
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** Takes an open exception for a person for some minutes; false when another holds it or it is closed. */
export async function claimException(db: Db, id: string, by: string, minutes: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update exception e set claimed_by = ${by}, claimed_until = now() + make_interval(mins => ${minutes})
     where e.id = ${id} and e.status = 'open' and (${isFree} or e.claimed_by = ${by})`.execute(db);
  return numAffectedRows === 1n;
}

/** Gives an open exception back to the queue; false when another than `by` holds it or it is closed. `by` null releases whosever it is. */
export async function releaseException(db: Db, id: string, by: string | null): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update exception e set claimed_by = null, claimed_until = null
     where e.id = ${id} and e.status = 'open' and (${isFree} or ${by}::text is null or e.claimed_by = ${by})`.execute(
    db,
  );
  return numAffectedRows === 1n;
}

export async function countOpenExceptions(db: Db): Promise<{ kind: string; open: number }[]> {
  const { rows } = await sql<{ kind: string; open: number }>`
    select kind, count(*)::int as open from exception where status = 'open' group by kind order by kind`.execute(db);
  return rows;
}
