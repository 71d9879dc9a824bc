import type { Fulfilment, LineQuantity, Order, Policy, Return, ReturnLabel } from './order.ts';
import { DEFAULT_POLICY } from './policy.ts';

/**
 * An order that was recorded, or read into a workflow's history, by an earlier release lacks what orders have had since. It has the
 * defaults of that, so that a workflow which was begun then goes on now.
 */

const SINCE = { substitutions: [], rerouting: false } as const;
const SINCE_IN_PAYMENTS = { returnedByHand: 0 } as const;
const SINCE_IN_FULFILMENTS = { delivered: [], hasInstructions: false, claim: null } as const;
const SINCE_IN_RETURNS = { exchangedFor: null, exchangedWorth: null, labelDue: false, sendBy: null } as const;
/** What an earlier order did not promise it is not held to. */
const SINCE_IN_POLICIES = { returnSendWithin: null } as const;

export type EarlierFulfilment = Omit<Fulfilment, keyof typeof SINCE_IN_FULFILMENTS> &
  Partial<Pick<Fulfilment, keyof typeof SINCE_IN_FULFILMENTS>>;
/** What is cancelled or paid back of such a line stays what it was agreed to be: the price of the units. */
export const SINCE_IN_LINES = { discount: 0, tax: null } as const;

type SinceInLabels = 'voided' | 'location' | 'lines';
/** A label of a return as it may have been bought by an earlier release: for all of the goods, and never voided. */
export type EarlierReturnLabel = Omit<ReturnLabel, SinceInLabels> & Partial<Pick<ReturnLabel, SinceInLabels>>;
/** A return had one label, or none. */
export type EarlierReturn = Omit<Return, 'labels' | keyof typeof SINCE_IN_RETURNS> &
  Partial<Pick<Return, 'labels' | keyof typeof SINCE_IN_RETURNS>> & { readonly label?: EarlierReturnLabel | null };

export const policyOfThisRelease = (policy: Partial<Policy>): Policy => ({
  ...DEFAULT_POLICY.order,
  ...SINCE_IN_POLICIES,
  ...policy,
});

export const fulfilmentOfThisRelease = (one: EarlierFulfilment): Fulfilment => ({ ...SINCE_IN_FULFILMENTS, ...one });

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
  policy: policyOfThisRelease(order.policy),
  payment: { ...SINCE_IN_PAYMENTS, ...order.payment },
  fulfilments: order.fulfilments.map(fulfilmentOfThisRelease),
  returns: order.returns.map(returnOfThisRelease),
});
