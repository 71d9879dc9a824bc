import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { OrderView } from '../src/contracts/order-view.ts';
import { requestOf, SCENES, type Scene, type Stage } from './demo/scenes.ts';
import { seedDemoStore } from './demo-store.ts';
import { terminalProgress } from './progress.ts';
import { inParallel } from './replay/in-parallel.ts';
import type { Access } from './system/access.ts';
import { withSystem } from './system/session.ts';
import { table } from './system/table.ts';

/** `npm run demo`: two dozen orders of every kind through their whole lives, watched live, with a table of what became of them. */

const HELP = `npm run demo      lives two dozen orders on the system of npm start, or on one started for it`;
const SIDE_BY_SIDE = 6;
const LOOK_MS = 250;

type Ending = {
  readonly scene: Scene;
  readonly order: OrderView | null;
  readonly trouble: string | null;
  readonly seconds: number;
};

/** One line for each order: on a terminal it changes in place, elsewhere each change is a line of its own. */
function createScreen(out: NodeJS.WriteStream) {
  const widest = Math.max(...SCENES.map((scene) => scene.title.length));
  const bars = out.isTTY
    ? new MultiBar(
        {
          format: `{title}  {number}  {state}`,
          hideCursor: true,
          clearOnComplete: false,
          emptyOnZero: true,
          linewrap: false,
        },
        undefined,
      )
    : null;
  return {
    show(title: string): (number: string, state: string) => void {
      const name = title.padEnd(widest);
      const bar: SingleBar | undefined = bars?.create(1, 0, {
        title: name,
        number: ' '.repeat(14),
        state: 'waits for its turn',
      });
      return (number, state) => {
        if (bar === undefined) out.write(`${number}  ${name}  ${state}\n`);
        else bar.update(0, { title: name, number, state });
      };
    },
    close: () => bars?.stop(),
  };
}

const stateOf = (order: OrderView): string => {
  const open = order.exceptions.filter((one) => one.status === 'open').map((one) => one.kind);
  return `${order.status} (payment ${order.payment_status})${open.length > 0 ? `, ${open.join(', ')}` : ''}: waits for ${order.waiting_for}`;
};

async function playScene(
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

const endedWell = ({ scene, order, trouble }: Ending): boolean => trouble === null && order?.status === scene.ends;

function summary(endings: readonly Ending[]): string {
  const rows = endings.map((ending) => {
    const { scene, order, seconds } = ending;
    const parcels = order?.fulfilments.filter((one) => one.tracking_number !== null).length ?? 0;
    return [
      endedWell(ending) ? '✓' : '✗',
      scene.title,
      order?.number ?? '-',
      order?.status ?? '-',
      order?.payment_status ?? '-',
      parcels,
      order?.timeline.length ?? 0,
      seconds.toFixed(1),
    ];
  });
  const trouble = endings
    .filter((ending) => !endedWell(ending))
    .map(
      ({ scene, order, trouble: why }) =>
        `✗ ${scene.title}: ${why ?? `ended ${order?.status ?? 'nowhere'} instead of ${scene.ends}`}`,
    );
  return [
    table(['', 'what happened', 'order', 'status', 'payment', 'parcels', 'facts', 'seconds'], rows),
    ...trouble,
  ].join('\n');
}

async function demo(access: Access): Promise<boolean> {
  await seedDemoStore(access.database.db);
  const run = Date.now().toString(36);
  const screen = createScreen(process.stdout);
  const shows = SCENES.map((scene) => screen.show(scene.title));
  const endings = await inParallel(SCENES, SIDE_BY_SIDE, (scene, index) =>
    playScene(access, scene, index, run, shows[index] ?? (() => undefined)),
  );
  screen.close();
  console.log(`\n${summary(endings)}`);
  const links = access.system.apiUrl;
  console.log(
    `\n${endings.filter(endedWell).length} of ${endings.length} ended as they should. GET ${links}/v1/orders/NUMBER tells each story.`,
  );
  return endings.every(endedWell);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  return (await withSystem({ progress: terminalProgress() }, demo)) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
