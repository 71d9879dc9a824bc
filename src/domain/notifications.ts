import type { Fact } from './facts.ts';
import { emailKeyOf } from './keys.ts';
import type { Order } from './order.ts';

export const EMAIL_KINDS = ['confirmation', 'payment_failed', 'shipped', 'delivered', 'cancelled', 'delay'] as const;
export type EmailKind = (typeof EMAIL_KINDS)[number];

/** `key` makes it once; `fulfilment` names the parcel a mail is about. */
export type EmailRequest = { readonly key: string; readonly kind: EmailKind; readonly fulfilment: string | null };

const about = (order: Order, kind: EmailKind, fulfilment: string | null, subject: string = fulfilment ?? 'order') => ({
  key: emailKeyOf(order.number, kind, subject),
  kind,
  fulfilment,
});

/** The mails the buyer gets because of this fact; `order` is the order after it (seed 2, "Customer Notifications"). */
export function emailsFor(fact: Fact, order: Order): EmailRequest[] {
  switch (fact.type) {
    case 'order_confirmed':
      return [about(order, 'confirmation', null)];
    case 'exception_opened':
      return fact.exception.kind === 'payment_failed' ? [about(order, 'payment_failed', null, String(fact.seq))] : [];
    case 'parcel_shipped':
      return [about(order, 'shipped', fact.fulfilment)];
    case 'fulfilment_delivered':
      return order.status === 'delivered' ? [about(order, 'delivered', null)] : [];
    case 'delay_noticed':
      if (fact.stage === 'lost') return [];
      return [about(order, 'delay', fact.fulfilment, `${fact.fulfilment}/${fact.stage}`)];
    case 'order_cancelled':
    case 'order_failed':
      return [about(order, 'cancelled', null)];
    default:
      return [];
  }
}
