import { type RawBuilder, sql } from 'kysely';
import type { HeldUnits } from '../domain/fulfilment.ts';
import type { Allocation, LineQuantity } from '../domain/order.ts';
import { type Db, json, prepared, type Trx, violates } from './database.ts';
import { gatheredFor } from './gather.ts';
import { nameOfActor } from './names.ts';

/**
 * Owns stock_level, stock_hold, stock_movement and stock_alert; no other file names them.
 *
 * Every change locks all its levels first, in the order (sku, location), so two orders with the same goods queue instead of
 * deadlocking, and writes its movement in the same statement, so the sums of the movements are always the level. What may be
 * promised of a level is on_hand - held - safety_stock; the constraint never_oversold is the net under all of this, and the key
 * of stock_hold lets only one plan hold an order.
 *
 * What is written is counted from the row as it was locked, not from the one being updated: PostgreSQL tries the constraints on a
 * row built from the statement's snapshot before it sees that another has changed it, and would refuse a hold that waited for the
 * very release that makes room for it.
 */

export type Level = { readonly sku: string; readonly location: string; readonly quantity: number };
export type HoldResult = {
  readonly held: boolean;
  /** An earlier call holds the order, perhaps by another plan: what is held, `holdsOf` tells. */
  readonly already: boolean;
  readonly short: readonly Level[];
};

const HELD_ALREADY: HoldResult = { held: true, already: true, short: [] };
const nameOf = (level: { sku: string; location: string }): string => `${level.sku}\u0000${level.location}`;

/** What a plan takes of each level: lines with the same goods are summed. */
function neededOf(allocations: readonly Allocation[]): Level[] {
  const needed = new Map<string, Level>();
  for (const { sku, location, quantity } of allocations) {
    const sofar = needed.get(nameOf({ sku, location }))?.quantity ?? 0;
    needed.set(nameOf({ sku, location }), { sku, location, quantity: sofar + quantity });
  }
  return [...needed.values()];
}

/** An alert is open while a level is at or below its reorder point. Both read the levels just changed as `changed`. */
const raiseAlerts = sql`
  insert into stock_alert (sku, location, available)
  select sku, location, on_hand - held from changed where reorder_point > 0 and on_hand - held <= reorder_point
  on conflict do nothing`;
const clearAlerts = sql`
  update stock_alert a set cleared_at = now() from changed c
   where a.sku = c.sku and a.location = c.location and a.cleared_at is null
     and not (c.reorder_point > 0 and c.on_hand - c.held <= c.reorder_point)`;

/**
 * Holds every allocation or none, in one statement and one round trip. Repeating it for the same order and plan changes nothing and
 * answers `held: true` again; goods that are sent once more are another `plan`. When it cannot, `short` names the levels that have less than asked, with what they have.
 *
 * Two calls for one order at the same moment: one holds, the other answers `already`, or, inside a transaction, fails with
 * SQLSTATE 23505 and may be repeated.
 */
export async function hold(
  db: Db,
  orderNumber: string,
  allocations: readonly Allocation[],
  plan = 0,
): Promise<HoldResult> {
  const needed = neededOf(allocations);
  const [first, ...others] = needed;
  if (first === undefined) return { held: true, already: false, short: [] };
  const statement =
    others.length === 0
      ? holdOneLevel({ orderNumber, plan }, first, allocations)
      : holdManyLevels({ orderNumber, plan }, needed, allocations);
  const answer = await statement.execute(db).catch((error: unknown) => {
    if (violates(error, 'stock_hold_pkey') && !db.isTransaction) return null;
    throw error;
  });
  const row = answer?.rows[0];
  if (row === undefined || row.already) return HELD_ALREADY;
  if (row.held) return { held: true, already: false, short: [] };
  const short = await shortOf(db, { orderNumber, plan }, needed);
  if (short === 'held') return HELD_ALREADY;
  return short.length > 0 ? { held: false, already: false, short } : hold(db, orderNumber, allocations, plan);
}

/**
 * Why a hold was refused. What is missing may be what a call for this same order took, which the refused statement, begun before,
 * could not see. Nothing is missing when it has come back meanwhile.
 */
