import { parseArgs } from 'node:util';
import { MultiBar, type SingleBar } from 'cli-progress';
import { type Ending, endedWell, playScene } from './demo/play.ts';
import { SCENES } from './demo/scenes.ts';
import { seedDemoStore } from './demo-store.ts';
import { terminalProgress } from './progress.ts';
import { inParallel } from './replay/in-parallel.ts';
import type { Access } from './system/access.ts';
import { withSystem } from './system/session.ts';
import { table } from './system/table.ts';

/** `npm run demo`: two dozen orders of every kind through their whole lives, watched live, with a table of what became of them. */

const HELP = `npm run demo      lives two dozen orders on the system of npm start, or on one started for it`;
const SIDE_BY_SIDE = 6;

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
