import { type RawBuilder, sql } from 'kysely';
import type { Order } from '../domain/order.ts';
import { type Db, json, type Trx, timestamp } from './database.ts';
import { freeStock } from './stock.ts';

/** Owns backorder: the queue of orders that wait for stock, by SKU, first come, first served (SPEC.md §3, step 5). */

/** Puts what the order waits for into the queue; null when nothing is new. It keeps its place when it has one. */
export function enqueue(before: Order, { backorder, lines }: Order): RawBuilder<unknown> | null {
  if (backorder === null || backorder.arrived || before.backorder === backorder) return null;
  const rows = backorder.lines.map(({ line, quantity }) => ({
    line,
    quantity,
    sku: lines.find(({ no }) => no === line)?.sku,
  }));
  return sql`
    insert into backorder (order_number, line, sku, quantity, since)
    select m.number, b.line, b.sku, b.quantity, ${timestamp(backorder.since)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb) as b(line int, sku text, quantity int)
    on conflict (order_number, line) do update set quantity = excluded.quantity`;
}

/** Takes out of the queue what the order no longer waits for. */
export function dequeue(before: Order, { backorder }: Order): RawBuilder<unknown> | null {
  if (before.backorder === null || before.backorder === backorder || backorder?.arrived === true) return null;
  const waiting = backorder?.lines.map(({ line }) => line) ?? [];
  return sql`
    delete from backorder b using moved m where b.order_number = m.number and b.line <> all(${waiting}::int[])`;
}

/** Units of these SKUs that orders wait for who came before: they are not for an order that comes now. */
export async function queuedBefore(db: Db, skus: readonly string[], order: Order): Promise<Map<string, number>> {
  const since = timestamp(order.backorder?.since ?? null);
  const { rows } = await sql<{ sku: string; quantity: number }>`
    select sku, sum(quantity)::int as quantity from backorder
     where sku = any(${skus as string[]}) and order_number <> ${order.number}
       and (${since}::timestamptz is null or (since, order_number) < (${since}::timestamptz, ${order.number}))
     group by sku`.execute(db);
  return new Map(rows.map((row) => [row.sku, row.quantity]));
}

/**
 * The same of an order that may join these queues: nobody else who counts them joins until the transaction ends, so that together they
 * are not longer than each has found.
 */
export async function queuedForNow(trx: Trx, skus: readonly string[], order: Order): Promise<Map<string, number>> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('backorder ' || sku, 0))
      from (select sku from unnest(${skus as string[]}::text[]) as named (sku) order by sku) s`.execute(trx);
  return queuedBefore(trx, skus, order);
}

/**
 * Orders for which there is stock now, when all who came before them have had theirs; the longest waiting first. An order is told
 * again only after a while, should it not have heard.
 */
export async function ordersToServe(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    with queue as materialized (
      select order_number, since, told_at, sum(quantity) over (partition by sku order by since, order_number) as upto,
             (${freeStock(sql`b.sku`)}) as free
        from backorder b
    ), served as materialized (
      select order_number, min(since) as since from queue
       group by order_number
      having bool_and(free >= upto) and coalesce(max(told_at) < now() - interval '20 seconds', true)
       order by 2 limit ${limit}
    ), told as (
      update backorder b set told_at = now() from served s where b.order_number = s.order_number returning 1
    )
    select order_number as number from served where (select count(*) from told) > 0 order by since`.execute(db);
  return rows.map(({ number }) => number);
}
