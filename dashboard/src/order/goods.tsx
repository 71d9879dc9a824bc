import type { OrderView } from '../../../src/contracts/order-view.ts';

/** Units of an order's lines by the names of its items: "2 × Mug". */

type Units = readonly { readonly line: number; readonly quantity: number }[];

export const goodsOf = (items: OrderView['items'], units: Units): string =>
  units
    .map(({ line, quantity }) => `${quantity} × ${items.find((item) => item.line === line)?.name ?? line}`)
    .join(', ');
