import { parseArgs } from 'node:util';
import { workflowIdOf } from '../src/domain/keys.ts';
import { median, percentile } from '../tools/percentile.ts';
import { terminalProgress } from '../tools/progress.ts';
import { inParallel } from '../tools/replay/in-parallel.ts';
import type { Access } from '../tools/system/access.ts';
import { costOf } from '../tools/system/histories.ts';
import { withSystem } from '../tools/system/session.ts';
import { table } from '../tools/system/table.ts';
import { cpuOf, cpuSince } from './orders/cpu.ts';
import { floorShape, runFloor, startFloorWorker } from './orders/floor.ts';
import { authoriseBuyers, type Round, runLives, startWatch } from './orders/lives.ts';
import { profiling } from './orders/profile.ts';
import { fillStore } from './store.ts';

/**
 * `npm run bench:orders`: full lives of orders a second through the HTTP API, beside bare workflows of as many state
 * transitions on the same server, in turns, each with its own worker process. Exits with 1 when the ratio misses the bar.
 */

const WIDTH = 20;
/** Many short rounds: a shared machine is now faster, now slower, and what is compared should meet the same one. */
const ROUNDS = 9;
const LIVES = 100;
const FLOOR = 170;
/** Until the processes have compiled most of what is hot, as they run for weeks: a thousand orders on they were still at it. */
const WARM_UP = 1_500;
/** A bare workflow does so little that it is hot at once. */
const FLOOR_WARM_UP = 400;
/** Lived alone, for the transitions of one order: the engine sometimes makes one of two, and by chance that was most of three. */
const ALONE = 9;
const BAR = 0.5;

const rounded = (value: number, places: number): number => Number(value.toFixed(places));

/** Milliseconds of processor time for each life or bare workflow, by process. */
type Cpu = ReadonlyMap<string, number>;
type Floor = { readonly perSecond: number; readonly cpu: Cpu };
/** `floors`: before the lives and after them. They are compared with both, as the machine may have become another meanwhile. */
type RoundResult = { readonly floors: readonly [Floor, Floor]; readonly lives: Round; readonly livesCpu: Cpu };

interface Measured {
  readonly transitions: number;
  readonly rounds: readonly RoundResult[];
}

async function transitionsOf({ temporal }: Access, numbers: readonly string[]): Promise<number> {
  const costs = await inParallel(numbers, 5, (number) => costOf(temporal, workflowIdOf(number)));
  return median(costs.map(({ transitions }) => transitions));
}

const floorOf = ({ floors: [before, after] }: RoundResult): number => (before.perSecond + after.perSecond) / 2;

async function measure(access: Access, say: (line: string) => void): Promise<Measured> {
  const api = await access.client('bench', 'owner', ['*']);
  await fillStore(api);
  const floorWorker = await startFloorWorker(access);
  const watch = startWatch(access);
  try {
    const alone = await runLives(access, api, watch, await authoriseBuyers(access, ALONE, 1), 1);
    const transitions = await transitionsOf(access, alone.numbers);
    await runLives(access, api, watch, await authoriseBuyers(access, WARM_UP, WIDTH), WIDTH);
    const shape = await floorShape(access.temporal, transitions);
    await runFloor(access.temporal, shape, FLOOR_WARM_UP, WIDTH);
    const { activities, signals, updates } = shape;
    say(
      `Warm. An order takes ${transitions} state transitions, as does a bare workflow of ${activities} empty activities, ` +
        `${signals} signals and ${updates} updates.`,
    );
    const pids = new Map([...access.system.pids, ['floor worker', floorWorker.pid]]);
    const measureFloor = async (): Promise<Floor> => {
      const start = await cpuOf(pids);
      const perSecond = await runFloor(access.temporal, shape, FLOOR, WIDTH);
      return { perSecond, cpu: await cpuSince(start, pids, FLOOR) };
    };
    const rounds: RoundResult[] = [];
    let before = await measureFloor();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const buyers = await authoriseBuyers(access, LIVES, WIDTH);
      const middle = await cpuOf(pids);
      const lives = await runLives(access, api, watch, buyers, WIDTH);
      const livesCpu = await cpuSince(middle, pids, LIVES);
      const after = await measureFloor();
      const result: RoundResult = { floors: [before, after], lives, livesCpu };
      say(`Round ${round}: ${lives.perSecond.toFixed(1)} orders/s, floor ${floorOf(result).toFixed(1)}/s`);
      rounds.push(result);
      before = after;
    }
    return { transitions, rounds };
  } finally {
    await watch.stop();
    await floorWorker.stop();
  }
}

function cpuTable(rounds: readonly RoundResult[]): string {
  const names = [...(rounds[0]?.livesCpu.keys() ?? [])];
  const of = (name: string, cpu: (round: RoundResult) => Cpu): number =>
    rounded(median(rounds.map((round) => cpu(round).get(name) ?? 0)), 1);
  const rows = names.map((name) => [
    name,
    of(name, ({ livesCpu }) => livesCpu),
    of(name, ({ floors }) => floors[1].cpu),
  ]);
  const sum = (column: 1 | 2): number =>
    rounded(
      rows.reduce((total, row) => total + Number(row[column]), 0),
      1,
    );
  return table(['processor time, ms', 'order', 'bare'], [...rows, ['together', sum(1), sum(2)]]);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const progress = terminalProgress();
  const { rounds, transitions } = await withSystem({ progress, alone: true, ...profiling() }, (access) =>
    measure(access, (line) => progress.line(line)),
  );
  const ratios = rounds.map((round) => round.lives.perSecond / floorOf(round));
  const placeMs = rounds.flatMap(({ lives }) => lives.placeMs);
  const result = {
    orders_per_s: rounded(median(rounds.map(({ lives }) => lives.perSecond)), 2),
    floor_per_s: rounded(median(rounds.map(floorOf)), 2),
    ratio: rounded(median(ratios), 3),
    place_p50_ms: rounded(percentile(placeMs, 0.5), 1),
    place_p99_ms: rounded(percentile(placeMs, 0.99), 1),
  };
  const rows = rounds.map((round, index) => [
    index + 1,
    round.lives.perSecond.toFixed(1),
    floorOf(round).toFixed(1),
    (round.lives.perSecond / floorOf(round)).toFixed(2),
  ]);
  console.log(`\n${table(['round', 'orders/s', 'floor/s', 'ratio'], rows)}\n`);
  console.log(`${cpuTable(rounds)}\n`);
  console.log(
    `Full lives at a concurrency of ${WIDTH}, ${transitions} state transitions each: ${result.orders_per_s} a second, ` +
      `${result.ratio} of bare workflows (at least ${BAR}: ${result.ratio >= BAR ? 'pass' : 'FAIL'}).\n` +
      `Placing an order took ${result.place_p50_ms} ms (median), ${result.place_p99_ms} ms (99th percentile).`,
  );
  if (values.json === true) console.log(JSON.stringify(result));
  return result.ratio >= BAR ? 0 : 1;
}

process.exitCode = await main();
