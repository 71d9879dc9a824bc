import type { Dispute, Order } from './order.ts';

/** Disputes and chargebacks (seed 5, "Disputes and Chargebacks"). The gateway's word counts; ours is the evidence. */

export const isLost = ({ status }: Dispute): boolean => status === 'lost' || status === 'accepted';
/** The bank waits for our answer. */
export const awaitsAnswer = ({ status, submission, acceptance }: Dispute): boolean =>
  (status === 'needs_response' || status === 'warning') && submission === 'none' && acceptance === 'none';
/** Nothing is decided yet: the money is with the bank, so none of it is given back a second time. */
export const isOpen = ({ status }: Dispute): boolean =>
  status === 'warning' || status === 'needs_response' || status === 'under_review';

export const openDisputes = (order: Order): Dispute[] => order.disputes.filter(isOpen);
