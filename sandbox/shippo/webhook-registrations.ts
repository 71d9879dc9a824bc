import { shippoId } from '../ids.ts';
import { type Fields, textOf } from './addresses.ts';
import { invalidField, missingField, notFound } from './errors.ts';
import type { WireWebhook } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

const EVENTS = [
  'transaction_created',
  'transaction_updated',
  'track_updated',
  'batch_created',
  'batch_purchased',
  'all',
];

function checked(fields: Fields): Pick<WireWebhook, 'event' | 'url'> {
  const event = textOf(fields, 'event');
  const url = textOf(fields, 'url');
  if (!EVENTS.includes(event)) throw invalidField('event', `Must be one of ${EVENTS.join(', ')}.`);
  if (url === '') throw missingField('url');
  if (!URL.canParse(url) || url.length >= 200) throw invalidField('url', 'Must be a URL of less than 200 characters.');
  return { event, url };
}

/** Registering the same address twice is allowed, and it is then notified twice, as at the vendor. */
export function createWebhook(world: ShippoWorld, fields: Fields): WireWebhook {
  const webhook: WireWebhook = {
    ...checked(fields),
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    active: fields['active'] !== false,
    is_test: true,
  };
  world.store.webhooks.set(String(webhook.object_id), webhook);
  return webhook;
}

export function requireWebhook(world: ShippoWorld, id: string): WireWebhook {
  const webhook = world.store.webhooks.get(id);
  if (webhook === undefined) throw notFound();
  return webhook;
}

export function updateWebhook(world: ShippoWorld, id: string, fields: Fields): WireWebhook {
  const active = fields['active'] !== false;
  return Object.assign(requireWebhook(world, id), checked(fields), { active, object_updated: isoNow() });
}

export function deleteWebhook(world: ShippoWorld, id: string): void {
  requireWebhook(world, id);
  world.store.webhooks.delete(id);
}

export const listWebhooks = (world: ShippoWorld) => ({
  next: null,
  previous: null,
  results: [...world.store.webhooks.values()],
});

/** Where a notification goes because it was asked for through the API. */
export const registeredUrls = (world: ShippoWorld, event: string): string[] =>
  [...world.store.webhooks.values()]
    .filter((webhook) => webhook.active !== false && (webhook.event === event || webhook.event === 'all'))
    .map((webhook) => webhook.url);
