import type { ExceptionReport } from './facts.ts';
import type { ExceptionKind, LineQuantity, OpenException, Policy } from './order.ts';
import { DEFAULT_POLICY } from './policy.ts';

/** What a person may decide about an exception. `retry` asks the system to do the blocked step again. */
export const RESOLUTIONS = [
  'retry',
  'edit_address',
  'ship',
  'refunded_by_hand',
  'mark_delivered',
  'cancel_order',
  'cancel_lines',
  'backorder',
  'mark_failed',
  'approve',
  'reject',
  'reship',
  'refund',
  'submit_evidence',
  'accept_dispute',
  'close',
] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

type Rule = {
  readonly severity: Severity;
  readonly title: string;
  readonly proposal: string;
  /** One sentence: what is lost while nobody decides. */
  readonly costOfWaiting: string;
  readonly resolutions: readonly Resolution[];
  /** How soon a person should have decided, in hours (seed 4, "Respond to order issues within 24 hours"). */
  readonly dueHours: number;
};

/** SPEC.md §4: each kind of exception with its weight, what the system proposes, and what a person may decide. */
export const EXCEPTIONS: Readonly<Record<ExceptionKind, Rule>> = {
  payment_failed: {
    severity: 'medium',
    title: 'The payment failed',
    proposal: 'Ask the buyer to pay again, then retry; cancel when they do not want to.',
    costOfWaiting: 'The order is not packed, and a buyer who was not asked again buys elsewhere.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
    dueHours: 24,
  },
  payment_mismatch: {
    severity: 'critical',
    title: 'The payment and the order disagree',
    proposal: 'Compare the payment at the gateway with the order; retry once they agree, or cancel.',
    costOfWaiting: 'Money may be held that belongs to no order, and the order does not move.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
    dueHours: 4,
  },
  authorization_expiring: {
    severity: 'high',
    title: 'The authorisation of the card is about to lapse',
    proposal: 'Clear what holds the order back, or cancel it before the money is no longer guaranteed.',
    costOfWaiting: 'When the authorisation lapses, the money is no longer guaranteed and the buyer must pay again.',
    resolutions: ['close', 'cancel_order'],
    dueHours: 4,
  },
  refund_due: {
    severity: 'high',
    title: 'Money must be given back by hand',
    proposal: 'Send the amount back through the bank, then record it here.',
    costOfWaiting: 'The buyer waits for their own money, and may dispute the payment at the bank.',
    resolutions: ['refunded_by_hand', 'retry'],
    dueHours: 24,
  },
  stock_out: {
    severity: 'high',
    title: 'Stock is short',
    proposal:
      'Ask the buyer: let the order wait for stock, cancel what is missing, offer a substitute, or cancel the order; retry once there is stock.',
    costOfWaiting: 'The buyer waits for goods that nobody has promised them, and the card authorisation runs on.',
    resolutions: ['retry', 'backorder', 'cancel_lines', 'cancel_order'],
    dueHours: 24,
  },
  bad_address: {
    severity: 'high',
    title: 'The carrier does not accept the address',
    proposal: 'Ask the buyer for the right address and edit it; the label is bought again by itself.',
    costOfWaiting: 'Stock and money stay held while no parcel can leave.',
    resolutions: ['edit_address', 'retry', 'ship', 'cancel_order'],
    dueHours: 12,
  },
  label_failed: {
    severity: 'high',
    title: 'No label could be bought',
    proposal: 'Retry, or ship with a label of your own and enter its tracking number.',
    costOfWaiting: 'Packed goods stay in the warehouse and miss the day they were promised to leave.',
    resolutions: ['retry', 'ship', 'edit_address', 'cancel_order'],
    dueHours: 8,
  },
  delivery_failed: {
    severity: 'high',
    title: 'The carrier could not deliver the parcel',
    proposal:
      'Ask the carrier what happened; retry waits for its next event. Once the parcel is back, send the goods again or give the money back.',
    costOfWaiting: 'The carrier sends the parcel back after a few days, and carriage is paid twice.',
    resolutions: ['retry', 'reship', 'refund', 'mark_delivered', 'mark_failed'],
    dueHours: 24,
  },
  fraud: {
    severity: 'critical',
    title: 'The order looks like fraud',
    proposal: 'Compare the signs with what you know of the buyer; approve when they are explained, else reject.',
    costOfWaiting:
      'Stock and authorisation stay held; an honest buyer waits, and the bank may warn or charge back first.',
    resolutions: ['approve', 'reject'],
    dueHours: 8,
  },
  parcel_late: {
    severity: 'medium',
    title: 'A parcel is late',
    proposal: 'Ask whoever packs it when it leaves, or the carrier where it is; the buyer was told of the delay.',
    costOfWaiting: 'The buyer waits beyond the promised day, and asks, cancels or disputes.',
    resolutions: ['close', 'ship', 'mark_delivered', 'cancel_order'],
    dueHours: 24,
  },
  parcel_stalled: {
    severity: 'medium',
    title: 'A parcel stands still',
    proposal:
      'Ask the carrier where it is; it closes by itself when the carrier tells of it again. The buyer was told. Send the goods again when it is lost.',
    costOfWaiting: 'A parcel that is lost is looked for in vain later on, and the buyer waits for it meanwhile.',
    resolutions: ['close', 'reship', 'refund', 'mark_delivered'],
    dueHours: 24,
  },
  parcel_lost: {
    severity: 'high',
    title: 'A parcel seems to be lost',
    proposal: 'Ask the carrier; send the goods again or give the money back, and claim the loss.',
    costOfWaiting: 'The buyer has neither goods nor money, and the carrier takes claims only for a limited time.',
    resolutions: ['reship', 'refund', 'mark_delivered', 'close'],
    dueHours: 24,
  },
  overdue_acknowledgement: {
    severity: 'medium',
    title: 'A seller has not accepted their lines in time',
    proposal: 'Reach out to the seller; cancel their lines when they do not answer. Close when they have.',
    costOfWaiting: 'The lines of that seller are not packed, and the promised day comes nearer.',
    resolutions: ['close', 'cancel_lines', 'cancel_order'],
    dueHours: 24,
  },
  cancellation_requested: {
    severity: 'medium',
    title: 'A seller asks to cancel their lines',
    proposal: 'Cancel the lines when the seller cannot send them; close to decline, and write to the seller why.',
    costOfWaiting: 'The buyer waits for goods that may never come, and learns of it too late to buy them elsewhere.',
    resolutions: ['cancel_lines', 'close'],
    dueHours: 24,
  },
  return_label_failed: {
    severity: 'medium',
    title: 'No label could be bought for a return',
    proposal: 'Retry, or close: then the buyer is told where to send the goods, at their own cost.',
    costOfWaiting: 'The buyer has not been told that the return is approved, and the time to send it back runs on.',
    resolutions: ['retry', 'close'],
    dueHours: 24,
  },
  refund_failed: {
    severity: 'critical',
    title: 'Money that was sent back did not arrive',
    proposal: 'Ask the buyer for another way to pay them and record it, or try the gateway again.',
    costOfWaiting: 'The buyer was told of money that they do not have, and may dispute the payment.',
    resolutions: ['retry', 'refunded_by_hand', 'close'],
    dueHours: 24,
  },
  dispute: {
    severity: 'critical',
    title: 'The buyer disputes the payment at the bank',
    proposal: 'Look through the evidence and submit it before its deadline, or accept the dispute.',
    costOfWaiting: 'Without evidence by the deadline the bank decides for the buyer: amount and fee are lost.',
    resolutions: ['submit_evidence', 'accept_dispute', 'close'],
    dueHours: 72,
  },
  workflow_missing: {
    severity: 'critical',
    title: 'An open order has no running workflow',
    proposal: 'Retry: its workflow is started again and goes on from the record.',
    costOfWaiting: 'Nothing happens to the order by itself: no deadline is kept, no label bought, no money taken.',
    resolutions: ['retry', 'close'],
    dueHours: 4,
  },
  stalled: {
    severity: 'high',
    title: 'Something is due and does not happen',
    proposal:
      'Look at what holds it up: the workflow in the Temporal Web UI, the worker, the partner; close when it moves.',
    costOfWaiting: 'What was promised is late, and nobody else has noticed.',
    resolutions: ['close'],
    dueHours: 4,
  },
  books_disagree: {
    severity: 'high',
    title: 'The books disagree',
    proposal: 'Find out which side is right and mend the other; close when they agree again.',
    costOfWaiting: 'Money, labels or goods may be lost, and what is decided by wrong numbers is wrong.',
    resolutions: ['close'],
    dueHours: 24,
  },
  unforeseen: {
    severity: 'critical',
    title: 'A step failed in a way nobody foresaw',
    proposal: 'Read what was tried, mend the cause, then retry.',
    costOfWaiting: 'The order stands still at a step whose outcome nobody has checked.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
    dueHours: 4,
  },
};

