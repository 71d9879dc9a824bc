import { z } from 'zod';
import { PageQuery } from './orders.ts';
import { text } from './text.ts';

/** The audit log: who did or tried what. */

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((written) => new Date(written))
  .meta({ type: 'string', format: 'date-time' });

/** `object`: an order's number brings its exceptions along. `from` is included, `to` is not. */
export const ListAudit = z.strictObject({
  actor: text().max(100).optional(),
  object: text().max(200).optional(),
  what: text().max(100).optional(),
  from: instant.optional(),
  to: instant.optional(),
  ...PageQuery,
});

const anything = z.record(z.string(), z.unknown()).nullable();
export const AUDIT_OUTCOMES = ['taken', 'repeated', 'refused', 'failed'] as const;
export const AuditView = z
  .object({
    id: z.int(),
    at: z.string().meta({ format: 'date-time' }),
    actor: z.object({ role: z.string(), id: z.string() }),
    request_id: z.string().nullable(),
    what: z.string().meta({ example: 'order.cancel' }),
    object: z.string().nullable().meta({ example: 'ORD-7K3M9QX2RT' }),
    outcome: z.enum(AUDIT_OUTCOMES),
    code: z.string().nullable().meta({ description: 'The code of the problem, when it was not done' }),
    before: anything,
    after: anything,
    detail: anything,
  })
  .meta({ id: 'AuditEntry' });
export type AuditView = z.infer<typeof AuditView>;
export const AuditPage = z
  .object({ data: z.array(AuditView), next_cursor: z.string().nullable() })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;
