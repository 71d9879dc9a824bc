import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { workflowBundle } from '../setup/workflow-bundle.ts';

/**
 * The replay gate: orders that run today must be understood by the code of tomorrow. Each history was saved from a scenario on a
 * real server (`npm run histories`); a change of the workflow that does not fit them fails here and needs `patched()`.
 */

const FOLDER = join(import.meta.dirname, 'histories');
const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).sort();

async function* histories() {
  for (const file of files) yield { workflowId: file, history: JSON.parse(await readFile(join(FOLDER, file), 'utf8')) };
}

describe('histories of orders replay on the present code', () => {
  test('all of them', async () => {
    const misfits: string[] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories(
      { workflowBundle: await workflowBundle() },
      histories(),
    )) {
      if (error !== undefined) misfits.push(`${workflowId}: ${error.message.slice(0, 300)}`);
    }
    expect(misfits).toEqual([]);
    // As many as there are, on a machine that has other things to do.
  }, 120_000);

  test('a history that does not fit is caught', async () => {
    const [file] = files;
    const history = JSON.parse(await readFile(join(FOLDER, file ?? ''), 'utf8'));
    const scheduled = history.events.find(
      (event: { activityTaskScheduledEventAttributes?: object }) => event.activityTaskScheduledEventAttributes,
    );
    scheduled.activityTaskScheduledEventAttributes.activityType.name = 'somethingElse';
    await expect(Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history)).rejects.toThrow();
  });
});
