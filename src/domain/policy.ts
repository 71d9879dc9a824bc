import type { EscalationStep } from './escalation.ts';
import type { Policy } from './order.ts';
import type { RoutingStrategy } from './routing.ts';
import type { RatePolicy } from './shipping.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The rules of one store. `order` is kept with each order as it was when placed; `routing` and `rate` are looked up by the version that
 * an order was placed under. Who is told of it is read when they are told: people come and go.
 */
export type StorePolicy = {
  readonly order: Policy;
  /** In order of weight: the second decides between plans that the first finds equal, and so on. */
  readonly routing: readonly RoutingStrategy[];
  readonly rate: RatePolicy;
  readonly escalation: readonly EscalationStep[];
  /** Who is told of new orders, as in `EscalationStep`. */
  readonly newOrdersTo: readonly string[];
};

/** What a store gets that has set nothing. Each default is explained in `docs/policies.md`. */
export const DEFAULT_POLICY: StorePolicy = {
  order: {
    version: 1,
    confirmation: 'automatic',
    capture: 'confirmation',
    codCollectedOnDelivery: true,
    paymentWindow: DAY,
    bankTransferWindow: 7 * DAY,
    captureMargin: 12 * HOUR,
    shipWithin: 3 * DAY,
    deliverWithin: 10 * DAY,
    afterCompletion: 60 * DAY,
    calls: { retryAfter: 2 * HOUR, remindAfter: 4 * HOUR, expireAfter: 5 * DAY, attemptsAtMost: 6 },
    fraud: {
      reviewFrom: 70,
      window: DAY,
      ordersPerCustomer: 10,
      ordersPerCard: 10,
      ordersPerAddress: 10,
      cumulativeAmount: null,
      firstOrderOver: null,
      disposableDomains: ['mailinator.com', 'guerrillamail.com', '10minutemail.com', 'yopmail.com', 'trashmail.com'],
    },
    shortage: 'ask',
    backorderAtMost: null,
    partialShipment: false,
    substitutionWithin: 2 * DAY,
    backorderPromise: 14 * DAY,
    acknowledgeWithin: null,
    stalledAfter: 5 * DAY,
    lostAfter: 10 * DAY,
    returnWindow: 30 * DAY,
    refundWindow: null,
    returnLabel: 'buyer',
    returnSendWithin: 21 * DAY,
    exceptionDue: {},
    emailsLeftOut: [],
  },
  routing: ['fewest_parcels', 'cheapest', 'nearest', 'priority'],
  rate: { prefer: 'cheapest', maxDays: { standard: null, express: 2 }, carriers: [] },
  escalation: [
    { at: 'half', to: ['staff'], channel: 'email', severities: null, kinds: null },
    { at: 0, to: ['staff'], channel: 'email', severities: null, kinds: null },
  ],
  newOrdersTo: [],
};
