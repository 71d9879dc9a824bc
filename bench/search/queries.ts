import type { Client } from 'pg';
import { seeded } from '../../sandbox/random.ts';
import type { OrderFilter } from '../../src/db/order-list.ts';
import { ORDER_STATUSES, PAYMENT_METHODS, PAYMENT_STATUSES } from '../../src/domain/order.ts';

/** What staff, sellers and programs ask of lists, many times over with other values, in the classes that are reported. */

export const CLASSES = ['list', 'filter', 'search_number', 'search_email', 'search_name', 'deep_page'] as const;
export type QueryClass = (typeof CLASSES)[number];
export type Queries = Readonly<Record<QueryClass, readonly OrderFilter[]>>;

type Conditions = Omit<OrderFilter, 'sort' | 'limit' | 'after'>;
type Sort = OrderFilter['sort'];

const SORTS: readonly Sort[] = (['created', 'total', 'number', 'status', 'payment_status'] as const).flatMap((by) => [
  { by, descending: true },
  { by, descending: false },
]);
const NEWEST_FIRST: Sort = { by: 'created', descending: true };
/** A page, and the one row more by which the API knows whether there is a next one. */
const PAGE = 51;
const DAY = 86_400_000;

/** Whole numbers below `n` that look random and are the same in every run. */
export function dice(seed: number): (n: number) => number {
  const random = seeded(seed);
  return (n) => Math.floor(random() * n);
}
type Dice = ReturnType<typeof dice>;
const one = <Value>(values: readonly Value[], roll: Dice): Value => {
  const value = values[roll(values.length)];
  if (value === undefined) throw new Error('there is nothing to choose from');
  return value;
};

/** Some orders as they are in the record, for texts that are found. */
interface Sample {
  readonly number: string;
  readonly name: string;
  readonly email: string;
}
export async function sampleOrders(client: Client, orders: number): Promise<Sample[]> {
  const percent = Math.min(100, (100 * 1_000) / orders);
  const { rows } = await client.query<Sample>(
    `select number, customer_name as name, customer_email as email from orders tablesample bernoulli (${percent}) repeatable (7)`,
  );
  return rows;
}

const STORES = ['main', 'latam', 'japan', 'wholesale', 'outlet'] as const;
const CHANNELS = ['web', 'app', 'marketplace', 'phone'] as const;
const OPEN = ['pending', 'confirmed', 'processing', 'shipped'] as const;

/** As in the data: a few sellers have most of the orders. */
const seller = (roll: Dice): string =>
  `seller-${String(Math.floor(2_000 * (roll(1_000) / 1_000) ** 3)).padStart(4, '0')}`;

/** A day, a week, a month or a quarter, more often of late than long ago. */
function dates(roll: Dice): Conditions {
  const length = one([1, 7, 30, 90], roll);
  const ago = Math.floor(640 * (roll(1_000) / 1_000) ** 2);
  return { createdFrom: new Date(Date.now() - (ago + length) * DAY), createdTo: new Date(Date.now() - ago * DAY) };
}

/** Each filter alone, and those that are used together. */
const FILTERS: readonly ((roll: Dice) => Conditions)[] = [
  (roll) => ({ status: [one(ORDER_STATUSES, roll)] }),
  () => ({ status: OPEN }),
  () => ({ status: ['shipped', 'delivered'] }),
  (roll) => ({ paymentStatus: [one(PAYMENT_STATUSES, roll)] }),
  () => ({ paymentStatus: ['pending', 'failed'] }),
  (roll) => ({ paymentMethod: [one(PAYMENT_METHODS, roll)] }),
  dates,
  () => ({ createdFrom: new Date(Date.now() - DAY) }),
  (roll) => ({ seller: seller(roll) }),
  () => ({ hasException: true }),
  () => ({ hasException: false }),
  (roll) => ({ store: one(STORES, roll) }),
  (roll) => ({ channel: one(CHANNELS, roll) }),
  (roll) => ({ store: one(STORES, roll), channel: one(CHANNELS, roll) }),
  (roll) => ({ store: one(STORES, roll), status: [one(ORDER_STATUSES, roll)] }),
  (roll) => ({ status: [one(ORDER_STATUSES, roll)], paymentStatus: [one(PAYMENT_STATUSES, roll)] }),
  (roll) => ({ status: [one(ORDER_STATUSES, roll)], paymentMethod: [one(PAYMENT_METHODS, roll)] }),
  () => ({ paymentMethod: ['cod'], paymentStatus: ['pending'], status: ['delivered'] }),
  (roll) => ({ status: [one(ORDER_STATUSES, roll)], ...dates(roll) }),
  (roll) => ({ paymentMethod: [one(PAYMENT_METHODS, roll)], ...dates(roll) }),
  (roll) => ({ store: one(STORES, roll), paymentMethod: [one(PAYMENT_METHODS, roll)], ...dates(roll) }),
  (roll) => ({ store: one(STORES, roll), hasException: true }),
  (roll) => ({ status: OPEN, hasException: true, channel: one(CHANNELS, roll) }),
  (roll) => ({ seller: seller(roll), status: [one(ORDER_STATUSES, roll)] }),
  (roll) => ({ seller: seller(roll), status: OPEN }),
  (roll) => ({ seller: seller(roll), ...dates(roll) }),
];

/** Mostly the newest first, else any sort. */
const usualSort = (roll: Dice): Sort => (roll(10) < 7 ? NEWEST_FIRST : one(SORTS, roll));

