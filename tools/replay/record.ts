import type { Database } from '../../src/db/database.ts';

/**
 * The record as an auditor reads it: straight from the tables, not by the statements of the product, so that a fault of theirs
 * shows. Only reads.
 */

export interface RecordedOrder {
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly total: number;
  readonly method: string;
  readonly paymentStatus: string;
  readonly captured: number;
  readonly refunded: number;
  readonly reference: string | null;
  readonly exceptionsOpen: number;
}

export async function recordedOrders({ pool }: Database, numbers: readonly string[]): Promise<RecordedOrder[]> {
  const { rows } = await pool.query<RecordedOrder>(
    `select o.number, o.status, o.version, o.total_minor as total, p.method, p.status as "paymentStatus",
            p.captured_minor as captured, p.refunded_minor as refunded, p.reference, o.exceptions_open as "exceptionsOpen"
       from orders o join payment p on p.order_number = o.number where o.number = any($1) order by o.number`,
    [numbers],
  );
  return rows;
}

/** Open exceptions of these orders by kind. */
export async function openExceptions({ pool }: Database, numbers: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ kind: string; open: number }>(
    `select kind, count(*)::int as open from exception where status = 'open' and order_number = any($1)
      group by kind order by kind`,
    [numbers],
  );
  return new Map(rows.map(({ kind, open }) => [kind, open]));
}

/** Units that orders hold or have sent beyond what was ever received, summed over all SKUs. */
export async function oversoldUnits({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ units: number }>(
    `with sold as (
       select sku, sum(reserved + shipped - returned)::int as units from order_line where kind = 'physical' group by sku
     ), received as (
       select sku, sum(on_hand_change)::int as units from stock_movement
        where kind in ('receipt', 'adjustment', 'return') group by sku
     )
     select coalesce(sum(greatest(0, sold.units - coalesce(received.units, 0))), 0)::int as units
       from sold left join received using (sku)`,
  );
  return rows[0]?.units ?? 0;
}

/**
 * Units by which the books of the stock disagree, each pair of books counted: the counters of the levels, the holds, the
 * movements, and what the lines of the orders say they have reserved.
 */
export async function stockDrift({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ units: number }>(
    `with holds as (
       select sku, location, sum(quantity) as held from stock_hold group by sku, location
     ), movements as (
       select sku, location, sum(on_hand_change) as on_hand, sum(held_change) as held
         from stock_movement group by sku, location
     ), levels as (
       select sum(abs(l.held - coalesce(h.held, 0)) + abs(l.held - coalesce(m.held, 0))
                  + abs(l.on_hand - coalesce(m.on_hand, 0))) as units
         from stock_level l left join holds h using (sku, location) left join movements m using (sku, location)
     ), lines as (
       select sum(abs(coalesce(h.held, 0) - coalesce(l.reserved, 0))) as units
         from (select order_number, line as no, sum(quantity) as held from stock_hold group by 1, 2) h
         full join (select order_number, no, reserved from order_line where kind = 'physical' and reserved > 0) l
           using (order_number, no)
     )
     select (coalesce(levels.units, 0) + coalesce(lines.units, 0))::int as units from levels, lines`,
  );
  return rows[0]?.units ?? 0;
}

export interface RecordedLabel {
  readonly fulfilment: string;
  readonly transaction: string | null;
}

export async function recordedLabels({ pool }: Database, numbers: readonly string[]): Promise<RecordedLabel[]> {
  const { rows } = await pool.query<RecordedLabel>(
    `select id as fulfilment, label->>'transaction' as transaction from fulfilment where order_number = any($1)`,
    [numbers],
  );
  return rows;
}

export interface RecordedMail {
  readonly key: string;
  readonly kind: string;
  readonly orderNumber: string;
  readonly fulfilment: string | null;
  readonly to: string;
  readonly sent: boolean;
}

export async function recordedMails({ pool }: Database, numbers: readonly string[]): Promise<RecordedMail[]> {
  const { rows } = await pool.query<RecordedMail>(
    `select e.key, e.kind, e.order_number as "orderNumber", e.fulfilment, o.customer_email as "to",
            e.sent_at is not null as sent
       from email e join orders o on o.number = e.order_number where e.order_number = any($1)`,
    [numbers],
  );
  return rows;
}
