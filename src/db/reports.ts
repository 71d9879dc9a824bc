import { sql } from 'kysely';
import type { Db } from './database.ts';
import { lateParcels } from './late-parcels.ts';
import { searchTable } from './order-search.ts';
import { eventsTable, ordersTable } from './orders.ts';

/** Sums over many orders, for the overview of a day. */

export type DayRow = {
  readonly day: string;
  readonly currency: string;
  readonly orders: number;
  readonly revenueMinor: number;
};

/** Orders by the day they were placed in `timezone`, and what was sold with those that stand; days without orders are left out. */
export async function salesByDay(db: Db, days: number, timezone: string): Promise<DayRow[]> {
  const { rows } = await sql<DayRow>`
    select to_char(s.placed_at at time zone ${timezone}, 'YYYY-MM-DD') as day, o.currency, count(*) as orders,
           coalesce(sum(o.total_minor) filter (where o.status not in ('cancelled', 'failed')), 0)::bigint as "revenueMinor"
      from ${searchTable} s join ${ordersTable} o on o.number = s.number
     where s.placed_at >= date_trunc('day', now(), ${timezone}) - make_interval(days => ${days - 1})
     group by 1, 2 order by 1, 2`.execute(db);
  return rows;
}

export async function ordersByStatus(db: Db): Promise<{ status: string; orders: number }[]> {
  const { rows } = await sql<{ status: string; orders: number }>`
    select status, count(*) as orders from ${ordersTable} group by status`.execute(db);
  return rows;
}

export async function countLateParcels(db: Db): Promise<number> {
  const { rows } = await sql<{ late: number }>`select count(*) as late from ${lateParcels}`.execute(db);
  return rows[0]?.late ?? 0;
}

export type StayRow = {
  readonly status: string;
  readonly orders: number;
  readonly median: number;
  readonly p90: number;
};

/** How long the newest orders stayed in each status that they have left, in seconds. */
export async function timeInStatus(db: Db, newest: number): Promise<StayRow[]> {
  const { rows } = await sql<StayRow>`
    with moves as (
      select e.order_number, e.to_status as status, e.at,
             lead(e.at) over (partition by e.order_number order by e.seq) as left_at
        from (select number from ${searchTable} order by placed_at desc limit ${newest}) s
        join ${eventsTable} e on e.order_number = s.number
       where e.from_status <> e.to_status or e.seq = 1
    )
    select status, count(*) as orders,
           percentile_cont(0.5) within group (order by extract(epoch from left_at - at))::float as median,
           percentile_cont(0.9) within group (order by extract(epoch from left_at - at))::float as p90
      from moves where left_at is not null group by status`.execute(db);
  return rows;
}
