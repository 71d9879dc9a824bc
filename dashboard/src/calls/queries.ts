import { queryOptions } from '@tanstack/react-query';
import type { CallPage } from '../../../src/contracts/calls.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ask } from '../api/client.ts';
import type { Once } from '../api/once.ts';

export const callsQuery = queryOptions({
  queryKey: ['calls'],
  queryFn: ({ signal }) => ask<CallPage>('/v1/calls?limit=100', { signal }),
});

export const logCall = (once: Once, order: string, body: object) =>
  once<OrderView>(`/v1/orders/${order}/actions/log_call`, body);
