import type { Logger } from 'pino';
import { z } from 'zod';
import type { CarrierGateway, PaymentGateway } from '../activities/ports.ts';
import type { Db } from '../db/database.ts';
import { type ParcelRow, parcelsByTracking } from '../db/fulfilments.ts';
import { type DueEvent, leaseEvents, noteEventFailed, noteEventsApplied } from '../db/inbox.ts';
import { readOrder } from '../db/order-reader.ts';
import { claimPayment, orderOfPayment } from '../db/payments.ts';
import { decideNews, type News } from '../domain/decide.ts';
import type { PaymentReading } from '../domain/facts.ts';
import { Throttled } from '../domain/failures.ts';
import { isOwnGatewayKey, ORDER_NUMBER } from '../domain/keys.ts';
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
export async function tellIfNew({ db, engine }: Listening, number: string, news: News): Promise<string> {
  const record = await readOrder(db, number);
  if (record === null) return 'no order';
  if (decideNews(record.order, news, Date.now()).facts.length === 0) return 'nothing new';
  await engine.tell(number, news);
  return `told ${number}`;
}

const StripeEvent = z.object({
  data: z.object({
    object: z.looseObject({ id: z.string(), object: z.string(), payment_intent: z.unknown().optional() }),
  }),
  request: z.object({ idempotency_key: z.string().nullish() }).nullish(),
});

const idOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
};

async function applyStripe(listening: Listening, event: DueEvent): Promise<string> {
  const parsed = StripeEvent.safeParse(event.body);
  if (!parsed.success) return 'not understood';
  const { object } = parsed.data.data;
  // What our own call has caused, the step that made the call knows already.
  if (isOwnGatewayKey(parsed.data.request?.idempotency_key)) return 'our own doing';
  const reference =
    object.object === 'payment_intent' || object.object === 'checkout.session'
      ? object.id
      : idOf(object.payment_intent);
  if (reference === null) return 'not about a payment';
  const named = await orderOfPayment(listening.db, reference);
  const reading = named === null ? await listening.stripe.read(reference) : null;
  const owner = named ?? reading?.orderNumber ?? null;
  if (owner === null || !ORDER_NUMBER.test(owner)) return 'no order';
  return tellOfPayment(listening, owner, reference, reading);
}

/** Reads the payment by the order's own reference: a hosted checkout is read as such, with the payment it has become. */
async function tellOfPayment(
  listening: Listening,
  owner: string,
  reference: string,
  known: PaymentReading | null,
): Promise<string> {
  const record = await readOrder(listening.db, owner);
  if (record === null) return 'no order';
  const own = record.order.payment.reference ?? reference;
  const reading = known?.reference === own ? known : await listening.stripe.read(own);
  const claimedBy = await claimPayment(listening.db, reading.reference, owner);
  return tellIfNew(listening, owner, { type: 'payment_read', reading: { ...reading, orderNumber: claimedBy } });
}

/** Asks the carrier where a parcel is, and tells its order. */
export async function lookAfter(listening: Listening, parcel: ParcelRow): Promise<string> {
  if (parcel.carrier === null || parcel.trackingNumber === null) return 'no tracking';
  const { carrier, status, details } = await listening.carriers.track(parcel.carrier, parcel.trackingNumber);
  return tellIfNew(listening, parcel.orderNumber, {
    type: 'tracking',
    tracking: { fulfilment: parcel.id, carrier, status, details },
  });
}

async function applyShippo(listening: Listening, event: DueEvent): Promise<string> {
  const parcels = event.objectId === null ? [] : await parcelsByTracking(listening.db, event.objectId);
  const outcomes: string[] = [];
  for (const parcel of parcels.filter((one) => one.status !== 'delivered'))
    outcomes.push(await lookAfter(listening, parcel));
  return outcomes.join('; ') || (parcels.length > 0 ? 'nothing new' : 'no parcel');
}

const BATCH = 20;
const LEASE_S = 60;
/** 1 s, 2 s, 4 s … at most 10 minutes; an event is tried until it is applied. */
const retryAfter = (attempts: number): number => Math.min(600, 2 ** Math.min(attempts - 1, 10));

export function startInboxPump(listening: Listening, log: Logger, pauseMs = 250): Pump {
  const apply = async (event: DueEvent): Promise<void> => {
    const { provider, eventId } = event;
    try {
      const outcome = await (provider === 'stripe' ? applyStripe(listening, event) : applyShippo(listening, event));
      await noteEventsApplied(listening.db, [{ provider, eventId, outcome }]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const wait = error instanceof Throttled ? Math.ceil(error.retryAfterMs / 1000) : retryAfter(event.attempts);
      log.warn(
        { provider, eventId, type: event.type, attempts: event.attempts, reason: message },
        'an event could not be applied yet',
      );
      await noteEventFailed(listening.db, event, message.slice(0, 500), wait);
    }
  };
  return startPump({
    name: 'inbox',
    log,
    pauseMs,
    batch: async () => {
      const events = await leaseEvents(listening.db, BATCH, LEASE_S);
      await Promise.all(events.map(apply));
      return events.length;
    },
  });
}
