import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded } from '../../sandbox/random.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { holdsOf } from '../../src/db/stock.ts';
import { deskOf } from '../setup/desk.ts';
import { deliver, eventually, getOrder, place, type System, startSystem, untilOrder } from '../setup/system.ts';
import { engineIsCalm, expectSoundBooks } from './books.ts';
import { beginPlacing } from './buyers.ts';

/** A cancellation meets an order in the middle of something: it is cancelled and all comes back, or it goes on; never both. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());
const desk = deskOf(() => system);

const PATIENCE_MS = 60_000;
const HELD_MS = 1_500;

const cancel = (number: string) => desk.act(number, 'cancel', { reason: 'changed my mind' });
const isGivenBack = (order: OrderView): boolean => order.waiting_for.startsWith('nothing');
const isLabelled = (order: OrderView): boolean => order.fulfilments[0]?.status === 'labelled';

async function expectAllCameBack(number: string): Promise<OrderView> {
  // A cancelled order whose payment is still being made has nothing to give back yet.
  const isMoneyBack = (one: OrderView): boolean => ['voided', 'refunded'].includes(one.payment_status ?? '');
  const order = await untilOrder(
    system,
    number,
    (one) => one.status === 'cancelled' && isMoneyBack(one) && isGivenBack(one),
  );
  const { captured, refunded } = order.payments[0] ?? {};
  expect(refunded).toBe(captured);
  expect(await holdsOf(system.database.db, number), 'the stock').toEqual([]);
  expect(
    order.fulfilments.every(({ label }) => label === null || label.voided),
    'the labels',
  ).toBe(true);
  expect(order.fulfilments.every((one) => one.status === 'cancelled')).toBe(true);
  const types = order.timeline.map(({ type }) => type);
  expect(types).not.toContain('parcel_shipped');
  return order;
}

const untilTaken = (): Promise<unknown> =>
  eventually(
    () => system.control.faults(),
    (faults) => faults.length === 0,
  );

describe('cancelled while a partner is asked', () => {
  test.each([
    ['the authorisation', 'stripe', 'POST /v1/payment_intents', 'voided'],
    ['the capture', 'stripe', 'POST /v1/payment_intents/:id/capture', 'refunded'],
    ['the address', 'shippo', 'POST /addresses', 'refunded'],
    ['the label', 'shippo', 'POST /transactions', 'refunded'],
  ] as const)('%s: all comes back', async (_what, service, route, money) => {
    await system.control.fault({ service, route, kind: 'delay', delay_ms: HELD_MS, count: 1 });
    const { number, placed } = await beginPlacing(system);
    await untilTaken();
    expect(await cancel(number)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await cancel(number)).toMatchObject({ status: 409 });
    expect((await expectAllCameBack(number)).payment_status).toBe(money);
    expect(await placed).toBe(number);
    await expectSoundBooks(system, [number]);
  });

  test('the carrier, who has the parcel by then: cancelled, and a person is told that it moves', async () => {
    const number = await place(system);
    const { fulfilments } = await untilOrder(system, number, isLabelled);
    await system.control.fault({
      service: 'shippo',
      route: 'GET /tracks/:carrier/:number',
      kind: 'delay',
      delay_ms: HELD_MS,
      count: 1,
    });
    await system.control.advanceParcel(fulfilments[0]?.tracking_number ?? '', 'TRANSIT');
    await untilTaken();
    expect(await cancel(number)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    const told = await desk.untilException(number, 'delivery_failed');
    expect(told.exceptions.find(({ status }) => status === 'open')?.summary).toContain('is moving');
    const order = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
    expect(order.status).toBe('cancelled');
    expect(order.timeline.map(({ type }) => type)).not.toContain('parcel_shipped');
    await engineIsCalm(system, number);
  });
});

describe('cancelled at the same moment', () => {
  test(
    'as staff ship it: one of the two happens',
    async () => {
      for (let round = 0; round < 6; round += 1) {
        const number = await place(system);
        await untilOrder(system, number, isLabelled);
        const ship = () => desk.act(number, 'ship', { carrier: 'usps', tracking_number: `OWN${round}${number}` });
        const [first, second] = round % 2 === 0 ? [ship, () => cancel(number)] : [() => cancel(number), ship];
        const answers = await Promise.all([first(), second()]);
        expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
        const order = await getOrder(system, number);
        if (order.status === 'cancelled') {
          await expectAllCameBack(number);
          continue;
        }
        expect(order).toMatchObject({ status: 'shipped', payment_status: 'paid' });
        expect(await holdsOf(system.database.db, number), 'the stock has left').toEqual([]);
        const types = order.timeline.map(({ type }) => type);
        expect(types).not.toContain('order_cancelled');
        const body = { evidence: 'signed by the buyer' };
        expect(await desk.act(number, 'mark_delivered', body)).toMatchObject({ body: { status: 'completed' } });
      }
    },
    PATIENCE_MS,
  );

  test(
    'as the carrier takes or delivers it',
    async () => {
      const seed = Number(process.env['RACE_SEED'] ?? Date.now() % 100_000);
      console.info(`RACE_SEED=${seed} repeats the moments of this run`);
      const random = seeded(seed);
      for (let round = 0; round < 8; round += 1) {
        const number = await place(system);
        const { fulfilments } = await untilOrder(system, number, isLabelled);
        const event = round % 2 === 0 ? 'TRANSIT' : 'DELIVERED';
        await system.control.advanceParcel(fulfilments[0]?.tracking_number ?? '', event);
        await sleep(random() * 60);
        const answer = await cancel(number);
        if (answer.status === 200) {
          // Too early to know of it: the order is undone, and a person hears that the parcel is on its way.
          await desk.untilException(number, 'delivery_failed');
          const order = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
          expect(order.status).toBe('cancelled');
          expect(order.timeline.map(({ type }) => type)).not.toContain('parcel_shipped');
        } else {
          expect(answer).toMatchObject({ status: 409 });
          const order = await deliver(system, number);
          expect(order).toMatchObject({ status: 'completed', payment_status: 'paid' });
          expect(order.timeline.map(({ type }) => type)).not.toContain('order_cancelled');
        }
        expect(await holdsOf(system.database.db, number)).toEqual([]);
        await engineIsCalm(system, number);
      }
    },
    PATIENCE_MS,
  );
});
