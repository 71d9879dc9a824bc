import { type RawBuilder, sql } from 'kysely';
import type { Allocation } from '../domain/order.ts';
import { type Db, json, type Trx } from './database.ts';

/**
 * Owns stock_level, stock_hold, stock_movement and stock_alert; no other file names them.
 *
 * Every change locks its levels in the order (sku, location), so two orders with the same goods queue instead of deadlocking, and
 * writes its movement in the same statement, so the sums of the movements are always the level. What may be promised of a
 * level is on_hand - held - safety_stock; the constraint never_oversold is the net under all of this.
 */

export type Level = { readonly sku: string; readonly location: string; readonly quantity: number };
export type HoldResult = { readonly held: boolean; readonly short: readonly Level[] };

/**
 * Holds every allocation or none, in one statement and one round trip. Repeating it for the same order changes nothing and
 * answers `held: true` again. When it cannot, `short` names the levels that have less than asked, with what they have.
 */
export async function hold(db: Db, orderNumber: string, allocations: readonly Allocation[]): Promise<HoldResult> {
  if (allocations.length === 0) return { held: true, short: [] };
  const { rows } = await sql<{ held: boolean; short: Level[] }>`
    with wanted as (
      select line, sku, location, quantity
        from jsonb_to_recordset(${json(allocations)}::jsonb) as w(line int, sku text, location text, quantity int)
    ), needed as (
      select sku, location, sum(quantity)::int as quantity from wanted group by sku, location
    ), before as (
      select 1 from stock_hold where order_number = ${orderNumber} limit 1
    ), locked as (
      select l.sku, l.location, l.on_hand - l.held - l.safety_stock as free, n.quantity
        from stock_level l join needed n using (sku, location)
       where not exists (select 1 from before)
       order by l.sku, l.location
         for update of l
    ), verdict as (
      select count(*) = (select count(*) from needed) and bool_and(free >= quantity) as possible from locked
    ), taken as (
      update stock_level l set held = l.held + k.quantity
        from locked k, verdict v
       where l.sku = k.sku and l.location = k.location and v.possible
      returning l.sku, l.location, l.on_hand, l.held, l.safety_stock, l.reorder_point
    ), holds as (
      insert into stock_hold (order_number, line, sku, location, quantity)
      select ${orderNumber}, w.line, w.sku, w.location, w.quantity from wanted w, verdict v where v.possible
    ), movements as (
      insert into stock_movement (sku, location, kind, on_hand_change, held_change, order_number, actor)
      select n.sku, n.location, 'hold', 0, n.quantity, ${orderNumber}, 'system' from needed n, verdict v where v.possible
    ), alerts as (
      insert into stock_alert (sku, location, available)
      select sku, location, on_hand - held from taken where on_hand - held <= reorder_point and reorder_point > 0
      on conflict do nothing
    )
    select exists (select 1 from before) or coalesce((select possible from verdict), false) as held,
           coalesce((select jsonb_agg(jsonb_build_object('sku', n.sku, 'location', n.location,
                                                         'quantity', greatest(0, coalesce(k.free, 0))))
                       from needed n left join locked k using (sku, location)
                      where coalesce(k.free, 0) < n.quantity), '[]') as short`.execute(db);
  const [row] = rows;
  return { held: row?.held ?? false, short: row?.held ? [] : (row?.short ?? []) };
}

/** What an order still holds, by line. */
export async function holdsOf(db: Db, orderNumber: string): Promise<Allocation[]> {
  const { rows } = await sql<Allocation>`
    select line, sku, location, quantity, 0 as "lateDays" from stock_hold
     where order_number = ${orderNumber} order by line, location`.execute(db);
  return rows;
}

