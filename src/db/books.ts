import { sql } from 'kysely';
import type { DisputeReading } from '../domain/facts.ts';
import { warningLane } from '../domain/lanes.ts';
import { type Db, json, timestamp } from './database.ts';

/**
 * What our books say, to be compared with each other and with those of others. Reads only; to compare, it names tables that other
 * files own.
 */

type Numbers = { number: string }[];
const numbersOf = (rows: Numbers): string[] => rows.map(({ number }) => number);

/** Orders that have not ended, by number, after this one. */
export async function openOrders(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select number from orders where closed_at is null and number > ${after} order by number limit ${limit}`.execute(db);
  return numbersOf(rows);
}

/** Those of these orders that have not ended. */
export async function openOf(db: Db, numbers: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select number from orders where closed_at is null and number = any(${numbers as string[]}) order by number`.execute(
    db,
  );
  return numbersOf(rows);
}

/** Those of these numbers that are an order, or are written down to become one. */
export async function knownNumbers(db: Db, numbers: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select number from order_intake where recorded_at is null and number = any(${numbers as string[]})
    union select number from orders where number = any(${numbers as string[]})`.execute(db);
  return numbersOf(rows);
}

/**
 * Orders of which something may be owed or late: those that changed in the last days, those whose deadline has passed, and those,
 * however long ago they were closed, whose answer to a dispute is due within a day.
 */
export async function ordersThatMayBeLate(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select number from orders
     where number > ${after} and status not in ('shipped', 'delivered')
       and updated_at between now() - interval '3 days' and now() - interval '2 hours'
    union
    select number from orders
     where number > ${after} and closed_at is null and waiting_until < now() - interval '10 minutes'
    union
    select order_number from dispute
     where order_number > ${after} and status in ('warning', 'needs_response') and submission = 'none' and acceptance = 'none'
       and evidence_due < now() + interval '1 day'
     order by number limit ${limit}`.execute(db);
  return numbersOf(rows);
}

/**
 * Card payments that changed after this one did, or else in the last days, and at least `restSeconds` ago, by the time of the
 * change; each with its place in this order.
 */
export async function touchedPayments(
  db: Db,
  { after, days, restSeconds }: { readonly after: string | null; readonly days: number; readonly restSeconds: number },
  limit: number,
): Promise<{ number: string; place: string }[]> {
  const [at = null, number = ''] = after?.split(' ') ?? [];
  const since = sql`coalesce(${at}::timestamptz, now() - make_interval(days => ${days}))`;
  const { rows } = await sql<{ number: string; place: string }>`
    select order_number as number,
           to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || order_number as place
      from payment
     where updated_at >= ${since} and (updated_at, order_number) > (${since}, ${number})
       and updated_at < now() - make_interval(secs => ${restSeconds}) and method = 'stripe' and reference is not null
     order by updated_at, order_number limit ${limit}`.execute(db);
  return rows;
}

