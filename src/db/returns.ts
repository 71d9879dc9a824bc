import { type RawBuilder, sql } from 'kysely';
import type { Order } from '../domain/order.ts';
import { changed, json, timestamp } from './database.ts';

/** Owns order_return: goods that come back. */

export function upsertReturns(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.returns, after.returns).map((one) => ({
    ...one,
    requestedAt: timestamp(one.requestedAt),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into order_return (id, order_number, status, reason, note, lines, received, requested_at, updated_at)
    select r.id, m.number, r.status, r.reason, r.note, r.lines, r.received, r."requestedAt", ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as r(id text, status text, reason text, note text, lines jsonb, received jsonb, "requestedAt" timestamptz)
    on conflict (id) do update
      set status = excluded.status, received = excluded.received, updated_at = excluded.updated_at`;
}

/** The returns of the order row `o`, in the shape of the domain. */
export const returnsOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', r.id, 'status', r.status, 'reason', r.reason, 'note', r.note, 'lines', r.lines, 'received', r.received,
     'requestedAt', (extract(epoch from r.requested_at) * 1000)::bigint) order by r.requested_at, r.id), '[]')
     from order_return r where r.order_number = o.number)`;
