import { z } from 'zod';
import { ORDER_STATUSES, PAYMENT_METHODS, PAYMENT_STATUSES, SHORTAGE_RULES } from '../domain/order.ts';
import { Amount, Currency } from './money.ts';
import { Link, text } from './text.ts';
import { WRONG } from './wrong.ts';

/** What a checkout sends and what a list may be asked (SPEC.md §7). Unknown fields are refused: a misspelt one must not be lost. */

const line = (longest: number) => text().trim().min(1, WRONG.required).max(longest);

export const AddressInput = z
  .strictObject({
    name: line(200),
    line1: line(200),
    line2: text().trim().max(200).optional(),
    city: line(100),
    region: text().trim().max(100).default(''),
    postal_code: line(20),
    country: z.string().regex(/^[A-Z]{2}$/, WRONG.country),
  })
  .meta({ id: 'Address' });

export const SKU = z.string().regex(/^[\w.\-:/]{1,80}$/, 'must be 1 to 80 letters, digits or . - _ : /');

const CustomFields = z
  .record(text().max(100), z.union([text().max(2000), z.number(), z.boolean()]))
  .refine((fields) => Object.keys(fields).length <= 30, 'has more than 30 entries');

/** Clocks of checkouts go wrong by a little; a time beyond that is a mistake. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

const TermsInput = z
  .strictObject({
    accepted_at: z.iso
      .datetime({ offset: true, error: 'must be a time with its zone, such as 2026-01-31T12:00:00Z' })
      .refine((time) => Date.parse(time) <= Date.now() + CLOCKS_DIFFER_MS, 'must not be in the future'),
    version: text().trim().min(1).max(100).optional(),
    url: Link.max(1000).optional(),
  })
  .meta({ description: 'The terms that the buyer accepted: told to the bank when the payment is disputed' });

const ItemInput = z.strictObject({
  sku: SKU,
  seller: text().min(1).max(100).optional(),
  quantity: z.int(WRONG.whole_number).min(1, 'must be at least 1').max(100_000),
  unit_price: Amount,
  shortage: z.enum(SHORTAGE_RULES).optional().meta({
    description: "What is done when there is not enough of it; without it the product's rule, or the store's",
  }),
  tax: Amount.optional().meta({ description: 'Of all units of the item; of each item, or of none' }),
  custom_fields: CustomFields.optional(),
});

const PaymentInput = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('stripe'),
    payment_intent: z
      .string()
      .regex(/^pi_\w{1,200}$/, 'must be the id of a PaymentIntent (pi_…)')
      .optional(),
    payment_method: z
      .string()
      .regex(/^pm_\w{1,200}$/, 'must be the id of a PaymentMethod (pm_…)')
      .optional(),
    return_url: Link.max(1000).optional(),
  }),
  z.strictObject({ method: z.literal('cod') }),
  z.strictObject({ method: z.literal('bank_transfer') }),
]);

export const MAX_ITEMS = 200;

export const PlaceOrder = z
  .strictObject({
    store: text().min(1).max(50).default('main'),
    channel: z
      .string()
      .regex(/^[\w-]{1,50}$/, WRONG.letters_and_digits)
      .default('web'),
    currency: Currency,
    customer: z.strictObject({
      name: line(200),
      email: z.email('must be an e-mail address').max(254),
      phone: text().trim().max(40).optional(),
      locale: z
        .string()
        .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as "en" or "pt-BR"')
        .default('en'),
      ip_address: z
        .string()
        .trim()
        .refine(
          (ip) => z.ipv4().safeParse(ip).success || z.ipv6().safeParse(ip).success,
          'must be an IPv4 or IPv6 address',
        )
        .optional()
        .meta({ description: 'From where the buyer orders: told to the bank when the payment is disputed' }),
    }),
    shipping_address: AddressInput,
    billing_address: AddressInput.optional(),
    instructions: text()
      .trim()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'What the buyer asks of whoever packs and brings the order' }),
    terms: TermsInput.optional(),
    payment: PaymentInput,
    items: z.array(ItemInput).min(1, 'must have at least one item').max(MAX_ITEMS),
    discount: Amount.default('0'),
    shipping: z
      .strictObject({
        service: text().min(1).max(50).default('standard'),
        amount: Amount,
        tax: Amount.optional().meta({ description: "What of the order's tax is on the carriage; none by default" }),
      })
      .default({ service: 'standard', amount: '0' }),
    tax: Amount.default('0').meta({
      description: "All of it; where the items do not say theirs, they share what is not the carriage's by their price",
    }),
    total: Amount,
  })
  .meta({ id: 'PlaceOrder' });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

const sound = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const { sku, seller, quantity, unit_price, tax: itemTax, shortage, custom_fields } = ItemInput.shape;
const { store, currency, payment, discount, shipping, tax, total } = PlaceOrder.shape;
const SoundItem = z.object({
  sku: sound(sku),
  seller: sound(seller),
  quantity: sound(quantity),
  unit_price: sound(unit_price),
  shortage: sound(shortage),
  tax: sound(itemTax),
  custom_fields: sound(custom_fields),
});

/** The parts of a wrong request that are right by themselves: they are still held against the catalogue, so that one answer names every wrong field. */
export const SoundParts = z
  .object({
    store: sound(store),
    currency: sound(currency),
    payment: sound(payment),
    items: z.array(SoundItem.catch({})).max(MAX_ITEMS).catch([]),
    discount: sound(discount),
    shipping: sound(shipping),
    tax: sound(tax),
    total: sound(total),
  })
  .catch({ items: [] });
export type SoundParts = z.infer<typeof SoundParts>;

export const ORDER_SORTS = [
  'created',
  '-created',
  'total',
  '-total',
  'number',
  '-number',
  'status',
  '-status',
  'payment_status',
  '-payment_status',
] as const;

const several = <Values extends readonly [string, ...string[]]>(values: Values) =>
  z
    .string()
    .transform((text, context) => {
      const parts = text.split(',') as Values[number][];
      if (parts.every((part) => values.includes(part))) return parts;
      context.addIssue({ code: 'custom', message: `must be one or several of ${values.join(', ')}` });
      return z.NEVER;
    })
    .meta({ type: 'string', description: `One of, or several with commas: ${values.join(', ')}` });

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => new Date(text))
  .meta({ type: 'string', format: 'date-time' });

export const PageQuery = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const ListOrders = z.strictObject({
  q: text().trim().min(2, WRONG.two_characters).max(200).optional(),
  store: text().max(50).optional(),
  channel: text().max(50).optional(),
  status: several(ORDER_STATUSES).optional(),
  payment_status: several(PAYMENT_STATUSES).optional(),
  payment_method: several(PAYMENT_METHODS).optional(),
  created_from: instant.optional(),
  created_to: instant.optional(),
  seller: text().max(100).optional(),
  has_exception: z.enum(['true', 'false']).optional(),
  late: z
    .enum(['true'])
    .optional()
    .meta({ description: 'Those with a parcel that should have left by now, as the overview counts them' }),
  sort: z.enum(ORDER_SORTS).default('-created'),
  ...PageQuery,
});
export type ListOrders = z.infer<typeof ListOrders>;
