import { describe, expect, test } from 'vitest';
import { orderRequest, place } from '../../setup/system.ts';
import { fieldsOf, serve } from '../answers.ts';
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

  test('says of each step of the escalation what is wrong with it', async () => {
    const before = await read();
    const escalation = [
      { to: ['staff'] },
      { before: 'half', after: 'PT0S', to: ['owners'] },
      { before: 'soon', to: [] },
      { after: 'half', to: ['everybody'], channel: 'sms' },
      { after: 'PT4H', to: ['holder', 'boss@store.example'], channel: 'email', severities: ['grave'], kinds: ['fire'] },
    ];
    const { status, body } = await put({ version: before.policy_version, policy: { escalation } });
    expect(status).toBe(422);
    const told = Object.fromEntries(
      body.errors.map((one: { field: string; message: string }) => [one.field, one.message]),
    );
    expect(told).toMatchObject({
      'policy.escalation[0]': 'must have either `before` or `after`',
      'policy.escalation[1]': 'must have either `before` or `after`',
      'policy.escalation[2].before': expect.stringContaining('must be an ISO 8601 duration'),
      'policy.escalation[2].to': expect.any(String),
      'policy.escalation[3].after': expect.stringContaining('must be an ISO 8601 duration'),
      'policy.escalation[3].to[0]': 'must be "staff", "owners", "holder" or an e-mail address',
      'policy.escalation[3].channel': 'must be "email": staff cannot be told in another way yet',
      'policy.escalation[4].severities[0]': expect.any(String),
      'policy.escalation[4].kinds[0]': expect.any(String),
    });
    expect(body.errors).toHaveLength(9);
    expect(await read()).toEqual(before);
  });

  test('has the terms that are published, and not without end', async () => {
    const before = await read();
    const long = 'x'.repeat(15_001);
    const policy = {
      terms: { version: '', url: 'ftp://shop.example', text: long },
      refund_policy: { version: '1', text: long },
    };
    const { status, body } = await put({ version: before.policy_version, policy });
    expect(status).toBe(422);
    expect(body.errors.map((one: { field: string }) => one.field).toSorted()).toEqual([
      'policy.refund_policy.text',
      'policy.refund_policy.version',
      'policy.terms.text',
      'policy.terms.url',
      'policy.terms.version',
    ]);
  });

  test('holds for the next order, whichever API process is asked', async () => {
    const other = await serve(system);
    const before = await read();
    const placedAt = async (url: string, key: string): Promise<number> => {
      const response = await fetch(`${url}/v1/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(orderRequest({ payment: { method: 'bank_transfer' } })),
      });
      expect(response.status).toBe(201);
      return ((await response.json()) as { policy_version: number }).policy_version;
    };
    try {
      let { policy_version: version } = before;
      // Both know the version of before when it changes.
      for (const url of [system.url, other.url]) expect(await placedAt(url, `known-${url}`)).toBe(version);
      for (const days of [11, 12]) {
        await put({ version, policy: { ...before.policy, return_window: `P${days}D` } });
        version += 1;
        for (const url of [other.url, system.url]) expect(await placedAt(url, `${days}-${url}`)).toBe(version);
      }
      await put({ version, policy: before.policy });
    } finally {
      await other.close();
    }
  });

  test('of an order is the version it was placed under', async () => {
    const { policy_version: version } = await read();
    const number = await place(system, { payment: { method: 'bank_transfer' } });
    const order = (await system.call('GET', `/v1/orders/${number}`)).body;
    expect(order.policy_version).toBe(version);
  });

  test('needs its scope, and a store that is there', async () => {
    const reader = await system.makeKey('staff', ['policies:read']);
    expect((await put({ version: 1, policy: {} }, reader)).status).toBe(403);
    expect((await system.call('GET', '/v1/stores/none')).status).toBe(404);
    expect((await system.call('GET', '/v1/stores')).body.data[0].code).toBe('main');
  });
});
