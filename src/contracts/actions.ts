import { z } from 'zod';
import { RESOLUTIONS } from '../domain/exceptions.ts';
import { CALL_OUTCOMES, CAME_BACK, CLAIM_STATUSES, REFUND_REASONS, RETURN_REASONS } from '../domain/order.ts';
import type { ActionName } from '../domain/transitions.ts';
import { Amount } from './money.ts';
import { AddressInput } from './orders.ts';
import { Link, text } from './text.ts';
import { WRONG } from './wrong.ts';

/** The fields of each action; the transition table says who may ask for it and when. */

const Text = text().trim().min(1, WRONG.required).max(2000);
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

const LineUnits = z.strictObject({ line: z.int().min(1), quantity: z.int().min(1) });
const Lines = z
  .array(LineUnits)
  .min(1)
  .max(200)
  .refine((lines) => new Set(lines.map(({ line }) => line)).size === lines.length, WRONG.each_line_once);

/** Goods from the catalogue; `unit_price` and `tax` (of all of an entry) for those who may set prices. */
const Goods = z
  .array(
    z.strictObject({
      sku: text().trim().min(1).max(100),
      quantity: z.int().min(1).max(10_000),
      unit_price: Amount.optional(),
      tax: Amount.optional(),
    }),
  )
  .min(1)
  .max(50);

/** Of an action that is not built yet only the version is read: the table refuses it, whatever its fields. */
const NotYet = z.object(Envelope);

const schemas = {
  confirm: z.strictObject({
    ...Envelope,
    note: Text.optional(),
    payment_reference: text().trim().min(1).max(200).optional(),
    amount: Amount.optional(),
  }),
  log_call: z.strictObject({
    ...Envelope,
    outcome: z.enum(CALL_OUTCOMES),
    until: z.iso
      .datetime({ offset: true })
      .refine((text) => Date.parse(text) > Date.now(), WRONG.in_the_future)
      .optional(),
    note: Text.optional(),
  }),
  approve: z.strictObject({ ...Envelope, note: Text.optional() }),
  reject: z.strictObject({ ...Envelope, note: Text }),
  hold: z.strictObject({ ...Envelope, reason: Text }),
  release: z.strictObject({ ...Envelope, note: Text.optional() }),
  acknowledge: z.strictObject({ ...Envelope, seller: text().max(100).optional(), note: Text.optional() }),
  request_cancellation: z.strictObject({ ...Envelope, lines: Lines.optional(), reason: Text }),
  cancel: z.strictObject({ ...Envelope, reason: Text, lines: Lines.optional() }),
  edit_lines: z.strictObject({ ...Envelope, remove: Lines.optional(), add: Goods.optional(), reason: Text }),
  substitute: z.strictObject({
    ...Envelope,
    line: z.int().min(1),
    sku: text().trim().min(1).max(100),
    quantity: z.int().min(1).max(10_000).optional(),
    unit_price: Amount.optional(),
    note: Text.optional(),
  }),
  answer_substitution: z.strictObject({
    ...Envelope,
    substitution: text().max(40).optional(),
    accept: z.boolean(),
    note: Text.optional(),
  }),
  exchange: z.strictObject({ ...Envelope, return: text().max(40).optional(), add: Goods, note: Text.optional() }),
  ship: z.strictObject({ ...Envelope, ...Parcel }),
  edit_tracking: z.strictObject({
    ...Envelope,
    ...Parcel,
    carrier: Parcel.carrier.unwrap(),
    tracking_number: Parcel.tracking_number.unwrap(),
  }),
  mark_delivered: z.strictObject({
    ...Envelope,
    fulfilment: Parcel.fulfilment,
    lines: Lines.optional().meta({ description: 'The units that have arrived; without them all of the part' }),
    redemption_code: text()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'A code for the buyer; it is mailed to them, and kept from all who need not know it' }),
    delivery_notes: Text.optional().meta({
      description: 'What the buyer is to know, such as how to use the code; they get it with the code',
    }),
    evidence: Text.optional(),
    note: Text.optional().meta({ description: 'For staff only' }),
  }),
  resend_instructions: z.strictObject(Envelope),
  complete: z.strictObject({ ...Envelope, note: Text.optional() }),
  refund: z.strictObject({
    ...Envelope,
    amount: Amount.optional(),
    lines: Lines.optional(),
    refund_reason: z.enum(REFUND_REASONS),
    note: Text.optional(),
    outside_window: z.boolean().optional(),
  }),
  reship: z.strictObject({ ...Envelope, fulfilment: Parcel.fulfilment, reason: Text }),
  file_claim: z.strictObject({
    ...Envelope,
    fulfilment: Parcel.fulfilment,
    claim_reference: text()
      .trim()
      .min(1, 'is required')
      .max(100)
      .meta({ description: "The carrier's name of the claim" }),
    amount: Amount,
    note: Text.optional(),
  }),
  settle_claim: z.strictObject({
    ...Envelope,
    fulfilment: Parcel.fulfilment,
    claim_outcome: z.enum(CLAIM_STATUSES).exclude(['filed']),
    amount: Amount.optional().meta({ description: 'What the carrier has paid; without it all that was claimed' }),
    note: Text.optional().meta({ description: 'Why it was refused' }),
  }),
  request_return: z.strictObject({
    ...Envelope,
    lines: Lines,
    return_reason: z.enum(RETURN_REASONS),
    note: Text.optional(),
    outside_window: z.boolean().optional(),
  }),
  approve_return: z.strictObject({
    ...Envelope,
    return: text().max(40).optional(),
    approve: z.boolean().optional(),
    note: Text.optional(),
  }),
  receive_return: z.strictObject({
    ...Envelope,
    return: text().max(40).optional(),
    received: z
      .array(LineUnits.extend({ restock: z.boolean() }))
      .min(1)
      .max(200)
      .optional(),
    location: text().max(50).optional(),
    refund: z.boolean().optional(),
    amount: Amount.optional(),
  }),
  submit_evidence: z.strictObject({ ...Envelope, evidence: Text.optional() }),
  accept_dispute: z.strictObject({ ...Envelope, note: Text.optional() }),
  send_message: z.strictObject({
    ...Envelope,
    to: z.enum(['buyer', 'store', 'seller']).optional(),
    body: text().trim().min(1, WRONG.required).max(5000),
  }),
  edit_address: z.strictObject({ ...Envelope, address: AddressInput, reason: Text.optional() }),
  resolve_exception: z.strictObject({
    ...Envelope,
    exception: text().max(40),
    resolution: z.enum(RESOLUTIONS),
    note: Text.optional(),
    address: AddressInput.optional(),
    evidence: Text.optional(),
    came_back: z.enum(CAME_BACK).optional().meta({
      description:
        'Of reship and refund: the goods are back with the sender; what becomes of them. Without it they are lost.',
    }),
    ...Parcel,
  }),
  reopen_exception: z.strictObject({ ...Envelope, exception: text().max(40), note: Text }),
  add_note: z.strictObject({ ...Envelope, note: Text }),
} as const;

export const schemaOf = (action: ActionName): z.ZodType =>
  action in schemas ? schemas[action as keyof typeof schemas] : NotYet;
export const ACTION_SCHEMAS = schemas;
