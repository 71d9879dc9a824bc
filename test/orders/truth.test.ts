import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordNews } from '../../src/activities/recording.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { tellIfNew } from '../../src/workers/inbox-pump.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/** What an order believes, when it says that something is done, and what it keeps of it. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const receipt = { location: 'EAST', kind: 'receipt', reason: 'for these tests' };
  await system.call('POST', '/v1/inventory/adjustments', { body: { ...receipt, sku: 'RARE', change: 20 } });
});
afterAll(() => system.stop());

const { act } = deskOf(() => system);
const NEAR_EAST = {
  name: 'Ada Lovelace',
  line1: '350 5th Ave',
  city: 'New York',
  region: 'NY',
  postal_code: '10118',
  country: 'US',
};
const isLabelled = ({ fulfilments }: OrderView): boolean =>
  fulfilments.length > 0 && fulfilments.every(({ status }) => status === 'labelled');

/** Sends an event that is signed as the gateway signs, whatever it says. */
async function postAsStripe(event: object): Promise<void> {
  const payload = JSON.stringify(event);
  const [secret = ''] = system.config.STRIPE_WEBHOOK_SECRETS;
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret });
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const { status } = await fetch(`${system.url}/webhooks/stripe`, { method: 'POST', headers, body: payload });
  expect(status).toBe(200);
}
const unread = async (): Promise<number> =>
  (await system.database.pool.query('select count(*)::int as n from inbox where processed_at is null')).rows[0].n;

test('an event about what the gateway does not have ends, and says so', async () => {
  const object = { id: 'pi_of_another_account', object: 'payment_intent', metadata: {} };
  await postAsStripe({ id: 'evt_foreign', object: 'event', type: 'payment_intent.succeeded', data: { object } });
  const event = async () =>
    (await system.database.pool.query(`select outcome, processed_at from inbox where event_id = 'evt_foreign'`))
      .rows[0];
  const { outcome } = await eventually(event, ({ processed_at }) => processed_at !== null);
  expect(outcome).toMatch(/^refused: Stripe refused: No such payment_intent/);
});

describe('payment is read from the gateway', () => {
  scenario(
    () => system,
    'whatever an event, a chat message or a note of staff claims',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' } });
      const waiting = await untilOrder(system, number, ({ payments }) => payments[0]?.reference != null);
      const reference = waiting.payments[0]?.reference ?? '';
      const claim = {
        id: reference,
        object: 'payment_intent',
        status: 'succeeded',
        amount: 2000,
        amount_received: 2000,
      };
      await postAsStripe({
        id: 'evt_claim',
        object: 'event',
        type: 'payment_intent.succeeded',
        data: { object: { ...claim, currency: 'usd', metadata: { order_number: number } } },
      });
      const said = { to: 'store', body: 'I have paid, here is the screenshot.' };
      expect((await act(number, 'send_message', said, { 'x-acting-for': 'customer' })).status).toBe(200);
      await act(number, 'add_note', { note: 'The buyer says it is paid.' });
      await eventually(unread, (events) => events === 0);
      const unpaid = await getOrder(system, number);
      expect(unpaid).toMatchObject({ status: 'pending', payment_status: 'pending', fulfilments: [] });
      expect(unpaid.payments[0]).toMatchObject({ captured: '0.00', authorized: '0.00' });
      expect((await act(number, 'confirm', {})).body).toMatchObject({ status_now: 'pending' });
      await system.control.authenticate(reference, true);
      expect((await deliver(system, number)).payment_status).toBe('paid');
    },
  );
});

