import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { CarrierGateway, PaymentGateway } from '../activities/ports.ts';
import { recordNews } from '../activities/recording.ts';
import { whyUntelling } from '../contracts/untelling-events.ts';
import type { Db } from '../db/database.ts';
import { type ParcelRow, parcelsByTracking } from '../db/fulfilments.ts';
import { type AppliedEvent, type DueEvent, leaseEvents, noteEventFailed, noteEventsApplied } from '../db/inbox.ts';
import { readOrder } from '../db/order-reader.ts';
import { claimPayment, orderOfPayment } from '../db/payments.ts';
import { findRefund } from '../db/refunds.ts';
import { type ReturnParcelRow, returnsByTracking } from '../db/returns.ts';
import { dutiesOf } from '../domain/duties.ts';
import type { PaymentReading } from '../domain/facts.ts';
import { Refused, Throttled } from '../domain/failures.ts';
import { ORDER_NUMBER } from '../domain/keys.ts';
import { warningLane } from '../domain/lanes.ts';
import { decideNews, type News } from '../domain/news.ts';
import type { Order } from '../domain/order.ts';
import type { Engine } from '../engine.ts';
import { type Pump, startPump } from './pump.ts';

/**
 * Applies what gateways and carriers told us: reads the object again, which is the truth whatever order the events came in,
 * and tells the order only what would change it. So a repeated or late event costs the order nothing.
 */

export type Listening = {
  readonly db: Db;
  readonly engine: Engine;
  readonly stripe: PaymentGateway;
  readonly carriers: CarrierGateway;
};

/** Tells the order news, if the record says that it would change anything. */
export async function tellIfNew(
  { db, engine }: Pick<Listening, 'db' | 'engine'>,
  number: string,
  news: News,
): Promise<string> {
  const record = await readOrder(db, number);
  if (record === null) return 'no order';
  if (decideNews(record.order, news, Date.now()).facts.length === 0) return 'nothing new';
  await engine.tell(number, news, record.order.version);
  return `told ${number}`;
}

/**
 * Records what the news leads to, as a step at a partner does, and tells the order the facts (docs/decisions/0012). `again`: an
 * earlier try may have ended between the two, so the order is told in any case. What the record refuses is left to the order,
 * which puts it before a person.
 */
async function recordIfNew({ db, engine }: Listening, number: string, news: News, again: boolean): Promise<string> {
  const outcome = await recordNews(db, number, news).catch((error: unknown) => {
    if (error instanceof ApplicationFailure && error.type === 'order_not_found') return 'no order';
    if (error instanceof ApplicationFailure && error.type === 'Unrecordable') return null;
    throw error;
  });
  if (outcome === 'no order') return outcome;
  if (outcome === null) await engine.tell(number, news, (await readOrder(db, number))?.order.version);
  else if (outcome.facts.length > 0 || again) await engine.follow(number, outcome);
  else return 'nothing new';
  return `told ${number}`;
}

const StripeEvent = z.object({
  data: z.object({
    object: z.looseObject({ id: z.string(), object: z.string(), payment_intent: z.unknown().optional() }),
  }),
});

const idOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
};

/** Too early to judge: the event is looked at again soon. */
class LookAgain extends Error {
  override name = 'LookAgain';
}

/** `again`: an earlier try may have done a part of it. */
type Look = (again: boolean) => Promise<string>;
/** What an event is about. Events about the same thing that came together are applied by one look at it. */
type Subject = { readonly key: string; readonly look: Look };

const known = (event: DueEvent, outcome: string): Subject => ({
  key: event.eventId,
  look: () => Promise.resolve(outcome),
});

function stripeSubject(listening: Listening, event: DueEvent): Subject {
  const parsed = StripeEvent.safeParse(event.body);
  if (!parsed.success) return known(event, 'not understood');
  const { object } = parsed.data.data;
  const reference =
    object.object === 'payment_intent' || object.object === 'checkout.session'
      ? object.id
      : idOf(object.payment_intent);
  if (reference === null) return known(event, 'not about a payment');
  const { id } = object;
  switch (object.object) {
    case 'dispute':
      return { key: id, look: () => lookAtDispute(listening, reference, id) };
    case 'refund':
      return { key: id, look: () => lookAtRefund(listening, reference, id) };
    case 'radar.early_fraud_warning':
      return { key: id, look: () => lookAtWarning(listening, reference, id) };
    default:
      return { key: reference, look: () => lookAtPayment(listening, reference) };
  }
}

