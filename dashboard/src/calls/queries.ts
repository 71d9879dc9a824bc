import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { CallPage } from '../../../src/contracts/calls.ts';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ask, queryOf } from '../api/client.ts';
import type { Once } from '../api/once.ts';

export const callsQuery = (cursor: string | undefined) =>
  queryOptions({
    queryKey: ['calls', cursor ?? ''],
    queryFn: ({ signal }) => ask<CallPage>(`/v1/calls${queryOf({ cursor, limit: 100 })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export const logCall = (once: Once, order: string, body: object) =>
  once<OrderView>(`/v1/orders/${order}/actions/log_call`, body);
