import { z } from 'zod';
import { LINE_KINDS, SHORTAGE_RULES } from '../domain/order.ts';
import { Amount, Currency } from './money.ts';
import { PageQuery, SKU } from './orders.ts';
import { text } from './text.ts';
import { WRONG } from './wrong.ts';

const size = z.int().min(0).max(1_000_000).default(0);

export const PutProduct = z
  .strictObject({
    name: text().trim().min(1).max(300),
    kind: z.enum(LINE_KINDS).default('physical'),
    price: Amount,
    currency: Currency,
    seller: text().min(1).max(100).nullable().default(null),
    active: z.boolean().default(true),
    shortage: z
      .enum(SHORTAGE_RULES)
      .nullable()
      .default(null)
      .meta({ description: "What is done when there is not enough of it; null: as the store's policy says" }),
    substitutes: z
      .array(SKU)
      .max(20)
      .default([])
      .meta({ description: 'SKUs that may take its place where it is short, the best first' }),
    weight_g: size,
    length_cm: size,
    width_cm: size,
    height_cm: size,
  })
  .meta({ id: 'PutProduct' });

export type ProductView = z.output<typeof PutProduct> & { readonly sku: string };
export type ProductPage = { readonly data: readonly ProductView[]; readonly next_cursor: string | null };

const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const LocationCode = z.string().regex(/^[\w-]{1,50}$/, WRONG.letters_and_digits);

export const PutLocation = z
  .strictObject({
    name: text().trim().min(1, WRONG.required).max(200),
    line1: text().trim().min(1, WRONG.required).max(200),
    city: text().trim().min(1, WRONG.required).max(100),
    region: text().trim().max(100).default(''),
    postal_code: text().trim().min(1, WRONG.required).max(20),
    country: z.string().regex(/^[A-Z]{2}$/, WRONG.country),
    seller: text().min(1).max(100).nullable().default(null),
    priority: z.int().min(0).max(10_000).default(100),
    /** Minor units of the store's currency for one parcel; used only to compare locations. */
    handling_minor: z.int().min(0).max(1_000_000_000).default(0),
    capacity_per_day: z.int().min(1).max(1_000_000).nullable().default(null),
    cut_off: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, WRONG.clock)
      .nullable()
      .default(null),
    timezone: z.string().refine(isTimezone, WRONG.time_zone).default('UTC'),
    active: z.boolean().default(true),
  })
  .meta({ id: 'PutLocation' });
export type LocationView = z.output<typeof PutLocation> & { readonly code: string };
export type LocationPage = { readonly data: readonly LocationView[]; readonly next_cursor: string | null };

export const AdjustStock = z
  .strictObject({
    sku: SKU,
    location: LocationCode,
    kind: z.enum(['receipt', 'adjustment', 'return']).default('adjustment'),
    change: z
      .int(WRONG.whole_number)
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine((units) => units !== 0, WRONG.not_zero),
    reason: text().trim().min(1, WRONG.required).max(500),
  })
  .meta({ id: 'AdjustStock' });
export type AdjustStock = z.output<typeof AdjustStock>;

export const PutThresholds = z
  .strictObject({ safety_stock: z.int().min(0).max(1_000_000_000), reorder_point: z.int().min(0).max(1_000_000_000) })
  .meta({ id: 'PutThresholds' });

export const ListProducts = z.strictObject({
  q: text().trim().min(1).max(100).optional().meta({ description: 'A part of the SKU or of the name' }),
  currency: Currency.optional(),
  active: z.enum(['true', 'false']).optional(),
  ...PageQuery,
});
export const ListLocations = z.strictObject({ ...PageQuery });
export const ListMovements = z.strictObject({ ...PageQuery });
export const ListInventory = z.strictObject({
  sku: SKU.optional(),
  location: LocationCode.optional(),
  low: z.enum(['true', 'false']).optional(),
  ...PageQuery,
});
