import { type RawBuilder, sql } from 'kysely';
import { ORDER_STATUSES } from '../domain/order.ts';
import { hasInNumber, hasText, mayHaveText } from './order-search.ts';

export type OrderSort = 'created' | 'total' | 'number' | 'status' | 'payment_status';

/** What a list of orders may be asked (SPEC.md §7), and the conditions in SQL that come of it. */
export type OrderFilter = {
  /** Part of a number, an e-mail or a name, in any case; two letters: the beginning of a word. */
  readonly q?: string | undefined;
  /** Whether `q` is looked for in numbers alone. */
  readonly inNumbers?: boolean;
  readonly store?: string | undefined;
  readonly channel?: string | undefined;
  readonly status?: readonly string[] | undefined;
  readonly paymentStatus?: readonly string[] | undefined;
  readonly paymentMethod?: readonly string[] | undefined;
  readonly createdFrom?: Date | undefined;
  /** Exclusive. */
  readonly createdTo?: Date | undefined;
  readonly seller?: string | undefined;
  readonly hasException?: boolean | undefined;
  /** Those with a parcel that should have left by now. */
  readonly late?: true | undefined;
  readonly sort: { readonly by: OrderSort; readonly descending: boolean };
  /** The sort key and number of the last row of the page before. */
  readonly after?: readonly [string, string] | undefined;
  readonly limit: number;
};

export type Sql = RawBuilder<unknown>;

export const all = (conditions: readonly Sql[]): Sql => sql.join([sql`true`, ...conditions], sql` and `);

const SORTS = {
  created: { column: 'placed_at', type: sql.raw('timestamptz') },
  total: { column: 'total_minor', type: sql.raw('bigint') },
  number: { column: 'number', type: sql.raw('text') },
  status: { column: 'status', type: sql.raw('text') },
  payment_status: { column: 'payment_status', type: sql.raw('text') },
} as const;

/** Whether the sort is one of the facets; order_search has these only within its text of facets. */
export const sortsByFacet = ({ sort }: OrderFilter): boolean => sort.by === 'status' || sort.by === 'payment_status';

/** The column that is sorted by, in `orders`; order_search has all but the facets. */
export const sortColumn = ({ sort }: OrderFilter): Sql => sql.ref(SORTS[sort.by].column);

/** `order by` the sort key and then the number, which makes the order total. */
export function inOrder({ sort }: OrderFilter, key: Sql, number: Sql = sql.ref('number')): Sql {
  const direction = sort.descending ? sql.raw('desc') : sql.raw('asc');
  return sql`${key} ${direction}, ${number} ${direction}`;
}

/** From this sort key on. */
export const onwards = (filter: OrderFilter, key: Sql): Sql =>
  sql`${sortColumn(filter)} ${filter.sort.descending ? sql.raw('<=') : sql.raw('>=')} ${key}`;

function dates({ createdFrom, createdTo }: OrderFilter): Sql[] {
  const placedAt = sql.ref('placed_at');
  return [
    ...(createdFrom === undefined ? [] : [sql`${placedAt} >= ${createdFrom}`]),
    ...(createdTo === undefined ? [] : [sql`${placedAt} < ${createdTo}`]),
  ];
}

/** The range of the sort's index in which the page is: behind the cursor, and between the dates if these are the sort. */
export function rangeOf(filter: OrderFilter): Sql[] {
  const { sort, after } = filter;
  const beyond = sort.descending ? sql.raw('<') : sql.raw('>');
  return [
    ...(after === undefined
      ? []
      : [sql`(${sortColumn(filter)}, number) ${beyond} (${after[0]}::${SORTS[sort.by].type}, ${after[1]})`]),
    ...(sort.by === 'created' ? dates(filter) : []),
  ];
}

/** Before and behind every order number, in any collation: they begin with `ORD-`. */
const NUMBERS = { before: '', behind: 'ORE' } as const;

/**
 * The range within orders of one status when that is the sort: all of them, none, or from the cursor on. As a comparison with the
 * number alone, which an index of numbers can follow.
 */
export function rangeOfNumbers({ sort, after }: OrderFilter, status: Sql): Sql[] {
  if (after === undefined) return [];
  const [at, number] = after;
  return sort.descending
    ? [sql`${status} <= ${at}`, sql`number < case when ${status} = ${at} then ${number} else ${NUMBERS.behind} end`]
    : [sql`${status} >= ${at}`, sql`number > case when ${status} = ${at} then ${number} else ${NUMBERS.before} end`];
}

/** The dates, where the sort is another one. */
export const datesBeside = (filter: OrderFilter): Sql[] => (filter.sort.by === 'created' ? [] : dates(filter));

/** The text and the seller that are looked for in a row of order_search. */
export const wordsOf = ({ q, seller, inNumbers }: OrderFilter): Sql[] => [
  ...(q === undefined ? [] : [inNumbers === true ? hasInNumber(q) : hasText(q)]),
  ...(seller === undefined ? [] : [sql`sellers @> array[${seller}]`]),
];

/** What {@link wordsOf} looks for by its index, which finds more. */
export const indexedWordsOf = ({ q }: OrderFilter): Sql[] => (q === undefined ? [] : [mayHaveText(q)]);

/** One text of `orders.facets`, counted from 1. */
export const facetAt = (facets: Sql, position: number): Sql => sql`split_part(${facets}, E'\\t', ${position}::int)`;

/** What is wanted of each text in `orders.facets`, in their order there; undefined leaves it open. */
const facetsWanted = (filter: OrderFilter): readonly (readonly string[] | undefined)[] => [
  filter.status,
  filter.paymentStatus,
  filter.paymentMethod,
  filter.hasException === undefined ? undefined : [filter.hasException ? 'exception' : 'clear'],
  filter.channel === undefined ? undefined : [filter.channel],
  filter.store === undefined ? undefined : [filter.store],
];

export const choosesFacets = (filter: OrderFilter): boolean =>
  facetsWanted(filter).some((values) => values !== undefined);

export const facetsMatch = (filter: OrderFilter, facets: Sql): Sql =>
  all(
    facetsWanted(filter).flatMap((values, index) =>
      values === undefined ? [] : [sql`${facetAt(facets, index + 1)} = any(${[...values]})`],
    ),
  );

/** With which statuses, the first of the facets, those looked for can begin. */
export const statusesPossible = ({ status }: OrderFilter): string[] => [...(status ?? ORDER_STATUSES)];
