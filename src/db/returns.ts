import { type RawBuilder, sql } from 'kysely';
import type { Order, Return } from '../domain/order.ts';
import { changed, type Db, json, timestamp } from './database.ts';

/** Owns order_return: goods that come back. */

export function upsertReturns(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.returns, after.returns).map((one) => ({
    ...one,
    requestedAt: timestamp(one.requestedAt),
    sendBy: timestamp(one.sendBy),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into order_return (id, order_number, status, reason, note, lines, received, exchanged_for_minor, exchanged_worth_minor, label_due, labels,
                              send_by, requested_at, updated_at)
    select r.id, m.number, r.status, r.reason, r.note, r.lines, r.received, r."exchangedFor", r."exchangedWorth", r."labelDue", r.labels, r."sendBy", r."requestedAt",
           ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as r(id text, status text, reason text, note text, lines jsonb, received jsonb, "exchangedFor" bigint,
                "exchangedWorth" bigint, "labelDue" boolean,
                labels jsonb, "sendBy" timestamptz, "requestedAt" timestamptz)
    on conflict (id) do update
      set status = excluded.status, received = excluded.received,
          exchanged_for_minor = excluded.exchanged_for_minor, exchanged_worth_minor = excluded.exchanged_worth_minor, label_due = excluded.label_due, labels = excluded.labels,
          send_by = excluded.send_by, updated_at = excluded.updated_at`;
}

/** The labels of a return; one that an earlier release has bought stands in a column of its own. */
const labelsOfRow = sql.raw(
  `case when r.labels = '[]' and r.label is not null then jsonb_build_array(r.label) else r.labels end`,
);

/** The returns of the order row `o`, in the shape of the domain; a label may be an earlier release's. */
export const returnsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', r.id, 'status', r.status, 'reason', r.reason, 'note', r.note, 'lines', r.lines, 'received', r.received,
     'exchangedFor', r.exchanged_for_minor, 'exchangedWorth', r.exchanged_worth_minor, 'labelDue', r.label_due, 'labels', ${labelsOfRow},
     'sendBy', (extract(epoch from r.send_by) * 1000)::bigint,
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
  `r.id, r.order_number as "orderNumber", r.status, l->>'carrier' as carrier, l->>'trackingNumber' as "trackingNumber"`,
);
const eachLabel = sql`jsonb_array_elements(${labelsOfRow}) l`;

/** The parcels of returns with this tracking number, the newest first. */
export async function returnsByTracking(db: Db, trackingNumber: string): Promise<ReturnParcelRow[]> {
  const { rows } = await sql<ReturnParcelRow>`
    select ${parcelColumns} from order_return r cross join lateral ${eachLabel}
     where (r.labels @> ${json([{ trackingNumber }])}::jsonb or r.label->>'trackingNumber' = ${trackingNumber})
       and l->>'trackingNumber' = ${trackingNumber}
     order by r.updated_at desc limit 5`.execute(db);
  return rows;
}

/** A buyer who has not sent the goods back by then will not do so; a late event of the carrier is still heard. */
const ASKED_ABOUT_FOR_DAYS = 60;

/**
 * Parcels in which goods come back, not at the door yet, of returns of which nothing was heard since `silentSince`; marks the returns as
 * asked after, so that two sweeps share the work. `limit`: of returns.
 */
export async function takeSilentReturns(db: Db, silentSince: Date, limit: number): Promise<ReturnParcelRow[]> {
  const { rows } = await sql<ReturnParcelRow>`
    with silent as materialized (
      select r.id as silent_id from order_return r
       where r.status = 'approved' and (r.label is not null or r.labels <> '[]')
         and exists (select from ${eachLabel} where l->>'progress' <> 'arrived')
         and coalesce(r.tracking_asked_at, r.updated_at) < ${silentSince}
         and r.requested_at > now() - make_interval(days => ${ASKED_ABOUT_FOR_DAYS})
       order by coalesce(r.tracking_asked_at, r.updated_at) limit ${limit} for update skip locked
    ), asked as (
      update order_return set tracking_asked_at = now() from silent where id = silent_id returning id
    )
    select ${parcelColumns} from order_return r join asked using (id) cross join lateral ${eachLabel}
     where l->>'progress' <> 'arrived'`.execute(db);
  return rows;
}
