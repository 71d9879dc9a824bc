import type { DisputeReading } from './facts.ts';
import type { Dispute, Fulfilment, Order } from './order.ts';

/** Disputes and chargebacks (seed 5, "Disputes and Chargebacks"). The gateway's word counts; ours is the evidence. */

export const isLost = ({ status }: Dispute): boolean => status === 'lost' || status === 'accepted';
/** The bank waits for our answer. */
export const awaitsAnswer = ({ status, submission, acceptance }: Dispute): boolean =>
  (status === 'needs_response' || status === 'warning') && submission === 'none' && acceptance === 'none';
/** Nothing is decided yet. */
export const isOpen = ({ status }: Dispute): boolean =>
  status === 'warning' || status === 'needs_response' || status === 'under_review';

/** The bank only asks: the money is the store's still, and may be given back, which ends the matter. */
export const isInquiry = ({ status, inquiry }: Pick<Dispute, 'status' | 'inquiry'>): boolean =>
  inquiry === true || status === 'warning' || status === 'warning_closed';

export const openDisputes = (order: Order): Dispute[] => order.disputes.filter(isOpen);

/** A payment of which the bank has the money until it decides: none of it is given back a second time. */
export const isWithTheBank = (order: Order): boolean => openDisputes(order).some((one) => !isInquiry(one));

/** An inquiry, answered or not, has become a dispute, with a time of its own to answer. */
export const isEscalation = ({ disputes }: Order, reading: DisputeReading): boolean => {
  const known = disputes.find(({ id }) => id === reading.id);
  return known !== undefined && isInquiry(known) && !isInquiry(reading) && reading.status === 'needs_response';
};

/** The parcel by which the bank can see that the goods arrived, or are on their way; one that never left proves nothing. */
export function parcelInEvidence({ fulfilments }: Pick<Order, 'fulfilments'>): Fulfilment | undefined {
  const tracked = fulfilments.filter(({ trackingNumber }) => trackingNumber !== null);
  const last = (status: Fulfilment['status']) => tracked.findLast((one) => one.status === status);
  return last('delivered') ?? last('shipped');
}
