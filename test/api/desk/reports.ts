import { expect, test } from 'vitest';
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
