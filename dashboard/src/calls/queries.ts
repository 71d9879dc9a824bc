import { queryOptions } from '@tanstack/react-query';
import type { CallView } from '../../../src/contracts/calls.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ask, newKey } from '../api/client.ts';

type Page = { readonly data: readonly CallView[]; readonly next_cursor: string | null };

export const callsQuery = queryOptions({
  queryKey: ['calls'],
  queryFn: ({ signal }) => ask<Page>('/v1/calls?limit=100', { signal }),
});

export const logCall = (order: string, body: object) =>
  ask<OrderView>(`/v1/orders/${order}/actions/log_call`, { method: 'POST', body, idempotencyKey: newKey() });
