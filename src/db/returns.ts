import { type RawBuilder, sql } from 'kysely';
import type { Order, Return } from '../domain/order.ts';
import { changed, type Db, json, timestamp } from './database.ts';

/** Owns order_return: goods that come back. */

export function upsertReturns(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.returns, after.returns).map((one) => ({
    ...one,
    requestedAt: timestamp(one.requestedAt),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into order_return (id, order_number, status, reason, note, lines, received, exchanged_for_minor, label_due, label,
                              requested_at, updated_at)
    select r.id, m.number, r.status, r.reason, r.note, r.lines, r.received, r."exchangedFor", r."labelDue", r.label, r."requestedAt",
           ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as r(id text, status text, reason text, note text, lines jsonb, received jsonb, "exchangedFor" bigint,
                "labelDue" boolean,
                label jsonb, "requestedAt" timestamptz)
    on conflict (id) do update
      set status = excluded.status, received = excluded.received,
          exchanged_for_minor = excluded.exchanged_for_minor, label_due = excluded.label_due, label = excluded.label,
          updated_at = excluded.updated_at`;
}

/** The returns of the order row `o`, in the shape of the domain. */
export const returnsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', r.id, 'status', r.status, 'reason', r.reason, 'note', r.note, 'lines', r.lines, 'received', r.received,
     'exchangedFor', r.exchanged_for_minor, 'labelDue', r.label_due, 'label', r.label,
     'requestedAt', (extract(epoch from r.requested_at) * 1000)::bigint) order by r.requested_at, r.id), '[]')
     from order_return r where r.order_number = o.number)`;

/** A parcel in which goods come back. */
export type ReturnParcelRow = {
  readonly id: string;
  readonly orderNumber: string;
  readonly status: Return['status'];
  readonly carrier: string;
  readonly trackingNumber: string;
};

const parcelColumns = sql.raw(
  `id, order_number as "orderNumber", status, label->>'carrier' as carrier, label->>'trackingNumber' as "trackingNumber"`,
);

/** The returns whose label has this tracking number, the newest first. */
export async function returnsByTracking(db: Db, trackingNumber: string): Promise<ReturnParcelRow[]> {
  const { rows } = await sql<ReturnParcelRow>`
    select ${parcelColumns} from order_return where label->>'trackingNumber' = ${trackingNumber}
     order by updated_at desc limit 5`.execute(db);
  return rows;
}

/** A buyer who has not sent the goods back by then will not do so; a late event of the carrier is still heard. */
const ASKED_ABOUT_FOR_DAYS = 60;

/**
 * Parcels in which goods come back, not at the door yet, of which nothing was heard since `silentSince`; marks them as asked, so
 * that two sweeps share the work.
 */
export async function takeSilentReturns(db: Db, silentSince: Date, limit: number): Promise<ReturnParcelRow[]> {
  const { rows } = await sql<ReturnParcelRow>`
    with silent as materialized (
      select id as silent_id from order_return
       where status = 'approved' and label is not null and label->>'progress' <> 'arrived'
         and coalesce(tracking_asked_at, updated_at) < ${silentSince}
         and requested_at > now() - make_interval(days => ${ASKED_ABOUT_FOR_DAYS})
       order by coalesce(tracking_asked_at, updated_at) limit ${limit} for update skip locked
    )
    update order_return set tracking_asked_at = now() from silent where id = silent_id
    returning ${parcelColumns}`.execute(db);
  return rows;
}
