import type { EmailKind } from '../domain/email-kinds.ts';
import { unitsOutstanding } from '../domain/fulfilment.ts';
import type { Fulfilment, Order } from '../domain/order.ts';
import { amountDue, isPaymentGood } from '../domain/payment.ts';
import { moneySentence, reasonInLanguage } from './cancellation.ts';
import { codesOf, deliveryInstructions, notesOf } from './delivery-contents.ts';
import { carrierName, webUrl } from './formats.ts';
import {
  backordered,
  backorderOverdue,
  exchanged,
  itemsCancelled,
  itemsChanged,
  message,
  refunded,
  returnApproved,
  returnExpired,
  returnReceived,
  returnRefused,
  substitutionProposed,
} from './later-contents.ts';
import {
  addressBlock,
  type Content,
  type DelayStage,
  type Detail,
  itemsOf,
  itemsOfUnits,
  type Link,
  orderDetails,
  type Setting,
  totalsOf,
} from './parts.ts';
import type { Texts } from './texts/en.ts';

/** What each kind of mail says, read off the order as it is when the mail is sent. */
export const CONTENTS: Readonly<Record<EmailKind, (setting: Setting) => Content>> = {
  confirmation,
  payment_failed: paymentFailed,
  shipped,
  delivered,
  delivery_instructions: deliveryInstructions,
  cancelled,
  delay,
  backordered,
  backorder_overdue: backorderOverdue,
  items_cancelled: itemsCancelled,
  items_changed: itemsChanged,
  substitution_proposed: substitutionProposed,
  exchanged,
  reshipped,
  refunded,
  return_approved: returnApproved,
  return_refused: returnRefused,
  return_expired: returnExpired,
  return_received: returnReceived,
  message,
};

const isPhysical = (order: Order): boolean => order.lines.some((line) => line.kind === 'physical');

function parcelOf({ fulfilment, record }: Setting): Fulfilment {
  if (fulfilment === null) throw new Error(`a mail about a parcel of ${record.order.number} names no parcel`);
  return fulfilment;
}

function confirmation(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const { order, billingAddress, shippingAddress } = record;
  const { labels, confirmation: say } = texts;
  const payment = paymentSentence(setting);
  return {
    subject: say.subject(order.number),
    preheader: say.preheader(formats.money(amountDue(order))),
    heading: say.heading,
    lead: [say.lead, ...(payment === null ? [] : [payment])],
    link: null,
    details: orderDetails(setting),
    items: itemsOf(setting, labels.items, (line) => line.quantity),
    totals: totalsOf(setting),
    addresses: [
      ...(isPhysical(order) ? [addressBlock(setting, labels.shippingAddress, shippingAddress)] : []),
      addressBlock(setting, labels.billingAddress, billingAddress),
    ],
  };
}

function paymentSentence({ record, texts, formats }: Setting): string | null {
  const { payment } = record.order;
  const say = texts.confirmation.payment;
  switch (payment.status) {
    case 'authorized':
      return say.approved(formats.money(payment.authorized));
    case 'paid':
    case 'partially_refunded':
      return say.received(formats.money(payment.captured));
    case 'refunded':
      return say.returned(formats.money(payment.refunded));
    case 'pending':
      return payment.method === 'cod' ? say.onDelivery(formats.money(amountDue(record.order))) : null;
    case 'failed':
    case 'voided':
      return null;
    default:
      return payment.status satisfies never;
  }
}

/** Gateways' codes by what the buyer can do about them; a suspected theft is among the rest on purpose. */
const DECLINES: Readonly<Record<string, keyof Texts['paymentFailed']['why']>> = {
  insufficient_funds: 'insufficient_funds',
  withdrawal_count_limit_exceeded: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  invalid_cvc: 'incorrect_cvc',
  authentication_required: 'authentication_required',
  payment_intent_authentication_failure: 'authentication_required',
};

function paymentFailed(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const { order } = record;
  const say = texts.paymentFailed;
  const next = wayToPay(order, texts);
  return {
    subject: say.subject(order.number),
    preheader: say.preheader(formats.money(order.payment.amount)),
    heading: say.heading,
    lead: [say.lead(formats.money(order.payment.amount)), ...whyItFailed(order, texts), ...next.sentences],
    link: next.link,
    details: orderDetails(setting),
    items: itemsOf(setting, texts.labels.items, (line) => line.quantity),
    totals: totalsOf(setting),
    addresses: [],
  };
}

function whyItFailed({ payment }: Order, texts: Texts): string[] {
  const { why } = texts.paymentFailed;
  if (payment.status === 'voided') return [why.lapsed];
  return payment.failure === null ? [] : [why[DECLINES[payment.failure.code] ?? 'declined']];
}

function wayToPay(order: Order, texts: Texts): { sentences: string[]; link: Link | null } {
  const say = texts.paymentFailed;
  if (isPaymentGood(order)) return { sentences: [say.settled], link: null };
  if (order.status !== 'pending') return { sentences: [say.closed], link: null };
  const url = webUrl(order.payment.nextAction?.url);
  if (url === null) return { sentences: [say.unpaid, say.askUs], link: null };
  return { sentences: [say.unpaid, say.payAgain], link: { label: texts.labels.payAgain, url } };
}

function trackingOf({ texts }: Setting, parcel: Fulfilment): { details: Detail[]; link: Link | null } {
  const { carrier, trackingNumber } = parcel;
  const url = webUrl(parcel.trackingUrl);
  return {
    details: [
      ...(carrier === null ? [] : [{ label: texts.labels.carrier, value: carrierName(carrier) }]),
      ...(trackingNumber === null ? [] : [{ label: texts.labels.trackingNumber, value: trackingNumber }]),
    ],
    link: url === null ? null : { label: texts.labels.track, url },
  };
}

