import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AdjustStock, LocationPage } from '../../../src/contracts/catalogue.ts';
import type { AdjustedStock, ImportedStock, MovementPage, StockPage } from '../../../src/contracts/inventory.ts';
import { ask, queryOf } from '../api/client.ts';
import type { Once } from '../api/once.ts';

export type InventorySearch = {
  readonly sku?: string;
  readonly location?: string;
  readonly low?: string;
  readonly cursor?: string;
  readonly page?: string;
  readonly movements?: string;
};

export const stockQuery = ({ sku, location, low, cursor }: InventorySearch) =>
  queryOptions({
    queryKey: ['inventory', sku ?? '', location ?? '', low ?? '', cursor ?? ''],
    queryFn: ({ signal }) =>
      ask<StockPage>(`/v1/inventory${queryOf({ sku, location, low, cursor, limit: 50 })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export const movementsQuery = (sku: string) =>
  infiniteQueryOptions({
    queryKey: ['movements', sku],
    queryFn: ({ signal, pageParam }) =>
      ask<MovementPage>(
        `/v1/inventory/${encodeURIComponent(sku)}/movements${queryOf({ cursor: pageParam, limit: 100 })}`,
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: ({ signal }) => ask<LocationPage>('/v1/locations?limit=200', { signal }),
  staleTime: 60_000,
});

export const adjustStock = (once: Once, body: AdjustStock) => once<AdjustedStock>('/v1/inventory/adjustments', body);
export const setThresholds = (sku: string, location: string, body: { safety_stock: number; reorder_point: number }) =>
  ask(`/v1/inventory/${encodeURIComponent(sku)}/${encodeURIComponent(location)}`, { method: 'PUT', body });
export const importStock = (once: Once, csv: string, dryRun: boolean) =>
  once<ImportedStock>('/v1/inventory/import', { csv, dry_run: dryRun });
