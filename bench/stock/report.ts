import Table from 'cli-table3';
import { median } from '../../tools/percentile.ts';
import type { Faults } from './grounds.ts';
import { COMPARED, type PathName } from './paths.ts';
import { WORKLOADS, type WorkloadName, workloadOf } from './workloads.ts';

/** One run of a path under a workload. */
export type Run = Faults & {
  readonly path: PathName;
  readonly workload: WorkloadName;
  readonly attempts: number;
  readonly held: number;
  readonly perSecond: number;
  readonly p99: number;
  readonly deadlocks: number;
};

/** As printed with --json: rates and latencies are medians of the rounds, faults are the worst of them. */
export type Row = {
  readonly path: PathName;
  readonly workload: WorkloadName;
  readonly per_s: number;
  readonly p99_ms: number;
  readonly oversold: number;
  readonly drift: number;
  readonly double_holds: number;
  readonly deadlocks: number;
  readonly orders: number;
  readonly held: number;
};

const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

export function rowOf(runs: readonly Run[]): Row {
  const [one] = runs;
  if (one === undefined) throw new Error('nothing was run');
  const worst = (of: (run: Run) => number): number => Math.max(...runs.map(of));
  return {
    path: one.path,
    workload: one.workload,
    per_s: rounded(median(runs.map((run) => run.perSecond))),
    p99_ms: rounded(median(runs.map((run) => run.p99)), 1),
    oversold: worst((run) => run.oversold),
    drift: worst((run) => run.drift),
    double_holds: worst((run) => run.doubleHolds),
    deadlocks: worst((run) => run.deadlocks),
    orders: median(runs.map((run) => run.attempts)),
    held: median(runs.map((run) => run.held)),
  };
}

export const isCorrect = (row: Row): boolean =>
  row.oversold === 0 && row.drift === 0 && row.double_holds === 0 && row.deadlocks === 0;

export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['workload', 'path', 'orders/s', 'p99 ms', 'held', 'oversold', 'drift', 'double', 'deadlocks'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const workload of WORKLOADS) {
    const mine = rows.filter((row) => row.workload === workload);
    table.push([{ colSpan: 9, content: `${workload}: ${workloadOf(workload, 1).title}` }]);
    for (const row of mine) {
      const faults = [row.oversold, row.drift, row.double_holds, row.deadlocks];
      table.push(['', row.path, row.per_s, row.p99_ms, `${row.held}/${row.orders}`, ...faults]);
    }
  }
  return table.toString();
}

export type Bar = { readonly what: string; readonly passed: boolean };

const OF_THE_FLOOR = 0.7;
const TIMES_THE_PEERS = 2;
/** All orders want one SKU. A path that keeps others out of its own process only is wrong as soon as there are two (F). */
const HOT: readonly WorkloadName[] = ['A', 'A+', 'F'];

export function barsOf(rows: readonly Row[], floorPerSecond: number): Bar[] {
  const wrong = rows.filter((row) => row.path === 'ours' && !isCorrect(row)).map((row) => row.workload);
  const rate = (path: PathName, workload: WorkloadName): number =>
    rows.find((row) => row.path === path && row.workload === workload)?.per_s ?? 0;
  const share = rate('ours', 'B') / floorPerSecond;
  const wrongOnHot = new Set(
    rows.filter((row) => HOT.includes(row.workload) && !isCorrect(row)).map((row) => row.path),
  );
  const againstPeers = (workload: 'A' | 'A+', atLeast: number | null): Bar => {
    const peers = rows.filter((row) => row.workload === workload && row.path !== 'ours' && !wrongOnHot.has(row.path));
    const fastest = peers.toSorted((a, b) => b.per_s - a.per_s)[0];
    if (fastest === undefined) return { what: `${workload}: no path of a peer is correct`, passed: true };
    const times = rate('ours', workload) / fastest.per_s;
    return {
      what: `${workload}: ours ${times.toFixed(2)} times ${fastest.path}, the fastest correct peer (${atLeast === null ? 'no bar' : `at least ${atLeast}`})`,
      passed: atLeast === null || times >= atLeast,
    };
  };
  return [
    {
      what: `ours correct in all workloads${wrong.length === 0 ? '' : `; wrong in ${wrong.join(', ')}`}`,
      passed: wrong.length === 0 && COMPARED.includes('ours'),
    },
    {
      what: `B: ours ${share.toFixed(2)} of the raw floor of ${floorPerSecond}/s (at least ${OF_THE_FLOOR})`,
      passed: share >= OF_THE_FLOOR,
    },
    againstPeers('A', TIMES_THE_PEERS),
    againstPeers('A+', null),
  ];
}
