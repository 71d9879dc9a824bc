import type { Express } from 'express';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../../src/api/server.ts';
import type { Role } from '../../../src/domain/order.ts';
import { SCOPES } from '../../../src/domain/permissions.ts';
import { ACTION_NAMES } from '../../../src/domain/transitions.ts';
import { createLog } from '../../../src/log.ts';
import { type Answer, getOrder, place } from '../../setup/system.ts';
import { problemOf } from '../answers.ts';
import { newPerson, PASSWORD, signedIn } from '../people/browser.ts';
import { system } from '../whole-system.ts';
import {
  ACTIONS,
  type Asker,
  type Expected,
  expectedOfAction,
  expectedOfRoute,
  LETTERS,
  type Letter,
  LINK_SCOPES,
  ROUTES,
  type Row,
  SELLER_SCOPES,
} from './reference.ts';

/** Everybody × every route and action × own and other's orders, over HTTP, against the reference written by hand. */

type Caller = (method: string, path: string, body?: unknown) => Promise<Answer>;
/** Placing an order asks for a key; it is refused for its body. */
const placing = (path: string): Record<string, string> =>
  path === '/v1/orders' ? { 'idempotency-key': 'matrix' } : {};
const keyed =
  (key: string): Caller =>
  (method, path, body) =>
    system.call(method, path, { key, headers: placing(path), ...(body === undefined ? {} : { body }) });

let own = '';
let other = '';
const MISSING = 'ORD-0000000000';
beforeAll(async () => {
  const waiting = (seller: string) =>
    place(system, {
      payment: { method: 'bank_transfer' },
      items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller }],
    });
  own = await waiting('acme');
  other = await waiting('bolt');
});

/** Never valid, so that nobody changes anything; whether it is looked at is what counts. */
const bodyFor = (method: string): unknown => (method === 'GET' ? undefined : { wrong: true });
const STALE = { expected_version: 999_999 };

/** Of the stream only what it says at once is waited for. */
const inShort = (path: string): string => (path === '/v1/stream' ? `${path}?once=true` : path);
const callRoute = (call: Caller, [method, path]: Row, order: string): Promise<Answer> =>
  call(method, inShort(path).replace('{order}', order), bodyFor(method));
/** For who may: for a version the order never had. For who may not: a valid request, which must be refused all the same. */
const callAction = (call: Caller, action: string, order: string, isThrough: boolean): Promise<Answer> =>
  call('POST', `/v1/orders/${order}/actions/${action}`, { ...ACTIONS[action]?.[1], ...(isThrough ? STALE : {}) });

const DENIALS = ['role_not_allowed', 'scope_missing', 'order_not_found', 'unauthorized'];
const heard = ({ body }: Answer): string => (DENIALS.includes(body?.code) ? body.code : 'through');

type Trial = { readonly title: string; readonly expected: Expected; readonly call: () => Promise<Answer> };

function trialsOf(call: Caller, asker: Asker): Trial[] {
  const order = asker.order === 'own' ? own : other;
  const routes = ROUTES.map((row): Trial => {
    const expected = expectedOfRoute(row, asker);
    return { title: `${row[0]} ${row[1]}`, expected, call: () => callRoute(call, row, order) };
  });
  const actions = ACTION_NAMES.map((action): Trial => {
    const expected = expectedOfAction(action, asker);
    return { title: action, expected, call: () => callAction(call, action, order, expected === 'through') };
  });
  // A preview is refused as the action is; it is tried with every scope and with none.
  const isOneScope = asker.scopes.length === 1 && asker.scopes[0] !== '*';
  const previews = (isOneScope ? [] : ACTION_NAMES).map((action): Trial => {
    const path = `/v1/orders/${order}/actions/${action}/preview`;
    const expected = expectedOfAction(action, asker);
    return { title: `preview of ${action}`, expected, call: () => call('POST', path, ACTIONS[action]?.[1]) };
  });
  return [...routes, ...actions, ...previews];
}

const AT_ONCE = 8;
async function expectAll(call: Caller, asker: Asker): Promise<void> {
  const queue = trialsOf(call, asker);
  const wrong: string[] = [];
  const lane = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const { title, expected } = trial;
      const answer = await trial.call();
      if (heard(answer) !== expected || answer.status >= 500)
        wrong.push(`${title}: ${heard(answer)} (${answer.status}) and not ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  expect(wrong).toEqual([]);
}

const unchanged = async (work: () => Promise<void>): Promise<void> => {
  const before = await Promise.all([own, other].map((number) => getOrder(system, number)));
  await work();
  expect(await Promise.all([own, other].map((number) => getOrder(system, number)))).toEqual(before);
};

describe('the reference', () => {
  test('has every route and every action', async () => {
    const { body } = await system.call('GET', '/openapi.json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      path.startsWith('/v1/') && !path.includes('/actions/')
        ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '*')}`)
        : [],
    );
    const names = /\{order\}%2Fx9|\{order\}|prop_0|view_0|user_0|inv_0|key_0|\b(?:main|MUG|WEST|confirmation)\b/g;
    expect(ROUTES.map(([method, path]) => `${method} ${path.replace(names, '*')}`).sort()).toEqual(documented.sort());
    expect(Object.keys(ACTIONS).sort()).toEqual([...ACTION_NAMES].sort());
  });

  test('and no route below /v1 is without its guard', () => {
    type Layer = { route?: { path: unknown; stack: { handle: object }[] }; handle: { stack?: Layer[] } };
    const walk = (layers: readonly Layer[]): Layer[] =>
      layers.flatMap((layer) => (layer.route === undefined ? walk(layer.handle.stack ?? []) : [layer]));
    const { config, database } = system;
    const log = createLog('test', 'silent');
    const app: Express = createServer({ config, database, temporal: system.temporal.client, log });
    const routes = walk((app as unknown as { router: { stack: Layer[] } }).router.stack);
    const guarded = routes.filter(({ route }) => route !== undefined && 'asks' in (route.stack[0]?.handle ?? {}));
    expect(guarded).toHaveLength(ROUTES.length - 3 + 2); // claim, release, resolve and reopen are one; actions and previews two
  });
});

