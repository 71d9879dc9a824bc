import { condition, defineSignal, defineUpdate, setHandler, sleep } from '@temporalio/workflow';

export const go = defineSignal('go');
export const add = defineUpdate<number, [number]>('add');

/** Sleeps, then says how long its own clock says it took, in milliseconds. */
export async function sleeper(milliseconds: number): Promise<number> {
  const began = Date.now();
  await sleep(milliseconds);
  return Date.now() - began;
}

/** Waits for the signal for up to `milliseconds`; true when it came. */
export async function waiter(milliseconds: number): Promise<boolean> {
  let came = false;
  setHandler(go, () => {
    came = true;
  });
  return condition(() => came, milliseconds);
}

/** Answers one update, after five days. */
export async function adder(): Promise<number> {
  let sum: number | undefined;
  setHandler(add, async (amount) => {
    await sleep('5 days');
    sum = amount;
    return amount;
  });
  await condition(() => sum !== undefined);
  return sum ?? 0;
}
