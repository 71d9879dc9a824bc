import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = ['api', 'worker', 'sandbox'] as const;

/**
 * What a run needs of `withSystem` to be profiled; nothing when it is not asked for. With BENCH_PROFILE=FOLDER the API, the
 * worker (each of its threads) and the sandbox leave a CPU profile there when they end, for the developer tools of a browser.
 */
export function profiling(): { nodeOptions?: Record<string, string>; env?: NodeJS.ProcessEnv } {
  const folder = process.env.BENCH_PROFILE ?? '';
  if (folder === '') return {};
  mkdirSync(folder, { recursive: true });
  const preload = `--import ${fileURLToPath(new URL('./profiler.mjs', import.meta.url))}`;
  return {
    nodeOptions: Object.fromEntries(PROGRAMS.map((name) => [name, preload])),
    env: { PROFILE_INTO: resolve(folder) },
  };
}
