import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { ApiProblem, ask } from './client.ts';

/** Who is signed in, as `GET /v1/me` says; null when nobody is. */
export type Me = {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: 'owner' | 'staff' | 'seller' | 'customer' | 'service' | 'agent';
  readonly scopes: readonly string[];
  readonly seller: string | null;
  readonly order?: OrderView['number'] | null;
  /** The name of the store, where the order of a buyer's link is from. */
  readonly store?: string | null;
  readonly two_factor_enabled?: boolean;
};

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await ask<Me>('/v1/me', { signal });
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Asks anew who is signed in, and remembers when that is nobody any more; null too when there is no answer. */
export const askWhoIsSignedIn = (queryClient: QueryClient): Promise<Me | null> =>
  queryClient.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch(() => null);

export const hasScope = ({ scopes }: Me, scope: string): boolean => scopes.includes('*') || scopes.includes(scope);
export const mayAct = (me: Me, action: string): boolean =>
  hasScope(me, 'orders:act') || hasScope(me, `orders:${action}`);