async function shortOf(db: Db, of: Plan, needed: readonly Level[]): Promise<Level[] | 'held'> {
  const { rows } = await prepared<Level & { held: boolean; missing: boolean }>(
    'why_short',
    sql`
    select exists (select 1 from stock_hold where ${isOf(of)}) as held,
           n.sku, n.location, greatest(0, coalesce(l.free, 0)) as quantity, coalesce(l.free, 0) < n.quantity as missing
      from jsonb_to_recordset(${json(needed)}::jsonb) as n (sku text, location text, quantity int)
      left join (select sku, location, on_hand - held - safety_stock as free from stock_level) l using (sku, location)
     order by n.sku, n.location`,
  ).execute(db);
  if (rows.some((row) => row.held)) return 'held';
  return rows.filter((row) => row.missing).map(({ sku, location, quantity }) => ({ sku, location, quantity }));
}

/** The rows of the order's first plan are numbered from 1, those of its second from 1001, and so on. */
type Plan = { readonly orderNumber: string; readonly plan: number };
const ROWS_OF_A_PLAN = 1000;
const firstOf = ({ plan }: Plan) => sql`${plan * ROWS_OF_A_PLAN}::int`;
const isOf = (of: Plan) =>
  sql`order_number = ${of.orderNumber} and no > ${firstOf(of)} and no <= ${firstOf(of)} + ${sql.lit(ROWS_OF_A_PLAN)}`;

type HoldRow = { already: boolean; held: boolean };

/** Parts of one statement by their names, each reading those before it. */
export type StockParts = Readonly<Record<string, RawBuilder<unknown>>>;

export const asCtes = (parts: StockParts): RawBuilder<unknown>[] =>
  Object.entries(parts).map(([part, text]) => sql`${sql.ref(part)} as (${text})`);

/**
 * Most orders need one level only. One row needs no order of locks, so asking, locking and taking are one step. `when`: a condition
 * without which nothing is held.
 */
const holdingOneLevel = (
  of: Plan,
  { sku, location, quantity }: Level,
  allocations: readonly Allocation[],
  when: RawBuilder<unknown>,
): StockParts => ({
  before: sql`select count(*) > 0 as held from stock_hold where ${isOf(of)}`,
  changed: sql`
    update stock_level set held = held + ${quantity}
     where sku = ${sku} and location = ${location} and on_hand - held - safety_stock >= ${quantity}
       and not (select b.held from before b) and ${when}
    returning sku, location, on_hand, held, reorder_point`,
  holds: sql`
    insert into stock_hold (order_number, no, line, sku, location, quantity)
    select ${of.orderNumber}, ${firstOf(of)} + w.no, w.line, c.sku, c.location, w.quantity
      from changed c, unnest(${column(allocations, 'line', 'int')}, ${column(allocations, 'quantity', 'int')})
                      with ordinality as w (line, quantity, no)`,
  movements: sql`
    insert into stock_movement (sku, location, kind, on_hand_change, held_change, order_number, actor)
    select sku, location, 'hold', 0, ${quantity}, ${of.orderNumber}, 'system' from changed`,
  alerts: raiseAlerts,
});

const HAS_CHANGED = sql`exists (select 1 from changed)`;

const holdOneLevel = (of: Plan, level: Level, allocations: readonly Allocation[]) =>
  prepared<HoldRow>(
    'hold_one_level',
    sql`
    with ${sql.join(asCtes(holdingOneLevel(of, level, allocations, sql`true`)))}
    select (select held from before) as already, ${HAS_CHANGED} as held`,
  );

/**
 * A hold as parts of another statement, which read `hasHeld`: of the goods of one level, when `when` holds. Null when it takes more
 * levels than one, or none.
 */
export function holdingParts(
  orderNumber: string,
  allocations: readonly Allocation[],
  plan: number,
  when: RawBuilder<unknown>,
): { readonly parts: StockParts; readonly hasHeld: RawBuilder<unknown> } | null {
  const [level, ...others] = neededOf(allocations);
  if (level === undefined || others.length > 0) return null;
  return { parts: holdingOneLevel({ orderNumber, plan }, level, allocations, when), hasHeld: HAS_CHANGED };
}

