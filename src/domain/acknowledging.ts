import type { Acknowledgement, Fulfilment, Order } from './order.ts';

/** Sellers accept their lines within 24 to 48 hours (seed 4, "Pending / New"); the policy says how long, or that they need not. */

/** What the sellers of new parcels are to accept; each seller is asked once for an order. */
export function acknowledgementsFor(order: Order, fulfilments: readonly Fulfilment[]): Acknowledgement[] {
  const { acknowledgeWithin } = order.policy;
  if (acknowledgeWithin === null) return [];
  const asked = new Set(order.acknowledgements.map(({ seller }) => seller));
  const sellers = new Set(fulfilments.flatMap(({ seller }) => (seller === null || asked.has(seller) ? [] : [seller])));
  const dueAt = order.placedAt + acknowledgeWithin;
  return [...sellers].map((seller) => ({ seller, dueAt, at: null, escalated: false }));
}

export const isAwaited = ({ at }: Acknowledgement): boolean => at === null;
