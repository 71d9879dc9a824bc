import { execFile } from 'node:child_process';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describeExit, isAlive, startProcess } from './process.ts';
import type { Progress } from './progress.ts';

/** The official CLI that is fetched where its download answers; its server is 1.32.0. */
export const OFFICIAL_CLI = '1.9.1';

const ENGINE = join(import.meta.dirname, '..', 'engine');
const FIRST_BYTE_WITHIN_MS = 15_000;
const NO_GROWTH_FOR_MS = 60_000;

/** Fetches the official CLI into `bin/temporal`, in a process of its own, because the SDK's download cannot be called off. */
export async function downloadTemporal(bin: string, progress: Progress): Promise<void> {
  const folder = join(bin, 'download');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  progress.status(`Temporal: asking for the official CLI ${OFFICIAL_CLI}`);
  const download = await startProcess({
    name: 'download',
    command: process.execPath,
    args: ['--import', 'tsx', join(import.meta.dirname, 'engine-download.ts'), folder, `v${OFFICIAL_CLI}`],
    stopWithin: 1_000,
  });
  const remedy = 'Allow https to temporal.download, or install the CLI on PATH.';
  try {
    let [size, grewAt] = [0, Date.now()];
    while (download.exit === undefined) {
      await Promise.race([download.exited, sleep(500)]);
      const now = await folderSize(folder);
      if (now > size) [size, grewAt] = [now, Date.now()];
      if (Date.now() - grewAt > (size === 0 ? FIRST_BYTE_WITHIN_MS : NO_GROWTH_FOR_MS)) {
        throw new Error(`temporal.download did not answer in time. ${remedy}`);
      }
      if (size > 0) progress.status(`Temporal: downloading the official CLI, ${Math.round(size / 1e6)} MB`);
    }
    if (!('code' in download.exit) || download.exit.code !== 0) {
      throw new Error(`${download.tail().at(-1) ?? describeExit(download.exit)}. ${remedy}`);
    }
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('the download left no file');
    await chmod(join(folder, file), 0o755);
    await rename(join(folder, file), join(bin, 'temporal'));
  } finally {
    await download.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size),
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** Builds `bin/temporal` from the Go module in `engine/`, which pins every dependency by hash. */
export async function buildTemporal(bin: string, progress: Progress): Promise<void> {
  const go = await findGo();
  const cli = /github\.com\/temporalio\/cli v(\S+)/.exec(await readFile(join(ENGINE, 'go.mod'), 'utf8'))?.[1];
  if (cli === undefined) throw new Error('engine/go.mod names no github.com/temporalio/cli');
  const draft = join(bin, 'temporal.new');
  const began = Date.now();
  let [packages, last] = [0, ''];
  progress.line(`Building Temporal ${cli} from engine/ with Go: about 4 minutes the first time, then cached in .bin/`);
  const build = await startProcess({
    name: 'go build',
    command: go,
    // One set of flags everywhere: another one would not share Go's build cache.
    args: [
      ...['build', '-v', '-trimpath', '-ldflags'],
      `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${cli}`,
      ...['-o', draft, 'github.com/temporalio/cli/cmd/temporal'],
    ],
    cwd: ENGINE,
    env: { ...process.env, GOWORK: 'off' },
    onLine: (line) => {
      last = line;
      if (!line.startsWith('go: ')) packages += 1;
    },
  });
  const ticker = setInterval(() => {
    const elapsed = Math.round((Date.now() - began) / 1000);
    progress.status(
      `Temporal: building, ${elapsed} s, ${packages} packages compiled, now ${last || 'reading modules'}`,
    );
  }, 1_000);
  try {
    const exit = await build.exited;
    if (!('code' in exit) || exit.code !== 0) {
      const output = build.tail().slice(-12).join('\n');
      throw new Error(
        `go build failed (${describeExit(exit)}). It needs the Go module proxy, 4 GB of disk and 2.5 GB of memory.\n${output}`,
      );
    }
    await rename(draft, join(bin, 'temporal'));
    progress.line(`Built Temporal ${cli} in ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    clearInterval(ticker);
    await build.stop();
    await rm(draft, { force: true });
  }
}

const OLDEST_GO = [1, 26] as const;

async function findGo(): Promise<string> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/go/bin', '/usr/lib/go/bin'];
  let found = 'no Go on PATH';
  for (const folder of folders) {
    const go = join(folder, 'go');
    // From a neutral folder, so that go.mod's own demand does not answer for an old Go.
    const result = await promisify(execFile)(go, ['env', 'GOVERSION'], { cwd: '/' }).catch(() => undefined);
    if (result === undefined) continue;
    const [, major = 0, minor = 0] = /go(\d+)\.(\d+)/.exec(result.stdout)?.map(Number) ?? [];
    if (major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1])) return go;
    found = `${go} is ${result.stdout.trim()}`;
  }
  throw new Error(`${found}; install Go ${OLDEST_GO.join('.')} or newer (https://go.dev/dl).`);
}

/** Runs `work` while no other process of this checkout downloads or builds. */
export async function withEngineLock<T>(bin: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  await mkdir(bin, { recursive: true });
  const lock = join(bin, 'temporal.lock');
  for (;;) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    const age = Date.now() - ((await stat(lock).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (holder > 0 ? !isAlive(holder) : age > 5_000) await rm(lock, { force: true });
    else progress.status(`Temporal: process ${holder} is fetching or building it; waiting`);
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
