import { isWithTheBank } from './disputes.ts';
import { add, type Draft } from './draft.ts';
import { refundIdOf } from './keys.ts';
import { type Actor, isPending, type LineQuantity, type Order, type Refund, type RefundReason } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';
import { lastArrival } from './returns.ts';
import { settledUnits, valueOf } from './worth.ts';

/**
 * Money that goes back while the order stands (seed 5, "Refunds"). A cancelled order gives everything back by itself. What was
 * asked for counts at once, so that two people cannot promise the same money.
 */

/** Minor units that may still be given back: captured, less what is back, on its way, or with the bank. */
export function refundable(order: Order): number {
  const { captured, refunded, chargedBack } = order.payment;
  const onTheWay = order.refunds.filter(isPending).reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(0, captured - refunded - chargedBack - onTheWay);
}

/** Units of each line that may still be paid back. */
export function refundableUnits(order: Order, line: number): number {
  const one = order.lines.find(({ no }) => no === line);
  return one === undefined ? 0 : Math.max(0, one.quantity - settledUnits(order, one));
}

/** The amount of a refund: what was named, else what the named lines cost, else all that is left. */
export const amountOf = (
  order: Order,
  asked: { readonly amount?: number | undefined; readonly lines?: readonly LineQuantity[] | undefined },
): number =>
  asked.amount ??
  (asked.lines === undefined ? refundable(order) : Math.min(valueOf(order, asked.lines), refundable(order)));

export const exceedsPayment = (order: Order): Refusal =>
  refuse('refund_exceeds_payment', `At most ${refundable(order)} minor units of ${order.currency} are left.`);

/** Until when staff refund without naming an exception; null: at any time, as while something is still to arrive. */
export const refundWindowEnds = (order: Order): number | null =>
  order.policy.refundWindow === null || order.closedAt === null ? null : lastArrival(order) + order.policy.refundWindow;

/**
 * Seed 5, "Refund Limitations": never for unpaid, never beyond what is left, not while the bank holds the money, and within the
 * time that the store's policy gives.
 */
export function refusalOfRefund(
  order: Order,
  asked: {
    readonly amount?: number | undefined;
    readonly lines?: readonly LineQuantity[] | undefined;
    readonly outside_window?: boolean | undefined;
  },
  at: number,
): Refusal | null {
  if (order.payment.captured === 0) return refuse('nothing_paid');
  if (isWithTheBank(order)) return refuse('dispute_open');
  if (refundable(order) === 0) return refuse('already_refunded');
  const closedAt = refundWindowEnds(order);
  if (closedAt !== null && at > closedAt && asked.outside_window !== true)
    return refuse('refund_window_closed', `The refund window closed at ${new Date(closedAt).toISOString()}.`);
  for (const { line, quantity } of asked.lines ?? []) {
    if (!order.lines.some(({ no }) => no === line)) return refuse('line_not_found', `The order has no line ${line}.`);
    const units = refundableUnits(order, line);
    if (quantity > units) return refuse('units_exceeded', `Of line ${line} ${units} can still be refunded.`);
  }
  const amount = amountOf(order, asked);
  if (amount <= 0 || amount > refundable(order)) {
    return exceedsPayment(order);
  }
  return null;
}

export type RefundRequest = {
  readonly reason: RefundReason;
  readonly amount?: number | undefined;
  readonly lines?: readonly LineQuantity[] | undefined;
  readonly note: string | null;
};

/** Promises money back; never more than is left. Nothing when nothing is. */
export function requestRefund(draft: Draft, at: number, actor: Actor, asked: RefundRequest): Draft {
  const { order } = draft;
  const amount = Math.min(amountOf(order, asked), refundable(order));
  if (amount <= 0) return draft;
  const id = refundIdOf(order.number, order.version + 1);
  const { reason, note, lines = [] } = asked;
  const refund: Refund = { id, amount, reason, note, lines, status: 'pending', reference: null, requestedAt: at };
  return add(draft, at, actor, { type: 'refund_requested', refund });
}
