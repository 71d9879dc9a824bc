import { sql } from 'kysely';
import type { Db } from './database.ts';
import { searchTable } from './order-search.ts';
import { eventsTable } from './orders.ts';

/**
 * What has become of orders since a moment. The moment is a transaction id: all transactions before it have ended, so whatever is
 * written later, and nothing else, is news. A fact that is still being written is not passed over; it comes with the next look.
 */

export type OrderNews = {
  readonly number: string;
  readonly version: number;
  readonly types: readonly string[];
  readonly sellers: readonly string[];
};

/** From here on everything is new. */
export async function nowInWriting(db: Db): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as now`.execute(db);
  return rows[0]?.now ?? 0;
}

/** One row for each order with news from `since` up to, and without, `until`. `null`: there are more than `most`. */
export async function newsBetween(db: Db, since: number, until: number, most: number): Promise<OrderNews[] | null> {
  const { rows } = await sql<OrderNews>`
    select e.order_number as number, max(e.seq) as version, array_agg(distinct e.type) as types, s.sellers
      from ${eventsTable} e join ${searchTable} s on s.number = e.order_number
     where e.written >= ${since} and e.written < ${until}
     group by e.order_number, s.sellers
     limit ${most + 1}`.execute(db);
  return rows.length > most ? null : rows;
}
