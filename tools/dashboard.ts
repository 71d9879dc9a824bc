import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { draftOf, removeAbandonedDrafts } from './drafts.ts';
import { hashOf, type Sources } from './source-hash.ts';

/**
 * Builds the dashboard into dashboard/dist when it is missing or older than what it is made of. What it was made of is kept there as
 * one hash, so a build that is still right costs the reading of the sources only.
 */

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dashboard');
export const DASHBOARD_DIST = join(FOLDER, 'dist');
const CACHE = join(FOLDER, '.cache');
const DRAFTS = 'dist-';
const STAMP = '.made-of';
/** The contracts are read for their types only, and cannot change what is built. */
export const DASHBOARD: Sources = {
  folders: ['dashboard/src', 'dashboard/public'],
  files: ['dashboard/index.html', 'dashboard/vite.config.ts', 'dashboard/tsconfig.json', 'package-lock.json'],
};
const COMPRESSED = new Set(['.js', '.css', '.svg', '.webmanifest']);

/** Beside each asset a smaller copy in both encodings, made once here and not at every request. */
async function compress(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && COMPRESSED.has(extname(entry.name)));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    const content = await readFile(file);
    await writeFile(`${file}.br`, await promisify(brotliCompress)(content, quality));
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
  }
}

/** The hash of what the standing build was made of; null when there is none. */
const madeOf = (): Promise<string | null> => readFile(join(DASHBOARD_DIST, STAMP), 'utf8').catch(() => null);

/** Built beside and moved into place at once, so that nobody ever reads half of it; of two builds at the same moment one stays. */
export async function buildDashboard(): Promise<void> {
  const hash = await hashOf(DASHBOARD);
  await removeAbandonedDrafts(CACHE, DRAFTS);
  const beside = join(CACHE, draftOf(DRAFTS));
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', FOLDER, '--logLevel', 'warn', '--outDir', beside, '--emptyOutDir'];
  // A process of its own: under NODE_ENV=test the build would be React's for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, env }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`The dashboard cannot be built:\n${error.stdout}${error.stderr}`);
    },
  );
  await compress(beside);
  await writeFile(join(beside, STAMP), hash);
  // Another build of the same has been faster, and its files may be read or served by now.
  if ((await madeOf()) === hash) return rm(beside, { recursive: true, force: true });
  await rm(DASHBOARD_DIST, { recursive: true, force: true });
  await rename(beside, DASHBOARD_DIST).catch(async (error: NodeJS.ErrnoException) => {
    await rm(beside, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** Builds when it has to; says whether it did. */
export async function ensureDashboard(): Promise<boolean> {
  if ((await madeOf()) === (await hashOf(DASHBOARD))) return false;
  await buildDashboard();
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = Date.now();
  const built = await ensureDashboard();
  console.log(`dashboard/dist ${built ? `is built (${((Date.now() - began) / 1000).toFixed(1)} s)` : 'is up to date'}`);
}
