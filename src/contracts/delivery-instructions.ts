import { z } from 'zod';

/** What a buyer needs to use what was delivered. */
export const DeliveryInstructions = z
  .object({
    data: z.array(
      z.object({
        fulfilment: z.string(),
        lines: z.array(z.object({ line: z.int(), quantity: z.int() })),
        redemption_code: z.string().nullable(),
        notes: z.string().nullable(),
        delivered_at: z.string().meta({ format: 'date-time' }),
      }),
    ),
  })
  .meta({ id: 'DeliveryInstructions' });
export type DeliveryInstructions = z.infer<typeof DeliveryInstructions>;
