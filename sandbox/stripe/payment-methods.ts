import type Stripe from 'stripe';
import { missing } from './errors.ts';
import { paymentMethodOf, type TestCard, testCard, testCardId } from './test-cards.ts';
import type { StripeWorld } from './world.ts';

export function retrievePaymentMethod(world: StripeWorld, id: string): Stripe.PaymentMethod {
  const method = world.store.paymentMethods.get(id);
  if (method === undefined) throw missing('PaymentMethod', id, 'payment_method');
  return method;
}

/** Gives the intent a payment method: one that exists, or a new one made from a test card's name (`pm_card_visa`). */
export function attachTestCard(world: StripeWorld, intent: Stripe.PaymentIntent, name: string): void {
  const card = testCardId(name);
  if (card === undefined) {
    intent.payment_method = retrievePaymentMethod(world, name).id;
  } else {
    const method = paymentMethodOf(testCard(card));
    world.store.paymentMethods.set(method.id, method);
    world.store.cards.set(method.id, card);
    intent.payment_method = method.id;
  }
  if (intent.status === 'requires_payment_method') intent.status = 'requires_confirmation';
}

/** The test card behind a payment method made here. */
export function cardBehind(world: StripeWorld, paymentMethod: string): TestCard {
  const card = world.store.cards.get(paymentMethod);
  if (card === undefined) throw missing('PaymentMethod', paymentMethod, 'payment_method');
  return testCard(card);
}
