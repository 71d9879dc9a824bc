import Stripe from 'stripe';
import { stripeId, unixNow } from '../ids.ts';
import type { Message } from '../webhooks.ts';
import { missing } from './errors.ts';
import { listOf, listParams, pageOf } from './lists.ts';
import { text, texts } from './params.ts';
import type { StoredEvent } from './store.ts';
import type { StripeWorld } from './world.ts';

/** The events the sandbox emits. Each is a type of the SDK's own `Stripe.Event`, which the compiler checks. */
export type EventType = Extract<
  Stripe.Event['type'],
  | `payment_intent.${'created' | 'requires_action' | 'processing' | 'amount_capturable_updated' | 'succeeded' | 'payment_failed' | 'canceled'}`
  | `charge.${'succeeded' | 'captured' | 'expired' | 'failed' | 'refunded' | 'updated' | 'refund.updated'}`
  | `refund.${'created' | 'updated' | 'failed'}`
  | `charge.dispute.${'created' | 'updated' | 'closed' | 'funds_withdrawn' | 'funds_reinstated'}`
  | `radar.early_fraud_warning.${'created' | 'updated'}`
  | `review.${'opened' | 'closed'}`
  | `checkout.session.${'completed' | 'expired'}`
>;

type Emitted =
  | Stripe.PaymentIntent
  | Stripe.Charge
  | Stripe.Refund
  | Stripe.Dispute
  | Stripe.Review
  | Stripe.Radar.EarlyFraudWarning
  | Stripe.Checkout.Session;

export const messageOf = (event: StoredEvent): Message => ({
  id: event.id,
  type: event.type,
  objectId: event.objectId,
  body: event.payload,
});

/** Records that something happened to `object`, as it is now, and notifies the webhook address. */
export function emit(world: StripeWorld, type: EventType, object: Emitted): void {
  const id = stripeId('evt');
  const created = unixNow();
  const envelope = {
    id,
    object: 'event',
    api_version: Stripe.API_VERSION,
    created,
    data: { object },
    livemode: false,
    pending_webhooks: world.webhooks.wants(type) ? 1 : 0,
    // An event that no request caused (a refund that settles by itself) has no request.
    request: { id: world.request?.id ?? null, idempotency_key: world.request?.idempotencyKey ?? null },
    type,
  } satisfies Omit<Stripe.EventBase, 'data'> & { data: { object: Emitted } };
  const event: StoredEvent = { id, type, created, objectId: object.id, payload: JSON.stringify(envelope) };
  world.store.addEvent(event);
  world.webhooks.send(messageOf(event));
}

export const eventListParams = listParams<Stripe.EventListParams>()({ type: text.optional(), types: texts.optional() });

/** `payment_intent.*` stands for all types that begin so. */
const fits = (type: string, pattern: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

export function listEvents(world: StripeWorld, params: typeof eventListParams._output) {
  const wanted = params.types ?? (params.type === undefined ? undefined : [params.type]);
  const page = pageOf(
    world.store.events,
    params,
    (event) => wanted === undefined || wanted.some((pattern) => fits(event.type, pattern)),
  );
  return listOf(
    '/v1/events',
    page.data.map((event) => JSON.parse(event.payload) as Stripe.Event),
    page.hasMore,
  );
}

export function retrieveEvent(world: StripeWorld, id: string): Stripe.Event {
  const event = world.store.events.get(id);
  if (event === undefined) throw missing('event', id);
  return JSON.parse(event.payload) as Stripe.Event;
}
