import { z } from 'zod';
import { ActorName, FieldError } from './order-view.ts';

/** Stock as people read it, its movements, and whole files of it. */

const time = z.string().meta({ format: 'date-time' });

export const StockLevel = z
  .object({
    sku: z.string(),
    location: z.string(),
    on_hand: z.int(),
    held: z.int(),
    available: z.int(),
    safety_stock: z.int(),
    reorder_point: z.int(),
    low: z.boolean(),
  })
  .meta({ id: 'StockLevel' });
export type StockLevel = z.infer<typeof StockLevel>;
export const StockPage = z
  .object({ data: z.array(StockLevel), next_cursor: z.string().nullable() })
  .meta({ id: 'StockPage' });
export type StockPage = z.infer<typeof StockPage>;

export const StockMovement = z
  .object({
    id: z.int(),
    at: time,
    location: z.string(),
    kind: z.string(),
    on_hand_change: z.int(),
    held_change: z.int(),
    order: z.string().nullable(),
    reason: z.string().nullable(),
    actor: z.string(),
    actor_name: ActorName,
  })
  .meta({ id: 'StockMovement' });
export type StockMovement = z.infer<typeof StockMovement>;
export const MovementPage = z
  .object({ data: z.array(StockMovement), next_cursor: z.string().nullable() })
  .meta({ id: 'MovementPage' });
export type MovementPage = z.infer<typeof MovementPage>;

export const AdjustedStock = StockLevel.pick({ sku: true, location: true, on_hand: true, held: true }).meta({
  id: 'AdjustedStock',
});
export type AdjustedStock = z.infer<typeof AdjustedStock>;

/** `dry_run` is not assumed: a file that is only to be checked must not change stock because a field was forgotten. */
export const ImportStock = z
  .strictObject({
    csv: z.string().min(1, 'is required').max(240_000, 'must have at most 240,000 characters; split the file').meta({
      description:
        'With the columns sku, location, and on_hand (a count) or change (units in or out); reason may be left out',
    }),
    dry_run: z.boolean(),
  })
  .meta({ id: 'ImportStock' });

/** `row` as an editor counts the lines of the file; the column names are line 1. */
export const ImportedRow = z.object({
  row: z.int(),
  sku: z.string(),
  location: z.string(),
  before: z.int(),
  after: z.int(),
});
export const ImportedStock = z
  .object({
    applied: z.boolean(),
    rows: z.array(ImportedRow),
    errors: z.array(FieldError.extend({ row: z.int() })),
  })
  .meta({ id: 'ImportedStock' });
export type ImportedStock = z.infer<typeof ImportedStock>;
