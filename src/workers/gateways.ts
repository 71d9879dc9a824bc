import type { CarrierGateway, PaymentGateways } from '../activities/ports.ts';
import type { Config } from '../config.ts';
import { createByHandGateway } from '../gateways/by-hand.ts';
import { createShippoGateway } from '../gateways/shippo.ts';
import { createStripe, createStripeGateway } from '../gateways/stripe.ts';
import { buyersPageOf } from '../order-links.ts';

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
