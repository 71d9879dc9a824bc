import { setTimeout } from 'node:timers/promises';
import { defineSearchAttributeKey } from '@temporalio/common';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { timestamp } from '../../src/db/database.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';
import { fastForward } from '../setup/time.ts';

/** What an order does when nothing happens for days: the clock of its workflow is moved on. */

const DAY = 86_400_000;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const store = { name: 'Calls', supportEmail: 'help@example.com' };
  await putStore(system.database.db, { code: 'calls', ...store, policy: { confirmation: 'call' } });
  const waits = { shortage: 'backorder', backorder_promise: 'P7D' } as const;
  await putStore(system.database.db, { code: 'waits', ...store, policy: waits });
  const pays = { returns: { label: 'store', send_within: 'P5D' } } as const;
  await putStore(system.database.db, { code: 'pays', ...store, policy: pays });
  const atTheDoor = { capture: 'shipment' } as const;
  await putStore(system.database.db, { code: 'at-the-door', ...store, policy: atTheDoor });
  const silent = { stalled_after: 'PT3S', refund_window: 'P20D' } as const;
  await putStore(system.database.db, { code: 'silent', ...store, policy: silent });
  await putStore(system.database.db, { code: 'market', ...store, policy: { acknowledge_within: 'P2D' } });
});
afterAll(() => system.stop());

const { act, untilException, openException, resolve } = deskOf(() => system);
const later = (number: string, days: number): Promise<void> => fastForward(runOf(number), `${days} days`);
const runOf = (number: string) => system.temporal.client.workflow.getHandle(workflowIdOf(number));
/** As if the order had been closed so long ago; the next run of its workflow reads that in the record. */
async function closedDaysAgo(number: string, days: number): Promise<void> {
  await runOf(number).terminate('its time is over');
  const closedAt = timestamp(Date.now() - days * 86_400_000);
  await sql`update orders set closed_at = ${closedAt} where number = ${number}`.execute(system.database.db);
}
/** Keeps the order's row, so that what it decides meanwhile is recorded only afterwards. */
const whileNothingIsRecorded = (number: string, happens: () => Promise<void>): Promise<void> =>
  system.database.db.transaction().execute(async (trx) => {
    await sql`select 1 from orders where number = ${number} for update`.execute(trx);
    await happens();
  });
/** Waits until a timer of the present run has fired. */
const untilFired = (number: string) =>
  eventually(
    () => runOf(number).fetchHistory(),
    ({ events }) => (events ?? []).some((event) => event.timerFiredEventAttributes != null),
  );
/** As if nobody had asked the carrier for days; the sweep asks at once. */
const askAgain = async (tracking: string): Promise<void> => {
  await sql`update fulfilment set tracking_asked_at = now() - interval '9 days' where tracking_number = ${tracking}`.execute(
    system.database.db,
  );
};
const isOf =
  (type: string) =>
  (entry: { readonly type: string }): boolean =>
    entry.type === type;
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

describe('while it waits', () => {
  scenario(
    () => system,
    'Temporal Web UI shows another day also when nothing but the day has changed',
    async ({ place }) => {
      const number = await place({ store: 'calls', payment: { method: 'cod' } });
      const until = defineSearchAttributeKey('WaitingUntil', 'DATETIME');
      const shown = async () => (await runOf(number).describe()).typedSearchAttributes.get(until)?.toISOString();
      const days: (string | null)[] = [];
      for (const inDays of [1, 2]) {
        const when = new Date(Date.now() + inDays * DAY).toISOString();
        const { body } = await act(number, 'log_call', { outcome: 'postponed', until: when });
        expect(body.waiting_for).toBe('staff to call the buyer');
        await eventually(shown, (day) => day === body.waiting_until);
        days.push(body.waiting_until);
      }
      expect(new Set(days).size).toBe(2);
    },
  );
});

