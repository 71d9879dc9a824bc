import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { personWith } from '../api/people/browser.ts';
import { type ApiProcess, startApiProcess } from '../setup/api-process.ts';
import { deskOf } from '../setup/desk.ts';
import { type Answer, deliver, getOrder, place, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';

/** Two API processes on one database and one engine, and two people who do not know of each other. */

let system: System;
let apis: readonly [ApiProcess, ApiProcess];
let people: readonly [Record<string, string>, Record<string, string>];
beforeAll(async () => {
  system = await startSystem();
  const [one, other] = await Promise.all([startApiProcess(system), startApiProcess(system)]);
  apis = [one, other];
  people = [await personWith(system, { role: 'staff', scopes: ['*'] }), await personWith(system, { role: 'owner' })];
}, 120_000);
afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  await system.stop();
});

const desk = deskOf(() => system);
const ROUNDS = 5;
/** More than there is. */
const SHORT = { items: [{ sku: 'RARE', quantity: 2, unit_price: '99.00' }], total: '203.00' };
type Ask = { readonly path: string; readonly body: object };
const action = (number: string, name: string, body: object): Ask => ({
  path: `/v1/orders/${number}/actions/${name}`,
  body,
});

/** Both at once, each by their own person and process; in every other round the other way round. */
const both = async (round: number, asks: readonly [Ask, Ask]): Promise<readonly [Answer, Answer]> => {
  const ask = (index: 0 | 1): Promise<Answer> => {
    const who = round % 2 === 0 ? index : 1 - index;
    const { path, body } = asks[index];
    return (apis[who] as ApiProcess).call('POST', path, { body, key: '', headers: people[who] ?? {} });
  };
  return Promise.all([ask(0), ask(1)]);
};

/**
 * One was done; the other was refused with the state the first has led to.
 * `passing`: the status between what was asked and what it leads to, where the order goes on by itself before who asked is answered.
 */
async function expectOneWinner(number: string, answers: readonly Answer[], passing?: string): Promise<Answer> {
  expect(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    JSON.stringify(answers.map(({ body }) => body)),
  ).toEqual([200, 409]);
  const refused = answers.find(({ status }) => status === 409) as Answer;
  const winner = answers.find(({ status }) => status === 200) as Answer;
  const now = await getOrder(system, number);
  expect(refused.body.version).toBeGreaterThan(1);
  expect(refused.body.version).toBeLessThanOrEqual(now.version);
  expect(refused.body.allowed_actions).toEqual(expect.any(Array));
  // What the first has led to may have gone on by itself.
  expect([passing, winner.body.status ?? winner.body.order.status, now.status]).toContain(refused.body.status_now);
  return winner;
}

const isLabelled = (order: OrderView): boolean => order.fulfilments[0]?.status === 'labelled';
const count = (order: OrderView, type: string): number => order.timeline.filter((entry) => entry.type === type).length;
const refundedOf = async (number: string): Promise<number | undefined> =>
  (await system.control.ledger()).payments.find(({ metadata }) => metadata['order_number'] === number)?.refunded;
/**
 * Something else, such as a late word of the gateway, came after `version` and before what was asked: both who asked meant what the
 * order was, and are refused.
 */
function movedOnBefore(
  order: OrderView,
  version: number,
  asked: readonly string[],
  answers: readonly Answer[],
): boolean {
  const [next] = order.timeline.filter(({ seq }) => seq > version);
  if (next === undefined || asked.includes(next.type)) return false;
  expect(answers.map(({ status }) => status)).toEqual([409, 409]);
  return true;
}
const proposeToCancel = async (number: string): Promise<{ path: string; version: number }> => {
  const body = { action: 'cancel', fields: { reason: 'ordered twice' }, reason: 'The buyer wrote so.' };
  const { body: proposal } = await system.call('POST', `/v1/orders/${number}/proposals`, { body });
  return { path: `/v1/proposals/${proposal.id}/confirm`, version: proposal.order_version };
};
const inRounds = (play: (round: number) => Promise<void>): Promise<void[]> =>
  Promise.all(Array.from({ length: ROUNDS }, (_, round) => play(round)));

