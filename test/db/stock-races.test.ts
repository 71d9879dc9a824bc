import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  adjust,
  hold,
  holdsOf,
  openAlerts,
  release,
  setThresholds,
  shipFrom,
  stockDrift,
  takeBack,
} from '../../src/db/stock.ts';
import { basket, deadlocks, openShop, type Shop, session, untilWaiting, wholeLines } from './stock-fixture.ts';

const SOUND = { heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 };

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(48);
});
afterAll(() => shop.drop());

/** Keeps a level locked while `work` is started, until as many connections wait for it as are expected. */
async function whileLocked<T>(sku: string, waiting: number, work: () => Promise<T>): Promise<T> {
  const other = await session(shop);
  await other.query('begin');
  await other.query('select 1 from stock_level where sku = $1 for update', [sku]);
  const started = work();
  await untilWaiting(shop, waiting);
  await other.query('commit');
  await other.end();
  return started;
}

describe('the last units', () => {
  test('of 200 orders racing for 50 units, 50 get one and no unit is sold twice', async () => {
    await shop.stock('LAST', { NORTH: 50 });
    const orders = Array.from({ length: 200 }, (_, index) => `RACE-${index}`);
    const answers = await Promise.all(orders.map((order) => hold(shop.db, order, basket(['LAST', 1]))));
    const held = answers.filter((answer) => answer.held);
    expect(held).toHaveLength(50);
    for (const answer of answers.filter((one) => !one.held)) {
      expect(answer.short).toEqual([{ sku: 'LAST', location: 'NORTH', quantity: 0 }]);
    }
    expect(await shop.level('LAST')).toEqual({ onHand: 50, held: 50 });
    const [holds] = await shop.rows<{ orders: number; units: number }>(
      "select count(distinct order_number)::int as orders, sum(quantity)::int as units from stock_hold where sku = 'LAST'",
    );
    expect(holds).toEqual({ orders: 50, units: 50 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('an order that waited for another sees what that one left', async () => {
    await shop.stock('LEFT', { NORTH: 3 });
    const answers = await whileLocked('LEFT', 4, () =>
      Promise.all([1, 2, 3, 4].map((no) => hold(shop.db, `LEFT-${no}`, basket(['LEFT', 2])))),
    );
    expect(answers.filter((one) => one.held)).toHaveLength(1);
    expect(answers.filter((one) => !one.held).map((one) => one.short[0]?.quantity)).toEqual([1, 1, 1]);
    expect(await shop.level('LEFT')).toEqual({ onHand: 3, held: 2 });
  });
});

test('goods that come back lock their levels in the same order, whatever order they are named in', async () => {
  for (const sku of ['BACK-1', 'BACK-2']) await shop.stock(sku, { NORTH: 1 });
  const units = ['BACK-1', 'BACK-2'].map((sku) => ({ sku, location: 'NORTH', quantity: 1 }));
  const why = { reason: 'came back', actor: 'ana' };
  await whileLocked('BACK-1', 2, () =>
    Promise.all(
      [units, units.toReversed()].map((named) => shop.db.transaction().execute((trx) => takeBack(trx, named, why))),
    ),
  );
  for (const sku of ['BACK-1', 'BACK-2']) expect(await shop.level(sku)).toEqual({ onHand: 3, held: 0 });
});

describe('what waits for units that come free', () => {
  /** Gives back all that `order` holds, and commits when as many as one connection wait for the levels. */
  async function whileGivingBack<T>(order: string, work: () => Promise<T>): Promise<T> {
    const { answer } = await shop.db.transaction().execute(async (trx) => {
      await release(trx, order);
      const waiting = work();
      waiting.catch(() => {});
      await untilWaiting(shop, 1);
      return { answer: waiting };
    });
    return answer;
  }

  test('an order of several goods gets them', async () => {
    for (const sku of ['FREED-1', 'FREED-2']) await shop.stock(sku, { NORTH: 6 });
    const all = basket(['FREED-1', 6], ['FREED-2', 6]);
    await hold(shop.db, 'FREED-A', all);
    const answer = await whileGivingBack('FREED-A', () => hold(shop.db, 'FREED-B', all));
    expect(answer).toEqual({ held: true, already: false, short: [] });
    expect(await shop.level('FREED-1')).toEqual({ onHand: 6, held: 6 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('a correction takes them off', async () => {
    await shop.stock('FREED-3', { NORTH: 6 });
    await hold(shop.db, 'FREED-C', basket(['FREED-3', 6]));
    const broken = { sku: 'FREED-3', location: 'NORTH', kind: 'adjustment', change: -4 } as const;
    const answer = await whileGivingBack('FREED-C', () =>
      adjust(shop.db, { ...broken, reason: 'broken', actor: 'test' }),
    );
    expect(answer).toEqual({ ok: true, onHand: 2, held: 0 });
    expect(await shop.level('FREED-3')).toEqual({ onHand: 2, held: 0 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });
});

describe('equal baskets in another order', () => {
  const skus = ['D-1', 'D-2', 'D-3', 'D-4', 'D-5', 'D-6'];
  const lines = skus.map((sku) => [sku, 1] as const);

  test('wait for each other and never deadlock', async () => {
    for (const sku of skus) await shop.stock(sku, { NORTH: 1000 });
    const before = await deadlocks(shop);
    const work = Array.from({ length: 240 }, async (_, index) => {
      const order = `EQUAL-${index}`;
      const wanted = basket(...(index % 2 === 0 ? lines : [...lines].reverse()));
      expect(await hold(shop.db, order, wanted)).toMatchObject({ held: true });
      if (index % 3 === 0) await shop.db.transaction().execute((trx) => release(trx, order));
      if (index % 3 === 1) {
        await shop.db.transaction().execute((trx) => shipFrom(trx, order, 'NORTH', wholeLines([1, 2, 3, 4, 5, 6])));
      }
    });
    await Promise.all(work);
    expect(await deadlocks(shop)).toBe(before);
    for (const sku of skus) expect(await shop.level(sku)).toEqual({ onHand: 920, held: 80 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test.each(['release', 'shipment'] as const)(
    'a %s has locked every level before it writes the first',
    async (kind) => {
      const order = `ALL-LOCKED-${kind}`;
      await hold(shop.db, order, basket(...lines));
      const other = await session(shop);
      await other.query('begin');
      await other.query("select 1 from stock_level where sku = 'D-6' for update");
      const ending = shop.db
        .transaction()
        .execute((trx) =>
          kind === 'release' ? release(trx, order) : shipFrom(trx, order, 'NORTH', wholeLines([1, 2, 3, 4, 5, 6])),
        );
      await untilWaiting(shop, 1);
      const [free] = await shop.rows<{ count: number }>(
        `select count(*)::int from (select 1 from stock_level where sku like 'D-%' for update skip locked) unlocked`,
      );
      const [holds] = await shop.rows<{ count: number }>(
        // A row that the waiting statement has deleted already is locked by it.
        'select count(*)::int from (select 1 from stock_hold where order_number = $1 for update skip locked) unlocked',
        [order],
      );
      await other.query('commit');
      await other.end();
      await ending;
      expect({ levels: free?.count, holds: holds?.count }).toEqual({ levels: 0, holds: 6 });
    },
  );
});

describe('the same order at the same time', () => {
  test('is held once, and every caller is told that it is', async () => {
    await shop.stock('TWIN', { NORTH: 100 });
    const answers = await whileLocked('TWIN', 8, () =>
      Promise.all(Array.from({ length: 8 }, () => hold(shop.db, 'TWIN-1', basket(['TWIN', 3])))),
    );
    expect(answers.filter((one) => one.held)).toHaveLength(8);
    expect(await shop.level('TWIN')).toEqual({ onHand: 100, held: 3 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('also when its own hold has taken the last unit', async () => {
    await shop.stock('TWIN-LAST', { NORTH: 3 });
    const answers = await whileLocked('TWIN-LAST', 4, () =>
      Promise.all(Array.from({ length: 4 }, () => hold(shop.db, 'TWIN-2', basket(['TWIN-LAST', 3])))),
    );
    expect(answers.filter((one) => one.held)).toHaveLength(4);
    expect(await shop.level('TWIN-LAST')).toEqual({ onHand: 3, held: 3 });
  });

  test('is held by one plan, however different the plans are', async () => {
    await shop.stock('PLANS', { NORTH: 5, SOUTH: 5 });
    const plans = [basket(['PLANS', 1, 'NORTH']), basket(['PLANS', 1, 'SOUTH'])];
    const answers = await whileLocked('PLANS', 2, () =>
      Promise.all(plans.map((plan) => hold(shop.db, 'TWIN-3', plan))),
    );
    expect(answers.filter((one) => one.held)).toHaveLength(2);
    expect(answers.filter((one) => one.already)).toHaveLength(1);
    expect(await holdsOf(shop.db, 'TWIN-3')).toHaveLength(1);
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('released many times at once gives back once', async () => {
    await shop.stock('BACK', { NORTH: 10 });
    await hold(shop.db, 'BACK-1', basket(['BACK', 4]));
    await hold(shop.db, 'BACK-2', basket(['BACK', 4]));
    const again = () => shop.db.transaction().execute((trx) => release(trx, 'BACK-1'));
    await whileLocked('BACK', 6, () => Promise.all(Array.from({ length: 6 }, again)));
    expect(await shop.level('BACK')).toEqual({ onHand: 10, held: 4 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('released while it ships ends as the one or the other', async () => {
    await shop.stock('ENDS', { NORTH: 40 });
    const ends = Array.from({ length: 20 }, async (_, index) => {
      const order = `ENDS-${index}`;
      await hold(shop.db, order, basket(['ENDS', 2]));
      await Promise.all([
        shop.db.transaction().execute((trx) => release(trx, order)),
        shop.db.transaction().execute((trx) => shipFrom(trx, order, 'NORTH', wholeLines([1]))),
      ]);
      return order;
    });
    await Promise.all(ends);
    const kinds = await shop.rows<{ kind: string; units: number }>(
      "select kind, sum(-held_change)::int as units from stock_movement where sku = 'ENDS' and held_change < 0 group by kind",
    );
    const shipped = kinds.find((row) => row.kind === 'shipment')?.units ?? 0;
    expect(kinds.reduce((sum, row) => sum + row.units, 0)).toBe(40);
    expect(await shop.level('ENDS')).toEqual({ onHand: 40 - shipped, held: 0 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });
});

test('a refill that waited for the hold that used the goods up leaves no alert behind', async () => {
  await shop.stock('ALERT', { NORTH: 10 });
  await setThresholds(shop.db, { sku: 'ALERT', location: 'NORTH', safetyStock: 0, reorderPoint: 5 });
  const { refilled } = await shop.db.transaction().execute(async (trx) => {
    await hold(trx, 'ALERT-1', basket(['ALERT', 9]));
    const delivery = { sku: 'ALERT', location: 'NORTH', kind: 'receipt', change: 90 } as const;
    const waiting = adjust(shop.db, { ...delivery, reason: 'delivery', actor: 'test' });
    await untilWaiting(shop, 1);
    return { refilled: waiting }; // in an object, or it would be waited for here
  });
  expect(await refilled).toEqual({ ok: true, onHand: 100, held: 9 });
  expect((await openAlerts(shop.db, 99)).filter((alert) => alert.sku === 'ALERT')).toEqual([]);
});

describe('a client that dies', () => {
  test('in the middle of holding leaves nothing, and the repetition holds once', async () => {
    await shop.stock('DIES', { NORTH: 5 });
    const other = await session(shop);
    await other.query('begin');
    await other.query("select 1 from stock_level where sku = 'DIES' for update");
    const dying = hold(shop.db, 'DIES-1', basket(['DIES', 2]));
    const died = expect(dying).rejects.toThrow(/terminat/);
    await untilWaiting(shop, 1);
    await other.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    await died;
    await other.query('commit');
    await other.end();
    // The pool may hand out the dead connection once more before it sees that it is closed.
    expect(await vi.waitFor(() => shop.level('DIES'))).toEqual({ onHand: 5, held: 0 });
    expect(await hold(shop.db, 'DIES-1', basket(['DIES', 2]))).toMatchObject({ held: true, already: false });
    expect(await shop.level('DIES')).toEqual({ onHand: 5, held: 2 });
    expect(await stockDrift(shop.db)).toEqual(SOUND);
  });

  test('before its transaction is committed leaves nothing either', async () => {
    await shop.stock('OPEN', { NORTH: 5 });
    const dying = shop.db.transaction().execute(async (trx) => {
      await hold(trx, 'OPEN-1', basket(['OPEN', 2]));
      await shop.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and state = 'idle in transaction'`,
      );
    });
    await expect(dying).rejects.toThrow();
    expect(await holdsOf(shop.db, 'OPEN-1')).toEqual([]);
    expect(await hold(shop.db, 'OPEN-1', basket(['OPEN', 2]))).toMatchObject({ held: true, already: false });
    expect(await shop.level('OPEN')).toEqual({ onHand: 5, held: 2 });
  });

  test('after it has held finds its hold when it asks again', async () => {
    await shop.stock('AGAIN', { NORTH: 2 });
    await hold(shop.db, 'AGAIN-1', basket(['AGAIN', 2]));
    await shop.rows(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    expect(await vi.waitFor(() => hold(shop.db, 'AGAIN-1', basket(['AGAIN', 2])))).toEqual({
      held: true,
      already: true,
      short: [],
    });
    expect(await shop.level('AGAIN')).toEqual({ onHand: 2, held: 2 });
  });
});
