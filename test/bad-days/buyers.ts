import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { type Answer, eventually, getOrder, orderRequest, type System } from '../setup/system.ts';

/** Checkouts and carriers that do not give up when the system is away for a while. */

let placed = 0;

export const nextKey = (): string => {
  placed += 1;
  return `stubborn-${process.pid}-${placed}`;
};

export const ask = (system: System, changes: object = {}, idempotencyKey: string = nextKey()): Promise<Answer> =>
  system.call('POST', '/v1/orders', { body: orderRequest({ ...changes }), idempotencyKey });

/** Repeats a request under its key as long as the answer is 503, as every client should. */
async function stubbornly(request: () => Promise<Answer>, withinMs: number): Promise<Answer> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await request();
    if (answer.status !== 503 || Date.now() > deadline) return answer;
    await sleep(200);
  }
}

export async function placeStubbornly(
  system: System,
  changes: object = {},
  key: string = nextKey(),
  withinMs = 120_000,
): Promise<string> {
  const { status, body } = await stubbornly(() => ask(system, changes, key), withinMs);
  if (status !== 201) throw new Error(`placing answered ${status}: ${JSON.stringify(body)}`);
  return body.number;
}

export function actStubbornly(system: System, number: string, action: string, body: object): Promise<Answer> {
  const idempotencyKey = nextKey();
  const path = `/v1/orders/${number}/actions/${action}`;
  return stubbornly(() => system.call('POST', path, { body, idempotencyKey }), 60_000);
}

/** `number` is known as soon as the order is written down; `placed` is the checkout that may still be asking. */
export type Placing = { readonly number: string; readonly placed: Promise<string> };

export async function beginPlacing(system: System, changes: object = {}): Promise<Placing> {
  const key = nextKey();
  const placed = placeStubbornly(system, changes, key);
  placed.catch(() => {}); // looked at later
  const number = await eventually(
    async () => {
      const { rows } = await sql<{ number: string }>`
        select number from order_intake where idempotency_key = ${key}`.execute(system.database.db);
      return rows[0]?.number ?? '';
    },
    (found) => found !== '',
  );
  return { number, placed };
}

const NEXT: Readonly<Record<string, string>> = { labelled: 'TRANSIT', shipped: 'DELIVERED' };

/** Lets the carrier take and deliver every parcel of these orders as they become ready, until all orders accept. */
export async function carryOut(
  system: System,
  numbers: readonly string[],
  withinMs: number,
  isDone: (order: OrderView) => boolean = (order) => order.status === 'completed',
): Promise<OrderView[]> {
  const moved = new Set<string>();
  const step = async (): Promise<string[]> => {
    const orders = await Promise.all(numbers.map((number) => getOrder(system, number)));
    for (const { fulfilments } of orders) {
      for (const { status, tracking_number: tracking } of fulfilments ?? []) {
        const next = NEXT[status];
        if (tracking === null || next === undefined || moved.has(`${tracking} ${next}`)) continue;
        moved.add(`${tracking} ${next}`);
        await system.control.advanceParcel(tracking, next);
      }
    }
    const waiting = orders.filter((order) => !isDone(order));
    if (waiting.length > 0) await sleep(150);
    return waiting.map(
      (order) => `${order.number} is ${order.status} (${order.version}), waits for ${order.waiting_for}`,
    );
  };
  await eventually(step, (waiting) => waiting.length === 0, withinMs);
  return Promise.all(numbers.map((number) => getOrder(system, number)));
}
