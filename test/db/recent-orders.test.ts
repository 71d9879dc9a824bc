import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordNews } from '../../src/activities/recording.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { readOrder } from '../../src/db/order-reader.ts';
import { recordTransition } from '../../src/db/record.ts';
import type { News } from '../../src/domain/news.ts';
import type { Order } from '../../src/domain/order.ts';
import { ask } from '../domain/given.ts';
import { placeOrder } from '../emails/orders.ts';
import { createTestDatabase } from '../setup/database.ts';

/** Steps go on from what their process has recorded; another process may have moved the order on meanwhile. */

let drop: () => Promise<void>;
let ours: Database;
let theirs: Database;
beforeAll(async () => {
  const made = await createTestDatabase();
  drop = made.drop;
  [ours, theirs] = [openDatabase(made.url, { max: 4 }), openDatabase(made.url, { max: 4 })];
});
afterAll(async () => {
  await Promise.all([ours.close(), theirs.close()]);
  await drop();
});

const trouble = (lane: string): News => ({
  type: 'unforeseen',
  lane,
  failure: { type: 'Error', message: `trouble in ${lane}`, details: {} },
});
const openLanes = async (number: string) =>
  (await readOrder(ours.db, number))?.order.exceptions.map(({ lane }) => lane).sort();

test('what is decided on an order that has moved on is decided anew, and nothing of the other is lost', async () => {
  const { number } = await placeOrder(ours.db);
  await recordNews(ours.db, number, trouble('one'));
  await recordNews(theirs.db, number, trouble('two'));
  const outcome = await recordNews(ours.db, number, trouble('three'));
  expect(await openLanes(number)).toEqual(['one', 'three', 'two']);
  expect(outcome.from).toBe(((await readOrder(ours.db, number))?.order.version ?? 0) - outcome.facts.length);
});

test('what would change nothing of the order as it was is looked at on the record', async () => {
  const { number } = await placeOrder(ours.db);
  await recordNews(ours.db, number, trouble('one'));
  const before = (await readOrder(theirs.db, number))?.order as Order;
  const closed = ask(before, 'resolve_exception', { exception: before.exceptions[0]?.id, resolution: 'retry' });
  if (!closed.ok) throw new Error(closed.refusal.code);
  await recordTransition(theirs.db, before, closed.order, closed.facts);
  expect(await openLanes(number)).toEqual([]);
  // Here it was still open, and the same trouble nothing new.
  const outcome = await recordNews(ours.db, number, trouble('one'));
  expect(outcome.facts.map(({ type }) => type)).toEqual(['exception_opened']);
  expect(await openLanes(number)).toEqual(['one']);
});
