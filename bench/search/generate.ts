import type { Client } from 'pg';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

/**
 * A marketplace of two years, made inside the database: orders in the order of time, buyers who come again, surnames that
 * many share and surnames that few do, stores of different size and currency, sellers of whom some have left, and statuses
 * that follow from the age of the order, so that what is open is recent and nearly all the rest is completed.
 */

const FIRST_NAMES =
  'Maria,José,Ana,João,Antonio,Francisca,Carlos,Paulo,Pedro,Lucas,Luiz,Marcos,Gabriel,Rafael,Daniel,Marcelo,Bruno,Juliana,' +
  'Adriana,Marcia,Fernanda,Patricia,Aline,Sandra,Camila,Amanda,Bruna,Jessica,Leticia,Julia,James,Mary,Robert,Linda,Michael,' +
  'Elizabeth,David,Barbara,William,Susan,Richard,Karen,Thomas,Sarah,Emma,Olivia,Noah,Liam,Mia,Yuki,Haruto,Sakura,Kenji,Aiko,' +
  'Hana,Wei,Li,Chen,Fatima,Omar,Aisha,Ivan,Olga,Sven,Zoë';
const SURNAMES =
  'Silva,Santos,Oliveira,Souza,Smith,Johnson,Rodrigues,Ferreira,Alves,Pereira,Lima,Gomes,Costa,Ribeiro,Martins,Carvalho,' +
  'Almeida,Lopes,Soares,Fernandes,Vieira,Barbosa,Rocha,Dias,Nascimento,Andrade,Moreira,Nunes,Marques,Machado,Mendes,Freitas,' +
  'Cardoso,Ramos,Gonçalves,Santana,Teixeira,Williams,Brown,Jones,Garcia,Miller,Davis,Wilson,Anderson,Taylor,Moore,Jackson,' +
  'Martin,Lee,Thompson,White,Harris,Clark,Lewis,Robinson,Walker,Young,Tanaka,Suzuki,Sato,Yamamoto,Müller,Schmidt,Novak,Kowalski';
/** A rare surname is three of these: tens of thousands of names, each borne by a few. */
const SYLLABLES =
  'bar,ben,cor,dal,del,fen,gar,hol,jor,kar,lan,mar,nor,ost,pel,quin,ros,sal,tor,ulf,van,wes,yor,zan,bri,cla,dro,fle,gre,kli,plo,stra';
const MAIL_DOMAINS =
  'gmail.com,gmail.com,gmail.com,gmail.com,hotmail.com,hotmail.com,outlook.com,yahoo.com,icloud.com,uol.com.br,proton.me';

const BUYERS = `
  create unlogged table bench_buyer as
  select id, first || ' ' || last as name,
         lower(translate(first || dot || last, 'ãéçëü', 'aeceu')) || id % 997 || '@' || domain as email
    from (
      select id, firsts[1 + floor(array_length(firsts, 1) * r1 ^ 1.3)::int] as first,
             case when r2 < 0.7 then surnames[1 + floor(array_length(surnames, 1) * r3 ^ 1.2)::int] else rare end as last,
             case when r4 < 0.2 then lower(rare) || '.example'
                  else domains[1 + floor(array_length(domains, 1) * r5)::int] end as domain,
             case when r5 < 0.5 then '.' else '' end as dot
        from (
          select id, firsts, surnames, domains, random() as r1, random() as r2, random() as r3, random() as r4, random() as r5,
                 initcap(syllables[1 + floor(32 * random())::int] || syllables[1 + floor(32 * random())::int]
                         || syllables[1 + floor(32 * random())::int]) as rare
            from (select string_to_array('${FIRST_NAMES}', ',') as firsts, string_to_array('${SURNAMES}', ',') as surnames,
                         string_to_array('${SYLLABLES}', ',') as syllables, string_to_array('${MAIL_DOMAINS}', ',') as domains
                 ) as words,
                 generate_series(0, $orders / 3) as id) as dice) as parts`;

