import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { BulkAnswer, ExceptionStatistics, ExceptionView } from '../../../src/contracts/exceptions.ts';
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
  readonly id?: string;
};
type Page = { readonly data: readonly ExceptionView[]; readonly next_cursor: string | null };

const AT_ONCE = 100;

export const exceptionsQuery = ({ id: _id, ...filters }: ExceptionsSearch) =>
  queryOptions({
    queryKey: ['exceptions', filters],
    queryFn: ({ signal }) =>
      ask<Page>(`/v1/exceptions${queryOf({ sort: 'due', ...filters, limit: AT_ONCE })}`, { signal }),
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
export const resolveMany = (once: Once, ids: readonly string[], resolution: string, note: string | undefined) =>
  once<BulkAnswer>('/v1/exceptions/resolve', { ids, resolution, ...(note === undefined ? {} : { note }) });
