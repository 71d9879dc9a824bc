import { type RawBuilder, sql } from 'kysely';
import type { RiskSignals } from '../domain/fraud.ts';
import type { Order } from '../domain/order.ts';
import { type Db, prepared } from './database.ts';

/** Owns risk_observation: what the rule score of fraud counts by. */

type Row = Omit<RiskSignals, 'isFirstOrder'> & { readonly isKnown: boolean };

/** More orders than a few times what a rule allows tell nothing more, and one address may be that of all orders of a shop. */
const countedAtMost = (allowed: number): number => 10 * allowed;

/**
 * Notes the order, once, and gives what is known of its buyer in the policy's window, this order included. Counts stop at ten
 * times of what the policy allows.
 */
export async function observeRisk(db: Db, order: Order): Promise<RiskSignals> {
  const { number, totals, policy, payment } = order;
  const { window, ordersPerCustomer, ordersPerAddress, ordersPerCard, cumulativeAmount } = policy.fraud;
  const since = sql`now() - make_interval(secs => ${window / 1000})`;
  /** Other orders of the window; null: all of them. */
  const latest = (alike: RawBuilder<unknown>, atMost: number | null) => sql`
    select r.amount_minor from risk_observation r
     where ${alike} and r.at >= ${since} and r.order_number <> t.number order by r.at desc limit ${atMost}::int`;
  /** A sum needs them all. */
  const ofCustomerAtMost = cumulativeAmount === null ? countedAtMost(ordersPerCustomer) : null;
  const { rows } = await prepared<Row>(
    'observe_risk',
    sql`
    with this as (
      select o.number, o.placed_at, lower(o.customer_email) as email, lower(regexp_replace(concat_ws('|', o.shipping_address->>'line1',
               o.shipping_address->>'postal_code', o.shipping_address->>'country'), '[^[:alnum:]|]', '', 'g')) as address,
             o.billing_address->>'country' is distinct from o.shipping_address->>'country' as differ
        from orders o where o.number = ${number}
    ), noted as (
      insert into risk_observation (order_number, at, email, address, card, amount_minor)
      select number, placed_at, email, address, ${payment.card}::text, ${totals.total}::bigint from this on conflict do nothing
    )
    select 1 + of_customer.orders as "ordersOfCustomer", 1 + of_address.orders as "ordersOfAddress", 1 + of_card.orders as "ordersOfCard",
           ${totals.total}::bigint + of_customer.amount as "amountOfCustomer",
           exists (select from risk_observation r where r.email = t.email and r.order_number <> t.number) as "isKnown",
           split_part(t.email, '@', 2) as "emailDomain", t.differ as "countriesDiffer"
      from this t,
           lateral (select count(*)::int as orders, coalesce(sum(amount_minor), 0)::bigint as amount
                      from (${latest(sql`r.email = t.email`, ofCustomerAtMost)}) latest) of_customer,
           lateral (select count(*)::int as orders
                      from (${latest(sql`r.address = t.address`, countedAtMost(ordersPerAddress))}) latest) of_address,
           lateral (select count(*)::int as orders
                      from (${latest(sql`r.card = ${payment.card}::text`, countedAtMost(ordersPerCard))}) latest) of_card`,
  ).execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${number} is not recorded`);
  const { isKnown, ...signals } = row;
  return { ...signals, isFirstOrder: !isKnown };
}
