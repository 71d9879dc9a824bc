import { findProducts, type Product } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import type { ActionFields } from '../domain/guards.ts';
import type { OfferedLine, Order } from '../domain/order.ts';
import { unitsHere } from '../domain/replacing.ts';
import { priceOfSubstitute } from '../domain/substitutes.ts';
import { hasScope, type Principal } from './access.ts';
import { minorOf } from './amounts.ts';
import { HttpProblem } from './problem.ts';

/** Goods that are to come into an order, held against the catalogue as a checkout's are. */

type Asked = { readonly sku: string; readonly quantity?: number | undefined; readonly unit_price?: string | undefined };
export type GoodsBody = Partial<Asked> & { readonly add?: readonly Asked[]; readonly line?: number };

type Counter = { readonly order: Order; readonly products: ReadonlyMap<string, Product>; readonly mayPrice: boolean };

const wrong = (field: string, message: string): HttpProblem =>
  new HttpProblem('invalid_fields', { errors: [{ field, message }] });

function productOf({ order, products }: Counter, sku: string, field: string): Product {
  const product = products.get(sku);
  if (product === undefined || !product.active) throw wrong(field, `${sku} is not in the catalogue`);
  if (product.currency !== order.currency) throw wrong(field, `${sku} is sold in ${product.currency}`);
  return product;
}

/** The price that was named, by whoever may name one, else the usual one. Minor units. */
function priceOf({ order, mayPrice }: Counter, named: string | undefined, usual: number, field: string): number {
  if (named === undefined) return usual;
  const price = minorOf(named, order.currency, field);
  if (price !== usual && !mayPrice) throw wrong(field, 'needs the scope orders:price');
  return price;
}

const offered = ({ sku, name, kind, seller }: Product, quantity: number, unitPrice: number): OfferedLine => ({
  sku,
  name,
  kind,
  seller,
  quantity,
  unitPrice,
});

function addedOf(counter: Counter, add: readonly Asked[]): OfferedLine[] {
  return add.map(({ sku, quantity = 1, unit_price: price }, index) => {
    const product = productOf(counter, sku, `add[${index}].sku`);
    return offered(product, quantity, priceOf(counter, price, product.priceMinor, `add[${index}].unit_price`));
  });
}

/** Of a substitute: as many as are still to be sent, for no more than was agreed, unless the body says otherwise. */
function offerOf(counter: Counter, no: number, { sku, quantity, unit_price: price }: Asked): OfferedLine {
  const line = counter.order.lines.find((one) => one.no === no);
  if (line === undefined) throw new HttpProblem('line_not_found');
  const product = productOf(counter, sku, 'sku');
  const unitPrice = priceOf(counter, price, priceOfSubstitute(line, product.priceMinor), 'unit_price');
  return offered(product, quantity ?? Math.max(1, unitsHere(line)), unitPrice);
}

/** The goods of an action, priced; nothing when it brings none. Throws the problem that names the field. */
export async function goodsOf(
  db: Db,
  order: Order,
  principal: Principal,
  body: GoodsBody,
): Promise<Pick<ActionFields, 'added' | 'offer'>> {
  const { add = [], sku, line } = body;
  const skus = [...add.map((one) => one.sku), ...(sku === undefined ? [] : [sku])];
  if (skus.length === 0) return {};
  const products = await findProducts(db, [...new Set(skus)]);
  const counter = { order, products, mayPrice: hasScope(principal, 'orders:price') };
  return {
    ...(add.length === 0 ? {} : { added: addedOf(counter, add) }),
    ...(sku === undefined || line === undefined ? {} : { offer: offerOf(counter, line, { ...body, sku }) }),
  };
}
