import type Stripe from 'stripe';
import { z } from 'zod';
import { afterCapture, afterCharge } from './aftermath.ts';
import { bookCharge, bookLater, createCharge } from './charges.ts';
import { cardError, type ErrorBody, refused } from './errors.ts';
import { emit } from './events.ts';
import { boolean, paramsOf, text } from './params.ts';
import { attachTestCard, cardBehind, retrievePaymentMethod } from './payment-methods.ts';
import type { Decline, TestCard } from './test-cards.ts';
import type { StripeWorld } from './world.ts';

export const confirmParams = paramsOf<Stripe.PaymentIntentConfirmParams>()({
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional(),
  error_on_requires_action: boolean.optional(),
  off_session: boolean.optional(),
  payment_method: text.optional(),
  receipt_email: text.optional(),
  return_url: text.optional(),
  use_stripe_sdk: boolean.optional(),
});

export interface Confirmation {
  readonly offSession: boolean;
  readonly errorOnRequiresAction: boolean;
  /** Where the buyer goes after 3D Secure. */
  readonly returnUrl: string | undefined;
}

const NOT_AUTHENTICATED: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

const AUTHENTICATION_FAILED: Decline = {
  code: 'payment_intent_authentication_failure',
  declineCode: 'authentication_not_handled',
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** Takes or holds the money; a card that refuses throws Stripe's 402, after the refusal has been recorded. */
export function confirmIntent(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  how: Confirmation,
): Stripe.PaymentIntent {
  const method = methodOf(intent);
  const card = cardBehind(world, method);
  intent.last_payment_error = null;
  if (card.authentication !== true) return attempt(world, intent, card, false);
  if (how.offSession || how.errorOnRequiresAction) throw decline(world, intent, card, NOT_AUTHENTICATED);
  intent.status = 'requires_action';
  intent.next_action = nextAction(world, intent, how.returnUrl);
  emit(world, 'payment_intent.requires_action', intent);
  return intent;
}

const methodOf = (intent: Stripe.PaymentIntent): string => {
  if (typeof intent.payment_method === 'string') return intent.payment_method;
  const message = 'You cannot confirm this PaymentIntent because it is missing a payment method.';
  throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
};

function nextAction(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  returnUrl: string | undefined,
): Stripe.PaymentIntent.NextAction {
  const url = `${world.webUrl()}/authenticate/${intent.id}`;
  if (returnUrl === undefined) {
    // Without a place to come back to, Stripe leaves the asking to Stripe.js; the page works all the same.
    return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } };
  }
  return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
}

const CONFIRMABLE = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export function confirmById(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  params: z.output<typeof confirmParams>,
): Stripe.PaymentIntent {
  if (!CONFIRMABLE.has(intent.status)) {
    const message = `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`;
    throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
  }
  if (params.payment_method !== undefined) attachTestCard(world, intent, params.payment_method);
  intent.capture_method = params.capture_method ?? intent.capture_method;
  intent.receipt_email = params.receipt_email ?? intent.receipt_email;
  return confirmIntent(world, intent, {
    offSession: params.off_session ?? false,
    errorOnRequiresAction: params.error_on_requires_action ?? false,
    returnUrl: params.return_url,
  });
}

/** The buyer answered their bank. A refused card is recorded on the intent; nobody is there to throw at. */
export function authenticate(world: StripeWorld, intent: Stripe.PaymentIntent, approved: boolean): void {
  if (intent.status !== 'requires_action') {
    throw refused('payment_intent_unexpected_state', `Nothing to authenticate: the status is ${intent.status}.`);
  }
  const card = cardBehind(world, methodOf(intent));
  if (!approved) {
    fail(world, intent, AUTHENTICATION_FAILED);
    return;
  }
  if (card.decline === undefined) attempt(world, intent, card, true);
  else decline(world, intent, card, card.decline);
}

function attempt(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  card: TestCard,
  authenticated: boolean,
): Stripe.PaymentIntent {
  if (card.decline !== undefined) throw decline(world, intent, card, card.decline);
  const held = intent.capture_method === 'manual';
  const charge = createCharge(world, intent, {
    card,
    paymentMethod: methodOf(intent),
    capture: !held,
    authenticated,
    decline: undefined,
  });
  intent.next_action = null;
  if (intent.capture_method === 'automatic') bookCharge(world, charge);
  emit(world, 'charge.succeeded', charge);
  if (held) {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    emit(world, 'payment_intent.amount_capturable_updated', intent);
  } else {
    intent.status = 'succeeded';
    intent.amount_received = intent.amount;
    emit(world, 'payment_intent.succeeded', intent);
  }
  afterCharge(world, intent, charge, card);
  if (!held) {
    if (charge.balance_transaction === null) bookLater(world, charge);
    afterCapture(world, charge, card);
  }
  return intent;
}

/** Records a refused attempt and gives back the error to answer with. */
function decline(world: StripeWorld, intent: Stripe.PaymentIntent, card: TestCard, why: Decline): Error {
  const charge = createCharge(world, intent, {
    card,
    paymentMethod: methodOf(intent),
    capture: false,
    authenticated: false,
    decline: why,
  });
  emit(world, 'charge.failed', charge);
  const body = fail(world, intent, why, charge);
  return cardError({ ...body, payment_intent: intent });
}

function fail(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  why: Decline,
  charge?: Stripe.Charge,
): Omit<ErrorBody, 'type'> & { readonly code: string } {
  const adviceCode = charge?.outcome?.advice_code;
  const body = {
    code: why.code,
    decline_code: why.declineCode,
    message: why.message,
    payment_method: retrievePaymentMethod(world, methodOf(intent)),
    doc_url: `https://stripe.com/docs/error-codes/${why.code.replaceAll('_', '-')}`,
    ...(charge === undefined ? {} : { charge: charge.id }),
    ...(adviceCode === null || adviceCode === undefined ? {} : { advice_code: adviceCode }),
  };
  intent.last_payment_error = { type: 'card_error', ...body };
  intent.status = 'requires_payment_method';
  intent.payment_method = null;
  intent.next_action = null;
  emit(world, 'payment_intent.payment_failed', intent);
  return body;
}
