import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { sharedModules } from '../src/workers/shared-modules.ts';
import { buildDashboard, DASHBOARD_DIST } from './dashboard.ts';

/**
 * `npm run build`: the product as plain JavaScript in dist/, with its SQL and mail templates, the dashboard, and the workflows bundled,
 * so that a worker starts without a bundler. The same sources give the same bundle, byte for byte.
 */

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** What is read at run time and is not code. */
const ASSETS = ['src/db/migrations', 'src/emails/templates'] as const;
/** Where `src/workers/order-worker.ts` looks for it. */
const BUNDLE = join(DIST, 'src', 'workflow-bundle.js');

async function compile(): Promise<void> {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json'], { cwd: ROOT }).catch((error: { stdout: string }) => {
    throw new Error(`The types are wrong:\n${error.stdout}`);
  });
}

async function bundle(): Promise<{ bytes: number; hash: string }> {
  const workflowsPath = join(DIST, 'src', 'workflows', 'index.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: sharedModules(workflowsPath),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(BUNDLE, code);
  return { bytes: Buffer.byteLength(code), hash: createHash('sha256').update(code).digest('hex') };
}

await rm(DIST, { recursive: true, force: true });
await compile();
await buildDashboard();
// Where src/api/dashboard.ts looks for it.
await cp(DASHBOARD_DIST, join(DIST, 'dashboard', 'dist'), { recursive: true });
for (const folder of ASSETS) await cp(join(ROOT, folder), join(DIST, folder), { recursive: true });
const { bytes, hash } = await bundle();
console.log(`dist/ is built; workflow bundle ${(bytes / 1e6).toFixed(2)} MB, sha256 ${hash}`);
