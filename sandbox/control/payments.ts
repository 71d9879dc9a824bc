import type Stripe from 'stripe';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { expireAuthorisation } from '../stripe/capture.ts';
import { answerAuthentication, payCheckout } from '../stripe/checkout-payment.ts';
import { conclude, escalate, openDispute, requireDispute } from '../stripe/disputes.ts';
import { warnOfFraud } from '../stripe/early-fraud-warnings.ts';
import { requireIntent } from '../stripe/payment-intents.ts';
import { openReview } from '../stripe/reviews.ts';
import { testCardId } from '../stripe/test-cards.ts';
import { ControlFailure } from './failure.ts';
import type { alteredPaymentInput, authenticationInput, cardInput, disputeEndInput, disputeInput } from './inputs.ts';

/** The charge by its own id or by its PaymentIntent's. */
function chargeOf(parts: Parts, id: string): Stripe.Charge {
  const { store } = parts.stripe;
  const chargeId = id.startsWith('pi_') ? String(store.paymentIntents.get(id)?.latest_charge) : id;
  const charge = store.charges.get(chargeId);
  if (charge === undefined) throw new ControlFailure(404, `No charge is known by ${id}.`);
  if (charge.status !== 'succeeded') throw new ControlFailure(400, `Charge ${charge.id} did not go through.`);
  return charge;
}

const intentOf = (parts: Parts, charge: Stripe.Charge): Stripe.PaymentIntent =>
  requireIntent(parts.stripe, String(charge.payment_intent));

export const dispute = (parts: Parts, id: string, input: z.output<typeof disputeInput>): Stripe.Dispute =>
  openDispute(parts.stripe, chargeOf(parts, id), {
    reason: input.reason ?? 'fraudulent',
    inquiry: input.inquiry ?? false,
  });

export function endDispute(parts: Parts, id: string, input: z.output<typeof disputeEndInput>): Stripe.Dispute {
  const found = requireDispute(parts.stripe, id);
  if (['won', 'lost', 'warning_closed'].includes(found.status)) {
    throw new ControlFailure(400, `Dispute ${id} has ended: ${found.status}.`);
  }
  conclude(parts.stripe, found, input.status);
  return found;
}

export function escalateInquiry(parts: Parts, id: string): Stripe.Dispute {
  const found = requireDispute(parts.stripe, id);
  if (!found.status.startsWith('warning') || found.status === 'warning_closed') {
    throw new ControlFailure(400, `Dispute ${id} is no open inquiry: ${found.status}.`);
  }
  escalate(parts.stripe, found);
  return found;
}

/** Every idempotency key is as if it had never been used, as after Stripe's day. */
export const forgetKeys = (parts: Parts): void => parts.stripe.store.idempotency.clear();

export const earlyFraudWarning = (parts: Parts, id: string): Stripe.Radar.EarlyFraudWarning =>
  warnOfFraud(parts.stripe, chargeOf(parts, id));

export function review(parts: Parts, id: string): Stripe.Review {
  const charge = chargeOf(parts, id);
  return openReview(parts.stripe, intentOf(parts, charge), charge, 'manual');
}

export function expire(parts: Parts, id: string): Stripe.PaymentIntent {
  const intent = requireIntent(parts.stripe, id);
  expireAuthorisation(parts.stripe, intent);
  return intent;
}

/** Changes the books of the vendor without an event, as if it had been lost. */
export function alter(
  parts: Parts,
  id: string,
  { amount, captured, refunded }: z.output<typeof alteredPaymentInput>,
): Stripe.PaymentIntent {
  const intent = requireIntent(parts.stripe, id);
  const charge = chargeOf(parts, id);
  if (amount !== undefined) {
    intent.amount = amount;
    charge.amount = amount;
  }
  if (captured !== undefined) {
    intent.amount_received = captured;
    charge.amount_captured = captured;
  }
  // What was authorised and never captured counts as refunded there too.
  if (refunded !== undefined) charge.amount_refunded = refunded + charge.amount - charge.amount_captured;
  return intent;
}

export const authentication = (parts: Parts, id: string, input: z.output<typeof authenticationInput>) =>
  answerAuthentication(parts.stripe, id, input.approve);

export function pay(parts: Parts, sessionId: string, input: z.output<typeof cardInput>) {
  if (testCardId(input.card) === undefined) throw new ControlFailure(400, `No test card is called ${input.card}.`);
  return payCheckout(parts.stripe, sessionId, input.card);
}
