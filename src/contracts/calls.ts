import { z } from 'zod';
import { CALL_OUTCOMES } from '../domain/order.ts';
import { PageQuery } from './orders.ts';
import { text } from './text.ts';

/** The list of confirming calls. `due=true`: only those whose time has come. */
export const ListCalls = z.strictObject({
  store: text().max(50).optional(),
  due: z.enum(['true', 'false']).default('false'),
  ...PageQuery,
});

const time = z.string().meta({ format: 'date-time' });
export const CallView = z
  .object({
    order: z.string(),
    store: z.string(),
    version: z.int().meta({ description: 'Of the order; logged with it, a call counts once however many make it' }),
    created_at: time,
    customer: z.object({ name: z.string(), phone: z.string().nullable() }),
    currency: z.string(),
    total: z.string().meta({ example: '29.99' }),
    attempts: z.int(),
    last_outcome: z.enum(CALL_OUTCOMES).nullable(),
    due_at: time,
    is_due: z.boolean(),
  })
  .meta({ id: 'Call' });
export type CallView = z.infer<typeof CallView>;
export const CallPage = z
  .object({ data: z.array(CallView), next_cursor: z.string().nullable() })
  .meta({ id: 'CallPage' });
export type CallPage = z.infer<typeof CallPage>;
