import type { EmailKind } from './email-kinds.ts';
import type { Fact } from './facts.ts';
import { emailKeyOf } from './keys.ts';
import { hasEnded, isUndone, type Order } from './order.ts';

/** `key` makes it once; `fulfilment` names the parcel a mail is about. */
export type EmailRequest = { readonly key: string; readonly kind: EmailKind; readonly fulfilment: string | null };

const isLeftOut = ({ policy }: Order, kind: EmailKind): boolean =>
  (policy.emailsLeftOut as readonly EmailKind[]).includes(kind);

const about = (order: Order, kind: EmailKind, fulfilment: string | null, subject: string = fulfilment ?? 'order') => ({
  key: emailKeyOf(order.number, kind, subject),
  kind,
  fulfilment,
});

/** The part of the key that tells of which of its kind this mail is: a refund, a return, a message, the place on the timeline. */
export const subjectOf = (key: string, number: string, kind: EmailKind): string =>
  key.slice(emailKeyOf(number, kind, '').length);

const BY_HAND = '/by_hand';
/** A refund of which the subject of a mail tells; one that the gateway could not make may be made by hand later. */
export const refundOfSubject = (subject: string): string =>
  subject.endsWith(BY_HAND) ? subject.slice(0, -BY_HAND.length) : subject;

/** Money that is back. The mail about a cancelled order has said so already. */
function refunded(fact: Extract<Fact, { type: 'refund_settled' }>, order: Order): EmailRequest[] {
  if (fact.status !== 'succeeded' || isUndone(order)) return [];
  return [about(order, 'refunded', null, `${fact.refund}${fact.reference === null ? BY_HAND : ''}`)];
}

type Delivered = Extract<Fact, { type: 'fulfilment_delivered' | 'units_delivered' }>;

/** All has arrived, or some of it with what the buyer needs to use it. A code is not left out because the first mail is. */
function delivered({ instructions }: Delivered, order: Order): EmailRequest[] {
  const isAll = order.status === 'delivered' && !isLeftOut(order, 'delivered');
  if (isAll) return [about(order, 'delivered', null, instructions)];
  return instructions === undefined ? [] : [about(order, 'delivery_instructions', null, instructions)];
}

/** The subject of a mail that says once more what was said with every delivery. */
const RESENT = 'resent/';
export const isResent = (subject: string): boolean => subject.startsWith(RESENT);

/** Whether a return is approved and not waiting for its label any more. */
const isTold = ({ returns }: Order, id: string): boolean =>
  !returns.some((one) => one.id === id && (one.labelDue || one.status !== 'approved'));

/** Something of the order is left; of one of which nothing is, the mail about its refund or its end tells. */
const goesOn = (order: Order): boolean =>
  !hasEnded(order) && order.lines.some((line) => line.cancelled < line.quantity);

/** The mails the buyer gets because of this fact, but those the store leaves out; `order` is the order after it. */
export const emailsFor = (fact: Fact, order: Order): EmailRequest[] =>
  emailsAbout(fact, order).filter(({ kind }) => !isLeftOut(order, kind));

function emailsAbout(fact: Fact, order: Order): EmailRequest[] {
  switch (fact.type) {
    case 'order_confirmed':
      return [about(order, 'confirmation', null)];
    case 'exception_opened':
      return fact.exception.kind === 'payment_failed' ? [about(order, 'payment_failed', null, String(fact.seq))] : [];
    case 'parcel_shipped':
      return [about(order, 'shipped', fact.fulfilment)];
    case 'tracking_changed':
      return [about(order, 'shipped', fact.fulfilment, `${fact.fulfilment}/${fact.seq}`)];
    case 'fulfilment_delivered':
    case 'units_delivered':
      return delivered(fact, order);
    case 'instructions_resent':
      return [about(order, 'delivery_instructions', null, `${RESENT}${fact.seq}`)];
    case 'delay_noticed':
      if (fact.stage === 'lost') return [];
      return [about(order, 'delay', fact.fulfilment, `${fact.fulfilment}/${fact.stage}`)];
    case 'order_cancelled':
    case 'order_failed':
      return [about(order, 'cancelled', null)];
    // Looked for again in vain, the goods are still promised for the day the buyer knows.
    case 'backordered':
    case 'backorder_overdue':
      return [about(order, fact.type, null)];
    case 'lines_cancelled':
      return goesOn(order) ? [about(order, 'items_cancelled', null, String(fact.seq))] : [];
    case 'lines_replaced':
      return [about(order, 'items_changed', null, String(fact.seq))];
    case 'substitution_proposed':
      return [about(order, 'substitution_proposed', null, fact.substitution.id)];
    case 'return_exchanged':
      return [about(order, 'exchanged', null, fact.return)];
    case 'reship_requested':
      return [about(order, 'reshipped', fact.fulfilment)];
    case 'refund_settled':
      return refunded(fact, order);
    // Told once: with the label where there is to be one.
    case 'return_approved':
    case 'return_label_bought':
    case 'return_label_waived':
      return isTold(order, fact.return) ? [about(order, 'return_approved', null, fact.return)] : [];
    case 'return_refused':
    case 'return_expired':
    case 'return_received':
      return [about(order, fact.type, null, fact.return)];
    case 'message_sent':
      // What a buyer writes is not sent back to them.
      return fact.to === 'buyer' && fact.actor.role !== 'customer' ? [about(order, 'message', null, fact.staged)] : [];
    default:
      return [];
  }
}
