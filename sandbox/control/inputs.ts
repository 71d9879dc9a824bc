import { z } from 'zod';
import { FAULT_KINDS, SERVICES } from '../faults.ts';
import { RELEASE_ORDERS, WEBHOOK_MODES } from '../webhooks.ts';

/** What the control calls take, as JSON or as a form; a form sends text, and an empty field for nothing. */
const blank = (value: unknown): unknown => (value === '' ? undefined : value);
const optional = <S extends z.ZodType>(schema: S) => z.preprocess(blank, schema.optional());
const yes = z.preprocess((value) => value === true || value === 'true' || value === 'on', z.boolean());

export const VENDORS = ['stripe', 'shippo'] as const;
const vendor = optional(z.enum(VENDORS));

export const nothing = z.strictObject({});

export const faultInput = z.strictObject({
  service: z.enum(SERVICES),
  kind: z.enum(FAULT_KINDS),
  route: optional(z.string()),
  match: optional(z.string()),
  count: z.coerce.number().int().min(1).max(1_000_000).default(1),
  status: optional(z.coerce.number().int().min(200).max(599)),
  delay_ms: optional(z.coerce.number().int().min(0).max(600_000)),
  remember: optional(yes),
});

export const webhookModeInput = z.strictObject({
  mode: z.enum(WEBHOOK_MODES),
  copies: optional(z.coerce.number().int().min(1).max(100)),
  service: vendor,
});

export const releaseInput = z.strictObject({
  order: z.enum(RELEASE_ORDERS).default('sent'),
  seed: optional(z.coerce.number().int()),
  service: vendor,
});

/** A Stripe event's id, or `carrier/tracking number` for the parcel's present state. */
export const resendInput = z.strictObject({ event: z.string().min(1) });

export const addressesInput = z.strictObject({
  stripe_url: optional(z.url()),
  stripe_secret: optional(z.string()),
  shippo_url: optional(z.url()),
  shippo_secret: optional(z.string()),
});

export const autoAdvanceInput = z.strictObject({ seconds: z.coerce.number().min(0) });

export const advanceInput = z.strictObject({
  tracking_number: z.string().min(1),
  carrier: optional(z.string()),
  /** Without it the parcel takes its next step. Names Shippo does not have are sent as they are. */
  status: optional(z.string()),
  details: optional(z.string()),
  substatus: optional(z.string()),
});

export const disputeInput = z.strictObject({ reason: optional(z.string()), inquiry: optional(yes) });

export const disputeEndInput = z.strictObject({ status: z.enum(['won', 'lost', 'warning_closed']) });

const amount = optional(z.coerce.number().int().min(0));
/** Minor units; what is left out stays. */
export const alteredPaymentInput = z.strictObject({ amount, captured: amount, refunded: amount });

export const authenticationInput = z.strictObject({ approve: yes });

export const cardInput = z.strictObject({ card: z.string().min(1) });
