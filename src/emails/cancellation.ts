import { BUYER_REASONS, type BuyerReason } from '../domain/disclosure.ts';
import type { Order, Refund } from '../domain/order.ts';
import type { Texts } from './texts/en.ts';

/** What the buyer of a cancelled order, or of cancelled units, wants to know: why, and what happens with the money. */

const KEYS = new Map(Object.entries(BUYER_REASONS).map(([key, sentence]) => [sentence as string, key as BuyerReason]));

/** The system's own sentences in the buyer's language; what people wrote stays as it is. */
export function reasonInLanguage(reason: string, texts: Texts): string {
  const key = KEYS.get(reason);
  return key === undefined ? reason : texts.reasons[key];
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

/** What happens with the money of one refund. A gateway names what it has sent; what has no name was sent by hand. */
export function refundSentence(order: Order, refund: Refund, texts: Texts, money: (minor: number) => string): string {
  const { money: say } = texts.cancelled;
  const amount = money(refund.amount);
  switch (refund.status) {
    case 'failed':
      return texts.refunded.failed(amount);
    case 'succeeded':
      return refund.reference === null ? texts.refunded.byHand(amount) : texts.refunded.toCard(amount);
    case 'pending': {
      const byHand = order.payment.method !== 'stripe' || order.exceptions.some(({ kind }) => kind === 'refund_due');
      return byHand ? say.byTransfer(amount) : say.willBeRefunded(amount);
    }
    default:
      return refund.status satisfies never;
  }
}