/** Reads a dispute of this payment, and tells its order if that is news. */
export async function lookAtDispute(listening: Listening, reference: string, id: string): Promise<string> {
  const dispute = await listening.stripe.readDispute(id);
  const owner = await orderOfPayment(listening.db, reference);
  return owner === null ? 'no order' : tellIfNew(listening, owner, { type: 'dispute_read', dispute });
}

/** A refund that failed is a matter of its own; whatever became of it, the payment says how much is back. */
async function lookAtRefund(listening: Listening, reference: string, id: string): Promise<string> {
  const { failed, why, ours } = await listening.stripe.readRefund(id);
  const refund = failed ? await findRefund(listening.db, id, ours) : null;
  if (refund?.isPending === true) throw new LookAgain('the order has not recorded its refund yet');
  const outcomes =
    refund?.isKnown !== true
      ? []
      : [await tellIfNew(listening, refund.orderNumber, { type: 'refund_failed', reference: id, why })];
  return [...outcomes, await lookAtPayment(listening, reference)].join('; ');
}

/** The same of a warning of fraud. */
export async function lookAtWarning(listening: Listening, reference: string, warning: string): Promise<string> {
  const owner = await orderOfPayment(listening.db, reference);
  const record = owner === null ? null : await readOrder(listening.db, owner);
  if (record === null) return 'no order';
  const { kind, actionable } = await listening.stripe.readFraudWarning(warning);
  const isKnown = record.exceptions.some(({ lane }) => lane === warningLane(warning));
  if (!actionable || isKnown) return 'nothing new';
  return tellIfNew(listening, record.order.number, { type: 'fraud_warning', warning, kind });
}

/** Reads a payment, and tells its order if that is news. */
export async function lookAtPayment(listening: Listening, reference: string): Promise<string> {
  const named = await orderOfPayment(listening.db, reference);
  const reading = named === null ? await listening.stripe.read(reference) : null;
  const owner = named ?? reading?.orderNumber ?? null;
  if (owner === null || !ORDER_NUMBER.test(owner)) return 'no order';
  return tellOfPayment(listening, owner, reference, reading);
}

const isReadingItsPayment = (order: Order): boolean => dutiesOf(order).some((duty) => duty.do === 'check_payment');

/** Reads the payment by the order's own reference: a hosted checkout is read as such, with the payment it has become. */
async function tellOfPayment(
  listening: Listening,
  owner: string,
  reference: string,
  known: PaymentReading | null,
): Promise<string> {
  const record = await readOrder(listening.db, owner);
  if (record === null) return 'no order';
  // The order is reading this payment itself at this moment; whether it saw what the event tells shows when it has recorded it.
  if (isReadingItsPayment(record.order)) throw new LookAgain('the order is reading its payment');
  const own = record.order.payment.reference ?? reference;
  const reading = known?.reference === own ? known : await listening.stripe.read(own);
  const claimedBy = await claimPayment(listening.db, reading.reference, owner);
  return tellIfNew(listening, owner, { type: 'payment_read', reading: { ...reading, orderNumber: claimedBy } });
}

/** Where the carrier says that a parcel is now; null when it has no tracking. */
async function trackingOf({ carriers }: Listening, parcel: ParcelRow): Promise<News | null> {
  if (parcel.carrier === null || parcel.trackingNumber === null) return null;
  const { carrier, status, details, movedAt } = await carriers.track(parcel.carrier, parcel.trackingNumber);
  return { type: 'tracking', tracking: { fulfilment: parcel.id, carrier, status, details, movedAt } };
}

/** Asks the carrier where a parcel is, and tells its order. */
export async function lookAfter(listening: Listening, parcel: ParcelRow): Promise<string> {
  const news = await trackingOf(listening, parcel);
  return news === null ? 'no tracking' : tellIfNew(listening, parcel.orderNumber, news);
}

