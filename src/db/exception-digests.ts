import { sql } from 'kysely';
import {
  type EscalationStep,
  type Recipient,
  recipientsOf,
  stepsReached,
  type Unsettled,
} from '../domain/escalation.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { oldestStore } from './catalogue.ts';
import { type Db, json, timestamp } from './database.ts';
import { owners } from './people.ts';

/**
 * Owns exception_digest, and of exception the columns reminded_at, escalated_at and told_until: what people are told of the queue.
 * Digests are written by the statement that marks their exceptions as told, so each step is told once, and a process that dies has
 * told nobody less.
 */

/** What was told by an earlier build counts as the default's steps. */
const toldUntil = sql`
  case when e.escalated_at is not null then greatest(e.told_until, e.due_at)
       when e.reminded_at is not null then greatest(e.told_until, e.opened_at + (e.due_at - e.opened_at) / 2) end`;

type Candidate = Omit<Unsettled, 'openedAt' | 'dueAt' | 'toldUntil'> & {
  readonly id: string;
  readonly store: string;
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly toldUntil: Date | null;
  readonly holder: Recipient | null;
};

/** What is about no order is told with the oldest store. */
async function candidates(db: Db, quietSeconds: number): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    with first as (select ${oldestStore} as code)
    select e.id, e.kind, e.severity, coalesce(o.store, first.code) as store, e.opened_at as "openedAt", e.due_at as "dueAt",
           ${toldUntil} as "toldUntil", coalesce(e.claimed_until > now(), false) as "isHeld",
           case when e.claimed_until > now() and not h.disabled
                then jsonb_build_object('address', h.email, 'locale', h.locale) end as holder
      from exception e left join orders o on o.number = e.order_number left join person h on h.id = e.claimed_by, first
     where e.status = 'open'
       and not exists (select 1 from exception_digest d
                        where d.store = coalesce(o.store, first.code) and d.created_at > now() - make_interval(secs => ${quietSeconds}))
     order by e.id`.execute(db);
  return rows;
}

/**
 * Writes a digest for each recipient of the steps that open exceptions have reached; `escalations`: those of each store, for others the default. A store
 * that had one within `quietSeconds` waits, so that an outage is a few mails. Answers how many were written.
 */
export async function writeDigests(
  db: Db,
  quietSeconds: number,
  escalations: ReadonlyMap<string, readonly EscalationStep[]> = new Map(),
): Promise<number> {
  const now = Date.now();
  const reached = (await candidates(db, quietSeconds)).flatMap(({ id, store, holder, ...rest }) => {
    const [openedAt, dueAt] = [rest.openedAt.getTime(), rest.dueAt.getTime()];
    const one = { ...rest, openedAt, dueAt, toldUntil: rest.toldUntil?.getTime() ?? null };
    const found = stepsReached(escalations.get(store) ?? DEFAULT_POLICY.escalation, one, now);
    return found === null ? [] : [{ id, store, holder, ...found, until: timestamp(found.until) }];
  });
  if (reached.length === 0) return 0;
  const people = await owners(db);
  const rows = reached.map(({ to, holder, ...one }) => ({ ...one, to: recipientsOf(to, { owners: people, holder }) }));
  const { numAffectedRows } = await sql`
    with due as (
      select e.id, x.store, x."isOverdue" as late, x.until, x."to"
        from jsonb_to_recordset(${json(rows)}::jsonb) as x(id text, store text, "isOverdue" boolean, until timestamptz, "to" jsonb)
        join exception e on e.id = x.id
       where e.status = 'open' and (${toldUntil} is null or ${toldUntil} < x.until)
       order by e.id for update of e
    ), told as (
      update exception e
         set reminded_at = case when due.late then e.reminded_at else coalesce(e.reminded_at, now()) end,
             escalated_at = case when due.late then coalesce(e.escalated_at, now()) end,
             told_until = due.until
        from due where e.id = due.id
      returning e.id, due.store, due.late, due."to"
    )
    insert into exception_digest (store, address, locale, reminders, escalations)
    select told.store, r.address, r.locale, coalesce(array_agg(told.id order by told.id) filter (where not late), '{}'),
           coalesce(array_agg(told.id order by told.id) filter (where late), '{}')
      from told, jsonb_to_recordset(told."to") as r(address text, locale text)
     group by told.store, r.address, r.locale`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

export type DueDigest = {
  readonly id: number;
  readonly store: string;
  /** Null: that of staff. */
  readonly address: string | null;
  readonly locale: string | null;
  readonly reminders: readonly string[];
  readonly escalations: readonly string[];
  readonly attempts: number;
};

/** Leases the digest that is due first; null when none is. Whoever holds the lease sends it; when that one dies, the next does. */
export async function leaseDigest(db: Db, leaseSeconds: number): Promise<DueDigest | null> {
  const { rows } = await sql<DueDigest>`
    update exception_digest set attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
     where id = (select id from exception_digest where sent_at is null and gave_up_at is null and due_at <= now()
                  order by due_at, id limit 1 for update skip locked)
    returning id, store, address, locale, reminders, escalations, attempts`.execute(db);
  return rows[0] ?? null;
}

/** It has gone out, or nothing that it told is still open. */
export async function noteDigestSent(db: Db, id: number): Promise<void> {
  await sql`update exception_digest set sent_at = now(), last_error = null where id = ${id}`.execute(db);
}

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function noteDigestFailed(db: Db, id: number, error: string, retrySeconds: number | null): Promise<void> {
  await sql`
    update exception_digest set last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds ?? 0}),
           gave_up_at = case when ${retrySeconds === null} then now() end
     where id = ${id}`.execute(db);
}

export type DigestEntry = {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly summary: string;
  readonly dueAt: Date;
  readonly claimed: boolean;
  /** Null when it is about no order. */
  readonly totalMinor: number | null;
  readonly currency: string | null;
  readonly late: boolean;
};

/** What of a digest is still open now: the gravest first, then what was due first. */
export async function openOfDigest(db: Db, { reminders, escalations }: DueDigest): Promise<DigestEntry[]> {
  const { rows } = await sql<DigestEntry>`
    select e.id, e.kind, e.severity, e.summary, e.due_at as "dueAt", coalesce(e.claimed_until > now(), false) as claimed,
           o.total_minor as "totalMinor", o.currency, e.id = any(${escalations as string[]}) as late
      from exception e left join orders o on o.number = e.order_number
     where e.id = any(${[...reminders, ...escalations]}) and e.status = 'open'
     order by array_position(array['critical', 'high', 'medium', 'low'], e.severity), e.due_at, e.id`.execute(db);
  return rows;
}
