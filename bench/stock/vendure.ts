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
 * Vendure's path, re-created from PEERS.md B §5.2: a check in one request, the allocation in a later one, nothing held in between (there
 * the buyer pays). The numbers are the steps there. Its movements are the holds of the common schema: an allocation adds one,
 * a release or a sale adds one that takes off.
 */

type LevelRow = { id: number; sku: string; location: string; on_hand: number; reserved: number };
type Version = {
  /** After PR #4930: the rows of a variant are locked before they are read, and availability is not taken below zero. */
  readonly locked: boolean;
};

const LEVELS_OF = 'select id, sku, location, on_hand, reserved from level where sku = $1 order by id';
const LEVEL = 'select id, sku, location, on_hand, reserved from level where sku = $1 and location = $2';
const INSERT_MOVEMENTS = `insert into hold (order_line, sku, location, qty) select * from unnest($1::text[], $2::text[], $3::text[], $4::int[])`;

type Movement = { line: string; sku: string; location: string; qty: number };
const saveMovements = (client: pg.PoolClient, movements: readonly Movement[]) =>
  run(client, INSERT_MOVEMENTS, [
    column(movements, 'line'),
    column(movements, 'sku'),
    column(movements, 'location'),
    column(movements, 'qty'),
  ]);

/** Request 1, its own transaction: is there enough of each line? */
async function check(client: pg.PoolClient, { lines }: Job): Promise<void> {
  const [setting] = await run<{ threshold: number }>(
    client,
    'select out_of_stock_threshold as threshold from setting where id = $1',
    [1],
  );
  for (const { sku, quantity } of lines) {
    const levels = await run<LevelRow>(client, LEVELS_OF, [sku]);
    const saleable = levels.reduce((sum, level) => sum + level.on_hand - level.reserved, 0) - (setting?.threshold ?? 0);
    if (quantity > saleable) throw new OutOfStock(sku);
  }
}

/**
 * Where the units come from, by the levels read for the request. With one location all of them do, whatever it has. Over several, as
 * written each gives min(ordered, available), and what is still needed is not counted down (issue #4030); after the fix it is.
 */
function spread(
  levels: readonly LevelRow[],
  quantity: number,
  { locked }: Version,
): { location: string; qty: number }[] {
  const [only, ...others] = levels;
  if (only === undefined) return [];
  if (others.length === 0 && !locked) return [{ location: only.location, qty: quantity }];
  let needed = quantity;
  const parts: { location: string; qty: number }[] = [];
  for (const { location, on_hand, reserved } of levels) {
    if (needed <= 0) break;
    const available = Math.max(0, on_hand - reserved);
    const qty = Math.min(locked ? needed : quantity, available);
    if (qty > 0) parts.push({ location, qty });
    needed -= qty;
  }
  return parts;
}

/** Request 2, one transaction: the order's state moves on and its lines are allocated. Answers the units it could not find. */
async function allocate(client: pg.PoolClient, { order, lines }: Job, version: Version): Promise<number> {
  const [state] = await run<{ state: string }>(client, 'select state from orders where number = $1', [order]);
  if (state?.state !== 'ArrangingPayment') return 0; // a repeated request is absorbed by the state
  const cache = new Map<string, LevelRow[]>();
  const movements: Movement[] = [];
  let missing = 0;
  for (const { line, sku, quantity } of lines) {
    const id = lineId(order, line);
    await run(client, 'select id, sku, qty from order_line where id = $1', [id]); // 1
    await run(client, 'select sku, enabled from variant where sku = $1', [sku]); // 2
    if (cache.size === 0) await run(client, 'select code, position from location order by position', []); // 3
    const levels = await levelsOf(client, sku, version, cache); // 4
    await run(client, 'select sku, enabled from variant where sku = $1', [sku]); // 5
    const parts = spread(levels, quantity, version);
    for (const { location, qty } of parts) {
      const [level] = await run<LevelRow>(client, LEVEL, [sku, location]); // 6
      if (level === undefined) continue;
      await run(client, 'update level set reserved = $2 where id = $1', [level.id, level.reserved + qty]);
      movements.push({ line: id, sku, location, qty });
    }
    missing += Math.max(0, quantity - parts.reduce((sum, part) => sum + part.qty, 0));
  }
  await saveMovements(client, movements);
  await run(client, 'update orders set state = $2 where number = $1', [order, 'PaymentAuthorized']);
  return missing;
}

async function levelsOf(
  client: pg.PoolClient,
  sku: string,
  { locked }: Version,
  cache: Map<string, LevelRow[]>,
): Promise<LevelRow[]> {
  // Under the lock nothing is cached: the second line of a SKU must see what the first took.
  if (locked) return run<LevelRow>(client, `${LEVELS_OF} for update`, [sku]);
  const levels = cache.get(sku) ?? (await run<LevelRow>(client, LEVELS_OF, [sku]));
  cache.set(sku, levels);
  return levels;
}

/** Release and sale go to the location of the allocation: one read and one absolute write for each. */
async function endAllocations(
  client: pg.PoolClient,
  { order, lines }: Job,
  leaves: boolean,
  { locked }: Version,
): Promise<void> {
  const movements: Movement[] = [];
  for (const { line } of lines) {
    const id = lineId(order, line);
    const allocations = await run<Movement>(
      client,
      'select order_line as line, sku, location, sum(qty)::int as qty from hold where order_line = $1 group by order_line, sku, location',
      [id],
    );
    for (const { sku, location, qty } of allocations) {
      const [level] = await run<LevelRow>(client, locked ? `${LEVEL} for update` : LEVEL, [sku, location]);
      if (level === undefined) continue;
      const onHand = level.on_hand - (leaves ? qty : 0);
      await run(client, 'update level set reserved = $2, on_hand = $3 where id = $1', [
        level.id,
        level.reserved - qty,
        onHand,
      ]);
      movements.push({ line: id, sku, location, qty: -qty });
    }
  }
  await saveMovements(client, movements);
}

const vendure =
  (version: Version) =>
  ({ work }: Connections): Path => {
    const reserve = async (job: Job): Promise<void> => {
      await transaction(work, (client) => check(client, job));
      // What is short at this point stays short: the order keeps what was found, nobody is told.
      const missing = await transaction(work, (client) => allocate(client, job, version));
      if (missing > 0) throw new OutOfStock(job.order);
    };
    return {
      reserve: (job) => outcomeOf(reserve(job)),
      release: (job) => transaction(work, (client) => endAllocations(client, job, false, version)),
      ship: (job) => transaction(work, (client) => endAllocations(client, job, true, version)),
    };
  };

/** As in the snapshot read: no lock anywhere. */
export const vendurePre = vendure({ locked: false });
/** After PR #4930, by its text. */
export const vendurePost = vendure({ locked: true });
