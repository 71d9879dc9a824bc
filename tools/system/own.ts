import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/search-attributes.ts';
import { ensureBuilt } from '../built.ts';
import { type Development, readDevelopment } from '../development.ts';
import { findTemporal } from '../engine.ts';
import { registerSearchAttributes } from '../engine-attributes.ts';
import { startEngine } from '../engine-server.ts';
import { freePort, isPortFree } from '../ports.ts';
import { startPostgres } from '../postgres.ts';
import { isAlive } from '../process.ts';
import type { Progress } from '../progress.ts';
import { connectTemporal, httpAnswers, workerPolls } from '../readiness.ts';
import { type NodeProgram, Supervisor } from '../supervisor.ts';
import type { UpSystem } from './running.ts';

/** The whole system for one run: the processes of `npm start`, on free ports and a data folder that is thrown away. */
export interface OwnSystem extends UpSystem {
  /** Stops everything in order and removes the data folder. */
  stop(): Promise<void>;
}

export interface OwnOptions {
  readonly progress: Progress;
  /** Settings of every process beyond the development ones. */
  readonly env?: NodeJS.ProcessEnv;
  /** Flags of `node` for one of the programs (`api`, `worker`, `sandbox`), such as a profiler's. */
  readonly nodeOptions?: Readonly<Record<string, string>>;
  /** Called when it ends by itself: Ctrl-C, or a service died. */
  readonly onEnd?: (code: number) => void;
}

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER_PREFIX = join(tmpdir(), 'durable-orders-run-');

/** What the environment may name of real vendors and servers: a system that is thrown away must not touch them. */
const OF_OTHERS = /^(?:DATABASE_URL|STRIPE_|SHIPPO_|SMTP_URL|TEMPORAL_(?!CLI$)|SANDBOX_|DEV_|NODE_ENV$|PUBLIC_URL$)/;

/** Gives every part a port of its own; `readDevelopment` reads them from our environment. */
async function isolate(dataDir: string): Promise<Development> {
  for (const name of Object.keys(process.env)) if (OF_OTHERS.test(name)) delete process.env[name];
  const { portVariables } = await readDevelopment(dataDir);
  const ports = new Set<number>();
  for (const variable of Object.values(portVariables)) {
    let port = await freePort();
    while (ports.has(port)) port = await freePort();
    ports.add(port);
    process.env[variable] = String(port);
  }
  return readDevelopment(dataDir);
}

/** Data folders of runs that were killed before they could remove them. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!path.startsWith(FOLDER_PREFIX)) continue;
    const pid = Number(path.slice(FOLDER_PREFIX.length).split('-')[0]);
    if (pid > 0 && !isAlive(pid)) await rm(path, { recursive: true, force: true });
  }
}

/** Starts everything and waits until it answers. Throws with the last lines of the part that did not come up. */
export async function startOwn(options: OwnOptions): Promise<OwnSystem> {
  await removeLeftovers();
  const folder = await mkdtemp(`${FOLDER_PREFIX}${process.pid}-`);
  await chmod(folder, 0o711); // under root the database server is another user's
  const pids = new Map<string, number>();
  const supervisor = new Supervisor({
    root: ROOT,
    logFolder: join(folder, 'logs'),
    progress: options.progress,
    verbose: (process.env.VERBOSE ?? '') !== '',
    onChange: (running) => {
      for (const service of running) pids.set(service.name, service.pid);
    },
  });
  let stopping = false;
  void supervisor.ended.then(async (code) => {
    if (stopping) return;
    await rm(folder, { recursive: true, force: true });
    options.onEnd?.(code === 0 ? 130 : code);
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    supervisor.shutdown(0);
    await supervisor.ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const development = await isolate(folder);
    const env = await bringUp(supervisor, development, folder, options);
    const { ports } = development;
    return {
      env,
      apiUrl: `http://127.0.0.1:${ports.api}`,
      sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
      autoAdvanceSeconds: 0,
      pids,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  supervisor: Supervisor,
  development: Development,
  folder: string,
  options: OwnOptions,
): Promise<NodeJS.ProcessEnv> {
  const { ports } = development;
  await ensureBuilt(supervisor);
  const found = await findTemporal({ progress: options.progress });
  let databaseUrl = '';
  await supervisor.start('postgres', async (log) => {
    const server = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port: ports.postgres,
      durable: true,
      ...log,
    });
    databaseUrl = server.url;
    return { process: server.process, detail: `127.0.0.1:${server.port} (${server.origin})` };
  });
  await supervisor.start('temporal', async (log) => {
    const engine = await startEngine({
      path: found.path,
      port: ports.temporal,
      dbFile: join(folder, 'temporal.db'),
      searchAttributes: SEARCH_ATTRIBUTES,
      ...log,
    });
    return { process: engine.process, detail: `${engine.address} (server ${found.server}, ${found.origin})` };
  });
  const env = {
    ...development.environment({
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
      TEMPORAL_NAMESPACE: 'default',
      RATE_LIMIT_PER_MINUTE: '1000000',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    }),
    ...options.env,
  };
  await supervisor.run({ name: 'migrations', entry: 'src/db/migrate.ts', env }, 'the newest schema');
  await startPrograms(supervisor, development, env, options.nodeOptions ?? {});
  if (supervisor.stopping) throw new Error('The system was stopped while it started.');
  return env;
}

/** Sandbox, worker and API wait for nothing of each other's to come up, so they do it side by side. */
async function startPrograms(
  supervisor: Supervisor,
  development: Development,
  env: NodeJS.ProcessEnv,
  nodeOptions: Readonly<Record<string, string>>,
): Promise<void> {
  const { ports } = development;
  const temporal = await connectTemporal(env);
  const program = (name: string, entry: string, more: NodeJS.ProcessEnv = {}): NodeProgram => {
    const flags = nodeOptions[name];
    return { name, entry, env: { ...env, ...more, ...(flags === undefined ? {} : { NODE_OPTIONS: flags }) } };
  };
  try {
    await registerSearchAttributes(temporal.connection, temporal.namespace, SEARCH_ATTRIBUTES);
    const sandboxPorts = [ports.stripe, ports.shippo, ports.sandbox, ports.smtp];
    const listens = async () => (await Promise.all(sandboxPorts.map(isPortFree))).every((free) => !free);
    const { SANDBOX_STATE_FILE: _, ...sandboxEnv } = development.sandboxEnvironment();
    const taskQueue = env.TEMPORAL_TASK_QUEUE ?? 'orders';
    await Promise.all([
      supervisor.startNode(
        program('sandbox', 'sandbox/main.ts', { ...sandboxEnv, SANDBOX_AUTO_ADVANCE_SECONDS: '0' }),
        'Stripe, Shippo and mail of our own',
        listens,
      ),
      supervisor.startNode(program('worker', 'src/workers/main.ts'), `task queue ${taskQueue}`, (pid) =>
        workerPolls(temporal, taskQueue, pid),
      ),
      supervisor.startNode(program('api', 'src/api/main.ts'), `http://127.0.0.1:${ports.api}`, () =>
        httpAnswers(`http://127.0.0.1:${ports.api}/readyz`),
      ),
    ]);
  } finally {
    await temporal.connection.close();
  }
}
