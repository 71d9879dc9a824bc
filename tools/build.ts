import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { preloadedModules } from '../src/workers/preloaded-modules.ts';
import { hashOfSources, SOURCES_FILE } from './built.ts';
import { DASHBOARD_DIST, ensureDashboard } from './dashboard.ts';
import { draftOf, removeAbandonedDrafts } from './drafts.ts';

/**
 * `npm run build`: the product as plain JavaScript in dist/, with its SQL and mail templates, the dashboard, and the workflows bundled,
 * so that a worker starts without a bundler. The same sources give the same bundle, byte for byte.
 */

const ROOT = join(import.meta.dirname, '..');
/** Made beside the old one and renamed into its place, so that dist/ is whole whenever somebody looks. */
const DRAFTS = 'dist.';
const DRAFT = join(ROOT, draftOf(DRAFTS));
const DIST = join(ROOT, 'dist');
/** What is read at run time and is not code. */
const ASSETS = ['src/db/migrations', 'src/emails/templates'] as const;
/** Where `src/workers/order-worker.ts` looks for it. */
const BUNDLE = join(DRAFT, 'src', 'workflow-bundle.js');

async function compile(): Promise<void> {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', DRAFT], { cwd: ROOT }).catch(
    (error: { stdout: string }) => {
      throw new Error(`The types are wrong:\n${error.stdout}`);
    },
  );
}

async function bundle(): Promise<{ bytes: number; hash: string }> {
  const workflowsPath = join(DRAFT, 'src', 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: preloadedModules(workflowsPath),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(BUNDLE, code);
  return { bytes: Buffer.byteLength(code), hash: createHash('sha256').update(code).digest('hex') };
}

try {
  await removeAbandonedDrafts(ROOT, DRAFTS);
  const sources = await hashOfSources();
  await compile();
  await ensureDashboard();
  // Where src/api/dashboard.ts looks for it.
  await cp(DASHBOARD_DIST, join(DRAFT, 'dashboard', 'dist'), { recursive: true });
  for (const folder of ASSETS) await cp(join(ROOT, folder), join(DRAFT, folder), { recursive: true });
  const { bytes, hash } = await bundle();
  await writeFile(join(DRAFT, basename(SOURCES_FILE)), sources);
  await rm(DIST, { recursive: true, force: true });
  await rename(DRAFT, DIST);
  console.log(`dist/ is built; workflow bundle ${(bytes / 1e6).toFixed(2)} MB, sha256 ${hash}`);
} finally {
  await rm(DRAFT, { recursive: true, force: true });
}