/** One row to an order: what it is, before it becomes rows of the record. */
const DRAFTS = `
  create unlogged table bench_draft as
  select i, 'ORD-' || translate(left(encode(decode(md5('order ' || i), 'hex'), 'base64'), 10),
                     'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
                     '0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789ABCDEFGHJKMNPQRSTVWXYZ') as number,
         b.name, b.email, placed_at, store, currency, channel, method, lines, sellers,
         (total * 100)::bigint as total, status,
         case when status in ('returned', 'refunded') then 'refunded'
              when status = 'failed' then 'failed'
              when status = 'cancelled' then case when method = 'stripe' and r6 < 0.4 then 'refunded' else 'voided' end
              when status = 'completed' then case when r6 < 0.02 then 'partially_refunded' else 'paid' end
              when status = 'pending' or method = 'cod' then case when r6 < 0.05 then 'failed' else 'pending' end
              when method = 'stripe' and r6 < 0.3 then 'authorized'
              else 'paid' end as payment_status,
         case when age < interval '9 days' and r7 < 0.02 or r7 < 0.0002 then 1 else 0 end as exceptions
    from (
      select *, case
          when age < interval '2 hours' then case when r3 < 0.8 then 'pending' else 'confirmed' end
          when age < interval '1 day' then case when r3 < 0.05 then 'pending' when r3 < 0.35 then 'confirmed' else 'processing' end
          when age < interval '4 days' then case when r3 < 0.02 then 'pending' when r3 < 0.05 then 'cancelled'
                                                 when r3 < 0.25 then 'processing' else 'shipped' end
          when age < interval '9 days' then case when r3 < 0.03 then 'cancelled' when r3 < 0.33 then 'shipped'
                                                 when r3 < 0.73 then 'delivered' else 'completed' end
          else case when r3 < 0.025 then 'cancelled' when r3 < 0.033 then 'returned' when r3 < 0.04 then 'refunded'
                    when r3 < 0.045 then 'failed' else 'completed' end end as status,
        case store when 'latam' then case when r4 < 0.55 then 'cod' when r4 < 0.7 then 'bank_transfer' else 'stripe' end
                   when 'wholesale' then case when r4 < 0.6 then 'bank_transfer' else 'stripe' end
                   else case when r4 < 0.02 then 'bank_transfer' else 'stripe' end end as method,
        case store when 'latam' then 'BRL' when 'japan' then 'JPY' else 'USD' end as currency,
        round(((8 + 90 * -ln(1 - r5)) * case store when 'latam' then 5 when 'japan' then 150 when 'wholesale' then 40 else 1 end)::numeric, 2) as total,
        case when channel = 'marketplace' or channel = 'web' and r8 < 0.35 then array(
          select distinct 'seller-' || lpad((case when age < interval '1 year' and no % 10 = 7 then no + 1 else no end)::text, 4, '0')
            from unnest(seller_dice[1:lines]) as no) else '{}' end as sellers
        from (
          select i, now() - placed_ago as placed_at, placed_ago as age, r2 as buyer_dice, r3, r4, r5, r6, r7, r8,
                 case when r1 < 0.62 then 1 when r1 < 0.9 then 2 else 3 end as lines,
                 array[floor(2000 * r1 ^ 0.5 * r4 ^ 3)::int, floor(2000 * r2 ^ 3)::int, floor(2000 * r5 ^ 3)::int] as seller_dice,
                 case when r9 < 0.6 then 'main' when r9 < 0.85 then 'latam' when r9 < 0.979 then 'japan'
                      when r9 < 0.999 then 'wholesale' else 'outlet' end as store,
                 case when r10 < 0.68 then 'web' when r10 < 0.88 then 'app' when r10 < 0.98 then 'marketplace' else 'phone' end as channel
            from (
              select i, interval '730 days' * (($orders::float - i + random()) / $orders) as placed_ago,
                     random() as r1, random() as r2, random() as r3, random() as r4, random() as r5,
                     random() as r6, random() as r7, random() as r8, random() as r9, random() as r10
                from generate_series(1, $orders) as i) as dice) as choices) as o
    join bench_buyer b on b.id = floor($orders / 3 * buyer_dice ^ 1.5)::int`;

