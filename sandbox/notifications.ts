import { createHmac } from 'node:crypto';
import Stripe from 'stripe';
import type { WebhookAddresses } from './options.ts';
import { Dispatcher } from './webhooks.ts';

/** The addresses in use; they can be changed while the sandbox runs. */
export type Addresses = { -readonly [K in keyof WebhookAddresses]: WebhookAddresses[K] };

/** Whether an address that asked for these types (`*` at the end stands for any) gets this one. */
export const isWanted = (type: string, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined ||
  wanted.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type));

const given = (url: string | undefined): string[] => (url === undefined ? [] : [url]);

/** Stripe tries for days; the sandbox for about ten minutes, which outlasts any restart of what it notifies. */
export function stripeDispatcher(addresses: Addresses): Dispatcher {
  const signer = new Stripe('sk_test_sandbox');
  return new Dispatcher({
    urls: () => given(addresses.stripeWebhookUrl),
    sign: (payload) => ({
      'stripe-signature': signer.webhooks.generateTestHeaderString({
        payload,
        secret: addresses.stripeWebhookSecret ?? 'whsec_sandbox',
      }),
    }),
    retryAfterSeconds: [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 60, 60, 120, 120, 120],
    retriesOn: () => true,
    timeoutMs: 10_000,
  });
}

/** Shippo waits three seconds and tries twice more, and only where that may help; then only polling finds out. */
export function shippoDispatcher(addresses: Addresses, registered: (type: string) => readonly string[]): Dispatcher {
  return new Dispatcher({
    urls: (type) => [...(type === 'track_updated' ? given(addresses.shippoWebhookUrl) : []), ...registered(type)],
    sign: (body): Record<string, string> => {
      const secret = addresses.shippoWebhookSecret;
      if (secret === undefined) return {};
      const time = Math.floor(Date.now() / 1000);
      const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
      return { 'shippo-auth-signature': `t=${time},v1=${mac}` };
    },
    retryAfterSeconds: [1, 3],
    retriesOn: (status) => status === 408 || status === 429 || status >= 500,
    timeoutMs: 3_000,
  });
}
