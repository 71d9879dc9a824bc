import { z } from 'zod';
import {
  CALL_OUTCOMES,
  CLAIM_STATUSES,
  DELIVERY_STATUSES,
  DISPUTE_STATUSES,
  EXCEPTION_KINDS,
  FULFILMENT_STATUSES,
  LINE_KINDS,
  ORDER_STATUSES,
  PAYMENT_METHODS,
  PAYMENT_STATUSES,
  REFUND_REASONS,
  RETURN_REASONS,
  RETURN_STATUSES,
  SHORTAGE_RULES,
  SUBSTITUTION_STATUSES,
} from '../domain/order.ts';
import { SAYING_CODES, type Saying } from '../domain/saying-codes.ts';
import { ACTION_NAMES, type ActionName } from '../domain/transitions.ts';
import { WAIT_CODES } from '../domain/waits.ts';

import { WRONG, type WrongCode } from './wrong.ts';

/** What the API answers about orders; the dashboard and checkouts read these shapes, and OpenAPI is generated from them. */

const time = z.string().meta({ format: 'date-time' });
const amount = z.string().meta({ example: '29.99' });
const actionName = z.enum(ACTION_NAMES as [ActionName, ...ActionName[]]);

export const SayingView: z.ZodType<Saying> = z
  .object({
    code: z.enum(SAYING_CODES),
    values: z.record(z.string(), z.union([z.string(), z.number()])),
    get parts() {
      return z.array(SayingView).optional();
    },
  })
  .meta({
    id: 'Saying',
    description:
      'What the sentence beside it says, for programs and translations; null: no words of ours. An `amount` is in major units of `currency`',
  });
const saying = SayingView.nullable();

export const AddressView = z.object({
  name: z.string(),
  line1: z.string(),
  line2: z.string().optional(),
  city: z.string(),
  region: z.string(),
  postal_code: z.string(),
  country: z.string(),
});

export const LineView = z.object({
  line: z.int(),
  sku: z.string(),
  name: z.string(),
  kind: z.enum(LINE_KINDS),
  seller: z.string().nullable(),
  quantity: z.int(),
  unit_price: amount,
  total: amount.meta({ description: 'The price of its units; the discount is not yet off it, the tax not yet in it' }),
  discount: amount.meta({ description: "What the line bears of the order's discount" }),
  tax: amount,
  delivery_status: z.enum(DELIVERY_STATUSES),
  shortage: z
    .enum(SHORTAGE_RULES)
    .nullable()
    .meta({ description: 'What is done when it is short; null: by the policy' }),
  quantities: z.object({
    reserved: z.int(),
    shipped: z.int(),
    delivered: z.int(),
    cancelled: z.int(),
    returned: z.int(),
    refunded: z.int(),
  }),
  custom_fields: z.record(z.string(), z.unknown()),
});

export const PaymentView = z.object({
  method: z.enum(PAYMENT_METHODS),
  status: z.enum(PAYMENT_STATUSES),
  amount,
  authorized: amount,
  captured: amount,
  refunded: amount,
  currency: z.string(),
  reference: z.string().nullable(),
  next_action: z.object({ type: z.literal('redirect'), url: z.string() }).nullable(),
  capture_before: time.nullable(),
  risk: z.object({ level: z.string().nullable(), score: z.number().nullable() }),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
});

export const FulfilmentView = z.object({
  id: z.string(),
  status: z.enum(FULFILMENT_STATUSES),
  kind: z.enum(LINE_KINDS),
  location: z.string().nullable(),
  seller: z.string().nullable(),
  lines: z.array(z.object({ line: z.int(), quantity: z.int() })),
  delivered: z
    .array(z.object({ line: z.int(), quantity: z.int() }))
    .meta({ description: 'The units of it that have reached the buyer' }),
  has_instructions: z.boolean().meta({ description: 'The buyer got a code or notes with it' }),
  carrier: z.string().nullable(),
  tracking_number: z.string().nullable(),
  tracking_url: z.string().nullable(),
  label: z
    .object({
      transaction: z.string(),
      service: z.string(),
      cost: amount,
      currency: z.string(),
      url: z.string().nullable(),
      voided: z.boolean(),
      refund_refused: z.boolean().meta({ description: 'The carrier does not pay the label back' }),
    })
    .nullable(),
  ship_by: time,
  shipped_at: time.nullable(),
  delivered_at: time.nullable(),
  claim: z
    .object({
      reference: z.string(),
      amount,
      note: z.string().nullable(),
      status: z.enum(CLAIM_STATUSES),
      filed_at: time,
      paid: amount.nullable(),
      settled_at: time.nullable(),
    })
    .nullable()
    .meta({ description: 'The last claim at the carrier; for the store only' }),
});

