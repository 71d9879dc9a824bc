import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DASHBOARD } from './dashboard.ts';
import { hashOf } from './source-hash.ts';
import type { Supervisor } from './supervisor.ts';

/** What is built stands in dist/ with the hash of what it was built from, so that it is built again only when that has changed. */

const ROOT = join(import.meta.dirname, '..');
export const SOURCES_FILE = join('dist', '.sources');
const PRODUCT = {
  folders: ['src', ...DASHBOARD.folders],
  files: ['tsconfig.json', 'tsconfig.build.json', 'tools/build.ts', ...DASHBOARD.files],
};

export const hashOfSources = (): Promise<string> => hashOf(PRODUCT);

/** Builds the product when its sources have changed since; its programs run from dist/ as they do in production. */
export async function ensureBuilt(supervisor: Supervisor): Promise<void> {
  const standing = await readFile(join(ROOT, SOURCES_FILE), 'utf8').catch(() => '');
  if (standing === (await hashOfSources())) return;
  const build = { name: 'build', entry: 'tools/build.ts', env: process.env };
  await supervisor.run(build, 'dist/, as the sources have changed');
}