/** One property of each row, as an array. */
const column = <Row, Key extends keyof Row>(rows: readonly Row[], key: Key, type: 'text' | 'int') =>
  sql`${rows.map((row) => row[key])}::${sql.raw(type)}[]`;

/**
 * The levels are looked up one by one in their order, and locked as they are found. The verdict reads all of them, and every
 * write reads the verdict: all locks are taken before the first write.
 */
function holdManyLevels(of: Plan, needed: readonly Level[], allocations: readonly Allocation[]) {
  return prepared<HoldRow>(
    'hold_many_levels',
    sql`
    with before as (
      select count(*) > 0 as held from stock_hold where ${isOf(of)}
    ), locked as (
      select n.sku, n.location, n.quantity, l.on_hand, l.held, l.free
        from (select * from unnest(${column(needed, 'sku', 'text')}, ${column(needed, 'location', 'text')},
                                   ${column(needed, 'quantity', 'int')}) as n (sku, location, quantity)
               order by sku, location) n
       cross join lateral (select l.on_hand, l.held, l.on_hand - l.held - l.safety_stock as free from stock_level l
                            where l.sku = n.sku and l.location = n.location for no key update) l
       where not (select held from before)
    ), verdict as (
      select count(*) = ${needed.length} and bool_and(free >= quantity) as possible from locked
    ), changed as (
      update stock_level l set on_hand = k.on_hand, held = k.held + k.quantity
        from locked k
       where l.sku = k.sku and l.location = k.location and k.free >= k.quantity and (select possible from verdict)
      returning l.sku, l.location, l.on_hand, l.held, l.reorder_point
    ), holds as (
      insert into stock_hold (order_number, no, line, sku, location, quantity)
      select ${of.orderNumber}, ${firstOf(of)} + w.no, w.line, w.sku, w.location, w.quantity
        from unnest(${column(allocations, 'line', 'int')}, ${column(allocations, 'sku', 'text')},
                    ${column(allocations, 'location', 'text')}, ${column(allocations, 'quantity', 'int')})
             with ordinality as w (line, sku, location, quantity, no)
       where (select possible from verdict)
    ), movements as (
      insert into stock_movement (sku, location, kind, on_hand_change, held_change, order_number, actor)
      select sku, location, 'hold', 0, quantity, ${of.orderNumber}, 'system' from locked where (select possible from verdict)
    ), alerts as (${raiseAlerts})
    select (select held from before) as already, coalesce(possible, false) as held from verdict`,
  );
}

/** What an order still holds, by line. */
export async function holdsOf(db: Db, orderNumber: string): Promise<Allocation[]> {
  const { rows } = await sql<Allocation>`
    select line, sku, location, quantity, 0 as "lateDays" from stock_hold
     where order_number = ${orderNumber} order by line, location`.execute(db);
  return rows;
}

/**
 * Takes units out of the holds of an order and off the levels, as release (goods stay) or shipment (goods leave). `taken` says of
 * each hold how much of it goes; `when`: a condition without which none does. Counting the locked levels, and not only asking for
 * one, is what locks them all before the first hold goes.
 */