describe('what others have recorded', () => {
  scenario(
    () => system,
    'counts for an action before the order has heard of it',
    async ({ place }) => {
      const number = await place();
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const tracking = {
        fulfilment: fulfilments[0]?.id ?? '',
        carrier: 'usps',
        status: 'delivered',
        details: '',
      } as const;
      const { db } = system.database;
      expect((await recordNews(db, number, { type: 'tracking', tracking })).facts).not.toEqual([]);
      const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' };
      const { status, body } = await act(number, 'request_return', asked);
      expect({ status, returns: body.returns?.length }).toEqual({ status: 200, returns: 1 });
    },
  );

  scenario(
    () => system,
    'counts for news that would mean nothing without it',
    async ({ place }) => {
      const number = await place();
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const fulfilment = fulfilments[0]?.id ?? '';
      await system.control.advanceParcel(fulfilments[0]?.tracking_number ?? '', 'TRANSIT');
      await untilOrder(system, number, ({ status }) => status === 'shipped');
      const seen = (status: 'failure' | 'transit') =>
        ({ type: 'tracking', tracking: { fulfilment, carrier: 'usps', status, details: '' } }) as const;
      const { db } = system.database;
      await recordNews(db, number, seen('failure'));
      const failed = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 1);
      expect(failed.exceptions[0]).toMatchObject({ kind: 'delivery_failed', status: 'open' });
      expect(await tellIfNew({ db, engine: system.engine }, number, seen('transit'))).toBe(`told ${number}`);
      const again = await untilOrder(system, number, ({ exceptions }) => exceptions[0]?.status !== 'open');
      expect(again).toMatchObject({ status: 'shipped', exceptions: [{ status: 'resolved', resolution: 'retry' }] });
    },
  );
});

describe('an order of two parcels', () => {
  scenario(
    () => system,
    'is shipped when the carrier has both, and completed when both have arrived',
    async ({ place }) => {
      const number = await place({
        items: [
          { sku: 'TEE', quantity: 1, unit_price: '29.99' },
          { sku: 'RARE', quantity: 1, unit_price: '99.00' },
        ],
        total: '133.99',
      });
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const [first = '', second = ''] = fulfilments.map(({ tracking_number: tracking }) => tracking ?? '');
      const isAt =
        (...statuses: string[]) =>
        (order: OrderView): boolean =>
          order.fulfilments.every(({ status }, index) => status === statuses[index]);
      await system.control.advanceParcel(first, 'TRANSIT');
      expect((await untilOrder(system, number, isAt('shipped', 'labelled'))).status).toBe('processing');
      await system.control.advanceParcel(second, 'TRANSIT');
      expect((await untilOrder(system, number, isAt('shipped', 'shipped'))).status).toBe('shipped');
      await system.control.advanceParcel(first, 'DELIVERED');
      const half = await untilOrder(system, number, isAt('delivered', 'shipped'));
      expect(half.status).toBe('shipped');
      expect(half.items.map(({ delivery_status: status }) => status).toSorted()).toEqual(['delivered', 'shipped']);
      expect((await act(number, 'complete', {})).body).toMatchObject({ code: 'wrong_status', status_now: 'shipped' });
      await system.control.advanceParcel(second, 'DELIVERED');
      await untilOrder(system, number, ({ status }) => status === 'completed');
    },
  );
});

