import type { ExceptionKind } from './order.ts';

/** What a person may decide about an exception. `retry` asks the system to do the blocked step again. */
export const RESOLUTIONS = [
  'retry',
  'edit_address',
  'ship',
  'refunded_by_hand',
  'mark_delivered',
  'cancel_order',
  'mark_failed',
] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

type Rule = {
  readonly severity: Severity;
  readonly title: string;
  readonly proposal: string;
  readonly resolutions: readonly Resolution[];
};

/** SPEC.md §4: each kind of exception with its weight, what the system proposes, and what a person may decide. */
export const EXCEPTIONS: Readonly<Record<ExceptionKind, Rule>> = {
  payment_failed: {
    severity: 'medium',
    title: 'The payment failed',
    proposal: 'Ask the buyer to pay again, then retry; cancel when they do not want to.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
  },
  payment_mismatch: {
    severity: 'critical',
    title: 'The payment and the order disagree',
    proposal: 'Compare the payment at the gateway with the order; retry once they agree, or cancel.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
  },
  authorization_expiring: {
    severity: 'high',
    title: 'The authorisation of the card is about to lapse',
    proposal: 'Clear what holds the order back, or cancel it before the money is no longer guaranteed.',
    resolutions: ['retry', 'cancel_order'],
  },
  refund_due: {
    severity: 'high',
    title: 'Money must be given back by hand',
    proposal: 'Send the amount back through the bank, then record it here.',
    resolutions: ['refunded_by_hand', 'retry'],
  },
  stock_out: {
    severity: 'high',
    title: 'Stock is short',
    proposal: 'Retry after the next receipt of stock, or cancel the order.',
    resolutions: ['retry', 'cancel_order'],
  },
  bad_address: {
    severity: 'high',
    title: 'The carrier does not accept the address',
    proposal: 'Ask the buyer for the right address and edit it; the label is bought again by itself.',
    resolutions: ['edit_address', 'retry', 'ship', 'cancel_order'],
  },
  label_failed: {
    severity: 'high',
    title: 'No label could be bought',
    proposal: 'Retry, or ship with a label of your own and enter its tracking number.',
    resolutions: ['retry', 'ship', 'edit_address', 'cancel_order'],
  },
  delivery_failed: {
    severity: 'high',
    title: 'The carrier could not deliver the parcel',
    proposal: 'Ask the carrier what happened; retry waits for its next event.',
    resolutions: ['retry', 'mark_delivered', 'mark_failed'],
  },
  unforeseen: {
    severity: 'critical',
    title: 'A step failed in a way nobody foresaw',
    proposal: 'Read what was tried, mend the cause, then retry.',
    resolutions: ['retry', 'cancel_order', 'mark_failed'],
  },
};
