import { beforeAll, describe, expect, test } from 'vitest';
import { putProduct } from '../../../src/db/catalogue.ts';
import { place, untilOrder } from '../../setup/system.ts';
import { problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

/** What a seller could learn of others on the way: by searching, by pages, by the catalogue. */

let acme: string;
let numbers: string[];
beforeAll(async () => {
  acme = await system.makeKey('seller', ['*'], 'acme');
  const order = (seller: string, email: string) =>
    place(system, {
      payment: { method: 'bank_transfer' },
      customer: { name: 'Linda Quill', email },
      items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller }],
    });
  numbers = [await order('acme', 'zinnia@hidden.example'), await order('acme', 'zinnia@hidden.example')];
  await order('bolt', 'zinnia@hidden.example');
});

const get = (path: string) => system.call('GET', path, { key: acme });

describe('a seller', () => {
  // Letters of which none is in an order number (no I, L, O or U), so that only the buyer's name and address have them.
  test.each(['zinnia', 'hidden', 'linda', 'zi'])(
    'learns by searching for %j neither that it is there nor that it is not',
    async (q) => {
      const none = await get('/v1/orders?limit=1&q=nobodyhasthis');
      const answer = await get(`/v1/orders?limit=1&q=${q}`);
      expect(answer.body).toEqual(none.body);
      expect(answer.body).toEqual({ data: [], next_cursor: null });
    },
  );

  test('finds their own orders by number, page by page', async () => {
    const [first = '', second = ''] = numbers;
    expect((await get(`/v1/orders?q=${first.slice(0, 12)}`)).body.data).toMatchObject([{ number: first }]);
    const page = await get('/v1/orders?limit=200');
    const found = page.body.data.map(({ number }: { number: string }) => number);
    expect(found).toEqual(expect.arrayContaining([first, second]));
    expect(JSON.stringify(page.body)).not.toMatch(/bolt|hidden\.example/);
  });

  // A customer of no order in particular sees all of them, so that a seller must not become one, whatever scopes the key has.
  test.each(['/v1/orders', '/v1/stream?once=true', '/v1/products', '/v1/me'])(
    'is nobody else by X-Acting-For: %s',
    async (path) => {
      const answer = await system.call('GET', path, { key: acme, headers: { 'x-acting-for': 'customer' } });
      problemOf(answer, 403, 'role_not_allowed');
      expect(JSON.stringify(answer.body)).not.toMatch(/ORD-|bolt/);
    },
  );

  test('learns neither from where the buyer ordered nor what they accepted', async () => {
    const address = '203.0.113.77';
    const number = await place(system, {
      payment: { method: 'bank_transfer' },
      customer: { name: 'Linda Quill', email: 'zinnia@hidden.example', ip_address: address },
      terms: { accepted_at: '2026-01-31T12:00:00Z', version: 'of-the-hidden' },
      items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }],
    });
    const seen = async (key: string, headers: Record<string, string> = {}) =>
      JSON.stringify((await system.call('GET', `/v1/orders/${number}`, { key, headers })).body);
    expect(await seen(system.key)).toContain(address);
    expect(await seen(acme)).not.toMatch(/203\.0\.113\.77|of-the-hidden/);
    const buyer = await seen(system.key, { 'x-acting-for': 'customer' });
    expect(buyer).toContain('of-the-hidden');
    expect(buyer).not.toContain(address);
    expect(await seen(await system.makeKey('agent', ['orders:read']))).not.toContain(address);
  });

  test('sees no products of other sellers', async () => {
    const product = { kind: 'physical', priceMinor: 100, currency: 'USD', active: true } as const;
    const size = { weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 };
    for (const seller of ['acme', 'bolt'])
      await putProduct(system.database.db, { sku: `OF-${seller}`, name: `Of ${seller}`, seller, ...product, ...size });
    const { body } = await get('/v1/products?limit=200');
    const skus = body.data.map(({ sku }: { sku: string }) => sku);
    expect(skus).toEqual(expect.arrayContaining(['MUG', 'OF-acme']));
    expect(skus).not.toContain('OF-bolt');
    const [hidden, missing] = [await get('/v1/products/OF-bolt'), await get('/v1/products/NONE')];
    expect(problemOf(hidden, 404, 'not_found').detail).toBe(problemOf(missing, 404, 'not_found').detail);
    expect((await get('/v1/products/OF-acme')).status).toBe(200);
  });
});

test.each([
  ['the buyer', { 'x-acting-for': 'customer' }],
  ['their seller', {}],
])('%s learns nothing of what staff are asked about an order', async (_, headers: Record<string, string>) => {
  const short = { sku: 'RARE', quantity: 2, unit_price: '99.00', seller: 'acme' };
  const number = await place(system, { items: [short], total: '203.00' });
  await untilOrder(system, number, ({ exceptions }) => exceptions.some(({ kind }) => kind === 'stock_out'));
  const key = 'x-acting-for' in headers ? system.key : acme;
  const { status, body } = await system.call('GET', `/v1/orders/${number}`, { key, headers });
  expect(status).toBe(200);
  expect(body.exceptions).toEqual([]);
  expect(JSON.stringify(body)).not.toMatch(/stock_out|available/);
});
