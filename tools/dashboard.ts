import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/**
 * Builds the dashboard into dashboard/dist when it is missing or older than what it is made of. What it was made of is kept there as
 * one hash, so a build that is still right costs the reading of the sources only.
 */

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'dashboard');
export const DASHBOARD_DIST = join(FOLDER, 'dist');
const STAMP = join(DASHBOARD_DIST, '.made-of');
/** The contracts are read for their types only, and cannot change what is built. */
const MADE_OF = ['dashboard/src', 'dashboard/public'] as const;
const AND = ['dashboard/index.html', 'dashboard/vite.config.ts', 'dashboard/tsconfig.json', 'package-lock.json'] as const;
const COMPRESSED = new Set(['.js', '.css', '.svg', '.webmanifest']);

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function hashOfSources(): Promise<string> {
  const files = [...(await Promise.all(MADE_OF.map(filesOf))).flat(), ...AND.map((file) => join(ROOT, file))].sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(ROOT.length)).update('\0').update(await readFile(file)).update('\0');
  return hash.digest('hex');
}

/** Beside each asset a smaller copy in both encodings, made once here and not at every request. */
async function compress(): Promise<void> {
  const entries = await readdir(DASHBOARD_DIST, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && COMPRESSED.has(extname(entry.name)));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    const content = await readFile(file);
    await writeFile(`${file}.br`, await promisify(brotliCompress)(content, quality));
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
  }
}

export async function buildDashboard(): Promise<void> {
  const hash = await hashOfSources();
  await rm(DASHBOARD_DIST, { recursive: true, force: true });
  const { build } = await import('vite');
  await build({ configFile: join(FOLDER, 'vite.config.ts'), root: FOLDER, logLevel: 'warn' });
  await compress();
  await writeFile(STAMP, hash);
}

/** Builds when it has to; says whether it did. */
export async function ensureDashboard(): Promise<boolean> {
  const made = await readFile(STAMP, 'utf8').catch(() => null);
  if (made !== null && made === (await hashOfSources())) return false;
  await buildDashboard();
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = Date.now();
  const built = await ensureDashboard();
  console.log(`dashboard/dist ${built ? `is built (${((Date.now() - began) / 1000).toFixed(1)} s)` : 'is up to date'}`);
}
