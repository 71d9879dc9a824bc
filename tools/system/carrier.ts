import type { Control } from '../../sandbox/control.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import type { ApiClient } from './api-client.ts';

/** What the carriers do with the parcels of an order, told to them through the sandbox; the order hears of it by webhook. */

export const isOneOf = (order: OrderView, ...statuses: OrderView['status'][]): boolean =>
  statuses.includes(order.status);

const parcelsOf = (order: OrderView): OrderView['fulfilments'] =>
  order.fulfilments.filter((one) => one.kind === 'physical' && one.status !== 'cancelled');

/** Waits until every parcel has its label and tracking number. */
export const labelled = (api: ApiClient, number: string, withinMs?: number): Promise<OrderView> =>
  api.until(
    number,
    (order) => parcelsOf(order).length > 0 && parcelsOf(order).every((one) => one.tracking_number !== null),
    withinMs,
  );

/** The carriers' next news of every parcel. */
export async function tell(sandbox: Control, order: OrderView, status: 'TRANSIT' | 'DELIVERED'): Promise<void> {
  for (const { tracking_number: tracking } of parcelsOf(order)) {
    if (tracking !== null) await sandbox.advanceParcel(tracking, status);
  }
}

/** The carriers take every parcel; answers the order once it is shipped. */
export async function ship(api: ApiClient, sandbox: Control, number: string, withinMs?: number): Promise<OrderView> {
  await tell(sandbox, await labelled(api, number, withinMs), 'TRANSIT');
  return api.until(number, (order) => isOneOf(order, 'shipped', 'delivered', 'completed'), withinMs);
}

/** The carriers deliver what they have taken; answers the order once nothing is outstanding. */
export async function deliver(api: ApiClient, sandbox: Control, number: string, withinMs?: number): Promise<OrderView> {
  await tell(sandbox, await api.order(number), 'DELIVERED');
  return api.until(number, (order) => isOneOf(order, 'completed'), withinMs);
}
