import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { atLeast, findTemporal, OLDEST_SERVER_FOR_TESTS } from '../../tools/engine.ts';
import { startEngine } from '../../tools/engine-server.ts';
import { startPostgres } from '../../tools/postgres.ts';

const QUIET = { line: () => {}, status: () => {} };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servers-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('startPostgres', () => {
  const dataDir = () => join(folder, 'postgres');

  test('keeps its data over a kill, and refuses a second server on the folder', async () => {
    const first = await startPostgres({ dataDir: dataDir(), durable: true });
    await query(first.url, 'create table kept as select 42 as answer');
    await expect(startPostgres({ dataDir: dataDir(), durable: true })).rejects.toThrow(
      new RegExp(`already running .*pid ${first.process.pid}, port ${first.port}.*kill -INT ${first.process.pid}`),
    );
    first.process.kill();
    await first.process.exited;
    expect(await readFile(join(dataDir(), 'postmaster.pid'), 'utf8')).toContain(String(first.process.pid)); // stale

    const second = await startPostgres({ dataDir: dataDir(), durable: true });
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  test('names the port that is taken and who has it', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    await expect(startPostgres({ dataDir: dataDir(), port, durable: false })).rejects.toThrow(
      new RegExp(`port ${port} is in use by pid ${process.pid}`),
    );
    await new Promise((resolve) => holder.close(resolve));
  });

  test('refuses a folder of another version, and one that is no data folder, with the remedy', async () => {
    await writeFile(join(dataDir(), 'PG_VERSION'), '13\n');
    await expect(startPostgres({ dataDir: dataDir(), durable: false })).rejects.toThrow(
      /made by PostgreSQL 13.*--fresh/,
    );
    await writeFile(join(folder, 'letter.txt'), 'dear reader');
    await expect(startPostgres({ dataDir: folder, durable: false })).rejects.toThrow(/not empty and not a PostgreSQL/);
  });

  async function query(url: string, text: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
});

describe('startEngine', () => {
  test('data that cannot be opened are named, with two remedies', async () => {
    const { path } = await findTemporal({ progress: QUIET, minimumServer: OLDEST_SERVER_FOR_TESTS });
    const dbFile = join(folder, 'temporal.db');
    await writeFile(dbFile, 'dear reader, this is no database\n'.repeat(100));
    const starting = startEngine({ path, dbFile, searchAttributes: {} });
    await expect(starting).rejects.toThrow(
      /Temporal did not start[^]*cannot open .*temporal\.db [^]*move temporal\.db\* away[^]*npm start -- --fresh/,
    );
    expect(await readFile(dbFile, 'utf8')).toMatch(/^dear reader/);
  });
});

describe('findTemporal', () => {
  test('a wrong TEMPORAL_CLI is an error, not a reason to use another', async () => {
    vi.stubEnv('TEMPORAL_CLI', '/no/such/temporal');
    await expect(findTemporal({ progress: QUIET })).rejects.toThrow(/TEMPORAL_CLI is \/no\/such\/temporal.*ENOENT/);
  });

  test('a given CLI that is too old is refused with both versions', async () => {
    const cli = join(folder, 'temporal');
    await writeFile(cli, '#!/bin/sh\necho "temporal version 1.1.0 (Server 1.25.1, UI 2.30.0)"\n', { mode: 0o755 });
    vi.stubEnv('TEMPORAL_CLI', cli);
    await expect(findTemporal({ progress: QUIET })).rejects.toThrow(/server 1\.25\.1; needed is 1\.29\.0 or newer/);
    expect(await findTemporal({ progress: QUIET, minimumServer: '1.25.0' })).toEqual({
      path: cli,
      origin: 'TEMPORAL_CLI',
      server: '1.25.1',
    });
  });

  test.each([
    ['1.32.1', '1.32.0', true],
    ['1.32.0', '1.32.0', true],
    ['1.9.0', '1.32.0', false],
    ['2.0.0', '1.32.0', true],
    ['1.32.0-rc.1', '1.32.0', true],
  ])('%s at least %s: %s', (version, minimum, expected) => {
    expect(atLeast(version, minimum)).toBe(expected);
  });
});
