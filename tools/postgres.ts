import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { commandLine, describePortHolder, freePort, isPortFree } from './ports.ts';
import { type Account, postgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { describeExit, isAlive, type RunningProcess, startProcess } from './process.ts';

export interface PostgresOptions {
  /** Made by `initdb` when it does not exist or is empty. */
  readonly dataDir: string;
  /** Left out: a free port. */
  readonly port?: number;
  /** false trades safety for speed (no fsync): for tests, whose data may be lost. */
  readonly durable: boolean;
  readonly logFile?: string;
  readonly onLine?: (line: string) => void;
}

export interface Postgres {
  /** Connection string of the application's database, as a superuser of this server. */
  readonly url: string;
  readonly port: number;
  /** Where the binaries come from, for people. */
  readonly origin: string;
  readonly process: RunningProcess;
  readonly stop: () => Promise<void>;
}

const USER = 'durable_orders';
const DATABASE = 'durable_orders';
const PASSWORD_FILE = 'durable-orders-password';
const READY_WITHIN_MS = 60_000;

/** Starts a PostgreSQL server of our own on 127.0.0.1; throws with the remedy in the message. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = await findPostgresBinaries();
  const account = await postgresAccount(binaries.postgres, dataDir);
  await refuseRunningServer(dataDir);
  const port = options.port ?? (await freePort());
  await refuseTakenPort(port);
  await prepareDataFolder(dataDir, binaries, account);
  const password = await readPassword(dataDir);

  const settings = { ...BASE_SETTINGS, ...(options.durable ? {} : FAST_AND_FORGETFUL), port };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = await startProcess({
    name: 'postgres',
    ...account.spawn(binaries.postgres, ['-D', dataDir, ...flags]),
    cwd: dirname(binaries.postgres),
    stopSignal: 'SIGINT', // fast shutdown: does not wait for clients
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
  const urlOf = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  try {
    await untilReady(server, urlOf('postgres'));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async () => void (await server.stop());
  return { url: urlOf(DATABASE), port, origin: binaries.origin, process: server, stop };
}

const BASE_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 400,
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

const FAST_AND_FORGETFUL = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  checkpoint_timeout: '1h',
} as const;

async function refuseTakenPort(port: number): Promise<void> {
  if (await isPortFree(port)) return;
  const holder = await describePortHolder(port);
  throw new Error(`PostgreSQL cannot start: port ${port} is in use${holder === undefined ? '' : ` by ${holder}`}.`);
}

/** A data folder has one server at most. A lock file left by a killed server is removed, a live one is named. */
async function refuseRunningServer(dataDir: string): Promise<void> {
  const lock = join(dataDir, 'postmaster.pid');
  const [pidLine, , , portLine] = (await readFile(lock, 'utf8').catch(() => '')).split('\n');
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = isAlive(pid) ? await commandLine(pid) : undefined;
  if (command?.includes('postgres')) {
    throw new Error(
      `PostgreSQL is already running on ${dataDir}: pid ${pid}, port ${portLine}. Stop it with \`kill -INT ${pid}\` and start again.`,
    );
  }
  await rm(lock, { force: true });
}

async function prepareDataFolder(dataDir: string, binaries: PostgresBinaries, account: Account): Promise<void> {
  const entries = await readdir(dataDir).catch(() => []);
  if (entries.length === 0) return initialise(dataDir, binaries, account);
  const version = Number(await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => Number.NaN));
  if (Number.isNaN(version)) {
    throw new Error(`${dataDir} is not empty and not a PostgreSQL data folder: move it away and start again.`);
  }
  if (version !== binaries.major) {
    throw new Error(
      `${dataDir} was made by PostgreSQL ${version}, the server here is ${binaries.major} (${binaries.origin}). ` +
        `To keep the data, run PostgreSQL ${version} yourself and give its DATABASE_URL; to begin anew, \`npm start -- --fresh\`.`,
    );
  }
  await account.own(dataDir);
}

/** initdb works beside the final place and is renamed into it, so a data folder is complete or absent. */
async function initialise(dataDir: string, binaries: PostgresBinaries, account: Account): Promise<void> {
  const draft = `${dataDir}.new`;
  const passwordFile = join(dirname(dataDir), `${basename(dataDir)}.password`);
  await mkdir(dirname(dataDir), { recursive: true });
  await rm(draft, { recursive: true, force: true });
  await account.own(draft);
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o644 });
  try {
    // The builtin locale (since 17) sorts by code point and folds case of every script, alike on every machine.
    const locale = binaries.major >= 17 ? ['--locale-provider=builtin', '--locale=C.UTF-8'] : ['--locale=C.UTF-8'];
    const initdb = await startProcess({
      name: 'initdb',
      ...account.spawn(binaries.initdb, [
        ...['-D', draft, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8'],
        ...['--no-sync', '--no-instructions', ...locale],
      ]),
      cwd: dirname(binaries.initdb),
    });
    const exit = await initdb.exited;
    if (!('code' in exit) || exit.code !== 0) {
      throw new Error(`initdb failed (${describeExit(exit)}):\n${initdb.tail().join('\n')}`);
    }
    await writeFile(join(draft, PASSWORD_FILE), password, { mode: 0o600 });
    await account.own(draft);
    await rm(dataDir, { recursive: true, force: true });
    await rename(draft, dataDir);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function readPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, PASSWORD_FILE);
  return readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} is missing, so the data folder cannot be used; begin anew with \`npm start -- --fresh\`.`);
  });
}

async function untilReady(server: RunningProcess, adminUrl: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (server.exit !== undefined) {
      throw new Error(
        `PostgreSQL did not start (${describeExit(server.exit)}):\n${server.tail().slice(-8).join('\n')}`,
      );
    }
    try {
      return await createApplicationDatabase(adminUrl);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL is not ready after 60 s: ${(error as Error).message}`);
    }
    await sleep(50);
  }
}

async function createApplicationDatabase(adminUrl: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl, application_name: 'setup', connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
