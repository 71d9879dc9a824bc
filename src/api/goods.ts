import { findProducts, type Product } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import type { ActionFields } from '../domain/guards.ts';
import type { OfferedLine, Order } from '../domain/order.ts';
import { unitsHere } from '../domain/replacing.ts';
import { priceOfSubstitute } from '../domain/substitutes.ts';
import { hasScope, type Principal } from './access.ts';
import { amountOf, type FieldError, soldProduct } from './placement.ts';
import { HttpProblem } from './problem.ts';

/** Goods that are to come into an order, held against the catalogue as a checkout's are. */

type Asked = {
  readonly sku: string;
  readonly quantity?: number | undefined;
  readonly unit_price?: string | undefined;
  readonly tax?: string | undefined;
};
export type GoodsBody = Partial<Asked> & { readonly add?: readonly Asked[]; readonly line?: number };

/** What is asked for is held against this; every field that is wrong is added to `errors`. */
type Counter = {
  readonly order: Order;
  readonly products: ReadonlyMap<string, Product>;
  readonly mayPrice: boolean;
  readonly errors: FieldError[];
};

/** The product at the price that was named, by whoever may name one, else at the usual one; null when a field is wrong. */
function offerOf(
  { order, products, mayPrice, errors }: Counter,
  { sku, unit_price: named, tax: namedTax }: Asked,
  quantity: number,
  usualOf: (product: Product) => number,
  prefix: string,
): OfferedLine | null {
  const price = amountOf(named, order.currency, `${prefix}unit_price`, errors);
  const tax = amountOf(namedTax, order.currency, `${prefix}tax`, errors);
  const product = soldProduct(products, sku, order.currency, `${prefix}sku`, errors);
  if (product === null || (named !== undefined && price === null)) return null;
  const usual = usualOf(product);
  const unitPrice = price ?? usual;
  if (unitPrice !== usual && !mayPrice) {
    errors.push({ field: `${prefix}unit_price`, message: 'needs the scope orders:price' });
    return null;
  }
  if (tax !== null && !mayPrice) {
    errors.push({ field: `${prefix}tax`, message: 'needs the scope orders:price' });
    return null;
  }
  const { name, kind, seller, shortage = null } = product;
  return {
    sku,
    name,
    kind,
    seller,
    quantity,
    unitPrice,
    ...(tax === null ? {} : { tax }),
    ...(shortage === null ? {} : { shortage }),
  };
}

const addedOf = (counter: Counter, add: readonly Asked[]): (OfferedLine | null)[] =>
  add.map((asked, index) =>
    offerOf(counter, asked, asked.quantity ?? 1, ({ priceMinor }) => priceMinor, `add[${index}].`),
  );

/** Of a substitute: as many as are still to be sent, for no more than was agreed, unless the body says otherwise. */
function substituteOf(counter: Counter, no: number, asked: Asked): OfferedLine | null {
  const line = counter.order.lines.find((one) => one.no === no);
  if (line === undefined) throw new HttpProblem('line_not_found');
  const quantity = asked.quantity ?? Math.max(1, unitsHere(line));
  return offerOf(counter, asked, quantity, ({ priceMinor }) => priceOfSubstitute(line, priceMinor), '');
}

/** The goods of an action, priced; nothing when it brings none. Throws the problem that names every wrong field. */
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
  const counter: Counter = { order, products, mayPrice: hasScope(principal, 'orders:price'), errors: [] };
  const added = addedOf(counter, add).filter((one) => one !== null);
  const offer = sku === undefined || line === undefined ? null : substituteOf(counter, line, { ...body, sku });
  if (counter.errors.length > 0) throw new HttpProblem('invalid_fields', { errors: counter.errors });
  return { ...(add.length === 0 ? {} : { added }), ...(offer === null ? {} : { offer }) };
}
