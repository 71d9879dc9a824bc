import { type RawBuilder, sql } from 'kysely';
import type { Order } from '../domain/order.ts';
import { changed, type Db, json, timestamp } from './database.ts';

/** Owns refund: money that goes back to the buyer, one row for each time it was promised. */

export function upsertRefunds(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.refunds, after.refunds).map((one) => ({
    ...one,
    requestedAt: timestamp(one.requestedAt),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into refund (id, order_number, amount_minor, reason, note, lines, status, reference, requested_at, updated_at)
    select r.id, m.number, r.amount, r.reason, r.note, r.lines, r.status, r.reference, r."requestedAt", ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as r(id text, amount bigint, reason text, note text, lines jsonb, status text, reference text, "requestedAt" timestamptz)
    on conflict (id) do update
      set status = excluded.status, reference = excluded.reference, updated_at = excluded.updated_at`;
}

/** The refunds of the order row `o`, in the shape of the domain. */
export const refundsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', r.id, 'amount', r.amount_minor, 'reason', r.reason, 'note', r.note, 'lines', r.lines, 'status', r.status,
     'reference', r.reference, 'requestedAt', (extract(epoch from r.requested_at) * 1000)::bigint) order by r.requested_at, r.id), '[]')
     from refund r where r.order_number = o.number)`;

/** The refund that the gateway names so, or that we named `ours` when we asked for it. */
export async function findRefund(
  db: Db,
  reference: string,
  ours: string | null,
): Promise<{ orderNumber: string; isKnown: boolean; isPending: boolean } | null> {
  const { rows } = await sql<{ orderNumber: string; isKnown: boolean; isPending: boolean }>`
    select order_number as "orderNumber", reference is not distinct from ${reference} as "isKnown", status = 'pending' as "isPending"
      from refund where reference = ${reference} or id = ${ours} order by 2 desc limit 1`.execute(db);
  return rows[0] ?? null;
}