function settling(
  orderNumber: string,
  kind: 'release' | 'shipment',
  taken: RawBuilder<unknown>,
  when: RawBuilder<unknown> = sql`true`,
): StockParts {
  const leaves = kind === 'shipment' ? sql`s.quantity` : sql`0`;
  return {
    mine: taken,
    locked: sql`
      select m.sku, m.location
        from (select distinct sku, location from mine where taken > 0 and ${when} order by sku, location) m
       cross join lateral (select 1 from stock_level l
                            where l.sku = m.sku and l.location = m.location for no key update) l`,
    gone: sql`
      delete from stock_hold h using mine m
       where h.order_number = ${orderNumber} and h.no = m.no and m.taken = m.quantity and (select count(*) from locked) > 0
      returning h.sku, h.location, h.quantity`,
    cut: sql`
      update stock_hold h set quantity = h.quantity - m.taken from mine m
       where h.order_number = ${orderNumber} and h.no = m.no and m.taken > 0 and m.taken < m.quantity
         and (select count(*) from locked) > 0
      returning h.sku, h.location, m.taken as quantity`,
    sums: sql`
      select sku, location, sum(quantity)::int as quantity from (select * from gone union all select * from cut) t group by sku, location`,
    changed: sql`
      update stock_level l set held = l.held - s.quantity, on_hand = l.on_hand - ${leaves}
        from sums s where l.sku = s.sku and l.location = s.location
      returning l.sku, l.location, l.on_hand, l.held, l.reorder_point`,
    alerts: clearAlerts,
    movements: sql`
      insert into stock_movement (sku, location, kind, on_hand_change, held_change, order_number, actor)
      select s.sku, s.location, ${sql.lit(kind)}, -${leaves}, -s.quantity, ${orderNumber}, 'system' from sums s`,
  };
}

async function settle(trx: Trx, name: 'release' | 'release_units' | 'shipment', parts: StockParts): Promise<void> {
  await prepared(`settle_${name}`, sql`with ${sql.join(asCtes(parts))} select`).execute(trx);
}

/** Of each hold of these lines at these locations, the older first, so much as is asked for. */
const unitsOf = (orderNumber: string, units: readonly HeldUnits[]) => sql`
  select h.no, h.sku, h.location, h.quantity,
         least(h.quantity, greatest(0, w.quantity - (sum(h.quantity) over (partition by h.line, h.location order by h.no) - h.quantity)))::int as taken
    from stock_hold h
    join unnest(${column(units, 'line', 'int')}, ${column(units, 'location', 'text')}, ${column(units, 'quantity', 'int')})
         as w (line, location, quantity) on h.line = w.line and h.location = w.location
   where h.order_number = ${orderNumber}`;

/** Gives back all that the order still holds. Repeating it changes nothing. */
export const release = (trx: Trx, orderNumber: string): Promise<void> =>
  settle(
    trx,
    'release',
    settling(
      orderNumber,
      'release',
      sql`select no, sku, location, quantity, quantity as taken from stock_hold where order_number = ${orderNumber}`,
    ),
  );

/** Gives back some units; no more than the order holds. */
export async function releaseUnits(trx: Trx, orderNumber: string, units: readonly HeldUnits[]): Promise<void> {
  if (units.length > 0)
    await settle(trx, 'release_units', settling(orderNumber, 'release', unitsOf(orderNumber, units)));
}

type Parcel = { readonly location: string; readonly lines: readonly LineQuantity[] };

/** The goods of these lines at this location have left: holds end and on-hand falls. As parts of a statement, when `when` holds. */
export const shippingParts = (
  orderNumber: string,
  { location, lines }: Parcel,
  when?: RawBuilder<unknown>,
): StockParts =>
  settling(
    orderNumber,
    'shipment',
    unitsOf(
      orderNumber,
      lines.map((one) => ({ ...one, location })),
    ),
    when,
  );

/** The same in a statement of its own. */
export const shipFrom = (
  trx: Trx,
  orderNumber: string,
  location: string,
  lines: readonly LineQuantity[],
): Promise<void> => settle(trx, 'shipment', shippingParts(orderNumber, { location, lines }));

async function availableOfAll(db: Db, asked: readonly (readonly string[])[]): Promise<Level[][]> {
  const { rows } = await prepared<Level>(
    'available_stock',
    sql`
    select sku, location, on_hand - held - safety_stock as quantity from stock_level
     where sku = any(${[...new Set(asked.flat())]}::text[]) and on_hand - held > safety_stock`,
  ).execute(db);
  return asked.map((skus) => rows.filter(({ sku }) => skus.includes(sku)));
}

/**
 * What may be promised of these SKUs, at every location that has some; whether it is in use, the location tells. When many want
 * the same goods at once, one look at the shelf answers them all: holding asks again.
 */
export const availableOf: (db: Db, skus: readonly string[]) => Promise<Level[]> = gatheredFor(availableOfAll);

