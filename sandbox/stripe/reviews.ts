import type Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';
import { missing, refused } from './errors.ts';
import { emit } from './events.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import type { StripeWorld } from './world.ts';

export function openReview(
  world: StripeWorld,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  why: 'rule' | 'manual',
): Stripe.Review {
  if (charge.review !== null) throw refused(undefined, `Charge ${charge.id} is in review already.`);
  const review: Stripe.Review = {
    id: stripeId('prv'),
    object: 'review',
    billing_zip: null,
    charge: charge.id,
    closed_reason: null,
    created: unixNow(),
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: true,
    opened_reason: why,
    payment_intent: intent.id,
    reason: why,
    session: null,
  };
  world.store.reviews.set(review.id, review);
  charge.review = review.id;
  intent.review = review.id;
  emit(world, 'review.opened', review);
  return review;
}

/** Closes the charge's open review, if there is one. */
export function closeReview(world: StripeWorld, charge: Stripe.Charge, why: Stripe.Review.ClosedReason): void {
  const review = typeof charge.review === 'string' ? world.store.reviews.get(charge.review) : undefined;
  if (review === undefined || !review.open) return;
  review.open = false;
  review.closed_reason = why;
  review.reason = why;
  const intent =
    typeof charge.payment_intent === 'string' ? world.store.paymentIntents.get(charge.payment_intent) : undefined;
  charge.review = null;
  if (intent !== undefined) intent.review = null;
  emit(world, 'review.closed', review);
}

export function requireReview(world: StripeWorld, id: string): Stripe.Review {
  const review = world.store.reviews.get(id);
  if (review === undefined) throw missing('review', id, 'review');
  return review;
}

export function approveReview(world: StripeWorld, id: string): Stripe.Review {
  const review = requireReview(world, id);
  if (!review.open) throw refused(undefined, `Review ${id} is closed already.`);
  const charge = world.store.charges.get(String(review.charge));
  if (charge !== undefined) closeReview(world, charge, 'approved');
  return review;
}

export const reviewListParams = listParams<Stripe.ReviewListParams>()({});

/** Only open reviews are listed, as at Stripe. */
export function listReviews(world: StripeWorld, params: typeof reviewListParams._output) {
  const page = pageOf(world.store.reviews, params, (review) => review.open);
  return listOf('/v1/reviews', page.data, page.hasMore);
}