const ORDERS = `
  insert into orders (number, store, channel, status, payment_status, payment_method, payment_reference, version, currency,
                      subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, shipping_service,
                      customer_name, customer_email, customer_phone, locale, billing_address, shipping_address,
                      confirmation_given, waiting_for, waiting_until, exceptions_open, policy, placed_at, closed_at, updated_at)
  select number, store, channel, status, payment_status, method, case method when 'stripe' then 'pi_' || md5(number) end, 12, currency,
         total, 0, 0, 0, total, 'standard', name, email, '+1555' || lpad((i % 10000000)::text, 7, '0'), 'en', address, address,
         true, 'nothing', null, exceptions, $1::jsonb, placed_at, case when status = 'completed' then placed_at + interval '8 days' end, placed_at
    from bench_draft cross join lateral (
      select jsonb_build_object('name', name, 'line1', i % 900 || ' Long Street', 'line2', 'Apartment ' || i % 70, 'city', 'Springfield',
                                'region', 'OR', 'postal_code', lpad((i % 99999)::text, 5, '0'), 'country', 'US') as address) as made
   order by i`;

const LINES = `
  insert into order_line (order_number, no, sku, name, kind, seller, quantity, unit_price_minor, delivery_status,
                          reserved, shipped, delivered, cancelled, returned, refunded)
  select number, no, 'SKU-' || (i * no) % 5000, 'Product ' || (i * no) % 5000, 'physical',
         case when cardinality(sellers) > 0 then sellers[1 + (no - 1) % cardinality(sellers)] end, 1, total / lines,
         'delivered', 0, 1, 1, 0, 0, 0
    from bench_draft, generate_series(1, lines) as no
   order by i, no`;

const SEARCH = `
  insert into order_search (number, placed_at, total_minor, facets, sellers, terms)
  select o.number, o.placed_at, o.total_minor, o.facets, d.sellers, lower(concat_ws(E'\\n', o.number, o.customer_email, o.customer_name))
    from bench_draft d join orders o using (number)
   order by d.i`;

interface Index {
  readonly name: string;
  readonly definition: string;
}

/** The indexes of the filled tables that no constraint needs; they are made anew over all rows, which is much faster. */
async function dropIndexes(client: Client): Promise<Index[]> {
  const { rows } = await client.query<Index>(`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index i
     where indrelid in ('orders'::regclass, 'order_line'::regclass, 'order_search'::regclass)
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`);
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows;
}

/** Fills a freshly migrated database; `tell` hears of every step. The client's user must be a superuser. */
export async function generateOrders(client: Client, orders: number, tell: (step: string) => void): Promise<void> {
  const filled = (text: string) => text.replaceAll('$orders', String(orders));
  const run = async (step: string, text: string, values: unknown[] = []) => {
    tell(step);
    await client.query(text, values);
  };
  // Foreign keys are not checked, row by row, of data that is right by its making.
  await client.query(
    `set session_replication_role = replica; set work_mem = '256MB'; set maintenance_work_mem = '512MB'`,
  );
  await client.query('select setseed(0.42)');
  await run('buyers', filled(BUYERS));
  await run('what they order', filled(DRAFTS));
  const indexes = await dropIndexes(client);
  await client.query(`
    insert into store (code, name, support_email)
    select code, code, 'support@store.example' from unnest('{main,latam,japan,wholesale,outlet}'::text[]) as code`);
  // Of a table emptied in the same transaction, the server writes no log.
  await client.query('begin');
  await client.query('truncate orders, order_line, order_search cascade');
  await run('orders', ORDERS, [JSON.stringify(DEFAULT_POLICY.order)]);
  await run('lines', LINES);
  await run('what they are found by', SEARCH);
  await client.query('commit');
  for (const { name, definition } of indexes) await run(`index ${name}`, definition);
  await client.query('drop table bench_draft, bench_buyer');
  for (const table of ['orders', 'order_line', 'order_search'])
    await run(`statistics of ${table}`, `vacuum analyze ${table}`);
  await client.query('reset session_replication_role; reset work_mem; reset maintenance_work_mem');
}
