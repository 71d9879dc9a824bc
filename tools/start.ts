import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SEARCH_ATTRIBUTES } from '../src/workflows/search-attributes.ts';
import { ensureBuilt } from './built.ts';
import { type Development, type PortName, readDevelopment } from './development.ts';
import { type FoundTemporal, findTemporal } from './engine.ts';
import { registerSearchAttributes } from './engine-attributes.ts';
import { startEngine } from './engine-server.ts';
import { claimInstance } from './instance.ts';
import { describePortHolder, isPortFree } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { terminalProgress } from './progress.ts';
import { connectTemporal, httpAnswers, type TemporalAccess, workerPolls } from './readiness.ts';
import { type DemoStore, readyScreen } from './screen.ts';
import { Supervisor } from './supervisor.ts';

const ROOT = join(import.meta.dirname, '..');
const DATA = join(ROOT, 'data');
const HELP = `npm start                 brings up everything, keeps its data in data/
npm start -- --fresh      begins anew: removes data/ first
VERBOSE=1 npm start       shows the log of every service; without it they are in data/logs/
Settings are read from the environment and from .env; see .env.example.`;

/** `npm start`: everything the system needs, real and local, in order; then one screen; then until Ctrl-C. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const began = Date.now();
  const dotenv = join(ROOT, '.env');
  if (existsSync(dotenv)) process.loadEnvFile(dotenv);

  const progress = terminalProgress();
  const instance = await claimInstance(DATA, progress);
  try {
    if (values.fresh === true) await instance.clear();
    const development = await readDevelopment(DATA);
    await refuseTakenPorts(development);
    const supervisor = new Supervisor({
      root: ROOT,
      logFolder: join(DATA, 'logs'),
      progress,
      verbose: (process.env.VERBOSE ?? '') !== '',
      onChange: (running) => void instance.record(running).catch((error: Error) => progress.line(error.message)),
    });
    void bringUp(supervisor, development).then(
      (screen) => {
        if (!supervisor.stopping) progress.line(`\n${screen(Date.now() - began)}`);
      },
      (error: Error) => {
        if (!supervisor.stopping) progress.line(`\n${error.message}\n`);
        supervisor.shutdown(1);
      },
    );
    return await supervisor.ended;
  } finally {
    await instance.release();
  }
}

async function bringUp(supervisor: Supervisor, development: Development): Promise<(milliseconds: number) => string> {
  const { ports, starts } = development;
  const built = ensureBuilt(supervisor);
  built.catch(() => undefined); // looked at below, once the servers are up
  const connections: NodeJS.ProcessEnv = {};
  // First, as it may take minutes on a new machine.
  const temporalCli = starts.temporal ? await findTemporal({ progress: terminalProgress() }) : undefined;
  if (starts.postgres) {
    await supervisor.start('postgres', async (log) => {
      const server = await startPostgres({
        dataDir: join(DATA, 'postgres'),
        port: ports.postgres,
        durable: true,
        ...log,
      });
      connections.DATABASE_URL = server.url;
      return { process: server.process, detail: `127.0.0.1:${server.port} (${server.origin})` };
    });
  }
  if (temporalCli !== undefined) await startTemporal(supervisor, development, connections, temporalCli);
  const env = development.environment(connections);

  await built;
  await supervisor.run({ name: 'migrations', entry: 'src/db/migrate.ts', env }, 'the newest schema');
  const temporal = await connectTemporal(env);
  try {
    await registerSearchAttributes(temporal.connection, temporal.namespace, SEARCH_ATTRIBUTES);
    await startPrograms(supervisor, development, env, temporal);
  } finally {
    await temporal.connection.close();
  }
  const demo = await seedDemoStore(supervisor, development, env);
  return (milliseconds) => readyScreen(development, env, demo, milliseconds);
}

/** Sandbox, worker and API wait for nothing of each other's to come up, so they do it side by side; they stop one by one. */
async function startPrograms(
  supervisor: Supervisor,
  development: Development,
  env: NodeJS.ProcessEnv,
  temporal: TemporalAccess,
): Promise<void> {
  const { ports, starts } = development;
  const starting: Promise<void>[] = [];
  if (starts.sandbox) {
    const sandbox = { name: 'sandbox', entry: 'sandbox/main.ts', env: development.sandboxEnvironment() };
    const sandboxPorts = [ports.stripe, ports.shippo, ports.sandbox, ports.smtp];
    const listens = async () => (await Promise.all(sandboxPorts.map(isPortFree))).every((free) => !free);
    starting.push(supervisor.startNode(sandbox, 'Stripe, Shippo and mail of our own', listens));
  }
  const taskQueue = env.TEMPORAL_TASK_QUEUE ?? 'orders';
  const worker = { name: 'worker', entry: 'src/workers/main.ts', env };
  const polls = (pid: number) => workerPolls(temporal, taskQueue, pid);
  starting.push(supervisor.startNode(worker, `task queue ${taskQueue}`, polls));

  const address = `http://127.0.0.1:${ports.api}`;
  const api = { name: 'api', entry: 'src/api/main.ts', env };
  starting.push(supervisor.startNode(api, address, () => httpAnswers(`${address}/readyz`)));
  await Promise.all(starting);
}

