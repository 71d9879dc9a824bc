import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Access } from './access.ts';

const MB = 1_048_576;

/** Resident memory of a process in bytes; undefined when it has ended. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const kilobytes = Number(stdout.trim());
  return stdout.trim() === '' ? undefined : kilobytes * 1024;
}

export interface Memory {
  readonly apiMb: number | undefined;
  readonly workerMb: number | undefined;
  /** Workflows that the worker holds in its cache; undefined when it does not say. */
  readonly cachedWorkflows: number | undefined;
}

const inMb = (bytes: number | undefined): number | undefined =>
  bytes === undefined ? undefined : Math.round((bytes / MB) * 10) / 10;

/** What the worker's metrics say of its cache. */
async function cachedWorkflows({ config }: Access): Promise<number | undefined> {
  const text = await fetch(`http://127.0.0.1:${config.WORKER_METRICS_PORT}/metrics`)
    .then((response) => response.text())
    .catch(() => '');
  const size = /^temporal_sticky_cache_size(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1];
  return size === undefined ? undefined : Number(size);
}

export async function memoryOf(access: Access): Promise<Memory> {
  const rss = async (name: string): Promise<number | undefined> => {
    const pid = access.system.pids.get(name);
    return pid === undefined ? undefined : residentBytes(pid);
  };
  const [api, worker, cached] = await Promise.all([rss('api'), rss('worker'), cachedWorkflows(access)]);
  return { apiMb: inMb(api), workerMb: inMb(worker), cachedWorkflows: cached };
}

/**
 * What a workflow takes that the worker keeps in its cache, in MB: by how much more a worker has that keeps many, after the same
 * work. What else grows with the work, grows in both. Throws when either cannot be read, or both keep the same number.
 */
export function mbOfCachedWorkflow(few: Memory, many: Memory): number {
  const cached = (many.cachedWorkflows ?? Number.NaN) - (few.cachedWorkflows ?? Number.NaN);
  const mb = (many.workerMb ?? Number.NaN) - (few.workerMb ?? Number.NaN);
  if (!(cached > 0) || Number.isNaN(mb)) {
    throw new Error(`Nothing can be told from ${JSON.stringify(few)} and ${JSON.stringify(many)}.`);
  }
  return mb / cached;
}
