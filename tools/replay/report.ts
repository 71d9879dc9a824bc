import { percentile } from '../percentile.ts';
import { table } from '../system/table.ts';
import type { Life } from './life.ts';
import type { ReplayReport } from './run.ts';

/** What a replay tells: tables for people, one JSON object for programs, and an exit code. */

const LISTED = 20;

const finalStatuses = (report: ReplayReport): Map<string, string> =>
  new Map(report.verdict.orders.map(({ number, status }) => [number, status]));

const countBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
};

/** Rows: what happened; columns: how the orders ended. */
function statusTable({ lives }: ReplayReport, statuses: ReadonlyMap<string, string>): string {
  const endOf = ({ number }: Life): string => (number === null ? 'not accepted' : (statuses.get(number) ?? 'lost'));
  const ends = [...countBy(lives, endOf).keys()].sort();
  const rows = [...countBy(lives, ({ happened }) => happened)].map(([happened, all]) => {
    const ofThis = countBy(
      lives.filter((life) => life.happened === happened),
      endOf,
    );
    return [happened, all, ...ends.map((end) => ofThis.get(end) ?? 0)];
  });
  return table(['happened', 'orders', ...ends], rows);
}

/** Orders that are not where their history ended. */
const astray = ({ lives }: ReplayReport, statuses: ReadonlyMap<string, string>): Life[] =>
  lives.filter(({ number, expected, trouble }) => trouble !== null || statuses.get(number ?? '') !== expected);

function troubles(report: ReplayReport, statuses: ReadonlyMap<string, string>): string[] {
  const lives = astray(report, statuses);
  const lines = lives.slice(0, LISTED).map(({ line, number, expected, trouble }) => {
    const now = number === null ? 'not accepted' : (statuses.get(number) ?? 'lost');
    return `  line ${line}, ${number ?? 'no number'}: ${now} instead of ${expected}${trouble === null ? '' : `; ${trouble}`}`;
  });
  if (lives.length > LISTED) lines.push(`  … and ${lives.length - LISTED} more`);
  return lives.length === 0 ? [] : [`${lives.length} orders did not end as planned:`, ...lines, ''];
}

function memoryLines({ memory: { before, after } }: ReplayReport): string[] {
  const mb = (value: number | undefined): string => (value === undefined ? 'unknown' : `${value} MB`);
  return [
    `API:    ${mb(before.apiMb)} before, ${mb(after.apiMb)} after`,
    `Worker: ${mb(before.workerMb)} before, ${mb(after.workerMb)} after, ${after.cachedWorkflows ?? 'unknown'} workflows cached`,
  ];
}

export function describe(report: ReplayReport): string {
  const { lives, seconds, exceptions, verdict, catalogue, underWay } = report;
  const statuses = finalStatuses(report);
  const placeMs = lives.flatMap((life) => (life.number === null ? [] : [life.placeMs]));
  const open = [...exceptions].map(([kind, count]) => `${count} ${kind}`);
  return [
    `${lives.length} orders in ${seconds.toFixed(1)} s: ${(lives.length / seconds).toFixed(1)} orders/s; placing one took ` +
      `${percentile(placeMs, 0.5).toFixed(0)} ms (median), ${percentile(placeMs, 0.99).toFixed(0)} ms (99th percentile)`,
    `from ${catalogue.products} products at ${catalogue.locations} locations, ${catalogue.units} units received`,
    '',
    statusTable(report, statuses),
    '',
    `Open exceptions: ${open.length === 0 ? 'none' : open.join(', ')}`,
    ...(underWay.length === 0 ? [] : [`Still on their way: ${underWay.join(', ')}`]),
    '',
    ...troubles(report, statuses),
    table(
      ['must be 0', 'is'],
      Object.entries(verdict.invariants).map(([name, value]) => [name.replaceAll('_', ' '), value]),
    ),
    ...verdict.findings.slice(0, LISTED).map((finding) => `  ${finding}`),
    ...(verdict.findings.length > LISTED ? [`  … and ${verdict.findings.length - LISTED} more`] : []),
    '',
    'Resident memory',
    ...memoryLines(report).map((line) => `  ${line}`),
  ].join('\n');
}

/** The object of `--json`. */
export const toJson = (report: ReplayReport): string => {
  const { lives, seconds, exceptions, verdict } = report;
  return JSON.stringify({
    orders: lives.length,
    orders_per_s: Number((lives.length / seconds).toFixed(2)),
    by_status: Object.fromEntries(
      [...countBy(verdict.orders, ({ status }) => status)].sort(([a], [b]) => a.localeCompare(b)),
    ),
    exceptions_open: [...exceptions.values()].reduce((sum, count) => sum + count, 0),
    invariants: verdict.invariants,
  });
};

/** 0 when every invariant holds and no order got stuck: each was accepted, and is where it should be or waits for a person. */
export function exitCodeOf(report: ReplayReport): number {
  const statuses = finalStatuses(report);
  const waiting = new Set(report.verdict.orders.flatMap((one) => (one.exceptionsOpen > 0 ? [one.number] : [])));
  const holds = Object.values(report.verdict.invariants).every((value) => value === 0);
  const stuck = report.lives.some(
    ({ number, expected }) => number === null || (statuses.get(number) !== expected && !waiting.has(number)),
  );
  return holds && !stuck ? 0 : 1;
}