/**
 * The seed is given the key of an earlier start in DEV_API_KEY, and prints among other lines
 * `API key: KEY` (that one while it is valid, else a new one), `Owner: EMAIL PASSWORD` and `Sample order: {…}` (on one line).
 */
async function seedDemoStore(
  supervisor: Supervisor,
  development: Development,
  env: NodeJS.ProcessEnv,
): Promise<DemoStore> {
  const program = {
    name: 'demo store',
    entry: 'tools/seed-store.ts',
    env: { ...env, DEV_API_KEY: development.secrets.apiKey, DEV_OWNER_PASSWORD: development.secrets.ownerPassword },
  };
  const printed = await supervisor.run(program, 'catalogue, locations, stock, owner, API key');
  const valueOf = (label: string) =>
    printed
      .find((line) => line.startsWith(`${label}: `))
      ?.slice(label.length + 2)
      .trim();
  const [apiKey, sampleOrder, owner] = [valueOf('API key'), valueOf('Sample order'), valueOf('Owner')];
  if (supervisor.stopping) return { apiKey: '', sampleOrder: '', owner: '' };
  if (apiKey === undefined || sampleOrder === undefined || owner === undefined) {
    throw new Error(
      `${program.entry} must print "API key: …", "Owner: …" and "Sample order: …"; it printed:\n${printed.join('\n')}`,
    );
  }
  if (apiKey !== development.secrets.apiKey) await development.keepApiKey(apiKey);
  return { apiKey, sampleOrder, owner };
}

async function startTemporal(
  supervisor: Supervisor,
  { ports }: Development,
  connections: NodeJS.ProcessEnv,
  found: FoundTemporal,
): Promise<void> {
  await supervisor.start('temporal', async (log) => {
    const engine = await startEngine({
      path: found.path,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      dbFile: join(DATA, 'temporal.db'),
      searchAttributes: SEARCH_ATTRIBUTES,
      ...log,
    });
    // An empty profile file, so that a profile of the developer's (TLS, a cloud key) is not mixed in.
    const profile = join(DATA, 'temporal.toml');
    await writeFile(profile, '[profile.default]\n');
    Object.assign(connections, {
      TEMPORAL_ADDRESS: engine.address,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_CONFIG_FILE: profile,
    });
    return { process: engine.process, detail: `${engine.address} (server ${found.server}, ${found.origin})` };
  });
}

/** Asks for every port before anything starts, so that one message names them all. */
async function refuseTakenPorts({ ports, portVariables, starts }: Development): Promise<void> {
  const needed: PortName[] = ['api', 'workerMetrics'];
  if (starts.postgres) needed.push('postgres');
  if (starts.temporal) needed.push('temporal', 'temporalUi');
  if (starts.sandbox) needed.push('stripe', 'shippo', 'sandbox', 'smtp');
  const taken: string[] = [];
  for (const name of needed) {
    if (await isPortFree(ports[name])) continue;
    const holder = (await describePortHolder(ports[name])) ?? 'another process';
    taken.push(`  port ${ports[name]} is in use by ${holder}: stop that, or set ${portVariables[name]} to a free port`);
  }
  if (taken.length > 0) throw new Error(`npm start needs ports that are in use:\n${taken.join('\n')}`);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
