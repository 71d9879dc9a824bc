import { hasEnded, type LineQuantity, type Refund, type Return, type ReturnLabel } from '../domain/order.ts';
import { returnWindowEnds } from '../domain/returns.ts';
import { reasonInLanguage, refundSentence } from './cancellation.ts';
import { carrierName, webUrl } from './formats.ts';
import {
  type AddressBlock,
  addressBlock,
  type Content,
  type Detail,
  itemsOfUnits,
  type Link,
  orderDetails,
  type Setting,
} from './parts.ts';

/** What the mails say about changes of an order that stands: cancelled units, refunds, returns, messages. */

/** What every one of them begins with; each then says what is its own. */
const plain = (setting: Setting): Pick<Content, 'link' | 'details' | 'totals' | 'addresses'> => ({
  link: null,
  details: orderDetails(setting),
  totals: [],
  addresses: [],
});

type Opening = {
  readonly subject: (number: string) => string;
  readonly preheader: string;
  readonly heading: string;
};

export const opening = (setting: Setting, say: Opening) => ({
  ...plain(setting),
  subject: say.subject(setting.record.order.number),
  preheader: say.preheader,
  heading: say.heading,
});

const because = ({ reason = null, texts }: Setting) =>
  reason === null ? [] : [{ label: texts.labels.reason, value: reasonInLanguage(reason, texts) }];

function moneyBack({ record, refund = null, texts, formats }: Setting): string[] {
  return refund === null ? [] : [refundSentence(record.order, refund, texts, formats.money)];
}

export function itemsCancelled(setting: Setting): Content {
  const { texts, formats, units = [], credit = 0 } = setting;
  const say = texts.itemsCancelled;
  const notCharged = credit === 0 ? [] : [say.notCharged(formats.money(credit))];
  return {
    ...opening(setting, say),
    lead: [say.lead, ...notCharged, ...moneyBack(setting)],
    details: [...orderDetails(setting), ...because(setting)],
    items: itemsOfUnits(setting, say.items, units),
  };
}

const namesOf = ({ record, formats }: Setting, units: readonly LineQuantity[]): string =>
  units
    .map(({ line, quantity }) => {
      const name = record.lines.find(({ no }) => no === line)?.name ?? '';
      return `${formats.count(quantity)} × ${name}`;
    })
    .join(', ');

/** What came in, what left for it, and what that does to the price. */
export function itemsChanged(setting: Setting): Content {
  const { texts, formats, units = [], removed = [], credit = 0 } = setting;
  const say = texts.itemsChanged;
  const amount = formats.money(Math.abs(credit));
  const difference = credit === 0 ? [] : [credit > 0 ? texts.itemsCancelled.notCharged(amount) : say.more(amount)];
  return {
    ...opening(setting, say),
    lead: [say.lead, ...difference, ...moneyBack(setting)],
    details: [
      ...orderDetails(setting),
      ...(removed.length === 0 ? [] : [{ label: say.removed, value: namesOf(setting, removed) }]),
    ],
    items: itemsOfUnits(setting, say.items, units),
  };
}

/** What is offered in place of what; once it is answered or too late, only that. */
export function substitutionProposed(setting: Setting): Content {
  const { record, texts, formats, substitution = null, followUrl = null } = setting;
  const { number } = record.order;
  if (substitution === null) throw new Error(`a mail about a substitute of ${number} names none`);
  const say = texts.substitutionProposed;
  const { line, quantity, offer, status, answerBy } = substitution;
  const waits = status === 'proposed';
  const offered = say.offer(formats.count(offer.quantity), offer.name, formats.money(offer.unitPrice));
  return {
    ...opening(setting, say),
    lead: waits ? [say.lead, offered, say.answer(formats.date(answerBy)), say.ifNot] : [say.lead, say.closed],
    link: waits && followUrl !== null ? { label: say.button, url: followUrl } : null,
    items: itemsOfUnits(setting, say.items, [{ line, quantity }]),
  };
}

export function exchanged(setting: Setting): Content {
  const { texts, units = [] } = setting;
  const say = texts.exchanged;
  return {
    ...opening(setting, say),
    lead: [say.lead, say.next],
    items: itemsOfUnits(setting, say.items, units),
  };
}

/** What is left to say when the order waits no more: the stock has come since, or the order has ended. */
const waitsNoMore = ({ record, texts }: Setting): string[] => [
  hasEnded(record.order) ? texts.backordered.closed : texts.backordered.arrived,
];

/** What is missing; `lead` is said with the promised day, as long as the order waits. */
function aboutBackorder(setting: Setting, say: Opening, lead: (promised: string) => readonly string[]): Content {
  const { record, texts, formats } = setting;
  const { backorder } = record.order;
  return {
    ...opening(setting, say),
    lead: backorder === null ? waitsNoMore(setting) : [...lead(formats.date(backorder.promisedAt))],
    items: itemsOfUnits(setting, texts.backordered.items, backorder?.lines ?? []),
  };
}

/** What is missing, and when it is promised. */
export function backordered(setting: Setting): Content {
  const say = setting.texts.backordered;
  return aboutBackorder(setting, say, (promised) => [say.lead, say.promise(promised), say.ifNot]);
}

export function backorderOverdue(setting: Setting): Content {
  const { backordered: first, backorderOverdue: say } = setting.texts;
  return aboutBackorder(setting, say, (promised) => [say.lead(promised), say.next, first.ifNot]);
}

/** A suspicion is nothing to tell the buyer, and the note behind `other` is among staff. */
function reasonOfRefund({ reason }: Refund, { texts }: Setting): string | null {
  if (reason === 'fraudulent' || reason === 'other') return null;
  return texts.refunded.reasons[reason];
}

