import { sql } from 'kysely';
import { putStore } from '../../src/db/catalogue.ts';
import { type Db, json, openDatabase } from '../../src/db/database.ts';
import { listOrders, type OrderFilter, type OrderRow } from '../../src/db/order-list.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { createTestDatabase } from '../setup/database.ts';

/** An order as far as lists see it. */
export interface Listed {
  readonly number: string;
  readonly store: string;
  readonly channel: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly paymentMethod: string;
  readonly exceptionsOpen: number;
  readonly placedAt: string;
  readonly totalMinor: number;
  readonly name: string;
  readonly email: string;
  readonly sellers: readonly string[];
}

const PLAIN: Omit<Listed, 'number'> = {
  store: 'main',
  channel: 'web',
  status: 'completed',
  paymentStatus: 'paid',
  paymentMethod: 'stripe',
  exceptionsOpen: 0,
  placedAt: '2026-11-16T14:05:00.000Z',
  totalMinor: 2500,
  name: 'Ada Private',
  email: 'ada.private@example.com',
  sellers: [],
};

/** The order of this number, plain but for the changes. */
export const listed = (number: string, changes: Partial<Listed> = {}): Listed => ({ ...PLAIN, number, ...changes });

/** A database of the test's own in which these orders stand. */
export async function shopWith(orders: readonly Listed[]): Promise<{ db: Db; drop(): Promise<void> }> {
  const database = await createTestDatabase();
  const { db, close } = openDatabase(database.url, { max: 2, applicationName: 'list tests' });
  await write(db, orders);
  return {
    db,
    async drop() {
      await close();
      await database.drop();
    },
  };
}

/** Writes them as rows of the record, and of what they are found by. */
async function write(db: Db, orders: readonly Listed[]): Promise<void> {
  for (const code of new Set(orders.map(({ store }) => store))) {
    await putStore(db, { code, name: code, supportEmail: 'support@store.example', policy: {} });
  }
  await insertListed(db, orders);
}

/** The same, of stores that are there. */
export async function insertListed(db: Db, orders: readonly Listed[]): Promise<void> {
  await sql`
    with given as (
      select * from jsonb_to_recordset(${json(orders)}::jsonb) as o(
        number text, store text, channel text, status text, "paymentStatus" text, "paymentMethod" text, "exceptionsOpen" int,
        "placedAt" timestamptz, "totalMinor" bigint, name text, email text, sellers text[])
    ), written as (
      insert into orders (number, store, channel, status, payment_status, payment_method, version, currency, subtotal_minor,
                          discount_minor, shipping_minor, tax_minor, total_minor, shipping_service, customer_name, customer_email,
                          locale, billing_address, shipping_address, confirmation_given, waiting_for, exceptions_open, policy,
                          placed_at, updated_at)
      select number, store, channel, status, "paymentStatus", "paymentMethod", 1, 'USD', "totalMinor", 0, 0, 0, "totalMinor", 'standard',
             name, email, 'en', '{}', '{}', true, 'nothing', "exceptionsOpen", ${json(DEFAULT_POLICY.order)}::jsonb, "placedAt", "placedAt"
        from given
      returning number, facets, placed_at, total_minor, customer_email, customer_name
    )
    insert into order_search (number, placed_at, total_minor, facets, sellers, terms)
    select number, placed_at, total_minor, facets, sellers, lower(concat_ws(E'\\n', number, customer_email, customer_name))
      from written join given using (number)`.execute(db);
}

const KEY = {
  created: (order: Listed) => order.placedAt,
  total: (order: Listed) => order.totalMinor,
  number: (order: Listed) => order.number,
  status: (order: Listed) => order.status,
  payment_status: (order: Listed) => order.paymentStatus,
} as const;

const comparing = <Value>(a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

function hasText({ number, name, email }: Listed, q: string): boolean {
  const sought = q.toLowerCase();
  const fields = [number, email, name].map((field) => field.toLowerCase());
  if (Array.from(q).length > 2) return fields.some((field) => field.includes(sought));
  return fields.some((field) => field.split(/[ -]/).some((word) => word.startsWith(sought)));
}

/** What a list must give, by going through all orders. */
export function expected(orders: readonly Listed[], filter: Omit<OrderFilter, 'limit' | 'after'>): Listed[] {
  const { by, descending } = filter.sort;
  const oneOf = (values: readonly string[] | undefined, value: string) => values?.includes(value) ?? true;
  const same = (wanted: string | undefined, value: string) => (wanted ?? value) === value;
  return orders
    .filter(
      (order) =>
        (filter.q === undefined || hasText(order, filter.q)) &&
        same(filter.store, order.store) &&
        same(filter.channel, order.channel) &&
        oneOf(filter.status, order.status) &&
        oneOf(filter.paymentStatus, order.paymentStatus) &&
        oneOf(filter.paymentMethod, order.paymentMethod) &&
        (filter.hasException ?? order.exceptionsOpen > 0) === order.exceptionsOpen > 0 &&
        (filter.seller === undefined || order.sellers.includes(filter.seller)) &&
        (filter.createdFrom === undefined || new Date(order.placedAt) >= filter.createdFrom) &&
        (filter.createdTo === undefined || new Date(order.placedAt) < filter.createdTo),
    )
    .toSorted((a, b) => (descending ? -1 : 1) * (comparing(KEY[by](a), KEY[by](b)) || comparing(a.number, b.number)));
}

/** The cursor behind this order. */
export const cursorOf = (order: Listed, by: OrderFilter['sort']['by']): readonly [string, string] => [
  String(KEY[by](order)),
  order.number,
];

/** All pages of a list, one after the other, by the cursor of the last row. */
export async function pages(db: Db, filter: Omit<OrderFilter, 'after'>, most = Number.POSITIVE_INFINITY) {
  const found: OrderRow[][] = [];
  let after: readonly [string, string] | undefined;
  while (found.length < most) {
    const page: OrderRow[] = await listOrders(db, { ...filter, after });
    found.push(page);
    const last = page.at(-1);
    if (last === undefined || page.length < filter.limit) break;
    after = [last.sortKey, last.number];
  }
  return found;
}

export const numbersOf = (rows: readonly { readonly number: string }[]): string[] => rows.map(({ number }) => number);
