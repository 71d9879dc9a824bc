import type { Config } from './config.ts';
import { Refused } from './domain/failures.ts';
import type { Payment } from './domain/order.ts';
import { createStripe, createStripeGateway } from './gateways/stripe.ts';
import { buyersPageOf } from './order-links.ts';

/** Whether the payment gateway answers: the API asks before it takes on what does nothing but move money there (SPEC.md §2). */
export type GatewayReach = {
  /** Throws {@link GatewayUnavailable}. A payment that no gateway holds is within reach. */
  reach(payment: Pick<Payment, 'method' | 'reference'>): Promise<void>;
};

/** The gateway cannot be reached, is in trouble, or asks to be left alone. */
export class GatewayUnavailable extends Error {
  override name = 'GatewayUnavailable';
}

const ANSWERS_WITHIN_MS = 3_000;
/** So long it is not asked again after it has not answered: an outage makes hundreds of exceptions, which are resolved together. */
const AWAY_FOR_MS = 1_000;

export function createGatewayReach(config: Config): GatewayReach {
  const { STRIPE_API_KEY: key, STRIPE_API_BASE: base } = config;
  const stripe = createStripeGateway(createStripe(key, base, ANSWERS_WITHIN_MS), buyersPageOf(config));
  let awayUntil = 0;
  return {
    async reach({ method, reference }) {
      if (method !== 'stripe' || reference === null) return;
      if (Date.now() < awayUntil) throw new GatewayUnavailable('The gateway did not answer a moment ago.');
      try {
        await stripe.read(reference);
      } catch (error) {
        // A no is an answer; what it means is the step's matter.
        if (error instanceof Refused) return;
        awayUntil = Date.now() + AWAY_FOR_MS;
        throw new GatewayUnavailable('The gateway does not answer.', { cause: error });
      }
    },
  };
}
