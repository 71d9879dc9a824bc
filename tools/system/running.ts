import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder, readDotenv } from '../data-folder.ts';
import { readDevelopment } from '../development.ts';
import { isAlive } from '../process.ts';
import { httpAnswers } from '../readiness.ts';

/** A system that is up, as its processes were told: enough to reach every part of it. */
export interface UpSystem {
  /** The environment of the API and the workers. */
  readonly env: NodeJS.ProcessEnv;
  readonly apiUrl: string;
  /** Pages and control API of the sandbox. */
  readonly sandboxUrl: string;
  /** After how many seconds the sandbox moves parcels by itself; 0 is never. */
  readonly autoAdvanceSeconds: number;
  /** What runs, by name: `api`, `worker`, `sandbox`, … */
  readonly pids: ReadonlyMap<string, number>;
}

interface InstanceFile {
  readonly pid: number;
  readonly services: readonly { readonly name: string; readonly pid: number }[];
}

async function readInstance(dataDir: string): Promise<InstanceFile | undefined> {
  const text = await readFile(join(dataDir, 'run.json'), 'utf8').catch(() => '{}');
  const instance = JSON.parse(text) as Partial<InstanceFile>;
  if (instance.pid === undefined || instance.pid <= 0 || !isAlive(instance.pid)) return undefined;
  return { pid: instance.pid, services: instance.services ?? [] };
}

/** What `npm start` keeps beside its PostgreSQL data (tools/postgres.ts). */
async function databaseUrl(dataDir: string, port: number): Promise<string> {
  const password = await readFile(join(dataDir, 'postgres', 'durable-orders-password'), 'utf8');
  return `postgres://durable_orders:${password}@127.0.0.1:${port}/durable_orders`;
}

/**
 * The system that `npm start` has running from its data folder; undefined when none does. Throws when one runs that cannot be used:
 * its API does not answer where our settings say, or it has no sandbox to pay and ship in.
 */
export async function findRunning(): Promise<UpSystem | undefined> {
  const dataDir = dataFolder();
  const instance = await readInstance(dataDir);
  if (instance === undefined) return undefined;
  readDotenv();
  const development = await readDevelopment(dataDir);
  const { ports, starts } = development;
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  if (!(await httpAnswers(`${apiUrl}/readyz`))) {
    throw new Error(
      `npm start is running (pid ${instance.pid}), but its API is not ready at ${apiUrl}. Wait until it is, give the same ` +
        'settings here as there (API_PORT, …), or stop it: without it a system is started for this run.',
    );
  }
  if (!starts.sandbox) {
    throw new Error(
      'The running system uses vendors of its own and not the sandbox; nothing is bought there for a try.',
    );
  }
  const env = development.environment({
    ...(starts.postgres ? { DATABASE_URL: await databaseUrl(dataDir, ports.postgres) } : {}),
    ...(starts.temporal ? { TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`, TEMPORAL_NAMESPACE: 'default' } : {}),
  });
  return {
    env,
    apiUrl,
    sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
    autoAdvanceSeconds: Number(development.sandboxEnvironment().SANDBOX_AUTO_ADVANCE_SECONDS ?? 0),
    pids: new Map(instance.services.map(({ name, pid }) => [name, pid])),
  };
}
