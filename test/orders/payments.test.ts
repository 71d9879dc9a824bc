import { afterAll, beforeAll, describe, expect } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { createStripe } from '../../src/gateways/stripe.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const store = { name: 'Brisk', supportEmail: 'help@example.com', policy: { payment_window: 'PT6S' } };
  await putStore(system.database.db, { code: 'brisk', ...store });
});
afterAll(() => system.stop());

const { act, resolve, untilException, openException } = deskOf(() => system);

/** An intent as a checkout makes and confirms it. */
async function intentOf(fields: Record<string, string>): Promise<string> {
  const form = new URLSearchParams({
    amount: '2000',
    currency: 'usd',
    confirm: 'true',
    capture_method: 'manual',
    payment_method: 'pm_card_visa',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    ...fields,
  });
  const response = await fetch(`${system.sandbox.stripeUrl}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_sandbox' },
    body: form,
  });
  const body = (await response.json()) as { id?: string; error?: { payment_intent?: { id: string } } };
  return body.id ?? body.error?.payment_intent?.id ?? '';
}

const captured = async (reference: string | null | undefined): Promise<number | undefined> =>
  (await system.control.ledger()).payments.find((one) => one.payment_intent === reference)?.captured;

/** A hosted page lapses at the gateway. */
async function expirePage(page: string | null | undefined): Promise<void> {
  const expired = await fetch(`${system.sandbox.stripeUrl}/v1/checkout/sessions/${page}/expire`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_sandbox' },
  });
  expect(expired.status).toBe(200);
}

describe('payments that do not agree or do not work', () => {
  scenario(
    () => system,
    'a declined card waits for a person and ends failed',
    async ({ place }) => {
      const number = await place({
        payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclinedInsufficientFunds' },
      });
      const order = await untilException(number, 'payment_failed');
      expect(order).toMatchObject({
        status: 'pending',
        payment_status: 'failed',
        waiting_for: 'a person to resolve payment_failed',
      });
      expect(order.payments[0]?.failure?.code).toBe('insufficient_funds');
      const id = await openException(number, 'payment_failed');
      const { status, body } = await resolve(id, { resolution: 'mark_failed', note: 'the buyer gave up' });
      expect(status).toBe(200);
      expect(body.order).toMatchObject({ status: 'failed' });
      expect(body.exception).toMatchObject({ status: 'resolved', resolution: 'mark_failed' });
      // The intent is closed, so that nobody pays a failed order later.
      await untilOrder(system, number, (one) => one.payment_status === 'voided');
    },
  );

  scenario(
    () => system,
    'after a declined card the buyer pays on another page, and nobody has to do anything',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
      const order = await untilException(number, 'payment_failed');
      const [declined] = (await system.control.ledger()).payments.filter(
        ({ metadata }) => metadata['order_number'] === number,
      );
      // What was declined is closed: it cannot be paid beside the page.
      expect(declined).toMatchObject({ status: 'canceled', captured: 0 });
      const page = order.payments[0];
      expect(page?.reference).toMatch(/^cs_/);
      expect(await mailAbout(system, number, /failed/)).toContain(page?.next_action?.url);
      // The checkout named no page to come back to, so it is that of the order.
      const vendor = createStripe('sk_test_sandbox', system.config.STRIPE_API_BASE);
      const { success_url: back } = await vendor.checkout.sessions.retrieve(page?.reference ?? '');
      const [, token = ''] = back?.split(new URL('/track/', system.config.PUBLIC_URL).href) ?? [];
      expect((await system.call('GET', `/v1/orders/${number}`, { key: token })).body).toMatchObject({ number });
      await system.control.payCheckout(page?.reference ?? '');
      const paid = await untilOrder(system, number, (one) => one.status === 'processing');
      expect(paid.exceptions.map(({ status, resolution }) => [status, resolution])).toEqual([['resolved', 'retry']]);
      expect(await captured(paid.payments[0]?.reference)).toBe(2000);
    },
  );

  scenario(
    () => system,
    'a page that is offered later can be paid for the whole window, and after that the order ends',
    async ({ place }) => {
      const declined = { store: 'brisk', payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } };
      const numbers = [await place(declined), await place(declined)];
      const [first = '', second = ''] = numbers;
      for (const number of numbers) await untilException(number, 'payment_failed');
      const placedAt = Date.parse((await getOrder(system, second)).created_at);
      // The window counted from the placing is over before either has a page that can be paid.
      await eventually(
        async () => Date.now(),
        (now) => now > placedAt + 6_000,
      );
      for (const number of numbers) {
        const failed = await openException(number, 'payment_failed');
        await expirePage((await getOrder(system, number)).payments[0]?.reference);
        await untilOrder(system, number, (one) => one.payment_status === 'voided');
        await resolve(failed, { resolution: 'retry' });
        const again = await eventually(
          () => openException(number, 'payment_failed'),
          (id) => id !== failed,
        );
        await resolve(again, { resolution: 'retry' });
        const order = await untilOrder(system, number, (one) => one.payment_status === 'pending');
        expect(order).toMatchObject({ status: 'pending', waiting_for: 'the buyer to finish paying' });
        expect(Date.parse(order.waiting_until ?? '')).toBeGreaterThan(placedAt + 10_000);
        if (number === first) await system.control.payCheckout(order.payments[0]?.reference ?? '');
      }
      await untilOrder(system, first, (one) => one.status === 'processing');
      const ended = await untilOrder(system, second, (one) => one.status === 'cancelled');
      expect(ended.timeline.findLast(({ type }) => type === 'order_cancelled')?.reason).toBe(
        'The payment did not arrive in time.',
      );
    },
  );

  scenario(
    () => system,
    'a page that nobody paid in time is followed by another one, then the order is cancelled',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
      const first = await openException(number, 'payment_failed');
      const page = (await getOrder(system, number)).payments[0]?.reference ?? '';
      await expirePage(page);
      await untilOrder(system, number, (one) => one.payment_status === 'voided');
      expect((await resolve(first, { resolution: 'retry' })).status).toBe(200);
      const second = await eventually(
        () => openException(number, 'payment_failed'),
        (id) => id !== first,
      );
      expect((await getOrder(system, number)).payments[0]?.reference).not.toBe(page);
      expect((await resolve(second, { resolution: 'ship' })).body).toMatchObject({ code: 'resolution_not_allowed' });
      expect((await resolve(second, { resolution: 'cancel_order' })).body.order.status).toBe('cancelled');
      await untilOrder(system, number, (one) => one.payment_status === 'voided');
    },
  );

  for (const [what, fields] of [
    ['amount', { amount: '1999' }],
    ['currency', { currency: 'eur' }],
    ['reference', { 'metadata[order_number]': 'ORD-0000000000' }],
  ] as const) {
    scenario(
      () => system,
      `the ${what} of payment and order disagree`,
      async ({ place }) => {
        const reference = await intentOf(fields);
        const number = await place({ payment: { method: 'stripe', payment_intent: reference } });
        const order = await untilException(number, 'payment_mismatch');
        expect(order).toMatchObject({ status: 'pending', fulfilments: [] });
        expect(order.exceptions[0]?.summary).toContain(what);
        expect((await act(number, 'cancel', { reason: 'wrong payment' })).status).toBe(200);
        const ended = await untilOrder(system, number, (one) => one.payment_status === 'voided');
        expect(ended.status).toBe('cancelled');
        expect(await captured(reference)).toBe(0);
      },
    );
  }

  scenario(
    () => system,
    'one payment pays one order',
    async ({ place }) => {
      const reference = await intentOf({});
      const first = await place({ payment: { method: 'stripe', payment_intent: reference } });
      await untilOrder(system, first, (order) => order.status === 'processing');
      const request = orderRequest({ payment: { method: 'stripe', payment_intent: reference } });
      const second = await system.call('POST', '/v1/orders', { body: request, idempotencyKey: `second-${reference}` });
      expect(second).toMatchObject({ status: 422, body: { errors: [{ field: 'payment.payment_intent' }] } });
      await deliver(system, first);
      expect(await captured(reference)).toBe(2000);
    },
  );

  scenario(
    () => system,
    'a payment that does not exist at the gateway',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_intent: 'pi_doesnotexist' } });
      await untilException(number, 'payment_failed');
      expect((await act(number, 'cancel', { reason: 'no such payment' })).status).toBe(200);
    },
  );

  scenario(
    () => system,
    'the buyer finishes 3-D Secure after the order is placed',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' } });
      const waiting = await untilOrder(system, number, (order) => order.payments[0]?.reference != null);
      expect(waiting.status).toBe('pending');
      await system.control.authenticate(waiting.payments[0]?.reference ?? '', true);
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'an authorisation that lapses opens an exception',
    async ({ place }) => {
      const number = await place({ items: [{ sku: 'RARE', quantity: 2, unit_price: '99.00' }], total: '203.00' });
      const short = await untilException(number, 'stock_out');
      await system.control.expireAuthorisation(short.payments[0]?.reference ?? '');
      const lapsed = await untilException(number, 'payment_failed');
      expect(lapsed.payment_status).toBe('voided');
      expect((await act(number, 'cancel', { reason: 'lapsed' })).body.status).toBe('cancelled');
    },
  );

  scenario(
    () => system,
    'the gateway is down and the order goes on by itself',
    async ({ place }) => {
      await system.control.fault({
        service: 'stripe',
        route: 'POST /v1/payment_intents/:id/capture',
        kind: 'error',
        status: 500,
        count: 2,
      });
      const number = await place();
      const order = await deliver(system, number);
      expect(order.exceptions).toEqual([]);
      expect(await captured(order.payments[0]?.reference)).toBe(2000);
    },
  );

  scenario(
    () => system,
    'the answer of the capture is lost after its effect',
    async ({ place }) => {
      await system.control.fault({
        service: 'stripe',
        route: 'POST /v1/payment_intents/:id/capture',
        kind: 'timeout_after_effect',
        count: 1,
      });
      const number = await place();
      const order = await deliver(system, number);
      expect(await captured(order.payments[0]?.reference)).toBe(2000);
      expect((await getOrder(system, number)).payments[0]).toMatchObject({ captured: '20.00', refunded: '0.00' });
    },
  );
});
