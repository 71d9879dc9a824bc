import { sql } from 'kysely';
import type { Recipient } from '../domain/escalation.ts';
import type { OrderStatus, PaymentMethod, PaymentStatus } from '../domain/order.ts';
import { type Db, json } from './database.ts';
import { eventsTable, ordersTable } from './orders.ts';

/**
 * Owns order_notice and order_notice_watch: mails to people of a store about its new orders. The watch is a transaction id, as in
 * `src/db/order-news.ts`: an order that is still being written is not passed over, and none is told twice.
 */

/** Transactions: so many are looked through again before the watch of a store without orders is moved on. */
const FAR = 10_000;

/** Begins to watch the orders of a store: those from now on are new. Nothing, when it is watched already. */
export async function watchOrders(db: Db, store: string): Promise<void> {
  await sql`
    insert into order_notice_watch (store, written) values (${store}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
    on conflict do nothing`.execute(db);
}

/** Watches the orders of no store but these; what the others get meanwhile is not told later. */
export async function watchNoOther(db: Db, stores: readonly string[]): Promise<void> {
  await sql`delete from order_notice_watch where store <> all(${stores as string[]})`.execute(db);
}

/**
 * Writes a mail to each recipient about the orders of a store that are new, and moves its watch on, unless the store had one within
 * `quietSeconds`. Answers how many were written.
 */
export async function writeOrderNotices(
  db: Db,
  store: string,
  recipients: readonly Recipient[],
  quietSeconds: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    with watch as (
      select written, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as until from order_notice_watch
       where store = ${store}
         and not exists (select 1 from order_notice where store = ${store} and created_at > now() - make_interval(secs => ${quietSeconds}))
         for update
    ), fresh as (
      select array_agg(o.number order by o.placed_at, o.number) as numbers
        from watch, ${eventsTable} e join ${ordersTable} o on o.number = e.order_number
       where e.type = 'order_placed' and o.store = ${store} and e.written >= watch.written and e.written < watch.until
    ), moved as (
      update order_notice_watch w set written = watch.until
        from watch, fresh where w.store = ${store} and (fresh.numbers is not null or watch.until > watch.written + ${FAR})
    )
    insert into order_notice (store, address, locale, orders)
    select ${store}, r.address, r.locale, fresh.numbers
      from fresh, jsonb_to_recordset(${json(recipients)}::jsonb) as r(address text, locale text)
     where fresh.numbers is not null`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

export type DueNotice = {
  readonly id: number;
  readonly store: string;
  /** Null: that of staff. */
  readonly address: string | null;
  readonly locale: string | null;
  readonly orders: readonly string[];
  readonly attempts: number;
};

/** Leases the mail that is due first; null when none is. */
export async function leaseOrderNotice(db: Db, leaseSeconds: number): Promise<DueNotice | null> {
  const { rows } = await sql<DueNotice>`
    update order_notice set attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
     where id = (select id from order_notice where sent_at is null and gave_up_at is null and due_at <= now()
                  order by due_at, id limit 1 for update skip locked)
    returning id, store, address, locale, orders, attempts`.execute(db);
  return rows[0] ?? null;
}

export async function noteOrderNoticeSent(db: Db, id: number): Promise<void> {
  await sql`update order_notice set sent_at = now(), last_error = null where id = ${id}`.execute(db);
}

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function noteOrderNoticeFailed(
  db: Db,
  id: number,
  error: string,
  retrySeconds: number | null,
): Promise<void> {
  await sql`
    update order_notice set last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds ?? 0}),
           gave_up_at = case when ${retrySeconds === null} then now() end
     where id = ${id}`.execute(db);
}

export type NoticedOrder = {
  readonly number: string;
  readonly placedAt: Date;
  readonly status: OrderStatus;
  readonly paymentMethod: PaymentMethod;
  readonly paymentStatus: PaymentStatus;
  readonly totalMinor: number;
  readonly currency: string;
};

/** These orders as they are now, the oldest first. */
export async function noticedOrders(db: Db, numbers: readonly string[]): Promise<NoticedOrder[]> {
  const { rows } = await sql<NoticedOrder>`
    select o.number, o.placed_at as "placedAt", o.status, o.payment_method as "paymentMethod", o.payment_status as "paymentStatus",
           o.total_minor as "totalMinor", o.currency
      from ${ordersTable} o where o.number = any(${numbers as string[]}) order by o.placed_at, o.number`.execute(db);
  return rows;
}
