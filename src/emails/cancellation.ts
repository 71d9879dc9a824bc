import type { EventRow } from '../db/orders.ts';
import type { Order } from '../domain/order.ts';
import type { Texts } from './texts/en.ts';

/** What the buyer of a cancelled order wants to know: why, and what happens with the money. */

/** Written by the domain where nobody gave a reason. */
const NO_REASON = /^(no reason given|decided on the exception )/;

/**
 * The reason on the timeline, if it is meant for the buyer: that of the action `cancel`, or the system's own. Null for an order
 * that was ended by resolving an exception, because that reason is a note among staff.
 */
export function reasonForBuyer(timeline: readonly Pick<EventRow, 'type' | 'reason' | 'data'>[]): string | null {
  const reason = timeline.findLast((event) => event.type === 'order_cancelled')?.reason ?? null;
  if (reason === null || NO_REASON.test(reason)) return null;
  const isStaffNote = timeline.some((event) => event.type === 'exception_resolved' && event.data['note'] === reason);
  return isStaffNote ? null : reason;
}

/** The sentences the system itself gives as a reason, so that they can be said in the buyer's language. */
const SYSTEM_REASONS: Readonly<Record<string, keyof Texts['cancelled']['reasons']>> = {
  'The payment did not arrive in time.': 'notPaidInTime',
};

export function reasonInLanguage(reason: string, texts: Texts): string {
  const key = SYSTEM_REASONS[reason];
  return key === undefined ? reason : texts.cancelled.reasons[key];
}

/** What happens with the money of an order that is undone, as far as it has happened when the mail is written. */
export function moneySentence(order: Order, texts: Texts, money: (minor: number) => string): string {
  const { payment } = order;
  const { money: say } = texts.cancelled;
  const left = payment.captured - payment.refunded;
  const byHand = payment.method !== 'stripe' || order.exceptions.some(({ kind }) => kind === 'refund_due');
  if (left > 0) return byHand ? say.byTransfer(money(left)) : say.willBeRefunded(money(left));
  if (payment.refunded > 0) {
    return byHand ? say.returnedByTransfer(money(payment.refunded)) : say.refunded(money(payment.refunded));
  }
  if (payment.status === 'authorized') return say.willBeVoided(money(payment.authorized));
  if (payment.status === 'voided' && payment.authorized > 0) return say.voided(money(payment.authorized));
  return say.nothingCharged;
}
