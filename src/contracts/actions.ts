import { z } from 'zod';
import { RESOLUTIONS } from '../domain/exceptions.ts';
import type { ActionName } from '../domain/transitions.ts';
import { Amount } from './money.ts';
import { AddressInput } from './orders.ts';
import { Link, text } from './text.ts';

/** The fields of each action; the transition table says who may ask for it and when. */

const Text = text().trim().min(1, 'is required').max(2000);
const Envelope = { expected_version: z.int().min(1).optional() };
const Parcel = {
  fulfilment: text().max(40).optional(),
  carrier: text().trim().max(50).optional(),
  tracking_number: z
    .string()
    .trim()
    .regex(/^[\w-]{3,60}$/, 'must be 3 to 60 letters, digits, _ or -')
    .optional(),
  tracking_url: Link.max(500).optional(),
};

/** Of an action that is not built yet only the version is read: the table refuses it, whatever its fields. */
const NotYet = z.object(Envelope);

const schemas = {
  confirm: z.strictObject({
    ...Envelope,
    note: Text.optional(),
    payment_reference: text().trim().min(1).max(200).optional(),
    amount: Amount.optional(),
  }),
  cancel: z.strictObject({ ...Envelope, reason: Text }),
  ship: z.strictObject({ ...Envelope, ...Parcel }),
  mark_delivered: z.strictObject({
    ...Envelope,
    fulfilment: Parcel.fulfilment,
    evidence: Text.optional(),
    note: Text.optional(),
  }),
  complete: z.strictObject({ ...Envelope, note: Text.optional() }),
  edit_address: z.strictObject({ ...Envelope, address: AddressInput, reason: Text.optional() }),
  resolve_exception: z.strictObject({
    ...Envelope,
    exception: text().max(40),
    resolution: z.enum(RESOLUTIONS),
    note: Text.optional(),
    address: AddressInput.optional(),
    evidence: Text.optional(),
    ...Parcel,
  }),
  add_note: z.strictObject({ ...Envelope, note: Text }),
} as const;

export const schemaOf = (action: ActionName): z.ZodType =>
  action in schemas ? schemas[action as keyof typeof schemas] : NotYet;
export const ACTION_SCHEMAS = schemas;
