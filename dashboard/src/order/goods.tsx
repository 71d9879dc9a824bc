import { useQuery } from '@tanstack/react-query';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { orderQuery } from '../orders/queries.ts';

/** Units of an order's lines by the names of its items: "2 × Mug". */

type Units = readonly { readonly line: number; readonly quantity: number }[];

export const goodsOf = (items: OrderView['items'], units: Units): string =>
  units
    .map(({ line, quantity }) => `${quantity} × ${items.find((item) => item.line === line)?.name ?? line}`)
    .join(', ');

/** Where only the number of the order is at hand. */
export function GoodsOf({ order, units }: { readonly order: string; readonly units: Units }) {
  const { data } = useQuery(orderQuery(order));
  return <>{data === undefined ? '…' : goodsOf(data.items, units)}</>;
}