export const OrderExceptionView = z.object({
  id: z.string(),
  kind: z.enum(EXCEPTION_KINDS),
  severity: z.string(),
  status: z.enum(['open', 'resolved']),
  summary: z.string(),
  saying,
  resolutions: z.array(z.string()),
  opened_at: time,
  resolution: z.string().nullable(),
});

export const ActorName = z.string().nullable().meta({
  description: 'What the person or the API key is called; null: nobody of the store, or not told to who asks',
});
export const ActorView = z.object({ role: z.string(), id: z.string(), name: ActorName });
export type ActorView = z.infer<typeof ActorView>;

export const TimelineView = z.object({
  seq: z.int(),
  at: time,
  actor: ActorView,
  type: z.string(),
  from: z.enum(ORDER_STATUSES),
  to: z.enum(ORDER_STATUSES),
  reason: z.string().nullable(),
  saying,
});

const lineUnits = z.object({ line: z.int(), quantity: z.int() });

export const RefundView = z.object({
  id: z.string(),
  amount,
  reason: z.enum(REFUND_REASONS),
  note: z.string().nullable(),
  lines: z.array(lineUnits),
  status: z.enum(['pending', 'succeeded', 'failed']),
  reference: z.string().nullable(),
  requested_at: time,
});

const ReturnLabelView = z
  .object({
    carrier: z.string(),
    service: z.string(),
    tracking_number: z.string(),
    tracking_url: z.string().nullable(),
    url: z.string().nullable().meta({ description: 'The label itself, to be printed by the buyer' }),
    transaction: z.string(),
    cost: amount,
    currency: z.string(),
    progress: z.enum(['unused', 'on_its_way', 'arrived']),
    voided: z.boolean().meta({ description: 'The return has ended without it' }),
    refund_refused: z.boolean(),
    location: z.string().nullable().meta({ description: 'Where it brings the goods' }),
    lines: z.array(lineUnits),
  })
  .meta({
    description:
      'Of a store that pays the way back, one for each place the goods go to; the carrier charges for it when it is used',
  });

export const ReturnView = z.object({
  id: z.string(),
  status: z.enum(RETURN_STATUSES),
  reason: z.enum(RETURN_REASONS),
  note: z.string().nullable(),
  lines: z.array(lineUnits),
  received: z.array(lineUnits.extend({ restock: z.boolean() })),
  labels: z.array(ReturnLabelView),
  exchanged_for: amount.nullable().meta({ description: 'What the goods cost that were sent in exchange' }),
  requested_at: time,
  send_by: time.nullable().meta({ description: 'Approved: when it expires if nothing is sent by then' }),
});

export const SubstitutionView = z.object({
  id: z.string(),
  line: z.int(),
  quantity: z.int(),
  offer: z.object({ sku: z.string(), name: z.string(), quantity: z.int(), unit_price: amount }),
  status: z.enum(SUBSTITUTION_STATUSES),
  note: z.string().nullable(),
  proposed_at: time,
  answer_by: time,
});

export const DisputeView = z.object({
  id: z.string(),
  status: z.enum(DISPUTE_STATUSES),
  amount,
  reason: z.string(),
  evidence_due: time.nullable(),
  evidence: z.enum(['none', 'due', 'sent']),
});

export const MessageView = z.object({
  id: z.string(),
  from: z.string(),
  to: z.enum(['buyer', 'store', 'seller']),
  body: z.string(),
  sent_at: time,
});

export const WaitingView = z
  .object({
    code: z.enum([...WAIT_CODES, 'other']),
    subject: z.string().nullable().meta({ description: 'The kind of the exception, or how many parcels' }),
  })
  .meta({ description: 'What `waiting_for` says, for programs and translations' });
export type WaitingView = z.infer<typeof WaitingView>;

const NOT_FOR_SELLERS = { description: 'Null for sellers, who are told nothing of the buyer’s money' };

