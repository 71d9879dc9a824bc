import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import { askUpdate, type FloorShape, pokeSignal, workUpdate } from './floor-messages.ts';

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '30 seconds' });

/** The least a workflow can do that costs the engine as many state transitions as an order. */
export async function floorWorkflow({ signals, updates }: FloorShape): Promise<void> {
  let [worked, poked, asked] = [false, 0, 0];
  setHandler(workUpdate, async (activities) => {
    for (let step = 0; step < activities; step += 1) await nothing();
    worked = true;
  });
  setHandler(pokeSignal, () => {
    poked += 1;
  });
  setHandler(askUpdate, () => {
    asked += 1;
  });
  await condition(() => worked && poked >= signals && asked >= updates);
  await condition(allHandlersFinished);
}
