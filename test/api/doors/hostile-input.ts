import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { orderRequest } from '../../setup/system.ts';
import { fieldsOf, problemOf, send } from '../answers.ts';
import { system } from '../api-alone.ts';

/** Bodies, paths and queries that no honest client sends. Each has a clear answer, and none is a 500. */

const JSON_TYPE = { 'content-type': 'application/json' };
let keys = 0;
const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = JSON_TYPE,
) =>
  send(
    system.url + path,
    'POST',
    { authorization: `Bearer ${system.key}`, 'idempotency-key': `hostile-${(keys += 1)}`, ...headers },
    body,
  );
const NUMBER = 'ORD-0000000000';
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a body', () => {
  test('beyond 256 kB is refused with 413', async () => {
    const huge = JSON.stringify(orderRequest({ note: 'x'.repeat(300_000) }));
    problemOf(await post('/v1/orders', huge), 413, 'payload_too_large');
  });

  test('that unpacks beyond 256 kB is refused with 413', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
    const packed = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    problemOf(await post('/v1/orders', new Uint8Array(bomb), packed), 413, 'payload_too_large');
  });

  test.each(['{"channel":', '{"a":1}}', "{'a':1}", '\u0000', '"text"', '17', 'null', '{"a":1,}', '\ufeff{}x'])(
    'that is no JSON object is refused with 400: %j',
    async (body) => {
      problemOf(await post('/v1/orders', body), 400, 'bad_request');
    },
  );

  test('that is packed wrongly is refused with 400', async () => {
    const packed = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    problemOf(await post('/v1/orders', '{"not":"packed"}', packed), 400, 'bad_request');
  });

  test.each([
    ['form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', { 'content-type': 'text/plain' }],
    ['another JSON', { 'content-type': 'application/ld+json' }],
    ['another alphabet', { 'content-type': 'application/json; charset=iso-8859-1' }],
    ['unknown packing', { ...JSON_TYPE, 'content-encoding': 'rot13' }],
  ])('of the wrong type is refused with 415: %s', async (_name, headers) => {
    const answer = await post('/v1/orders', JSON.stringify(orderRequest()), headers as Record<string, string>);
    problemOf(answer, 415, 'unsupported_media_type');
  });

  test('of the wrong type that comes in pieces is refused with 415', async () => {
    const pieces = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('a=1'));
        controller.close();
      },
    });
    const response = await fetch(`${system.url}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${system.key}`,
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': 'pieces',
      },
      body: pieces,
      duplex: 'half',
    });
    expect(response.status).toBe(415);
  });

  test.each([undefined, '', '[]', '{}'])('with nothing in it is refused with 422: %j', async (body) => {
    problemOf(await post('/v1/orders', body), 422, 'invalid_fields');
  });

  test('nested a hundred thousand deep is only a wrong field', async () => {
    const order = JSON.stringify(orderRequest()).replace('"ada@example.com"', deep(60_000));
    expect(Object.keys(fieldsOf(await post('/v1/orders', order)))).toEqual(['customer.email']);
    const note = await post(`/v1/orders/${NUMBER}/actions/add_note`, `{"note":${deep(100_000)}}`);
    expect(Object.keys(fieldsOf(note))).toEqual(['note']);
    const later = await post(`/v1/orders/${NUMBER}/actions/retry_delivery`, `{"amount":${deep(100_000)}}`);
    problemOf(later, 404, 'order_not_found');
  });

  test('cannot reach the prototype of anything', async () => {
    const body = JSON.stringify(orderRequest()).replace(
      /^\{/,
      '{"__proto__":{"store":"x","admin":true},"constructor":{"prototype":{"admin":true}},',
    );
    expect(Object.keys(fieldsOf(await post('/v1/orders', body)))).toEqual(['__proto__', 'constructor']);
    const item = '{"__proto__":{"quantity":9},"sku":"MUG","quantity":1,"unit_price":"15.00"}';
    const inside = JSON.stringify(orderRequest()).replace(/"items":\[.*?\]/, `"items":[${item}]`);
    expect(Object.keys(fieldsOf(await post('/v1/orders', inside)))).toEqual(['items[0].__proto__']);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('that stops in the middle leaves no request hanging', async () => {
    const { hostname, port } = new URL(system.url);
    const socket = connect(Number(port), hostname);
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.write(
      `POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${system.key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":`,
    );
    socket.end();
    socket.resume();
    await ended;
    expect((await system.call('GET', '/healthz')).status).toBe(200);
  });
});

describe('an address', () => {
  const get = (path: string) => send(system.url + path, 'GET', { authorization: `Bearer ${system.key}` });

  test.each(['/v1/orders/%ZZ', '/v1/products/%E0%A4%A', '/v1/locations/%'])('that cannot be read: %s', async (path) => {
    problemOf(await get(path), 400, 'bad_request');
  });

  test.each([
    '/v1/products/%00',
    '/v1/products/a%20b',
    '/v1/locations/%00',
    '/v1/orders/%00',
    '/v1/exceptions/%00',
    '/v1/exceptions/ORD-0000000000%2Fx1/claim',
    '/v1/nothing',
    '/v1/orders/ORD-0000000000/nothing',
    '/nothing',
    '/webhooks/nothing',
    '/v1//orders/..%2f..%2fetc%2fpasswd',
  ])('of nothing is answered with 404: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test.each(['/docs/%00', '/docs/..%2f..%2f..%2fetc%2fpasswd', '/docs/%2e%2e/%2e%2e/package.json', '/openapi.json/..'])(
    'leads to no file outside: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toMatch(/root:|"dependencies"/);
    },
  );

  const NUL_QUERIES = {
    '/v1/orders': ['q', 'store', 'channel', 'status', 'seller', 'created_from', 'sort', 'cursor', 'limit'],
    '/v1/exceptions': ['status', 'kind', 'order', 'cursor'],
    '/v1/products': ['cursor', 'limit'],
    '/v1/locations': ['cursor', 'limit'],
    '/v1/inventory': ['sku', 'location', 'low', 'cursor'],
    '/v1/inventory/MUG/movements': ['cursor'],
  };
  test.each(Object.entries(NUL_QUERIES).flatMap(([path, names]) => names.map((name) => [path, name] as const)))(
    'with NUL in the query is refused by field: %s?%s',
    async (path, name) => {
      const answer = await get(`${path}?${name}=ab%00cd`);
      expect(Object.keys(fieldsOf(answer))).toEqual([name]);
    },
  );

  test.each(Object.keys(NUL_QUERIES))('with forged cursors is refused by field: %s', async (path) => {
    const first = await get(`${path}?limit=1`);
    const real = first.body.next_cursor as string | null;
    const [list] = real === null ? ['exceptions'] : JSON.parse(Buffer.from(real, 'base64url').toString());
    const forged = [
      ['x'],
      [list, 'not of this type', 'x'],
      [list, '\u0000', '\u0000'],
      [list, '\ud800', ''],
      [list, 1, 2],
      ['another list', '2026-01-01', 'x'],
      { list },
      null,
    ].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));
    for (const cursor of [...forged, 'x', '%25', '____', Buffer.from('{').toString('base64url')]) {
      const answer = await get(`${path}?cursor=${cursor}`);
      if (answer.status !== 200) expect(Object.keys(fieldsOf(answer)), cursor).toEqual(['cursor']);
      else expect(Array.isArray(answer.body.data), 'a text key of another row is a cursor').toBe(true);
    }
  });
});

test('the answer to what is no HTTP is not ours, and the server goes on', async () => {
  const { hostname, port } = new URL(system.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.write('\u0000\u0001\u0002 not http\r\n\r\n');
  await ended;
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  expect((await system.call('GET', '/healthz')).status).toBe(200);
});
