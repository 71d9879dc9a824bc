import { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { isMigrated } from '../../../src/db/schema.ts';
import { createLog } from '../../../src/log.ts';
import { createEmptyDatabase } from '../../setup/database.ts';
import { recordingLog } from '../../setup/log.ts';
import { orderRequest, place } from '../../setup/system.ts';
import { problemOf, send, serve, withoutEngine } from '../answers.ts';
import { system } from '../whole-system.ts';

const get = (url: string) => send(url, 'GET', {});

/** A database that cannot be reached. */
async function withoutDatabase<Result>(
  work: (url: string) => Promise<Result>,
  log = createLog('test', 'silent'),
): Promise<Result> {
  const database = openDatabase('postgres://nobody@127.0.0.1:1/none');
  const other = await serve(system, { database, log });
  try {
    return await work(other.url);
  } finally {
    await other.close();
    await database.close();
  }
}

describe('health and readiness', () => {
  test('are well when all is', async () => {
    expect((await get(`${system.url}/healthz`)).body).toEqual({ status: 'ok' });
    const ready = await get(`${system.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(ready.body).toEqual({ status: 'ready', checks: { database: 'ok', temporal: 'ok' } });
  });

  test('say that the process is stopping, so that nobody sends it more', async () => {
    const stopping = await serve(system, { stopping: AbortSignal.abort() });
    const ready = await get(`${stopping.url}/readyz`);
    await stopping.close();
    expect({ status: ready.status, word: ready.body.status }).toEqual({ status: 503, word: 'stopping' });
  });

  test('name the engine when it is away', async () => {
    await withoutEngine(system, async (url) => {
      expect((await get(`${url}/healthz`)).status).toBe(200);
      const ready = await get(`${url}/readyz`);
      expect(ready.status).toBe(503);
      expect(ready.body).toMatchObject({ status: 'not ready', checks: { database: 'ok' } });
      expect(ready.body.checks.temporal).toBe('unreachable');
    });
  });

  test('name the database when it is away', async () => {
    await withoutDatabase(async (url) => {
      expect((await get(`${url}/healthz`)).status).toBe(200);
      const ready = await get(`${url}/readyz`);
      expect(ready.status).toBe(503);
      expect(ready.body).toEqual({ status: 'not ready', checks: { database: 'unreachable', temporal: 'ok' } });
    });
  });

  test('tell the log why, and nobody else', async () => {
    const { log, lines } = recordingLog();
    await withoutDatabase(async (url) => {
      const { text } = await get(`${url}/readyz`);
      expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|nobody/);
    }, log);
    const told = lines.map((line) => JSON.parse(line)).filter(({ part }) => part === 'database');
    expect(told).toMatchObject([{ level: 40, err: { code: 'ECONNREFUSED', message: expect.stringContaining(':1') } }]);
  });

  test('say that a database without our tables is not prepared', async () => {
    const empty = await createEmptyDatabase();
    const database = openDatabase(empty.url);
    const other = await serve(system, { database });
    const ready = await get(`${other.url}/readyz`);
    await sql`create table schema_migration (name text)`.execute(database.db);
    await sql`insert into schema_migration values ('0001_of_an_older_version')`.execute(database.db);
    expect(await isMigrated(database.db)).toBe(false);
    await other.close();
    await database.close();
    await empty.drop();
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual({ status: 'not ready', checks: { database: 'not prepared', temporal: 'ok' } });
  });

  test('say that an engine without our namespace is not prepared', async () => {
    const temporal = new Client({ connection: system.temporal.client.connection, namespace: 'never-made' });
    const other = await serve(system, { temporal });
    const ready = await get(`${other.url}/readyz`);
    await other.close();
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual({ status: 'not ready', checks: { database: 'ok', temporal: 'not prepared' } });
  });

  test('ask the database once a second at most, and so do metrics', async () => {
    const database = openDatabase(system.config.DATABASE_URL, { max: 10, applicationName: 'counted' });
    const connect = vi.spyOn(database.pool, 'connect');
    const other = await serve(system, { database });
    vi.useFakeTimers({ toFake: ['Date'] });
    const asked = async (path: string): Promise<number> => {
      const before = connect.mock.calls.length;
      for (let times = 0; times < 5; times += 1) expect((await get(other.url + path)).status).toBe(200);
      return connect.mock.calls.length - before;
    };
    expect([await asked('/readyz'), await asked('/metrics')]).toEqual([1, 3]);
    vi.setSystemTime(Date.now() + 1_000);
    expect([await asked('/readyz'), await asked('/metrics')]).toEqual([1, 3]);
    vi.useRealTimers();
    await other.close();
    await database.close();
  });
});

describe('while a part is away', () => {
  test('without the database every route says 503, and how to go on', async () => {
    await withoutDatabase(async (url) => {
      for (const path of ['/v1/orders', '/v1/orders/ORD-0000000000', '/v1/products', '/v1/inventory']) {
        const answer = await send(url + path, 'GET', { authorization: `Bearer ${system.key}` });
        problemOf(answer, 503, 'unavailable');
        expect(answer.headers.get('retry-after')).toBe('5');
      }
    });
  });

  test('metrics of the process are still told', async () => {
    await withoutDatabase(async (url) => {
      const { status, text } = await get(`${url}/metrics`);
      expect(status).toBe(200);
      expect(text).toMatch(/^process_cpu_seconds_total \d/m);
      expect(text).toMatch(/^inbox_pending (Nan|NaN)$/m);
    });
  });

  test('without the engine an order is written down, to be made later, and an action is not done', async () => {
    const headers = { authorization: `Bearer ${system.key}`, 'content-type': 'application/json' };
    const placing = { ...headers, 'idempotency-key': 'engine-away' };
    const body = JSON.stringify(orderRequest());
    const known = await place(system, { payment: { method: 'bank_transfer' } });
    const before = (await system.call('GET', `/v1/orders/${known}`)).body;
    const answers = await withoutEngine(system, (url) =>
      Promise.all([
        send(`${url}/v1/orders`, 'POST', placing, body),
        send(`${url}/v1/orders/${known}/actions/cancel`, 'POST', headers, '{"reason":"x"}'),
      ]),
    );
    const [written, undone] = answers.map((answer) => problemOf(answer, 503, 'unavailable'));
    expect(answers.map((answer) => answer.headers.get('retry-after'))).toEqual(['5', '5']);
    expect(undone?.detail).toBe('The order engine does not answer.');
    expect((await system.call('GET', `/v1/orders/${known}`)).body).toEqual(before);
    const later = await send(`${system.url}/v1/orders`, 'POST', placing, body);
    expect(later.status).toBe(201);
    expect(written?.detail).toContain(later.body.number);
  });
});

describe('metrics', () => {
  test('are in the format of Prometheus, and say nothing of anybody', async () => {
    const number = await place(system);
    await system.call('GET', '/v1/orders?q=ada@example.com');
    await system.call('GET', '/v1/nothing/ada@example.com');
    await system.call('POST', `/v1/orders/${number}/actions/cancel`, { body: { reason: 'Ada Lovelace asked' } });
    const { status, text, headers } = await get(`${system.url}/metrics`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const types = new Map<string, string>();
    for (const line of text.trimEnd().split('\n')) {
      const [, name, type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
      if (name !== undefined && type !== undefined) types.set(name, type);
      if (line === '' || line.startsWith('#')) continue;
      expect(line).toMatch(/^[a-z_:][\w:]*(\{(\w+="([^"\\\n]|\\.)*",?)*\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/i);
      const [family = ''] = line.split(/[{ ]/);
      expect(types.has(family) || types.has(family.replace(/_(bucket|sum|count)$/, '')), line).toBe(true);
    }
    expect(types.get('http_request_duration_seconds')).toBe('histogram');
    expect([...types.keys()]).toEqual(
      expect.arrayContaining([
        'database_connections',
        'exceptions_open',
        'inbox_pending',
        'nodejs_heap_size_used_bytes',
      ]),
    );
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="POST",route="\/v1\/orders\/?",status="201"\} \d+/,
    );
    expect(text).not.toContain(number);
    expect(text).not.toMatch(/ada|lovelace|example\.com|dok_|key_|\bORD-/i);
  });

  const routesTold = async (): Promise<string[]> => {
    const { text } = await get(`${system.url}/metrics`);
    return [...new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route = '']) => route))];
  };

  test('have no more label values than the API has routes, whatever is asked', async () => {
    for (let index = 0; index < 30; index += 1) {
      await system.call('GET', `/v1/orders/unknown-${index}`);
      await system.call('GET', `/v1/made-up-${index}/x`);
      await system.call('GET', `/made-up-${index}`);
      await system.call('GET', `/docs/made-up-${index}`);
      await system.call('GET', `/v1/exceptions/ORD-00000000${10 + index}/x1`);
    }
    const { body } = await system.call('GET', '/openapi.json');
    const routes = await routesTold();
    // Those that are no part of the API: health, metrics, documents, webhooks and the one for all that is unknown.
    expect(routes.length).toBeLessThanOrEqual(Object.keys(body.paths).length + 10);
    expect(routes.join(' ')).not.toMatch(/made-up|unknown|ORD-/);
  });
});
