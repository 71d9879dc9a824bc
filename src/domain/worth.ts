import type { AddedLine } from './facts.ts';
import { unitsIn } from './fulfilment.ts';
import { isPending, type Line, type LineQuantity, type OfferedLine, type Order } from './order.ts';

/**
 * What the buyer pays for goods: their price, less what they bear of the order's discount, and their tax. All in whole minor units,
 * and every part of it adds up to the whole, in whatever order units are cancelled, paid back or replaced.
 */

type Goods = Pick<Line, 'unitPrice' | 'quantity'>;
/** What goods bear of an order beside their price; minor units. */
export type Borne = { readonly discount: number; readonly tax: number };

const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
const priceOf = ({ unitPrice, quantity }: Goods): number => unitPrice * quantity;

/** What is no number of minor units or of units, in a message written by hand, counts as none: to decide never throws. */
const big = (count: number): bigint => (Number.isSafeInteger(count) ? BigInt(count) : 0n);
/** Such a part of an amount, rounded down; the product may be more than a number holds exactly. */
const portion = (amount: number, part: number, whole: number): number =>
  big(whole) === 0n ? 0 : Number((big(amount) * big(part)) / big(whole));

/** Splits an amount by weight. What rounding leaves over goes to the largest remainders, the first ones where they are equal. */
export function sharesOf(amount: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  if (big(whole) === 0n) return weights.length === 0 ? [] : sharesOf(amount, Array<number>(weights.length).fill(1));
  const shares = weights.map((weight) => portion(amount, weight, whole));
  const remainders = weights.map((weight) => (big(amount) * big(weight)) % big(whole));
  const left = amount - sum(shares);
  const first = [...weights.keys()].sort((a, b) => Number((remainders[b] ?? 0n) - (remainders[a] ?? 0n)) || a - b);
  for (const index of first.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

/**
 * What each line of a new order bears. `taxes`: of each line, as the checkout has them; null: the lines share `tax` in proportion to
 * their price. A discount is off the prices first, in proportion to them, then off the lines' taxes; what it is more is off the carriage.
 */
export function borneBy(
  lines: readonly Goods[],
  { discount, tax, taxes }: Borne & { readonly taxes: readonly number[] | null },
): Borne[] {
  const prices = lines.map(priceOf);
  const taxed = taxes ?? sharesOf(tax, prices);
  const offPrices = sharesOf(Math.min(discount, sum(prices)), prices);
  const offTaxes = sharesOf(Math.min(Math.max(0, discount - sum(prices)), sum(taxed)), taxed);
  return taxed.map((one, index) => ({ tax: one, discount: (offPrices[index] ?? 0) + (offTaxes[index] ?? 0) }));
}

/** What goods cost the buyer as a whole; a line of an earlier release bears nothing. */
export const worthOf = (
  goods: readonly (Goods & { readonly discount?: number; readonly tax?: number | null })[],
): number => sum(goods.map((line) => priceOf(line) - (line.discount ?? 0) + (line.tax ?? 0)));

/** Units of a line that are paid back, or on their way back. */
const refundedUnits = ({ refunds }: Order, { no, refunded }: Line): number =>
  refunded +
  unitsIn(
    refunds.filter(isPending).flatMap(({ lines }) => lines),
    no,
  );

/** Units of a line that are cancelled or paid back; a cancelled unit of an earlier release's line may still be paid back. */
export const settledUnits = (order: Order, line: Line): number =>
  Math.min(line.quantity, refundedUnits(order, line) + (line.tax === null ? 0 : line.cancelled));

type Part = { readonly price: number; readonly worth: number; readonly tax: number };
const NOTHING: Part = { price: 0, worth: 0, tax: 0 };

/**
 * The next so many units of a line that are neither cancelled nor paid back. The first units of a line are worth their part of the line
 * rounded down, so the next ones have what is missing up to there, and the last one completes the line.
 */
function nextOf(order: Order, line: Line, quantity: number): Part {
  const worth = worthOf([line]);
  if (line.tax === null) return { price: line.unitPrice * quantity, worth: line.unitPrice * quantity, tax: 0 };
  const from = settledUnits(order, line);
  const to = Math.min(line.quantity, from + quantity);
  const between = (amount: number): number => portion(amount, to, line.quantity) - portion(amount, from, line.quantity);
  return { price: line.unitPrice * (to - from), worth: between(worth), tax: between(line.tax) };
}

function partOf(order: Order, units: readonly LineQuantity[]): Part {
  return order.lines.reduce((so, line) => {
    const quantity = unitsIn(units, line.no);
    if (quantity === 0) return so;
    const { price, worth, tax } = nextOf(order, line, quantity);
    return { price: so.price + price, worth: so.worth + worth, tax: so.tax + tax };
  }, NOTHING);
}

/** What these units cost the buyer, as far as they are neither cancelled nor paid back. */
export const valueOf = (order: Order, units: readonly LineQuantity[]): number => partOf(order, units).worth;

/** What is missing of what was announced, by its part of the lines. */
export function worthOfMissing(
  { lines }: Pick<Order, 'lines'>,
  announced: readonly LineQuantity[],
  received: readonly LineQuantity[],
): number {
  const missing = (no: number): number => Math.max(0, unitsIn(announced, no) - unitsIn(received, no));
  return sum(lines.map((line) => portion(worthOf([line]), missing(line.no), line.quantity)));
}

/** The tax that goods beside those of the order bear: at the rate of its lines, rounded to the nearest. */
function taxOn(order: Order, price: number): number {
  const tax = big(sum(order.lines.map((line) => line.tax ?? 0)));
  const net = big(sum(order.lines.map((line) => priceOf(line) - line.discount)));
  return net <= 0n ? 0 : Number((2n * tax * big(price) + net) / (2n * net));
}

/**
 * Goods that come into an order, with what they bear. In place of others they bear as much as these in proportion to the prices, so that
 * goods at the same price cost the same; what they are dearer by, and goods beside others, bear the order's tax and no discount.
 */
export function goodsFor(
  order: Order,
  added: readonly OfferedLine[],
  removed: readonly LineQuantity[],
): Omit<AddedLine, 'no'>[] {
  // To lines that bear nothing nothing is added that does, unless somebody who sets prices says so.
  if (order.lines.some(({ tax }) => tax === null)) return [...added];
  const prices = added.map(priceOf);
  const gone = partOf(order, removed);
  const price = Math.min(sum(prices), gone.price);
  const worth = gone.price === 0 ? 0 : portion(gone.worth, price, gone.price);
  const tax = gone.price === 0 ? 0 : Math.max(portion(gone.tax, price, gone.price), worth - price);
  const shared = sharesOf(tax + taxOn(order, sum(prices) - price), prices);
  const taxes = added.map((line, index) => line.tax ?? shared[index] ?? 0);
  const costs = prices.map((one, index) => one + (taxes[index] ?? 0));
  const discounts = sharesOf(Math.min(price + tax - worth, sum(costs)), costs);
  return added.map((line, index) => ({ ...line, tax: taxes[index] ?? 0, discount: discounts[index] ?? 0 }));
}
