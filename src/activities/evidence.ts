import { placedUnder, policyAt } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { sentEmailsOf } from '../db/emails.ts';
import { type OrderRecord, readOrderWithTimeline } from '../db/order-reader.ts';
import type { Address, EventRow } from '../db/orders.ts';
import { parcelInEvidence } from '../domain/disputes.ts';
import type { FactType } from '../domain/facts.ts';
import { Refused } from '../domain/failures.ts';
import { acceptanceOf, publishedAs } from '../domain/terms.ts';
import type { DisputeEvidence } from './ports.ts';

/**
 * The evidence of an order (seed 5, "Responding to Disputes"): who ordered what and from where, under which terms, where it went,
 * that it arrived, what was written.
 * Made from the record when it is sent, so that it holds what was known then.
 */

const day = (at: Date | number): string => new Date(at).toISOString().slice(0, 10);
const minute = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');

const lineOf = ({ name, line1, line2, postal_code, city, region, country }: Address): string =>
  [name, line1, line2, `${postal_code} ${city}`, region, country].filter(Boolean).join(', ');

const productsOf = ({ order, lines }: OrderRecord): string =>
  order.lines
    .map(({ no, sku, quantity }) => `${quantity} x ${lines.find((one) => one.no === no)?.name ?? sku} (${sku})`)
    .join('; ');

/** What the bank is told of the timeline; what people suspect, hold back, note or settle among themselves stays in the store. */
const TOLD: ReadonlySet<string> = new Set<FactType>([
  'order_placed',
  'payment_read',
  'payment_recorded',
  'payment_collected',
  'parcel_shipped',
  'fulfilment_delivered',
  'units_delivered',
]);
/** Not what staff and sellers write to each other. */
const isWithBuyer = ({ authorRole, recipient }: OrderRecord['messages'][number]): boolean =>
  authorRole === 'customer' || recipient === 'buyer';

async function historyOf(db: Db, record: OrderRecord, timeline: readonly EventRow[]): Promise<string> {
  const mails = await sentEmailsOf(db, record.order.number);
  const entries = [
    ...timeline
      .filter(({ type }) => TOLD.has(type))
      .map((one) => ({
        at: one.at,
        text: `${one.type.replaceAll('_', ' ')}${one.reason === null ? '' : `: ${one.reason}`}`,
      })),
    ...mails.map((mail) => ({ at: mail.sentAt, text: `e-mail to the customer: ${mail.kind}` })),
    ...record.messages.filter(isWithBuyer).map((one) => ({
      at: new Date(one.sentAt),
      text: `message of the ${one.authorRole} to the ${one.recipient}: ${one.body}`,
    })),
  ];
  return entries
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, text }) => `${minute(at)} UTC ${text}`)
    .join('\n');
}

/** The last words staff sent along to answer the dispute; they hold also when an answer was refused and is sent again. */
const statementIn = (timeline: readonly EventRow[], dispute: string): string | null => {
  const answered = timeline.findLast(
    ({ type, data }) => type === 'dispute_answered' && data['dispute'] === dispute && data['note'] !== null,
  );
  return (answered?.data['note'] as string | undefined) ?? null;
};

export async function evidenceFor(db: Db, number: string, dispute: string): Promise<DisputeEvidence> {
  const found = await readOrderWithTimeline(db, number);
  if (found === null) throw new Refused('EvidenceRefused', `${number} is not recorded.`);
  const { record, timeline } = found;
  const policy = await policyAt(db, placedUnder(record.order));
  const parcel = parcelInEvidence(record.order);
  return {
    order: number,
    customerName: record.customer.name,
    customerEmail: record.customer.email,
    billingAddress: lineOf(record.billingAddress),
    shippingAddress: lineOf(record.shippingAddress),
    productDescription: productsOf(record),
    carrier: parcel?.carrier ?? null,
    trackingNumber: parcel?.trackingNumber ?? null,
    shippedOn: parcel?.shippedAt == null ? null : day(parcel.shippedAt),
    purchaseIp: record.customerIp,
    acceptance: acceptanceOf(record.terms),
    terms: publishedAs('terms', policy?.terms),
    refundPolicy: publishedAs('refund policy', policy?.refund_policy),
    history: await historyOf(db, record, timeline),
    statement: statementIn(timeline, dispute),
  };
}
