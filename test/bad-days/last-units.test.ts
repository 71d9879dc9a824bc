import { afterAll, beforeAll, expect, test } from 'vitest';
import { stockDrift } from '../../src/db/stock.ts';
import { deskOf } from '../setup/desk.ts';
import { eventually, type System, startSystem, untilOrder } from '../setup/system.ts';
import { ask } from './buyers.ts';

/** Far more orders than units, all at once. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());
const desk = deskOf(() => system);

const PATIENCE_MS = 120_000;
const ORDERS = 200;
const UNITS = 50;
const AT_ONCE = 20;
const GIVEN_BACK = 10;

/** MUG is in both warehouses, so that plans compete for two levels. */
const WAREHOUSES = [
  ['WEST', 1000],
  ['EAST', 1000],
] as const;

/** Leaves so many units in all, some in each warehouse. */
async function leave(units: number): Promise<void> {
  for (const [index, [location, onHand]] of WAREHOUSES.entries()) {
    const left = index === 0 ? Math.floor(units / 3) : units - Math.floor(units / 3);
    const body = { sku: 'MUG', location, kind: 'adjustment', change: left - onHand, reason: 'counted' };
    expect((await system.call('POST', '/v1/inventory/adjustments', { body })).status).toBeLessThan(300);
  }
}

async function numbersOf(query: string): Promise<string[]> {
  const numbers: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await system.call('GET', `/v1/orders?limit=100&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.status).toBe(200);
    numbers.push(...page.body.data.map((one: { number: string }) => one.number));
    cursor = page.body.next_cursor;
  }
  return numbers;
}

const stockOf = async () => {
  const levels = (await system.call('GET', '/v1/inventory?sku=MUG')).body.data as { on_hand: number; held: number }[];
  const sum = (of: (level: { on_hand: number; held: number }) => number) =>
    levels.reduce((all, one) => all + of(one), 0);
  return { onHand: sum((level) => level.on_hand), held: sum((level) => level.held) };
};

async function placeMany(): Promise<number[]> {
  const statuses: number[] = [];
  let left = ORDERS;
  const checkout = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      statuses.push((await ask(system)).status);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, checkout));
  return statuses;
}

test(
  'two hundred orders race for the last fifty units',
  async () => {
    await leave(UNITS);
    const statuses = await placeMany();
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    expect(statuses).toHaveLength(ORDERS);

    const short = await eventually(
      () => numbersOf('status=pending&has_exception=true'),
      (numbers) => numbers.length >= ORDERS - UNITS,
      PATIENCE_MS,
    );
    expect(short).toHaveLength(ORDERS - UNITS);
    const confirmed = await eventually(
      () => numbersOf('status=processing'),
      (numbers) => numbers.length >= UNITS,
      PATIENCE_MS,
    );
    expect(confirmed).toHaveLength(UNITS);
    expect(await stockOf()).toEqual({ onHand: UNITS, held: UNITS });

    const cancels = await Promise.all(
      confirmed.slice(0, GIVEN_BACK).map((number) => desk.act(number, 'cancel', { reason: 'changed my mind' })),
    );
    expect(cancels.map(({ status }) => status)).toEqual(cancels.map(() => 200));
    const retried = short.slice(0, GIVEN_BACK);
    const retries = await Promise.all(
      retried.map(async (number) =>
        desk.resolve(await desk.openException(number, 'stock_out'), { resolution: 'retry' }),
      ),
    );
    expect(retries.map(({ status }) => status)).toEqual(retries.map(() => 200));
    for (const number of retried) await untilOrder(system, number, ({ status }) => status === 'processing');

    // One more is one too many.
    const [late = ''] = short.slice(GIVEN_BACK);
    const first = await desk.openException(late, 'stock_out');
    expect((await desk.resolve(first, { resolution: 'retry' })).status).toBe(200);
    const again = await eventually(
      () => desk.openException(late, 'stock_out'),
      (id) => id !== first,
    );
    expect(again).toContain(late);
    expect(await stockOf()).toEqual({ onHand: UNITS, held: UNITS });
    expect(await stockDrift(system.database.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
  },
  3 * PATIENCE_MS,
);
