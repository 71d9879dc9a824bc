import { describe, expect, test } from 'vitest';
import { place } from '../../setup/system.ts';
import { fieldsOf } from '../answers.ts';
import { system } from '../whole-system.ts';

/** The policy of a store, by version (issue: an order keeps the version it was placed under). */

const read = async () => (await system.call('GET', '/v1/stores/main')).body;
const put = (body: object, key?: string) =>
  system.call('PUT', '/v1/stores/main/policy', { body, ...(key === undefined ? {} : { key }) });

describe('the policy of a store', () => {
  test('goes from one version to the next, and each is kept with who changed it and why', async () => {
    const before = await read();
    const policy = { ...before.policy, return_window: 'P14D' };
    const { status, body } = await put({ version: before.policy_version, policy, note: 'as the law asks' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ policy_version: before.policy_version + 1, policy: { return_window: 'P14D' } });
    const { data } = (await system.call('GET', '/v1/stores/main/policy/history')).body;
    expect(data[0]).toMatchObject({ version: body.policy_version, note: 'as the law asks', policy });
    expect(data[0].changed_by).toMatch(/^owner:key_/);
    expect(data).toHaveLength(body.policy_version);
    await put({ version: body.policy_version, policy: before.policy });
  });

  test('is not changed over a change that was not seen', async () => {
    const { policy_version: version, policy } = await read();
    const answers = await Promise.all([1, 2, 3].map((days) => put({ version, policy: { ship_within: `P${days}D` } })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('policy_changed');
    await put({ version: version + 1, policy });
    expect((await read()).policy_version).toBe(version + 2);
  });

  test('names every field that is wrong, and stays as it was', async () => {
    const before = await read();
    const unknown = { exception_due: { fraud: 'PT1S', nobody: 'PT2H' }, emails_left_out: ['message'] };
    const policy = { ship_within: 'soon', shortage: 'panic', fraud: { review_from: 0 }, colour: 'red', ...unknown };
    const { status, body } = await put({ version: before.policy_version, policy });
    expect(status).toBe(422);
    expect(body.errors.map((one: { field: string }) => one.field).sort()).toEqual([
      'policy.colour',
      'policy.emails_left_out[0]',
      'policy.exception_due.fraud',
      'policy.exception_due.nobody',
      'policy.fraud.review_from',
      'policy.ship_within',
      'policy.shortage',
    ]);
    expect(await read()).toEqual(before);
  });

  test('has no duration beyond ten years, which no order could be held to', async () => {
    const { policy, policy_version: version } = await read();
    const withWindow = (payment_window: string) => put({ version, policy: { ...policy, payment_window } });
    for (const window of ['P99999999999D', 'P3654D', 'PT99999999H'])
      expect(fieldsOf(await withWindow(window))).toEqual({ 'policy.payment_window': 'must be ten years at most' });
    expect((await withWindow('P3650D')).status).toBe(200);
    await put({ version: version + 1, policy });
  });

  test('of an order is the version it was placed under', async () => {
    const { policy_version: version } = await read();
    const number = await place(system, { payment: { method: 'bank_transfer' } });
    const order = (await system.call('GET', `/v1/orders/${number}`)).body;
    expect(order.policy_version).toBeLessThanOrEqual(version);
    expect(order.policy_version).toBeGreaterThan(0);
  });

  test('needs its scope, and a store that is there', async () => {
    const reader = await system.makeKey('staff', ['policies:read']);
    expect((await put({ version: 1, policy: {} }, reader)).status).toBe(403);
    expect((await system.call('GET', '/v1/stores/none')).status).toBe(404);
    expect((await system.call('GET', '/v1/stores')).body.data[0].code).toBe('main');
  });
});
