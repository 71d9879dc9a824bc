import { sql } from 'kysely';
import type { RiskSignals } from '../domain/fraud.ts';
import type { Order } from '../domain/order.ts';
import { type Db, prepared } from './database.ts';

/** Owns risk_observation: what the rule score of fraud counts by. */

type Row = Omit<RiskSignals, 'isFirstOrder'> & { readonly earlierOrders: number };

/** Notes the order, once, and gives what is known of its buyer in the policy's window, this order included. */
export async function observeRisk(db: Db, order: Order): Promise<RiskSignals> {
  const { number, totals, policy, payment } = order;
  const since = sql`now() - make_interval(secs => ${policy.fraud.window / 1000})`;
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
    ), earlier as (
      select r.*, r.at >= ${since} as recent from risk_observation r, this t
       where r.order_number <> t.number
         and (r.email = t.email or (r.at >= ${since} and (r.address = t.address or r.card = ${payment.card}::text)))
    )
    select 1 + (select count(*) from earlier e where e.recent and e.email = t.email)::int as "ordersOfCustomer",
           1 + (select count(*) from earlier e where e.recent and e.address = t.address)::int as "ordersOfAddress",
           1 + (select count(*) from earlier e where e.recent and e.card = ${payment.card}::text)::int as "ordersOfCard",
           ${totals.total}::bigint + (select coalesce(sum(e.amount_minor), 0) from earlier e where e.recent and e.email = t.email)::bigint as "amountOfCustomer",
           (select count(*) from earlier e where e.email = t.email)::int as "earlierOrders",
           split_part(t.email, '@', 2) as "emailDomain", t.differ as "countriesDiffer"
      from this t`,
  ).execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${number} is not recorded`);
  const { earlierOrders, ...signals } = row;
  return { ...signals, isFirstOrder: earlierOrders === 0 };
}
