import { type RawBuilder, sql } from 'kysely';
import type { Fulfilment, Order } from '../domain/order.ts';
import type { Rate } from '../domain/shipping.ts';
import { changed, type Db, json, prepared, timestamp } from './database.ts';
import { gatheredFor } from './gather.ts';

/** Owns fulfilment and label_purchase. */

export const fulfilmentsTable = sql.table('fulfilment');

/** Writes the fulfilments that are new or changed; null when none is. */
export function upsertFulfilments(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.fulfilments, after.fulfilments).map((one) => ({
    ...one,
    shipBy: timestamp(one.shipBy),
    shippedAt: timestamp(one.shippedAt),
    deliveredAt: timestamp(one.deliveredAt),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into fulfilment (id, order_number, no, location, seller, kind, status, lines, delivered, has_instructions, carrier, tracking_number, tracking_url,
                            followed, label, ship_by, shipped_at, delivered_at, delays, claim, updated_at)
    select f.id, m.number, f.no, f.location, f.seller, f.kind, f.status, f.lines, f.delivered, f."hasInstructions", f.carrier, f."trackingNumber",
           f."trackingUrl", f.followed, f.label, f."shipBy", f."shippedAt", f."deliveredAt", f.delays, f.claim, ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as f(id text, no int, location text, seller text, kind text, status text, lines jsonb, delivered jsonb, "hasInstructions" boolean, carrier text, "trackingNumber" text,
                "trackingUrl" text, followed boolean, label jsonb, "shipBy" timestamptz, "shippedAt" timestamptz, "deliveredAt" timestamptz, delays jsonb, claim jsonb)
    on conflict (id) do update
      set status = excluded.status, lines = excluded.lines, delivered = excluded.delivered, has_instructions = excluded.has_instructions, carrier = excluded.carrier, tracking_number = excluded.tracking_number,
          tracking_url = excluded.tracking_url, followed = excluded.followed, label = excluded.label, shipped_at = excluded.shipped_at,
          delivered_at = excluded.delivered_at, delays = excluded.delays, claim = excluded.claim, updated_at = excluded.updated_at`;
}

/** The fulfilments of the order row `o`, in the shape of the domain; times as epoch milliseconds. */
export const fulfilmentsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', f.id, 'no', f.no, 'location', f.location, 'seller', f.seller, 'kind', f.kind, 'status', f.status, 'lines', f.lines,
     'delivered', f.delivered, 'hasInstructions', f.has_instructions, 'label', f.label, 'carrier', f.carrier, 'trackingNumber', f.tracking_number, 'trackingUrl', f.tracking_url, 'followed', f.followed,
     'shipBy', (extract(epoch from f.ship_by) * 1000)::bigint, 'shippedAt', (extract(epoch from f.shipped_at) * 1000)::bigint,
     'deliveredAt', (extract(epoch from f.delivered_at) * 1000)::bigint, 'delays', f.delays, 'claim', f.claim) order by f.no), '[]')
     from fulfilment f where f.order_number = o.number)`;

export type ParcelRow = Pick<Fulfilment, 'id' | 'status' | 'carrier' | 'trackingNumber'> & {
  readonly orderNumber: string;
};

const parcelColumns = sql`id, order_number as "orderNumber", status, carrier, tracking_number as "trackingNumber"`;

/** The parcels with this tracking number; carriers reuse numbers after years, so the newest comes first. */
export const parcelsByTracking: (db: Db, trackingNumber: string) => Promise<ParcelRow[]> = gatheredFor(
  async (db: Db, numbers) => {
    const { rows } = await prepared<ParcelRow>(
      'parcels_by_tracking',
      sql`
      select ${parcelColumns}
        from (select distinct number from unnest(${numbers as string[]}::text[]) as n (number)) n
       cross join lateral (select * from fulfilment where tracking_number = n.number order by updated_at desc limit 5) f
       order by f.updated_at desc`,
    ).execute(db);
    return numbers.map((number) => rows.filter((row) => row.trackingNumber === number));
  },
);

/** Parcels under way of which nothing was heard since `silentSince`; marks them as asked, so that two sweeps share the work. */
export async function takeSilentParcels(db: Db, silentSince: Date, limit: number): Promise<ParcelRow[]> {
  const { rows } = await sql<ParcelRow>`
    with silent as materialized (
      select id as silent_id from fulfilment
       where status in ('labelled', 'shipped') and tracking_number is not null
         and coalesce(tracking_asked_at, updated_at) < ${silentSince}
       order by coalesce(tracking_asked_at, updated_at) limit ${limit} for update skip locked
    )
    update fulfilment set tracking_asked_at = now() from silent where id = silent_id
    returning ${parcelColumns}`.execute(db);
  return rows;
}

/**
 * Parcels that were given to each location since `since` (its midnight), for its capacity of the day. `besides`: an order whose parcels that are
 * here are about to be planned anew, so that they take up nothing.
 */
export async function packedSince(
  db: Db,
  locations: readonly string[],
  since: Date,
  besides: string | null = null,
): Promise<Map<string, number>> {
  const { rows } = await sql<{ location: string; parcels: number }>`
    select f.location, count(*)::int as parcels from fulfilment f
     where f.location = any(${locations as string[]}) and f.made_at >= ${since} and f.status <> 'cancelled'
       and not (f.order_number = coalesce(${besides}, '') and f.status in ('pending', 'labelled'))
     group by f.location`.execute(db);
  return new Map(rows.map((row) => [row.location, row.parcels]));
}

export type LabelPurchase = { readonly attempt: number; readonly rate: Rate; readonly transactionId: string | null };

/** What was bought, or was about to be, for a parcel or a return; not what was given back. */
export const labelPurchasesOf = (parcel: string): RawBuilder<unknown> => sql`
  (select coalesce(jsonb_agg(jsonb_build_object('attempt', attempt, 'rate', rate, 'transactionId', transaction_id) order by attempt), '[]')
     from label_purchase where fulfilment = ${parcel} and voided_at is null)`;

export async function chooseLabelRate(db: Db, fulfilment: string, attempt: number, rate: Rate): Promise<void> {
  await prepared(
    'choose_rate',
    sql`
    insert into label_purchase (fulfilment, attempt, rate) values (${fulfilment}, ${attempt}, ${json(rate)}::jsonb)
    on conflict (fulfilment, attempt) do update set rate = excluded.rate where label_purchase.transaction_id is null`,
  ).execute(db);
}

export async function noteLabelBought(
  db: Db,
  fulfilment: string,
  attempt: number,
  transactionId: string,
): Promise<void> {
  await prepared(
    'label_bought',
    sql`update label_purchase set transaction_id = ${transactionId} where fulfilment = ${fulfilment} and attempt = ${attempt}`,
  ).execute(db);
}

/** A label that was given back is not adopted for its parcel again. */
export async function noteLabelVoided(db: Db, transactionId: string): Promise<void> {
  await sql`update label_purchase set voided_at = coalesce(voided_at, now()) where transaction_id = ${transactionId}`.execute(
    db,
  );
}
