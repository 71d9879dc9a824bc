import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { expect } from 'vitest';
import { failureOf } from '../clients.ts';

/**
 * What must be so of Stripe and of the sandbox alike. Only documented test cards and calls: no control of the sandbox, no
 * webhooks, nothing that depends on what ran before. Run against the sandbox always, and against Stripe's test mode when
 * STRIPE_TEST_KEY is set.
 */
export interface Step {
  readonly name: string;
  readonly run: (stripe: Stripe) => Promise<void>;
}

const CARD = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' } } as const;

export const authorise = (stripe: Stripe, card = 'pm_card_visa', amount = 5_000): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({
    ...CARD,
    amount,
    currency: 'usd',
    capture_method: 'manual',
    confirm: true,
    payment_method: card,
    expand: ['latest_charge'],
  });

export const charge = (stripe: Stripe, card = 'pm_card_visa', amount = 5_000): Promise<Stripe.PaymentIntent> =>
  stripe.paymentIntents.create({ ...CARD, amount, currency: 'usd', confirm: true, payment_method: card });

export const chargeIn = (intent: Stripe.PaymentIntent): Stripe.Charge => {
  if (typeof intent.latest_charge !== 'object' || intent.latest_charge === null) throw new Error('No charge expanded.');
  return intent.latest_charge;
};

