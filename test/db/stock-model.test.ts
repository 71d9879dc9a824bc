import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adjust, hold, holdsOf, listLevels, release, setThresholds, shipFrom, stockDrift } from '../../src/db/stock.ts';
import type { Allocation } from '../../src/domain/order.ts';
import { basket, openShop, type Shop, wholeLines } from './stock-fixture.ts';

/** Random lives of a small stock against a model that is nothing but arithmetic. */

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.drop());

const SKUS = ['A', 'B', 'C'];
const PLACES = ['NORTH', 'SOUTH'];
const ORDERS = ['1', '2', '3', '4'];
const REORDER_POINT = 3;
const SAFETY_STOCK = 1;

type Command =
  | { do: 'hold'; order: string; lines: [sku: string, quantity: number, location: string][] }
  | { do: 'release'; order: string }
  | { do: 'ship'; order: string; location: string; lines: number[] }
  | { do: 'adjust'; sku: string; location: string; change: number };

const sku = fc.constantFrom(...SKUS);
const location = fc.constantFrom(...PLACES);
const order = fc.constantFrom(...ORDERS);
const line = fc.tuple(sku, fc.integer({ min: 1, max: 4 }), location);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('hold'), order, lines: fc.array(line, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release'), order }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('ship'),
      order,
      location,
      lines: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('adjust'), sku, location, change: fc.integer({ min: -6, max: 8 }) }),
  },
);

/** What the stock must do, without a database. */
class Model {
  readonly levels = new Map<string, { onHand: number; held: number }>();
  readonly holds = new Map<string, Allocation[]>();

  private level(name: string, place: string) {
    const key = `${name}@${place}`;
    const level = this.levels.get(key) ?? { onHand: 0, held: 0 };
    this.levels.set(key, level);
    return level;
  }

  hold(number: string, plan: Allocation[]): boolean {
    if ((this.holds.get(number) ?? []).length > 0) return true;
    const fits = plan.every(({ sku: name, location: place }) => {
      const same = plan.filter((one) => one.sku === name && one.location === place);
      const level = this.level(name, place);
      return same.reduce((sum, one) => sum + one.quantity, 0) <= level.onHand - level.held - SAFETY_STOCK;
    });
    if (!fits) return false;
    for (const one of plan) this.level(one.sku, one.location).held += one.quantity;
    this.holds.set(number, plan);
    return true;
  }

  end(number: string, leaves: boolean, which: (one: Allocation) => boolean): void {
    const held = this.holds.get(number) ?? [];
    for (const one of held.filter(which)) {
      const level = this.level(one.sku, one.location);
      level.held -= one.quantity;
      if (leaves) level.onHand -= one.quantity;
    }
    this.holds.set(
      number,
      held.filter((one) => !which(one)),
    );
  }

  adjust(name: string, place: string, change: number): { ok: boolean; atLeast: number } {
    const level = this.level(name, place);
    const ok = level.onHand + change >= level.held;
    if (ok) level.onHand += change;
    return { ok, atLeast: level.held - level.onHand };
  }
}

/** Each run has goods and orders of its own, so that runs need no cleaning. */
let run = 0;

async function apply(model: Model, prefix: string, one: Command): Promise<void> {
  switch (one.do) {
    case 'hold': {
      const plan = basket(...one.lines.map(([name, ...rest]) => [prefix + name, ...rest] as const));
      const expected = model.hold(prefix + one.order, plan);
      const answer = await hold(shop.db, prefix + one.order, plan);
      expect(answer.held).toBe(expected);
      expect(answer.short.length === 0).toBe(expected);
      return;
    }
    case 'release':
      model.end(prefix + one.order, false, () => true);
      await shop.db.transaction().execute((trx) => release(trx, prefix + one.order));
      return;
    case 'ship':
      model.end(prefix + one.order, true, (h) => h.location === one.location && one.lines.includes(h.line));
      await shop.db
        .transaction()
        .execute((trx) => shipFrom(trx, prefix + one.order, one.location, wholeLines(one.lines)));
      return;
    case 'adjust': {
      const expected = model.adjust(prefix + one.sku, one.location, one.change);
      const given = { sku: prefix + one.sku, location: one.location, kind: 'adjustment', change: one.change } as const;
      const answer = await adjust(shop.db, { ...given, reason: 'model', actor: 'model' });
      expect(answer.ok).toBe(expected.ok);
      if (!answer.ok) expect(answer.atLeast).toBe(expected.atLeast);
      return;
    }
    default:
      one satisfies never;
  }
}

