import { parse as parseDuration } from 'tinyduration';
import { z } from 'zod';
import { OPTIONAL_EMAIL_KINDS } from '../domain/email-kinds.ts';
import { CHANNELS, type EscalationStep, ORDER_RECIPIENTS, RECIPIENTS } from '../domain/escalation.ts';
import { SEVERITIES } from '../domain/exceptions.ts';
import { type CallPolicy, EXCEPTION_KINDS, type FraudPolicy, SHORTAGE_RULES } from '../domain/order.ts';
import { DEFAULT_POLICY, type StorePolicy } from '../domain/policy.ts';
import { ROUTING_STRATEGIES } from '../domain/routing.ts';
import { Link, text } from './text.ts';
import { WRONG } from './wrong.ts';

const SECOND = 1000;
const IN_MS = { weeks: 604_800, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;

/** What nobody means; a moment far beyond it could not be written down. */
const LONGEST = 3_653 * IN_MS.days * SECOND;

function millisecondsOf(written: string, context: z.RefinementCtx): number {
  try {
    const duration = parseDuration(written);
    if ((duration.years ?? 0) > 0 || (duration.months ?? 0) > 0 || duration.negative === true) throw new RangeError();
    return Object.entries(IN_MS).reduce(
      (sum, [unit, seconds]) => sum + (duration[unit as keyof typeof IN_MS] ?? 0) * seconds * SECOND,
      0,
    );
  } catch {
    context.addIssue({
      code: 'custom',
      message: WRONG.duration,
    });
    return z.NEVER;
  }
}

/** An ISO 8601 duration without years and months (their length is not fixed), as milliseconds. */
export const Duration = z
  .string()
  .transform(millisecondsOf)
  .refine((time) => time <= LONGEST, WRONG.ten_years_at_most)
  .meta({ type: 'string', example: 'P3D' });

const MINUTE = 60 * SECOND;
/** A person needs a moment at least: an exception that is overdue as it opens tells nobody anything. */
const DueTime = Duration.refine((time) => time >= MINUTE, WRONG.a_minute_at_least).meta({
  type: 'string',
  example: 'PT8H',
});

const Half = z
  .string()
  .transform((when, context) => (when === 'half' ? when : millisecondsOf(when, context)))
  .meta({ type: 'string', example: 'half' });

/** A mail address, or one of these words. */
const recipientOf = (words: readonly string[]) =>
  z
    .string()
    .trim()
    .max(254)
    .refine(
      (to) => words.includes(to) || z.email().safeParse(to).success,
      `must be ${words.map((one) => `"${one}"`).join(', ')} or an e-mail address`,
    );

/** More would be a list of addresses, which the mail server has. */
const MOST_RECIPIENTS = 10;
const MOST_STEPS = 20;

const Step = z
  .strictObject({
    before: Half.optional(),
    after: Duration.optional(),
    to: z.array(recipientOf(RECIPIENTS)).min(1).max(MOST_RECIPIENTS),
    channel: z.enum(CHANNELS, 'must be "email": staff cannot be told in another way yet').optional(),
    severities: z.array(z.enum(SEVERITIES)).min(1).optional(),
    kinds: z.array(z.enum(EXCEPTION_KINDS)).min(1).optional(),
  })
  .refine(
    ({ before, after }) => (before === undefined) !== (after === undefined),
    'must have either `before` or `after`',
  );

/** As much as the bank takes of it. */
const MOST_LETTERS = 15_000;
const published = {
  url: Link.max(1000).nullable().optional(),
  text: text().trim().min(1).max(MOST_LETTERS).nullable().optional(),
};
const Version = text().trim().min(1).max(100);

/** A store's policy as it is written; what is left out is the default of `src/domain/policy.ts`. */
export const PolicyDocument = z.strictObject({
  confirmation: z.enum(['automatic', 'call']).optional(),
  capture: z.enum(['confirmation', 'shipment']).optional(),
  cod_collected_on_delivery: z.boolean().optional(),
  payment_window: Duration.optional(),
  bank_transfer_window: Duration.optional(),
  capture_margin: Duration.optional(),
  ship_within: Duration.optional(),
  deliver_within: Duration.optional(),
  after_completion: Duration.optional(),
  calls: z
    .strictObject({
      retry_after: Duration.optional(),
      remind_after: Duration.optional(),
      expire_after: Duration.optional(),
      attempts_at_most: z.int().min(1).max(100).optional(),
    })
    .optional(),
  fraud: z
    .strictObject({
      review_from: z.int().min(1).nullable().optional(),
      window: Duration.optional(),
      orders_per_customer: z.int().min(1).optional(),
      orders_per_card: z.int().min(1).optional(),
      orders_per_address: z.int().min(1).optional(),
      cumulative_amount_minor: z.int().min(1).nullable().optional(),
      first_order_over_minor: z.int().min(1).nullable().optional(),
      disposable_domains: z.array(z.string().toLowerCase()).optional(),
    })
    .optional(),
  shortage: z.enum(SHORTAGE_RULES).optional(),
  backorder_at_most: z.int().min(0).nullable().optional(),
  partial_shipment: z.boolean().optional(),
  substitution_within: Duration.optional(),
  backorder_promise: Duration.optional(),
  acknowledge_within: Duration.nullable().optional(),
  stalled_after: Duration.optional(),
  lost_after: Duration.optional(),
  return_window: Duration.optional(),
  refund_window: Duration.nullable().optional(),
  returns: z
    .strictObject({ label: z.enum(['buyer', 'store']).optional(), send_within: Duration.nullable().optional() })
    .optional(),
  exception_due: z.partialRecord(z.enum(EXCEPTION_KINDS), DueTime).optional(),
  emails_left_out: z.array(z.enum(OPTIONAL_EMAIL_KINDS)).optional(),
  escalation: z.array(Step).max(MOST_STEPS).optional(),
  new_orders_to: z.array(recipientOf(ORDER_RECIPIENTS)).max(MOST_RECIPIENTS).optional(),
  terms: z.strictObject({ version: Version.nullable().optional(), ...published }).optional(),
  refund_policy: z.strictObject(published).optional(),
  routing: z.array(z.enum(ROUTING_STRATEGIES)).min(1).optional(),
  rate: z
    .strictObject({
      prefer: z.enum(['cheapest', 'fastest']),
      max_days: z.record(z.string(), z.number().int().positive().nullable()),
      carriers: z.array(z.string()),
    })
    .optional(),
});
export type PolicyDocument = z.input<typeof PolicyDocument>;

type Given = z.output<typeof PolicyDocument>;

function callsFrom(given: NonNullable<Given['calls']>): CallPolicy {
  const { calls } = DEFAULT_POLICY.order;
  return {
    retryAfter: given.retry_after ?? calls.retryAfter,
    remindAfter: given.remind_after ?? calls.remindAfter,
    expireAfter: given.expire_after ?? calls.expireAfter,
    attemptsAtMost: given.attempts_at_most ?? calls.attemptsAtMost,
  };
}

function fraudFrom(given: NonNullable<Given['fraud']>): FraudPolicy {
  const { fraud } = DEFAULT_POLICY.order;
  const orDefault = <Value>(value: Value | undefined, other: Value): Value => (value === undefined ? other : value);
  return {
    reviewFrom: orDefault(given.review_from, fraud.reviewFrom),
    window: given.window ?? fraud.window,
    ordersPerCustomer: given.orders_per_customer ?? fraud.ordersPerCustomer,
    ordersPerCard: given.orders_per_card ?? fraud.ordersPerCard,
    ordersPerAddress: given.orders_per_address ?? fraud.ordersPerAddress,
    cumulativeAmount: orDefault(given.cumulative_amount_minor, fraud.cumulativeAmount),
    firstOrderOver: orDefault(given.first_order_over_minor, fraud.firstOrderOver),
    disposableDomains: given.disposable_domains ?? fraud.disposableDomains,
  };
}

const stepFrom = ({ before, after, to, channel, severities, kinds }: z.output<typeof Step>): EscalationStep => ({
  at: before === undefined ? (after ?? 0) : before === 'half' ? 'half' : -before,
  to,
  channel: channel ?? 'email',
  severities: severities ?? null,
  kinds: kinds ?? null,
});

const { escalation, new_orders_to } = PolicyDocument.shape;

/** A part alone, for whoever reads it at its time. What only a newer build can read is the default here, so that somebody is told. */
export const escalationFrom = (document: unknown): readonly EscalationStep[] =>
  z.object({ escalation }).safeParse(document).data?.escalation?.map(stepFrom) ?? DEFAULT_POLICY.escalation;

export const newOrdersToFrom = (document: unknown): readonly string[] =>
  z.object({ new_orders_to }).safeParse(document).data?.new_orders_to ?? DEFAULT_POLICY.newOrdersTo;

/** The policy of a store from its document, of this version; throws a ZodError that names each wrong field. */
export function policyFrom(document: unknown, version = 1): StorePolicy {
  const given = PolicyDocument.parse(document);
  const { order, routing, rate } = DEFAULT_POLICY;
  return {
    order: {
      version,
      confirmation: given.confirmation ?? order.confirmation,
      capture: given.capture ?? order.capture,
      codCollectedOnDelivery: given.cod_collected_on_delivery ?? order.codCollectedOnDelivery,
      paymentWindow: given.payment_window ?? order.paymentWindow,
      bankTransferWindow: given.bank_transfer_window ?? order.bankTransferWindow,
      captureMargin: given.capture_margin ?? order.captureMargin,
      shipWithin: given.ship_within ?? order.shipWithin,
      deliverWithin: given.deliver_within ?? order.deliverWithin,
      afterCompletion: given.after_completion ?? order.afterCompletion,
      calls: callsFrom(given.calls ?? {}),
      fraud: fraudFrom(given.fraud ?? {}),
      shortage: given.shortage ?? order.shortage,
      backorderAtMost: given.backorder_at_most ?? order.backorderAtMost,
      partialShipment: given.partial_shipment ?? order.partialShipment,
      substitutionWithin: given.substitution_within ?? order.substitutionWithin,
      backorderPromise: given.backorder_promise ?? order.backorderPromise,
      acknowledgeWithin: given.acknowledge_within === undefined ? order.acknowledgeWithin : given.acknowledge_within,
      stalledAfter: given.stalled_after ?? order.stalledAfter,
      lostAfter: given.lost_after ?? order.lostAfter,
      returnWindow: given.return_window ?? order.returnWindow,
      refundWindow: given.refund_window === undefined ? order.refundWindow : given.refund_window,
      returnLabel: given.returns?.label ?? order.returnLabel,
      returnSendWithin: given.returns?.send_within === undefined ? order.returnSendWithin : given.returns.send_within,
      exceptionDue: given.exception_due ?? order.exceptionDue,
      emailsLeftOut: given.emails_left_out ?? order.emailsLeftOut,
    },
    routing: given.routing ?? routing,
    rate:
      given.rate === undefined
        ? rate
        : {
            prefer: given.rate.prefer,
            maxDays: given.rate.max_days,
            carriers: given.rate.carriers.map((carrier) => carrier.toLowerCase()),
          },
    escalation: given.escalation?.map(stepFrom) ?? DEFAULT_POLICY.escalation,
    newOrdersTo: given.new_orders_to ?? DEFAULT_POLICY.newOrdersTo,
  };
}
