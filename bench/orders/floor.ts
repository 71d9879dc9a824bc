import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { type RunningProcess, startProcess } from '../../tools/process.ts';
import { workerPolls } from '../../tools/readiness.ts';
import { inParallel } from '../../tools/replay/in-parallel.ts';
import type { Access } from '../../tools/system/access.ts';
import { costOf } from '../../tools/system/histories.ts';
import { askUpdate, FLOOR_QUEUE, FLOOR_WORKFLOW, type FloorShape, pokeSignal, workUpdate } from './floor-messages.ts';

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

async function run(client: Client, shape: FloorShape): Promise<string> {
  const workflowId = `floor-${process.pid}-${++started}`;
  const startWorkflowOperation = new WithStartWorkflowOperation(FLOOR_WORKFLOW, {
    workflowId,
    taskQueue: FLOOR_QUEUE,
    args: [shape],
    workflowIdConflictPolicy: 'FAIL',
  });
  await client.workflow.executeUpdateWithStart(workUpdate, { args: [shape.activities], startWorkflowOperation });
  const handle = client.workflow.getHandle(workflowId);
  for (let sent = 0; sent < shape.updates; sent += 1) await handle.executeUpdate(askUpdate);
  for (let sent = 0; sent < shape.signals; sent += 1) await handle.signal(pokeSignal);
  await handle.result();
  return workflowId;
}

/**
 * One signal, as many activities as fit, the rest in updates: the start takes 3 transitions, an activity and a signal 3 each, an
 * update 1. Throws when the server counts otherwise.
 */
export async function floorShape(client: Client, transitions: number): Promise<FloorShape> {
  const activities = Math.floor((transitions - 6) / 3);
  const shape = { activities, signals: 1, updates: transitions - 6 - 3 * activities };
  const { transitions: measured } = await costOf(client, await run(client, shape));
  if (measured === transitions) return shape;
  throw new Error(
    `The bare workflow ${JSON.stringify(shape)} takes ${measured} state transitions, not ${transitions}.`,
  );
}

/** Runs `count` bare workflows, `width` at a time; answers how many a second. */
export async function runFloor(client: Client, shape: FloorShape, count: number, width: number): Promise<number> {
  const began = performance.now();
  await inParallel([...Array(count).keys()], width, () => run(client, shape));
  return count / ((performance.now() - began) / 1000);
}
