import type { Exchange } from './exchange.ts';

export interface SandboxOptions {
  /** Ports on 127.0.0.1; 0, the default, takes a free one. */
  readonly stripePort?: number | undefined;
  readonly shippoPort?: number | undefined;
  readonly smtpPort?: number | undefined;
  /** Pages for people and the control API. */
  readonly webPort?: number | undefined;
  /** Where events are sent; without it they can only be listed. Can be set later, see {@link Sandbox.setWebhooks}. */
  readonly stripeWebhookUrl?: string | undefined;
  readonly stripeWebhookSecret?: string | undefined;
  /** The event types the address asked for, as a real endpoint has them; `*` at the end stands for any. Default all. */
  readonly stripeWebhookEvents?: readonly string[] | undefined;
  /** Carries the address's own `?token=…`. */
  readonly shippoWebhookUrl?: string | undefined;
  /** Signs notifications with `Shippo-Auth-Signature`, which a shop must ask Shippo for. */
  readonly shippoWebhookSecret?: string | undefined;
  /** Parcels move one step each time this has passed; 0, the default, is off. */
  readonly autoAdvanceSeconds?: number | undefined;
  /** How long pending refunds, disputes under review and queued purchases take. Default 1. */
  readonly settleSeconds?: number | undefined;
  /** How long an authorisation holds. Default seven days. */
  readonly authorisationSeconds?: number | undefined;
  /** Keeps everything in this file over a restart. */
  readonly stateFile?: string | undefined;
  /** Appends every exchange with the imitated vendors to this file, one JSON object a line. */
  readonly recordFile?: string | undefined;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

export interface WebhookAddresses {
  readonly stripeWebhookUrl?: string | undefined;
  readonly stripeWebhookSecret?: string | undefined;
  readonly shippoWebhookUrl?: string | undefined;
  readonly shippoWebhookSecret?: string | undefined;
}
