import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { beforeEach, describe, expect, test } from 'vitest';
import { failureOf, stripeAt } from '../clients.ts';
import type { Bench } from './bench.ts';
import { authorise } from './scenario.ts';

const CREATE = 'POST /v1/payment_intents';
const CAPTURE = 'POST /v1/payment_intents/:id/capture';

export function faultTests(bench: () => Bench): void {
  describe('faults', () => {
    beforeEach(() => bench().control.clearFaults());

    test('an error is answered before anything happens, as often as asked, and leaves the key free', async () => {
      const { stripe, control } = bench();
      const held = await authorise(stripe);
      const key = { idempotencyKey: randomUUID() };
      await control.fault({ service: 'stripe', kind: 'error', route: CAPTURE, count: 2, status: 503 });
      const capture = () => stripe.paymentIntents.capture(held.id, {}, key);
      expect(await failureOf(capture())).toMatchObject({ type: 'StripeAPIError', statusCode: 503 });
      expect((await failureOf(capture())).statusCode).toBe(503);
      expect((await stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture');
      expect((await capture()).status).toBe('succeeded');
      expect(await control.faults()).toEqual([]);
    });

    test('a remembered error is replayed under its key, as Stripe does with its own', async () => {
      const { stripe, control } = bench();
      const key = { idempotencyKey: randomUUID() };
      await control.fault({ service: 'stripe', kind: 'error', route: CREATE, remember: true });
      const create = () => stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, key);
      expect((await failureOf(create())).statusCode).toBe(500);
      expect((await failureOf(create())).statusCode).toBe(500);
      expect((await stripe.paymentIntents.create({ amount: 900, currency: 'usd' })).id).toMatch(/^pi_/);
    });

    test('429 is what the SDK takes for a rate limit', async () => {
      const { stripe, control } = bench();
      await control.fault({ service: 'stripe', kind: 'error', status: 429 });
      const failure = await failureOf(stripe.paymentIntents.list());
      expect(failure).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    });

    test('a timeout after the effect loses the answer only: the key finds the one payment that was made', async () => {
      const { stripe, control } = bench();
      const key = { idempotencyKey: randomUUID() };
      // Twice: the SDK asks once more by itself when a connection is closed on it, even with retries turned off.
      const lost = { kind: 'timeout_after_effect', route: CREATE, match: 'ORD-lost', count: 2 } as const;
      await control.fault({ service: 'stripe', ...lost });
      const metadata = { order: 'ORD-lost' };
      const create = () => stripe.paymentIntents.create({ amount: 900, currency: 'usd', metadata }, key);
      expect((await stripe.paymentIntents.create({ amount: 901, currency: 'usd' })).amount).toBe(901);
      const failure = await failureOf(create());
      expect(failure).toBeInstanceOf(Stripe.errors.StripeConnectionError);
      const made = await create();
      expect(made.lastResponse.headers['idempotent-replayed']).toBe('true');
      const { payments } = await bench().sandbox.ledger();
      expect(payments.filter((payment) => payment.metadata['order'] === 'ORD-lost')).toHaveLength(1);
    });

    test('so does one that keeps the caller waiting until it gives up', async () => {
      const { sandbox, stripe, control } = bench();
      const key = { idempotencyKey: randomUUID() };
      await control.fault({ service: 'stripe', kind: 'timeout_after_effect', route: CREATE, delay_ms: 2_000 });
      const impatient = stripeAt(sandbox.stripeUrl);
      const params = { amount: 900, currency: 'usd', metadata: { order: 'ORD-late' } };
      const failure = await failureOf(impatient.paymentIntents.create(params, { ...key, timeout: 200 }));
      expect(failure).toBeInstanceOf(Stripe.errors.StripeConnectionError);
      expect((await stripe.paymentIntents.create(params, key)).metadata['order']).toBe('ORD-late');
      const { payments } = await sandbox.ledger();
      expect(payments.filter((payment) => payment.metadata['order'] === 'ORD-late')).toHaveLength(1);
    });

    test('a dropped connection leaves nothing behind; the SDK tries again by itself under the same key', async () => {
      const { sandbox, control } = bench();
      const retrying = stripeAt(sandbox.stripeUrl);
      await control.fault({ service: 'stripe', kind: 'drop', route: CREATE });
      const metadata = { order: randomUUID() };
      const made = await retrying.paymentIntents.create(
        { amount: 900, currency: 'usd', metadata },
        { maxNetworkRetries: 1 },
      );
      expect(made.lastResponse.headers['idempotent-replayed']).toBeUndefined();
      const { payments } = await sandbox.ledger();
      expect(payments.filter((payment) => payment.metadata['order'] === metadata.order)).toHaveLength(1);
    });

    test('while a request runs, the same key is refused with 409, and gets its answer afterwards', async () => {
      const { stripe, control } = bench();
      const key = { idempotencyKey: randomUUID() };
      await control.fault({ service: 'stripe', kind: 'delay', route: CREATE, delay_ms: 300 });
      const create = () => stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, key);
      const first = create();
      // The first is on its way as soon as the fault has been taken.
      while ((await control.faults()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await failureOf(create())).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
      expect((await create().catch(() => first)).id).toBe((await first).id);
    });

    test('a refused request leaves its key free, since nothing ran', async () => {
      const { stripe } = bench();
      const key = { idempotencyKey: randomUUID() };
      const amount = (value: unknown) => ({ amount: value, currency: 'usd' }) as Stripe.PaymentIntentCreateParams;
      expect((await failureOf(stripe.paymentIntents.create(amount('much'), key))).code).toBe(
        'parameter_invalid_integer',
      );
      expect((await stripe.paymentIntents.create(amount(900), key)).amount).toBe(900);
    });

    test('a fault on a route that does not exist is refused', async () => {
      const { control } = bench();
      const fault = { service: 'stripe', kind: 'error', route: 'POST /v1/nonsense' } as const;
      await expect(control.fault(fault)).rejects.toThrow('stripe has no route POST /v1/nonsense');
    });
  });

  describe('keys', () => {
    test('none, a wrong one and a live one are refused with 401', async () => {
      const { sandbox } = bench();
      for (const key of ['sk_nonsense', 'sk_live_abc']) {
        const failure = await failureOf(stripeAt(sandbox.stripeUrl, key).paymentIntents.list());
        expect(failure).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
      }
      expect((await fetch(`${sandbox.stripeUrl}/v1/events`)).status).toBe(401);
      const basic = `Basic ${Buffer.from('sk_test_abc:').toString('base64')}`;
      const curl = await fetch(`${sandbox.stripeUrl}/v1/events`, { headers: { authorization: basic } });
      expect(curl.status).toBe(200);
      expect(curl.headers.get('request-id')).toMatch(/^req_/);
    });
  });

  describe('lists', () => {
    test('are paged from the newest, both ways', async () => {
      const { stripe } = bench();
      const made: string[] = [];
      for (const amount of [701, 702, 703]) {
        made.push((await stripe.paymentIntents.create({ amount, currency: 'usd' })).id);
      }
      const newest = await stripe.paymentIntents.list({ limit: 2 });
      expect(newest.data.map(({ id }) => id)).toEqual([made[2], made[1]]);
      expect(newest.has_more).toBe(true);
      const older = await stripe.paymentIntents.list({ limit: 1, starting_after: made[1] ?? '' });
      expect(older.data[0]?.id).toBe(made[0]);
      const newer = await stripe.paymentIntents.list({ limit: 5, ending_before: made[1] ?? '' });
      expect(newer.data.map(({ id }) => id)).toEqual([made[2]]);
      const future = await stripe.paymentIntents.list({ created: { gt: Math.floor(Date.now() / 1000) + 60 } });
      expect(future.data).toEqual([]);
    });

    test('refunds of a charge can be expanded, what is no reference cannot', async () => {
      const { stripe } = bench();
      const held = await authorise(stripe);
      await stripe.paymentIntents.capture(held.id);
      const refund = await stripe.refunds.create({ payment_intent: held.id, amount: 10, expand: ['charge'] });
      const charge = refund.charge as Stripe.Charge;
      expect(charge.amount_refunded).toBe(10);
      const withRefunds = await stripe.charges.retrieve(charge.id, { expand: ['refunds'] });
      expect(withRefunds.refunds?.data.map(({ id }) => id)).toEqual([refund.id]);
      const listed = await stripe.refunds.list({ charge: charge.id, expand: ['data.payment_intent'] });
      expect(listed.data[0]?.payment_intent).toMatchObject({ id: held.id, object: 'payment_intent' });
      const failure = await failureOf(stripe.charges.retrieve(charge.id, { expand: ['amount'] }));
      expect(failure.message).toContain('cannot be expanded');
    });
  });

  describe('updates', () => {
    test('metadata is merged, and an empty value removes a key', async () => {
      const { stripe } = bench();
      const intent = await stripe.paymentIntents.create({ amount: 900, currency: 'usd', metadata: { a: '1', b: '2' } });
      const updated = await stripe.paymentIntents.update(intent.id, { metadata: { a: '', c: '3' }, amount: 950 });
      expect(updated).toMatchObject({ metadata: { b: '2', c: '3' }, amount: 950 });
      expect(updated.metadata).not.toHaveProperty('a');
      const held = await authorise(stripe);
      const late = await failureOf(stripe.paymentIntents.update(held.id, { amount: 1 }));
      expect(late.code).toBe('payment_intent_unexpected_state');
    });
  });
}
