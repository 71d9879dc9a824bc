import { randomBytes } from 'node:crypto';
import { BadAmount, exponentOf, toMajor, toMinor } from '../contracts/money.ts';
import type { PlaceOrder } from '../contracts/orders.ts';
import type { Product } from '../db/catalogue.ts';
import type { BuyerPart } from '../db/intake.ts';
import type { PlacedLine, Placement } from '../domain/facts.ts';
import { orderNumberFrom } from '../domain/keys.ts';
import type { Policy } from '../domain/order.ts';

/** A checkout's request, held against the catalogue: what is placed, or every field that is wrong. */

type FieldError = { field: string; message: string };
export type Judged =
  | { readonly ok: true; readonly placement: Placement; readonly buyer: BuyerPart }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

type Item = PlaceOrder['items'][number];
type Checked = { line: Omit<PlacedLine, 'no'>; name: string; customFields: Record<string, unknown> };

function amountOf(text: string, currency: string, field: string, errors: FieldError[]): number {
  try {
    return toMinor(text, currency);
  } catch (error) {
    if (!(error instanceof BadAmount)) throw error;
    errors.push({ field, message: error.message });
    return 0;
  }
}

function checkItem(
  item: Item,
  index: number,
  product: Product | undefined,
  request: PlaceOrder,
  mayPrice: boolean,
  errors: FieldError[],
): Checked | null {
  const field = (name: string): string => `items[${index}].${name}`;
  const unitPrice = amountOf(item.unit_price, request.currency, field('unit_price'), errors);
  if (product === undefined || !product.active) {
    errors.push({ field: field('sku'), message: `${item.sku} is not in the catalogue` });
    return null;
  }
  if (item.seller !== undefined && product.seller !== null && item.seller !== product.seller) {
    errors.push({ field: field('seller'), message: `${item.sku} is sold by ${product.seller}` });
  }
  if (!mayPrice) {
    if (product.currency !== request.currency)
      errors.push({ field: field('sku'), message: `${item.sku} is sold in ${product.currency}` });
    else if (product.priceMinor !== unitPrice) {
      errors.push({
        field: field('unit_price'),
        message: `the catalogue says ${toMajor(product.priceMinor, product.currency)}`,
      });
    }
  }
  const seller = product.seller ?? item.seller ?? null;
  return {
    line: { sku: item.sku, kind: product.kind, seller, quantity: item.quantity, unitPrice },
    name: product.name,
    customFields: item.custom_fields ?? {},
  };
}

/** The same goods at the same price with the same wishes are one line. */
function summed(items: readonly Checked[]): Checked[] {
  const lines = new Map<string, Checked>();
  for (const item of items) {
    const key = JSON.stringify([item.line.sku, item.line.seller, item.line.unitPrice, item.customFields]);
    const known = lines.get(key);
    const quantity = (known?.line.quantity ?? 0) + item.line.quantity;
    lines.set(key, { ...item, line: { ...item.line, quantity } });
  }
  return [...lines.values()];
}

function totalsOf(lines: readonly Checked[], request: PlaceOrder, errors: FieldError[]): Placement['totals'] {
  const amount = (text: string, field: string): number => amountOf(text, request.currency, field, errors);
  const subtotal = lines.reduce((sum, { line }) => sum + line.quantity * line.unitPrice, 0);
  const discount = amount(request.discount, 'discount');
  const shipping = amount(request.shipping.amount, 'shipping.amount');
  const tax = amount(request.tax, 'tax');
  const total = amount(request.total, 'total');
  const expected = subtotal - discount + shipping + tax;
  if (!Number.isSafeInteger(expected)) errors.push({ field: 'items', message: 'the amounts are too large' });
  else if (discount > subtotal + shipping + tax)
    errors.push({ field: 'discount', message: 'is more than the order is worth' });
  else if (total !== expected) {
    errors.push({
      field: 'total',
      message: `must be ${toMajor(expected, request.currency)}: items ${toMajor(subtotal, request.currency)} - discount + shipping + tax`,
    });
  }
  return { subtotal, discount, shipping, tax, total };
}

const tokenOf = (payment: PlaceOrder['payment']) =>
  payment.method === 'stripe'
    ? {
        paymentReference: payment.payment_intent ?? null,
        paymentOptions: { paymentMethod: payment.payment_method ?? null, returnUrl: payment.return_url ?? null },
      }
    : { paymentReference: null, paymentOptions: { paymentMethod: null, returnUrl: null } };

/** `products` by SKU; `mayPrice`: the key may set prices (a channel that prices by itself). */
export function judgePlacement(
  request: PlaceOrder,
  products: ReadonlyMap<string, Product>,
  policy: Policy,
  mayPrice: boolean,
): Judged {
  const errors: FieldError[] = [];
  exponentOf(request.currency);
  const checked = request.items.map((item, index) =>
    checkItem(item, index, products.get(item.sku), request, mayPrice, errors),
  );
  const lines = summed(checked.filter((item) => item !== null));
  // A total cannot be judged while a line is unknown.
  const totals = checked.includes(null) ? null : totalsOf(lines, request, errors);
  if (request.payment.method === 'stripe' && totals !== null && totals.total === 0) {
    errors.push({ field: 'payment.method', message: 'a card cannot pay nothing; use another method for a free order' });
  }
  if (errors.length > 0 || totals === null) return { ok: false, errors };
  const { customer, shipping_address: shippingAddress } = request;
  return {
    ok: true,
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
      customer: { name: customer.name, email: customer.email, phone: customer.phone ?? null, locale: customer.locale },
      billing_address: request.billing_address ?? shippingAddress,
      shipping_address: shippingAddress,
      lines: lines.map(({ name, customFields }, index) => ({ no: index + 1, name, custom_fields: customFields })),
    },
  };
}
