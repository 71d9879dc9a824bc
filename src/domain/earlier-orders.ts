import type { LineQuantity, Order, Return, ReturnLabel } from './order.ts';
import { DEFAULT_POLICY } from './policy.ts';

/**
 * An order that was recorded, or read into a workflow's history, by an earlier release lacks what orders have had since. It has the
 * defaults of that, so that a workflow which was begun then goes on now.
 */

const SINCE = { substitutions: [] } as const;
const SINCE_IN_PAYMENTS = { returnedByHand: 0 } as const;
const SINCE_IN_RETURNS = { exchangedFor: null, exchangedWorth: null, labelDue: false } as const;
/** What is cancelled or paid back of such a line stays what it was agreed to be: the price of the units. */
export const SINCE_IN_LINES = { discount: 0, tax: null } as const;

type SinceInLabels = 'voided' | 'location' | 'lines';
/** A label of a return as it may have been bought by an earlier release: for all of the goods, and never voided. */
export type EarlierReturnLabel = Omit<ReturnLabel, SinceInLabels> & Partial<Pick<ReturnLabel, SinceInLabels>>;
/** A return had one label, or none. */
export type EarlierReturn = Omit<Return, 'labels' | keyof typeof SINCE_IN_RETURNS> &
  Partial<Pick<Return, 'labels' | keyof typeof SINCE_IN_RETURNS>> & { readonly label?: EarlierReturnLabel | null };

export const labelOfThisRelease = (label: EarlierReturnLabel, lines: readonly LineQuantity[]): ReturnLabel => ({
  voided: false,
  location: null,
  lines,
  ...label,
});

export const returnOfThisRelease = ({ label, labels, ...one }: EarlierReturn): Return => ({
  ...SINCE_IN_RETURNS,
  ...one,
  labels: labels ?? (label == null ? [] : [labelOfThisRelease(label, one.lines)]),
});

export const ofThisRelease = (order: Order): Order => ({
  ...SINCE,
  ...order,
  lines: order.lines.map((line) => ({ ...SINCE_IN_LINES, ...line })),
  policy: { ...DEFAULT_POLICY.order, ...order.policy },
  payment: { ...SINCE_IN_PAYMENTS, ...order.payment },
  returns: order.returns.map(returnOfThisRelease),
});
