import { sql } from 'kysely';
import { oldestStore } from './catalogue.ts';
import type { Db } from './database.ts';

/**
 * Owns exception_digest, and of exception the columns reminded_at and escalated_at: what staff are told of the queue. A digest is
 * written by the statement that marks its exceptions as told, so each is told once, and a process that dies has told nobody less.
 */

/**
 * Writes a digest for each store in which open exceptions are past due (told once) or past half of their time and held by nobody
 * (told once); what is about no order is told with the oldest store. A store that had one within `quietSeconds` waits, so that an outage is a few mails. Answers how many were written.
 */
export async function writeDigests(db: Db, quietSeconds: number): Promise<number> {
  const { numAffectedRows } = await sql`
    with first as (select ${oldestStore} as code), due as (
      select e.id, coalesce(o.store, first.code) as store, e.due_at <= now() as late
        from exception e left join orders o on o.number = e.order_number, first
       where e.status = 'open' and e.escalated_at is null
         and (e.due_at <= now()
              or (e.reminded_at is null and e.opened_at + (e.due_at - e.opened_at) / 2 <= now()
                  and (e.claimed_by is null or e.claimed_until <= now())))
         and not exists (select 1 from exception_digest d
                          where d.store = coalesce(o.store, first.code) and d.created_at > now() - make_interval(secs => ${quietSeconds}))
       order by e.id for update of e
    ), told as (
      update exception e
         set reminded_at = case when due.late then e.reminded_at else now() end,
             escalated_at = case when due.late then now() end
        from due where e.id = due.id
      returning e.id, due.store, due.late
    )
    insert into exception_digest (store, reminders, escalations)
    select store, coalesce(array_agg(id order by id) filter (where not late), '{}'),
           coalesce(array_agg(id order by id) filter (where late), '{}')
      from told group by store`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

export type DueDigest = {
  readonly id: number;
  readonly store: string;
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
    returning id, store, reminders, escalations, attempts`.execute(db);
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
