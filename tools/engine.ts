import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporal, downloadTemporal, OFFICIAL_CLI, withEngineLock } from './engine-make.ts';
import type { Progress } from './progress.ts';

/** Oldest Temporal server that has every feature the product uses. */
export const OLDEST_SERVER = '1.29.0';
/** Oldest Temporal server that can skip time per workflow, which the tests use. */
export const OLDEST_SERVER_FOR_TESTS = '1.32.0';

export interface FindTemporalOptions {
  readonly progress: Progress;
  /** Oldest server version that will do; default {@link OLDEST_SERVER}. */
  readonly minimumServer?: string;
}

export interface FoundTemporal {
  /** The Temporal CLI, whose `server start-dev` is a whole server. */
  readonly path: string;
  /** Where it comes from, for people: 'TEMPORAL_CLI', 'PATH', 'cache', 'download', 'Go build'. */
  readonly origin: string;
  /** Server version, such as '1.32.1'. */
  readonly server: string;
}

const BIN = join(import.meta.dirname, '..', '.bin');
const CACHED = join(BIN, 'temporal');

/**
 * A Temporal CLI that runs here: by TEMPORAL_CLI, from the cache, on PATH, downloaded by the SDK's own means, or built
 * from the pinned Go module (minutes the first time). Throws one message that names each way tried and its remedy.
 */
export async function findTemporal(options: FindTemporalOptions): Promise<FoundTemporal> {
  const minimum = options.minimumServer ?? OLDEST_SERVER;
  const given = process.env.TEMPORAL_CLI;
  if (given !== undefined && given !== '') return givenTemporal(given, minimum);
  const tried: string[] = ['TEMPORAL_CLI: not set; it may name the path of a Temporal CLI'];
  const ready = (await cachedTemporal(minimum, tried)) ?? (await temporalOnPath(minimum, tried));
  if (ready !== undefined) return ready;

  return withEngineLock(BIN, options.progress, async () => {
    const made = await cachedTemporal(minimum, []); // another process may have made it while we waited
    if (made !== undefined) return made;
    for (const [origin, make] of [
      ['download', downloadTemporal],
      ['Go build', buildTemporal],
    ] as const) {
      try {
        await make(BIN, options.progress);
        const version = await versionOf(CACHED);
        if (atLeast(version.server, minimum)) return { path: CACHED, origin, server: version.server };
        tried.push(`${origin}: server ${version.server} is older than ${minimum}`);
      } catch (error) {
        tried.push(`${origin}: ${(error as Error).message}`);
      }
    }
    throw new Error(
      `No Temporal server (${minimum} or newer) could be found or made. Tried in this order:\n` +
        tried.map((line) => `  - ${line.replaceAll('\n', '\n    ')}`).join('\n'),
    );
  });
}

async function givenTemporal(path: string, minimum: string): Promise<FoundTemporal> {
  const version = await versionOf(path).catch((error: Error) => {
    throw new Error(`TEMPORAL_CLI is ${path}, which is no Temporal CLI that runs here: ${error.message}`);
  });
  if (!atLeast(version.server, minimum)) {
    throw new Error(
      `TEMPORAL_CLI is ${path} with server ${version.server}; needed is ${minimum} or newer. Give a newer one or unset it.`,
    );
  }
  return { path, origin: 'TEMPORAL_CLI', server: version.server };
}

async function cachedTemporal(minimum: string, tried: string[]): Promise<FoundTemporal | undefined> {
  const version = await versionOf(CACHED).catch(() => undefined);
  if (version === undefined) {
    tried.push('.bin/temporal: not made yet');
    return undefined;
  }
  const pinned = await pinnedVersions();
  const current = (version.cli === pinned.cli && version.server === pinned.server) || version.cli === OFFICIAL_CLI;
  if (current && atLeast(version.server, minimum)) return { path: CACHED, origin: 'cache', server: version.server };
  tried.push(`.bin/temporal: CLI ${version.cli} with server ${version.server} is not the pinned version`);
  return undefined;
}

async function temporalOnPath(minimum: string, tried: string[]): Promise<FoundTemporal | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'temporal');
    const version = await versionOf(path).catch(() => undefined);
    if (version === undefined) continue;
    if (atLeast(version.server, minimum)) return { path, origin: 'PATH', server: version.server };
    tried.push(`${path}: its server ${version.server} is older than ${minimum}; a newer CLI there would be used`);
    return undefined;
  }
  tried.push('PATH: no `temporal`; one installed there would be used (https://docs.temporal.io/cli)');
  return undefined;
}

/** Reads 'temporal version 1.8.2 (Server 1.32.1, UI 2.50.1)'. */
async function versionOf(path: string): Promise<{ cli: string; server: string }> {
  await access(path, constants.X_OK);
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 });
  const [, cli, server] = /version (\d+\.\d+\.\d+\S*) \(Server (\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  if (cli === undefined || server === undefined)
    throw new Error(`its --version says ${JSON.stringify(stdout.split('\n')[0])}`);
  return { cli, server };
}

/** What `engine/go.mod` pins. */
async function pinnedVersions(): Promise<{ cli: string | undefined; server: string | undefined }> {
  const text = await readFile(join(import.meta.dirname, '..', 'engine', 'go.mod'), 'utf8');
  const version = (module: string) => new RegExp(`^\\s*(?:require )?${module} v(\\S+)`, 'm').exec(text)?.[1];
  return { cli: version('github\\.com/temporalio/cli'), server: version('go\\.temporal\\.io/server') };
}

/** Compares dotted versions; pre-release suffixes are ignored. */
export function atLeast(version: string, minimum: string): boolean {
  const parts = (text: string) => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [parts(version), parts(minimum)];
  for (const [i, wanted] of need.entries()) {
    const difference = (have[i] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
