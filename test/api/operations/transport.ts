import { describe, expect, test, vi } from 'vitest';
import { createKeyring } from '../../../src/api/bearer.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { recordingLog } from '../../setup/log.ts';
import { eventually, orderRequest, place } from '../../setup/system.ts';
import { problemOf, send, serve } from '../answers.ts';
import { system } from '../whole-system.ts';

/** What surrounds every answer: headers, request ids, limits, and the log. */

const auth = (): Record<string, string> => ({ authorization: `Bearer ${system.key}` });
const EVERYWHERE = ['/healthz', '/readyz', '/openapi.json', '/docs/', '/v1/orders', '/v1/nothing', '/nothing'];

describe('every answer', () => {
  test.each(EVERYWHERE)('is guarded by security headers: %s', async (path) => {
    const { headers } = await send(system.url + path, 'GET', auth());
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each(EVERYWHERE)('has a request id, the caller\u2019s own if it is one: %s', async (path) => {
    const given = await send(system.url + path, 'GET', { ...auth(), 'x-request-id': 'checkout-4711_abc' });
    expect(given.headers.get('x-request-id')).toBe('checkout-4711_abc');
    if (given.status >= 400) expect(given.body.request_id).toBe('checkout-4711_abc');
    const made = new Set<string>();
    for (const wrong of [undefined, 'short', 'x'.repeat(129), 'with space in it', '<script>alert(1)</script>', '']) {
      const headers = wrong === undefined ? auth() : { ...auth(), 'x-request-id': wrong };
      const id = (await send(system.url + path, 'GET', headers)).headers.get('x-request-id') ?? '';
      expect(id).toMatch(/^[\da-f-]{36}$/);
      made.add(id);
    }
    expect(made.size).toBe(6);
  });
});

describe('too many requests', () => {
  test('of one key are refused with 429, and others go on', async () => {
    const limited = await serve(system, { config: { RATE_LIMIT_PER_MINUTE: 5 } });
    const ask = (key: string) => send(`${limited.url}/v1/orders`, 'GET', { authorization: `Bearer ${key}` });
    const [busy, calm] = [await system.makeKey('staff', ['*']), await system.makeKey('staff', ['*'])];
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await ask(busy);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`; r=${left}; t=\\d+$`));
      expect(answer.headers.get('ratelimit-policy')).toMatch(/; q=5; w=60/);
    }
    const refused = await ask(busy);
    problemOf(refused, 429, 'too_many_requests');
    expect(refused.headers.get('ratelimit')).toMatch(/; r=0; t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(calm)).status).toBe(200);
    for (let times = 0; times < 10; times += 1) {
      expect((await send(`${limited.url}/healthz`, 'GET', {})).status).toBe(200);
    }
    await limited.close();
  });
});