/** Removes holds and takes their quantities off the levels, as release (goods stay) or shipment (goods leave). */
async function settleHolds(
  trx: Trx,
  orderNumber: string,
  kind: 'release' | 'shipment',
  which: RawBuilder<unknown>,
): Promise<void> {
  const leaves = kind === 'shipment' ? 1 : 0;
  await sql`
    with locked as (
      select l.sku, l.location
        from stock_level l
       where (l.sku, l.location) in (select h.sku, h.location from stock_hold h where h.order_number = ${orderNumber} and ${which})
       order by l.sku, l.location
         for update of l
    ), gone as (
      delete from stock_hold h where h.order_number = ${orderNumber} and ${which} and exists (select 1 from locked)
      returning h.sku, h.location, h.quantity
    ), sums as (
      select sku, location, sum(quantity)::int as quantity from gone group by sku, location
    ), settled as (
      update stock_level l set held = l.held - s.quantity, on_hand = l.on_hand - ${leaves}::int * s.quantity
        from sums s where l.sku = s.sku and l.location = s.location
    )
    insert into stock_movement (sku, location, kind, on_hand_change, held_change, order_number, actor)
    select sku, location, ${kind}, -(${leaves}::int) * quantity, -quantity, ${orderNumber}, 'system' from sums`.execute(
    trx,
  );
}

/** Gives back all that the order still holds. Repeating it changes nothing. */
export const release = (trx: Trx, orderNumber: string): Promise<void> =>
  settleHolds(trx, orderNumber, 'release', sql`true`);

/** The goods of these lines at this location have left: holds end and on-hand falls. Repeating it changes nothing. */
export const shipFrom = (trx: Trx, orderNumber: string, location: string, lines: readonly number[]): Promise<void> =>
  settleHolds(
    trx,
    orderNumber,
    'shipment',
    sql`h.location = ${location} and h.line = any(${lines as number[]}::int[])`,
  );

/** What may be promised of these SKUs, at every active location that has some. */
export async function availableOf(db: Db, skus: readonly string[]): Promise<Level[]> {
  const { rows } = await sql<Level>`
    select sku, location, on_hand - held - safety_stock as quantity
      from stock_level where sku = any(${skus as string[]}) and on_hand - held > safety_stock`.execute(db);
  return rows;
}

export type AdjustmentKind = 'receipt' | 'adjustment' | 'return';
export type Adjustment = {
  readonly sku: string;
  readonly location: string;
  readonly kind: AdjustmentKind;
  /** Units added to (or, negative, taken off) what is on hand. */
  readonly change: number;
  readonly reason: string;
  readonly actor: string;
};
export type AdjustmentResult =
  | { readonly ok: true; readonly onHand: number; readonly held: number }
  | { readonly ok: false; readonly atLeast: number };

/** Receives or corrects stock; refuses to go below what orders hold and answers the smallest change possible. */
export async function adjust(db: Db, adjustment: Adjustment): Promise<AdjustmentResult> {
  const { sku, location, kind, change, reason, actor } = adjustment;
  const { rows } = await sql<{ done: boolean; onHand: number; held: number }>`
    with made as (
      insert into stock_level (sku, location) values (${sku}, ${location}) on conflict do nothing
    ), moved as (
      update stock_level set on_hand = on_hand + ${change}
       where sku = ${sku} and location = ${location} and on_hand + ${change} >= held
      returning on_hand, held, safety_stock, reorder_point
    ), noted as (
      insert into stock_movement (sku, location, kind, on_hand_change, held_change, reason, actor)
      select ${sku}, ${location}, ${kind}, ${change}, 0, ${reason}, ${actor} from moved
    ), cleared as (
      update stock_alert set cleared_at = now()
        from moved where sku = ${sku} and location = ${location} and cleared_at is null and on_hand - held > reorder_point
    )
    select true as done, on_hand as "onHand", held from moved
    union all
    select false, on_hand, held from stock_level
     where sku = ${sku} and location = ${location} and not exists (select 1 from moved)`.execute(db);
  const [row] = rows;
  if (row === undefined) return adjustNew(db, adjustment);
  return row.done ? { ok: true, onHand: row.onHand, held: row.held } : { ok: false, atLeast: row.held - row.onHand };
}

