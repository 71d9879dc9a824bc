import { type RawBuilder, sql } from 'kysely';
import type { Order } from '../domain/order.ts';
import { changed, json, timestamp } from './database.ts';

/** Owns dispute: what a buyer's bank asks back, under the gateway's own name of it. */

export function upsertDisputes(before: Order, after: Order, at: number): RawBuilder<unknown> | null {
  const rows = changed(before.disputes, after.disputes).map((one) => ({
    ...one,
    evidenceDue: timestamp(one.evidenceDue),
  }));
  if (rows.length === 0) return null;
  return sql`
    insert into dispute (id, order_number, status, amount_minor, reason, evidence_due, submission, acceptance, inquiry, refused, updated_at)
    select d.id, m.number, d.status, d.amount, d.reason, d."evidenceDue", d.submission, d.acceptance,
           coalesce(d.inquiry, false), coalesce(d.refused, false), ${timestamp(at)}::timestamptz
      from moved m, jsonb_to_recordset(${json(rows)}::jsonb)
           as d(id text, status text, amount bigint, reason text, "evidenceDue" timestamptz, submission text, acceptance text,
                inquiry boolean, refused boolean)
    on conflict (id) do update
      set status = excluded.status, amount_minor = excluded.amount_minor, reason = excluded.reason,
          evidence_due = excluded.evidence_due, submission = excluded.submission, acceptance = excluded.acceptance,
          inquiry = excluded.inquiry, refused = excluded.refused, updated_at = excluded.updated_at`;
}

/** The disputes of the order row `o`, in the shape of the domain. */
export const disputesOfRow = sql`
  (select coalesce(jsonb_agg(jsonb_build_object(
     'id', d.id, 'status', d.status, 'amount', d.amount_minor, 'reason', d.reason,
     'evidenceDue', (extract(epoch from d.evidence_due) * 1000)::bigint, 'submission', d.submission,
     'acceptance', d.acceptance) || case when d.inquiry then '{"inquiry": true}' else '{}' end::jsonb
     || case when d.refused then '{"refused": true}' else '{}' end::jsonb order by d.id), '[]')
     from dispute d where d.order_number = o.number)`;
