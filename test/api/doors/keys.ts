import { describe, expect, test } from 'vitest';
import { makeKey } from '../../../src/api/bearer.ts';
import { insertApiKey, listApiKeys, revokeApiKey } from '../../../src/db/api-keys.ts';
import { SCOPES } from '../../../src/domain/permissions.ts';
import { ACTION_NAMES } from '../../../src/domain/transitions.ts';
import { type Answer, eventually, orderRequest } from '../../setup/system.ts';
import { fieldsOf, problemOf, send } from '../answers.ts';
import { system } from '../api-alone.ts';

const NUMBER = 'ORD-0000000000';
const list = (key: string): Promise<Answer> => system.call('GET', '/v1/orders', { key });

async function keyWith(expiresAt: Date | null): Promise<{ id: string; key: string }> {
  const { key, id, hash } = makeKey();
  const fields = { name: 'test', role: 'staff' as const, scopes: ['orders:read'], seller: null };
  await insertApiKey(system.database.db, { id, ...fields, hash, expiresAt });
  return { id, key };
}

describe('a request without a valid key', () => {
  test('has one answer, whatever is wrong with the key', async () => {
    const expired = await keyWith(new Date(Date.now() - 1000));
    const revoked = await keyWith(null);
    expect(await revokeApiKey(system.database.db, revoked.id)).toBe(true);
    const foreign = makeKey().key;
    const headers = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer ' },
      { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
      { authorization: system.key },
      { authorization: `Bearer ${system.key}x` },
      { authorization: `Bearer ${system.key.slice(0, -1)}` },
      { authorization: `Bearer sk_live_${'x'.repeat(40)}` },
      { authorization: `Bearer dok_${'x'.repeat(5000)}` },
      { authorization: `Bearer ${expired.key}` },
      { authorization: `Bearer ${revoked.key}` },
      { authorization: `Bearer ${foreign}` },
      { authorization: "Bearer dok_' or 1=1 --" },
      { 'x-api-key': system.key },
      { cookie: `authorization=Bearer ${system.key}` },
    ];
    const bodies = new Set<string>();
    for (const given of headers) {
      const answer = await send(`${system.url}/v1/orders`, 'GET', given as Record<string, string>);
      const { request_id: _, ...problem } = problemOf(answer, 401, 'unauthorized');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      bodies.add(JSON.stringify(problem));
    }
    expect([...bodies]).toHaveLength(1);
  });

  test.each([
    ['GET', '/v1/nothing'],
    ['POST', '/v1/orders'],
    ['GET', `/v1/orders/${NUMBER}`],
    ['POST', `/v1/orders/${NUMBER}/actions/cancel`],
    ['PUT', '/v1/products/MUG'],
  ])('learns nothing of what there is: %s %s', async (method, path) => {
    problemOf(await system.call(method, path, { key: makeKey().key }), 401, 'unauthorized');
  });

  test('is not read: its body may be of any size', async () => {
    const answer = await send(
      `${system.url}/v1/orders`,
      'POST',
      { 'content-type': 'application/json' },
      'x'.repeat(1e6),
    );
    problemOf(answer, 401, 'unauthorized');
  });
});

