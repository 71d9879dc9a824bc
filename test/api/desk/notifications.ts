import { describe, expect, test } from 'vitest';
import { deskOf } from '../../setup/desk.ts';
import { deliver, eventually, place } from '../../setup/system.ts';
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

  test('tell a seller of goods of theirs, and nothing of other sellers, of money or of what went wrong', async () => {
    const [hers, his] = ['pottery', 'smithy'];
    const potter = await system.makeKey('seller', ['orders:read'], hers);
    const of = (seller: string) => ({ sku: 'MUG', quantity: 1, unit_price: '15.00', seller });
    const [own, both, others] = [
      await place(system, { items: [of(hers)], total: '20.00' }),
      await place(system, { items: [of(hers), { ...of(his), unit_price: '7.00' }], total: '27.00' }),
      await place(system, { items: [of(his)], total: '20.00' }),
    ];
    const declined = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
    const unpaid = await place(system, { items: [of(hers)], total: '20.00', payment: declined });
    await desk.openException(unpaid, 'payment_failed');
    for (const number of [own, both]) await deliver(system, number);
    const back = (line: number) => ({ lines: [{ line, quantity: 1 }], return_reason: 'damaged', note: 'Broken' });
    const buyer = { 'x-acting-for': 'customer' };
    await desk.act(own, 'request_return', back(1), buyer);
    await desk.act(both, 'request_return', back(2), buyer);
    for (const to of ['seller', 'store'])
      for (const number of [own, both]) await desk.act(number, 'send_message', { to, body: 'Hello' }, buyer);
    await desk.act(own, 'send_message', { to: 'buyer', body: 'Hello' });

    const page = await eventually(
      () => list(potter),
      ({ data }: { data: One[]; unread: number }) => data.some((one) => one.type === 'message_sent'),
    );
    expect(page.data.map(({ order, type }: One) => [order, type])).toEqual([
      [own, 'message_sent'],
      [own, 'return_requested'],
      [unpaid, 'order_placed'],
      [both, 'order_placed'],
      [own, 'order_placed'],
    ]);
    expect(page.unread).toBe(5);
    const told = { customer: 'Ada Lovelace', total: '15.00', exception_kind: null, text: null, saying: null };
    for (const one of page.data) expect(one).toMatchObject(told);
    expect(JSON.stringify(page)).not.toMatch(new RegExp(`${others}|smithy|22\\.00|27\\.00`));
    const first = (await system.call('GET', '/v1/notifications?limit=2', { key: potter })).body;
    const second = await system.call('GET', `/v1/notifications?limit=200&cursor=${first.next_cursor}`, { key: potter });
    expect([...first.data, ...second.body.data]).toEqual(page.data);
    const { body } = await system.call('POST', '/v1/notifications/read', {
      key: potter,
      body: { read_to: page.data[1]?.at },
    });
    expect(body).toEqual({ unread: 1 });
  });

  test('a wrong time is named', async () => {
    const { status, body } = await system.call('POST', '/v1/notifications/read', { body: { read_to: 'yesterday' } });
    expect([status, body.errors[0].field]).toEqual([422, 'read_to']);
  });
});
