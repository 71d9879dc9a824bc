/** What a list of orders is filtered and sorted by, as it stands in the address. Several values of one filter are joined with commas. */

export const ORDER_FILTERS = [
  'q',
  'status',
  'payment_status',
  'payment_method',
  'created_from',
  'created_to',
  'store',
  'channel',
  'seller',
  'has_exception',
  'late',
  'sort',
] as const;
export type OrderFilterName = (typeof ORDER_FILTERS)[number];
export type OrdersSearch = { readonly [Name in OrderFilterName | 'cursor' | 'page']?: string };

/** The filters alone, without the page. */
export const filtersOf = (search: OrdersSearch): OrdersSearch =>
  Object.fromEntries(ORDER_FILTERS.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])));

export const sameFilters = (a: OrdersSearch, b: OrdersSearch): boolean =>
  ORDER_FILTERS.every((name) => (a[name] ?? '') === (b[name] ?? ''));

/** What would tell a seller of the buyer's money, of other sellers or of what the store waits for, the API refuses. */
export const SELLERS_FILTERS: readonly OrderFilterName[] = ['status', 'created_from', 'created_to'];

/** What most people look at, most days. */
export const PRESETS = {
  all: {},
  attention: { has_exception: 'true' },
  confirm: { status: 'pending' },
  toShip: { status: 'confirmed,processing' },
  onTheWay: { status: 'shipped' },
  done: { status: 'delivered,completed' },
} as const satisfies Record<string, OrdersSearch>;

export const SELLERS_PRESETS = ['all', 'toShip', 'onTheWay', 'done'] as const satisfies (keyof typeof PRESETS)[];

export const splitValues = (text: string | undefined): string[] =>
  text === undefined || text === '' ? [] : text.split(',');
export const joinValues = (values: readonly string[]): string | undefined =>
  values.length === 0 ? undefined : values.join(',');
