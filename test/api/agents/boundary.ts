import { describe, expect, test } from 'vitest';
import type { Role } from '../../../src/domain/order.ts';
import { ACTION_NAMES } from '../../../src/domain/transitions.ts';
import { getOrder, orderRequest } from '../../setup/system.ts';
import { problemOf } from '../answers.ts';
import { personWith } from '../people/browser.ts';
import { system } from '../whole-system.ts';
import { decide, labelled, owner, prepared, staffWith } from './preparing.ts';

/** What each role may do with proposals, and that an agent can do no more than prepare them. */

const CANCEL = { action: 'cancel', fields: { reason: 'x' }, reason: 'y' };

const MAY: readonly (readonly [role: Role, prepare: boolean, read: boolean, decline: boolean])[] = [
  ['owner', true, true, true],
  ['staff', true, true, true],
  ['agent', true, true, false],
  ['service', false, true, false],
  ['seller', false, false, false],
  ['customer', false, false, false],
];

describe('roles', () => {
  test.each(MAY)('%s: prepares %s, reads %s, declines %s, and confirms by no key', async (role, ...may) => {
    const [mayPrepare, mayRead, mayDecline] = may;
    const number = await labelled();
    const key = await system.makeKey(role, ['*']);
    const asked = await system.call('POST', `/v1/orders/${number}/proposals`, { key, body: CANCEL });
    if (mayPrepare) expect(asked.status).toBe(201);
    else problemOf(asked, 403, 'role_not_allowed');
    const listed = await system.call('GET', '/v1/proposals', { key });
    if (mayRead) expect(listed.status).toBe(200);
    else problemOf(listed, 403, 'role_not_allowed');
    const { id } = await prepared(number, CANCEL);
    problemOf(await decide('confirm', id, { key }), 403, 'role_not_allowed');
    const declined = await decide('decline', id, { key });
    if (mayDecline) expect(declined.status, JSON.stringify(declined.body)).toBe(200);
    else problemOf(declined, 403, 'role_not_allowed');
    expect((await getOrder(system, number)).status).toBe('processing');
  });

  test.each(['owner', 'staff'] as const)('a person of the role %s confirms, when they have signed in', async (role) => {
    const number = await labelled();
    const { id } = await prepared(number, CANCEL);
    const person = role === 'owner' ? await owner() : await staffWith('*');
    expect((await decide('confirm', id, { person })).body).toMatchObject({ order: { status: 'cancelled' } });
  });

  test('and a seller does not, who has signed in', async () => {
    const { id } = await prepared(await labelled(), CANCEL);
    const person = await personWith(system, { role: 'seller', seller: 'acme' });
    for (const step of ['confirm', 'decline'] as const)
      problemOf(await decide(step, id, { person }), 403, 'role_not_allowed');
  });

  test('a person needs the scope of the action that was prepared', async () => {
    const { id } = await prepared(await labelled(), CANCEL);
    const person = await staffWith('orders:hold', 'proposals:create', 'proposals:read');
    for (const step of ['confirm', 'decline'] as const)
      problemOf(await decide(step, id, { person }), 403, 'scope_missing');
  });
});

describe('an agent, whatever scopes its key has,', () => {
  test('acts on no order, neither as itself nor as the buyer', async () => {
    const number = await labelled();
    const before = await getOrder(system, number);
    const key = await system.makeKey('agent', ['*']);
    for (const action of ACTION_NAMES) {
      const path = `/v1/orders/${number}/actions/${action}`;
      const body = { reason: 'x', note: 'x' };
      problemOf(await system.call('POST', path, { key, body }), 403, 'role_not_allowed');
      const headers = { 'x-acting-for': 'customer' };
      problemOf(await system.call('POST', path, { key, body, headers }), 403, 'role_not_allowed');
    }
    expect(await getOrder(system, number)).toEqual(before);
  });

  test.each([
    ['POST', '/v1/orders', orderRequest()],
    ['PUT', '/v1/products/MUG', { name: 'Mug', kind: 'physical', price: '0.01', currency: 'USD' }],
    ['PUT', '/v1/locations/WEST', {}],
    [
      'POST',
      '/v1/inventory/adjustments',
      { sku: 'MUG', location: 'WEST', change: -1, kind: 'adjustment', reason: 'x' },
    ],
    ['PUT', '/v1/inventory/MUG/WEST', { safety_stock: 1, reorder_point: null }],
    ['POST', '/v1/exceptions/ORD-0000000000/x1/claim', {}],
    ['POST', '/v1/exceptions/ORD-0000000000/x1/resolve', { resolution: 'close' }],
    ['POST', '/v1/whatever-comes-later', {}],
  ])('changes nothing by %s %s', async (method, path, body) => {
    const key = await system.makeKey('agent', ['*']);
    problemOf(await system.call(method, path, { key, body, idempotencyKey: 'agent' }), 403, 'role_not_allowed');
  });
});
