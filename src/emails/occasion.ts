import { findLocation } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { instructionsOf } from '../db/delivery-instructions.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import { type EventRow, timelineOf } from '../db/orders.ts';
import { reasonForBuyer, reasonForOutsiders } from '../domain/disclosure.ts';
import type { EmailKind } from '../domain/email-kinds.ts';
import type { AddedLine, Fact } from '../domain/facts.ts';
import { isResent, refundOfSubject } from '../domain/notifications.ts';
import type { LineQuantity, Order, Refund, Return } from '../domain/order.ts';
import { partsOf, unlabelledParts } from '../domain/returns.ts';
import type { DelayStage, EmailInput, ReturnPlace } from './parts.ts';

/** What a mail is about beyond the order as it stands: found by the subject that its key ends with. */

type Occasion = Partial<Omit<EmailInput, 'record' | 'store' | 'fulfilment' | 'followUrl'>>;

function found<Thing>(thing: Thing | undefined, what: string, number: string): Thing {
  if (thing === undefined) throw new Error(`${number} has no ${what}`);
  return thing;
}

const eventOf = (timeline: readonly EventRow[], accept: (event: EventRow) => boolean, number: string): EventRow =>
  found(timeline.find(accept), 'entry on its timeline that this mail is about', number);

/** What was promised back by the same decision as `event`; null when nothing was. */
function refundWith(
  order: Order,
  timeline: readonly EventRow[],
  event: EventRow,
  reason: Refund['reason'],
): Refund | null {
  const ids = timeline
    .filter(
      ({ type, seq, at }) => type === 'refund_requested' && seq > event.seq && at.getTime() === event.at.getTime(),
    )
    .map(({ data }) => (data as Extract<Fact, { type: 'refund_requested' }>).refund.id);
  return order.refunds.find((one) => ids.includes(one.id) && one.reason === reason) ?? null;
}

async function cancelledUnits(db: Db, { order }: OrderRecord, seq: number): Promise<Occasion> {
  const timeline = await timelineOf(db, order.number);
  const event = eventOf(timeline, (one) => one.seq === seq && one.type === 'lines_cancelled', order.number);
  const { lines, credit } = event.data as Extract<Fact, { type: 'lines_cancelled' }>;
  const reason = reasonForOutsiders(event, timeline);
  const refund = refundWith(order, timeline, event, 'cancelled') ?? refundWith(order, timeline, event, 'lost');
  return { units: lines, credit, reason, refund };
}

async function changedUnits(db: Db, { order }: OrderRecord, seq: number): Promise<Occasion> {
  const timeline = await timelineOf(db, order.number);
  const event = eventOf(timeline, (one) => one.seq === seq && one.type === 'lines_replaced', order.number);
  const { removed, added, credit } = event.data as Extract<Fact, { type: 'lines_replaced' }>;
  return { removed, units: unitsOf(added), credit, refund: refundWith(order, timeline, event, 'cancelled') };
}

const unitsOf = (added: readonly AddedLine[]): LineQuantity[] =>
  added.map(({ no, quantity }) => ({ line: no, quantity }));

async function sentInExchange(db: Db, { order }: OrderRecord, id: string): Promise<Occasion> {
  const timeline = await timelineOf(db, order.number);
  const isIt = ({ type, data }: EventRow): boolean => type === 'return_exchanged' && data['return'] === id;
  const { data } = eventOf(timeline, isIt, order.number);
  return { units: unitsOf((data as Extract<Fact, { type: 'return_exchanged' }>).added) };
}

/** Where goods go back to that have no label of the store. */
async function placesFor(db: Db, order: Order, returned: Return): Promise<ReturnPlace[]> {
  if (partsOf(order, returned.lines) === null) return [];
  const places = await Promise.all(
    unlabelledParts(order, returned).map(async ({ location: code, lines }) => ({
      location: await findLocation(db, code),
      lines,
    })),
  );
  return places.flatMap(({ location, lines: units }) => {
    if (location === null) return [];
    const { name, line1, city, region, postalCode, country } = location;
    return [{ address: { name, line1, city, region, postal_code: postalCode, country }, lines: units }];
  });
}

async function aboutReturn(db: Db, { order }: OrderRecord, kind: EmailKind, id: string): Promise<Occasion> {
  const { number } = order;
  const returned = found(
    order.returns.find((one) => one.id === id),
    `return ${id}`,
    number,
  );
  if (kind === 'return_expired') return { return: returned };
  if (kind === 'return_approved') return { return: returned, sendTo: await placesFor(db, order, returned) };
  const timeline = await timelineOf(db, number);
  const event = eventOf(timeline, ({ type, data }) => type === kind && data['return'] === id, number);
  return kind === 'return_refused'
    ? { return: returned, reason: reasonForOutsiders(event, timeline) || null }
    : { return: returned, refund: refundWith(order, timeline, event, 'returned') };
}

/** What the buyer got with one delivery, or with all of them. */
async function aboutDelivery(db: Db, { order }: OrderRecord, id: string | null): Promise<Occasion> {
  const { number, lines, fulfilments } = order;
  const isAny = fulfilments.some(({ hasInstructions }) => hasInstructions);
  const all = isAny ? await instructionsOf(db, number) : [];
  if (id !== null) {
    const one = found(
      all.find((one) => one.id === id),
      `instructions ${id}`,
      number,
    );
    return { instructions: [one], units: one.lines };
  }
  const isNamed = (no: number): boolean => all.some((one) => one.lines.some(({ line }) => line === no));
  const units = lines
    .filter(({ no, kind }) => kind !== 'physical' || isNamed(no))
    .map(({ no, delivered }) => ({ line: no, quantity: delivered }));
  return { instructions: all, units };
}

/** What the subject of a mail about a delay ends with. */
const STAGES: readonly DelayStage[] = ['ship', 'stall', 'deliver'];

/** Throws when the record has nothing of that subject. */
export async function occasionOf(db: Db, record: OrderRecord, kind: EmailKind, subject: string): Promise<Occasion> {
  const { number, refunds } = record.order;
  switch (kind) {
    case 'cancelled':
      return { reason: reasonForBuyer(await timelineOf(db, number)) };
    case 'delay':
      return { stage: STAGES.find((stage) => subject.endsWith(`/${stage}`)) ?? 'ship' };
    case 'items_cancelled':
      return cancelledUnits(db, record, Number(subject));
    case 'items_changed':
      return changedUnits(db, record, Number(subject));
    case 'exchanged':
      return sentInExchange(db, record, subject);
    case 'substitution_proposed': {
      const offered = record.order.substitutions.find(({ id }) => id === subject);
      return { substitution: found(offered, `substitution ${subject}`, number) };
    }
    case 'refunded': {
      const id = refundOfSubject(subject);
      const refund = found(
        refunds.find((one) => one.id === id),
        `refund ${id}`,
        number,
      );
      return { refund };
    }
    case 'return_approved':
    case 'return_refused':
    case 'return_expired':
    case 'return_received':
      return aboutReturn(db, record, kind, subject);
    case 'message': {
      const message = found(
        record.messages.find(({ id }) => id === subject),
        `message ${subject}`,
        number,
      );
      return { message };
    }
    case 'delivered':
      return aboutDelivery(db, record, null);
    case 'delivery_instructions':
      return aboutDelivery(db, record, isResent(subject) ? null : subject);
    case 'confirmation':
    case 'payment_failed':
    case 'backordered':
    case 'backorder_overdue':
    case 'shipped':
    case 'reshipped':
      return {};
    default:
      return kind satisfies never;
  }
}
