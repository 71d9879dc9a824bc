import { z } from 'zod';
import { BULK_RESOLUTIONS, SEVERITIES } from '../domain/exceptions.ts';
import { EXCEPTION_KINDS } from '../domain/order.ts';
import { ACTION_SCHEMAS } from './actions.ts';
import { ActorName, SayingView } from './order-view.ts';
import { PageQuery } from './orders.ts';
import { text } from './text.ts';

/** What the queue of exceptions may be asked and answers, and how one or many are claimed, released and resolved. */

const order = text().max(20);
const kind = z.enum(EXCEPTION_KINDS);

export const ListExceptions = z.strictObject({
  status: z.enum(['open', 'resolved']).default('open'),
  kind: kind.optional(),
  severity: z.enum(SEVERITIES).optional(),
  order: order.optional(),
  store: text().max(50).optional(),
  overdue: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Past due_at; of resolved ones: resolved too late' }),
  claimed: z.enum(['mine', 'none']).optional().meta({ description: 'Those your key holds, or those nobody holds' }),
  sort: z.enum(['opened', 'due']).default('opened'),
  ...PageQuery,
});

const time = z.string().meta({ format: 'date-time' });
export const ExceptionView = z
  .object({
    id: z.string().meta({ example: 'ORD-7K3M9QX2RT/x4' }),
    order: z.string().nullable().meta({
      description: 'null: it is about no order, but about stock or a queue; so are store, customer and total',
    }),
    store: z.string().nullable(),
    customer: z.object({ name: z.string() }).nullable(),
    currency: z.string().nullable(),
    total: z.string().nullable().meta({ example: '29.99', description: "The order's total" }),
    kind: z.string(),
    severity: z.string(),
    status: z.enum(['open', 'resolved']),
    fulfilment: z.string().nullable(),
    summary: z.string(),
    saying: SayingView.nullable(),
    context: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What was tried and what came back; amounts are in major units' }),
    proposal: z.string(),
    cost_of_waiting: z.string().nullable(),
    resolutions: z.array(z.string()),
    opened_at: time,
    due_at: time,
    overdue: z.boolean(),
    reminded_at: time.nullable(),
    escalated_at: time.nullable(),
    claimed_by: z.string().nullable(),
    claimed_by_name: ActorName,
    claimed_until: time.nullable(),
    resolved_at: time.nullable(),
    resolved_by: z.string().nullable(),
    resolved_by_name: ActorName,
    resolution: z.string().nullable(),
    note: z.string().nullable(),
    agrees_since: time
      .nullable()
      .meta({ description: 'What a comparison of the books has found agrees again since then; a person closes it' }),
  })
  .meta({ id: 'Exception' });
export type ExceptionView = z.infer<typeof ExceptionView>;
export const ExceptionPage = z
  .object({ data: z.array(ExceptionView), next_cursor: z.string().nullable() })
  .meta({ id: 'ExceptionPage' });
export type ExceptionPage = z.infer<typeof ExceptionPage>;

export const ClaimException = z
  .strictObject({ minutes: z.int().min(1).max(480).default(15) })
  .meta({ id: 'ClaimException' });

export const ReleaseException = z.strictObject({}).meta({ id: 'ReleaseException' });

export const ResolveException = ACTION_SCHEMAS.resolve_exception
  .omit({ exception: true })
  .meta({ id: 'ResolveException' });

export const ReopenException = ACTION_SCHEMAS.reopen_exception
  .omit({ exception: true })
  .meta({ id: 'ReopenException' });

/** The most that one request resolves. */
export const BULK_AT_MOST = 200;

const bulk = {
  resolution: z.enum(BULK_RESOLUTIONS),
  note: ACTION_SCHEMAS.resolve_exception.shape.note,
};
export const ResolveExceptions = z
  .strictObject({
    ids: z
      .array(
        z
          .string()
          .regex(/^(?:ORD-[0-9A-Z]{10}|BOOKS)\/x\d{1,9}$/, 'must be the id of an exception, such as ORD-7K3M9QX2RT/x4'),
      )
      .min(1)
      .max(BULK_AT_MOST)
      .refine((ids) => new Set(ids).size === ids.length, 'names an exception twice')
      .optional(),
    filter: z.strictObject({ kind, order: order.optional() }).optional(),
    ...bulk,
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    path: ['ids'],
    message: 'is required, or filter in its place; not both',
  })
  .meta({ id: 'ResolveExceptions' });
export type ResolveExceptions = z.infer<typeof ResolveExceptions>;

const BulkResult = z.object({
  id: z.string(),
  order: z.string().nullable(),
  result: z.enum(['resolved', 'refused']),
  code: z
    .string()
    .optional()
    .meta({ description: 'Why it was refused; unavailable and gateway_unavailable: ask again with the same key' }),
  detail: z.string().optional(),
});
export const BulkAnswer = z
  .object({
    resolved: z.int(),
    refused: z.int(),
    more: z.boolean().meta({ description: `The filter fits more than the ${BULK_AT_MOST} of this answer` }),
    data: z.array(BulkResult),
  })
  .meta({ id: 'ResolvedExceptions' });
export type BulkAnswer = z.infer<typeof BulkAnswer>;
export type BulkResult = z.infer<typeof BulkResult>;

const count = z.int();
const seconds = z.number().nullable();
export const ExceptionStatistics = z
  .object({
    open: z.object({
      total: count,
      overdue: count,
      claimed: count,
      oldest_opened_at: time.nullable(),
      oldest_age_seconds: seconds,
      by_severity: z.record(z.string(), count),
      by_kind: z.array(
        z.object({
          kind: z.string(),
          severity: z.string(),
          open: count,
          overdue: count,
          claimed: count,
          oldest_opened_at: time,
        }),
      ),
    }),
    resolved: z.object({
      days: count,
      total: count,
      median_seconds: seconds,
      p90_seconds: seconds,
      by_resolution: z.record(z.string(), count),
      by_kind: z.array(
        z.object({ kind: z.string(), resolved: count, median_seconds: z.number(), p90_seconds: z.number() }),
      ),
    }),
  })
  .meta({ id: 'ExceptionStatistics' });
export type ExceptionStatistics = z.infer<typeof ExceptionStatistics>;
