import type Stripe from 'stripe';

/**
 * Pays as a checkout page would before it places the order: the buyer's card is authorised and not yet charged. Answers the id
 * of the PaymentIntent. `amount` is in minor units; throws the SDK's StripeCardError when the card is declined.
 */
export async function authorise(
  stripe: Stripe,
  amount: number,
  currency: string,
  idempotencyKey: string,
  card: string = 'pm_card_visa',
): Promise<string> {
  const intent = await stripe.paymentIntents.create(
    {
      amount,
      currency: currency.toLowerCase(),
      capture_method: 'manual',
      confirm: true,
      payment_method: card,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    },
    { idempotencyKey },
  );
  return intent.id;
}
