import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../api-alone.ts';
import { type Browser, signedIn } from './browser.ts';

/** API keys that people make for their programs. */

let owner: Browser;
let staff: Browser;
beforeAll(async () => {
  owner = (await signedIn(system, { role: 'owner' })).browser;
  staff = (await signedIn(system, { role: 'staff', scopes: ['keys:read', 'keys:write', 'orders:read', 'orders:act'] }))
    .browser;
});

const make = (by: Browser, body: object) => by.call('POST', '/v1/keys', { name: 'checkout', ...body });

describe('a key made by a person', () => {
  test('is shown once, works, and stops working when it is revoked', async () => {
    const { status, body } = await make(owner, { role: 'service', scopes: ['orders:read'], expires_in_days: 30 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'checkout', role: 'service', scopes: ['orders:read'], status: 'valid' });
    const { key, id } = body;
    expect((await system.call('GET', '/v1/me', { key })).body).toMatchObject({
      id,
      kind: 'key',
      name: 'checkout',
      email: null,
    });
    const listed = await owner.call('GET', '/v1/keys');
    expect(listed.text).toContain(id);
    expect(listed.text).not.toContain(key);
    const revoked = await owner.call('POST', `/v1/keys/${id}/revoke`);
    expect(revoked.body.status).toBe('revoked');
    expect((await owner.call('POST', `/v1/keys/${id}/revoke`)).status).toBe(200);
    await eventually(
      () => system.call('GET', '/v1/me', { key }),
      (answer) => answer.status === 401,
      7000,
    );
  });

  test('has no more than who made it, and nobody revokes what has more', async () => {
    problemOf(await make(staff, { role: 'owner', scopes: ['orders:read'] }), 403, 'beyond_your_own');
    problemOf(await make(staff, { role: 'service', scopes: ['*'] }), 403, 'beyond_your_own');
    problemOf(await make(staff, { role: 'agent', scopes: ['proposals:create'] }), 403, 'beyond_your_own');
    expect((await make(staff, { role: 'staff', scopes: ['orders:cancel', 'orders:read'] })).status).toBe(201);
    const { body } = await make(owner, { role: 'service', scopes: ['audit:read'] });
    problemOf(await staff.call('POST', `/v1/keys/${body.id}/revoke`), 403, 'beyond_your_own');
    problemOf(await staff.call('POST', '/v1/keys/key_0/revoke'), 404, 'not_found');
  });

  test('names its seller if it is a seller’s, and only then', async () => {
    expect(fieldsOf(await make(owner, { role: 'seller', scopes: ['orders:read'] }))).toHaveProperty('seller');
    expect(fieldsOf(await make(owner, { role: 'staff', scopes: ['orders:read'], seller: 'acme' }))).toHaveProperty(
      'seller',
    );
    expect(fieldsOf(await make(owner, { role: 'staff', scopes: ['orders:everything'] }))).toHaveProperty(['scopes[0]']);
    expect((await make(owner, { role: 'seller', scopes: ['orders:read'], seller: 'acme' })).status).toBe(201);
  });

  test('has no scope that its seller could not use', async () => {
    for (const scope of ['*', 'customers:act', 'orders:refund'])
      expect(fieldsOf(await make(owner, { role: 'seller', scopes: ['orders:read', scope], seller: 'acme' }))).toEqual({
        scopes: `the role seller has not: ${scope}`,
      });
  });
});

describe('a key made at the command line', () => {
  const create = (...args: string[]) => {
    const command = ['--import', 'tsx', 'tools/keys.ts', 'create', '--name', 'shop', ...args];
    const env = { ...process.env, ...system.environment };
    return promisify(execFile)(process.execPath, command, { cwd: join(import.meta.dirname, '../../..'), env });
  };

  test.each([
    [['--role', 'seller', '--scopes', 'orders:read'], '--seller: is needed for the role seller'],
    [['--role', 'staff', '--scopes', 'orders:read', '--seller', 'acme'], '--seller: is only for the role seller'],
    [['--role', 'seller', '--scopes', '*', '--seller', 'acme'], '--scopes: the role seller has not: *'],
  ])('is refused when its seller, role and scopes do not fit: %j', async (args, message) => {
    const refused = create(...args);
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining(message) });
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('[--seller SELLER]') });
  });

  test('sees what is its seller’s', async () => {
    const { stdout } = await create('--role', 'seller', '--scopes', 'orders:read,catalogue:read', '--seller', 'acme');
    const [key = ''] = /dok_[\w-]+/.exec(stdout) ?? [];
    expect((await system.call('GET', '/v1/me', { key })).body).toMatchObject({ role: 'seller', seller: 'acme' });
  });
});
