import type { CallOutcome, Calls, Order } from './order.ts';

/** Confirming calls (seed 3, "Confirming an order"): stock is taken only once a person said that the order is real. */

export type LoggedCall = { readonly outcome: CallOutcome; readonly until: number | null; readonly at: number };

/** After these nobody is called again: the buyer has answered, or cannot. */
const ENDS_THE_CALLS: ReadonlySet<CallOutcome> = new Set(['confirmed', 'fake', 'wrong_number']);

export function callsAfter({ calls, policy }: Order, { outcome, until, at }: LoggedCall): Calls {
  const attempts = calls.attempts + 1;
  const last = ENDS_THE_CALLS.has(outcome) || (outcome !== 'postponed' && attempts >= policy.calls.attemptsAtMost);
  const nextAt = last ? null : (until ?? at + policy.calls.retryAfter);
  return { attempts, nextAt, lastOutcome: outcome, reminded: false };
}

/** Whether a person still has to call: the order waits for its confirmation and somebody can be reached. */
export const isCallDue = (order: Order): boolean =>
  order.status === 'pending' && !order.confirmationGiven && order.policy.confirmation === 'call';
