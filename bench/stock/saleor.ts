import type pg from 'pg';
import {
  type Connections,
  column,
  type Job,
  lineId,
  OutOfStock,
  outcomeOf,
  type Path,
  run,
  transaction,
} from './path.ts';

/**
 * Saleor's path, re-created from PEERS.md B §5.3 (3.23): one transaction that holds the checkout row, with every level of every SKU in the
 * cart locked in the order of the primary key. The numbers are the steps there. The completed checkout is deleted, so a repeated
 * request finds nothing to do.
 */

type LevelRow = { id: number; sku: string; location: string; on_hand: number };
type Part = { line: string; levelId: number; sku: string; location: string; qty: number };
type Version = {
  /** Whether the holds of other orders are summed again under the lock (step 5); as written that query gets an empty list. */
  readonly sumsHolds: boolean;
};

const LEVELS_WITH_HOLDS = `
  select l.id, l.sku, l.location, l.on_hand,
         coalesce((select sum(h.qty) from hold h where h.sku = l.sku and h.location = l.location and h.deleted_at is null), 0)::int as taken
    from level l where l.sku = any($1)`;
const CART_HOLDS = `
  select level_id, sum(qty)::int as qty from cart_hold
   where level_id = any($1) and reserved_until > now() and checkout <> $2 group by level_id`;
const HOLDS = `
  select l.id as level_id, sum(h.qty)::int as qty from hold h join level l using (sku, location)
   where l.id = any($1) and h.deleted_at is null group by l.id`;
const SUM_OF_HOLDS = 'select sum(qty)::int as qty from hold where sku = $1 and location = $2 and deleted_at is null';

type Sums = Map<number, number>;
async function sums(client: pg.PoolClient, text: string, values: unknown[]): Promise<Sums> {
  const rows = await run<{ level_id: number; qty: number }>(client, text, values);
  return new Map(rows.map((row) => [row.level_id, row.qty]));
}

/** Step 1, nothing locked: is there enough of each line? */
async function preCheck(client: pg.PoolClient, { order, lines }: Job): Promise<void> {
  const levels = await run<LevelRow & { taken: number }>(client, LEVELS_WITH_HOLDS, [column(lines, 'sku')]);
  const inCarts = await sums(client, CART_HOLDS, [column(levels, 'id'), order]);
  for (const { sku, quantity } of lines) {
    const mine = levels.filter((level) => level.sku === sku);
    const free = mine.reduce((sum, level) => sum + level.on_hand - level.taken - (inCarts.get(level.id) ?? 0), 0);
    if (quantity > free) throw new OutOfStock(sku);
  }
}

/** Step 7: the fullest level first. What one line takes is not counted for the next. */
function split({ order, lines }: Job, levels: readonly LevelRow[], inCarts: Sums, inOrders: Sums): Part[] {
  const free = (level: LevelRow): number =>
    level.on_hand - (inOrders.get(level.id) ?? 0) - (inCarts.get(level.id) ?? 0);
  return lines.flatMap(({ line, sku, quantity }) => {
    let needed = quantity;
    const parts: Part[] = [];
    for (const level of levels.filter((one) => one.sku === sku).sort((a, b) => free(b) - free(a))) {
      const qty = Math.min(needed, Math.max(0, free(level)));
      if (qty === 0) continue;
      needed -= qty;
      parts.push({ line: lineId(order, line), levelId: level.id, sku, location: level.location, qty });
    }
    if (needed > 0) throw new OutOfStock(sku);
    return parts;
  });
}

async function complete(client: pg.PoolClient, job: Job, version: Version): Promise<void> {
  const { order, lines } = job;
  const checkout = await run(client, 'select number from checkout where number = $1 for update', [order]);
  if (checkout.length === 0) return;
  await preCheck(client, job); // 1
  const ids = lines.map(({ line }) => lineId(order, line));
  const skus = column(lines, 'sku');
  await run(
    client,
    `insert into new_order_line (id, order_number, sku, qty)
     select line, $2, sku, qty from unnest($1::text[], $3::text[], $4::int[]) w (line, sku, qty)`,
    [ids, order, skus, column(lines, 'quantity')],
  ); // 2
  const levels = await run<LevelRow>(
    client,
    'select id, sku, location, on_hand from level where sku = any($1) order by id for update',
    [skus],
  ); // 3
  const inCarts = await sums(client, CART_HOLDS, [column(levels, 'id'), order]); // 4
  const inOrders: Sums = version.sumsHolds ? await sums(client, HOLDS, [column(levels, 'id')]) : new Map(); // 5
  const parts = split(job, levels, inCarts, inOrders); // 7
  await run(
    client,
    'insert into hold (order_line, sku, location, qty) select * from unnest($1::text[], $2::text[], $3::text[], $4::int[])',
    [column(parts, 'line'), column(parts, 'sku'), column(parts, 'location'), column(parts, 'qty')],
  ); // 8
  await run(client, addReserved('+'), [column(parts, 'levelId'), column(parts, 'qty')]); // 9
  for (const { sku, location } of parts) await run(client, SUM_OF_HOLDS, [sku, location]); // 10
  await run(client, 'delete from checkout where number = $1', [order]); // 11, and the caller commits
}

const addReserved = (sign: '+' | '-', onHand = false): string => `
  update level l set reserved = l.reserved ${sign} w.qty${onHand ? ', on_hand = l.on_hand - w.qty' : ''}
    from (select id, sum(qty)::int as qty from unnest($1::int[], $2::int[]) p (id, qty) group by id) w where l.id = w.id`;

async function endAllocations(client: pg.PoolClient, { order, lines }: Job, leaves: boolean): Promise<void> {
  const ids = lines.map(({ line }) => lineId(order, line));
  const parts = await run<{ id: number; level_id: number; sku: string; location: string; qty: number }>(
    client,
    `select h.id::int, l.id as level_id, h.sku, h.location, h.qty from hold h join level l using (sku, location)
      where h.order_line = any($1) and h.deleted_at is null and h.qty > 0 order by l.id for update of h, l`,
    [ids],
  );
  await run(client, 'update hold set qty = 0 where id = any($1)', [column(parts, 'id')]);
  for (const { sku, location } of parts) await run(client, SUM_OF_HOLDS, [sku, location]);
  await run(client, addReserved('-', leaves), [column(parts, 'level_id'), column(parts, 'qty')]);
}

const saleor =
  (version: Version) =>
  ({ work }: Connections): Path => ({
    reserve: (job) => outcomeOf(transaction(work, (client) => complete(client, job, version))),
    release: (job) => transaction(work, (client) => endAllocations(client, job, false)),
    ship: (job) => transaction(work, (client) => endAllocations(client, job, true)),
  });

export const saleorAsWritten = saleor({ sumsHolds: false });
export const saleorIntended = saleor({ sumsHolds: true });