/** Card payments of orders that were placed in the last days, by number, after this one. */
export async function latePayments(db: Db, after: string, days: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select p.order_number as number from payment p join orders o on o.number = p.order_number
     where p.order_number > ${after} and p.method = 'stripe' and p.reference is not null
       and o.placed_at > now() - make_interval(days => ${days})
     order by p.order_number limit ${limit}`.execute(db);
  return numbersOf(rows);
}

/** What a gateway lists beside a payment: its id there, and the payment it is about. */
export type BesidePayment = { readonly id: string; readonly payment: string };

/** While an answer is under way, the step that gives it reads the dispute. */
const noAnswerIsDue = sql`d.submission <> 'due' and d.acceptance <> 'due'`;

/** Those of these disputes of our payments that the record does not have, or has otherwise. */
export async function disputesNotHeardOf(
  db: Db,
  disputes: readonly (BesidePayment & DisputeReading)[],
): Promise<BesidePayment[]> {
  const listed = disputes.map(({ evidenceDue, ...one }) => ({ ...one, due: timestamp(evidenceDue) }));
  const { rows } = await sql<BesidePayment>`
    select x.id, x.payment
      from jsonb_to_recordset(${json(listed)}::jsonb)
             as x(id text, payment text, status text, amount bigint, reason text, due timestamptz)
      join payment_claim c on c.reference = x.payment
      left join dispute d on d.id = x.id
     where d.id is null
        or ${noAnswerIsDue}
           and (case d.status when 'accepted' then 'lost' else d.status end, d.amount_minor, d.reason, d.evidence_due)
               is distinct from (x.status, x.amount, x.reason, x.due)
     order by x.id`.execute(db);
  return rows;
}

/** Disputes that the record has as open, by their id, after this one. */
export async function openDisputes(db: Db, after: string, limit: number): Promise<BesidePayment[]> {
  const { rows } = await sql<BesidePayment>`
    select d.id, p.reference as payment from dispute d join payment p using (order_number)
     where d.id > ${after} and d.status in ('warning', 'needs_response', 'under_review') and ${noAnswerIsDue}
       and p.reference is not null
     order by d.id limit ${limit}`.execute(db);
  return rows;
}

/** Those of these warnings about our payments that their orders have no exception of. */
export async function warningsNotHeardOf(db: Db, warnings: readonly BesidePayment[]): Promise<BesidePayment[]> {
  const listed = warnings.map(({ id, payment }) => ({ id, payment, lane: warningLane(id) }));
  const { rows } = await sql<BesidePayment>`
    select x.id, x.payment
      from jsonb_to_recordset(${json(listed)}::jsonb) as x(id text, payment text, lane text)
      join payment_claim c on c.reference = x.payment
     where not exists (select 1 from exception e where e.order_number = c.order_number and e.lane = x.lane)
     order by x.id`.execute(db);
  return rows;
}

/** Orders with parcels or returns of which something changed in the last days, by number, after this one. */
export async function ordersWithParcels(db: Db, after: string, days: number, limit: number): Promise<string[]> {
  const changed = sql`order_number > ${after} and updated_at > now() - make_interval(days => ${days})`;
  const { rows } = await sql<{ number: string }>`
    (select distinct order_number as number from fulfilment where kind = 'physical' and ${changed} order by number limit ${limit})
    union
    (select distinct order_number from order_return where ${changed} order by order_number limit ${limit})
     order by number limit ${limit}`.execute(db);
  return numbersOf(rows);
}

/** What was bought for a parcel, or for a return. */
export type PurchaseBooks = {
  /** Labels that were bought for it and not given back, by transaction. */
  readonly bought: readonly string[];
  /** Rates that were about to be bought more than an hour ago, and of which no purchase is known. */
  readonly unbought: readonly string[];
  /** Labels that were given back in the last days, longer ago than a day. */
  readonly givenBack: readonly string[];
};

const purchases = (days: number) => sql`
           coalesce(array_agg(p.transaction_id order by p.attempt)
             filter (where p.transaction_id is not null and p.voided_at is null), '{}') as bought,
           coalesce(array_agg(p.rate->>'id' order by p.attempt)
             filter (where p.transaction_id is null and p.chosen_at < now() - interval '1 hour'), '{}') as unbought,
           coalesce(array_agg(p.transaction_id order by p.attempt)
             filter (where p.voided_at between now() - make_interval(days => ${days}) and now() - interval '1 day'), '{}') as "givenBack"`;

export type ParcelBooks = PurchaseBooks & {
  readonly number: string;
  readonly parcel: string;
  readonly status: string;
  /** The transaction of the label that the parcel leaves under. */
  readonly label: string | null;
};

export async function parcelBooks(db: Db, numbers: readonly string[], days: number): Promise<ParcelBooks[]> {
  const { rows } = await sql<ParcelBooks>`
    select f.order_number as number, f.id as parcel, f.status, f.label->>'transaction' as label, ${purchases(days)}
      from fulfilment f left join label_purchase p on p.fulfilment = f.id
     where f.order_number = any(${numbers as string[]}) and f.kind = 'physical'
     group by f.id order by f.id`.execute(db);
  return rows;
}

export type ReturnBooks = PurchaseBooks & {
  readonly number: string;
  readonly return: string;
  /** Its labels that are not given back, by transaction. */
  readonly labels: readonly string[];
};

/** The labels of a return of an earlier release are in a column of their own. */
export async function returnBooks(db: Db, numbers: readonly string[], days: number): Promise<ReturnBooks[]> {
  const { rows } = await sql<ReturnBooks>`
    select r.order_number as number, r.id as return, ${purchases(days)},
           array(select l->>'transaction'
                   from jsonb_array_elements(case when r.labels = '[]' and r.label is not null then jsonb_build_array(r.label) else r.labels end) l
                  where l->>'voided' is distinct from 'true') as labels
      from order_return r left join label_purchase p on p.fulfilment = r.id
     where r.order_number = any(${numbers as string[]})
     group by r.id order by r.id`.execute(db);
  return rows;
}

export type LevelBooks = {
  readonly sku: string;
  readonly location: string;
  readonly onHand: number;
  readonly held: number;
  /** Sums of the holds and of the movements of this level. */
  readonly holds: number;
  readonly movedOnHand: number;
  readonly movedHeld: number;
  /** Units that orders hold which have ended. */
  readonly forgotten: number;
};

const levelBooks = sql`
  select l.sku, l.location, l.on_hand as "onHand", l.held, h.holds, h.forgotten, m.on_hand as "movedOnHand", m.held as "movedHeld"
    from chosen l
   cross join lateral (
     select coalesce(sum(h.quantity), 0)::int as holds,
            coalesce(sum(h.quantity) filter (where o.closed_at is not null), 0)::int as forgotten
       from stock_hold h left join orders o on o.number = h.order_number
      where h.sku = l.sku and h.location = l.location) h
   cross join lateral (
     select coalesce(sum(on_hand_change), 0)::int as on_hand, coalesce(sum(held_change), 0)::int as held
       from stock_movement where sku = l.sku and location = l.location) m
   order by l.sku, l.location`;

/** Levels by SKU and location, after this one. One statement: what moves stock writes level, hold and movement together. */
export async function levelsAfter(db: Db, after: readonly [string, string], limit: number): Promise<LevelBooks[]> {
  const { rows } = await sql<LevelBooks>`
    with chosen as materialized (
      select * from stock_level where (sku, location) > (${after[0]}, ${after[1]}) order by sku, location limit ${limit}
    ) ${levelBooks}`.execute(db);
  return rows;
}

export async function levelsOf(db: Db, levels: readonly (readonly [string, string])[]): Promise<LevelBooks[]> {
  const [skus, locations] = [levels.map(([sku]) => sku), levels.map(([, location]) => location)];
  const { rows } = await sql<LevelBooks>`
    with chosen as materialized (
      select l.* from stock_level l join unnest(${skus}::text[], ${locations}::text[]) as w (sku, location) using (sku, location)
    ) ${levelBooks}`.execute(db);
  return rows;
}

/** As it is shown to the person who is to tell the buyer. */
export type GivenUpMail = { readonly kind: string; readonly last_error: string | null };

/** The words of the index email_given_up, and within so many days. */
const givenUp = (days: number) => sql`gave_up_at is not null and gave_up_at > now() - make_interval(days => ${days})`;

/** Orders of which a mail was given up within so many days, after a number. */
export async function ordersWithGivenUpMails(db: Db, after: string, days: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select distinct order_number as number from email
     where ${givenUp(days)} and order_number > ${after}
     order by order_number limit ${limit}`.execute(db);
  return rows.map(({ number }) => number);
}

