import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DASHBOARD } from './dashboard.ts';
import type { Progress } from './progress.ts';
import { hashOf } from './source-hash.ts';

/** What is built stands in dist/ with the hash of what it was built from, so that it is built again only when that has changed. */

const ROOT = join(import.meta.dirname, '..');
export const SOURCES_FILE = join('dist', '.sources');
const PRODUCT = {
  folders: ['src', ...DASHBOARD.folders],
  files: ['tsconfig.json', 'tsconfig.build.json', 'tools/build.ts', ...DASHBOARD.files],
};

export const hashOfSources = (): Promise<string> => hashOf(PRODUCT);

/** Builds the product when its sources have changed since; its programs run from dist/ as they do in production. */
export async function ensureBuilt(progress: Progress): Promise<void> {
  const standing = await readFile(join(ROOT, SOURCES_FILE), 'utf8').catch(() => '');
  if (standing === (await hashOfSources())) return;
  const began = Date.now();
  progress.status('  …  building the product');
  const build = ['--import', 'tsx', join(ROOT, 'tools', 'build.ts')];
  await promisify(execFile)(process.execPath, build, { cwd: ROOT }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`The product cannot be built:\n${error.stdout}${error.stderr}`);
    },
  );
  progress.line(`  ✓  build       dist/, as the sources have changed  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
