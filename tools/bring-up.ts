import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../src/workflows/search-attributes.ts';
import { ensureBuilt } from './built.ts';
import type { Development } from './development.ts';
import { type FoundTemporal, findTemporal } from './engine.ts';
import { registerSearchAttributes } from './engine-attributes.ts';
import { startEngine } from './engine-server.ts';
import { isPortFree } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { Progress } from './progress.ts';
import { connectTemporal, httpAnswers, type TemporalAccess, workerPolls } from './readiness.ts';
import type { NodeProgram, Supervisor } from './supervisor.ts';

/** The parts of a system, in the order in which they can be started: those that the environment gives are used instead. */

export interface Parts {
  readonly supervisor: Supervisor;
  readonly development: Development;
  readonly dataDir: string;
  readonly progress: Progress;
  readonly webUi: boolean;
  /** Settings of every program beyond the development ones. */
  readonly env?: NodeJS.ProcessEnv;
  /** Settings of the sandbox alone. */
  readonly sandboxEnv?: NodeJS.ProcessEnv;
  /** Flags of `node` for one of the programs (`api`, `worker`, `sandbox`), such as a profiler's. */
  readonly nodeOptions?: Readonly<Record<string, string>> | undefined;
}

/** Waits until everything answers, and says with what settings the programs run. Throws with the last lines of what did not come up. */
export async function bringUp(parts: Parts): Promise<NodeJS.ProcessEnv> {
  const { supervisor, development } = parts;
  const built = ensureBuilt(supervisor);
  built.catch(() => undefined); // looked at below, once the servers are up
  const connections = await startServers(parts);
  const env = { ...development.environment(connections), ...parts.env };

  await built;
  await supervisor.run({ name: 'migrations', entry: 'src/db/migrate.ts', env }, 'the newest schema');
  const temporal = await connectTemporal(env);
  try {
    await registerSearchAttributes(temporal.connection, temporal.namespace, SEARCH_ATTRIBUTES);
    await startPrograms(parts, env, temporal);
  } finally {
    await temporal.connection.close();
  }
  return env;
}

/** Answers the settings by which the servers are reached. */
async function startServers(parts: Parts): Promise<NodeJS.ProcessEnv> {
  const { supervisor, development, progress } = parts;
  const connections: NodeJS.ProcessEnv = {};
  // First, as it may take minutes on a new machine.
  const temporalCli = development.starts.temporal ? await findTemporal({ progress }) : undefined;
  if (development.starts.postgres) {
    await supervisor.start('postgres', async (log) => {
      const dataDir = join(parts.dataDir, 'postgres');
      const server = await startPostgres({ dataDir, port: development.ports.postgres, durable: true, ...log });
      connections.DATABASE_URL = server.url;
      return { process: server.process, detail: `127.0.0.1:${server.port} (${server.origin})` };
    });
  }
  if (temporalCli !== undefined) Object.assign(connections, await startTemporal(parts, temporalCli));
  return connections;
}

async function startTemporal(
  { supervisor, development: { ports }, dataDir, webUi }: Parts,
  found: FoundTemporal,
): Promise<NodeJS.ProcessEnv> {
  await supervisor.start('temporal', async (log) => {
    const engine = await startEngine({
      path: found.path,
      port: ports.temporal,
      ...(webUi ? { uiPort: ports.temporalUi } : {}),
      dbFile: join(dataDir, 'temporal.db'),
      searchAttributes: SEARCH_ATTRIBUTES,
      ...log,
    });
    return { process: engine.process, detail: `${engine.address} (server ${found.server}, ${found.origin})` };
  });
  // An empty profile file, so that a profile of the developer's (TLS, a cloud key) is not mixed in.
  const profile = join(dataDir, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  return {
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: profile,
  };
}

/** Sandbox, worker and API wait for nothing of each other's to come up, so they do it side by side; they stop one by one. */
async function startPrograms(parts: Parts, env: NodeJS.ProcessEnv, temporal: TemporalAccess): Promise<void> {
  const { supervisor, development } = parts;
  const { ports, starts } = development;
  const program = (name: string, entry: string, settings: NodeJS.ProcessEnv): NodeProgram => {
    const flags = parts.nodeOptions?.[name];
    return { name, entry, env: flags === undefined ? settings : { ...settings, NODE_OPTIONS: flags } };
  };
  const starting: Promise<void>[] = [];
  if (starts.sandbox) {
    const settings = { ...development.sandboxEnvironment(), ...parts.sandboxEnv };
    const sandboxPorts = [ports.stripe, ports.shippo, ports.sandbox, ports.smtp];
    const listens = async () => (await Promise.all(sandboxPorts.map(isPortFree))).every((free) => !free);
    const sandbox = program('sandbox', 'sandbox/main.ts', settings);
    starting.push(supervisor.startNode(sandbox, 'Stripe, Shippo and mail of our own', listens));
  }
  const taskQueue = env.TEMPORAL_TASK_QUEUE ?? 'orders';
  const worker = program('worker', 'src/workers/main.ts', env);
  const polls = (pid: number) => workerPolls(temporal, taskQueue, pid);
  starting.push(supervisor.startNode(worker, `task queue ${taskQueue}`, polls));

  const address = `http://127.0.0.1:${ports.api}`;
  const api = program('api', 'src/api/main.ts', env);
  starting.push(supervisor.startNode(api, address, () => httpAnswers(`${address}/readyz`)));
  await Promise.all(starting);
}