/** Reads until `done` holds; Stripe does some things a while after it has answered. */
async function eventually<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`Not so within 20 s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const DECLINES: readonly (readonly [card: string, code: string, declineCode: string])[] = [
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ['pm_card_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
  ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
];

const declines: Step[] = DECLINES.map(([card, code, declineCode]) => ({
  name: `${card} is declined as ${code}/${declineCode}, and the intent waits for another card`,
  run: async (stripe) => {
    const failure = await failureOf(charge(stripe, card));
    expect(failure).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code: declineCode });
    const intent = failure.payment_intent;
    expect(intent).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code } });
    const again = await stripe.paymentIntents.confirm(intent?.id ?? '', { payment_method: 'pm_card_visa' });
    expect(again.status).toBe('succeeded');
  },
}));

export const SCENARIO: readonly Step[] = [
  {
    name: 'a manual capture holds the money until part of it is taken; the rest is let go and cannot be refunded',
    run: async (stripe) => {
      const held = await authorise(stripe);
      expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 5_000, amount_received: 0 });
      const inSixDays = Date.now() / 1000 + 6 * 86_400;
      expect(chargeIn(held)).toMatchObject({ captured: false, paid: true, outcome: { type: 'authorized' } });
      expect(chargeIn(held).payment_method_details?.card?.capture_before).toBeGreaterThan(inSixDays - 3 * 86_400);
      const taken = await stripe.paymentIntents.capture(held.id, {
        amount_to_capture: 4_000,
        expand: ['latest_charge'],
      });
      expect(taken).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 4_000 });
      expect(chargeIn(taken)).toMatchObject({ captured: true, amount_captured: 4_000, amount_refunded: 1_000 });
      const tooMuch = await failureOf(stripe.refunds.create({ payment_intent: held.id, amount: 4_001 }));
      expect(tooMuch).toMatchObject({ statusCode: 400, param: 'amount' });
      const back = await stripe.refunds.create({
        payment_intent: held.id,
        amount: 1_500,
        reason: 'requested_by_customer',
      });
      expect(back).toMatchObject({ status: 'succeeded', amount: 1_500, reason: 'requested_by_customer' });
      await stripe.refunds.create({ payment_intent: held.id });
      const nothingLeft = await failureOf(stripe.refunds.create({ payment_intent: held.id }));
      expect(nothingLeft.code).toBe('charge_already_refunded');
    },
  },
  {
    name: 'more than was held cannot be captured, and what is captured cannot be captured or canceled again',
    run: async (stripe) => {
      const held = await authorise(stripe);
      const more = await failureOf(stripe.paymentIntents.capture(held.id, { amount_to_capture: 5_001 }));
      expect(more).toMatchObject({ statusCode: 400, code: 'amount_too_large' });
      await stripe.paymentIntents.capture(held.id);
      const again = await failureOf(stripe.paymentIntents.capture(held.id));
      expect(again).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
      const cancel = await failureOf(stripe.paymentIntents.cancel(held.id));
      expect(cancel).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    },
  },
  {
    name: 'a canceled authorisation lets the money go',
    run: async (stripe) => {
      const held = await authorise(stripe);
      const canceled = await stripe.paymentIntents.cancel(held.id, {
        cancellation_reason: 'requested_by_customer',
        expand: ['latest_charge'],
      });
      expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'requested_by_customer' });
      expect(chargeIn(canceled)).toMatchObject({ captured: false, refunded: true });
      const refund = await failureOf(stripe.refunds.create({ payment_intent: held.id }));
      expect(refund.statusCode).toBe(400);
    },
  },
  ...declines,
  {
    name: 'Radar blocks pm_card_radarBlock, and the charge says so',
    run: async (stripe) => {
      const failure = await failureOf(charge(stripe, 'pm_card_radarBlock'));
      expect(failure).toMatchObject({ type: 'StripeCardError', code: 'card_declined' });
      const blocked = await stripe.charges.retrieve(failure.charge ?? '');
      expect(blocked).toMatchObject({ status: 'failed', outcome: { type: 'blocked', risk_level: 'highest' } });
    },
  },
  {
    name: '3D Secure asks the buyer, and fails off session where nobody can be asked',
    run: async (stripe) => {
      const asked = await stripe.paymentIntents.create({
        ...CARD,
        amount: 2_000,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_authenticationRequired',
        return_url: 'https://shop.example/return',
      });
      expect(asked).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
      const offSession = await failureOf(
        stripe.paymentIntents.create({
          ...CARD,
          amount: 2_000,
          currency: 'usd',
          confirm: true,
          off_session: true,
          payment_method: 'pm_card_authenticationRequired',
        }),
      );
      expect(offSession).toMatchObject({ type: 'StripeCardError', code: 'authentication_required' });
    },
  },
  {
    name: 'an idempotency key gives the same answer once more, and refuses other parameters',
    run: async (stripe) => {
      const key = { idempotencyKey: randomUUID() };
      const create = (amount: number): Promise<Stripe.Response<Stripe.PaymentIntent>> =>
        stripe.paymentIntents.create({ ...CARD, amount, currency: 'usd' }, key);
      const first = await create(1_000);
      const second = await create(1_000);
      expect(second.id).toBe(first.id);
      expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
      const other = await failureOf(create(1_001));
      expect(other).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
    },
  },
  {
    name: 'a declined card is replayed under its key too',
    run: async (stripe) => {
      const key = { idempotencyKey: randomUUID() };
      const pay = (): Promise<unknown> =>
        stripe.paymentIntents.create(
          { ...CARD, amount: 1_000, currency: 'usd', confirm: true, payment_method: 'pm_card_chargeDeclined' },
          key,
        );
      const first = await failureOf(pay());
      const second = await failureOf(pay());
      expect(second.payment_intent?.id).toBe(first.payment_intent?.id);
    },
  },
  {
    name: 'unknown parameters and objects are refused by name',
    run: async (stripe) => {
      const wrong = { amount: 1_000, currency: 'usd', colour: 'red' } as Stripe.PaymentIntentCreateParams;
      expect(await failureOf(stripe.paymentIntents.create(wrong))).toMatchObject({
        statusCode: 400,
        code: 'parameter_unknown',
        param: 'colour',
      });
      const missing = await failureOf(stripe.paymentIntents.retrieve('pi_doesnotexist'));
      expect(missing).toMatchObject({ statusCode: 404, code: 'resource_missing' });
      const small = await failureOf(stripe.paymentIntents.create({ ...CARD, amount: 1, currency: 'usd' }));
      expect(small).toMatchObject({ statusCode: 400, code: 'amount_too_small' });
    },
  },
  {
    name: 'a dispute takes the money and winning evidence brings it back',
    run: async (stripe) => {
      const paid = await charge(stripe, 'pm_card_createDispute');
      const disputes = await eventually(
        () => stripe.disputes.list({ payment_intent: paid.id }),
        (list) => list.data.length > 0,
      );
      const dispute = disputes.data[0];
      expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 5_000 });
      const refund = await failureOf(stripe.refunds.create({ payment_intent: paid.id }));
      expect(refund.code).toBe('charge_disputed');
      await stripe.disputes.update(dispute?.id ?? '', { evidence: { uncategorized_text: 'winning_evidence' } });
      const won = await eventually(
        () => stripe.disputes.retrieve(dispute?.id ?? ''),
        ({ status }) => status === 'won',
      );
      expect(won.evidence_details).toMatchObject({ has_evidence: true, submission_count: 1 });
      expect(won.balance_transactions.map(({ amount }) => amount)).toEqual([-5_000, 5_000]);
    },
  },
  {
    name: 'losing evidence loses, and a dispute can be accepted',
    run: async (stripe) => {
      const open = async (card: string): Promise<string> => {
        const paid = await charge(stripe, card);
        const read = () => stripe.disputes.list({ payment_intent: paid.id });
        return (await eventually(read, ({ data }) => data.length > 0)).data[0]?.id ?? '';
      };
      const losing = await open('pm_card_createDisputeProductNotReceived');
      await stripe.disputes.update(losing, { evidence: { uncategorized_text: 'losing_evidence' } });
      const lost = await eventually(
        () => stripe.disputes.retrieve(losing),
        ({ status }) => status === 'lost',
      );
      expect(lost.reason).toBe('product_not_received');
      const closed = await stripe.disputes.close(await open('pm_card_createDispute'));
      expect(closed.status).toBe('lost');
    },
  },
  {
    name: 'a pending refund goes through later, and a failing one comes back',
    run: async (stripe) => {
      const slow = await charge(stripe, 'pm_card_pendingRefund');
      const pending = await stripe.refunds.create({ payment_intent: slow.id });
      expect(pending.status).toBe('pending');
      const settled = (id: string, status: string): Promise<Stripe.Refund> =>
        eventually(
          () => stripe.refunds.retrieve(id),
          (refund) => refund.status === status,
        );
      await settled(pending.id, 'succeeded');
      const bad = await charge(stripe, 'pm_card_refundFail');
      const failing = await stripe.refunds.create({ payment_intent: bad.id });
      expect(failing.status).toBe('succeeded');
      const failed = await settled(failing.id, 'failed');
      expect(failed.failure_reason).toBeTruthy();
    },
  },
  {
    name: 'risk shows on the charge, and an early fraud warning can be listed by it',
    run: async (stripe) => {
      const elevated = await authorise(stripe, 'pm_card_riskLevelElevated');
      expect(chargeIn(elevated).outcome?.risk_level).toBe('elevated');
      const warned = await charge(stripe, 'pm_card_createIssuerFraudRecord');
      const warnings = await eventually(
        () => stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id }),
        (list) => list.data.length > 0,
      );
      expect(warnings.data[0]).toMatchObject({ actionable: true, payment_intent: warned.id });
    },
  },
  {
    name: 'events list what happened, and the fee is in the balance transaction',
    run: async (stripe) => {
      const paid = await charge(stripe);
      const mine = (event: Stripe.Event): boolean => (event.data.object as { id?: string }).id === paid.id;
      const events = await eventually(
        () => stripe.events.list({ types: ['payment_intent.created', 'payment_intent.succeeded'], limit: 20 }),
        ({ data }) => data.filter(mine).length === 2,
      );
      const event = events.data.find(mine);
      expect(await stripe.events.retrieve(event?.id ?? '')).toMatchObject({ id: event?.id, object: 'event' });
      const booked = await eventually(
        () => stripe.charges.retrieve(String(paid.latest_charge), { expand: ['balance_transaction'] }),
        ({ balance_transaction }) => balance_transaction !== null,
      );
      const transaction = booked.balance_transaction as Stripe.BalanceTransaction;
      expect(transaction.amount - transaction.fee).toBe(transaction.net);
      const listed = await stripe.balanceTransactions.list({ source: booked.id });
      expect(listed.data.map(({ id }) => id)).toEqual([transaction.id]);
    },
  },
  {
    name: 'a checkout page is opened with its lines, and can be expired',
    run: async (stripe) => {
      const session = await stripe.checkout.sessions.create({
        mode: 'payment',
        success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
        cancel_url: 'https://shop.example/cart',
        client_reference_id: 'ORD-1',
        customer_email: 'buyer@example.com',
        line_items: [{ quantity: 2, price_data: { currency: 'usd', unit_amount: 750, product_data: { name: 'Mug' } } }],
        payment_intent_data: { capture_method: 'manual', metadata: { order: 'ORD-1' } },
      });
      expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 1_500 });
      expect(session.url).toMatch(/^https?:/);
      const lines = await stripe.checkout.sessions.listLineItems(session.id);
      expect(lines.data).toMatchObject([{ quantity: 2, amount_total: 1_500, description: 'Mug' }]);
      const expired = await stripe.checkout.sessions.expire(session.id);
      expect(expired).toMatchObject({ status: 'expired', url: null });
      expect((await failureOf(stripe.checkout.sessions.expire(session.id))).statusCode).toBe(400);
    },
  },
];
