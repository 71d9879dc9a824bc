import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { ExceptionPage, ExceptionStatistics, ExceptionView } from '../../../src/contracts/exceptions.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ask, queryOf } from '../api/client.ts';
import type { Once } from '../api/once.ts';

export type ExceptionsSearch = {
  readonly status?: string;
  readonly kind?: string;
  readonly severity?: string;
  readonly claimed?: string;
  readonly overdue?: string;
  readonly sort?: string;
  readonly cursor?: string;
  readonly page?: string;
  readonly id?: string;
};

export const exceptionsQuery = ({ id: _id, page: _page, ...filters }: ExceptionsSearch) =>
  queryOptions({
    queryKey: ['exceptions', filters],
    queryFn: ({ signal }) =>
      ask<ExceptionPage>(`/v1/exceptions${queryOf({ sort: 'due', ...filters, limit: 100 })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export const statisticsQuery = queryOptions({
  queryKey: ['exceptions', 'statistics'],
  queryFn: ({ signal }) => ask<ExceptionStatistics>('/v1/exceptions/statistics', { signal }),
});

export const claim = (id: string) => ask<ExceptionView>(`/v1/exceptions/${id}/claim`, { method: 'POST', body: {} });
export const release = (id: string) => ask<ExceptionView>(`/v1/exceptions/${id}/release`, { method: 'POST', body: {} });

type Resolved = { readonly exception: ExceptionView; readonly order: OrderView };
export const resolve = (once: Once, id: string, body: object) => once<Resolved>(`/v1/exceptions/${id}/resolve`, body);
/** Not settled after all: the note says why. */
export const reopen = (once: Once, id: string, note: string) => once<Resolved>(`/v1/exceptions/${id}/reopen`, { note });