/** Where an exception's context keeps the units that it asks about (also in SQL: `src/db/exceptions.ts`). */
const UNITS_IN: Partial<Record<ExceptionKind, string>> = { cancellation_requested: 'lines', stock_out: 'missing' };

/** The units that an exception asks about; none of one that an earlier release has opened without them. */
export function unitsAsked({ kind, context }: Pick<ExceptionReport, 'kind' | 'context'>): Pick<OpenException, 'units'> {
  const units = context[UNITS_IN[kind] ?? ''] as readonly LineQuantity[] | undefined;
  return units === undefined ? {} : { units };
}

/** In place of an order's number in the id of an exception that is about no order. */
export const BOOKS = 'BOOKS';

/** By when a person should have decided, in epoch milliseconds: by the store's policy, else the kind's usual time. */
export const dueAt = (
  kind: ExceptionKind,
  openedAt: number,
  { exceptionDue }: Pick<Policy, 'exceptionDue'> = DEFAULT_POLICY.order,
): number => openedAt + (exceptionDue[kind] ?? EXCEPTIONS[kind].dueHours * 3_600_000);

/** What happened, in a few words; the kind itself where only a newer build knows it. */
export const titleOf = (kind: string): string =>
  Object.hasOwn(EXCEPTIONS, kind) ? EXCEPTIONS[kind as ExceptionKind].title : kind;

/** What is lost while nobody decides; null for a kind that only a newer build knows. */
export const costOfWaiting = (kind: string): string | null =>
  Object.hasOwn(EXCEPTIONS, kind) ? EXCEPTIONS[kind as ExceptionKind].costOfWaiting : null;

/** Resolutions that may be given to many at once: the others take an address or a parcel's tracking number of their own. */
export const BULK_RESOLUTIONS = RESOLUTIONS.filter(
  (resolution): resolution is Exclude<Resolution, 'edit_address' | 'ship'> =>
    resolution !== 'edit_address' && resolution !== 'ship',
);

/** Exceptions about the buyer's money, and about what the books say, stay open when the order ends. */
export const outlivesTheOrder = (kind: ExceptionKind): boolean =>
  kind === 'refund_due' || kind === 'refund_failed' || kind === 'dispute' || kind === 'books_disagree';
