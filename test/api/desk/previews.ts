import { describe, expect, test } from 'vitest';
import { getOrder, place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

const preview = (number: string, action: string, body: object, key?: string) =>
  system.call('POST', `/v1/orders/${number}/actions/${action}/preview`, {
    body,
    ...(key === undefined ? {} : { key }),
  });

describe('a preview of an action', () => {
  test('says what would change, and changes nothing', async () => {
    const number = await place(system);
    const before = await untilOrder(system, number, (order) => order.fulfilments.some((one) => one.label !== null));
    const { status, body } = await preview(number, 'cancel', { reason: 'x', expected_version: before.version });
    expect(status).toBe(200);
    expect(body.would_change.status).toEqual({ from: 'processing', to: 'cancelled' });
    expect(body.would_change.money).toMatchObject({ refund: '20.00', currency: 'USD' });
    expect((await getOrder(system, number)).version).toBe(before.version);
  });

  test('is refused as the action would be, and is for those who may ask for it', async () => {
    const number = await place(system, { payment: { method: 'cod' } });
    const order = await untilOrder(system, number, (one) => one.fulfilments.some(({ label }) => label !== null));
    expect((await preview(number, 'complete', {})).body.code).toBe('wrong_status');
    expect((await preview(number, 'cancel', {})).body.errors[0].field).toBe('reason');
    expect((await preview(number, 'hold', { reason: 'x', expected_version: order.version - 1 })).body.code).toBe(
      'version_conflict',
    );
    const staff = await system.makeKey('staff', ['orders:read', 'orders:add_note']);
    expect((await preview(number, 'hold', { reason: 'x' }, staff)).status).toBe(403);
  });

  test('what an order refuses is named with the reason the action itself would give', async () => {
    const number = await place(system, { payment: { method: 'cod' } });
    const order = await untilOrder(system, number, (one) => one.fulfilments.some(({ label }) => label !== null));
    expect(order.refused_actions.length).toBeGreaterThan(3);
    for (const { action, code, detail } of order.refused_actions) {
      expect(order.allowed_actions).not.toContain(action);
      expect(detail).not.toBe('');
      if (action !== 'release') continue;
      const { body } = await system.call('POST', `/v1/orders/${number}/actions/release`, { body: {} });
      expect([body.code, body.detail]).toEqual([code, detail]);
    }
    expect(order.refused_actions.map(({ action }) => action)).toContain('release');
  });
});
