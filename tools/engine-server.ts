import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { describePortHolder, freePort, isPortFree } from './ports.ts';
import { describeExit, type RunningProcess, startProcess } from './process.ts';

export interface EngineOptions {
  /** The Temporal CLI, see {@link findTemporal}. */
  readonly path: string;
  /** gRPC port; left out: a free one. */
  readonly port?: number;
  /** Port of the Web UI; left out: no Web UI. */
  readonly uiPort?: number;
  /** SQLite file that keeps every workflow; left out: in memory. */
  readonly dbFile?: string;
  readonly searchAttributes: Readonly<Record<string, string>>;
  /** Dynamic configuration beyond our defaults: key to JSON value. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  readonly logFile?: string;
  readonly onLine?: (line: string) => void;
}

export interface Engine {
  /** host:port for TEMPORAL_ADDRESS. */
  readonly address: string;
  readonly process: RunningProcess;
  readonly stop: () => Promise<void>;
}

/** One partition: on a small machine more of them only make the order of tasks unfair (p99 of a result 4.1 s against 1.2 s). */
const ONE_PARTITION = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
} as const;

const READY_WITHIN_MS = 30_000;

/** Starts a Temporal development server on 127.0.0.1 with the namespace `default`, and waits until it answers. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const port = options.port ?? (await freePort());
  for (const [what, wanted] of [
    ['Temporal', port],
    ['The Temporal Web UI', options.uiPort],
  ] as const) {
    if (wanted === undefined || (await isPortFree(wanted))) continue;
    const holder = await describePortHolder(wanted);
    throw new Error(`${what} cannot start: port ${wanted} is in use${holder === undefined ? '' : ` by ${holder}`}.`);
  }
  if (options.dbFile !== undefined) await mkdir(dirname(options.dbFile), { recursive: true });
  const server = await startProcess({
    name: 'temporal',
    command: options.path,
    args: serverArguments(options, port),
    env: withoutTemporalSettings(process.env),
    // In memory there is nothing to save, and its own farewell takes seconds while clients are connected.
    stopSignal: options.dbFile === undefined ? 'SIGKILL' : 'SIGTERM',
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
  const address = `127.0.0.1:${port}`;
  try {
    await untilReady(server, address, options.dbFile);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async () => void (await server.stop());
  return { address, process: server, stop };
}

function serverArguments(options: EngineOptions, port: number): string[] {
  const flags = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  if (options.uiPort === undefined) flags.push('--headless');
  else flags.push('--ui-port', String(options.uiPort), '--ui-ip', '127.0.0.1');
  if (options.dbFile !== undefined) {
    // The default journal makes three times fewer starts a second; this one survives a killed process as well.
    flags.push(
      '--db-filename',
      options.dbFile,
      '--sqlite-pragma',
      'journal_mode=wal',
      '--sqlite-pragma',
      'synchronous=normal',
    );
  }
  for (const [key, value] of Object.entries({ ...ONE_PARTITION, ...options.dynamicConfig })) {
    flags.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  }
  for (const [name, type] of Object.entries(options.searchAttributes))
    flags.push('--search-attribute', `${name}=${type}`);
  return flags;
}

/** TEMPORAL_ADDRESS, TEMPORAL_TLS_… are for clients; the CLI would read them as its own flags. */
function withoutTemporalSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function untilReady(server: RunningProcess, address: string, dbFile: string | undefined): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (server.exit !== undefined) {
      await server.outputEnded;
      const said = `Temporal did not start (${describeExit(server.exit)}):\n${server.tail().slice(-8).join('\n')}`;
      throw new Error(dbFile === undefined ? said : `${said}\n${remedyFor(dbFile)}`);
    }
    try {
      return await answers(address);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`Temporal is not ready after 30 s: ${(error as Error).message}`);
    }
    await sleep(50);
  }
}

const remedyFor = (dbFile: string): string =>
  `If it cannot open ${dbFile} (damaged, or made by a newer server), move ${basename(dbFile)}* away: the orders are in the record, and ` +
  'each goes on with the next that is asked of it. Or begin anew with `npm start -- --fresh`.';

async function answers(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
  } finally {
    await connection.close();
  }
}
