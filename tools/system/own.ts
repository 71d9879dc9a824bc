import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp } from '../bring-up.ts';
import { type Development, readDevelopment } from '../development.ts';
import { freePort } from '../ports.ts';
import { isAlive } from '../process.ts';
import type { Progress } from '../progress.ts';
import { Supervisor } from '../supervisor.ts';
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
    const env = await bringUp({
      supervisor,
      development,
      dataDir: folder,
      progress: options.progress,
      webUi: false,
      env: { RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn', ...options.env },
      // Parcels move when they are told to, and nothing is kept for another start.
      sandboxEnv: { SANDBOX_AUTO_ADVANCE_SECONDS: '0', SANDBOX_STATE_FILE: undefined },
      nodeOptions: options.nodeOptions,
    });
    if (supervisor.stopping) throw new Error('The system was stopped while it started.');
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
