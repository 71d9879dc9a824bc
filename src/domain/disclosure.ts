import type { Fact } from './facts.ts';
import type { Role } from './order.ts';
import { type Refusal, type RefusalCode, refuse } from './refusals.ts';
import { WAITS } from './waits.ts';

/** What the buyer, and a seller, may read of the reasons on a timeline; the rest is for those who run the store. */

/** Those who are told nothing of what the store suspects. */
export const isOutsider = (role: Role): boolean => role === 'customer' || role === 'seller';

type Entry = {
  readonly type: string;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
};

/** The sentences that the system itself says to a buyer; the mails have them in every language. */
export const BUYER_REASONS = {
  notPaidInTime: 'The payment did not arrive in time.',
  notConfirmedInTime: 'The order was not confirmed in time.',
  notConfirmed: 'We could not confirm the order.',
  notAccepted: 'We could not accept the order.',
  sellerCannotSend: 'The seller cannot send it.',
  soldOut: 'We do not have enough of it in stock.',
  notDelivered: 'The parcel did not reach you.',
} as const;
export type BuyerReason = keyof typeof BUYER_REASONS;

/** Written by the domain where nobody gave a reason. */
const NO_REASON = /^(no reason given|decided on the exception )/;
/** It goes on with the names and numbers of the warehouse. */
const SHORTAGE = /^Stock is short: /;

function inWordsForBuyers(reason: string | null): string | null {
  if (reason === null || NO_REASON.test(reason)) return null;
  return SHORTAGE.test(reason) ? BUYER_REASONS.soldOut : reason;
}

const isRejection = ({ type, data }: Entry): boolean =>
  (type === 'review_decided' && data['approved'] === false) ||
  (type === 'exception_resolved' && data['resolution'] === 'reject');
const isFakeCall = ({ type, data }: Entry): boolean => type === 'call_logged' && data['outcome'] === 'fake';

/**
 * Why the order was cancelled, if the buyer may know: the reason that came with the action `cancel`, or a sentence of the
 * system. Never a suspicion of fraud, and null for an order that was ended by resolving an exception, as that reason is a note
 * among staff.
 */
export function reasonForBuyer(timeline: readonly Entry[]): string | null {
  const cancelled = timeline.findLast(({ type }) => type === 'order_cancelled');
  if (cancelled === undefined) return null;
  if (timeline.some(isRejection)) return BUYER_REASONS.notAccepted;
  if (timeline.some(isFakeCall)) return BUYER_REASONS.notConfirmed;
  const { reason } = cancelled;
  const isStaffNote = timeline.some(({ type, data }) => type === 'exception_resolved' && data['note'] === reason);
  return isStaffNote ? null : inWordsForBuyers(reason);
}

/** Facts whose sentence was written by staff for staff, or tells of the warehouse or of what the system suspects. */
const FOR_STAFF: ReadonlySet<string> = new Set<Fact['type']>([
  'order_confirmed',
  'stock_reserved',
  'parcels_rerouted',
  'backordered',
  'order_failed',
  'order_released',
  'order_completed',
  'confirmation_given',
  'call_logged',
  'exception_opened',
  'exception_resolved',
  'exception_reopened',
  'parcel_lost',
  'parcel_returned',
  'reship_requested',
  'label_voided',
  'return_label_voided',
  'refund_requested',
  'dispute_answered',
  'dispute_answer_refused',
]);

/** The sentence beside one entry of the timeline, as a buyer or a seller reads it. */
export function reasonForOutsiders(entry: Entry, timeline: readonly Entry[]): string | null {
  if (entry.type === 'order_cancelled') return reasonForBuyer(timeline);
  return FOR_STAFF.has(entry.type) ? null : inWordsForBuyers(entry.reason);
}

/** What the order waits for, as a buyer reads it: who of the store looks at what, and why, stays in the store. */
export const waitForOutsiders = (waitingFor: string): string =>
  /^(staff|a person) /.test(waitingFor) ? WAITS.store : waitingFor;

const HELD_BACK: ReadonlySet<RefusalCode> = new Set(['on_hold', 'in_review', 'blocked_by_exception']);

/** Why the order refuses an action, as this role may read it: that the store holds it back, and not what it looks at meanwhile. */
export const refusalFor = (role: Role, refusal: Refusal): Refusal =>
  isOutsider(role) && HELD_BACK.has(refusal.code) ? refuse('held_by_store') : refusal;
