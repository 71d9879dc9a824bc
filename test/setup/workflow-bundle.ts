import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { inject } from 'vitest';
import { preloadedModules } from '../../src/workers/preloaded-modules.ts';

/** The workflows as a worker takes them, bundled by the first test file of the run that needs them. */

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;
export const workflowBundle = (): Promise<WorkflowBundleWithSourceMap> => {
  bundle ??= bundled(join(inject('runFolder'), 'workflows.json'));
  return bundle;
};

async function bundled(file: string): Promise<WorkflowBundleWithSourceMap> {
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null) return JSON.parse(known) as WorkflowBundleWithSourceMap;
  const workflowsPath = new URL('../../src/workflows/index.ts', import.meta.url).pathname;
  const made = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: preloadedModules(workflowsPath),
    logger: new DefaultLogger('ERROR'),
  });
  // Renamed when it is whole, as another file may look for it now.
  const begun = `${file}.${process.pid}`;
  await writeFile(begun, JSON.stringify(made));
  await rename(begun, file);
  return made;
}
