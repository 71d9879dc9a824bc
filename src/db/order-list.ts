import { sql } from 'kysely';
import type { OrderStatus, PaymentMethod, PaymentStatus } from '../domain/order.ts';
import type { Db } from './database.ts';
import { lateParcels } from './late-parcels.ts';
import {
  all,
  choosesFacets,
  datesBeside,
  facetAt,
  facetsMatch,
  indexedWordsOf,
  inOrder,
  type OrderFilter,
  type OrderSort,
  onwards,
  rangeOf,
  rangeOfNumbers,
  type Sql,
  sortColumn,
  sortsByFacet,
  statusesPossible,
  wordsOf,
} from './order-filter.ts';
import { isWholeNumber, searchTable } from './order-search.ts';
import { ordersTable } from './orders.ts';

/**
 * Lists of orders: every filter, search and sort of SPEC.md §7, in pages by keyset, so that a deep page costs what the first does.
 *
 * What changes of an order, and how it was sold, is one text: its facets. A few hundred different ones are in use, and the orders
 * of each stand in indexes in every sort. A filter is a choice among them, and its page is merged from the first orders of each.
 *
 * Search, sellers and dates are another matter. Reading in the order asked for until the page is full is quick for what is
 * frequent, finding all by index and sorting them is quick for what is rare, and each is slow for the other. So the next orders
 * are read first, as many as {@link WINDOW} says; if the page is not full then, what is looked for is rare, and is collected.
 */

export type OrderRow = {
  readonly number: string;
  readonly store: string;
  readonly channel: string;
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
  readonly paymentMethod: PaymentMethod;
  readonly paymentReference: string | null;
  readonly placedAt: Date;
  readonly updatedAt: Date;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly waitingFor: string;
  readonly waitingUntil: Date | null;
  readonly exceptionsOpen: number;
  /** The sort column's value, exact, for the cursor. */
  readonly sortKey: string;
};
export type { OrderFilter };

/** Orders read for each row of a page before the rest is collected. By time they lie side by side; in other sorts each is a look-up. */
const WINDOW = { created: 100, total: 50, number: 50, status: 25, payment_status: 25 } as const;
/**
 * A window that fills a quarter of the page is made six times wider, which with some room fills it; reading stops when it is full. Of
 * frequent words an eighth is enough, when it is the chosen facets that are rare at the beginning.
 */
const NEARLY = { usual: 4, frequent: 8 } as const;
const WIDER = 6;

/**
 * How many orders of the chosen facets are looked into one by one: the more of them have the words, the fewer fill the page, and the
 * more would have to be collected. `share` is of all orders, from the most frequent words to the rarest.
 */
const LOOKS = [
  { share: 1 / 100, most: 30_000 },
  { share: 1 / 1_000, most: 6_000 },
  { share: 0, most: 1_000 },
] as const;
/** From this share on words are as frequent as any. */
const FREQUENT = LOOKS[0].share;
const looksFor = (share: number): number => LOOKS.find((step) => share >= step.share)?.most ?? 0;

export async function listOrders(db: Db, filter: OrderFilter): Promise<OrderRow[]> {
  // Few are late at any time, and their parcels find them.
  if (filter.late !== undefined) return rowsOf(db, filter, collected(filter));
  const chooses = choosesFacets(filter);
  const narrows = wordsOf(filter).length > 0 || datesBeside(filter).length > 0;
  if (chooses && !narrows) return rowsOf(db, filter, merged(filter));
  if (filter.q !== undefined && isWholeNumber(filter.q)) return rowsOf(db, filter, collected(filter));

  const size = filter.limit * (narrows ? WINDOW[filter.sort.by] : 1);
  let page = await walk(db, filter, size);
  const part = chooses && page.share >= FREQUENT ? NEARLY.frequent : NEARLY.usual;
  const isNearlyFull = page.rows.length < filter.limit && page.rows.length * part >= filter.limit;
  if (isNearlyFull && narrows) page = await walk(db, filter, size * WIDER);
  if (page.rows.length === filter.limit || !narrows) return page.rows;
  return rowsOf(db, filter, chooses ? lookedInto(filter, looksFor(page.share)) : collected(filter));
}

