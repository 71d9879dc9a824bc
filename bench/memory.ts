import { parseArgs } from 'node:util';
import { terminalProgress } from '../tools/progress.ts';
import { type ReplayInput, readInput } from '../tools/replay/input.ts';
import { describe, exitCodeOf } from '../tools/replay/report.ts';
import { replay } from '../tools/replay/run.ts';
import { type Memory, mbOfCachedWorkflow } from '../tools/system/memory.ts';
import { withSystem } from '../tools/system/session.ts';
import { table } from '../tools/system/table.ts';

/**
 * `npm run bench:memory -- FILE.jsonl [--json]`: what a workflow in the worker's cache takes. The orders of the file are replayed
 * twice, each time on a system of its own: once the worker may keep ten of their workflows, once all. Exits with 1 when the bar is
 * missed.
 */

const BAR_MB = 0.5;
/** The least that MAX_CACHED_WORKFLOWS can be. */
const FEW = 10;
/** With fewer, two runs differ by more than the workflows take. */
const LEAST_ORDERS = 300;
const CONCURRENCY = 20;

async function memoryAfter(input: ReplayInput, cached: number): Promise<Memory> {
  const progress = terminalProgress();
  progress.line(`With at most ${cached} cached workflows:`);
  const env = { MAX_CACHED_WORKFLOWS: String(cached) };
  const options = { concurrency: CONCURRENCY, onPhase: (what: string) => progress.line(`  ${what}`) };
  const report = await withSystem({ progress, alone: true, env }, (access) => replay(access, input, options));
  // Orders that are stuck have other memory than those that went their way.
  if (exitCodeOf(report) !== 0) throw new Error(`The replay did not end as it should:\n${describe(report)}`);
  return report.memory.after;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  const [file] = positionals;
  if (file === undefined) throw new Error('Name a file of orders: npm run bench:memory -- FILE.jsonl [--json]');
  const input = await readInput(file);
  if (input.orders.length < LEAST_ORDERS) {
    throw new Error(`${file} has ${input.orders.length} orders; at least ${LEAST_ORDERS} are needed to tell anything.`);
  }
  const few = await memoryAfter(input, FEW);
  const many = await memoryAfter(input, input.orders.length);
  const each = mbOfCachedWorkflow(few, many);
  const row = (name: string, { apiMb, workerMb, cachedWorkflows }: Memory) =>
    [name, cachedWorkflows ?? '?', workerMb ?? '?', apiMb ?? '?'] as const;
  console.log(`\nAfter ${input.orders.length} orders, resident MB:\n`);
  console.log(table(['', 'cached', 'worker', 'API'], [row('a small cache', few), row('a large cache', many)]));
  const passes = each <= BAR_MB;
  console.log(`\n${passes ? 'pass' : 'FAIL'}  ${each.toFixed(2)} MB for each cached workflow, at most ${BAR_MB}`);
  const result = {
    orders: input.orders.length,
    cached_workflow_mb: Number(each.toFixed(3)),
    worker_mb: many.workerMb,
    worker_mb_with_few: few.workerMb,
    api_mb: many.apiMb,
  };
  if (values.json === true) console.log(JSON.stringify(result));
  return passes ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