describe('requests without valid credentials', () => {
  const ask = (url: string, key: string) => send(`${url}/v1/orders`, 'GET', { authorization: `Bearer ${key}` });
  const limited = { config: { RATE_LIMIT_PER_MINUTE: 5 } };

  /** A database on which nobody else works, and how often it was asked. */
  const counted = () => {
    const database = openDatabase(system.config.DATABASE_URL, { max: 10, applicationName: 'counted' });
    const connect = vi.spyOn(database.pool, 'connect');
    return { database, asked: () => connect.mock.calls.length };
  };

  test('are counted by address, and beyond the limit nothing is looked up for them', async () => {
    const { database, asked } = counted();
    const api = await serve(system, { ...limited, database });
    for (let times = 1; times <= 5; times += 1) {
      problemOf(await ask(api.url, `dok_made-up-${times}`), 401, 'unauthorized');
      expect(asked()).toBe(times);
    }
    for (const key of ['dok_made-up-6', 'dol_made.up.too', '']) {
      const refused = await ask(api.url, key);
      problemOf(refused, 429, 'too_many_requests');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(asked()).toBe(5);
    await api.close();
    await database.close();
  });

  test('do not count for those who have them, nor these for them', async () => {
    const api = await serve(system, limited);
    const key = await system.makeKey('staff', ['*']);
    for (let times = 0; times < 4; times += 1) expect((await ask(api.url, key)).status).toBe(200);
    for (let times = 0; times < 4; times += 1) expect((await ask(api.url, 'dok_made-up')).status).toBe(401);
    expect((await ask(api.url, key)).status).toBe(200);
    await api.close();
  });

  test('make the API forget no key that it knows', async () => {
    const { database, asked } = counted();
    const keyring = createKeyring(database.db);
    vi.useFakeTimers({ toFake: ['Date'] }); // it is remembered for five seconds
    const key = await system.makeKey('staff', ['orders:read']);
    expect(await keyring(key)).not.toBeNull();
    // As many as the API remembers, so that one more pushes somebody out.
    for (let batch = 0; batch < 1_000; batch += 1)
      await Promise.all(Array.from({ length: 10 }, (_, one) => keyring(`dok_made-up-${batch}-${one}`)));
    const before = asked();
    await keyring(key);
    vi.useRealTimers();
    expect(asked()).toBe(before);
    await database.close();
  });
});

describe('a buyer’s link', () => {
  const linked = async () => {
    const number = await place(system);
    const { token } = (await system.call('POST', `/v1/orders/${number}/links`, { body: {} })).body;
    return { number, headers: { authorization: `Bearer ${token}` } };
  };

  test('may ask less often than a key', async () => {
    const api = await serve(system, { config: { LINK_RATE_LIMIT_PER_MINUTE: 3 } });
    const { number, headers } = await linked();
    const read = () => send(`${api.url}/v1/orders/${number}`, 'GET', headers);
    for (let times = 0; times < 3; times += 1) expect((await read()).status).toBe(200);
    problemOf(await read(), 429, 'too_many_requests');
    expect((await send(`${api.url}/v1/orders/${number}`, 'GET', auth())).status).toBe(200);
    await api.close();
  });

  test('has five open streams at most, and another when one ends', async () => {
    const { headers } = await linked();
    const open = async () => {
      const stop = new AbortController();
      const { status } = await fetch(`${system.url}/v1/stream`, { headers, signal: stop.signal });
      return { status, stop: () => stop.abort() };
    };
    const streams = await Promise.all(Array.from({ length: 6 }, open));
    expect(streams.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await send(`${system.url}/v1/stream`, 'GET', headers);
    expect(problemOf(refused, 429, 'too_many_requests').detail).toBe('A link has at most 5 streams open.');
    streams.find(({ status }) => status === 200)?.stop();
    streams.push(await eventually(open, ({ status }) => status === 200));
    for (const { stop } of streams) stop();
  });
});

describe('the log', () => {
  const buyer = { name: 'Zebulon Quatermain', email: 'zebulon@quatermain.example', phone: '+1 555 867 5309' };
  const address = { ...orderRequest().shipping_address, name: buyer.name, line1: '77 Sesame Close' };
  const order = { customer: buyer, shipping_address: address };
  const secrets = () => [...Object.values(buyer), 'Quatermain', '77 Sesame', 'pm_card_visa', system.key, 'dok_'];

  test('tells each request in one line, and nothing of the buyer, the body, the query or the key', async () => {
    const { log, lines } = recordingLog();
    const api = await serve(system, { log });
    const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
      send(
        api.url + path,
        'POST',
        { ...auth(), 'content-type': 'application/json', ...more },
        typeof body === 'string' ? body : JSON.stringify(body),
      );
    const placed = await post('/v1/orders', orderRequest(order), { 'idempotency-key': 'log-1' });
    expect(placed.status).toBe(201);
    await post('/v1/orders', orderRequest({ ...order, total: '1.00' }), { 'idempotency-key': 'log-2' });
    await post('/v1/orders', JSON.stringify(orderRequest(order)).slice(0, -1), { 'idempotency-key': 'log-3' });
    await post(`/v1/orders/${placed.body.number}/actions/edit_address`, { address });
    await post(`/v1/orders/${placed.body.number}/actions/cancel`, { reason: `${buyer.name} called` });
    await send(`${api.url}/v1/orders?q=${encodeURIComponent(buyer.email)}`, 'GET', auth());
    await post('/webhooks/shippo?token=test-token-of-shippo', { event: 'track_updated', data: { to: buyer } });
    await send(`${api.url}/v1/orders`, 'GET', { authorization: `Bearer ${system.key}x` });
    await api.close();
    expect(lines).toHaveLength(8);
    const [first] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ name: 'test', req: { method: 'POST', path: '/v1/orders' }, res: { status: 201 } });
    for (const secret of [...secrets(), 'test-token-of-shippo']) expect(lines.join('')).not.toContain(secret);
  });
});
