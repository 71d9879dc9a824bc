import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/search-attributes.ts';
import { findChromium } from '../../tools/chromium.ts';
import { findTemporal, OLDEST_SERVER_FOR_TESTS } from '../../tools/engine.ts';
import { startEngine } from '../../tools/engine-server.ts';
import { startPostgres } from '../../tools/postgres.ts';
import { isAlive } from '../../tools/process.ts';
import { terminalProgress } from '../../tools/progress.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of the run's PostgreSQL server, as a superuser. */
    postgresUrl: string;
    /** The migrated database that each test database is a copy of. */
    templateDatabase: string;
    /** host:port of the run's Temporal server. */
    temporalAddress: string;
    /** A folder for what files of the run share; it goes with the run. */
    runFolder: string;
  }
}

const TEMPLATE = 'template_migrated';

const LEFTOVER_PREFIX = join(tmpdir(), 'durable-orders-test-');

/** One PostgreSQL and one Temporal server for the whole run, both forgetful and on free ports. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = terminalProgress();
  const { path } = await findTemporal({ progress, minimumServer: OLDEST_SERVER_FOR_TESTS });
  // Unpacked here at its first use: files that run at once would start it while another still writes it.
  await findChromium();
  await removeLeftovers();
  const folder = await mkdtemp(`${LEFTOVER_PREFIX}${process.pid}-`);
  await chmod(folder, 0o711); // under root the server is another user's
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const teardown = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const engine = startEngine({
      path,
      searchAttributes: SEARCH_ATTRIBUTES,
      dynamicConfig: { 'frontend.WorkflowTimeSkippingEnabled': true },
    }).then((started) => {
      stops.push(started.stop);
      return started;
    });
    const database = startPostgres({ dataDir: join(folder, 'postgres'), durable: false }).then((started) => {
      stops.push(started.stop);
      return started;
    });
    const [{ address }, { url }] = await everyOne([engine, database]);
    await makeTemplate(url);
    project.provide('runFolder', folder);
    project.provide('temporalAddress', address);
    project.provide('postgresUrl', url);
    project.provide('templateDatabase', TEMPLATE);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

/** Data folders of earlier runs that were killed before they could remove them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const path = join(tmpdir(), name);
    const pid = path.startsWith(LEFTOVER_PREFIX)
      ? Number(path.slice(LEFTOVER_PREFIX.length).split('-')[0])
      : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(path, { recursive: true, force: true });
  }
}

/** Waits for all, also after one failed, so that nothing is still starting while we stop. */
async function everyOne<T extends readonly unknown[]>(promises: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}

async function makeTemplate(url: string): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`create database ${TEMPLATE}`);
    const template = new URL(url);
    template.pathname = TEMPLATE;
    await migrate(template.href);
  } finally {
    await admin.end();
  }
}
