import { sql } from 'kysely';
import { type Db, json } from './database.ts';

/** What staff are told of stock_alert, a row of which `src/db/stock.ts` writes each time a level falls to its reorder point. */

export type DueAlert = {
  readonly sku: string;
  readonly location: string;
  /** As the database has it, to the microsecond: part of the row's key. */
  readonly raisedAt: string;
  readonly available: number;
  readonly reorderPoint: number;
  readonly attempts: number;
};

/** Leases the alerts of which staff were not told yet and whose level is still low, the oldest first. */
export async function leaseAlerts(db: Db, limit: number, leaseSeconds: number): Promise<DueAlert[]> {
  const { rows } = await sql<DueAlert>`
    with due as materialized (
      select a.sku, a.location, a.raised_at, l.on_hand - l.held as available, l.reorder_point
        from stock_alert a join stock_level l using (sku, location)
       where a.cleared_at is null and a.told_at is null and a.mail_due_at <= now()
         and l.reorder_point > 0 and l.on_hand - l.held <= l.reorder_point
       order by a.raised_at limit ${limit} for update of a skip locked
    )
    update stock_alert a set mail_due_at = now() + make_interval(secs => ${leaseSeconds}), mail_attempts = a.mail_attempts + 1
      from due where a.sku = due.sku and a.location = due.location and a.raised_at = due.raised_at
    returning a.sku, a.location, a.raised_at::text as "raisedAt", due.available, due.reorder_point as "reorderPoint",
              a.mail_attempts as attempts`.execute(db);
  return rows.toSorted((a, b) => a.sku.localeCompare(b.sku) || a.location.localeCompare(b.location));
}

const theseRows = (alerts: readonly DueAlert[]) => sql`
  jsonb_to_recordset(${json(alerts)}::jsonb) as t(sku text, location text, "raisedAt" timestamptz)
   where a.sku = t.sku and a.location = t.location and a.raised_at = t."raisedAt"`;

export async function noteAlertsTold(db: Db, alerts: readonly DueAlert[]): Promise<void> {
  await sql`update stock_alert a set told_at = now(), mail_error = null from ${theseRows(alerts)}`.execute(db);
}

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function noteAlertsFailed(
  db: Db,
  alerts: readonly DueAlert[],
  error: string,
  retrySeconds: number | null,
): Promise<void> {
  await sql`
    update stock_alert a
       set mail_error = ${error},
           mail_due_at = case when ${retrySeconds === null} then 'infinity' else now() + make_interval(secs => ${retrySeconds ?? 0}) end
      from ${theseRows(alerts)}`.execute(db);
}
