import type Stripe from 'stripe';
import { openDispute } from './disputes.ts';
import { warnOfFraud } from './early-fraud-warnings.ts';
import { openReview } from './reviews.ts';
import type { TestCard } from './test-cards.ts';
import type { StripeWorld } from './world.ts';

/** What some test cards bring about as soon as the money is held or taken. */
export function afterCharge(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  card: TestCard,
): void {
  if (card.riskLevel === 'elevated') openReview(world, intent, charge, 'rule');
  if (card.earlyFraudWarning === true) warnOfFraud(world, charge);
}

/** What some test cards bring about once the money has been taken: only captured money can be disputed. */
export function afterCapture(world: StripeWorld, charge: Stripe.Charge, card: TestCard): void {
  if (card.dispute !== undefined) openDispute(world, charge, card.dispute);
}
