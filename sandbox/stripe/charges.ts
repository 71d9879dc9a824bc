import type Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';
import { cardFee, post } from './balance.ts';
import { missing } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { text } from './params.ts';
import type { Decline, TestCard } from './test-cards.ts';
import type { StripeWorld } from './world.ts';

const RISK_SCORES = { normal: 12, elevated: 68, highest: 92 } as const;

function outcomeOf(card: TestCard, decline: Decline | undefined): Stripe.Charge.Outcome {
  const level = card.riskLevel ?? 'normal';
  const risk = { risk_level: level, risk_score: RISK_SCORES[level] };
  const silent = { advice_code: null, network_advice_code: null, network_decline_code: null };
  if (decline?.blocked === true) {
    return {
      ...silent,
      ...risk,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    };
  }
  if (decline !== undefined) {
    return {
      ...silent,
      ...risk,
      advice_code: adviceOf(decline),
      network_status: 'declined_by_network',
      reason: decline.declineCode,
      seller_message: `The bank returned the decline code \`${decline.declineCode}\`.`,
      type: 'issuer_declined',
    };
  }
  const review = level === 'elevated';
  return {
    ...silent,
    ...risk,
    network_status: 'approved_by_network',
    reason: review ? 'elevated_risk_level' : level === 'highest' ? 'highest_risk_level' : null,
    seller_message: review ? 'Stripe evaluated this payment as having elevated risk.' : 'Payment complete.',
    type: review ? 'manual_review' : 'authorized',
  };
}

/** Lost and stolen cards must not be tried again; the rest may be. */
const adviceOf = (decline: Decline): Stripe.Charge.Outcome['advice_code'] =>
  ['lost_card', 'stolen_card'].includes(decline.declineCode)
    ? 'do_not_try_again'
    : ['expired_card', 'incorrect_cvc'].includes(decline.code)
      ? 'confirm_card_data'
      : 'try_again_later';

function cardDetails(
  card: TestCard,
  amount: number,
  captureBefore: number | undefined,
  authenticated: boolean,
): Stripe.Charge.PaymentMethodDetails.Card {
  const threeDSecure: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
    authentication_flow: 'challenge',
    electronic_commerce_indicator: '05',
    exemption_indicator: null,
    result: 'authenticated',
    result_reason: null,
    transaction_id: stripeId('3ds'),
    version: '2.2.0',
  };
  return {
    amount_authorized: amount,
    authorization_code: card.decline === undefined ? '123456' : null,
    brand: card.brand,
    ...(captureBefore === undefined ? {} : { capture_before: captureBefore }),
    checks: {
      address_line1_check: card.checks?.line1 ?? null,
      address_postal_code_check: card.checks?.postalCode ?? null,
      cvc_check: card.checks?.cvc ?? 'pass',
    },
    country: 'US',
    electronic_commerce_indicator: authenticated ? '05' : null,
    exp_month: 12,
    exp_year: new Date().getUTCFullYear() + 3,
    extended_authorization: { status: 'disabled' },
    fingerprint: `sandbox${card.last4}`,
    funding: 'credit',
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: authenticated ? threeDSecure : null,
    transaction_link_id: null,
    wallet: null,
  };
}

export interface ChargeAttempt {
  readonly card: TestCard;
  readonly paymentMethod: string;
  /** False holds the money for a later capture. */
  readonly capture: boolean;
  readonly authenticated: boolean;
  readonly decline: Decline | undefined;
}

/** One attempt to take (or hold) an intent's money; a refused one is kept as a failed charge, as at Stripe. */
export function createCharge(world: StripeWorld, intent: Stripe.PaymentIntent, attempt: ChargeAttempt): Stripe.Charge {
  const { card, decline } = attempt;
  const failed = decline !== undefined;
  const held = !failed && !attempt.capture;
  const captureBefore = held ? unixNow() + world.settings.authorisationSeconds : undefined;
  const charge: Stripe.Charge = {
    id: stripeId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: failed || held ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: intent.receipt_email, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: 'SANDBOX',
    captured: !failed && !held,
    created: unixNow(),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(card, decline),
    paid: !failed,
    payment_intent: intent.id,
    payment_method: attempt.paymentMethod,
    payment_method_details: {
      card: cardDetails(card, intent.amount, captureBefore, attempt.authenticated),
      type: 'card',
    },
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: failed ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
  world.store.charges.set(charge.id, charge);
  intent.latest_charge = charge.id;
  return charge;
}

/** Books captured money; with `automatic_async` Stripe does so only after it has answered, so the charge is updated later. */
export function bookCharge(world: StripeWorld, charge: Stripe.Charge): void {
  const transaction = post(world, {
    amount: charge.amount_captured,
    fee: cardFee(charge.amount_captured),
    currency: charge.currency,
    source: charge.id,
    type: 'charge',
    reportingCategory: 'charge',
    description: charge.description,
  });
  charge.balance_transaction = transaction.id;
}

export const BOOKING = 'stripe.booking';

export function bookLater(world: StripeWorld, charge: Stripe.Charge): void {
  world.agenda.add(BOOKING, charge.id, 0);
}

export function onBookingDue(world: StripeWorld, chargeId: string): void {
  const charge = world.store.charges.get(chargeId);
  if (charge === undefined || charge.balance_transaction !== null) return;
  bookCharge(world, charge);
  emit(world, 'charge.updated', charge);
}

export function requireCharge(world: StripeWorld, id: string, param = 'id'): Stripe.Charge {
  const charge = world.store.charges.get(id);
  if (charge === undefined) throw missing('charge', id, param);
  return charge;
}

export const chargeListParams = listParams<Stripe.ChargeListParams>()({ payment_intent: text.optional() });

export function listCharges(world: StripeWorld, params: typeof chargeListParams._output) {
  const page = pageOf(
    world.store.charges,
    params,
    (charge) => params.payment_intent === undefined || charge.payment_intent === params.payment_intent,
  );
  return listOf('/v1/charges', page.data, page.hasMore);
}