async function compare(model: Model, prefix: string): Promise<void> {
  for (const name of SKUS) {
    for (const level of await listLevels(shop.db, { sku: prefix + name, limit: 9 })) {
      const expected = model.levels.get(`${level.sku}@${level.location}`);
      expect({ onHand: level.onHand, held: level.held }).toEqual(expected);
    }
  }
  for (const number of ORDERS) {
    const byLine = [...(model.holds.get(prefix + number) ?? [])].sort((a, b) => a.line - b.line);
    expect(await holdsOf(shop.db, prefix + number)).toEqual(byLine);
  }
  expect(await stockDrift(shop.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
  const lowAndAlerted = await shop.rows<{ low: boolean; alerted: boolean }>(
    `select l.on_hand - l.held <= l.reorder_point as low,
            exists (select 1 from stock_alert a where a.sku = l.sku and a.location = l.location and a.cleared_at is null) as alerted
       from stock_level l where l.sku like $1`,
    [`${prefix}%`],
  );
  for (const { low, alerted } of lowAndAlerted) expect(alerted).toBe(low);
}

test('counters are the sums of holds and of movements, and every answer is the arithmetic one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (commands) => {
      run += 1;
      const prefix = `M${run}-`;
      const model = new Model();
      for (const name of SKUS) {
        await shop.stock(prefix + name, { NORTH: 10, SOUTH: 6 });
        model.adjust(prefix + name, 'NORTH', 10);
        model.adjust(prefix + name, 'SOUTH', 6);
        for (const place of PLACES) {
          const thresholds = { safetyStock: SAFETY_STOCK, reorderPoint: REORDER_POINT };
          await setThresholds(shop.db, { sku: prefix + name, location: place, ...thresholds });
        }
      }
      for (const one of commands) await apply(model, prefix, one);
      await compare(model, prefix);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('the same lives lived at once by many clients end sound', async () => {
  run += 1;
  const prefix = `M${run}-`;
  for (const name of SKUS) await shop.stock(prefix + name, { NORTH: 60, SOUTH: 40 });
  const lives = fc.sample(fc.array(command, { minLength: 12, maxLength: 12 }), { numRuns: 16, seed: 20261123 });
  await Promise.all(
    lives.map(async (commands, client) => {
      for (const one of commands) {
        // Clients share the goods and, two by two, the orders.
        const own = 'order' in one ? { ...one, order: `${one.order}-${client % 8}` } : one;
        await live(prefix, own);
      }
    }),
  );
  expect(await stockDrift(shop.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
  const [taken] = await shop.rows<{ orders: number }>(
    'select count(distinct order_number)::int as orders from stock_hold where order_number like $1',
    [`${prefix}%`],
  );
  expect(taken?.orders).toBeGreaterThan(0);
});

async function live(prefix: string, one: Command): Promise<void> {
  const { db } = shop;
  if (one.do === 'hold') {
    await hold(
      db,
      prefix + one.order,
      basket(...one.lines.map(([name, ...rest]) => [prefix + name, ...rest] as const)),
    );
  } else if (one.do === 'release') {
    await db.transaction().execute((trx) => release(trx, prefix + one.order));
  } else if (one.do === 'ship') {
    await db.transaction().execute((trx) => shipFrom(trx, prefix + one.order, one.location, wholeLines(one.lines)));
  } else {
    const given = { sku: prefix + one.sku, location: one.location, kind: 'adjustment', change: one.change } as const;
    await adjust(db, { ...given, reason: 'model', actor: 'model' });
  }
}
