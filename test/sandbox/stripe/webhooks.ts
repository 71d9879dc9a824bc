import Stripe from 'stripe';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Received } from '../receiver.ts';
import { type Bench, SECRET } from './bench.ts';
import { authorise, charge } from './scenario.ts';

const eventOf = ({ body }: Received): Stripe.Event => JSON.parse(body) as Stripe.Event;
const types = (received: readonly Received[]): string[] => received.map((one) => eventOf(one).type);

export function webhookTests(bench: () => Bench): void {
  describe('webhooks', () => {
    beforeEach(async () => {
      await bench().control.webhooksDelivered();
      await bench().control.webhookMode('normal');
      bench().receiver.clear();
    });

    test('are signed as the SDK verifies, carry its API version and the request that caused them', async () => {
      const { stripe, control, receiver } = bench();
      const key = { idempotencyKey: 'order-1:authorize' };
      await stripe.paymentIntents.create({ amount: 900, currency: 'usd' }, key);
      await control.webhooksDelivered();
      const [first] = receiver.received;
      if (first === undefined) throw new Error('No webhook came.');
      const header = String(first.headers['stripe-signature']);
      const event = stripe.webhooks.constructEvent(first.body, header, SECRET);
      expect(event).toMatchObject({ type: 'payment_intent.created', api_version: Stripe.API_VERSION, livemode: false });
      expect(event.request).toMatchObject({ idempotency_key: 'order-1:authorize' });
      expect(event.request?.id).toMatch(/^req_/);
      expect(Math.abs(event.created - Date.now() / 1000)).toBeLessThan(60);
      expect(await stripe.events.retrieve(event.id)).toEqual(
        expect.objectContaining({ id: event.id, data: event.data }),
      );
      expect(() => stripe.webhooks.constructEvent(first.body, header, 'whsec_other')).toThrow();
      expect(() => stripe.webhooks.constructEvent(`${first.body} `, header, SECRET)).toThrow();
    });

    test('tell a payment from hold to refund', async () => {
      const { stripe, control, receiver } = bench();
      const held = await authorise(stripe);
      await stripe.paymentIntents.capture(held.id, { amount_to_capture: 4_000 });
      await stripe.refunds.create({ payment_intent: held.id, amount: 100 });
      await control.webhooksDelivered();
      expect(types(receiver.received).sort()).toEqual(
        [
          'payment_intent.created',
          'charge.succeeded',
          'payment_intent.amount_capturable_updated',
          'charge.captured',
          'refund.created',
          'charge.refunded',
          'payment_intent.succeeded',
          'refund.created',
          'charge.refunded',
        ].sort(),
      );
    });

    test('are tried again until they are taken', async () => {
      const { stripe, control, receiver } = bench();
      const refusals = [500, 404, 429];
      receiver.answerWith(() => refusals.pop() ?? 200);
      await stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
      await control.webhooksDelivered();
      expect(receiver.received).toHaveLength(4);
      expect(new Set(receiver.received.map((one) => eventOf(one).id)).size).toBe(1);
      const { deliveries } = await control.webhooks();
      expect(deliveries[0]).toMatchObject({ state: 'delivered', attempts: 4, last_status: 200 });
    });

    test('held ones come in the order asked for, the same for the same seed', async () => {
      const { stripe, control, receiver } = bench();
      const run = async (order: 'sent' | 'reverse' | 'shuffle', seed: number): Promise<string[]> => {
        receiver.clear();
        await control.webhookMode('hold');
        const held = await authorise(stripe);
        await stripe.paymentIntents.capture(held.id);
        expect(receiver.received).toEqual([]);
        expect(await control.releaseWebhooks(order, { seed })).toEqual({ released: 5 });
        return types(receiver.received);
      };
      const sent = await run('sent', 1);
      expect(sent[0]).toBe('payment_intent.created');
      expect(sent.at(-1)).toBe('payment_intent.succeeded');
      expect(await run('reverse', 1)).toEqual([...sent].reverse());
      const shuffled = await run('shuffle', 5);
      expect([...shuffled].sort()).toEqual([...sent].sort());
      expect(shuffled).not.toEqual(sent);
      expect(await run('shuffle', 5)).toEqual(shuffled);
    });

    test('can be doubled, lost and sent again', async () => {
      const { stripe, control, receiver } = bench();
      await control.webhookMode('duplicate', { copies: 10 });
      await stripe.paymentIntents.create({ amount: 900, currency: 'usd' });
      await control.webhooksDelivered();
      expect(receiver.received).toHaveLength(10);
      expect(new Set(receiver.received.map((one) => eventOf(one).id)).size).toBe(1);

      receiver.clear();
      await control.webhookMode('drop');
      const lost = await stripe.paymentIntents.create({ amount: 901, currency: 'usd' });
      await control.webhooksDelivered();
      expect(receiver.received).toEqual([]);
      const listed = await stripe.events.list({ type: 'payment_intent.created', limit: 1 });
      const event = listed.data[0];
      expect(event?.data.object).toMatchObject({ id: lost.id });
      await control.resend(event?.id ?? '');
      await control.webhooksDelivered();
      expect(receiver.received.map((one) => eventOf(one).id)).toEqual([event?.id]);
      await expect(control.resend('evt_unknown')).rejects.toThrow('neither a Stripe event nor a parcel');
    });

    test('disputes, warnings, reviews and expired authorisations are told when asked for', async () => {
      const { stripe, control, receiver } = bench();
      const paid = await charge(stripe);
      await control.settle();
      await control.webhooksDelivered();
      receiver.clear();
      const warning = await control.earlyFraudWarning(paid.id);
      const dispute = await control.dispute(paid.id, { reason: 'product_not_received' });
      await expect(control.dispute(paid.id)).rejects.toThrow('disputed already');
      await control.endDispute(dispute.id, 'won');
      await expect(control.endDispute(dispute.id, 'lost')).rejects.toThrow('has ended: won');
      const held = await authorise(stripe);
      const review = await control.review(held.id);
      await control.expireAuthorisation(held.id);
      await control.webhooksDelivered();
      expect(types(receiver.received)).toEqual(
        expect.arrayContaining([
          'radar.early_fraud_warning.created',
          'radar.early_fraud_warning.updated',
          'charge.dispute.created',
          'charge.dispute.funds_withdrawn',
          'charge.dispute.funds_reinstated',
          'charge.dispute.closed',
          'review.opened',
          'review.closed',
          'charge.expired',
          'payment_intent.canceled',
        ]),
      );
      expect((await stripe.radar.earlyFraudWarnings.retrieve(warning.id)).actionable).toBe(false);
      expect(await stripe.reviews.retrieve(review.id)).toMatchObject({ open: false });
      const late = await stripe.paymentIntents.retrieve(held.id, { expand: ['latest_charge'] });
      expect(late).toMatchObject({ status: 'canceled', cancellation_reason: 'automatic' });
      const refunds = await stripe.refunds.list({ payment_intent: held.id });
      expect(refunds.data).toMatchObject([{ amount: 5_000, reason: 'expired_uncaptured_charge' }]);
    });
  });

  describe('reviews', () => {
    test('an elevated risk opens one, which can be listed and approved', async () => {
      const { stripe } = bench();
      const held = await authorise(stripe, 'pm_card_riskLevelElevated');
      const review = String(held.review);
      expect((await stripe.reviews.list()).data.map(({ id }) => id)).toContain(review);
      expect(await stripe.reviews.approve(review)).toMatchObject({ open: false, closed_reason: 'approved' });
      expect((await stripe.paymentIntents.retrieve(held.id)).review).toBeNull();
      expect((await stripe.reviews.list()).data.map(({ id }) => id)).not.toContain(review);
    });

    test('an inquiry moves no money until evidence escalates it', async () => {
      const { stripe, control } = bench();
      const paid = await charge(stripe, 'pm_card_createDisputeInquiry');
      const [inquiry] = (await stripe.disputes.list({ payment_intent: paid.id })).data;
      expect(inquiry).toMatchObject({ status: 'warning_needs_response', is_charge_refundable: true });
      expect(inquiry?.balance_transactions).toEqual([]);
      const draft = await stripe.disputes.update(inquiry?.id ?? '', {
        evidence: { uncategorized_text: 'escalate_inquiry_evidence', shipping_tracking_number: '1Z' },
        intended_submission_method: 'manual',
        submit: false,
      });
      expect(draft).toMatchObject({ status: 'warning_needs_response', intended_submission_method: 'manual' });
      await stripe.disputes.update(draft.id, { evidence: { shipping_carrier: 'UPS' }, submit: true });
      await control.settle();
      const escalated = await stripe.disputes.retrieve(draft.id);
      expect(escalated).toMatchObject({ status: 'needs_response', is_charge_refundable: false });
      expect(escalated.evidence).toMatchObject({ shipping_tracking_number: '1Z', shipping_carrier: 'UPS' });
      expect(escalated.balance_transactions).toHaveLength(1);
    });
  });
}