describe.each(['own', 'other'] as const)('of an order that is their %s', (order) => {
  test.each(Object.entries(LETTERS).filter(([letter]) => letter !== 'l') as [Letter, Role][])(
    '%s: a key of the role %s, with every scope and with none, staff and sellers with each',
    async (letter, role) => {
      const seller = role === 'seller' ? 'acme' : undefined;
      await unchanged(async () => {
        await expectAll(keyed(await system.makeKey(role, ['*'], seller)), { letter, scopes: ['*'], order });
        await expectAll(keyed(await system.makeKey(role, [], seller)), { letter, scopes: [], order });
        // Whose the order is counts for sellers alone, and only when it is not theirs.
        if (role !== (order === 'own' ? 'staff' : 'seller')) return;
        for (const scope of SCOPES)
          await expectAll(keyed(await system.makeKey(role, [scope], seller)), { letter, scopes: [scope], order });
      });
    },
    240_000,
  );

  test('a buyer with a link', async () => {
    const { body } = await system.call('POST', `/v1/orders/${own}/links`, { body: {} });
    await unchanged(() => expectAll(keyed(body.token), { letter: 'l', scopes: LINK_SCOPES, order }));
  });

  test.each([
    ['owner', {}, 'o', ['*']],
    ['staff', { scopes: ['orders:read', 'orders:cancel'] }, 's', ['orders:read', 'orders:cancel']],
    ['seller', { seller: 'acme' }, 'e', SELLER_SCOPES],
  ] as const)('a person who is %s', async (role, rest, letter, scopes) => {
    const { browser } = await signedIn(system, { role, ...(rest as object) });
    await unchanged(() =>
      expectAll((method, path, body) => browser.call(method, path, body, placing(path)), {
        letter,
        scopes,
        order,
        hasSignedIn: true,
      }),
    );
  });
});

describe('nobody', () => {
  const everything = async (call: Caller): Promise<void> => {
    for (const row of ROUTES) problemOf(await callRoute(call, row, own), 401, 'unauthorized');
    for (const action of ACTION_NAMES) problemOf(await callAction(call, action, own, false), 401, 'unauthorized');
  };

  test('who has not signed in', () => unchanged(() => everything(keyed(''))));

  test('whose key has expired, or was revoked', async () => {
    for (const column of ['expires_at', 'revoked_at']) {
      const key = await system.makeKey('owner', ['*']);
      await system.database.pool.query(
        `update api_key set ${column} = now() - interval '1 second' where id = (select max(id) from api_key where ${column} is null and created_at = (select max(created_at) from api_key))`,
      );
      await unchanged(() => everything(keyed(key)));
    }
  });

  test('who was shut out, or whose session has ended', async () => {
    for (const end of [
      (id: string) => system.call('PATCH', `/v1/people/${id}`, { body: { disabled: true } }),
      (id: string) =>
        system.database.pool.query('update person_session set expires_at = now() where person_id = $1', [id]),
    ]) {
      const { id, browser } = await signedIn(system, { role: 'staff', scopes: ['*'] });
      await end(id);
      await unchanged(() => everything((method, path, body) => browser.call(method, path, body)));
    }
  });

  test('who has a password and not the second factor', async () => {
    const { email } = await newPerson(system, { role: 'owner' });
    await system.database.pool.query('update person set two_factor_enabled = true where email = $1', [email]);
    const { browser } = await signedIn(system, { role: 'seller', seller: 'acme' });
    await browser.call('POST', '/auth/sign-out', {});
    await browser.call('POST', '/auth/sign-in/email', { email, password: PASSWORD });
    await unchanged(() => everything((method, path, body) => browser.call(method, path, body)));
  });
});

test('an order of others is answered as one that does not exist, in every word', async () => {
  const { body: link } = await system.call('POST', `/v1/orders/${own}/links`, { body: {} });
  const strip = ({ status, body }: Answer, number: string) =>
    JSON.stringify({ status, ...body, request_id: '' }).replaceAll(number, '*');
  for (const key of [await system.makeKey('seller', ['*'], 'acme'), link.token]) {
    const call = keyed(key);
    for (const row of ROUTES.filter(([, path]) => path.includes('{order}')))
      expect(strip(await callRoute(call, row, other), other), row[1]).toBe(
        strip(await callRoute(call, row, MISSING), MISSING),
      );
    for (const action of ACTION_NAMES)
      expect(strip(await callAction(call, action, other, false), other), action).toBe(
        strip(await callAction(call, action, MISSING, false), MISSING),
      );
  }
});
