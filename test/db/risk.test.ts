import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { observeRisk } from '../../src/db/risk.ts';
import type { Order, Policy } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { BUYER, placeOrder } from '../emails/orders.ts';
import { createTestDatabase } from '../setup/database.ts';

/** What the fraud rules count by. */

let drop: () => Promise<void>;
let database: Database;
beforeAll(async () => {
  const made = await createTestDatabase();
  drop = made.drop;
  database = openDatabase(made.url, { max: 4 });
});
afterAll(async () => {
  await database.close();
  await drop();
});

const policyWith = (fraud: Partial<Policy['fraud']>): Policy => ({
  ...DEFAULT_POLICY.order,
  fraud: { ...DEFAULT_POLICY.order.fraud, window: 365 * 86_400_000, ...fraud },
});
/** Places an order, now, of a buyer of this name at this address, with this card. */
async function orderOf(name: string, line1: string, card: string | null, fraud: Partial<Policy['fraud']> = {}) {
  const buyer = { ...BUYER, email: `${name}@example.com`, line1 };
  const order = await placeOrder(database.db, { policy: policyWith(fraud) }, buyer);
  await database.pool.query('update orders set placed_at = now() where number = $1', [order.number]);
  return { ...order, payment: { ...order.payment, card } } as Order;
}
const counts = async (order: Order) => {
  const { ordersOfCustomer, ordersOfAddress, ordersOfCard, amountOfCustomer, isFirstOrder } = await observeRisk(
    database.db,
    order,
  );
  return [ordersOfCustomer, ordersOfAddress, ordersOfCard, amountOfCustomer, isFirstOrder];
};

test('each is counted by its e-mail, address and card, and itself once', async () => {
  const first = await orderOf('ann', '1 Elm St', 'card-1');
  expect(await counts(first)).toEqual([1, 1, 1, 2500, true]);
  expect(await counts(first)).toEqual([1, 1, 1, 2500, true]);
  expect(await counts(await orderOf('bob', '1 ELM ST.', 'card-1'))).toEqual([1, 2, 2, 2500, true]);
  expect(await counts(await orderOf('ANN', '2 Oak St', null))).toEqual([2, 1, 1, 5000, false]);
  expect(await counts(await orderOf('cay', '3 Ash St', null))).toEqual([1, 1, 1, 2500, true]);
});

test('what is older than the window makes the buyer known, and counts no more', async () => {
  const old = await orderOf('dot', '4 Fir St', 'card-4');
  await counts(old);
  await database.pool.query(`update risk_observation set at = now() - interval '2 hours' where order_number = $1`, [
    old.number,
  ]);
  const now = await orderOf('dot', '4 Fir St', 'card-4', { window: 3_600_000 });
  expect(await counts(now)).toEqual([1, 1, 1, 2500, false]);
});

test('counts stop at ten times of what a rule allows; a sum has them all', async () => {
  const allowed = { ordersPerCustomer: 1, ordersPerAddress: 1, ordersPerCard: 1 };
  for (let earlier = 0; earlier < 12; earlier += 1) await counts(await orderOf('eve', '5 Yew St', 'card-5'));
  expect(await counts(await orderOf('eve', '5 Yew St', 'card-5', allowed))).toEqual([11, 11, 11, 27_500, false]);
  const summed = await orderOf('eve', '5 Yew St', 'card-5', { ...allowed, cumulativeAmount: 1 });
  expect(await counts(summed)).toEqual([14, 11, 11, 35_000, false]);
});
