import { randomBytes } from 'node:crypto';
import { BadAmount, toMajor, toMinor } from '../contracts/money.ts';
import type { PlaceOrder, SoundParts } from '../contracts/orders.ts';
import { whyNotAtStripe } from '../contracts/stripe-amounts.ts';
import type { Product } from '../db/catalogue.ts';
import type { BuyerPart } from '../db/intake.ts';
import type { PlacedLine, Placement } from '../domain/facts.ts';
import { orderNumberFrom } from '../domain/keys.ts';
import type { Policy } from '../domain/order.ts';
import type { AcceptedTerms } from '../domain/terms.ts';
import { borneBy } from '../domain/worth.ts';

/** A checkout's request, held against the catalogue: what is placed, or every field that is wrong. */

export type FieldError = { field: string; message: string };
type Checked = { line: Omit<PlacedLine, 'no'>; name: string; customFields: Record<string, unknown> };
type Lines = readonly Checked[];

/** What the checks found; `lines` and `totals` are null when a part they need is wrong or unknown. */
export type Judged = {
  readonly errors: readonly FieldError[];
  readonly lines: Lines | null;
  readonly totals: Placement['totals'] | null;
};
/** `products` by SKU; `mayPrice`: the key may set prices (a channel that prices by itself). */
type Catalogue = { readonly products: ReadonlyMap<string, Product>; readonly mayPrice: boolean };

/** The product of this SKU, if it is sold, and sold in this currency. */
export function soldProduct(
  products: ReadonlyMap<string, Product>,
  sku: string,
  currency: string | undefined,
  field: string,
  errors: FieldError[],
): Product | null {
  const product = products.get(sku);
  const sold = product?.active === true ? product : null;
  if (sold === null) errors.push({ field, message: `${sku} is not in the catalogue` });
  else if (currency !== undefined && sold.currency !== currency)
    errors.push({ field, message: `${sku} is sold in ${sold.currency}` });
  else return sold;
  return null;
}

/** The text in minor units; null, with the error, when the currency has no such amount. */
export function amountOf(
  text: string | undefined,
  currency: string | undefined,
  field: string,
  errors: FieldError[],
): number | null {
  if (text === undefined || currency === undefined) return null;
  try {
    return toMinor(text, currency);
  } catch (error) {
    if (!(error instanceof BadAmount)) throw error;
    errors.push({ field, message: error.message });
    return null;
  }
}

function checkItem(
  item: SoundParts['items'][number],
  index: number,
  currency: string | undefined,
  { products, mayPrice }: Catalogue,
  errors: FieldError[],
): Checked | null {
  const field = (name: string): string => `items[${index}].${name}`;
  const unitPrice = amountOf(item.unit_price, currency, field('unit_price'), errors);
  const tax = amountOf(item.tax, currency, field('tax'), errors);
  const { sku, quantity } = item;
  if (sku === undefined) return null;
  // A channel that prices by itself may sell in another currency than the catalogue.
  const product = soldProduct(products, sku, mayPrice ? undefined : currency, field('sku'), errors);
  if (product === null) return null;
  if (item.seller !== undefined && product.seller !== null && item.seller !== product.seller) {
    errors.push({ field: field('seller'), message: `${sku} is sold by ${product.seller}` });
  }
  const fixed = mayPrice || currency === undefined ? unitPrice : product.priceMinor;
  if (unitPrice !== null && unitPrice !== fixed) {
    const message = `the catalogue says ${toMajor(product.priceMinor, product.currency)}`;
    errors.push({ field: field('unit_price'), message });
  }
  if (quantity === undefined || fixed === null) return null;
  const shortage = item.shortage ?? product.shortage ?? null;
  return {
    line: {
      sku,
      kind: product.kind,
      seller: product.seller ?? item.seller ?? null,
      quantity,
      unitPrice: fixed,
      ...(shortage === null ? {} : { shortage }),
      ...(tax === null ? {} : { tax }),
    },
    name: product.name,
    customFields: item.custom_fields ?? {},
  };
}

/** The same goods at the same price with the same wishes are one line. */
function summed(items: Lines): Checked[] {
  const lines = new Map<string, Checked>();
  for (const item of items) {
    const { sku, seller, unitPrice, shortage } = item.line;
    const key = JSON.stringify([sku, seller, unitPrice, item.customFields, shortage]);
    const known = lines.get(key);
    const quantity = (known?.line.quantity ?? 0) + item.line.quantity;
    const tax = item.line.tax === undefined ? {} : { tax: (known?.line.tax ?? 0) + item.line.tax };
    lines.set(key, { ...item, line: { ...item.line, quantity, ...tax } });
  }
  return [...lines.values()];
}

/** Of each item or of none. */
function refuseSomeTaxes(items: SoundParts['items'], errors: FieldError[]): void {
  const silent = items.flatMap(({ tax }, index) => (tax === undefined ? [index] : []));
  if (silent.length === 0 || silent.length === items.length) return;
  for (const index of silent)
    errors.push({ field: `items[${index}].tax`, message: 'is required, as other items have theirs' });
}

/** What the lines bear of the tax; null, with the error, when that does not agree with the whole. */
function taxesOf(
  lines: Lines,
  tax: number,
  onCarriage: number,
  currency: string,
  errors: FieldError[],
): { readonly tax: number; readonly taxes: readonly number[] | null } | null {
  const taxes = lines.flatMap(({ line }) => (line.tax === undefined ? [] : [line.tax]));
  const ofLines = taxes.reduce((sum, one) => sum + one, 0);
  if (taxes.length === 0 && onCarriage <= tax) return { tax: tax - onCarriage, taxes: null };
  if (taxes.length === lines.length && ofLines + onCarriage === tax) return { tax: ofLines, taxes };
  const [whole, goods, carriage] = [ofLines + onCarriage, ofLines, onCarriage].map((minor) => toMajor(minor, currency));
  if (taxes.length === 0) errors.push({ field: 'shipping.tax', message: 'is more than the tax of the order' });
  else if (taxes.length === lines.length)
    errors.push({ field: 'tax', message: `must be ${whole}: items ${goods} + shipping ${carriage}` });
  return null;
}

