import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { startPostgres } from '../../tools/postgres.ts';
import type { Progress } from '../../tools/progress.ts';
import { generateOrders } from './generate.ts';

/** A PostgreSQL of its own with modest memory, filled with generated orders, and thrown away after the work, also an interrupted one. */

const MEMORY = { shared_buffers: '512MB' };

/** A new server; what concerns its memory is read at its start only. */
async function startServer(dataDir: string) {
  const first = await startPostgres({ dataDir, durable: false });
  const client = new pg.Client({ connectionString: first.url });
  await client.connect();
  for (const [name, value] of Object.entries(MEMORY)) await client.query(`alter system set ${name} = '${value}'`);
  await client.end();
  await first.stop();
  return startPostgres({ dataDir, durable: false });
}

async function fill(url: string, orders: number, progress: Progress, more: (client: pg.Client) => Promise<unknown>) {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const began = Date.now();
  await generateOrders(client, orders, (step) => progress.status(`making ${orders} orders: ${step}`));
  await more(client);
  progress.line(`${orders.toLocaleString('en')} orders made in ${Math.round((Date.now() - began) / 1_000)} s`);
  await client.end();
}

export type Ground = {
  readonly orders: number;
  readonly progress: Progress;
  /** What else the database is filled with. */
  readonly more?: (client: pg.Client) => Promise<unknown>;
};

export async function onGround(
  { orders, progress, more = async () => undefined }: Ground,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-orders-bench-'));
  await chmod(folder, 0o711); // under root the server is another user's
  const stops: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const stopEach = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  let stopping: Promise<void> | undefined;
  /** An interrupted run comes here twice, by the signal and by the statement that broke: both wait for the same end. */
  const stopAll = () => {
    stopping ??= stopEach();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stopAll().then(() => process.exit(130)));
  try {
    const postgres = await startServer(join(folder, 'postgres'));
    stops.push(postgres.stop);
    await fill(postgres.url, orders, progress, more);
    await work(postgres.url);
  } finally {
    await stopAll();
  }
}
