import { seeded } from '../../sandbox/random.ts';
import { LOCATIONS } from './grounds.ts';
import type { Job, Level, Line } from './path.ts';

/** The seven workloads of PEERS.md B §5.4, and one more: A with stock for everybody, where every attempt has to write. */

export const WORKLOADS = ['A', 'A+', 'B', 'C', 'D', 'E', 'F', 'G'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

export type Workload = {
  readonly title: string;
  readonly levels: readonly Level[];
  readonly jobs: readonly Job[];
  /** In one process by so many clients, in two processes by half of them each, or by clients that die. */
  readonly manner: 'together' | 'two processes' | 'dying';
};

export const CLIENTS = 32;
export const ENDS: readonly Job['then'][] = ['release', 'ship', 'keep'];

const sku = (index: number): string => `SKU-${String(index).padStart(3, '0')}`;
const first = LOCATIONS[0];
const plenty = 1_000_000;
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function jobsOf(
  count: number,
  lines: (index: number) => readonly Omit<Line, 'line'>[],
  then: (index: number) => Job['then'] = () => 'keep',
): Job[] {
  return range(count).map((index) => ({
    order: `ORD-${String(index).padStart(5, '0')}`,
    lines: lines(index).map((line, at) => ({ line: at + 1, ...line })),
    then: then(index),
  }));
}

/**
 * Orders before the clock starts, so that every connection is open and has its statements planned, as in a worker that has run for a while.
 * Each is for goods of its own: nobody waits.
 */
export function warmUpOf(ordersOfEachClient: number, ends: readonly Job['then'][]): Pick<Workload, 'levels' | 'jobs'> {
  const warm = range(CLIENTS * ordersOfEachClient);
  return {
    levels: warm.map((index) => ({ sku: `WARM-${index}`, location: first, units: 10 })),
    jobs: warm.map((index) => ({
      order: `WARM-${index}`,
      lines: [{ line: 1, sku: `WARM-${index}`, quantity: 1 }],
      then: ends[index % ends.length] ?? 'keep',
    })),
  };
}

/** Draws indexes below `count` so that the k-th is drawn in proportion to 1/k. */
function zipf(count: number, random: () => number): () => number {
  const weights = range(count).map((index) => 1 / (index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return () => {
    let left = random() * total;
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) <= 0),
    );
  };
}

function distinct(count: number, draw: () => number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(draw());
  return [...drawn];
}

export function workloadOf(name: WorkloadName, round: number): Workload {
  const random = seeded(round * 1_000 + name.charCodeAt(0));
  const one = (index: number) => [{ sku: sku(index), quantity: 1 }];
  switch (name) {
    case 'A':
      return {
        title: '1 SKU, 50 units, 500 orders',
        levels: [{ sku: sku(0), location: first, units: 50 }],
        jobs: jobsOf(500, () => one(0)),
        manner: 'together',
      };
    case 'A+':
      return {
        title: '1 SKU, stock for all, 500 orders',
        levels: [{ sku: sku(0), location: first, units: plenty }],
        jobs: jobsOf(500, () => one(0)),
        manner: 'together',
      };
    case 'B': {
      const draw = zipf(200, random);
      return {
        title: '200 SKUs by Zipf, 3 lines in random order',
        levels: range(200).map((index) => ({ sku: sku(index), location: first, units: plenty })),
        jobs: jobsOf(800, () => distinct(3, draw).flatMap(one)),
        manner: 'together',
      };
    }
    case 'C':
      return {
        title: 'one SKU twice in a cart (3 + 3 of 10)',
        levels: range(30).map((index) => ({ sku: sku(index), location: first, units: 10 })),
        jobs: jobsOf(150, (index) => range(2).map(() => ({ sku: sku(index % 30), quantity: 3 }))),
        manner: 'together',
      };
    case 'D':
      return {
        title: '5 warehouses with 4 each, 6 ordered: forced splits',
        levels: range(30).flatMap((index) => LOCATIONS.map((location) => ({ sku: sku(index), location, units: 4 }))),
        jobs: jobsOf(150, () =>
          distinct(2, () => Math.floor(random() * 30)).map((index) => ({ sku: sku(index), quantity: 6 })),
        ),
        manner: 'together',
      };
    case 'E':
      return {
        title: 'reserve, then release, ship or keep; 20 SKUs, 3 lines',
        levels: range(20).map((index) => ({ sku: sku(index), location: first, units: 100 })),
        jobs: jobsOf(
          300,
          () => distinct(3, () => Math.floor(random() * 20)).flatMap(one),
          (index) => ENDS[index % ENDS.length] ?? 'keep',
        ),
        manner: 'together',
      };
    case 'F':
      return {
        title: '2 processes, 1 SKU, 50 units, 300 orders',
        levels: [{ sku: sku(0), location: first, units: 50 }],
        jobs: jobsOf(300, () => one(0)),
        manner: 'two processes',
      };
    case 'G':
      return {
        title: 'client dies before the answer, order tried again',
        levels: range(40).flatMap((index) => LOCATIONS.map((location) => ({ sku: sku(index), location, units: 40 }))),
        jobs: jobsOf(200, () => distinct(2, () => Math.floor(random() * 40)).flatMap(one)),
        manner: 'dying',
      };
    default:
      return name satisfies never;
  }
}
