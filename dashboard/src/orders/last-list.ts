import { useEffect } from 'react';
import { useMe } from '../shell/me.ts';
import type { OrdersSearch } from './filters.ts';

/** The list of orders as it was left, for the way back from one of them; each tab and each person has their own. */

const keyOf = (me: string): string => `orders of ${me}`;

export function useKeepList(search: OrdersSearch): void {
  const { id } = useMe();
  useEffect(() => sessionStorage.setItem(keyOf(id), JSON.stringify(search)), [id, search]);
}

export function useLastList(): OrdersSearch {
  const { id } = useMe();
  return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? '{}') as OrdersSearch;
}
