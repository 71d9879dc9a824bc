import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { type RunningProcess, startProcess } from '../../tools/process.ts';
import { workerPolls } from '../../tools/readiness.ts';
import { inParallel } from '../../tools/replay/in-parallel.ts';
import type { Access } from '../../tools/system/access.ts';
import { costOf } from '../../tools/system/histories.ts';
import { FLOOR_QUEUE } from './floor-worker.ts';
import type { FloorShape } from './floor-workflow.ts';

/** Bare workflows on the same server: the speed that nothing built on it can beat. */

const READY_WITHIN_MS = 60_000;

export async function startFloorWorker(access: Access): Promise<RunningProcess> {
  const worker = await startProcess({
    name: 'floor worker',
    command: process.execPath,
    args: ['--import', 'tsx', fileURLToPath(new URL('./floor-worker.ts', import.meta.url))],
    env: { ...access.system.env },
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await workerPolls(access.server, FLOOR_QUEUE, worker.pid))) {
    if (worker.exit !== undefined || Date.now() > deadline) {
      await worker.stop();
      throw new Error(`The floor's worker did not start:\n${worker.tail().join('\n')}`);
    }
    await sleep(100);
  }
  return worker;
}

let started = 0;

const run = async (client: Client, shape: FloorShape): Promise<string> => {
  const workflowId = `floor-${process.pid}-${++started}`;
  await client.workflow.execute('floorWorkflow', { workflowId, taskQueue: FLOOR_QUEUE, args: [shape] });
  return workflowId;
};

/** The shape whose measured number of transitions is exactly `transitions`, with as many activities as the order has if possible. */
export async function floorShape(client: Client, transitions: number, activitiesOfOrder: number): Promise<FloorShape> {
  const tried: string[] = [];
  const activities = [...Array(transitions).keys()].sort(
    (a, b) => Math.abs(a - activitiesOfOrder) - Math.abs(b - activitiesOfOrder),
  );
  for (const count of activities) {
    // An empty run takes 3 transitions, an activity 4, a timer 3; measured below, as a server may count otherwise.
    const timers = (transitions - 3 - 4 * count) / 3;
    if (!Number.isInteger(timers) || timers < 0) continue;
    const shape = { activities: count, timers };
    const { transitions: measured } = await costOf(client, await run(client, shape));
    if (measured === transitions) return shape;
    tried.push(`${count} activities and ${timers} timers take ${measured}`);
  }
  throw new Error(`No bare workflow takes ${transitions} state transitions: ${tried.join('; ') || 'too few'}.`);
}

/** Runs `count` bare workflows, `width` at a time; answers how many a second. */
export async function runFloor(client: Client, shape: FloorShape, count: number, width: number): Promise<number> {
  const began = performance.now();
  await inParallel([...Array(count).keys()], width, () => run(client, shape));
  return count / ((performance.now() - began) / 1000);
}
