import { describe, expect, test } from 'vitest';
import { deskOf } from '../../setup/desk.ts';
import { eventually, place } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

const desk = deskOf(() => system);
const list = async (key: string) => (await system.call('GET', '/v1/notifications?limit=100', { key })).body;
type One = { order: string; type: string; read: boolean; exception_kind: string | null; at: string };

describe('notifications', () => {
  test('tell of new orders and exceptions, and each person reads for themselves', async () => {
    const [ana, ben] = [await system.makeKey('staff', ['orders:read']), await system.makeKey('staff', ['orders:read'])];
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    await desk.openException(number, 'payment_failed');
    const page = await eventually(
      () => list(ana),
      ({ data }: { data: One[]; unread: number }) => data.filter((one) => one.order === number).length === 2,
    );
    const own: One[] = page.data.filter((one: One) => one.order === number);
    expect(own.map(({ type, exception_kind, read }) => [type, exception_kind, read])).toEqual([
      ['exception_opened', 'payment_failed', false],
      ['order_placed', null, false],
    ]);
    const unread: number = page.unread;
    expect(unread).toBeGreaterThanOrEqual(2);
    const { body } = await system.call('POST', '/v1/notifications/read', { key: ana, body: { read_to: own[0]?.at } });
    expect(body.unread).toBeLessThan(unread);
    const after = await list(ana);
    expect(after.data.filter((one: One) => one.order === number).every(({ read }: One) => read)).toBe(true);
    const others = await list(ben);
    expect(others.data.filter((one: One) => one.order === number).some(({ read }: One) => read)).toBe(false);
  });

  test('messages to the store are among them, those to the buyer are not', async () => {
    const number = await place(system, { payment: { method: 'cod' } });
    await desk.act(number, 'send_message', { to: 'buyer', body: 'Hello' });
    await desk.act(number, 'send_message', { to: 'store', body: 'Where is it?' }, { 'x-acting-for': 'customer' });
    const { data } = await eventually(
      () => list(system.key),
      (page: { data: One[] }) => page.data.some((one) => one.order === number && one.type === 'message_sent'),
    );
    expect(data.filter((one: One) => one.order === number && one.type === 'message_sent')).toHaveLength(1);
  });

  test('are not for sellers, and a wrong time is named', async () => {
    const seller = await system.makeKey('seller', ['orders:read'], 'acme');
    expect((await system.call('GET', '/v1/notifications', { key: seller })).status).toBe(403);
    const { status, body } = await system.call('POST', '/v1/notifications/read', { body: { read_to: 'yesterday' } });
    expect([status, body.errors[0].field]).toEqual([422, 'read_to']);
  });
});
