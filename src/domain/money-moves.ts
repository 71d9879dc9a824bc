import { type Duty, dutiesOf } from './duties.ts';
import type { Fact } from './facts.ts';
import type { Order } from './order.ts';

/** What does nothing but move money at the gateway: a refund, the answer to a dispute, and the resolutions that lead to them. */

const OF_MONEY: ReadonlySet<Fact['type']> = new Set(['refund_requested', 'dispute_answered', 'exception_resolved']);
const MOVES: ReadonlySet<Duty['do']> = new Set(['send_refund', 'give_back', 'submit_evidence', 'accept_dispute']);

const movesOwed = (order: Order): number => dutiesOf(order).filter((duty) => MOVES.has(duty.do)).length;

/** Whether these facts, which lead from one order to the other, ask for that and change nothing else. */
export const movesMoneyOnly = (before: Order, after: Order, facts: readonly Fact[]): boolean =>
  facts.every(({ type }) => OF_MONEY.has(type)) &&
  (facts.some(({ type }) => type !== 'exception_resolved') || movesOwed(after) > movesOwed(before));
