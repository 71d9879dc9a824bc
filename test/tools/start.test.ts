import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createControl } from '../../sandbox/control.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { SAMPLE_LANGUAGES } from '../../src/emails/samples/order.ts';
import { readDevelopment } from '../../tools/development.ts';
import { settingsIn } from '../../tools/docs/configuration.ts';
import { freePort, isPortFree } from '../../tools/ports.ts';
import { type Exit, isAlive, type RunningProcess, startProcess } from '../../tools/process.ts';
import { readInput } from '../../tools/replay/input.ts';
import { createApiClient } from '../../tools/system/api-client.ts';
import { deliver, ship } from '../../tools/system/carrier.ts';

/** `npm start` as a newcomer has it: the same program, on free ports and a data folder of its own. The tests go on from each other. */
vi.setConfig({ testTimeout: 240_000 }); // the first start may have to build the product

const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['postgres', 'temporal', 'sandbox', 'worker', 'api'];

let folder: string;
let environment: NodeJS.ProcessEnv;
let ports: number[];
let running: Start | undefined;
let order: { number: string; key: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  await chmod(folder, 0o711); // under root the database server is another user's
  const { portVariables } = await readDevelopment(folder);
  const free = await Promise.all(Object.values(portVariables).map(async (name) => [name, await freePort()] as const));
  ports = free.map(([, port]) => port);
  environment = {
    ...process.env,
    ...(await nothingSet()),
    ...Object.fromEntries(free.map(([name, port]) => [name, String(port)])),
    DEV_DATA_DIR: join(folder, 'data'),
    SANDBOX_AUTO_ADVANCE_SECONDS: '0',
  };
});
afterAll(async () => {
  await running?.process.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every setting but the path of the engine's program as not set, so that a `.env` of the developer's does not count. */
async function nothingSet(): Promise<NodeJS.ProcessEnv> {
  const names = settingsIn(await readFile(join(ROOT, '.env.example'), 'utf8')).flatMap(({ settings }) =>
    settings.map(({ name }) => name),
  );
  return Object.fromEntries(names.filter((name) => name !== 'TEMPORAL_CLI').map((name) => [name, '']));
}

type Start = {
  readonly process: RunningProcess;
  /** All it has said so far, without colours. */
  said(): string;
  /** Waits for these words; fails with all that was said when it has ended without them. */
  until(words: string): Promise<void>;
  end(signal: NodeJS.Signals): Promise<Exit>;
};

const start = (flags: readonly string[] = []): Promise<Start> => run('tools/start.ts', flags, {});

async function run(program: string, flags: readonly string[], settings: NodeJS.ProcessEnv): Promise<Start> {
  const lines: string[] = [];
  const started = await startProcess({
    name: program,
    command: process.execPath,
    args: ['--import', 'tsx', program, ...flags],
    cwd: ROOT,
    env: { ...environment, ...settings },
    onLine: (line) => lines.push(stripVTControlCharacters(line)),
  });
  const said = (): string => lines.join('\n');
  return {
    process: started,
    said,
    until: (words) =>
      vi.waitFor(
        () => {
          if (started.exit !== undefined && !said().includes(words)) expect.unreachable(`it has ended:\n${said()}`);
          expect(said()).toContain(words);
        },
        { timeout: 200_000, interval: 50 },
      ),
    async end(signal) {
      process.kill(started.pid, signal);
      const exit = await started.exited;
      await started.outputEnded;
      return exit;
    },
  };
}

/** A program that ends by itself, such as a start that is refused: how it ended and what it said. */
async function runToEnd(program: string, flags: readonly string[] = [], settings: NodeJS.ProcessEnv = {}) {
  const { process: started, said } = await run(program, flags, settings);
  const exit = await started.exited;
  await started.outputEnded;
  return { exit, said: said() };
}
const refused = (flags: readonly string[] = [], settings: NodeJS.ProcessEnv = {}) =>
  runToEnd('tools/start.ts', flags, settings);

const runFile = async () =>
  JSON.parse(await readFile(join(folder, 'data', 'run.json'), 'utf8')) as {
    pid: number;
    services: { name: string; pid: number }[];
  };
const apiUrl = (): string => `http://127.0.0.1:${environment['API_PORT']}`;

/** The order that the screen proposes, placed with the key it shows. */
async function placeAsShown(screen: string): Promise<typeof order> {
  const key = /API key +(dok_\S+)/.exec(screen)?.[1] ?? '';
  const body = /-d '(\{.*\})'$/m.exec(screen)?.[1]?.replaceAll(String.raw`'\''`, "'") ?? '';
  const { number } = await createApiClient(apiUrl(), key).place(JSON.parse(body), 'my-first-order');
  return { number, key };
}

const isLabelled = ({ fulfilments }: OrderView): boolean => fulfilments[0]?.status === 'labelled';

test('it brings up every part, shows how to get in, and takes the order that it proposes', async () => {
  running = await start();
  await running.until('Ctrl-C stops everything.');
  const screen = running.said();
  for (const name of [...PARTS, 'migrations', 'demo store']) expect(screen).toMatch(new RegExp(`✓ +${name} `));
  expect(screen).toContain(`Dashboard        ${apiUrl()}`);
  const [, sample = ''] = /npm run replay -- (\S+)/.exec(screen) ?? [];
  expect((await readInput(join(ROOT, sample))).orders.length).toBeGreaterThan(10);
  expect(screen).toMatch(/Owner +owner@demo-store\.example \S+/);
  order = await placeAsShown(screen);
  const labelled = await createApiClient(apiUrl(), order.key).until(order.number, isLabelled);
  expect(labelled).toMatchObject({ status: 'processing', payment_status: 'paid' });
});

test('a second start from the same folder says which process to stop', async () => {
  const { exit, said } = await refused();
  expect(exit).toEqual({ code: 1 });
  expect(said).toContain(`already running from ${join(folder, 'data')}: pid ${running?.process.pid}`);
  expect(said).toContain(`kill ${running?.process.pid}`);
});

test('a start from another folder names each port that is taken, who has it, and the setting to move it', async () => {
  const api = (await runFile()).services.find(({ name }) => name === 'api');
  const { exit, said } = await refused([], { DEV_DATA_DIR: join(folder, 'other') });
  expect(exit).toEqual({ code: 1 });
  expect(said).toContain(`port ${environment['API_PORT']} is in use by pid ${api?.pid} (`);
  for (const port of ports) expect(said).toContain(`port ${port} is in use by `);
  expect(said).toMatch(/or set DEV_POSTGRES_PORT to a free port/);
});

test('the mails of every kind are sent to its inbox for people to look at', async () => {
  const preview = await runToEnd('tools/preview-emails.ts');
  const inbox = `http://127.0.0.1:${environment['SANDBOX_WEB_PORT']}`;
  expect(preview).toEqual({ exit: { code: 0 }, said: expect.stringContaining(`${inbox}/mail`) });
  const previews = (await createControl(inbox).mails()).filter(({ message_id: id }) => id.startsWith('<preview-'));
  const told = preview.said.split('\n').filter((line) => SAMPLE_LANGUAGES.some((one) => line.startsWith(`${one} `)));
  expect(previews).toHaveLength(told.length);
  expect(previews.length).toBeGreaterThan(0);
});

test('SIGTERM stops everything in order and leaves no process', async () => {
  const { services } = await runFile();
  expect(services.map(({ name }) => name).sort()).toEqual([...PARTS].sort());
  for (const { pid } of services) expect(isAlive(pid)).toBe(true);
  expect(await running?.end('SIGTERM')).toEqual({ code: 0 });
  const stopped = [...(running?.said() ?? '').matchAll(/■ +(\S+) +stopped/g)].map(([, name]) => name);
  expect(stopped).toHaveLength(PARTS.length);
  expect(stopped.slice(-2)).toEqual(['temporal', 'postgres']);
  expect(services.filter(({ pid }) => isAlive(pid))).toEqual([]);
  for (const port of ports) expect(await isPortFree(port), `port ${port} is free`).toBe(true);
  await expect(runFile()).rejects.toThrow('ENOENT');
});

test('started again, the order goes on to its end, and Ctrl-C stops it', async () => {
  running = await start();
  await running.until('Ctrl-C stops everything.');
  const api = createApiClient(apiUrl(), order.key);
  const sandbox = createControl(`http://127.0.0.1:${environment['SANDBOX_WEB_PORT']}`);
  await ship(api, sandbox, order.number);
  const ended = await deliver(api, sandbox, order.number);
  expect(ended.payments[0]).toMatchObject({ captured: '35.00', refunded: '0.00' });
  expect(await running.end('SIGINT')).toEqual({ code: 0 });
});

test('data of another PostgreSQL are left alone with the remedy, and --fresh begins anew', async () => {
  await writeFile(join(folder, 'data', 'postgres', 'PG_VERSION'), '13\n');
  const { exit, said } = await refused();
  expect(exit).toEqual({ code: 1 });
  expect(said).toMatch(/was made by PostgreSQL 13[^]*npm start -- --fresh/);

  running = await start(['--fresh']);
  await running.until('Ctrl-C stops everything.');
  const { number, key } = await placeAsShown(running.said());
  expect(number).not.toBe(order.number);
  await expect(createApiClient(apiUrl(), key).order(order.number)).rejects.toThrow('answered 404');
  await expect(createApiClient(apiUrl(), order.key).order(number)).rejects.toThrow('answered 401');
  expect(await running.end('SIGTERM')).toEqual({ code: 0 });
});

test('a folder of somebody else is never emptied', async () => {
  const home = await mkdtemp(join(folder, 'home-'));
  const letter = join(home, 'letter.txt');
  await writeFile(letter, 'dear reader');
  const { exit, said } = await refused(['--fresh'], { DEV_DATA_DIR: home });
  expect(exit).toEqual({ code: 1 });
  expect(said).toContain('is not empty and not a data folder of npm start: name another in DEV_DATA_DIR');
  expect(await readFile(letter, 'utf8')).toBe('dear reader');
});
