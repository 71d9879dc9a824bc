import { type RawBuilder, sql } from 'kysely';
import type { OrderStatus, PaymentMethod, PaymentStatus } from '../domain/order.ts';
import type { Db } from './database.ts';
import { ordersTable, sellsIn } from './orders.ts';

/** Lists of orders: filters, search and sorts of SPEC.md §7, each answered from an index; pages by keyset, so a deep page costs what the first does. */

export type OrderRow = {
  readonly number: string;
  readonly store: string;
  readonly channel: string;
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
  readonly paymentMethod: PaymentMethod;
  readonly paymentReference: string | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly waitingFor: string;
  readonly waitingUntil: Date | null;
  readonly exceptionsOpen: number;
  /** The sort column's value, exact, for the cursor. */
  readonly sortKey: string;
};

export type OrderFilter = {
  readonly q?: string | undefined;
  readonly store?: string | undefined;
  readonly channel?: string | undefined;
  readonly status?: readonly string[] | undefined;
  readonly paymentStatus?: readonly string[] | undefined;
  readonly paymentMethod?: readonly string[] | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly seller?: string | undefined;
  readonly hasException?: boolean | undefined;
  readonly sort: { readonly by: 'created' | 'total' | 'number' | 'payment_status'; readonly descending: boolean };
  /** The sort key and number of the last row of the page before. */
  readonly after?: readonly [string, string] | undefined;
  readonly limit: number;
};

const SORT_COLUMNS = {
  created: { column: sql.ref('placed_at'), type: sql.raw('timestamptz') },
  total: { column: sql.ref('total_minor'), type: sql.raw('bigint') },
  number: { column: sql.ref('number'), type: sql.raw('text') },
  payment_status: { column: sql.ref('payment_status'), type: sql.raw('text') },
} as const;

/** A search pattern in which the caller's own wildcards are letters. */
const containing = (text: string): string => `%${text.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;

function conditionsOf(filter: OrderFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  const anyOf = (column: string, values: readonly string[] | undefined): void => {
    if (values !== undefined) conditions.push(sql`${sql.ref(column)} = any(${values as string[]})`);
  };
  if (filter.q !== undefined) {
    const lower = containing(filter.q.toLowerCase());
    conditions.push(
      sql`(number like ${containing(filter.q.toUpperCase())} or lower(customer_email) like ${lower} or lower(customer_name) like ${lower})`,
    );
  }
  if (filter.store !== undefined) conditions.push(sql`store = ${filter.store}`);
  if (filter.channel !== undefined) conditions.push(sql`channel = ${filter.channel}`);
  anyOf('status', filter.status);
  anyOf('payment_status', filter.paymentStatus);
  anyOf('payment_method', filter.paymentMethod);
  if (filter.createdFrom !== undefined) conditions.push(sql`placed_at >= ${filter.createdFrom}`);
  if (filter.createdTo !== undefined) conditions.push(sql`placed_at < ${filter.createdTo}`);
  if (filter.seller !== undefined) conditions.push(sellsIn(filter.seller));
  if (filter.hasException !== undefined)
    conditions.push(filter.hasException ? sql`exceptions_open > 0` : sql`exceptions_open = 0`);
  return conditions;
}

export async function listOrders(db: Db, filter: OrderFilter): Promise<OrderRow[]> {
  const { column, type } = SORT_COLUMNS[filter.sort.by];
  const direction = filter.sort.descending ? sql.raw('desc') : sql.raw('asc');
  const conditions = conditionsOf(filter);
  if (filter.after !== undefined) {
    const beyond = filter.sort.descending ? sql.raw('<') : sql.raw('>');
    conditions.push(sql`(${column}, number) ${beyond} (${filter.after[0]}::${type}, ${filter.after[1]})`);
  }
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  const { rows } = await sql<OrderRow>`
    select number, store, channel, status, payment_status as "paymentStatus", payment_method as "paymentMethod",
           payment_reference as "paymentReference", placed_at as "placedAt", updated_at as "updatedAt",
           customer_name as "customerName", customer_email as "customerEmail", currency, total_minor as "totalMinor",
           waiting_for as "waitingFor", waiting_until as "waitingUntil", exceptions_open as "exceptionsOpen",
           ${column}::text as "sortKey"
      from ${ordersTable} where ${where}
     order by ${column} ${direction}, number ${direction} limit ${filter.limit}`.execute(db);
  return rows;
}
