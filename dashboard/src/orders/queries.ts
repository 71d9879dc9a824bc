import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { OrderPage, OrderView } from '../../../src/contracts/order-view.ts';
import { ask, queryOf } from '../api/client.ts';
import type { OrdersSearch } from './filters.ts';
import { ORDER_FILTERS } from './filters.ts';

export const PAGE_SIZE = 50;

/** The filters as the API takes them: dates of the picker are whole days of the reader's time zone. */
export function apiFilters(search: OrdersSearch): Record<string, string | undefined> {
  const filters = Object.fromEntries(ORDER_FILTERS.map((name) => [name, search[name]]));
  const dayStart = (day: string, plus: number): string => {
    const date = new Date(`${day}T00:00:00`);
    date.setDate(date.getDate() + plus);
    return date.toISOString();
  };
  if (search.created_from !== undefined) filters['created_from'] = dayStart(search.created_from, 0);
  if (search.created_to !== undefined) filters['created_to'] = dayStart(search.created_to, 1);
  if (search.q !== undefined && search.q.trim().length < 2) delete filters['q'];
  return filters;
}

export const ordersQuery = (search: OrdersSearch) =>
  queryOptions({
    queryKey: ['orders', apiFilters(search), search.cursor ?? ''],
    queryFn: ({ signal }) =>
      ask<OrderPage>(`/v1/orders${queryOf({ ...apiFilters(search), cursor: search.cursor, limit: PAGE_SIZE })}`, {
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const orderQuery = (number: string) =>
  queryOptions({
    queryKey: ['order', number],
    queryFn: ({ signal }) => ask<OrderView>(`/v1/orders/${encodeURIComponent(number)}`, { signal }),
  });