/** The first movement of a level: the statement above cannot see the row it has just made. */
async function adjustNew(db: Db, adjustment: Adjustment): Promise<AdjustmentResult> {
  if (adjustment.change < 0) return { ok: false, atLeast: 0 };
  return adjust(db, adjustment);
}

/** Sets the thresholds of a level, making the level when there is none. */
export async function setThresholds(
  db: Db,
  level: { sku: string; location: string; safetyStock: number; reorderPoint: number },
): Promise<void> {
  await sql`
    insert into stock_level (sku, location, safety_stock, reorder_point)
    values (${level.sku}, ${level.location}, ${level.safetyStock}, ${level.reorderPoint})
    on conflict (sku, location) do update
      set safety_stock = excluded.safety_stock, reorder_point = excluded.reorder_point`.execute(db);
}

export type LevelView = {
  readonly sku: string;
  readonly location: string;
  readonly onHand: number;
  readonly held: number;
  readonly safetyStock: number;
  readonly reorderPoint: number;
  readonly low: boolean;
};

/** Levels in the order (sku, location), after the given one. */
export async function listLevels(
  db: Db,
  filter: {
    sku?: string | undefined;
    location?: string | undefined;
    low?: boolean | undefined;
    after?: readonly [string, string] | undefined;
    limit: number;
  },
): Promise<LevelView[]> {
  const conditions = [sql`true`];
  if (filter.sku !== undefined) conditions.push(sql`sku = ${filter.sku}`);
  if (filter.location !== undefined) conditions.push(sql`location = ${filter.location}`);
  if (filter.low === true) conditions.push(sql`on_hand - held <= reorder_point and reorder_point > 0`);
  if (filter.after !== undefined) conditions.push(sql`(sku, location) > (${filter.after[0]}, ${filter.after[1]})`);
  const { rows } = await sql<LevelView>`
    select sku, location, on_hand as "onHand", held, safety_stock as "safetyStock", reorder_point as "reorderPoint",
           (on_hand - held <= reorder_point and reorder_point > 0) as low
      from stock_level where ${sql.join(conditions, sql` and `)}
     order by sku, location limit ${filter.limit}`.execute(db);
  return rows;
}

export type MovementView = {
  readonly id: number;
  readonly at: Date;
  readonly location: string;
  readonly kind: string;
  readonly onHandChange: number;
  readonly heldChange: number;
  readonly orderNumber: string | null;
  readonly reason: string | null;
  readonly actor: string;
};

/** The movements of a SKU, newest first, before the given id. */
export async function listMovements(
  db: Db,
  sku: string,
  before: number | null,
  limit: number,
): Promise<MovementView[]> {
  const { rows } = await sql<MovementView>`
    select id, at, location, kind, on_hand_change as "onHandChange", held_change as "heldChange",
           order_number as "orderNumber", reason, actor
      from stock_movement where sku = ${sku} and (${before}::bigint is null or id < ${before})
     order by id desc limit ${limit}`.execute(db);
  return rows;
}

/** How far the counters are from what they must be; every number is 0 in a sound store. */
export async function stockDrift(
  db: Db,
): Promise<{ heldMinusHolds: number; levelsMinusMovements: number; oversold: number }> {
  const { rows } = await sql<{ heldMinusHolds: number; levelsMinusMovements: number; oversold: number }>`
    with holds as (select sku, location, sum(quantity) as held from stock_hold group by sku, location),
         moves as (select sku, location, sum(on_hand_change) as on_hand, sum(held_change) as held from stock_movement group by sku, location)
    select coalesce(sum(abs(l.held - coalesce(h.held, 0))), 0)::int as "heldMinusHolds",
           coalesce(sum(abs(l.on_hand - coalesce(m.on_hand, 0)) + abs(l.held - coalesce(m.held, 0))), 0)::int as "levelsMinusMovements",
           coalesce(sum(greatest(0, l.held - l.on_hand)), 0)::int as oversold
      from stock_level l left join holds h using (sku, location) left join moves m using (sku, location)`.execute(db);
  return rows[0] ?? { heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 };
}
