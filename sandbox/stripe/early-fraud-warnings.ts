import type Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';
import { missing } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { text } from './params.ts';
import type { StripeWorld } from './world.ts';

/** The card's issuer reports the charge as fraud. */
export function warnOfFraud(world: StripeWorld, charge: Stripe.Charge): Stripe.Radar.EarlyFraudWarning {
  const warning: Stripe.Radar.EarlyFraudWarning = {
    id: stripeId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: !charge.disputed && !charge.refunded,
    charge: charge.id,
    created: unixNow(),
    fraud_type: 'misc',
    livemode: false,
    ...(typeof charge.payment_intent === 'string' ? { payment_intent: charge.payment_intent } : {}),
  };
  world.store.earlyFraudWarnings.set(warning.id, warning);
  emit(world, 'radar.early_fraud_warning.created', warning);
  return warning;
}

/** A warning calls for nothing more once its charge is disputed or wholly refunded. */
export function settleWarnings(world: StripeWorld, charge: Stripe.Charge): void {
  if (!charge.disputed && !charge.refunded) return;
  for (const warning of world.store.earlyFraudWarnings.values()) {
    if (warning.charge !== charge.id || !warning.actionable) continue;
    warning.actionable = false;
    emit(world, 'radar.early_fraud_warning.updated', warning);
  }
}

export function retrieveWarning(world: StripeWorld, id: string): Stripe.Radar.EarlyFraudWarning {
  const warning = world.store.earlyFraudWarnings.get(id);
  if (warning === undefined) throw missing('early_fraud_warning', id);
  return warning;
}

export const warningListParams = listParams<Stripe.Radar.EarlyFraudWarningListParams>()({
  charge: text.optional(),
  payment_intent: text.optional(),
});

export function listWarnings(world: StripeWorld, params: typeof warningListParams._output) {
  const page = pageOf(
    world.store.earlyFraudWarnings,
    params,
    (warning) =>
      (params.charge === undefined || warning.charge === params.charge) &&
      (params.payment_intent === undefined || warning.payment_intent === params.payment_intent),
  );
  return listOf('/v1/radar/early_fraud_warnings', page.data, page.hasMore);
}
