import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { MeView } from '../../../src/contracts/people.ts';
import { ApiProblem, ask } from './client.ts';

/** Who is signed in; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<MeView | null> => {
    try {
      return await ask<MeView>('/v1/me', { signal });
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Asks anew who is signed in, and remembers when that is nobody any more; null too when there is no answer. */
export const askWhoIsSignedIn = (queryClient: QueryClient): Promise<MeView | null> =>
  queryClient.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch(() => null);

export const hasScope = ({ scopes }: MeView, scope: string): boolean => scopes.includes('*') || scopes.includes(scope);
export const mayAct = (me: MeView, action: string): boolean =>
  hasScope(me, 'orders:act') || hasScope(me, `orders:${action}`);
