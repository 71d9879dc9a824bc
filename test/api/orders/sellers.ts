import pg from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { adjust } from '../../../src/db/stock.ts';
import { place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

/** A seller sees and touches their own lines, and nothing else (SPEC.md §5; seed 4, "For Sellers"). */

let acme: string;
let bolt: string;
let number: string;
let foreign: string;
beforeAll(async () => {
  acme = await system.makeKey('seller', ['*'], 'acme');
  bolt = await system.makeKey('seller', ['*'], 'bolt');
  const receipt = { location: 'WEST', kind: 'receipt', reason: 'test', actor: 'test' } as const;
  for (const sku of ['MUG', 'TEE']) await adjust(system.database.db, { ...receipt, sku, change: 20 });
  const mixed = {
    items: [
      { sku: 'MUG', quantity: 2, unit_price: '15.00', seller: 'acme' },
      { sku: 'TEE', quantity: 1, unit_price: '29.99', seller: 'bolt' },
    ],
    total: '64.99',
  };
  number = await place(system, mixed);
  foreign = await place(system, { items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'bolt' }] });
  for (const one of [number, foreign])
    await untilOrder(
      system,
      one,
      ({ fulfilments }) => fulfilments.length > 0 && fulfilments.every(({ status }) => status === 'labelled'),
    );
});

const get = (path: string, key: string) => system.call('GET', path, { key });
const act = (order: string, action: string, body: object, key: string) =>
  system.call('POST', `/v1/orders/${order}/actions/${action}`, { body, key });

