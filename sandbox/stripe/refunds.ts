import type Stripe from 'stripe';
import { z } from 'zod';
import { stripeId, unixNow } from '../ids.ts';
import { post } from './balance.ts';
import { requireCharge } from './charges.ts';
import { checkDecimals } from './currencies.ts';
import { settleWarnings } from './early-fraud-warnings.ts';
import { badParameter, missing, refused } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { integer, mergeMetadata, metadata, paramsOf, text } from './params.ts';
import { requireIntent } from './payment-intents.ts';
import { cardBehind } from './payment-methods.ts';
import { closeReview } from './reviews.ts';
import type { StripeWorld } from './world.ts';

export const refundParams = paramsOf<Stripe.RefundCreateParams>()({
  amount: integer.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

export const refundUpdateParams = paramsOf<Stripe.RefundUpdateParams>()({ metadata: metadata.optional() });

export const refundListParams = listParams<Stripe.RefundListParams>()({
  charge: text.optional(),
  payment_intent: text.optional(),
});

function chargeToRefund(world: StripeWorld, params: z.output<typeof refundParams>): Stripe.Charge {
  if (params.charge !== undefined) return requireCharge(world, params.charge, 'charge');
  if (params.payment_intent === undefined) {
    const message = 'One of the following params should be provided for this request: payment_intent or charge.';
    throw badParameter('parameter_missing', 'payment_intent', message);
  }
  const intent = requireIntent(world, params.payment_intent, 'payment_intent');
  if (intent.status !== 'succeeded') {
    const message = `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`;
    throw refused('payment_intent_unexpected_state', message);
  }
  return requireCharge(world, String(intent.latest_charge));
}

/** The part of a captured charge that has not been given back. */
export const refundable = (charge: Stripe.Charge): number =>
  charge.captured ? charge.amount_captured - refundedOf(charge) : 0;

/** What was refunded after the capture; `amount_refunded` also counts what a partial capture let go. */
export const refundedOf = (charge: Stripe.Charge): number =>
  charge.captured ? charge.amount_refunded - (charge.amount - charge.amount_captured) : 0;

function checkRefund(charge: Stripe.Charge, amount: number): void {
  const left = refundable(charge);
  if (!charge.captured)
    throw refused(undefined, `Charge ${charge.id} has not been captured; cancel its PaymentIntent.`);
  if (charge.disputed) {
    throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
  }
  if (left === 0) {
    throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`, { param: 'charge' });
  }
  if (amount < 1) throw badParameter('parameter_invalid_integer', 'amount', 'Invalid positive integer');
  checkDecimals(amount, charge.currency);
  if (amount > left) {
    const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
    throw refused(undefined, message, { param: 'amount' });
  }
}

function newRefund(
  charge: Stripe.Charge,
  amount: number,
  reason: Stripe.Refund.Reason | null,
  kind: 'refund' | 'reversal',
): Stripe.Refund {
  return {
    id: stripeId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: unixNow(),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: kind },
      type: 'card',
    },
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

/**
 * Lets go of held money that will not be taken. Stripe writes this down as a refund on the charge too, though no money
 * moved: after a partial capture `amount_refunded` is not zero.
 */
export function releaseHold(world: StripeWorld, charge: Stripe.Charge, reason: Stripe.Refund.Reason | null): void {
  const held = charge.amount - charge.amount_captured - charge.amount_refunded;
  if (held <= 0) return;
  const refund = newRefund(charge, held, reason, 'reversal');
  world.store.refunds.set(refund.id, refund);
  count(charge, held);
  emit(world, 'refund.created', refund);
  emit(world, 'charge.refunded', charge);
}

export const REFUND_SETTLES = 'stripe.refund';

export function createRefund(world: StripeWorld, params: z.output<typeof refundParams>): Stripe.Refund {
  const charge = chargeToRefund(world, params);
  const amount = params.amount ?? refundable(charge);
  checkRefund(charge, amount);
  const behaviour = cardBehind(world, String(charge.payment_method)).refund;
  const refund = newRefund(charge, amount, params.reason ?? null, 'refund');
  refund.metadata = mergeMetadata({}, params.metadata);
  if (behaviour === 'pending') Object.assign(refund, { status: 'pending', pending_reason: 'processing' });
  refund.balance_transaction = post(world, {
    amount: -amount,
    fee: 0,
    currency: charge.currency,
    source: refund.id,
    type: 'refund',
    reportingCategory: 'refund',
    description: 'REFUND FOR CHARGE',
  }).id;
  world.store.refunds.set(refund.id, refund);
  count(charge, amount);
  emit(world, 'refund.created', refund);
  emit(world, 'charge.refunded', charge);
  if (charge.refunded) closeReview(world, charge, params.reason === 'fraudulent' ? 'refunded_as_fraud' : 'refunded');
  settleWarnings(world, charge);
  if (behaviour !== undefined) world.agenda.add(REFUND_SETTLES, refund.id, world.settings.settleSeconds);
  return refund;
}

function count(charge: Stripe.Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded >= charge.amount;
}

/** Some time later a pending refund goes through, or one that seemed done comes back. */
export function onRefundDue(world: StripeWorld, id: string): void {
  const refund = world.store.refunds.get(id);
  const charge = refund === undefined ? undefined : world.store.charges.get(String(refund.charge));
  if (refund === undefined || charge === undefined) return;
  if (refund.status === 'pending') {
    refund.status = 'succeeded';
    delete refund.pending_reason;
  } else {
    refund.status = 'failed';
    refund.failure_reason = 'expired_or_canceled_card';
    refund.failure_balance_transaction = post(world, {
      amount: refund.amount,
      fee: 0,
      currency: refund.currency,
      source: refund.id,
      type: 'refund_failure',
      reportingCategory: 'refund_failure',
      description: 'REFUND FAILURE',
    }).id;
    count(charge, -refund.amount);
    emit(world, 'refund.failed', refund);
  }
  emit(world, 'refund.updated', refund);
  emit(world, 'charge.refund.updated', refund);
}

export function requireRefund(world: StripeWorld, id: string): Stripe.Refund {
  const refund = world.store.refunds.get(id);
  if (refund === undefined) throw missing('refund', id);
  return refund;
}

export function updateRefund(
  world: StripeWorld,
  id: string,
  params: z.output<typeof refundUpdateParams>,
): Stripe.Refund {
  const refund = requireRefund(world, id);
  refund.metadata = mergeMetadata(refund.metadata ?? {}, params.metadata);
  emit(world, 'refund.updated', refund);
  return refund;
}

export function listRefunds(world: StripeWorld, params: z.output<typeof refundListParams>) {
  const page = pageOf(
    world.store.refunds,
    params,
    (refund) =>
      (params.charge === undefined || refund.charge === params.charge) &&
      (params.payment_intent === undefined || refund.payment_intent === params.payment_intent),
  );
  return listOf('/v1/refunds', page.data, page.hasMore);
}
