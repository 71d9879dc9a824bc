import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { makeKey } from '../../../src/api/bearer.ts';
import { AuditPage } from '../../../src/contracts/audit.ts';
import { insertApiKey, revokeApiKey } from '../../../src/db/api-keys.ts';
import { putProduct } from '../../../src/db/catalogue.ts';
import { openExceptionOfNoOrder } from '../../../src/db/exceptions.ts';
import { eventually, getOrder, orderRequest, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf, serve } from '../answers.ts';
import { system } from '../whole-system.ts';
import { act, agentKey, decide, labelled, prepared } from './preparing.ts';

type Entry = AuditPage['data'][number];

async function read(query: string): Promise<Entry[]> {
  const { status, body } = await system.call('GET', `/v1/audit?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return AuditPage.parse(body).data;
}
/** The entries of a query once there are so many; the oldest first. */
const entries = async (query: string, count: number): Promise<Entry[]> =>
  (
    await eventually(
      () => read(query),
      ({ length }) => length >= count,
    )
  ).reverse();

async function commandLine(tool: 'keys' | 'stores', ...args: string[]): Promise<string> {
  const command = ['--import', 'tsx', `tools/${tool}.ts`, ...args];
  const env = { ...process.env, ...system.environment };
  const cwd = join(import.meta.dirname, '../../..');
  return (await promisify(execFile)(process.execPath, command, { cwd, env })).stdout;
}

describe('the audit log', () => {
  test('has every action, taken, repeated or refused, with who, when, what and the versions', async () => {
    const number = await labelled();
    const path = `/v1/orders/${number}/actions/hold`;
    const asked = { body: { reason: 'looks odd' }, idempotencyKey: `hold ${number}`.replace(' ', '-') };
    const held = await system.call('POST', path, { ...asked, headers: { 'x-request-id': 'request-of-hold' } });
    const { version } = held.body;
    await system.call('POST', path, asked);
    problemOf(await act(number, 'hold', { reason: 'again' }), 409, 'already_on_hold');
    fieldsOf(await act(number, 'cancel', {}));
    const key = await system.makeKey('staff', ['orders:read']);
    await system.call('POST', path, { key, body: { reason: 'x' } });
    const rows = await entries(`object=${number}`, 5);
    const taken = rows.find(({ outcome }) => outcome === 'taken');
    expect(taken).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/Z$/),
      actor: { role: 'owner', id: expect.stringMatching(/^key_/) },
      request_id: 'request-of-hold',
      what: 'order.hold',
      object: number,
      outcome: 'taken',
      code: null,
      before: { version: version - 1 },
      after: { version, status: 'processing' },
      detail: null,
    });
    expect(rows.map(({ what, outcome, code }) => `${what} ${outcome} ${code}`).sort()).toEqual([
      'order.cancel refused invalid_fields',
      'order.hold refused already_on_hold',
      'order.hold refused scope_missing',
      'order.hold repeated null',
      'order.hold taken null',
    ]);
    expect(rows.find(({ code }) => code === 'already_on_hold')?.after).toEqual({ version });
    expect(JSON.stringify(rows)).not.toMatch(/looks odd|Ada|dok_/);
  });

  test('has every step of a proposal under its order, with who prepared and who confirmed', async () => {
    const number = await labelled();
    const { id, order_version: version } = await prepared(number, {
      action: 'cancel',
      fields: { reason: 'x' },
      reason: 'secret words',
    });
    problemOf(await decide('confirm', id, { key: await agentKey() }), 403, 'role_not_allowed');
    await decide('confirm', id);
    const [made, done] = await entries(`object=${number}`, 2);
    expect(made).toMatchObject({
      what: 'proposal.create',
      actor: { role: 'agent' },
      outcome: 'taken',
      detail: { proposal: id, action: 'cancel' },
    });
    expect(done).toMatchObject({
      what: 'proposal.confirm',
      actor: { role: 'owner' },
      outcome: 'taken',
      before: { version },
      after: { status: 'cancelled' },
      detail: { proposal: id, action: 'cancel' },
    });
    const [refused] = await entries(`object=${id}`, 1);
    expect(refused).toMatchObject({ what: 'proposal.confirm', actor: { role: 'agent' }, code: 'role_not_allowed' });
    expect(JSON.stringify([made, done, refused])).not.toContain('secret');
  });

  test('has exceptions under their order', async () => {
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    const { exceptions } = await untilOrder(system, number, (order) => order.exceptions.length === 1);
    const id = exceptions[0]?.id ?? '';
    await system.call('POST', `/v1/exceptions/${id}/claim`, { body: {} });
    await entries(`object=${number}`, 1);
    const body = { resolution: 'cancel_order' };
    await system.call('POST', `/v1/exceptions/${encodeURIComponent(id)}/resolve`, { body });
    expect(await entries(`object=${number}`, 2)).toMatchObject([
      { what: 'exception.claim', object: id, after: { claimed_by: expect.stringMatching(/^key_/) } },
      { what: 'exception.resolve', object: id, after: { status: 'cancelled' }, detail: body },
    ]);
    await system.call('POST', `/v1/exceptions/${id}/reopen`, { body: { note: 'the buyer still wants it' } });
    const [, , reopened] = await entries(`object=${number}`, 3);
    expect(reopened).toMatchObject({ what: 'exception.reopen', object: id, outcome: 'refused', code: 'wrong_status' });
    expect(JSON.stringify(reopened)).not.toContain('the buyer');
  });

  test('has each of the exceptions that are resolved together', async () => {
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    const { exceptions } = await untilOrder(system, number, (order) => order.exceptions.length === 1);
    const ids = [exceptions[0]?.id ?? '', 'ORD-0000000001/x1'];
    const { status } = await system.call('POST', '/v1/exceptions/resolve', {
      body: { ids, resolution: 'cancel_order' },
    });
    expect(status).toBe(200);
    expect(await entries(`object=${number}`, 1)).toMatchObject([
      { what: 'exception.resolve', object: ids[0], outcome: 'taken', code: null },
    ]);
    expect(await entries('object=ORD-0000000001/x1&what=exception.resolve', 1)).toMatchObject([
      { outcome: 'refused', code: expect.any(String) },
    ]);
  });

  test('has what was changed in catalogue and stock, before and after', async () => {
    const product = (price: string) => ({ name: 'Audited', kind: 'physical', price, currency: 'USD' });
    for (const price of ['1.00', '2.00']) {
      const { status } = await system.call('PUT', '/v1/products/AUDITED', { body: product(price) });
      expect(status).toBe(200);
      await entries('object=AUDITED', price === '1.00' ? 1 : 2);
    }
    const stock = { sku: 'AUDITED', location: 'WEST', kind: 'receipt', change: 7, reason: 'came in' };
    expect((await system.call('POST', '/v1/inventory/adjustments', { body: stock })).status).toBe(201);
    expect(await entries('object=AUDITED', 3)).toMatchObject([
      { what: 'product.put', before: null, after: { price: '1.00' } },
      { what: 'product.put', before: { price: '1.00' }, after: { price: '2.00', currency: 'USD', active: true } },
      { what: 'stock.adjust', before: { on_hand: 0 }, after: { location: 'WEST', on_hand: 7 } },
    ]);
  });

  test('has a location, thresholds and an exception that is opened again, before and after', async () => {
    const location = {
      name: 'East',
      line1: '1 Way',
      city: 'Town',
      postal_code: '10001',
      country: 'US',
      timezone: 'UTC',
    };
    for (const city of ['Town', 'City'])
      expect((await system.call('PUT', '/v1/locations/AUDITED', { body: { ...location, city } })).status).toBe(200);
    expect(await entries('object=AUDITED&what=location.put', 2)).toMatchObject([
      { before: null, after: { city: 'Town' } },
      { before: { city: 'Town', line1: '1 Way' }, after: { city: 'City', line1: '1 Way', active: true } },
    ]);
    await putProduct(system.database.db, {
      ...{
        sku: 'AUDITED-3',
        name: 'Audited',
        kind: 'physical',
        priceMinor: 100,
        currency: 'USD',
        seller: null,
        active: true,
      },
      ...{ weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 },
    });
    for (const reorder_point of [3, 5])
      await system.call('PUT', '/v1/inventory/AUDITED-3/WEST', { body: { safety_stock: 1, reorder_point } });
    expect((await entries('what=stock.thresholds&object=AUDITED-3', 2)).at(-1)).toMatchObject({
      before: { location: 'WEST', safety_stock: 1, reorder_point: 3 },
      after: { location: 'WEST', safety_stock: 1, reorder_point: 5 },
    });
    const matter = { kind: 'books_disagree', lane: 'books:stock', summary: 'For the log.', context: {} } as const;
    const id = await openExceptionOfNoOrder(system.database.db, matter);
    const path = `/v1/exceptions/${id}`;
    await system.call('POST', `${path}/claim`, { body: {} });
    await entries(`object=${id}`, 1);
    await system.call('POST', `${path}/resolve`, { body: { resolution: 'close' } });
    await entries(`object=${id}`, 2);
    await system.call('POST', `${path}/reopen`, { body: { note: 'not so' } });
    expect(await entries(`object=${id}`, 3)).toMatchObject([
      { what: 'exception.claim', before: { claimed_by: null }, after: { claimed_by: expect.stringMatching(/^key_/) } },
      { what: 'exception.resolve', before: { status: 'open' }, after: { status: 'resolved' } },
      { what: 'exception.reopen', before: { status: 'resolved' }, after: { status: 'open' } },
    ]);
    await system.call('POST', `${path}/resolve`, { body: { resolution: 'close' } });
  });

  test('has a policy that is refused with the version there is, and nobody’s address', async () => {
    const { policy, policy_version: version } = (await system.call('GET', '/v1/stores/main')).body;
    const to = ['staff', 'boss@store.example'];
    const named = { escalation: [{ after: 'PT0S', to }], new_orders_to: to };
    const path = '/v1/stores/main/policy';
    const known = (await read('what=store.policy')).length;
    expect((await system.call('PUT', path, { body: { version, policy: { ...policy, ...named } } })).status).toBe(200);
    await entries('what=store.policy', known + 1);
    expect((await system.call('PUT', path, { body: { version, policy } })).status).toBe(409);
    await entries('what=store.policy', known + 2);
    expect((await system.call('PUT', path, { body: { version: version + 1, policy } })).status).toBe(200);
    const rows = (await entries('what=store.policy', known + 3)).slice(known);
    const masked = ['staff', 'an address'];
    expect(rows).toMatchObject([
      { outcome: 'taken', after: { policy: { escalation: [{ after: 'PT0S', to: masked }], new_orders_to: masked } } },
      { outcome: 'refused', code: 'policy_changed', before: { policy_version: version + 1 } },
      { outcome: 'taken', before: { policy_version: version + 1 }, after: { policy_version: version + 2, policy } },
    ]);
    expect(JSON.stringify(rows)).not.toContain('boss@');
  });

  test('has a changed policy, before and after', async () => {
    const { policy, policy_version: version } = (await system.call('GET', '/v1/stores/main')).body;
    const changed = { ...policy, return_window: 'P20D' };
    const { status } = await system.call('PUT', '/v1/stores/main/policy', {
      body: { version, policy: changed, note: 'x' },
    });
    expect(status).toBe(200);
    expect((await entries('what=store.policy', 4)).slice(3)).toMatchObject([
      {
        object: 'main',
        before: { policy_version: version, policy },
        after: { policy_version: version + 1, policy: changed },
      },
    ]);
  });

  test('has keys that are made and revoked at the command line, and never the key', async () => {
    const made = await commandLine('keys', 'create', '--name', 'Audited', '--role', 'agent', '--scopes', 'orders:read');
    const [id = ''] = /key_\w+/.exec(made) ?? [];
    await commandLine('keys', 'revoke', id);
    const rows = await entries(`object=${id}`, 2);
    expect(rows).toMatchObject([
      { what: 'key.create', actor: { role: 'operator' }, after: { role: 'agent', scopes: ['orders:read'] } },
      { what: 'key.revoke', after: { revoked: true } },
    ]);
    expect(JSON.stringify(rows)).not.toContain('dok_');
  });

  test('has what is changed of a store at the command line, before and after', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'policy-'));
    await writeFile(join(folder, 'policy.json'), JSON.stringify({ return_window: 'P21D' }));
    const store = ['put', '--code', 'audited', '--name', 'Audited', '--support-email', 'help@store.example'];
    await commandLine('stores', ...store);
    await commandLine('stores', ...store, '--policy', join(folder, 'policy.json'));
    await rm(folder, { recursive: true });
    const actor = { role: 'operator', id: 'command line' };
    expect(await entries('object=audited', 2)).toMatchObject([
      { what: 'store.put', actor, before: null, after: { name: 'Audited', policy_version: 1, policy: {} } },
      {
        what: 'store.policy',
        actor,
        before: { policy_version: 1, policy: {} },
        after: { policy_version: 2, policy: { return_window: 'P21D' } },
      },
    ]);
  });

  test('has nothing of orders that are placed, nor of what is read', async () => {
    const key = await system.makeKey('owner', ['*']);
    await system.call('POST', '/v1/orders', { key, body: orderRequest(), idempotencyKey: 'audit-place' });
    await system.call('GET', '/v1/orders', { key });
    await system.call('PUT', '/v1/products/AUDITED-2', { key, body: {} });
    const [row] = await entries('object=AUDITED-2', 1);
    expect(await read(`actor=${row?.actor.id}`)).toMatchObject([{ what: 'product.put', code: 'invalid_fields' }]);
  });

  test('is filtered by actor, what and time, and comes in pages', async () => {
    const number = await labelled();
    for (const note of ['1', '2', '3']) {
      await act(number, 'add_note', { note });
      await entries(`object=${number}`, Number(note));
    }
    const rows = await read(`object=${number}&what=order.add_note`);
    expect(rows).toHaveLength(3);
    const { body } = await system.call('GET', `/v1/audit?object=${number}&limit=2`);
    expect(body.data).toEqual(rows.slice(0, 2));
    const next = await system.call('GET', `/v1/audit?object=${number}&limit=2&cursor=${body.next_cursor}`);
    expect(next.body).toEqual({ data: rows.slice(2), next_cursor: null });
    expect(await read(`object=${number}&what=order.cancel`)).toEqual([]);
    expect(await read(`object=${number}&actor=${rows[0]?.actor.id}`)).toEqual(rows);
    expect(await read(`object=${number}&from=${rows[1]?.at}&to=${rows[0]?.at}`)).toEqual([rows[1]]);
    expect(await read(`object=${number}&to=2020-01-01`)).toEqual([]);
    expect(fieldsOf(await system.call('GET', '/v1/audit?from=2026-02-02&to=2026-02-01'))).toHaveProperty('to');
    expect(fieldsOf(await system.call('GET', '/v1/audit?cursor=nonsense'))).toHaveProperty('cursor');
  });

  test('has the row before the answer leaves', async () => {
    const number = await labelled();
    const { pool } = system.database;
    const holder = await pool.connect();
    try {
      await holder.query('begin');
      await holder.query('lock table audit in exclusive mode');
      let answered = false;
      const answer = act(number, 'add_note', { note: 'wait for it' }).finally(() => {
        answered = true;
      });
      const waiting = () =>
        pool.query(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into audit%'`,
        );
      await eventually(waiting, ({ rowCount }) => rowCount === 1);
      const { timeline } = await getOrder(system, number);
      expect({ answered, noted: timeline.some(({ type }) => type === 'note_added') }).toEqual({
        answered: false,
        noted: true,
      });
      await holder.query('commit');
      expect((await answer).status).toBe(200);
      expect(await read(`object=${number}&what=order.add_note`)).toHaveLength(1);
    } finally {
      holder.release(true);
    }
  });

  test('has that a key was tried which is no longer good, once for all tries together', async () => {
    const { db } = system.database;
    const tried = async (expiresAt: Date | null) => {
      const { key, id, hash } = makeKey();
      const fields = { name: 'old', role: 'service' as const, scopes: ['orders:read'], seller: null };
      await insertApiKey(db, { id, ...fields, hash, expiresAt });
      if (expiresAt === null) await revokeApiKey(db, id);
      for (const path of ['/v1/orders', '/v1/stores'])
        problemOf(await system.call('GET', path, { key }), 401, 'unauthorized');
      const [row, ...others] = await entries(`object=${id}`, 1);
      return { row, others };
    };
    const refused = { what: 'key.use', actor: { role: 'service' }, outcome: 'refused', code: 'unauthorized' };
    expect(await tried(null)).toMatchObject({ row: { ...refused, detail: { status: 'revoked' } }, others: [] });
    const past = new Date(Date.now() - 1000);
    expect(await tried(past)).toMatchObject({ row: { ...refused, detail: { status: 'expired' } }, others: [] });
    const known = (await read('what=key.use')).length;
    problemOf(await system.call('GET', '/v1/orders', { key: makeKey().key }), 401, 'unauthorized');
    expect(await read('what=key.use')).toHaveLength(known);
  });

  test.each(['staff', 'agent', 'service', 'seller', 'customer'] as const)('is not for %s', async (role) => {
    const key = await system.makeKey(role, ['*']);
    problemOf(await system.call('GET', '/v1/audit', { key }), 403, 'role_not_allowed');
  });

  test('cannot be changed, not even by SQL', async () => {
    await act(await labelled(), 'add_note', { note: 'x' });
    for (const statement of ["update audit set what = 'nothing'", 'delete from audit', 'truncate audit'])
      await expect(system.database.pool.query(statement)).rejects.toThrow(/append-only/);
  });

  test('that cannot be written fails no request and is reported', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
    const number = await labelled();
    const server = await serve(system, { log });
    await system.database.pool.query('alter table audit rename to audit_away');
    try {
      const response = await fetch(`${server.url}/v1/orders/${number}/actions/add_note`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ note: 'unheard' }),
      });
      expect(response.status).toBe(200);
      await eventually(
        async () => lines.join(''),
        (text) => text.includes('audit log'),
      );
      expect(lines.join('')).toContain('order.add_note');
      expect(lines.join('')).not.toContain('unheard');
    } finally {
      await system.database.pool.query('alter table audit_away rename to audit');
      await server.close();
    }
  });
});