function shipped(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const { number, fulfilments } = record.order;
  const say = texts.shipped;
  const parcel = parcelOf(setting);
  const parcels = fulfilments.filter(({ kind, status }) => kind === 'physical' && status !== 'cancelled');
  const part = say.part(
    formats.count(parcels.findIndex(({ id }) => id === parcel.id) + 1),
    formats.count(parcels.length),
  );
  const tracking = trackingOf(setting, parcel);
  return {
    subject: parcels.length > 1 ? say.partSubject(number, part) : say.subject(number),
    preheader: parcel.carrier === null ? say.preheaderNoCarrier : say.preheader(carrierName(parcel.carrier)),
    heading: say.heading,
    lead: [
      say.lead(formats.date(parcel.shippedAt ?? record.updatedAt.getTime())),
      ...(parcel.trackingNumber === null ? [say.noTracking] : []),
      ...(parcels.length > 1 ? [say.others] : []),
    ],
    link: tracking.link,
    details: [...orderDetails(setting), ...tracking.details],
    items: itemsOfUnits(setting, texts.labels.parcelItems, parcel.lines),
    totals: [],
    addresses: [addressBlock(setting, texts.labels.shippingAddress, record.shippingAddress)],
  };
}

function delivered(setting: Setting): Content {
  const { record, texts } = setting;
  const say = texts.delivered;
  return {
    subject: say.subject(record.order.number),
    preheader: say.preheader,
    heading: say.heading,
    lead: [say.lead, ...notesOf(setting), say.missing],
    link: null,
    details: [...orderDetails(setting), ...codesOf(setting)],
    items: itemsOf(setting, texts.labels.items, (line) => line.quantity - line.cancelled),
    totals: [],
    addresses: isPhysical(record.order)
      ? [addressBlock(setting, texts.labels.shippingAddress, record.shippingAddress)]
      : [],
  };
}

function cancelled(setting: Setting): Content {
  const { record, texts, formats, reason = null } = setting;
  const { order } = record;
  const say = texts.cancelled;
  const failed = order.status === 'failed';
  const because = reason === null ? [] : [{ label: texts.labels.reason, value: reasonInLanguage(reason, texts) }];
  return {
    subject: failed ? say.failedSubject(order.number) : say.subject(order.number),
    preheader: say.preheader,
    heading: failed ? say.failedHeading : say.heading,
    lead: [failed ? say.failedLead : say.lead, moneySentence(order, texts, formats.money)],
    link: null,
    details: [...orderDetails(setting), ...because],
    items: itemsOf(setting, texts.labels.items, (line) => line.quantity),
    totals: totalsOf(setting),
    addresses: [],
  };
}

function delay(setting: Setting): Content {
  const { record, texts } = setting;
  const say = texts.delay;
  const parcel = parcelOf(setting);
  const noticed = setting.stage ?? parcel.delays.at(-1) ?? 'ship';
  const stage = noticed === 'lost' ? 'deliver' : noticed;
  const tracking = trackingOf(setting, parcel);
  const { labels } = texts;
  return {
    subject: say.subject(record.order.number),
    preheader: say.preheader,
    heading: say.heading,
    lead: [delaySentence(setting, parcel, stage), say.next[nextAfterDelay(parcel, stage)]],
    link: tracking.link,
    details: [...orderDetails(setting), ...tracking.details],
    items: itemsOfUnits(setting, parcel.kind === 'physical' ? labels.parcelItems : labels.partItems, parcel.lines),
    totals: [],
    addresses:
      parcel.kind === 'physical' ? [addressBlock(setting, labels.shippingAddress, record.shippingAddress)] : [],
  };
}

function reshipped(setting: Setting): Content {
  const { record, texts } = setting;
  const say = texts.reshipped;
  return {
    subject: say.subject(record.order.number),
    preheader: say.preheader,
    heading: say.heading,
    lead: [say.lead, say.next],
    link: null,
    details: orderDetails(setting),
    items: itemsOfUnits(setting, texts.labels.items, unitsOutstanding(parcelOf(setting))),
    totals: [],
    addresses: [addressBlock(setting, texts.labels.shippingAddress, record.shippingAddress)],
  };
}

function delaySentence({ texts, formats }: Setting, parcel: Fulfilment, stage: DelayStage): string {
  const say = texts.delay;
  if (stage === 'stall') return say.stall(formats.date(parcel.shippedAt ?? parcel.shipBy));
  if (stage === 'deliver') return say.notDelivered(formats.date(parcel.shippedAt ?? parcel.shipBy));
  return (parcel.kind === 'physical' ? say.notShipped : say.notProvided)(formats.date(parcel.shipBy));
}

/** What the buyer can expect now; the parcel may have moved on since the delay was noticed. */
function nextAfterDelay({ kind, status }: Fulfilment, stage: DelayStage): keyof Texts['delay']['next'] {
  switch (status) {
    case 'pending':
    case 'labelled':
      return kind === 'physical' ? 'waiting' : 'preparing';
    case 'shipped':
      return stage === 'ship' ? 'left' : 'travelling';
    case 'delivered':
      return 'arrived';
    case 'cancelled':
      return 'cancelled';
    case 'lost':
    case 'returned':
      return 'travelling';
    default:
      return status satisfies never;
  }
}
