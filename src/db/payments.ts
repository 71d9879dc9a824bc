import { type RawBuilder, sql } from 'kysely';
import type { Order } from '../domain/order.ts';
import { type Db, json, prepared, timestamp } from './database.ts';

/** Owns payment and payment_claim. */

/** Writes the payment of an order, for the first time or after a change; null when it has not changed. */
export function upsertPayment(before: Order | undefined, order: Order, at: number): RawBuilder<unknown> | null {
  const p = order.payment;
  if (before !== undefined && json(before.payment) === json(p)) return null;
  return sql`
    insert into payment (order_number, method, status, amount_minor, authorized_minor, captured_minor, refunded_minor, returned_by_hand_minor, reference,
                         checked, next_action, capture_before, expiring, risk_level, risk_score, failure, charged_back_minor, card, updated_at)
    select m.number, ${p.method}, ${p.status}, ${p.amount}::bigint, ${p.authorized}::bigint, ${p.captured}::bigint, ${p.refunded}::bigint,
           ${p.returnedByHand}::bigint, ${p.reference}, ${p.checked}::boolean, ${p.nextAction === null ? null : json(p.nextAction)}::jsonb,
           ${timestamp(p.captureBefore)}::timestamptz, ${p.expiring}::boolean, ${p.riskLevel}, ${p.riskScore}::int,
           ${p.failure === null ? null : json(p.failure)}::jsonb, ${p.chargedBack}::bigint, ${p.card}, ${timestamp(at)}::timestamptz
      from moved m
    on conflict (order_number) do update
      set status = excluded.status, amount_minor = excluded.amount_minor, authorized_minor = excluded.authorized_minor, captured_minor = excluded.captured_minor,
          refunded_minor = excluded.refunded_minor, returned_by_hand_minor = excluded.returned_by_hand_minor, reference = excluded.reference, checked = excluded.checked,
          next_action = excluded.next_action, capture_before = excluded.capture_before, expiring = excluded.expiring,
          risk_level = excluded.risk_level, risk_score = excluded.risk_score, failure = excluded.failure,
          charged_back_minor = excluded.charged_back_minor, card = excluded.card,
          updated_at = excluded.updated_at`;
}

/** Claims a payment at the gateway for an order; answers the order that has it, which is another one when it came first. */
export async function claimPayment(db: Db, reference: string, orderNumber: string): Promise<string> {
  const { rows } = await prepared<{ owner: string }>(
    'claim_payment',
    sql`
    with mine as (
      insert into payment_claim (reference, order_number) values (${reference}, ${orderNumber})
      on conflict (reference) do nothing returning order_number
    )
    select order_number as owner from mine
    union all
    select order_number from payment_claim where reference = ${reference}
    limit 1`,
  ).execute(db);
  const [row] = rows;
  // Neither inserted nor seen: another transaction claimed it after this statement began; look again.
  return row === undefined ? claimPayment(db, reference, orderNumber) : row.owner;
}

export async function orderOfPayment(db: Db, reference: string): Promise<string | null> {
  const { rows } = await prepared<{ owner: string }>(
    'order_of_payment',
    sql`select order_number as owner from payment_claim where reference = ${reference}`,
  ).execute(db);
  return rows[0]?.owner ?? null;
}

/** The payment of the order row `o`, in the shape of the domain; times as epoch milliseconds. */
export const paymentOf = sql`
  (select jsonb_build_object(
     'method', p.method, 'status', p.status, 'amount', p.amount_minor, 'authorized', p.authorized_minor, 'captured', p.captured_minor,
     'refunded', p.refunded_minor, 'returnedByHand', p.returned_by_hand_minor, 'reference', p.reference, 'checked', p.checked, 'nextAction', p.next_action,
     'captureBefore', (extract(epoch from p.capture_before) * 1000)::bigint, 'expiring', p.expiring,
     'riskLevel', p.risk_level, 'chargedBack', p.charged_back_minor, 'card', p.card, 'riskScore', p.risk_score, 'failure', p.failure)
     from payment p where p.order_number = o.number)`;