/** The mails of these orders that were given up within so many days, by order. */
export async function givenUpMails(
  db: Db,
  numbers: readonly string[],
  days: number,
): Promise<{ readonly number: string; readonly mails: readonly GivenUpMail[] }[]> {
  const { rows } = await sql<{ number: string; mails: GivenUpMail[] }>`
    select order_number as number, json_agg(json_build_object('kind', kind, 'last_error', last_error) order by key) as mails
      from email
     where ${givenUp(days)} and order_number = any(${numbers as string[]})
     group by order_number order by order_number`.execute(db);
  return rows;
}

export type LostNotices = {
  /** To whom they were: `staff`, `sellers` or `people` who sign in. */
  readonly to: string;
  readonly count: number;
  readonly kinds: readonly string[];
  readonly last: Date;
  readonly lastError: string | null;
};

/**
 * Mails that were given up within so many days, but those to buyers. Of low stock nobody notes when it was; it is told no more once
 * the level is up again.
 */
export async function givenUpNotices(db: Db, days: number): Promise<LostNotices[]> {
  const { rows } = await sql<LostNotices>`
    with lost as (
      select 'staff' as "to", 'exceptions' as kind, gave_up_at as at, last_error from exception_digest
      union all
      select 'staff', 'low_stock', raised_at, mail_error from stock_alert
       where told_at is null and cleared_at is null and mail_due_at = 'infinity'
      union all
      select 'staff', 'new_orders', gave_up_at, last_error from order_notice
      union all
      select 'sellers', 'reminder', gave_up_at, last_error from seller_reminder
      union all
      select 'people', kind, gave_up_at, last_error from person_email
    )
    select "to", count(*)::int as count, array_agg(distinct kind order by kind) as kinds, max(at) as last,
           (array_agg(last_error order by at desc))[1] as "lastError"
      from lost where at > now() - make_interval(days => ${days})
     group by "to" order by "to"`.execute(db);
  return rows;
}

export type QueueBooks = {
  /** `intake`, `mail`, or the vendor whose events wait. */
  readonly queue: string;
  readonly waiting: number;
  readonly since: Date;
  readonly lastError: string | null;
};

/** Queues in which something waits for longer than so many seconds. */
export async function stuckQueues(db: Db, seconds: number): Promise<QueueBooks[]> {
  const { rows } = await sql<QueueBooks>`
    select 'mail' as queue, count(*)::int as waiting, min(created_at) as since,
           (array_agg(last_error order by created_at) filter (where last_error is not null))[1] as "lastError"
      from email where sent_at is null and gave_up_at is null and created_at < now() - make_interval(secs => ${seconds})
    having count(*) > 0
    union all
    select 'intake', count(*)::int, min(received_at),
           (array_agg(number || ': ' || last_error order by received_at) filter (where last_error is not null))[1]
      from order_intake where recorded_at is null and received_at < now() - make_interval(secs => ${seconds})
    having count(*) > 0
    union all
    select provider, count(*)::int, min(received_at),
           (array_agg(last_error order by received_at) filter (where last_error is not null))[1]
      from inbox where processed_at is null and received_at < now() - make_interval(secs => ${seconds})
     group by provider order by queue`.execute(db);
  return rows;
}
