import type pg from 'pg';
import { LOCATIONS } from './grounds.ts';
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
 * Medusa's path, re-created from PEERS.md B §5.1 (v2.0.0). The numbers are the steps there. Reading, checking and writing are
 * not locked by themselves; a lock module keeps other reservations of the same goods out, release and shipment take no lock.
 */

/** Step 1 (a): mutexes of this process, one for each SKU. The product's own waits on itself until a timeout of 5 s when keys repeat or cross; kindly, these are sorted and each is taken once. */
class Mutexes {
  private readonly tails = new Map<string, Promise<void>>();

  async with<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const key of [...new Set(keys)].sort()) releases.push(await this.take(key));
      return await work();
    } finally {
      for (const release of releases) release();
    }
  }

  private async take(key: string): Promise<() => void> {
    const before = this.tails.get(key);
    let release = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.tails.set(key, tail);
    await before;
    return () => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
      release();
    };
  }
}

type Lock = <T>(skus: readonly string[], work: () => Promise<T>) => Promise<T>;
type LevelRow = { id: number; sku: string; location: string; on_hand: number; reserved: number };
type HoldRow = { sku: string; location: string; qty: number };

const LEVELS = `select l.id, l.sku, l.location, l.on_hand, l.reserved from level l
                  join unnest($1::text[], $2::text[]) w (sku, location) using (sku, location)`;
const SET_RESERVED = `update level l set reserved = w.reserved from unnest($1::int[], $2::int[]) w (id, reserved) where l.id = w.id`;

/** Always the first of the locations: nothing is split. */
const LOCATION = LOCATIONS[0];

async function reserveUnlocked(client: pg.PoolClient, { order, lines }: Job): Promise<void> {
  const skus = column(lines, 'sku');
  const levels = await run<LevelRow>(client, LEVELS, [skus, skus.map(() => LOCATION)]); // 3
  for (const { sku, quantity } of lines) {
    const level = levels.find((one) => one.sku === sku);
    if (level === undefined || quantity > level.on_hand - level.reserved) throw new OutOfStock(sku); // 4: each line alone
  }
  await run(
    client,
    `insert into hold (order_line, sku, location, qty) select w.line, w.sku, $2, w.qty from unnest($1::text[], $3::text[], $4::int[]) w (line, sku, qty)`,
    [lines.map(({ line }) => lineId(order, line)), LOCATION, skus, column(lines, 'quantity')],
  ); // 5
  await run(client, 'select id, sku, location, on_hand, reserved from level where id = any($1)', [
    column(levels, 'id'),
  ]); // 6
  const reserved = levels.map((level) =>
    lines.filter((line) => line.sku === level.sku).reduce((sum, line) => sum + line.quantity, level.reserved),
  );
  await run(client, SET_RESERVED, [column(levels, 'id'), reserved]); // 7: the value of step 3 plus the lines
}

/** Ends the holds of an order: counters are set to what was read less the holds. */
async function endHolds(client: pg.PoolClient, { order, lines }: Job, leaves: boolean): Promise<void> {
  const ids = lines.map(({ line }) => lineId(order, line));
  const holds = await run<HoldRow>(
    client,
    'select sku, location, qty from hold where order_line = any($1) and deleted_at is null',
    [ids],
  );
  await run(client, 'update hold set deleted_at = now() where order_line = any($1) and deleted_at is null', [ids]);
  const levels = await run<LevelRow>(client, LEVELS, [column(holds, 'sku'), column(holds, 'location')]);
  const after = levels.map((level) => {
    const mine = holds.filter((hold) => hold.sku === level.sku && hold.location === level.location);
    const units = mine.reduce((sum, hold) => sum + hold.qty, 0);
    return { id: level.id, reserved: level.reserved - units, onHand: level.on_hand - (leaves ? units : 0) };
  });
  if (!leaves) {
    await run(client, SET_RESERVED, [column(after, 'id'), column(after, 'reserved')]);
    return;
  }
  await run(
    client,
    `update level l set reserved = w.reserved, on_hand = w.on_hand from unnest($1::int[], $2::int[], $3::int[]) w (id, reserved, on_hand) where l.id = w.id`,
    [column(after, 'id'), column(after, 'reserved'), column(after, 'onHand')],
  );
}

const medusa = ({ work }: Connections, lock: Lock): Path => ({
  reserve: (job) =>
    outcomeOf(
      lock(column(job.lines, 'sku'), () => transaction(work, (client) => reserveUnlocked(client, job))), // 1, 2, 8
    ),
  release: (job) => transaction(work, (client) => endHolds(client, job, false)),
  ship: (job) => transaction(work, (client) => endHolds(client, job, true)),
});

/** Its default: locks in the memory of one process. */
export function medusaMemoryLock(connections: Connections): Path {
  const mutexes = new Mutexes();
  return medusa(connections, (skus, work) => mutexes.with(skus, work));
}

/**
 * Step 1 (b): on a connection beside, one advisory lock on a 32-bit hash of each SKU, in the order of the cart; held until the work on
 * the other connection is committed. The connections of the locks come on top, so that it does not run out of them.
 */
export const medusaPgLock = (connections: Connections): Path =>
  medusa(connections, (skus, work) =>
    transaction(connections.locks, async (client) => {
      for (const sku of skus) await run(client, 'select pg_advisory_xact_lock(hashtext($1))', [sku]);
      return work();
    }),
  );
