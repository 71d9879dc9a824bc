import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/search-attributes.ts';
import { listRuns } from '../../tools/system/histories.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const runOf = (number: string) => system.temporal.client.workflow.getHandle(workflowIdOf(number));
/** What Temporal Web UI shows of the order at the top of its page. */
async function detailsOf(number: string): Promise<string> {
  const { currentDetails } = await runOf(number).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return currentDetails ?? '';
}
/** Its search attributes, without those of the engine itself. */
async function attributesOf(number: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await runOf(number).describe();
  const ours = typedSearchAttributes.getAll().filter(({ key }) => key.name in SEARCH_ATTRIBUTES);
  return Object.fromEntries(ours.map(({ key, value }) => [key.name, value]));
}

const mails = async (to: string) => (await system.control.mails({ to })).map((mail) => mail.subject);

describe('a whole life', () => {
  scenario(
    () => system,
    'a card order goes from checkout to completed',
    async ({ place }) => {
      const email = 'card@example.com';
      const number = await place({ customer: { name: 'Card Buyer', email } });
      const order = await deliver(system, number);
      expect(order.payment_status).toBe('paid');
      expect(order.timeline.map((entry) => entry.type)).toEqual([
        'order_placed',
        'payment_read',
        'order_confirmed',
        'payment_read',
        'fulfilments_created',
        'label_bought',
        'parcel_shipped',
        'fulfilment_delivered',
        'order_completed',
      ]);
      expect(order.timeline.map((entry) => entry.to)).toEqual([
        'pending',
        'pending',
        'confirmed',
        'confirmed',
        'processing',
        'processing',
        'shipped',
        'delivered',
        'completed',
      ]);
      const told = await eventually(
        () => mails(email),
        (subjects) => subjects.length >= 3,
      );
      expect(told.toSorted()).toEqual([
        `Your order ${number} has been delivered`,
        `Your order ${number} is confirmed`,
        `Your order ${number} is on its way`,
      ]);
      const ledger = await system.control.ledger();
      const payment = ledger.payments.find((one) => one.metadata['order_number'] === number);
      expect(payment).toMatchObject({ captured: 2000, refunded: 0 });
      expect(ledger.labels.filter((label) => label.metadata === order.fulfilments[0]?.id)).toHaveLength(1);
      // Of the events, those that can change nothing were done with as they came: no pump has looked at them.
      const about = [payment?.payment_intent, order.fulfilments[0]?.tracking_number];
      const { rows } = await sql`
        select distinct provider, outcome from inbox where object_id = any(${about}) and attempts = 0 and processed_at is not null
         order by provider`.execute(system.database.db);
      expect(rows).toEqual([
        { provider: 'shippo', outcome: 'not under way yet' },
        { provider: 'stripe', outcome: 'our own doing' },
      ]);
    },
    { events: 48 },
  );

  scenario(
    () => system,
    'Temporal Web UI shows what each order waits for and until when, and finds it by that',
    async ({ place }) => {
      const number = await place();
      const order = await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      expect(order.waiting_until).not.toBeNull();
      const deadline = new Date(order.waiting_until ?? '');
      await eventually(
        () => attributesOf(number),
        (attributes) => attributes['WaitingFor'] === 'the carrier to take the parcel',
      );
      expect(await attributesOf(number)).toEqual({
        OrderStatus: 'processing',
        PaymentStatus: 'paid',
        OrderStore: 'main',
        WaitingFor: order.waiting_for,
        WaitingUntil: deadline,
      });
      const lines = await detailsOf(number);
      expect(lines).toBe(
        `**${number}** is **processing**, payment **paid**, version ${order.version}.\n\n` +
          `Waits for the carrier to take the parcel until ${deadline.toISOString()} (ship_by).`,
      );
      const stuck = await place({ payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
      await untilOrder(system, stuck, ({ exceptions }) => exceptions.length > 0);
      const waiting = `WaitingFor = 'a person to resolve payment_failed' AND OrderStatus = 'pending'`;
      const found = await eventually(
        async () => (await listRuns(system.temporal.client, waiting)).map(({ workflowId }) => workflowId),
        (ids) => ids.includes(workflowIdOf(stuck)),
      );
      expect(found).not.toContain(workflowIdOf(number));
      expect(await detailsOf(stuck)).toContain('\n- exception **payment_failed** on payment');
    },
  );

  scenario(
    () => system,
    'a checkout that confirmed the PaymentIntent itself',
    async ({ place }) => {
      const intent = await createIntent(2000, { capture_method: 'manual' });
      const number = await place({ payment: { method: 'stripe', payment_intent: intent.id } });
      const order = await deliver(system, number);
      expect(order.payments[0]).toMatchObject({ reference: intent.id, captured: '20.00', status: 'paid' });
    },
  );

  scenario(
    () => system,
    'cash on delivery is paid when it is delivered',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      const shipped = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      expect(shipped.payment_status).toBe('pending');
      const order = await deliver(system, number);
      expect(order).toMatchObject({ status: 'completed', payment_status: 'paid' });
    },
  );

  scenario(
    () => system,
    'a bank transfer waits until staff record it',
    async ({ place }) => {
      const number = await place({ payment: { method: 'bank_transfer' } });
      const waiting = await getOrder(system, number);
      expect(waiting).toMatchObject({ status: 'pending', waiting_for: 'the bank transfer (staff confirm it)' });
      expect(waiting.allowed_actions).toContain('confirm');
      const without = await system.call('POST', `/v1/orders/${number}/actions/confirm`, { body: {} });
      expect(without).toMatchObject({ status: 422, body: { code: 'payment_reference_required' } });
      const wrong = await system.call('POST', `/v1/orders/${number}/actions/confirm`, {
        body: { payment_reference: 'TRX 1', amount: '19.99' },
      });
      expect(wrong).toMatchObject({ status: 422, body: { code: 'amount_mismatch' } });
      const { status, body } = await system.call('POST', `/v1/orders/${number}/actions/confirm`, {
        body: { payment_reference: 'TRX 1', amount: '20.00' },
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'processing', payment_status: 'paid' });
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'a hosted checkout page is paid by the buyer',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', return_url: 'https://shop.example/thanks' } });
      const waiting = await getOrder(system, number);
      const page = waiting.payments[0]?.next_action?.url ?? '';
      expect(page).toMatch(/^http/);
      expect(waiting.waiting_for).toBe('the buyer to finish paying');
      await payHosted(page);
      const order = await deliver(system, number);
      expect(order.payments[0]?.reference).toMatch(/^pi_/);
    },
  );

  scenario(
    () => system,
    'goods, a download and a service in one order',
    async ({ place }) => {
      const number = await place({
        items: [
          { sku: 'MUG', quantity: 1, unit_price: '15.00' },
          { sku: 'GAME', quantity: 1, unit_price: '19.99' },
          { sku: 'SETUP', quantity: 1, unit_price: '50.00' },
        ],
        total: '89.99',
      });
      const split = await untilOrder(system, number, (order) =>
        order.fulfilments.some((one) => one.status === 'labelled'),
      );
      expect(split.fulfilments.map((one) => one.kind)).toEqual(['physical', 'digital', 'service']);
      for (const { id, kind } of split.fulfilments) {
        if (kind === 'physical') continue;
        const { status } = await system.call('POST', `/v1/orders/${number}/actions/mark_delivered`, {
          body: { fulfilment: id, evidence: 'sent by e-mail' },
        });
        expect(status).toBe(200);
      }
      for (const status of ['TRANSIT', 'DELIVERED'])
        await system.control.advanceParcel(split.fulfilments[0]?.tracking_number ?? '', status);
      await untilOrder(system, number, (order) => order.status === 'completed');
    },
  );

  scenario(
    () => system,
    'an order of two warehouses leaves in two parcels',
    async ({ place }) => {
      const number = await place({
        items: [
          { sku: 'TEE', quantity: 1, unit_price: '29.99' },
          { sku: 'RARE', quantity: 1, unit_price: '99.00' },
        ],
        total: '133.99',
      });
      const order = await deliver(system, number);
      expect(new Set(order.fulfilments.map((one) => one.location))).toEqual(new Set(['EAST', 'WEST']));
      expect(order.timeline.find((entry) => entry.type === 'order_confirmed')?.reason).toContain('EAST');
      await eventually(
        () => system.control.mails({ to: orderRequest().customer.email }),
        (mails) => mails.filter((mail) => mail.subject.includes(number)).length === 4,
      );
    },
  );
});

async function createIntent(amount: number, more: Record<string, string>) {
  const form = new URLSearchParams({
    amount: String(amount),
    currency: 'usd',
    confirm: 'true',
    payment_method: 'pm_card_visa',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    ...more,
  });
  const response = await fetch(`${system.sandbox.stripeUrl}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_sandbox' },
    body: form,
  });
  return (await response.json()) as { id: string };
}

/** Does what the buyer does on the hosted page: picks the test card and pays. */
async function payHosted(page: string): Promise<void> {
  const session = page.split('/').at(-1)?.split('#')[0] ?? '';
  await system.control.payCheckout(session, 'pm_card_visa');
}