/** Runs a `with` clause that ends in `page (number, key)`. */
async function rowsOf(db: Db, filter: OrderFilter, withPage: Sql): Promise<OrderRow[]> {
  const { rows } = await sql<OrderRow>`
    ${withPage}
    select ${columns} from page join ${ordersTable} o on o.number = page.number
     order by ${inOrder(filter, sql.ref('page.key'), sql.ref('page.number'))}`.execute(db);
  return rows;
}

const columns = sql`
  o.number, o.store, o.channel, o.status, o.payment_status as "paymentStatus", o.payment_method as "paymentMethod",
  o.payment_reference as "paymentReference", o.placed_at as "placedAt", o.updated_at as "updatedAt",
  o.customer_name as "customerName", o.customer_email as "customerEmail", o.currency, o.total_minor as "totalMinor",
  o.waiting_for as "waitingFor", o.waiting_until as "waitingUntil", o.exceptions_open as "exceptionsOpen",
  page.key::text as "sortKey"`;

const KEY = sql.ref('key');
const FACETS = sql.ref('facets');

/** A filter that chooses facets and nothing else: the page is merged from theirs. */
const merged = (filter: OrderFilter): Sql => sql`
  with recursive ${chosenFacets(filter)}, page as (
    select number, key from ${firstOfEach(filter, filter.limit)} order by ${inOrder(filter, KEY)} limit ${filter.limit}
  )`;

/** `chosen (value)`: the facets asked for, of those in use; their index is jumped through from one to the next. */
const chosenFacets = (filter: OrderFilter): Sql => sql`
  facet (of_status, value) as (
    select of_status, (select facets from ${ordersTable} where facets >= of_status order by facets limit 1)
      from unnest(${statusesPossible(filter)}::text[]) as of_status
    union all
    select of_status, (select facets from ${ordersTable} where facets > value order by facets limit 1)
      from facet where ${facetAt(sql.ref('value'), 1)} = of_status
  ), chosen as (
    select value from facet where ${facetAt(sql.ref('value'), 1)} = of_status and ${facetsMatch(filter, sql.ref('value'))}
  )`;

/** The first orders of each chosen facet, as `number` and sort `key`. */
function firstOfEach(filter: OrderFilter, limit: number): Sql {
  const status = facetAt(sql.ref('chosen.value'), 1);
  // True of every order of the facet; said, so that one index serves the sorts by number and by what is among the facets.
  const samePayment = sql`payment_status = ${facetAt(sql.ref('chosen.value'), 2)}`;
  const byNumber = sql.ref('number');
  // Of the status, which is that of the facet, nothing is said: the index of statuses would be walked for what is rare in it.
  const walks: Partial<Record<OrderSort, { key: Sql; order: Sql; range: readonly Sql[] }>> = {
    number: { key: byNumber, order: byNumber, range: [samePayment, ...rangeOf(filter)] },
    status: { key: status, order: byNumber, range: [samePayment, ...rangeOfNumbers(filter, status)] },
  };
  const column = sortColumn(filter);
  const { key, order, range } = walks[filter.sort.by] ?? { key: column, order: column, range: rangeOf(filter) };
  return sql`
    chosen cross join lateral (
      select number, ${key} as key from ${ordersTable} where facets = chosen.value and ${all(range)}
       order by ${inOrder(filter, order)} limit ${limit}) as first`;
}

/**
 * Reads the next `size` orders. If facets are chosen, from the first on that has one: before it there may be many without. With the
 * page comes the share of them that have the words, as far as {@link FREQUENT}.
 */