describe('a seller', () => {
  test('sees their own lines and parcels of an order, and where they go', async () => {
    const { status, body } = await get(`/v1/orders/${number}`, acme);
    expect(status).toBe(200);
    expect(body.items).toMatchObject([{ sku: 'MUG', seller: 'acme' }]);
    expect(body.fulfilments).toHaveLength(1);
    expect(body.shipping_address.line1).toBe('1 Market St');
    expect(body.total).toBe('30.00');
  });

  test('learns nothing of other sellers, of the money, or of how to reach the buyer', async () => {
    const { body } = await get(`/v1/orders/${number}`, acme);
    expect(JSON.stringify(body)).not.toMatch(/bolt|TEE|29\.99|64\.99|ada@example|14155550100|pi_/);
    expect(body).toMatchObject({ payments: [], refunds: [], disputes: [], exceptions: [] });
    expect(body).toMatchObject({ payment_status: null, payment_method: null });
    const [listed] = (await get(`/v1/orders?q=${number}`, acme)).body.data;
    expect(listed).toMatchObject({ number, payment_status: null, payment_method: null, payment_reference: null });
    const label = { carrier: 'DHL', tracking_number: 'JD014601' };
    const preview = await system.call('POST', `/v1/orders/${number}/actions/ship/preview`, { body: label, key: acme });
    expect(preview.body.would_change).toMatchObject({ status: { from: 'processing' }, payment_status: null });
  });

  test('is told that the store holds an order back, and not why', async () => {
    const held = await place(system, { items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }] });
    await untilOrder(system, held, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
    expect((await act(held, 'hold', { reason: 'a stolen card?' }, system.key)).status).toBe(200);
    const { body } = await get(`/v1/orders/${held}`, acme);
    expect(body).toMatchObject({ hold: null, fraud_review: null });
    expect(body.refused_actions).toContainEqual({
      action: 'ship',
      code: 'held_by_store',
      detail: 'The store holds the order back for now; try again later.',
    });
    const label = { carrier: 'DHL', tracking_number: 'JD014602' };
    for (const action of ['ship', 'ship/preview'])
      expect(await act(held, action, label, acme)).toMatchObject({ status: 409, body: { code: 'held_by_store' } });
    expect((await act(held, 'ship', label, system.key)).body.code).toBe('on_hold');
  });

  test('finds no order without a line of theirs, as if there were none', async () => {
    const [hidden, missing] = [await get(`/v1/orders/${foreign}`, acme), await get('/v1/orders/ORD-0000000000', acme)];
    expect(hidden.status).toBe(404);
    const told = ({ body: { request_id: _id, ...rest } }: { body: Record<string, unknown> }) => rest;
    expect(told(hidden)).toEqual(told(missing));
    expect((await act(foreign, 'ship', { carrier: 'DHL', tracking_number: 'JD1' }, acme)).status).toBe(404);
  });

  test('finds it out by the same few questions to the record, so that the time tells nothing either', async () => {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    /** What the record was asked about an order; the audit log is only told. */
    async function askedAbout(order: string): Promise<string[]> {
      query.mockClear();
      const answers = [
        await get(`/v1/orders/${order}`, acme),
        await act(order, 'ship', { carrier: 'DHL', tracking_number: 'JD1' }, acme),
        await act(order, 'ship/preview', { carrier: 'DHL', tracking_number: 'JD1' }, acme),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      const asked = query.mock.calls.map(([first, values]) =>
        typeof first === 'string' ? { text: first, values } : (first as unknown as pg.QueryConfig),
      );
      return asked
        .filter(
          ({ text, values = [] }) => !text.includes('insert into audit') && JSON.stringify(values).includes(order),
        )
        .map(({ text }) => text);
    }
    try {
      const hidden = await askedAbout(foreign);
      expect(hidden).toEqual(Array.from({ length: 3 }, () => expect.stringContaining('order_search')));
      expect(hidden).toEqual(await askedAbout('ORD-0000000000'));
    } finally {
      query.mockRestore();
    }
  });

  test('lists their own orders only, whatever is asked', async () => {
    const own = async (query: string, key: string) =>
      (await get(`/v1/orders?limit=200${query}`, key)).body.data.map((one: { number: string }) => one.number);
    expect(await own('', acme)).toContain(number);
    expect(await own('', acme)).not.toContain(foreign);
    expect(await own('', bolt)).toEqual(expect.arrayContaining([number, foreign]));
    expect(await own(`&q=${number.slice(0, 9)}`, acme)).toContain(number);
    const { body } = await get('/v1/orders?limit=200', acme);
    expect(JSON.stringify(body)).not.toMatch(/ada@example|64\.99|pi_/);
  });

  test.each([
    'q=ada@example.com',
    'seller=bolt',
    'payment_status=paid',
    'has_exception=true',
    'late=true',
    'sort=total',
  ])('may not ask what would tell of others: %s', async (query) => {
    const { status, body } = await get(`/v1/orders?${query}`, acme);
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(1);
  });

  test.each(['/v1/exceptions', '/v1/calls', '/v1/inventory', '/v1/locations'])(
    'has no business at %s',
    async (path) => {
      expect((await get(path, acme)).status).toBe(403);
    },
  );

  test('ships their own parcel, and not the one of another', async () => {
    const parcels = (await system.call('GET', `/v1/orders/${number}`)).body.fulfilments as {
      id: string;
      seller: string;
    }[];
    const other = parcels.find((one) => one.seller === 'bolt')?.id;
    const label = { carrier: 'DHL', tracking_number: 'JD014600' };
    expect((await act(number, 'ship', { ...label, fulfilment: other }, acme)).body.code).toBe('fulfilment_not_found');
    const { status, body } = await act(number, 'ship', label, acme);
    expect(status).toBe(200);
    expect(body.fulfilments).toMatchObject([{ seller: 'acme', status: 'shipped', tracking_number: 'JD014600' }]);
    const all = (await system.call('GET', `/v1/orders/${number}`)).body;
    expect(all.fulfilments.find((one: { id: string }) => one.id === other).status).toBe('labelled');
  });

  test('reads what they wrote and what was written to a single seller, not what others wrote', async () => {
    await act(number, 'send_message', { to: 'store', body: 'acme asks' }, acme);
    await act(number, 'send_message', { to: 'store', body: 'bolt asks' }, bolt);
    const texts = (await get(`/v1/orders/${number}`, acme)).body.messages.map((one: { body: string }) => one.body);
    expect(texts).toEqual(['acme asks']);
  });

  test('whose key names no seller sees nothing', async () => {
    const nobody = await system.makeKey('seller', ['*']);
    expect((await get('/v1/orders', nobody)).status).toBe(403);
    expect((await get(`/v1/orders/${number}`, nobody)).status).toBe(404);
  });

  test('may not refund, cancel or hold', async () => {
    for (const [action, body] of [
      ['refund', { refund_reason: 'duplicate' }],
      ['cancel', { reason: 'x' }],
      ['hold', { reason: 'x' }],
    ] as const)
      expect((await act(number, action, body, acme)).body.code).toBe('role_not_allowed');
  });
});
