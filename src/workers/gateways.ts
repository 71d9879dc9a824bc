import type { CarrierGateway, PaymentGateways } from '../activities/ports.ts';
import type { Config } from '../config.ts';
import { createByHandGateway } from '../gateways/by-hand.ts';
import { createShippoGateway } from '../gateways/shippo.ts';
import { type BuyersPage, createStripe, createStripeGateway } from '../gateways/stripe.ts';
import { linkEnds, signOrderLink } from '../order-links.ts';

/**
 * The page by the buyer's signed link, as in their mails. It ends by the day of the order and not of today, so that a call to a
 * partner that is made again is the same call.
 */
const buyersPageOf =
  ({ LINK_SECRETS, PUBLIC_URL }: Config): BuyersPage =>
  async (order, placedAt) => {
    const token = await signOrderLink(LINK_SECRETS, { order, epoch: 0 }, linkEnds(placedAt, 0));
    return new URL(`/track/${token}`, PUBLIC_URL).href;
  };

/** The partners of the configuration, each behind its port. */
export function createGateways(config: Config): { payments: PaymentGateways; carriers: CarrierGateway } {
  return {
    payments: {
      stripe: createStripeGateway(createStripe(config.STRIPE_API_KEY, config.STRIPE_API_BASE), buyersPageOf(config)),
      cod: createByHandGateway('Cash on delivery'),
      bank_transfer: createByHandGateway('Bank transfer'),
    },
    carriers: createShippoGateway(config.SHIPPO_API_KEY, config.SHIPPO_API_BASE),
  };
}
