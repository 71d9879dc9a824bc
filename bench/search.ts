import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pg from 'pg';
import { openDatabase } from '../src/db/database.ts';
import { percentile } from '../tools/percentile.ts';
import { terminalProgress } from '../tools/progress.ts';
import { onGround } from './search/ground.ts';
import { type Answer, ask, readingWholeTables } from './search/measure.ts';
import { CLASSES, deepCursors, makeQueries, type Queries, type QueryClass, sampleOrders } from './search/queries.ts';

/**
 * `npm run bench:search`: lists, filters and searches over a million generated orders, through the function the API calls, on a
 * PostgreSQL of its own with modest memory. Exits with 1 when a bar is missed.
 */

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, orders: { type: 'string', default: '1000000' } },
});
const orders = Number(options.orders);
if (!Number.isInteger(orders) || orders < 1_000)
  throw new Error(`--orders must be a whole number from 1000, not ${options.orders}`);

const BAR_MS = 50;
/** Page 10,000 may cost so many times what the first page costs. */
const BAR_DEEP = 2;
/** Of fewer orders it is right to read them all now and then. */
const SMALL = 500_000;
const EACH = 240;

const progress = terminalProgress();

async function choose(url: string): Promise<{ queries: Queries; warmUp: Queries; page: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const samples = await sampleOrders(client, orders);
  const cursors = await deepCursors(client, orders);
  await client.end();
  return {
    queries: makeQueries(samples, cursors, EACH, 1),
    warmUp: makeQueries(samples, cursors, EACH, 2),
    page: cursors.page,
  };
}

const quantile = (answers: readonly Answer[], share: number): number => {
  const times = answers.map(({ ms }) => ms);
  return Number(percentile(times, share).toFixed(1));
};

interface Measured {
  readonly answers: Readonly<Record<QueryClass, readonly Answer[]>>;
  /** The deep pages' lists again, from their beginning. */
  readonly firstPages: readonly Answer[];
  readonly seqScans: readonly Answer[];
}

async function measure(url: string, queries: Queries, warmUp: Queries): Promise<Measured> {
  const { pool, close } = openDatabase(url, { max: 1, applicationName: 'bench:search' });
  const answers: Partial<Record<QueryClass, Answer[]>> = {};
  for (const name of CLASSES) {
    progress.status(`warming up: ${name}`);
    await ask(pool, warmUp[name]);
  }
  for (const name of CLASSES) {
    progress.status(`measuring: ${name}`);
    answers[name] = await ask(pool, queries[name]);
  }
  const firstPages = await ask(
    pool,
    queries.deep_page.map((filter) => ({ ...filter, after: undefined })),
  );
  progress.status('looking at the plans');
  const seqScans = await readingWholeTables(pool, [...Object.values(answers).flat(), ...firstPages]);
  await close();
  return { answers: answers as Measured['answers'], firstPages, seqScans };
}

const describe = ({ filter, ms, rows, statements }: Answer): string => {
  const { sort } = filter;
  const conditions = { ...filter, sort: undefined, limit: undefined, after: undefined };
  const order = `${sort.descending ? '-' : ''}${sort.by}`;
  return `${JSON.stringify(conditions)} by ${order}: ${ms.toFixed(1)} ms, ${rows} rows, ${statements.length} statement${statements.length === 1 ? '' : 's'}`;
};

function report({ answers, firstPages, seqScans }: Measured, page: number): boolean {
  const table = new Table({
    head: ['class', 'lists', 'p50 ms', 'p99 ms', 'most ms', 'the slowest'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const name of CLASSES) {
    const slowest = answers[name].toSorted((a, b) => b.ms - a.ms)[0];
    table.push([
      name,
      answers[name].length,
      ...[0.5, 0.99, 1].map((share) => quantile(answers[name], share)),
      slowest === undefined ? '' : describe(slowest),
    ]);
  }
  console.log(table.toString());
  const deepToFirst = quantile(answers.deep_page, 0.5) / quantile(firstPages, 0.5);
  const bars = [
    ...CLASSES.map((name) => ({
      what: `${name}: p99 ${quantile(answers[name], 0.99)} ms, at most ${BAR_MS}`,
      passed: quantile(answers[name], 0.99) <= BAR_MS,
    })),
    {
      what: `page ${page.toLocaleString('en')} costs ${deepToFirst.toFixed(2)} times the first page, at most ${BAR_DEEP}`,
      passed: deepToFirst <= BAR_DEEP,
    },
    { what: `${seqScans.length} lists read a whole table, at most 0`, passed: seqScans.length === 0 || orders < SMALL },
  ];
  for (const { what, passed } of bars) console.log(`${passed ? 'PASS' : 'FAIL'}  ${what}`);
  for (const answer of seqScans.slice(0, 5)) console.log(`      whole table: ${describe(answer)}`);
  const load = loadavg()[0] ?? 0;
  if (load > availableParallelism())
    console.log(
      `The machine was busy with other things: load ${load.toFixed(1)} on ${availableParallelism()} processors.`,
    );
  if (options.json) {
    const p99 = Object.fromEntries(CLASSES.map((name) => [name, quantile(answers[name], 0.99)]));
    console.log(
      JSON.stringify({
        orders,
        p99_ms: p99,
        deep_to_first: Number(deepToFirst.toFixed(2)),
        seq_scans: seqScans.length,
      }),
    );
  }
  return bars.every(({ passed }) => passed);
}

await onGround({ orders, progress }, async (url) => {
  const { queries, warmUp, page } = await choose(url);
  process.exitCode = report(await measure(url, queries, warmUp), page) ? 0 : 1;
});
