import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECRETS_FILE } from './development.ts';
import { commandLine } from './ports.ts';
import { isAlive, type RunningProcess, signalGroup } from './process.ts';
import type { Progress } from './progress.ts';

/** What runs from a data folder, written there so that the next start knows what a killed one left behind. */
interface InstanceFile {
  readonly pid: number;
  readonly command: string;
  readonly services: readonly {
    readonly name: string;
    readonly pid: number;
    readonly command: string;
    readonly stopSignal: NodeJS.Signals;
  }[];
}

export interface Instance {
  /** Notes what runs now. */
  record(running: readonly RunningProcess[]): Promise<void>;
  /** Removes everything in the data folder. */
  clear(): Promise<void>;
  release(): Promise<void>;
}

const FILE = 'run.json';
const LEFTOVERS_STOP_WITHIN_MS = 12_000;

/** Makes the data folder ours; throws when another start runs from it, stops what a killed one left running. */
export async function claimInstance(dataDir: string, progress: Progress): Promise<Instance> {
  await mkdir(dataDir, { recursive: true });
  await refuseForeignFolder(dataDir);
  const file = join(dataDir, FILE);
  const before = await readInstance(file);
  if (before !== undefined) {
    if (await isStill(before)) {
      throw new Error(
        `durable-orders is already running from ${dataDir}: pid ${before.pid}. ` +
          `Stop it with Ctrl-C in its terminal, or with \`kill ${before.pid}\`.`,
      );
    }
    await stopLeftovers(before, progress);
    await rm(file, { force: true });
  }
  const self = { pid: process.pid, command: (await commandLine(process.pid)) ?? '' };
  const write = async (services: InstanceFile['services'], flag: 'w' | 'wx') => {
    const text = `${JSON.stringify({ ...self, services } satisfies InstanceFile, null, 2)}\n`;
    if (flag === 'wx') return writeFile(file, text, { flag });
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  await write([], 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new Error(`Another start from ${dataDir} began at the same moment.`);
    throw error;
  });
  return {
    record: async (running) => {
      const services = running.map(async ({ name, pid, stopSignal }) => {
        return { name, pid, stopSignal, command: (await commandLine(pid)) ?? '' };
      });
      await write(await Promise.all(services), 'w');
    },
    clear: async () => {
      for (const name of await readdir(dataDir)) {
        if (name !== FILE) await rm(join(dataDir, name), { recursive: true, force: true });
      }
    },
    release: () => rm(file, { force: true }),
  };
}

/** Whatever is in the folder can be removed by `--fresh`, so it has to be one that a start has made or an empty one. */
async function refuseForeignFolder(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  if (names.length === 0 || names.includes(FILE) || names.includes(SECRETS_FILE)) return;
  throw new Error(`${dataDir} is not empty and not a data folder of npm start: name another in DEV_DATA_DIR.`);
}

async function readInstance(file: string): Promise<InstanceFile | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as InstanceFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: 0, command: '', services: [] }; // cut off in the middle of writing
    throw error;
  }
}

/** The same process, and not another one that was given its number since. */
async function isStill(one: { readonly pid: number; readonly command: string }): Promise<boolean> {
  return one.pid > 0 && isAlive(one.pid) && (await commandLine(one.pid)) === one.command;
}

async function stopLeftovers(before: InstanceFile, progress: Progress): Promise<void> {
  for (const service of [...before.services].reverse()) {
    if (!(await isStill(service))) continue;
    progress.line(`  !  ${service.name} (pid ${service.pid}) was left running by a killed start; stopping it`);
    signalGroup(service.pid, service.stopSignal);
    const deadline = Date.now() + LEFTOVERS_STOP_WITHIN_MS;
    while (Date.now() < deadline && (await isStill(service))) await sleep(100);
    signalGroup(service.pid, 'SIGKILL');
  }
}
