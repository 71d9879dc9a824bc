import { expect, test } from 'vitest';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

test('the overview adds up what was sold by day, counts orders by status, and measures how long they stay', async () => {
  const kept = await place(system, { payment: { method: 'cod' } });
  const gone = await place(system, { payment: { method: 'bank_transfer' } });
  await untilOrder(system, kept, (order) => order.status === 'processing');
  await system.call('POST', `/v1/orders/${gone}/actions/cancel`, { body: { reason: 'x' } });
  const { rows } = await system.database.pool.query(
    `select count(*)::int as orders, sum(total_minor) filter (where status not in ('cancelled', 'failed'))::int as minor from orders`,
  );
  const { body } = await system.call('GET', '/v1/reports/overview?days=7&timezone=UTC');
  expect(body.days).toHaveLength(7);
  const today = body.days.at(-1);
  expect(today.day).toBe(new Date().toISOString().slice(0, 10));
  expect(today.orders).toBe(rows[0].orders);
  expect(today.revenue).toEqual([{ currency: 'USD', amount: (rows[0].minor / 100).toFixed(2) }]);
  const byStatus = Object.fromEntries(
    body.by_status.map((one: { status: string; orders: number }) => [one.status, one.orders]),
  );
  expect(byStatus['cancelled']).toBeGreaterThanOrEqual(1);
  expect(Object.values(byStatus).reduce((sum: number, orders) => sum + Number(orders), 0)).toBe(rows[0].orders);
  const pending = body.time_in_status.rows.find((one: { status: string }) => one.status === 'pending');
  expect(pending.median_seconds).toBeGreaterThanOrEqual(0);
  expect(pending.p90_seconds).toBeGreaterThanOrEqual(pending.median_seconds);
  const wrong = await system.call('GET', '/v1/reports/overview?days=0&timezone=Mars/Olympus');
  expect(wrong.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['days', 'timezone']);
});

test('the late parcels of the overview are those of the orders that the list gives as late, in every sort and page', async () => {
  const numbers = [await place(system), await place(system), await place(system)];
  const labelled = ({ fulfilments }: OrderView) => fulfilments[0]?.status === 'labelled';
  for (const number of numbers) await untilOrder(system, number, labelled);
  const [first = '', second = '', cancelled = ''] = numbers;
  await system.database.pool.query(
    "update fulfilment set ship_by = now() - interval '1 hour' where order_number = any($1)",
    [numbers],
  );
  await system.call('POST', `/v1/orders/${cancelled}/actions/cancel`, { body: { reason: 'x' } });
  await untilOrder(system, cancelled, ({ status }) => status === 'cancelled');
  const list = async (query: string): Promise<string[]> => {
    const { status, body } = await system.call('GET', `/v1/orders?late=true&${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return [
      ...body.data.map(({ number }: OrderView) => number),
      ...(body.next_cursor === null ? [] : await list(`${query}&cursor=${body.next_cursor}`)),
    ];
  };
  for (const sort of ['created', 'total', 'number', 'status', 'payment_status'])
    expect((await list(`sort=${sort}&limit=1`)).toSorted()).toEqual([first, second].toSorted());
  expect(await list('sort=created')).toEqual([first, second]);
  expect(await list('sort=-created&status=processing')).toEqual([second, first]);
  expect(await list(`q=${second}`)).toEqual([second]);
  expect(await list('status=pending')).toEqual([]);
  const { body } = await system.call('GET', '/v1/reports/overview?days=3');
  expect(body.late_parcels).toBe(2);
});