async function walk(db: Db, filter: OrderFilter, size: number) {
  const chooses = choosesFacets(filter);
  const firstChosen = sql`
    ${chosenFacets(filter)}, first_chosen as (
      select key from ${firstOfEach(filter, 1)} order by ${inOrder(filter, KEY)} limit 1
    ), `;
  const next = window(filter, size, chooses ? [onwards(filter, sql`(select key from first_chosen)`)] : []);
  const frequent = Math.ceil(size * FREQUENT);
  const { rows } = await sql<OrderRow & { number: string | null; worded: number }>`
    with recursive ${chooses ? firstChosen : sql``} worded as materialized (${next}), page as (
      select number, key from worded where ${all([facetsMatch(filter, FACETS), ...datesBeside(filter)])}
       order by ${inOrder(filter, KEY)} limit ${filter.limit}
    ), sample as (
      select count(*) as worded from (select from worded limit ${frequent}) as found
    )
    select ${columns}, sample.worded
      from sample left join (page join ${ordersTable} o on o.number = page.number) on true
     order by ${inOrder(filter, sql.ref('page.key'), sql.ref('page.number'))}`.execute(db);
  return { rows: rows.filter((row) => row.number !== null), share: (rows[0]?.worded ?? 0) / size };
}

/** Those of the next `size` orders that have the words, in order. */
function window(filter: OrderFilter, size: number, from: readonly Sql[]): Sql {
  const next = sql`where ${all([...rangeOf(filter), ...from])} order by ${inOrder(filter, sortColumn(filter))} limit ${size}`;
  return sortsByFacet(filter)
    ? sql`
      select next.number, next.key, s.facets, s.placed_at
        from (select number, ${sortColumn(filter)} as key from ${ordersTable} ${next}) as next
       cross join lateral (
         select facets, placed_at from ${searchTable} where number = next.number and ${all(wordsOf(filter))} offset 0) as s
       order by ${inOrder(filter, sql.ref('next.key'), sql.ref('next.number'))}`
    : sql`
      select number, key, facets, placed_at from (select *, ${sortColumn(filter)} as key from ${searchTable} ${next}) as next
       where ${all(wordsOf(filter))} order by ${inOrder(filter, KEY)}`;
}

/** All orders, or those with a late parcel, as the overview counts them: each is looked up, as they are few. */
const among = ({ late }: OrderFilter): Sql =>
  late === undefined
    ? searchTable
    : sql`
      (select one.* from (select distinct o.number from ${lateParcels}) as late
        cross join lateral (select * from ${searchTable} where number = late.number offset 0) as one)`;

/** All that match, found by index, and then sorted. */
const collected = (filter: OrderFilter): Sql => sql`with page as (${collection(filter, [])})`;

/** `offset 0` keeps the two steps apart: PostgreSQL would like to walk until the page is full, which for what is rare is to the end. */
const collection = (filter: OrderFilter, when: readonly Sql[]): Sql => sql`
  select number, key
    from (
      select number, ${sortColumn(filter)} as key
        from (select one.*, ${facetAt(FACETS, 1)} as status, ${facetAt(FACETS, 2)} as payment_status from ${among(filter)} as one) as s
       where ${all([...indexedWordsOf(filter), ...wordsOf(filter), facetsMatch(filter, FACETS), ...datesBeside(filter), ...rangeOf(filter), ...when])}
      offset 0) as found
   order by ${inOrder(filter, KEY)} limit ${filter.limit}`;

/**
 * Orders of the chosen facets, between the dates, are looked into one by one, in order, until the page is full. If there are too many
 * for that, all that match are collected.
 */
function lookedInto(filter: OrderFilter, most: number): Sql {
  const words = wordsOf(filter);
  const look = sql`
    cross join lateral (select from ${searchTable} where number = candidate.number and ${all(words)} offset 0) as worded`;
  return sql`
    with recursive ${chosenFacets(filter)}, candidate as materialized (
      select number, ${sortColumn(filter)} as key
        from chosen
        join (select number, facets, placed_at, total_minor, ${facetAt(FACETS, 1)} as status, ${facetAt(FACETS, 2)} as payment_status
                from ${ordersTable}) as o
          on o.facets = chosen.value and ${all([...datesBeside(filter), ...rangeOf(filter)])}
       limit ${most + 1}
    ), few as (
      select count(*) <= ${most} as candidates from candidate
    ), page as (
      (select candidate.number, candidate.key
         from (select * from candidate where (select candidates from few) order by ${inOrder(filter, KEY)}) as candidate
         ${words.length === 0 ? sql`` : look}
        order by ${inOrder(filter, sql.ref('candidate.key'), sql.ref('candidate.number'))} limit ${filter.limit})
      union all
      (${collection(filter, [sql`not (select candidates from few)`])})
    )`;
}
