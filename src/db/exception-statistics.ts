import { sql } from 'kysely';
import type { Db } from './database.ts';

/** The queue in numbers: what is open now, and how long what was resolved lately has taken. */

export type OpenCount = {
  readonly kind: string;
  readonly severity: string;
  readonly open: number;
  readonly overdue: number;
  readonly claimed: number;
  readonly oldest: Date;
};

/** One row for each kind and severity of which something is open. */
export async function openExceptions(db: Db): Promise<OpenCount[]> {
  const { rows } = await sql<OpenCount>`
    select kind, severity, count(*)::int as open, (count(*) filter (where due_at <= now()))::int as overdue,
           (count(*) filter (where claimed_until > now()))::int as claimed, min(opened_at) as oldest
      from exception where status = 'open' group by kind, severity order by kind, severity`.execute(db);
  return rows;
}

export type ResolvedCount = {
  /** Set in the rows of one kind. */
  readonly kind: string | null;
  /** Set in the rows of one resolution; neither is set in the row of all. */
  readonly resolution: string | null;
  readonly resolved: number;
  /** Seconds from opening to resolving. */
  readonly median: number;
  readonly p90: number;
};

/** What was resolved in the last `days`: all together, by kind, and by resolution. Nothing resolved: no row of a kind, one of all. */
export async function resolvedExceptions(db: Db, days: number): Promise<ResolvedCount[]> {
  const { rows } = await sql<ResolvedCount>`
    select kind, resolution, count(*)::int as resolved,
           coalesce(percentile_cont(0.5) within group (order by seconds), 0) as median,
           coalesce(percentile_cont(0.9) within group (order by seconds), 0) as p90
      from (select kind, coalesce(resolution, 'none') as resolution,
                   extract(epoch from resolved_at - opened_at)::float8 as seconds
              from exception where status = 'resolved' and resolved_at > now() - make_interval(days => ${days})) lately
     group by grouping sets ((), (kind), (resolution)) order by kind, resolution`.execute(db);
  return rows;
}