describe('a key', () => {
  test('stops working when it expires', async () => {
    const { key } = await keyWith(new Date(Date.now() + 700));
    expect((await list(key)).status).toBe(200);
    await eventually(
      () => list(key),
      ({ status }) => status === 401,
      3000,
    );
  });

  test('stops working within seconds of being revoked', async () => {
    const { id, key } = await keyWith(null);
    expect((await list(key)).status).toBe(200);
    await revokeApiKey(system.database.db, id);
    await eventually(
      () => list(key),
      ({ status }) => status === 401,
      6000,
    );
  });

  test('is stored only as a hash, and its last use is noted', async () => {
    const { id, key } = await keyWith(null);
    await list(key);
    const known = (await listApiKeys(system.database.db)).find((one) => one.id === id);
    expect(Date.now() - (known?.lastUsedAt?.getTime() ?? 0)).toBeLessThan(60_000);
    const { rows } = await system.database.pool.query('select * from api_key');
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  test('may write its scheme in any case', async () => {
    const answer = await send(`${system.url}/v1/orders`, 'GET', { authorization: `bEaReR ${system.key}` });
    expect(answer.status).toBe(200);
  });
});

/** Every route and the scopes of which it needs one. */
type Route = readonly [method: string, path: string, ...scopes: string[]];
const ROUTES: readonly Route[] = [
  ['POST', '/v1/orders', 'orders:create'],
  ['GET', '/v1/orders', 'orders:read'],
  ['GET', `/v1/orders/${NUMBER}`, 'orders:read'],
  ...ACTION_NAMES.map(
    (action): Route => ['POST', `/v1/orders/${NUMBER}/actions/${action}`, `orders:${action}`, 'orders:act'],
  ),
  ['GET', '/v1/exceptions', 'exceptions:read'],
  ['GET', `/v1/exceptions/${NUMBER}%2Fx1`, 'exceptions:read'],
  ['POST', `/v1/exceptions/${NUMBER}/x1/claim`, 'exceptions:resolve'],
  ['POST', `/v1/exceptions/${NUMBER}/x1/resolve`, 'exceptions:resolve'],
  ['GET', '/v1/calls', 'orders:read'],
  ['GET', '/v1/stores', 'policies:read'],
  ['GET', '/v1/stores/main', 'policies:read'],
  ['GET', '/v1/stores/main/policy/history', 'policies:read'],
  ['PUT', '/v1/stores/main/policy', 'policies:write'],
  ['GET', '/v1/products', 'catalogue:read'],
  ['GET', '/v1/products/NONE', 'catalogue:read'],
  ['PUT', '/v1/products/NONE', 'catalogue:write'],
  ['GET', '/v1/locations', 'catalogue:read'],
  ['GET', '/v1/locations/NONE', 'catalogue:read'],
  ['PUT', '/v1/locations/NONE', 'catalogue:write'],
  ['GET', '/v1/inventory', 'inventory:read'],
  ['GET', '/v1/inventory/NONE/movements', 'inventory:read'],
  ['POST', '/v1/inventory/adjustments', 'inventory:write'],
  ['PUT', '/v1/inventory/NONE/NONE', 'inventory:write'],
  ['POST', `/v1/orders/${NUMBER}/proposals`, 'proposals:create'],
  ['GET', '/v1/proposals', 'proposals:read'],
  ['GET', '/v1/proposals/prop_0', 'proposals:read'],
  ['GET', '/v1/audit', 'audit:read'],
  ['POST', `/v1/orders/${NUMBER}/links`, 'orders:link'],
  ['GET', '/v1/people', 'people:read'],
  ['PATCH', '/v1/people/user_0', 'people:write'],
  ['GET', '/v1/invitations', 'people:read'],
  ['POST', '/v1/invitations', 'people:write'],
  ['DELETE', '/v1/invitations/inv_0', 'people:write'],
  ['GET', '/v1/keys', 'keys:read'],
  ['POST', '/v1/keys', 'keys:write'],
  ['POST', '/v1/keys/key_0/revoke', 'keys:write'],
];

describe('scopes', () => {
  const callWith = async (scopes: readonly string[], [method, path]: readonly string[]): Promise<Answer> => {
    const body = method === 'GET' ? {} : { body: { wrong: true }, idempotencyKey: 'scopes' };
    return system.call(method ?? '', path ?? '', { key: await system.makeKey('owner', scopes), ...body });
  };

  test.each(ROUTES)('%s %s needs %s', async (...route) => {
    const [, , ...needed] = route;
    const others = SCOPES.filter((scope) => !needed.includes(scope));
    const refused = problemOf(await callWith(others, route), 403, 'scope_missing');
    expect(refused.detail).toBe(`The key needs the scope ${needed.join(' or ')}.`);
    for (const scope of [...needed, '*']) {
      const { status, body } = await callWith([scope], route);
      expect({ route, code: body.code ?? 'none', refused: status === 401 || status >= 500 }).toEqual({
        route,
        code: expect.not.stringMatching('scope_missing'),
        refused: false,
      });
    }
  });
});

describe('X-Acting-For', () => {
  const acting = async (scopes: readonly string[], who: string): Promise<Answer> =>
    system.call('GET', '/v1/orders', {
      key: await system.makeKey('service', scopes),
      headers: { 'x-acting-for': who },
    });

  test('needs a scope of its own', async () => {
    const problem = problemOf(await acting(['orders:read'], 'customer'), 403, 'scope_missing');
    expect(problem.detail).toBe('The key needs the scope customers:act.');
    expect((await acting(['orders:read', 'customers:act'], 'customer')).status).toBe(200);
  });

  test.each(['owner', 'staff', 'Customer', ''])('makes nobody %j', async (who) => {
    problemOf(await acting(['*'], who), 400, 'bad_request');
  });

  test('gives no scope that the key has not', async () => {
    const answer = await system.call('POST', '/v1/orders', {
      key: await system.makeKey('service', ['customers:act']),
      body: orderRequest(),
      headers: { 'x-acting-for': 'customer' },
    });
    problemOf(answer, 403, 'scope_missing');
  });
});

test('the scope orders:price alone places nothing', async () => {
  const key = await system.makeKey('service', ['orders:price']);
  problemOf(await system.call('POST', '/v1/orders', { key, body: orderRequest() }), 403, 'scope_missing');
  const placing = await system.makeKey('service', ['orders:create']);
  const cheap = orderRequest({ items: [{ sku: 'MUG', quantity: 1, unit_price: '1.00' }], total: '6.00' });
  const answer = await system.call('POST', '/v1/orders', { key: placing, body: cheap, idempotencyKey: 'cheap' });
  expect(fieldsOf(answer)).toHaveProperty(['items[0].unit_price'], 'the catalogue says 15.00');
});
