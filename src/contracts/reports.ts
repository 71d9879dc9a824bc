import { z } from 'zod';
import { ORDER_STATUSES } from '../domain/order.ts';
import { WRONG } from './wrong.ts';

/** The overview of a day. */

const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const AskOverview = z.strictObject({
  days: z.coerce.number().int().min(1).max(90).default(14),
  timezone: z.string().max(60).refine(isTimezone, WRONG.time_zone).default('UTC'),
});

const sale = z.object({ currency: z.string(), amount: z.string().meta({ example: '29.99' }) });
const seconds = z.number();
export const Overview = z
  .object({
    days: z.array(
      z.object({ day: z.string().meta({ example: '2026-11-23' }), orders: z.int(), revenue: z.array(sale) }),
    ),
    by_status: z.array(z.object({ status: z.enum(ORDER_STATUSES), orders: z.int() })),
    late_parcels: z.int(),
    time_in_status: z.object({
      newest_orders: z.int().meta({ description: 'How many orders, at most, it was measured on' }),
      rows: z.array(
        z.object({ status: z.enum(ORDER_STATUSES), orders: z.int(), median_seconds: seconds, p90_seconds: seconds }),
      ),
    }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;
