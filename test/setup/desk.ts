import type { OrderView } from '../../src/contracts/order-view.ts';
import type { Answer, System } from './system.ts';
import { untilOrder } from './system.ts';

/** What staff do at their desk, over HTTP. */
export type Desk = {
  act(number: string, action: string, body: object, headers?: Record<string, string>): Promise<Answer>;
  resolve(exception: string, body: object): Promise<Answer>;
  /** Waits until the order has an open exception of this kind. */
  untilException(number: string, kind: string): Promise<OrderView>;
  /** The same, and gives the exception's id. */
  openException(number: string, kind: string): Promise<string>;
};

export function deskOf(of: () => System): Desk {
  const isOpen = (kind: string) => (one: OrderView['exceptions'][number]) => one.kind === kind && one.status === 'open';
  const desk: Desk = {
    act: (number, action, body, headers = {}) =>
      of().call('POST', `/v1/orders/${number}/actions/${action}`, { body, headers }),
    resolve: (exception, body) => of().call('POST', `/v1/exceptions/${exception}/resolve`, { body }),
    untilException: (number, kind) => untilOrder(of(), number, (order) => order.exceptions.some(isOpen(kind))),
    openException: async (number, kind) => {
      const order = await desk.untilException(number, kind);
      return order.exceptions.find(isOpen(kind))?.id ?? '';
    },
  };
  return desk;
}
