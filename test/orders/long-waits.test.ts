import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';
import { fastForward } from '../setup/time.ts';

/** What an order does when nothing happens for days: the clock of its workflow is moved on. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const store = { name: 'Calls', supportEmail: 'help@example.com' };
  await putStore(system.database.db, { code: 'calls', ...store, policy: { confirmation: 'call' } });
  const waits = { shortage: 'backorder', backorder_promise: 'P7D' } as const;
  await putStore(system.database.db, { code: 'waits', ...store, policy: waits });
  await putStore(system.database.db, { code: 'market', ...store, policy: { acknowledge_within: 'P2D' } });
});
afterAll(() => system.stop());

const { act, untilException, openException, resolve } = deskOf(() => system);
const later = (number: string, days: number): Promise<void> =>
  fastForward(system.temporal.client.workflow.getHandle(workflowIdOf(number)), `${days} days`);
const isLabelled = (order: OrderView): boolean => order.fulfilments[0]?.status === 'labelled';

async function send(number: string): Promise<string> {
  const { fulfilments } = await untilOrder(system, number, isLabelled);
  const tracking = fulfilments[0]?.tracking_number ?? '';
  await system.control.advanceParcel(tracking, 'TRANSIT');
  await untilOrder(system, number, (order) => order.status === 'shipped');
  return tracking;
}

describe('before the order is accepted', () => {
  scenario(
    () => system,
    'a bank transfer that does not come in a week ends the order',
    async ({ place }) => {
      const number = await place({ payment: { method: 'bank_transfer' } });
      await later(number, 6);
      expect((await getOrder(system, number)).status).toBe('pending');
      await later(number, 2);
      const order = await untilOrder(system, number, (one) => one.status === 'cancelled');
      expect(order.timeline.at(-1)?.reason).toBe('The payment did not arrive in time.');
    },
  );

  scenario(
    () => system,
    'a buyer who is never reached loses the order when the policy says so, after a reminder to call',
    async ({ place }) => {
      const number = await place({ store: 'calls', payment: { method: 'cod' } });
      await act(number, 'log_call', { outcome: 'no_answer' });
      await later(number, 1);
      await untilOrder(system, number, ({ timeline }) => timeline.some(({ type }) => type === 'call_overdue'));
      await later(number, 5);
      const order = await untilOrder(system, number, (one) => one.status === 'cancelled');
      expect(order.timeline.at(-1)?.reason).toBe('The order was not confirmed in time.');
    },
  );
});

describe('for stock', () => {
  scenario(
    () => system,
    'an order that waits beyond the promised day is put before a person',
    async ({ place }) => {
      const items = [{ sku: 'RARE', quantity: 50, unit_price: '99.00' }];
      const number = await place({ store: 'waits', payment: { method: 'cod' }, items, total: '4955.00' });
      await untilOrder(system, number, (order) => order.waiting_for === 'stock to arrive');
      expect(await mailAbout(system, number, /waits for stock/)).toMatch(/We expect them by \w+ \d+, \d{4}/);
      await later(number, 8);
      const short = await openException(number, 'stock_out');
      expect(await mailAbout(system, number, /waits longer than we promised/)).toContain('Product RARE');
      expect((await resolve(short, { resolution: 'cancel_order', note: 'never made again' })).status).toBe(200);
    },
  );
});

describe('on its way', () => {
  scenario(
    () => system,
    'a parcel that does not leave is put before a person, and settles itself when it does',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await untilOrder(system, number, isLabelled);
      await later(number, 4);
      const late = await untilException(number, 'parcel_late');
      expect(late.timeline.some(({ type }) => type === 'delay_noticed')).toBe(true);
      const order = await deliver(system, number);
      expect(order.exceptions).toMatchObject([{ kind: 'parcel_late', status: 'resolved', resolution: 'ship' }]);
    },
  );

  scenario(
    () => system,
    'a parcel that does not arrive is late to the buyer first, then lost to a person, who sends it again',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await send(number);
      await later(number, 11);
      await untilOrder(system, number, ({ timeline }) => timeline.some(({ type }) => type === 'delay_noticed'));
      expect((await getOrder(system, number)).exceptions).toEqual([]);
      expect(await mailAbout(system, number, /is delayed$/)).toContain('Product MUG');
      await later(number, 10);
      const lost = await openException(number, 'parcel_lost');
      expect((await resolve(lost, { resolution: 'reship', note: 'no trace of it' })).status).toBe(200);
      const order = await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      expect(order.fulfilments[0]?.status).toBe('lost');
    },
  );

  scenario(
    () => system,
    'a parcel that is lost for good is paid back when a person decides so',
    async ({ place }) => {
      const number = await place();
      await send(number);
      await later(number, 11);
      await untilOrder(system, number, ({ timeline }) => timeline.some(({ type }) => type === 'delay_noticed'));
      await later(number, 10);
      const lost = await openException(number, 'parcel_lost');
      // Insurance may cover the loss: whoever decides is told to claim it, and in time.
      expect((await system.call('GET', `/v1/exceptions/${lost}`)).body).toMatchObject({
        proposal: expect.stringContaining('claim the loss'),
        cost_of_waiting: expect.stringContaining('takes claims only for a limited time'),
      });
      expect((await resolve(lost, { resolution: 'refund', note: 'the carrier has searched' })).status).toBe(200);
      const order = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(order.refunds[0]).toMatchObject({ reason: 'lost' });
      expect(order.payments[0]).toMatchObject({ captured: '20.00', refunded: order.refunds[0]?.amount });
      expect(await mailAbout(system, number, /^Your refund/)).toContain(`$${order.refunds[0]?.amount}`);
    },
  );

  scenario(
    () => system,
    'a seller who has not accepted their lines in time is reported, and may still accept them',
    async ({ place }) => {
      const items = [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }];
      const number = await place({ store: 'market', payment: { method: 'cod' }, items });
      const order = await untilOrder(system, number, isLabelled);
      expect(order.acknowledgements).toMatchObject([{ seller: 'acme', at: null }]);
      await later(number, 3);
      await untilException(number, 'overdue_acknowledgement');
      const { body } = await act(number, 'acknowledge', { note: 'sorry, on holiday' });
      expect(body.acknowledgements[0].at).not.toBeNull();
      expect((await act(number, 'acknowledge', {})).body.code).toBe('already_acknowledged');
    },
  );
});

describe('afterwards', () => {
  scenario(
    () => system,
    'a return is refused when its window has closed, unless staff make an exception',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await deliver(system, number);
      const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'changed_mind' };
      await later(number, 31);
      const refused = await act(number, 'request_return', asked);
      // The door does not know the order's clock of this test: the workflow refuses.
      expect(refused.body.code).toBe('return_window_closed');
      const buyer = { 'x-acting-for': 'customer' };
      expect((await act(number, 'request_return', { ...asked, outside_window: true }, buyer)).status).toBe(403);
      expect((await act(number, 'request_return', { ...asked, outside_window: true })).status).toBe(200);
    },
  );

  scenario(
    () => system,
    'a dispute that comes after the workflow has ended finds the order in the record, and nobody answers: the evidence goes out by itself',
    async ({ place }) => {
      const number = await place();
      const { payments } = await deliver(system, number);
      await later(number, 61);
      const handle = system.temporal.client.workflow.getHandle(workflowIdOf(number));
      expect((await handle.describe()).status.name).toBe('COMPLETED');
      await system.control.dispute(payments[0]?.reference ?? '', { reason: 'fraudulent' });
      const open = await untilException(number, 'dispute');
      expect(open.disputes[0]).toMatchObject({ status: 'needs_response', evidence: 'none' });
      await later(number, 30);
      const order = await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
      expect(order.disputes[0]?.evidence).toBe('sent');
    },
  );
});