function refundOf({ refund = null, record }: Setting): Refund {
  if (refund === null) throw new Error(`a mail about a refund of ${record.order.number} names no refund`);
  return refund;
}

export function refunded(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const say = texts.refunded;
  const refund = refundOf(setting);
  const amount = formats.money(refund.amount);
  const reason = reasonOfRefund(refund, setting);
  return {
    ...plain(setting),
    subject: say.subject(record.order.number),
    preheader: say.preheader(amount),
    heading: say.heading,
    lead: moneyBack(setting),
    details: [
      ...orderDetails(setting),
      { label: texts.labels.refund, value: amount },
      ...(reason === null ? [] : [{ label: texts.labels.reason, value: reason }]),
    ],
    items: refund.lines.length === 0 ? null : itemsOfUnits(setting, say.items, refund.lines),
  };
}

function returnOf({ return: returned = null, record }: Setting): Return {
  if (returned === null) throw new Error(`a mail about a return of ${record.order.number} names no return`);
  return returned;
}

export const goodsIn = ({ record }: Setting, lines: readonly LineQuantity[]): string =>
  lines.map(({ line }) => record.lines.find(({ no }) => no === line)?.name ?? '').join(', ');

/** Where to send what has no label of the store; goods that go to several places are named beside each. */
function sendTo(setting: Setting, isAll: boolean): AddressBlock[] {
  const { texts, sendTo: places = [] } = setting;
  return places.map(({ address, lines }) => {
    const goods = isAll && places.length === 1 ? '' : `: ${goodsIn(setting, lines)}`;
    return addressBlock(setting, `${texts.labels.sendTo}${goods}`, address);
  });
}

const wayBack = ({ texts }: Setting, { carrier, trackingNumber }: ReturnLabel): Detail[] => [
  { label: texts.labels.carrier, value: carrierName(carrier) },
  { label: texts.labels.trackingNumber, value: trackingNumber },
];

/** The labels that lead to a page, each with its link; of several each names its goods. */
function printed(setting: Setting, labels: readonly ReturnLabel[]): { label: ReturnLabel; link: Link }[] {
  const { returnLabel } = setting.texts.labels;
  const found = labels.flatMap((label) => {
    const url = webUrl(label.url);
    return url === null || label.voided ? [] : [{ label, url }];
  });
  return found.map(({ label, url }) => ({
    label,
    link: { url, label: found.length === 1 ? returnLabel : `${returnLabel}: ${goodsIn(setting, label.lines)}` },
  }));
}

export function returnApproved(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const { number } = record.order;
  const say = texts.returnApproved;
  const { labels, lines, sendBy } = returnOf(setting);
  const found = printed(setting, labels);
  const addresses = sendTo(setting, found.length === 0);
  const [first, ...others] = found.map(({ link }) => link);
  const withLabels = others.length === 0 ? say.withLabel : say.withLabels;
  const where = addresses.length === 0 ? [] : [say.theRest];
  const how = first === undefined ? [addresses.length === 0 ? say.askWhere : say.where] : [withLabels, ...where];
  return {
    ...plain(setting),
    link: first ?? null,
    moreLinks: others,
    details: [...orderDetails(setting), ...found.flatMap(({ label }) => wayBack(setting, label))],
    subject: say.subject(number),
    preheader: say.preheader,
    heading: say.heading,
    lead: [say.lead, ...how, ...(sendBy === null ? [] : [say.sendBy(formats.date(sendBy))]), say.note(number)],
    items: itemsOfUnits(setting, say.items, lines),
    addresses,
  };
}

export function returnRefused(setting: Setting): Content {
  const { texts } = setting;
  const say = texts.returnRefused;
  return {
    ...opening(setting, say),
    lead: [say.lead, say.disagree],
    details: [...orderDetails(setting), ...because(setting)],
    items: itemsOfUnits(setting, say.items, returnOf(setting).lines),
  };
}

/** What was not sent in time; until when it can be asked about again. */
export function returnExpired(setting: Setting): Content {
  const { record, texts, formats } = setting;
  const say = texts.returnExpired;
  const { labels, lines } = returnOf(setting);
  const closesAt = returnWindowEnds(record.order);
  const again = closesAt > record.updatedAt.getTime() ? [say.again(formats.date(closesAt))] : [];
  return {
    ...opening(setting, say),
    lead: [say.lead, ...(labels.length === 0 ? [] : [say.label]), ...again, say.sent],
    items: itemsOfUnits(setting, say.items, lines),
  };
}

export function returnReceived(setting: Setting): Content {
  const { texts } = setting;
  const say = texts.returnReceived;
  return {
    ...opening(setting, say),
    lead: [say.lead, ...moneyBack(setting), say.missing],
    items: itemsOfUnits(setting, say.items, returnOf(setting).received),
  };
}

export const paragraphsIn = (text: string): string[] => text.split(/\s*\n\s*/).filter((line) => line !== '');

export function message(setting: Setting): Content {
  const { record, texts, store, message: sent = null } = setting;
  const { number } = record.order;
  if (sent === null) throw new Error(`a mail with a message about ${number} names no message`);
  const say = texts.message;
  return {
    ...plain(setting),
    subject: say.subject(number),
    preheader: say.preheader(store.name),
    heading: say.heading,
    lead: [sent.authorRole === 'seller' ? say.fromSeller : say.fromStore(store.name), ...paragraphsIn(sent.body)],
    items: null,
  };
}