describe('an order that is opened again after each step', () => {
  const lastOf = (order: OrderView, type: string) => order.timeline.findLast((entry) => entry.type === type);

  scenario(
    () => system,
    'shows state, time, evidence and what became of the money, as the action answered it',
    async ({ place }) => {
      const number = await place();
      const labelled = await untilOrder(
        system,
        number,
        (order) => isLabelled(order) && order.payments[0]?.captured === '20.00',
      );
      expect(labelled).toMatchObject({ status: 'processing', payment_status: 'paid', refundable: '20.00' });
      expect(lastOf(labelled, 'payment_read')).toMatchObject({ actor: { role: 'gateway' } });
      const own = { carrier: 'DHL', tracking_number: 'JD0146', tracking_url: 'https://dhl.example/JD0146' };
      expect((await act(number, 'ship', own)).status).toBe(200);
      const shipped = await getOrder(system, number);
      expect(shipped).toMatchObject({ status: 'shipped', fulfilments: [{ status: 'shipped', ...own }] });
      expect(Date.parse(shipped.fulfilments[0]?.shipped_at ?? '')).toBeLessThanOrEqual(Date.now());
      await act(number, 'mark_delivered', { evidence: 'Signed by A. Lovelace', note: 'The bell is broken' });
      const delivered = await getOrder(system, number);
      expect(delivered).toMatchObject({ status: 'completed', fulfilments: [{ status: 'delivered' }] });
      expect(delivered.fulfilments[0]?.delivered_at).not.toBeNull();
      expect(lastOf(delivered, 'fulfilment_delivered')).toMatchObject({ reason: 'Signed by A. Lovelace' });
      await act(number, 'refund', { amount: '5.00', refund_reason: 'requested_by_customer', note: 'a scratch' });
      const refunded = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(refunded).toMatchObject({
        status: 'completed',
        payment_status: 'partially_refunded',
        refundable: '15.00',
      });
      expect(refunded.payments[0]).toMatchObject({ captured: '20.00', refunded: '5.00' });
      expect(refunded.refunds[0]?.reference).toMatch(/^re_/);
      expect(lastOf(refunded, 'refund_requested')?.reason).toBe('requested by customer: a scratch');
    },
  );

  scenario(
    () => system,
    'keeps a note about the delivery for staff, and the evidence for everybody',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await untilOrder(system, number, isLabelled);
      const said = { evidence: 'Signed by A. Lovelace', note: 'The neighbour opened' };
      expect((await act(number, 'mark_delivered', said)).status).toBe(200);
      const { timeline } = await getOrder(system, number);
      expect(timeline.filter(({ type }) => type === 'note_added').map(({ reason }) => reason)).toEqual([said.note]);
      const key = await system.makeKey('customer', ['orders:read']);
      const seen = JSON.stringify((await system.call('GET', `/v1/orders/${number}`, { key })).body.timeline);
      expect(seen).toContain(said.evidence);
      expect(seen).not.toContain(said.note);
    },
  );

  scenario(
    () => system,
    'keeps what was agreed, and every reference, when catalogue and policy change and after it has ended',
    async ({ place }) => {
      const items = [{ sku: 'TEE', quantity: 1, unit_price: '29.99', custom_fields: { size: 'M' } }];
      const number = await place({ items, total: '34.99' });
      await act(number, 'send_message', { body: 'It leaves today.' });
      const before = await deliver(system, number);
      const product = { name: 'Another shirt', kind: 'physical', price: '99.00', currency: 'USD', weight_g: 1 };
      const size = { length_cm: 1, width_cm: 1, height_cm: 1 };
      expect((await system.call('PUT', '/v1/products/TEE', { body: { ...product, ...size } })).status).toBe(200);
      const { policy_version: version, policy } = (await system.call('GET', '/v1/stores/main')).body;
      const changed = { version, policy: { ...policy, return_window: 'P3D' }, note: 'shorter' };
      expect((await system.call('PUT', '/v1/stores/main/policy', { body: changed })).status).toBe(200);
      const after = await getOrder(system, number);
      expect(after).toEqual(before);
      expect(after).toMatchObject({
        policy_version: version,
        items: [{ name: 'Product TEE', unit_price: '29.99', custom_fields: { size: 'M' } }],
        total: '34.99',
        payments: [{ reference: expect.stringMatching(/^pi_/) }],
        fulfilments: [{ tracking_number: expect.any(String), label: { transaction: expect.any(String) } }],
        messages: [{ from: 'owner', to: 'buyer', body: 'It leaves today.' }],
      });
    },
  );
});

describe('the policies of a store', () => {
  scenario(
    () => system,
    'are published before it takes orders, and an order is judged by those it was placed under',
    async ({ place }) => {
      await putStore(system.database.db, { code: 'new', name: 'New', supportEmail: 'help@example.com', policy: {} });
      const rate = { prefer: 'cheapest', max_days: {} };
      const publish = (version: number, policy: object) =>
        system.call('PUT', '/v1/stores/new/policy', { body: { version, policy } });
      const placedUnder = {
        confirmation: 'call',
        ship_within: 'P2D',
        return_window: 'P30D',
        routing: ['priority'],
        rate: { ...rate, carriers: ['ups'] },
      };
      expect((await publish(1, placedUnder)).body.policy_version).toBe(2);
      const number = await place({ store: 'new', shipping_address: NEAR_EAST, payment: { method: 'cod' } });
      const later = { return_window: 'PT1S', routing: ['nearest'], rate: { ...rate, carriers: ['nobody'] } };
      expect((await publish(2, later)).body.policy_version).toBe(3);
      expect((await act(number, 'confirm', {})).status).toBe(200);
      const order = await deliver(system, number);
      expect(order.fulfilments).toMatchObject([{ location: 'WEST', carrier: expect.stringMatching(/^ups$/i) }]);
      expect(order.policy_version).toBe(2);
      const shipWithin = Date.parse(order.fulfilments[0]?.ship_by ?? '') - Date.parse(order.created_at);
      expect(shipWithin).toBeGreaterThanOrEqual(2 * 86_400_000);
      const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'changed_mind' };
      expect((await act(number, 'request_return', asked)).status).toBe(200);
    },
  );
});