describe('the same by two people at once', () => {
  test('cancel', () =>
    inRounds(async (round) => {
      const number = await place(system);
      await untilOrder(system, number, isLabelled);
      const asked = action(number, 'cancel', { reason: 'changed my mind' });
      await expectOneWinner(number, await both(round, [asked, asked]));
      const order = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
      expect(count(order, 'order_cancelled')).toBe(1);
      expect(await refundedOf(number)).toBe(2000);
    }));

  test('refund', () =>
    inRounds(async (round) => {
      const number = await place(system);
      await deliver(system, number);
      const asked = action(number, 'refund', { refund_reason: 'not_as_described' });
      await expectOneWinner(number, await both(round, [asked, asked]));
      const order = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
      expect(count(order, 'refund_requested')).toBe(1);
      expect(await refundedOf(number)).toBe(2000);
    }));

  test('confirm', () =>
    inRounds(async (round) => {
      const number = await place(system, { payment: { method: 'bank_transfer' } });
      const asked = action(number, 'confirm', { payment_reference: 'TRX 1' });
      const answers = await both(round, [asked, asked]);
      // Confirmed it is pending until its stock is taken, and not to be confirmed again.
      await expectOneWinner(number, answers, 'pending');
      expect(answers.find(({ status }) => status === 409)?.body.allowed_actions).not.toContain('confirm');
      const order = await untilOrder(system, number, isLabelled);
      expect(count(order, 'payment_recorded')).toBe(1);
      expect(count(order, 'order_confirmed')).toBe(1);
    }));

  test('claim an exception', () =>
    inRounds(async (round) => {
      const number = await place(system, SHORT);
      const id = await desk.openException(number, 'stock_out');
      const asked = { path: `/v1/exceptions/${id}/claim`, body: {} };
      const answers = await both(round, [asked, asked]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      const holder = answers.find(({ status }) => status === 200)?.body.claimed_by;
      expect((await system.call('GET', `/v1/exceptions/${id}`)).body.claimed_by).toBe(holder);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('exception_claimed');
      const resolved = { path: `/v1/exceptions/${id}/resolve`, body: { resolution: 'cancel_order' } };
      await expectOneWinner(number, await both(round, [resolved, resolved]));
      const order = await untilOrder(system, number, (one) => one.payment_status === 'voided');
      expect(count(order, 'order_cancelled')).toBe(1);
    }));

  test('confirm a proposal: it happens once, in the name of one, and both are told so', () =>
    inRounds(async function play(round): Promise<void> {
      const number = await place(system);
      await untilOrder(system, number, isLabelled);
      const { path, version } = await proposeToCancel(number);
      const asked = { path, body: {} };
      const answers = await both(round, [asked, asked]);
      const order = await getOrder(system, number);
      if (movedOnBefore(order, version, ['order_cancelled'], answers)) return play(round);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(new Set(answers.map((answer) => answer.body.proposal.confirmed_by.id)).size).toBe(1);
      expect(count(order, 'order_cancelled')).toBe(1);
    }));
});

describe('different things at once', () => {
  test('ship and cancel', () =>
    inRounds(async (round) => {
      const number = await place(system);
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const ship = { fulfilment: fulfilments[0]?.id, carrier: 'DHL', tracking_number: `T-${number}` };
      const answers = await both(round, [
        action(number, 'ship', ship),
        action(number, 'cancel', { reason: 'changed my mind' }),
      ]);
      await expectOneWinner(number, answers);
      const order = await getOrder(system, number);
      expect(count(order, 'parcel_shipped') + count(order, 'order_cancelled')).toBe(1);
    }));

  test('a confirmed proposal and an action: one of them', () =>
    inRounds(async function play(round): Promise<void> {
      const number = await place(system);
      await untilOrder(system, number, isLabelled);
      const { path, version } = await proposeToCancel(number);
      const answers = await both(round, [
        { path, body: {} },
        action(number, 'hold', { reason: 'wait for the buyer', expected_version: version }),
      ]);
      const order = await getOrder(system, number);
      if (movedOnBefore(order, version, ['order_held', 'order_cancelled'], answers)) return play(round);
      await expectOneWinner(number, answers);
      expect(count(order, 'order_held') + count(order, 'order_cancelled')).toBe(1);
    }));
});

test('nothing is lost or doubled after all of that', async () => {
  const { body } = await system.call('GET', '/v1/orders?limit=200');
  const numbers = body.data.map(({ number }: { number: string }) => number);
  expect(numbers.length).toBeGreaterThanOrEqual(7 * ROUNDS);
  await expectSoundBooks(system, numbers);
});
