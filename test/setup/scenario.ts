import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import temporalProto from '@temporalio/proto';
import { expect, test } from 'vitest';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { place, type System } from './system.ts';

/**
 * A scenario is a test of whole orders on the real engine. After it, every order it placed is looked at: no workflow task has failed,
 * the history is within the scenario's budget, and one like it is saved. With SAVE_HISTORIES=1 the histories are written to
 * test/replay/histories, where the replay gate holds tomorrow's code against them.
 */

const { EventType } = temporalProto.temporal.api.enums.v1;
const HISTORIES = join(import.meta.dirname, '../replay/histories');

export type Stage = {
  readonly system: System;
  place(changes?: Record<string, unknown>): Promise<string>;
};

type Budget = { readonly events?: number };

async function inspect(system: System, name: string, number: string, index: number, budget: Budget): Promise<void> {
  const handle = system.temporal.client.workflow.getHandle(workflowIdOf(number));
  const history = await handle.fetchHistory();
  const events = history.events ?? [];
  const failed = events.filter((event) => event.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
  expect(
    failed.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message),
    'failed workflow tasks',
  ).toEqual([]);
  if (budget.events !== undefined) expect(events.length, 'history events').toBeLessThanOrEqual(budget.events);
  const file = `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}${index === 0 ? '' : `-${index + 1}`}.json`;
  if (process.env['SAVE_HISTORIES'] !== '1') {
    if (index === 0) expect(existsSync(join(HISTORIES, file)), `npm run histories has saved ${file}`).toBe(true);
    return;
  }
  await mkdir(HISTORIES, { recursive: true });
  // Who ran it, and where, is no part of the story.
  const story = historyToJSON(history)
    .replace(/"identity": ?"[^"]*"/g, '"identity":"test"')
    .replace(/"stackTrace": ?"(?:[^"\\]|\\.)*"/g, '"stackTrace":""');
  await writeFile(join(HISTORIES, file), `${story}\n`);
}

/** Declares a scenario; `of` gives the running system. */
export function scenario(
  of: () => System,
  name: string,
  play: (stage: Stage) => Promise<void>,
  budget: Budget = {},
): void {
  test(name, async () => {
    const system = of();
    const numbers: string[] = [];
    await play({
      system,
      place: async (changes) => {
        const number = await place(system, changes);
        numbers.push(number);
        return number;
      },
    });
    for (const [index, number] of numbers.entries()) await inspect(system, name, number, index, budget);
  });
}