const part = (text: string, from: number, length: number): string => text.slice(from, from + length);
const swapCase = (text: string, roll: Dice): string => (roll(2) === 0 ? text.toLowerCase() : text.toUpperCase());

const NUMBERS: readonly ((order: Sample, roll: Dice) => string)[] = [
  ({ number }) => number,
  ({ number }, roll) => swapCase(number, roll),
  ({ number }, roll) => part(number, 0, 6 + roll(7)),
  ({ number }, roll) => swapCase(part(number, 4 + roll(6), 4), roll),
  ({ number }, roll) => part(number, 4 + roll(5), 3 + roll(4)),
  () => 'ORD-ZZZZZZZZZZ',
  ({ number }) => part(number, 4, 2),
];
const EMAILS: readonly ((order: Sample, roll: Dice) => string)[] = [
  ({ email }) => email,
  ({ email }) => email.toUpperCase(),
  ({ email }) => email.split('@')[0] ?? email,
  ({ email }, roll) => part(email, 0, 3 + roll(8)),
  ({ email }, roll) => part(email, 2 + roll(5), 4 + roll(6)),
  ({ email }) => `@${email.split('@')[1]}`,
  ({ email }) => email.split('@')[1] ?? email,
  ({ email }) => `nobody.${email}`,
];
const NAMES: readonly ((order: Sample, roll: Dice) => string)[] = [
  ({ name }) => name,
  ({ name }, roll) => swapCase(name, roll),
  ({ name }) => name.split(' ')[0] ?? name,
  ({ name }) => name.split(' ')[1] ?? name,
  ({ name }, roll) => part(name.split(' ')[1] ?? name, 0, 3 + roll(2)),
  ({ name }, roll) => part(name, 0, 2 + roll(4)),
  ({ name }) => part(name, 0, name.indexOf(' ') + 4),
  () => 'Silva',
  () => 'quintero',
];

/** Nine in ten alone; the tenth within a tab of the desk, or by a seller. */
const within = (roll: Dice): Conditions =>
  roll(10) > 0 ? {} : one([{ status: [one(ORDER_STATUSES, roll)] }, { status: OPEN }, { seller: seller(roll) }], roll);

const searches = (
  texts: readonly ((order: Sample, roll: Dice) => string)[],
  samples: readonly Sample[],
  count: number,
  roll: Dice,
): OrderFilter[] =>
  Array.from({ length: count }, (_, index) => ({
    q: texts[index % texts.length]?.(one(samples, roll), roll).trim(),
    ...within(roll),
    sort: roll(10) < 9 ? NEWEST_FIRST : one(SORTS, roll),
    limit: PAGE,
  }));

export interface Cursors {
  /** Behind the page that is meant, for each of {@link SORTS}. */
  readonly of: ReadonlyMap<Sort, readonly (readonly [string, string])[]>;
  /** How many pages of fifty lie before. */
  readonly page: number;
}

const DEEP: readonly Conditions[] = [{}, { status: ['completed'] }, {}, { paymentStatus: ['paid'] }];

/** Rows at which page 10,000 begins, and some behind it; of fewer orders, from the middle on. */
export async function deepCursors(client: Client, orders: number): Promise<Cursors> {
  const page = Math.min(10_000, Math.floor(orders / 100));
  const rows = Array.from({ length: 25 }, (_, index) => Math.min(page * 50 + index * 200, orders - 1));
  const of = new Map<Sort, (readonly [string, string])[]>();
  for (const sort of SORTS) {
    const column = {
      created: 'placed_at',
      total: 'total_minor',
      number: 'number',
      status: 'status',
      payment_status: 'payment_status',
    }[sort.by];
    const direction = sort.descending ? 'desc' : 'asc';
    const found = await client.query<{ key: string; number: string }>(
      `select key::text, number
         from (select ${column} as key, number, row_number() over (order by ${column} ${direction}, number ${direction}) as row from orders) as o
        where row = any ($1)`,
      [rows],
    );
    of.set(
      sort,
      found.rows.map(({ key, number }) => [key, number] as const),
    );
  }
  return { of, page };
}

const deep = (cursors: Cursors, count: number): OrderFilter[] =>
  Array.from({ length: count }, (_, index) => {
    const sort = SORTS[index % SORTS.length] ?? NEWEST_FIRST;
    const round = Math.floor(index / SORTS.length);
    const places = cursors.of.get(sort) ?? [];
    return { ...DEEP[round % DEEP.length], sort, limit: PAGE, after: places[round % places.length] };
  });

export function makeQueries(samples: readonly Sample[], cursors: Cursors, each: number, seed: number): Queries {
  const roll = dice(seed);
  const count = Array.from({ length: each });
  return {
    list: count.map((_, index) => ({
      sort: SORTS[index % SORTS.length] ?? NEWEST_FIRST,
      limit: one([21, PAGE, 101], roll),
    })),
    filter: Array.from({ length: Math.ceil(each / FILTERS.length) }, () => FILTERS)
      .flat()
      .map((conditions) => ({ ...conditions(roll), sort: usualSort(roll), limit: PAGE })),
    search_number: searches(NUMBERS, samples, each, roll),
    search_email: searches(EMAILS, samples, each, roll),
    search_name: searches(NAMES, samples, each, roll),
    deep_page: deep(cursors, each),
  };
}
