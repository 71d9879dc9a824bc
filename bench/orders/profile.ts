import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

/** Where the time goes: with BENCH_PROFILE=FOLDER the API, the worker and the sandbox leave a CPU profile there when they end. */

const PROGRAMS = ['api', 'worker', 'sandbox'] as const;

/** What a run needs of `withSystem` to be profiled; nothing when it is not asked for. */
export function profiling(): { nodeOptions?: Record<string, string>; env?: NodeJS.ProcessEnv } {
  const folder = process.env.BENCH_PROFILE ?? '';
  if (folder === '') return {};
  mkdirSync(folder, { recursive: true });
  const preload = `--import ${fileURLToPath(import.meta.url)}`;
  return {
    nodeOptions: Object.fromEntries(PROGRAMS.map((name) => [name, `--import tsx ${preload}`])),
    env: { PROFILE_INTO: resolve(folder) },
  };
}

/** Profiles this process from now on when it is one of those. */
function profileThisProcess(folder: string): void {
  const program = /(\w+)\/main\.ts$/.exec(process.argv[1] ?? '')?.[1];
  if (program === undefined) return;
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () => {
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(join(folder, `${program}-${process.pid}-${threadId}.cpuprofile`), JSON.stringify(profile));
    });
  });
}

const into = process.env.PROFILE_INTO;
if (into !== undefined) profileThisProcess(into);
