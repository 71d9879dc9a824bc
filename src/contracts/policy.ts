import { parse as parseDuration } from 'tinyduration';
import { z } from 'zod';
import { DEFAULT_POLICY, type StorePolicy } from '../domain/policy.ts';
import { ROUTING_STRATEGIES } from '../domain/routing.ts';

const SECOND = 1000;
const IN_MS = { weeks: 604_800, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;

/** An ISO 8601 duration without years and months (their length is not fixed), as milliseconds. */
export const Duration = z
  .string()
  .transform((text, context) => {
    try {
      const duration = parseDuration(text);
      if ((duration.years ?? 0) > 0 || (duration.months ?? 0) > 0 || duration.negative === true) throw new RangeError();
      return Object.entries(IN_MS).reduce(
        (sum, [unit, seconds]) => sum + (duration[unit as keyof typeof IN_MS] ?? 0) * seconds * SECOND,
        0,
      );
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be an ISO 8601 duration of weeks, days or smaller, such as "P3D" or "PT12H"',
      });
      return z.NEVER;
    }
  })
  .meta({ type: 'string', example: 'P3D' });

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

/** The policy of a store from its document; throws a ZodError that names each wrong field. */
export function policyFrom(document: unknown): StorePolicy {
  const given = PolicyDocument.parse(document);
  const { order, routing, rate } = DEFAULT_POLICY;
  return {
    order: {
      confirmation: given.confirmation ?? order.confirmation,
      capture: given.capture ?? order.capture,
      codCollectedOnDelivery: given.cod_collected_on_delivery ?? order.codCollectedOnDelivery,
      paymentWindow: given.payment_window ?? order.paymentWindow,
      bankTransferWindow: given.bank_transfer_window ?? order.bankTransferWindow,
      captureMargin: given.capture_margin ?? order.captureMargin,
      shipWithin: given.ship_within ?? order.shipWithin,
      deliverWithin: given.deliver_within ?? order.deliverWithin,
      afterCompletion: given.after_completion ?? order.afterCompletion,
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
  };
}