/** What may be promised of a SKU in all, as an expression in a statement of another module. */
export const freeStock = (sku: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select coalesce(sum(on_hand - held - safety_stock), 0) from stock_level where sku = ${sku} and on_hand - held > safety_stock`;

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
      insert into stock_level (sku, location) select ${sku}, ${location} where ${change}::int >= 0 on conflict do nothing
    ), locked as (
      select on_hand, held from stock_level where sku = ${sku} and location = ${location} for no key update
    ), changed as (
      update stock_level l set on_hand = k.on_hand + ${change}, held = k.held
        from locked k where sku = ${sku} and location = ${location} and k.on_hand + ${change} >= k.held
      returning l.sku, l.location, l.on_hand, l.held, l.reorder_point
    ), noted as (
      insert into stock_movement (sku, location, kind, on_hand_change, held_change, reason, actor)
      select sku, location, ${kind}, ${change}, 0, ${reason}, ${actor} from changed
    ), raised as (${raiseAlerts}), cleared as (${clearAlerts})
    select exists (select 1 from changed) as done, coalesce(c.on_hand, k.on_hand) as "onHand", k.held
      from locked k left join changed c on true`.execute(db);
  const [row] = rows;
  if (row !== undefined) {
    return row.done ? { ok: true, onHand: row.onHand, held: row.held } : { ok: false, atLeast: row.held - row.onHand };
  }
  // The first movement of a level: the statement cannot see the row it has just made.
  return change < 0 ? { ok: false, atLeast: 0 } : adjust(db, adjustment);
}

export type LockedLevel = {
  readonly sku: string;
  readonly location: string;
  readonly onHand: number;
  readonly held: number;
};

/** Locks levels, so that what is decided about them still holds when it is written. Those that do not exist yet are left out. */
export async function lockLevels(
  trx: Trx,
  levels: readonly { readonly sku: string; readonly location: string }[],
): Promise<LockedLevel[]> {
  const { rows } = await sql<LockedLevel>`
    select sku, location, on_hand as "onHand", held from stock_level
     where (sku, location) in (select sku, location from jsonb_to_recordset(${json(levels)}::jsonb) as w(sku text, location text))
     order by sku, location for no key update`.execute(trx);
  return rows;
}

/** Goods that came back are on hand again. */
export async function takeBack(
  trx: Trx,
  units: readonly Level[],
  why: { readonly reason: string; readonly actor: string },
): Promise<void> {
  if (units.length > 1) await lockLevels(trx, units);
  for (const { sku, location, quantity } of units)
    await adjust(trx, { sku, location, kind: 'return', change: quantity, ...why });
}

/** Sets the thresholds of a level, making the level when there is none. */
export async function setThresholds(
  db: Db,
  level: { sku: string; location: string; safetyStock: number; reorderPoint: number },
): Promise<void> {
  await sql`
    with changed as (
      insert into stock_level (sku, location, safety_stock, reorder_point)
      values (${level.sku}, ${level.location}, ${level.safetyStock}, ${level.reorderPoint})
      on conflict (sku, location) do update
        set safety_stock = excluded.safety_stock, reorder_point = excluded.reorder_point
      returning sku, location, on_hand, held, reorder_point
    ), raised as (${raiseAlerts})
    ${clearAlerts}`.execute(db);
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
  readonly actorName: string | null;
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
           order_number as "orderNumber", reason, actor, ${nameOfActor(sql`actor`)} as "actorName"
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

export type AlertView = {
  readonly sku: string;
  readonly location: string;
  readonly raisedAt: Date;
  readonly available: number;
};

/**
 * Levels that fell to their reorder point and have not been refilled since, oldest first. The level itself is asked too: a refill that
 * waited for the very hold that raised the alert could not see it to clear it.
 */
export async function openAlerts(db: Db, limit: number): Promise<AlertView[]> {
  const { rows } = await sql<AlertView>`
    select sku, location, raised_at as "raisedAt", available
      from stock_alert join stock_level using (sku, location)
     where cleared_at is null and reorder_point > 0 and on_hand - held <= reorder_point
     order by raised_at, sku, location limit ${limit}`.execute(db);
  return rows;
}
