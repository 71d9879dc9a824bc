import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reserve } from '../../src/activities/reservation.ts';
import { readOrder, readOrderWithTimeline } from '../../src/db/order-reader.ts';
import { recordHolding, recordTransition, StaleOrder } from '../../src/db/record.ts';
import { holdsOf, stockDrift } from '../../src/db/stock.ts';
import { confirmWith } from '../../src/domain/accepting.ts';
import { begin, type Draft } from '../../src/domain/draft.ts';
import type { Order } from '../../src/domain/order.ts';
import { ask } from '../domain/given.ts';
import { placeOrder } from '../emails/orders.ts';
import { basket, openShop, type Shop } from './stock-fixture.ts';

/** An order's stock and its transition are written by one statement: both or neither. */

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(12);
});
afterAll(() => shop.drop());

const orderOf = (sku: string, quantity = 2): Promise<Order> =>
  placeOrder(shop.db, { lines: [{ no: 1, sku, kind: 'physical', seller: null, quantity, unitPrice: 1250 }] });
const confirming = (order: Order, sku: string, quantity = 2): [Draft, ReturnType<typeof basket>] => {
  const allocations = basket([sku, quantity]);
  return [confirmWith(begin(order), allocations, ['NORTH chosen'], Date.now()), allocations];
};
const recorded = async ({ number }: Order) => {
  const story = await readOrderWithTimeline(shop.db, number);
  return { version: story?.record.order.version, events: story?.timeline.length };
};

test('the hold and the transition are there together', async () => {
  await shop.stock('ONE', { NORTH: 5 });
  const order = await orderOf('ONE');
  const [draft, allocations] = confirming(order, 'ONE');
  expect(await recordHolding(shop.db, order, draft, allocations, 0)).toBe(true);
  expect((await readOrder(shop.db, order.number))?.order).toEqual(draft.order);
  expect(await holdsOf(shop.db, order.number)).toEqual([{ ...allocations[0] }]);
  expect(await shop.level('ONE')).toEqual({ onHand: 5, held: 2 });
  expect((await stockDrift(shop.db)).levelsMinusMovements).toBe(0);
});

describe('nothing is written', () => {
  test('when the goods are short', async () => {
    await shop.stock('SHORT', { NORTH: 1 });
    const order = await orderOf('SHORT');
    const [draft, allocations] = confirming(order, 'SHORT');
    expect(await recordHolding(shop.db, order, draft, allocations, 0)).toBe(false);
    expect(await recorded(order)).toEqual({ version: order.version, events: order.version });
    expect(await shop.level('SHORT')).toEqual({ onHand: 1, held: 0 });
  });

  test('when the order has moved on', async () => {
    await shop.stock('MOVED', { NORTH: 5 });
    const order = await orderOf('MOVED');
    const noted = ask(order, 'add_note', { note: 'Called.' });
    if (!noted.ok) throw new Error(noted.refusal.code);
    await recordTransition(shop.db, order, noted.order, noted.facts);
    const [draft, allocations] = confirming(order, 'MOVED');
    expect(await recordHolding(shop.db, order, draft, allocations, 0)).toBe(false);
    expect((await recorded(order)).version).toBe(noted.order.version);
    expect(await shop.level('MOVED')).toEqual({ onHand: 5, held: 0 });
    await expect(reserve(shop.db, order, begin(order), Date.now())).rejects.toThrow(StaleOrder);
    expect(await shop.level('MOVED')).toEqual({ onHand: 5, held: 0 });
  });

  test('a second time', async () => {
    await shop.stock('TWICE', { NORTH: 5 });
    const order = await orderOf('TWICE');
    const [draft, allocations] = confirming(order, 'TWICE');
    expect(await recordHolding(shop.db, order, draft, allocations, 0)).toBe(true);
    expect(await recordHolding(shop.db, order, draft, allocations, 0)).toBe(false);
    expect(await recorded(order)).toEqual({ version: draft.order.version, events: draft.order.version });
    expect(await shop.level('TWICE')).toEqual({ onHand: 5, held: 2 });
  });
});

test('of many orders for the last units as many are confirmed as there are units for', async () => {
  await shop.stock('LAST', { NORTH: 7 });
  const orders = await Promise.all(Array.from({ length: 24 }, () => orderOf('LAST', 1)));
  await Promise.all(orders.map((order) => reserve(shop.db, order, begin(order), Date.now())));
  const found = await Promise.all(orders.map(({ number }) => readOrder(shop.db, number)));
  const statuses = found.map((one) => one?.order.fulfilments.length);
  expect(statuses.filter((parcels) => parcels === 1)).toHaveLength(7);
  expect(found.filter((one) => one?.order.exceptions.some(({ kind }) => kind === 'stock_out'))).toHaveLength(17);
  expect(await shop.level('LAST')).toEqual({ onHand: 7, held: 7 });
  expect(await stockDrift(shop.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
});

test('two workers that take the stock of one order take it once', async () => {
  await shop.stock('BOTH', { NORTH: 100 });
  for (let round = 0; round < 20; round += 1) {
    const order = await orderOf('BOTH');
    const tries = await Promise.allSettled([1, 2].map(() => reserve(shop.db, order, begin(order), Date.now())));
    expect(tries.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await shop.level('BOTH')).toEqual({ onHand: 100, held: 2 * (round + 1) });
    const { version, events } = await recorded(order);
    expect(events).toBe(version);
  }
  expect(await stockDrift(shop.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
});