/** A total cannot be judged while a line or another amount is wrong. */
function totalsOf(
  lines: Lines | null,
  parts: SoundParts,
  errors: FieldError[],
): { readonly lines: Lines; readonly totals: Placement['totals'] } | null {
  const { currency } = parts;
  const amount = (text: string | undefined, field: string) => amountOf(text, currency, field, errors);
  const discount = amount(parts.discount, 'discount');
  const shipping = amount(parts.shipping?.amount, 'shipping.amount');
  const onCarriage = amount(parts.shipping?.tax ?? '0', 'shipping.tax');
  const tax = amount(parts.tax, 'tax');
  const total = amount(parts.total, 'total');
  if (lines === null || currency === undefined) return null;
  if (discount === null || shipping === null || tax === null || onCarriage === null) return null;
  const subtotal = lines.reduce((sum, { line }) => sum + line.quantity * line.unitPrice, 0);
  const expected = subtotal - discount + shipping + tax;
  const taxed = taxesOf(lines, tax, onCarriage, currency, errors);
  if (!Number.isSafeInteger(subtotal)) errors.push({ field: 'items', message: 'the amounts are too large' });
  else if (expected < 0) errors.push({ field: 'discount', message: 'is more than the order is worth' });
  else if (total === expected && taxed !== null) {
    const goods = lines.map(({ line }) => line);
    const borne = borneBy(goods, { discount, ...taxed });
    const bearing = lines.map((one, index) => ({ ...one, line: { ...one.line, ...borne[index] } }));
    return { lines: bearing, totals: { subtotal, discount, shipping, tax, total } };
  } else if (total !== null && total !== expected) {
    const [worth, goods] = [expected, subtotal].map((minor) => toMajor(minor, currency));
    errors.push({ field: 'total', message: `must be ${worth}: items ${goods} - discount + shipping + tax` });
  }
  return null;
}

/** A card pays the total, and is paid back single units: both must be amounts that Stripe can move. */
function checkForStripe(lines: readonly (Checked | null)[], { total }: Placement['totals'], currency: string) {
  const amounts = [
    ...lines.map((checked, index) => ({ field: `items[${index}].unit_price`, minor: checked?.line.unitPrice ?? 0 })),
    { field: 'total', minor: total },
  ];
  return amounts.flatMap(({ field, minor }): FieldError[] => {
    const message = whyNotAtStripe(minor, currency);
    return message === null ? [] : [{ field, message }];
  });
}

/** Holds what is right by itself against the catalogue and against each other. */
export function judgeParts(parts: SoundParts, catalogue: Catalogue): Judged {
  const errors: FieldError[] = [];
  const checked = parts.items.map((item, index) => checkItem(item, index, parts.currency, catalogue, errors));
  const whole = checked.filter((item) => item !== null);
  refuseSomeTaxes(parts.items, errors);
  const lines = whole.length === checked.length && whole.length > 0 ? summed(whole) : null;
  const { totals = null, lines: bearing = null } = totalsOf(lines, parts, errors) ?? {};
  if (parts.payment?.method === 'stripe' && totals?.total === 0) {
    errors.push({ field: 'payment.method', message: 'a card cannot pay nothing; use another method for a free order' });
  }
  if (parts.payment?.method === 'stripe' && parts.currency !== undefined && totals !== null)
    errors.push(...checkForStripe(checked, totals, parts.currency));
  return { errors, lines: bearing, totals };
}

const tokenOf = (payment: PlaceOrder['payment']) =>
  payment.method === 'stripe'
    ? {
        paymentReference: payment.payment_intent ?? null,
        paymentOptions: { paymentMethod: payment.payment_method ?? null, returnUrl: payment.return_url ?? null },
      }
    : { paymentReference: null, paymentOptions: { paymentMethod: null, returnUrl: null } };

const termsFrom = ({ accepted_at, version, url }: NonNullable<PlaceOrder['terms']>): AcceptedTerms => ({
  acceptedAt: Date.parse(accepted_at),
  version: version ?? null,
  url: url ?? null,
});

/** The order of a request in which nothing is wrong, under a new number, and the buyer's part of it. */
export function placementFrom(
  request: PlaceOrder,
  lines: Lines,
  totals: Placement['totals'],
  policy: Policy,
): { placement: Placement; buyer: BuyerPart } {
  const { customer, shipping_address: shippingAddress } = request;
  return {
    placement: {
      number: orderNumberFrom(randomBytes(10)),
      store: request.store,
      channel: request.channel,
      currency: request.currency,
      shippingService: request.shipping.service,
      lines: lines.map(({ line }, index) => ({ no: index + 1, ...line })),
      totals,
      paymentMethod: request.payment.method,
      ...tokenOf(request.payment),
      policy,
    },
    buyer: {
      customer: {
        name: customer.name,
        email: customer.email,
        phone: customer.phone ?? null,
        locale: customer.locale,
        ...(customer.ip_address === undefined ? {} : { ip_address: customer.ip_address }),
      },
      billing_address: request.billing_address ?? shippingAddress,
      shipping_address: shippingAddress,
      ...(request.instructions === undefined ? {} : { instructions: request.instructions }),
      ...(request.terms === undefined ? {} : { terms: termsFrom(request.terms) }),
      lines: lines.map(({ name, customFields }, index) => ({ no: index + 1, name, custom_fields: customFields })),
    },
  };
}
