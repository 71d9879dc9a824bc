import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderView } from '../../src/contracts/order-view.ts';
import type { Access } from '../system/access.ts';
import { requestOf, type Scene, type Stage } from './scenes.ts';

const LOOK_MS = 250;

/** What became of a scene; `trouble` is why it could not be played on. */
export type Ending = {
  readonly scene: Scene;
  readonly order: OrderView | null;
  readonly trouble: string | null;
  readonly seconds: number;
};

const stateOf = (order: OrderView): string => {
  const open = order.exceptions.filter((one) => one.status === 'open').map((one) => one.kind);
  return `${order.status} (payment ${order.payment_status})${open.length > 0 ? `, ${open.join(', ')}` : ''}: waits for ${order.waiting_for}`;
};

/** Plays one scene to its end, and shows each state that its order comes to. `run` keeps the keys of two runs apart. */
export async function playScene(
  access: Access,
  scene: Scene,
  index: number,
  run: string,
  show: (number: string, state: string) => void,
): Promise<Ending> {
  const began = Date.now();
  const api = await access.client(`demo ${index + 1}`, 'owner', ['*']);
  const key = `demo-${run}-${index + 1}`;
  let number: string | null = null;
  let playing = true;
  const stage: Stage = {
    access,
    api,
    key,
    place: async (changes) => {
      const order = await api.place(requestOf(key, changes), key);
      number = order.number;
      return order;
    },
  };
  const watch = async (): Promise<void> => {
    for (let last = ''; playing; await sleep(LOOK_MS)) {
      if (number === null) continue;
      const state = stateOf(await api.order(number));
      if (state !== last) show(number, state);
      last = state;
    }
  };
  const watching = watch().catch(() => undefined);
  const trouble = await scene.play(stage).then(
    () => null,
    (error: Error) => error.message,
  );
  playing = false;
  await watching;
  const order = number === null ? null : await api.order(number);
  if (order !== null) show(order.number, stateOf(order));
  return { scene, order, trouble, seconds: (Date.now() - began) / 1000 };
}

export const endedWell = ({ scene, order, trouble }: Ending): boolean =>
  trouble === null && order?.status === scene.ends;