export const OrderView = z
  .object({
    number: z.string().meta({ example: 'ORD-7K3M9QX2RT' }),
    store: z.string(),
    channel: z.string(),
    status: z.enum(ORDER_STATUSES),
    payment_status: z.enum(PAYMENT_STATUSES).nullable().meta(NOT_FOR_SELLERS),
    payment_method: z.enum(PAYMENT_METHODS).nullable().meta(NOT_FOR_SELLERS),
    version: z.int(),
    policy_version: z.int(),
    created_at: time,
    updated_at: time,
    closed_at: time.nullable(),
    waiting_for: z.string(),
    waiting: WaitingView,
    waiting_until: time.nullable(),
    customer: z.object({
      name: z.string(),
      email: z.string(),
      phone: z.string().nullable(),
      locale: z.string(),
      ip_address: z.string().nullable().meta({ description: 'From where the order was placed; for staff only' }),
    }),
    shipping_address: AddressView,
    billing_address: AddressView,
    instructions: z
      .string()
      .nullable()
      .meta({ description: 'What the buyer asks of whoever packs and brings the order' }),
    terms: z
      .object({ accepted_at: time, version: z.string().nullable(), url: z.string().nullable() })
      .nullable()
      .meta({ description: 'The terms that the buyer accepted' }),
    currency: z.string(),
    items: z.array(LineView),
    shipping: z.object({ service: z.string(), amount }),
    totals: z.object({ subtotal: amount, discount: amount, shipping: amount, tax: amount, total: amount }),
    total: amount,
    payments: z.array(PaymentView),
    fulfilments: z.array(FulfilmentView),
    hold: z.object({ reason: z.string(), since: time }).nullable(),
    fraud_review: z
      .object({
        status: z.string(),
        score: z.int(),
        reasons: z.array(z.string()),
        signs: z
          .array(SayingView)
          .meta({ description: 'The reasons for programs and translations; none of earlier releases' }),
      })
      .nullable(),
    calls: z.object({ attempts: z.int(), next_at: time.nullable(), last_outcome: z.enum(CALL_OUTCOMES).nullable() }),
    acknowledgements: z.array(z.object({ seller: z.string(), due_at: time, at: time.nullable() })),
    credit: amount.meta({
      description: 'What cancelled and changed lines lower the price by; below 0.00 when they raise it',
    }),
    amount_due: amount,
    substitutions: z.array(SubstitutionView),
    refundable: amount,
    refunds: z.array(RefundView),
    returns: z.array(ReturnView),
    disputes: z.array(DisputeView),
    messages: z.array(MessageView),
    exceptions: z.array(OrderExceptionView),
    timeline: z.array(TimelineView),
    allowed_actions: z.array(actionName),
    refused_actions: z
      .array(z.object({ action: actionName, code: z.string(), detail: z.string() }))
      .meta({ description: 'Actions of your role that the order refuses now, each with the reason' }),
    workflow: z.object({ id: z.string(), url: z.string().nullable() }),
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof OrderView>;

export const OrderSummary = z
  .object({
    number: z.string(),
    store: z.string(),
    channel: z.string(),
    status: z.enum(ORDER_STATUSES),
    payment_status: z.enum(PAYMENT_STATUSES).nullable().meta(NOT_FOR_SELLERS),
    payment_method: z.enum(PAYMENT_METHODS).nullable().meta(NOT_FOR_SELLERS),
    payment_reference: z.string().nullable(),
    created_at: time,
    updated_at: time,
    customer: z.object({ name: z.string(), email: z.string() }),
    currency: z.string(),
    total: amount,
    waiting_for: z.string(),
    waiting: WaitingView,
    waiting_until: time.nullable(),
    open_exceptions: z.int(),
  })
  .meta({ id: 'OrderSummary' });
export type OrderSummary = z.infer<typeof OrderSummary>;

export const OrderPage = z
  .object({ data: z.array(OrderSummary), next_cursor: z.string().nullable() })
  .meta({ id: 'OrderPage' });
export type OrderPage = z.infer<typeof OrderPage>;

const WRONG_CODES = Object.keys(WRONG) as [WrongCode, ...WrongCode[]];
/** `code` and `values` are there where the message is one of those that translations know. */
export const FieldError = z.object({
  field: z.string(),
  message: z.string(),
  code: z.enum(WRONG_CODES).optional(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type FieldError = z.infer<typeof FieldError>;

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    request_id: z.string().optional(),
    errors: z.array(FieldError).optional(),
    version: z.int().optional(),
    status_now: z.string().optional(),
    allowed_actions: z.array(z.string()).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
