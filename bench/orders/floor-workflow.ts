import { proxyActivities, sleep } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '30 seconds' });

export type FloorShape = { readonly activities: number; readonly timers: number };

/** The least a workflow can do that costs the engine as many state transitions as an order: empty steps, one after another. */
export async function floorWorkflow({ activities, timers }: FloorShape): Promise<void> {
  for (let step = 0; step < activities; step += 1) await nothing();
  for (let step = 0; step < timers; step += 1) await sleep(1);
}
