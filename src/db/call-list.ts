import { sql } from 'kysely';
import type { Calls } from '../domain/order.ts';
import type { Db } from './database.ts';
import { ordersTable } from './orders.ts';

/** The orders that wait for a confirming call, the one that is due first at the head (seed 3, "Confirming an order"). */

export type CallRow = {
  readonly number: string;
  readonly store: string;
  readonly version: number;
  readonly placedAt: Date;
  readonly customerName: string;
  readonly customerPhone: string | null;
  readonly currency: string;
  readonly totalMinor: number;
  readonly calls: Calls;
  readonly nextCallAt: Date;
};

export async function listCalls(
  db: Db,
  filter: {
    readonly store?: string | undefined;
    readonly dueBefore?: string | undefined;
    readonly after?: readonly [string, string] | undefined;
    readonly limit: number;
  },
): Promise<CallRow[]> {
  const conditions = [sql`next_call_at is not null`];
  if (filter.store !== undefined) conditions.push(sql`store = ${filter.store}`);
  if (filter.dueBefore !== undefined) conditions.push(sql`next_call_at <= ${filter.dueBefore}::timestamptz`);
  if (filter.after !== undefined)
    conditions.push(sql`(next_call_at, number) > (${filter.after[0]}::timestamptz, ${filter.after[1]})`);
  const { rows } = await sql<CallRow>`
    select number, store, version, placed_at as "placedAt", customer_name as "customerName", customer_phone as "customerPhone",
           currency, total_minor as "totalMinor", calls, next_call_at as "nextCallAt"
      from ${ordersTable} where ${sql.join(conditions, sql` and `)}
     order by next_call_at, number limit ${filter.limit}`.execute(db);
  return rows;
}
