import type Stripe from 'stripe';
import { z } from 'zod';
import { unixNow } from '../ids.ts';
import { afterCapture } from './aftermath.ts';
import { bookCharge, requireCharge } from './charges.ts';
import { markSessionPaid } from './checkout-sessions.ts';
import { checkDecimals } from './currencies.ts';
import { refused } from './errors.ts';
import { emit } from './events.ts';
import { boolean, integer, mergeMetadata, metadata, paramsOf, text } from './params.ts';
import { cardBehind } from './payment-methods.ts';
import { releaseHold } from './refunds.ts';
import { closeReview } from './reviews.ts';
import type { StripeWorld } from './world.ts';

export const captureParams = paramsOf<Stripe.PaymentIntentCaptureParams>()({
  amount_to_capture: integer.optional(),
  final_capture: boolean.optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});

export const cancelParams = paramsOf<Stripe.PaymentIntentCancelParams>()({
  cancellation_reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned']).optional(),
});

const heldCharge = (world: StripeWorld, intent: Stripe.PaymentIntent): Stripe.Charge =>
  requireCharge(world, String(intent.latest_charge));

/** Takes held money, all or part of it; the rest of a partial capture goes back to the buyer at once. */
export function captureIntent(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  params: z.output<typeof captureParams>,
): Stripe.PaymentIntent {
  if (intent.status !== 'requires_capture') {
    const message =
      intent.status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : `This PaymentIntent could not be captured because it has a status of ${intent.status}. ` +
          'Only a PaymentIntent with one of the following statuses may be captured: requires_capture.';
    throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  const charge = heldCharge(world, intent);
  const before = charge.payment_method_details?.card?.capture_before;
  if (before !== undefined && before <= unixNow()) {
    expireAuthorisation(world, intent);
    throw refused('charge_expired_for_capture', 'The charge cannot be captured as the charge has expired.', {
      charge: charge.id,
      payment_intent: intent,
    });
  }
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  if (amount > intent.amount_capturable || amount < 1) {
    const message =
      amount < 1
        ? 'The amount to capture must be at least 1.'
        : `The provided amount_to_capture (${amount}) is greater than the authorized amount (${intent.amount_capturable}).`;
    throw refused(amount < 1 ? 'parameter_invalid_integer' : 'amount_too_large', message, {
      param: 'amount_to_capture',
    });
  }
  checkDecimals(amount, intent.currency, 'amount_to_capture');
  intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  intent.status = 'succeeded';
  intent.amount_received = amount;
  intent.amount_capturable = 0;
  charge.captured = true;
  charge.amount_captured = amount;
  bookCharge(world, charge);
  emit(world, 'charge.captured', charge);
  releaseHold(world, charge, null);
  emit(world, 'payment_intent.succeeded', intent);
  markSessionPaid(world, intent);
  afterCapture(world, charge, cardBehind(world, String(charge.payment_method)));
  return intent;
}

const CANCELABLE = new Set([
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
]);

export function cancelIntent(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent {
  if (!CANCELABLE.has(intent.status)) {
    const message =
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. ` +
      `Only a PaymentIntent with one of the following statuses may be canceled: ${[...CANCELABLE].join(', ')}.`;
    throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  if (intent.status === 'requires_capture') {
    const charge = heldCharge(world, intent);
    releaseHold(world, charge, null);
    closeReview(world, charge, 'canceled');
  }
  endCanceled(world, intent, reason);
  return intent;
}

/** The bank lets go of money that was held too long. */
export function expireAuthorisation(world: StripeWorld, intent: Stripe.PaymentIntent): void {
  if (intent.status !== 'requires_capture') {
    throw refused('payment_intent_unexpected_state', `Nothing is held: the status is ${intent.status}.`);
  }
  const charge = heldCharge(world, intent);
  const card = charge.payment_method_details?.card;
  if (card !== undefined) card.capture_before = Math.min(card.capture_before ?? unixNow(), unixNow());
  releaseHold(world, charge, 'expired_uncaptured_charge');
  emit(world, 'charge.expired', charge);
  closeReview(world, charge, 'payment_never_settled');
  endCanceled(world, intent, 'automatic');
}

/** Lets lapse what was held past its time, called every second; answers whether anything did. */
export function sweepAuthorisations(world: StripeWorld): boolean {
  let lapsed = false;
  for (const intent of world.store.paymentIntents.values()) {
    if (intent.status !== 'requires_capture') continue;
    const before = heldCharge(world, intent).payment_method_details?.card?.capture_before;
    if (before === undefined || before > unixNow()) continue;
    expireAuthorisation(world, intent);
    lapsed = true;
  }
  return lapsed;
}

function endCanceled(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): void {
  intent.status = 'canceled';
  intent.canceled_at = unixNow();
  intent.cancellation_reason = reason;
  intent.amount_capturable = 0;
  intent.next_action = null;
  emit(world, 'payment_intent.canceled', intent);
}
