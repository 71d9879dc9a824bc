import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { notify } from '../shippo/tracks.ts';
import { messageOf } from '../stripe/events.ts';
import type { Delivery, Dispatcher } from '../webhooks.ts';
import { ControlFailure } from './failure.ts';
import type { addressesInput, releaseInput, resendInput, VENDORS, webhookModeInput } from './inputs.ts';

type Vendor = (typeof VENDORS)[number];

const dispatchers = (parts: Parts, service: Vendor | undefined): Dispatcher[] => [
  ...(service === 'shippo' ? [] : [parts.stripeWebhooks]),
  ...(service === 'stripe' ? [] : [parts.shippoWebhooks]),
];

export function setMode(parts: Parts, input: z.output<typeof webhookModeInput>) {
  for (const dispatcher of dispatchers(parts, input.service)) dispatcher.setMode(input.mode, input.copies);
  return status(parts);
}

/** Answers once all have been sent, in the order asked for, and answered. */
export async function release(parts: Parts, input: z.output<typeof releaseInput>): Promise<{ released: number }> {
  let released = 0;
  for (const dispatcher of dispatchers(parts, input.service)) {
    released += await dispatcher.release(input.order, input.seed ?? 1);
  }
  return { released };
}

export function resend(parts: Parts, input: z.output<typeof resendInput>): { resent: string } {
  const event = parts.stripe.store.events.get(input.event);
  if (event !== undefined) {
    parts.stripeWebhooks.resend(messageOf(event));
    return { resent: event.id };
  }
  const track = parts.shippo.store.tracks.get(input.event);
  if (track === undefined) {
    throw new ControlFailure(404, `${input.event} is neither a Stripe event nor a parcel (carrier/number).`);
  }
  notify(parts.shippo, track);
  return { resent: input.event };
}

export function setAddresses(parts: Parts, input: z.output<typeof addressesInput>) {
  parts.addresses.stripeWebhookUrl = input.stripe_url ?? parts.addresses.stripeWebhookUrl;
  parts.addresses.stripeWebhookSecret = input.stripe_secret ?? parts.addresses.stripeWebhookSecret;
  parts.addresses.shippoWebhookUrl = input.shippo_url ?? parts.addresses.shippoWebhookUrl;
  parts.addresses.shippoWebhookSecret = input.shippo_secret ?? parts.addresses.shippoWebhookSecret;
  return status(parts);
}

export interface WebhookStatus {
  readonly stripe: ReturnType<Dispatcher['status']> & { readonly url: string | null };
  readonly shippo: ReturnType<Dispatcher['status']> & { readonly url: string | null };
}

export const status = (parts: Parts): WebhookStatus => ({
  stripe: { ...parts.stripeWebhooks.status(), url: parts.addresses.stripeWebhookUrl ?? null },
  shippo: { ...parts.shippoWebhooks.status(), url: parts.addresses.shippoWebhookUrl ?? null },
});

/** Newest first. */
export const deliveries = (parts: Parts): Delivery[] =>
  [...parts.stripeWebhooks.deliveries(), ...parts.shippoWebhooks.deliveries()].sort((a, b) =>
    b.created.localeCompare(a.created),
  );