describe('with a card that is charged by shipment', () => {
  scenario(
    () => system,
    'an authorisation that is about to lapse is captured although the parcel has no label yet',
    async ({ place }) => {
      const address = { ...orderRequest().shipping_address, name: 'Nobody Labels' };
      const refusal = { service: 'shippo', route: 'POST /shipments', match: address.name } as const;
      await system.control.fault({ ...refusal, kind: 'error', status: 400, count: 1 });
      const number = await place({ store: 'at-the-door', shipping_address: address });
      const { payments } = await untilException(number, 'label_failed');
      expect(payments[0]).toMatchObject({ status: 'authorized', captured: '0.00' });
      const margin = Date.parse(payments[0]?.capture_before ?? '') - DAY / 2;
      await fastForward(runOf(number), margin - Date.now() - DAY / 24);
      expect((await getOrder(system, number)).payment_status).toBe('authorized');
      await fastForward(runOf(number), DAY / 12);
      const order = await untilOrder(system, number, ({ payment_status: status }) => status === 'paid');
      expect(order.timeline.map(({ type }) => type)).toContain('authorization_expiring');
      expect(order.fulfilments[0]?.tracking_number).toBeNull();
      const { payments: taken } = await system.control.ledger();
      expect(taken.find((one) => one.metadata['order_number'] === number)).toMatchObject({ captured: 2000 });
      // Once the label is there, the parcel goes its way and nothing is charged again.
      await resolve(await openException(number, 'label_failed'), { resolution: 'retry' });
      expect((await deliver(system, number)).payments[0]).toMatchObject({ captured: '20.00', refunded: '0.00' });
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
      expect((await getOrder(system, number)).exceptions).toMatchObject([{ kind: 'parcel_late', status: 'open' }]);
      expect(await mailAbout(system, number, /is delayed$/)).toContain('Product MUG');
      await later(number, 10);
      const lost = await openException(number, 'parcel_lost');
      expect((await resolve(lost, { resolution: 'reship', note: 'no trace of it' })).status).toBe(200);
      const order = await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      expect(order.fulfilments[0]?.status).toBe('lost');
    },
    { events: 62 },
  );

  scenario(
    () => system,
    'a parcel of which the carrier says nothing for days comes before a person, and goes on when the carrier tells of it again',
    async ({ place }) => {
      const number = await place({ store: 'silent', payment: { method: 'cod' } });
      const tracking = await send(number);
      await setTimeout(3_000);
      await askAgain(tracking);
      const id = await openException(number, 'parcel_stalled');
      expect((await system.call('GET', `/v1/exceptions/${id}`)).body).toMatchObject({
        summary: expect.stringContaining('The carrier has said nothing new of'),
        context: { since: expect.stringMatching(/^\d{4}-.*Z$/), tracking },
        resolutions: ['close', 'reship', 'refund', 'mark_delivered'],
      });
      expect(await mailAbout(system, number, /is delayed$/)).toContain('told us nothing new of it for some days');
      await system.control.advanceParcel(tracking, 'TRANSIT', { details: 'Sorted at the hub' });
      const order = await untilOrder(system, number, ({ timeline }) => timeline.some(isOf('parcel_moved')));
      expect(order.exceptions).toMatchObject([{ kind: 'parcel_stalled', status: 'resolved', resolution: 'close' }]);
      await system.control.advanceParcel(tracking, 'DELIVERED');
      await untilOrder(system, number, ({ status }) => status === 'completed');
    },
    { events: 60 },
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
      const ended = await untilOrder(system, number, (one) => one.status === 'refunded');
      expect(ended.fulfilments[0]?.status).toBe('lost');
      expect(ended.items[0]?.quantities).toMatchObject({ shipped: 0, cancelled: 1 });
      expect((await act(number, 'reship', { reason: 'found money' })).status).toBe(409);
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
    'a refund is refused when its window has closed, unless staff make an exception',
    async ({ place }) => {
      const number = await place({ store: 'silent' });
      await deliver(system, number);
      const asked = { refund_reason: 'requested_by_customer', amount: '5.00' };
      expect((await act(number, 'refund', asked)).status).toBe(200);
      await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      await later(number, 21);
      expect((await act(number, 'refund', asked)).body.code).toBe('refund_window_closed');
      expect((await act(number, 'refund', { ...asked, outside_window: true })).status).toBe(200);
      await untilOrder(system, number, ({ refunds }) => refunds[1]?.status === 'succeeded');
    },
  );

  scenario(
    () => system,
    'a return of which nothing is sent ends by itself: its label is given back, and the buyer may ask again',
    async ({ place }) => {
      const number = await place({ store: 'pays', payment: { method: 'cod' } });
      await deliver(system, number);
      const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'changed_mind' };
      await act(number, 'request_return', asked);
      const { returns } = await untilOrder(system, number, (order) => order.returns[0]?.labels.length === 1);
      const sendBy = returns[0]?.send_by ?? '';
      expect(Date.parse(sendBy) - Date.now()).toBeGreaterThan(4 * DAY);
      expect(await mailAbout(system, number, /^You can send items/)).toMatch(/Please send them by \w+ \d+, \d{4};/);
      await later(number, 4);
      expect((await getOrder(system, number)).returns[0]?.status).toBe('approved');
      await later(number, 2);
      const order = await untilOrder(system, number, (one) => one.returns[0]?.labels[0]?.voided === true);
      expect(order.returns[0]).toMatchObject({ status: 'expired', labels: [{ progress: 'unused' }] });
      expect(order.timeline.find(({ type }) => type === 'return_expired')?.actor.role).toBe('system');
      expect(order.exceptions).toEqual([]);
      const mail = await mailAbout(system, number, /^Your return for order .* has ended$/);
      expect(mail).toMatch(/it is not valid\.[^]*ask us again by \w+ \d+, \d{4}\./);
      const again = await act(number, 'request_return', asked, { 'x-acting-for': 'customer' });
      expect(again.body.returns.map(({ status }: { status: string }) => status)).toEqual(['expired', 'requested']);
    },
    { events: 70 },
  );

  scenario(
    () => system,
    'goods that come back after their return has expired are received, restocked and paid back',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      await act(number, 'request_return', { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' });
      await later(number, 22);
      const { returns, allowed_actions: allowed } = await untilOrder(
        system,
        number,
        (order) => order.returns[0]?.status === 'expired',
      );
      expect(returns[0]?.send_by).not.toBeNull();
      expect(allowed).toContain('receive_return');
      const { body } = await act(number, 'receive_return', { return: returns[0]?.id });
      expect(body).toMatchObject({ status: 'returned', returns: [{ status: 'received' }] });
      await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
    },
  );

  scenario(
    () => system,
    'a dispute that comes after the workflow has ended finds the order in the record, and nobody answers: the evidence goes out by itself',
    async ({ place }) => {
      const number = await place();
      const { payments } = await deliver(system, number);
      await later(number, 61);
      expect((await runOf(number).describe()).status.name).toBe('COMPLETED');
      await system.control.dispute(payments[0]?.reference ?? '', { reason: 'fraudulent' });
      const open = await untilException(number, 'dispute');
      expect(open.disputes[0]).toMatchObject({ status: 'needs_response', evidence: 'none' });
      await later(number, 30);
      const order = await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
      expect(order.disputes[0]?.evidence).toBe('sent');
    },
  );

  scenario(
    () => system,
    'a dispute that is to be answered when the order need not be reachable any more keeps it until the evidence is out',
    async ({ place }) => {
      const number = await place();
      const { payments } = await deliver(system, number);
      await closedDaysAgo(number, 61);
      await system.control.dispute(payments[0]?.reference ?? '', { reason: 'product_not_received' });
      await untilException(number, 'dispute');
      await later(number, 5);
      expect((await runOf(number).describe()).status.name).toBe('RUNNING');
      expect((await getOrder(system, number)).disputes[0]).toMatchObject({ evidence: 'none' });
      await later(number, 2);
      const order = await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
      expect(order.disputes[0]?.evidence).toBe('sent');
      await eventually(
        () => runOf(number).describe(),
        ({ status }) => status.name === 'COMPLETED',
      );
    },
  );

  scenario(
    () => system,
    'news that is being recorded while the window closes keeps the order all the same',
    async ({ place }) => {
      const number = await place();
      const { payments } = await deliver(system, number);
      await closedDaysAgo(number, 60 - 4 / 86_400);
      await act(number, 'add_note', { note: 'wakes it' });
      await whileNothingIsRecorded(number, async () => {
        await system.control.dispute(payments[0]?.reference ?? '', { reason: 'product_not_received' });
        await untilFired(number);
      });
      await untilException(number, 'dispute');
      await later(number, 7);
      await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
    },
  );
});

describe('a deadline that the record does not take', () => {
  scenario(
    () => system,
    'comes before a person, once, and is noticed when they say so',
    async ({ place }) => {
      const { db } = system.database;
      const number = await place({ payment: { method: 'cod' } });
      await untilOrder(system, number, isLabelled);
      const broken = sql`check (order_number <> ${sql.lit(number)} or type <> 'delay_noticed')`;
      await sql`alter table order_event add constraint no_delays ${broken} not valid`.execute(db);
      await later(number, 4);
      const unforeseen = await openException(number, 'unforeseen');
      expect((await getOrder(system, number)).exceptions).toHaveLength(1);
      await sql`alter table order_event drop constraint no_delays`.execute(db);
      expect((await resolve(unforeseen, { resolution: 'retry', note: 'mended' })).status).toBe(200);
      await untilException(number, 'parcel_late');
    },
    { events: 60 },
  );
});
