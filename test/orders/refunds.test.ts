import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/** What a refund says, does and leaves behind (seed 5, "Refunds"). */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, openException, resolve } = deskOf(() => system);
const isSettled = ({ refunds }: OrderView): boolean =>
  refunds.length > 0 && refunds.every(({ status }) => status === 'succeeded');
const held = async (): Promise<number> =>
  (await system.call('GET', '/v1/inventory?sku=MUG')).body.data.reduce(
    (sum: number, level: { held: number }) => sum + level.held,
    0,
  );
const referenceOf = async (number: string): Promise<string> =>
  (await getOrder(system, number)).payments[0]?.reference ?? '';
const refundedAtGateway = async (number: string): Promise<number | undefined> => {
  const reference = await referenceOf(number);
  return (await system.control.ledger()).payments.find((one) => one.payment_intent === reference)?.refunded;
};

describe('a refund', () => {
  scenario(
    () => system,
    'in a currency that the gateway moves in steps is one of them, and arrives in full where it has no decimals',
    async ({ place }) => {
      const paid = async (currency: string, price: string): Promise<string> => {
        const sku = `VISIT-${currency}`;
        await system.call('PUT', `/v1/products/${sku}`, { body: { name: 'Visit', kind: 'service', price, currency } });
        const items = [{ sku, quantity: 1, unit_price: price }];
        const number = await place({ currency, items, shipping: { service: 'standard', amount: '0' }, total: price });
        await untilOrder(system, number, ({ payment_status: status }) => status === 'paid');
        return number;
      };
      const dinars = await paid('KWD', '5.120');
      const between = { amount: '1.005', refund_reason: 'duplicate' };
      expect(await act(dinars, 'refund', between)).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'amount', message: 'Stripe takes KWD in steps of 0.010 only' }] },
      });
      expect((await act(dinars, 'refund', { ...between, amount: '1.010' })).status).toBe(200);
      const kronur = await paid('ISK', '700');
      expect((await act(kronur, 'refund', { refund_reason: 'duplicate', amount: '5' })).status).toBe(200);
      for (const number of [dinars, kronur]) await untilOrder(system, number, isSettled);
      expect(await refundedAtGateway(dinars)).toBe(1010);
      expect(await refundedAtGateway(kronur)).toBe(500);
      expect((await getOrder(system, kronur)).payments[0]).toMatchObject({ captured: '700', refunded: '5' });
    },
  );

  scenario(
    () => system,
    'has one of the reasons of the shop, which the timeline keeps with the amount, the note and who gave it',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const reasons = ['requested_by_customer', 'duplicate', 'fraudulent', 'not_as_described'];
      for (const reason of reasons)
        expect((await act(number, 'refund', { amount: '1.00', refund_reason: reason })).status, reason).toBe(200);
      const other = { amount: '1.00', refund_reason: 'other', note: 'a birthday' };
      expect((await act(number, 'refund', other)).status).toBe(200);
      expect((await act(number, 'refund', { amount: '1.00', refund_reason: 'whim' })).body.errors).toMatchObject([
        { field: 'refund_reason' },
      ]);
      const order = await untilOrder(system, number, (one) => one.refunds.length === 5 && isSettled(one));
      expect(order.refunds.map(({ reason }) => reason)).toEqual([...reasons, 'other']);
      const logged = order.timeline.filter(({ type }) => type === 'refund_requested');
      expect(logged.map(({ reason }) => reason)).toEqual([
        'requested by customer',
        'duplicate',
        'fraudulent',
        'not as described',
        'other: a birthday',
      ]);
      expect(new Set(logged.map(({ actor }) => actor.role))).toEqual(new Set(['owner']));
      expect(await refundedAtGateway(number)).toBe(500);
    },
  );

  scenario(
    () => system,
    'of all that was paid before the parcel has left gives the stock and the label back too',
    async ({ place }) => {
      const before = await held();
      const number = await place();
      await untilOrder(
        system,
        number,
        (order) => order.fulfilments[0]?.status === 'labelled' && order.payment_status === 'paid',
      );
      expect(await held()).toBe(before + 1);
      expect((await act(number, 'refund', { refund_reason: 'requested_by_customer' })).status).toBe(200);
      const order = await untilOrder(
        system,
        number,
        (one) => one.status === 'refunded' && one.fulfilments[0]?.label?.voided === true,
      );
      expect(order.payment_status).toBe('refunded');
      expect(await held()).toBe(before);
      expect(await refundedAtGateway(number)).toBe(2000);
    },
  );

  scenario(
    () => system,
    'that comes too late for the gateway is put before a person with what it said, and made by hand',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const match = await referenceOf(number);
      await system.control.fault({
        service: 'stripe',
        route: 'POST /v1/refunds',
        kind: 'error',
        status: 400,
        count: 1,
        match,
      });
      await act(number, 'refund', { amount: '5.00', refund_reason: 'requested_by_customer' });
      const due = await openException(number, 'refund_due');
      const { body } = await system.call('GET', `/v1/exceptions/${encodeURIComponent(due)}`);
      expect(body.summary).toContain('Stripe refused the refund');
      expect(await refundedAtGateway(number)).toBe(0);
      expect((await getOrder(system, number)).payments[0]?.refunded).toBe('0.00');
      await resolve(due, { resolution: 'refunded_by_hand', note: 'by transfer' });
      const order = await untilOrder(system, number, isSettled);
      expect(order).toMatchObject({ payment_status: 'partially_refunded', payments: [{ refunded: '5.00' }] });
      // The gateway knows of the next one only; what went back by hand stays gone.
      await act(number, 'refund', { amount: '3.00', refund_reason: 'requested_by_customer' });
      const both = await untilOrder(system, number, (one) => one.refunds.length === 2 && isSettled(one));
      expect(both).toMatchObject({ payments: [{ refunded: '8.00' }], exceptions: [{ status: 'resolved' }] });
      expect(await refundedAtGateway(number)).toBe(300);
    },
  );

  scenario(
    () => system,
    'that was made by hand is not made once more when the order is cancelled afterwards',
    async ({ place }) => {
      const number = await place();
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      const match = await referenceOf(number);
      const refused = { service: 'stripe', route: 'POST /v1/refunds', kind: 'error', status: 400, count: 1 } as const;
      await system.control.fault({ ...refused, match });
      await act(number, 'refund', { amount: '5.00', refund_reason: 'requested_by_customer' });
      await resolve(await openException(number, 'refund_due'), { resolution: 'refunded_by_hand', note: 'by transfer' });
      await untilOrder(system, number, isSettled);
      expect((await act(number, 'cancel', { reason: 'too slow' })).status).toBe(200);
      const ended = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
      expect(ended).toMatchObject({ status: 'cancelled', payments: [{ captured: '20.00', refunded: '20.00' }] });
      expect(await refundedAtGateway(number)).toBe(1500);
    },
  );

  scenario(
    () => system,
    'that the gateway refused is made when a person asks for it again',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const match = await referenceOf(number);
      // Kept under its key, as Stripe keeps what it has refused while it was working.
      const fault = { service: 'stripe', route: 'POST /v1/refunds', status: 400, count: 1, match } as const;
      await system.control.fault({ ...fault, kind: 'error', remember: true });
      await act(number, 'refund', { amount: '5.00', refund_reason: 'duplicate' });
      const due = await openException(number, 'refund_due');
      expect((await resolve(due, { resolution: 'retry' })).status).toBe(200);
      await untilOrder(system, number, isSettled);
      expect(await refundedAtGateway(number)).toBe(500);
    },
  );

  scenario(
    () => system,
    'waits when the gateway goes away after it was asked for, and is made once when it is back',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      const match = await referenceOf(number);
      const route = 'POST /v1/refunds';
      await system.control.fault({ service: 'stripe', route, kind: 'error', status: 503, count: 2, match });
      expect((await act(number, 'refund', { amount: '5.00', refund_reason: 'duplicate' })).status).toBe(200);
      const order = await untilOrder(system, number, isSettled);
      expect(order.exceptions).toEqual([]);
      expect(
        await eventually(
          () => refundedAtGateway(number),
          (minor) => minor === 500,
        ),
      ).toBe(500);
    },
  );
});