/** The same of goods that come back. */
export async function lookAfterReturn(listening: Listening, parcel: ReturnParcelRow): Promise<string> {
  const { carrier, status, details } = await listening.carriers.track(parcel.carrier, parcel.trackingNumber);
  const { id, trackingNumber } = parcel;
  const tracking = { return: id, trackingNumber, carrier, status, details };
  return tellIfNew(listening, parcel.orderNumber, { type: 'return_tracking', tracking });
}

function shippoSubject(listening: Listening, event: DueEvent): Subject {
  const { objectId } = event;
  if (objectId === null) return known(event, 'no parcel');
  return { key: `${event.provider} ${objectId}`, look: (again) => lookAtParcels(listening, objectId, again) };
}

async function lookAtParcels(listening: Listening, trackingNumber: string, again: boolean): Promise<string> {
  const parcels = await parcelsByTracking(listening.db, trackingNumber);
  const outcomes: string[] = [];
  for (const parcel of parcels.filter((one) => again || one.status !== 'delivered')) {
    const news = await trackingOf(listening, parcel);
    if (news !== null) outcomes.push(await recordIfNew(listening, parcel.orderNumber, news, again));
  }
  const returns = parcels.length > 0 ? [] : await returnsByTracking(listening.db, trackingNumber);
  for (const parcel of returns.filter(({ status }) => status === 'approved'))
    outcomes.push(await lookAfterReturn(listening, parcel));
  return outcomes.join('; ') || (parcels.length + returns.length > 0 ? 'nothing new' : 'no parcel');
}

const BATCH = 20;
const LEASE_S = 60;
/** 1 s, 2 s, 4 s … at most 10 minutes; an event is tried until it is applied, or finally refused. */
const retryAfter = (attempts: number): number => Math.min(600, 2 ** Math.min(attempts - 1, 10));

function subjectOf(listening: Listening, event: DueEvent): Subject {
  // An earlier release has put such events before the pump.
  const untelling = whyUntelling(event.provider, event.body);
  if (untelling !== null) return known(event, untelling);
  return event.provider === 'stripe' ? stripeSubject(listening, event) : shippoSubject(listening, event);
}

type Group = { readonly look: Look; readonly events: DueEvent[] };

function grouped(listening: Listening, events: readonly DueEvent[]): Group[] {
  const groups = new Map<string, Group>();
  for (const event of events) {
    const { key, look } = subjectOf(listening, event);
    const group = groups.get(key) ?? { look, events: [] };
    group.events.push(event);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const ended = (events: readonly DueEvent[], outcome: string): AppliedEvent[] =>
  events.map(({ provider, eventId }) => ({ provider, eventId, outcome }));

export function startInboxPump(listening: Listening, log: Logger, pauseMs = 100): Pump {
  const putOff = async (event: DueEvent, error: unknown): Promise<void> => {
    const { provider, eventId, type, attempts } = event;
    const reason = error instanceof Error ? error.message : String(error);
    const wait = error instanceof Throttled ? Math.ceil(error.retryAfterMs / 1000) : retryAfter(attempts);
    const level = error instanceof LookAgain ? 'debug' : 'warn';
    log[level]({ provider, eventId, type, attempts, reason }, 'an event could not be applied yet');
    await noteEventFailed(listening.db, event, reason.slice(0, 500), wait);
  };
  /** Looks once for all events of a group, and says what came of each. */
  const apply = async ({ look, events }: Group): Promise<AppliedEvent[]> => {
    try {
      return ended(events, await look(events.some(({ attempts }) => attempts > 1)));
    } catch (error) {
      // The partner has no such thing, or will never show it: the events are done with, and say so.
      if (error instanceof Refused) {
        log.warn(
          { events: events.map(({ eventId }) => eventId), reason: error.message },
          'events were refused for good',
        );
        return ended(events, `refused: ${error.message}`.slice(0, 500));
      }
      for (const event of events) await putOff(event, error);
      return [];
    }
  };
  return startPump({
    name: 'inbox',
    log,
    pauseMs,
    batch: async () => {
      const events = await leaseEvents(listening.db, BATCH, LEASE_S);
      const applied = await Promise.all(grouped(listening, events).map(apply));
      await noteEventsApplied(listening.db, applied.flat());
      return events.length;
    },
  });
}
