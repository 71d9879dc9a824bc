import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOrderActivities } from '../../src/activities/orders.ts';
import type { Db } from '../../src/db/database.ts';
import { listExceptions } from '../../src/db/exceptions.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import { decideNews } from '../../src/domain/news.ts';
import type { Order } from '../../src/domain/order.ts';
import { placeOrder } from '../emails/orders.ts';
import { shopWith } from './listed-orders.ts';

/** A step that an earlier release has scheduled brings an order without what policies have had since. */

let shop: { db: Db; drop(): Promise<void> };
beforeAll(async () => {
  shop = await shopWith([]);
});
afterAll(() => shop.drop());

test('such a step is recorded, and an exception is due at its usual time', async () => {
  const { db } = shop;
  const order = await placeOrder(db);
  const { exceptionDue: _due, emailsLeftOut: _leftOut, ...policy } = order.policy;
  const before = { ...order, policy } as unknown as Order;
  const failure = { type: 'Unknown', message: 'nobody knows', details: {} };
  const { facts } = decideNews(order, { type: 'unforeseen', lane: 'order', failure }, Date.now());
  expect(await createOrderActivities({ db }).recordTransition({ before, facts })).toBe(true);
  const [row] = await listExceptions(db, { order: order.number, limit: 1 });
  const hours = ((row?.dueAt.getTime() ?? 0) - (row?.openedAt.getTime() ?? 0)) / 3_600_000;
  expect(hours).toBe(EXCEPTIONS.unforeseen.dueHours);
});
