import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Owns seller_reminder: mails to the people of a seller who has not accepted their part of an order. */

/**
 * Writes a reminder for each person of a seller when half of the time that the order's policy gives is over, once; before the store is told
 * (`overdue_acknowledgement`). Answers how many were written.
 */
export async function writeSellerReminders(db: Db, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into seller_reminder (order_number, person_id, seller, answer_by)
    select o.number, p.id, a.seller, to_timestamp(a."dueAt" / 1000.0)
      from orders o
     cross join lateral jsonb_to_recordset(o.acknowledgements) as a(seller text, "dueAt" bigint, at bigint, escalated boolean)
      join person p on p.role = 'seller' and p.seller = a.seller and not p.disabled
     where o.closed_at is null and o.acknowledgements @> '[{"at": null, "escalated": false}]'
       and a.at is null and not a.escalated
       and to_timestamp((a."dueAt" - (o.policy->>'acknowledgeWithin')::bigint / 2) / 1000.0) <= now()
       and not exists (select 1 from seller_reminder r where r.order_number = o.number and r.person_id = p.id)
     order by a."dueAt" limit ${limit}
    on conflict do nothing`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

export type DueSellerReminder = {
  readonly orderNumber: string;
  readonly personId: string;
  readonly address: string;
  readonly locale: string;
  readonly store: string;
  readonly answerBy: Date;
  /** False when the seller has accepted, or the order has ended, since it was written. */
  readonly isWanted: boolean;
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly attempts: number;
};

/** Leases the reminder that is due first; null when none is. It names the seller's own lines only. */
export async function leaseSellerReminder(db: Db, leaseSeconds: number): Promise<DueSellerReminder | null> {
  const { rows } = await sql<DueSellerReminder>`
    with due as materialized (
      select order_number, person_id from seller_reminder where sent_at is null and gave_up_at is null and due_at <= now()
       order by due_at, order_number, person_id limit 1 for update skip locked
    )
    update seller_reminder r set attempts = r.attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
      from due, orders o, person p, store s
     where r.order_number = due.order_number and r.person_id = due.person_id
       and o.number = r.order_number and p.id = r.person_id and s.code = o.store
    returning r.order_number as "orderNumber", r.person_id as "personId", p.email as address, p.locale, s.name as store,
              r.answer_by as "answerBy", r.attempts,
              o.closed_at is null and not p.disabled and exists (
                select 1 from jsonb_to_recordset(o.acknowledgements) as a(seller text, at bigint)
                 where a.seller = r.seller and a.at is null) as "isWanted",
              (select coalesce(jsonb_agg(jsonb_build_object('name', l.name, 'quantity', l.quantity - l.cancelled) order by l.no), '[]')
                 from order_line l where l.order_number = r.order_number and l.seller = r.seller and l.quantity > l.cancelled) as items`.execute(
    db,
  );
  return rows[0] ?? null;
}

type Key = Pick<DueSellerReminder, 'orderNumber' | 'personId'>;

/** It has gone out, or is not wanted any more. */
export async function noteSellerReminderSent(db: Db, { orderNumber, personId }: Key): Promise<void> {
  await sql`
    update seller_reminder set sent_at = now(), last_error = null
     where order_number = ${orderNumber} and person_id = ${personId}`.execute(db);
}

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function noteSellerReminderFailed(
  db: Db,
  { orderNumber, personId }: Key,
  error: string,
  retrySeconds: number | null,
): Promise<void> {
  await sql`
    update seller_reminder
       set last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds ?? 0}),
           gave_up_at = case when ${retrySeconds === null} then now() end
     where order_number = ${orderNumber} and person_id = ${personId}`.execute(db);
}
