import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../tools/percentile.ts';
import { terminalProgress } from '../tools/progress.ts';
import type { Access } from '../tools/system/access.ts';
import type { ApiClient } from '../tools/system/api-client.ts';
import { deliver, ship } from '../tools/system/carrier.ts';
import { authorise } from '../tools/system/checkout.ts';
import { costOf, listRuns, type RunCost } from '../tools/system/histories.ts';
import { withSystem } from '../tools/system/session.ts';
import { table } from '../tools/system/table.ts';
import { CURRENCY, fillStore, plainOrder, TOTAL_MINOR } from './store.ts';

/**
 * `npm run bench:order-cost`: what the plain card order (one line, one parcel) costs the engine from POST to completed, in all
 * workflows that run because of it. Exits with 1 when a bar is missed.
 */

const ORDERS = 5;
const BARS = { events: 48, transitions: 25 } as const;
const SETTLES_WITHIN_MS = 20_000;

type Cost = { readonly events: readonly string[]; readonly transitions: number; readonly historyBytes: number };

/** Everything the namespace shows beyond what was there before, once nothing of it is under way any more. */
async function costSince(access: Access, before: ReadonlySet<string>, own: string): Promise<Cost> {
  const deadline = Date.now() + SETTLES_WITHIN_MS;
  let last = '';
  for (;;) {
    await access.sandbox.webhooksDelivered();
    const runs = (await listRuns(access.temporal)).filter(({ runId }) => !before.has(runId));
    const costs = await Promise.all(runs.map(({ workflowId, runId }) => costOf(access.temporal, workflowId, runId)));
    const seen = JSON.stringify(costs.map(({ runId, transitions }) => [runId, transitions]));
    const isComplete = costs.some(({ workflowId }) => workflowId === own) && costs.every(({ busy }) => !busy);
    if (isComplete && seen === last) return sumOf(costs);
    if (Date.now() > deadline) throw new Error(`The engine has not come to rest within ${SETTLES_WITHIN_MS / 1000} s.`);
    last = isComplete ? seen : '';
    await sleep(1_000); // longer than the engine takes to show a new run, and than the pumps take to look
  }
}

const sumOf = (costs: readonly RunCost[]): Cost => ({
  events: costs.flatMap(({ events }) => events),
  transitions: costs.reduce((sum, { transitions }) => sum + transitions, 0),
  historyBytes: costs.reduce((sum, { historyBytes }) => sum + historyBytes, 0),
});

async function measure(access: Access, api: ApiClient, index: number): Promise<Cost> {
  const before = new Set((await listRuns(access.temporal)).map(({ runId }) => runId));
  const intent = await authorise(access.stripe, TOTAL_MINOR, CURRENCY, `bench-${process.pid}-${index}`);
  const { number, workflow } = await api.place(plainOrder(index, intent), `bench-${process.pid}-${index}`);
  await ship(api, access.sandbox, number);
  await deliver(api, access.sandbox, number);
  return costSince(access, before, workflow.id);
}

/** The order whose cost is the median one; all of its numbers belong together. */
function medianOf(costs: readonly Cost[]): Cost {
  const middle = median(costs.map(({ events }) => events.length));
  const found = costs.find(({ events }) => events.length === middle);
  if (found === undefined) throw new Error('No order was measured.');
  return found;
}

function eventTable(cost: Cost): string {
  const counts = new Map<string, number>();
  for (const name of cost.events) counts.set(name, (counts.get(name) ?? 0) + 1);
  return table(
    ['event type', 'count'],
    [...counts].sort(([, a], [, b]) => b - a),
  );
}

function barTable(cost: Cost): string {
  const row = (name: string, value: number, bar: number) => [name, value, bar, value <= bar ? 'pass' : 'FAIL'];
  return table(
    ['', 'measured', 'at most', ''],
    [
      row('history events', cost.events.length, BARS.events),
      row('state transitions', cost.transitions, BARS.transitions),
      ['history bytes', cost.historyBytes, '', ''],
    ],
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const progress = terminalProgress();
  const costs = await withSystem({ progress, alone: true }, async (access) => {
    const api = await access.client('bench', 'owner', ['*']);
    await fillStore(api);
    const measured: Cost[] = [];
    for (let index = 0; index < ORDERS; index += 1) {
      progress.status(`Order ${index + 1} of ${ORDERS}`);
      const cost = await measure(access, api, index);
      progress.line(`Order ${index + 1}: ${cost.events.length} events, ${cost.transitions} transitions`);
      measured.push(cost);
    }
    return measured;
  });
  const cost = medianOf(costs);
  console.log(`The plain card order, from POST to completed, median of ${ORDERS}:`);
  console.log(`\n${eventTable(cost)}\n\n${barTable(cost)}\n\nIn order: ${cost.events.join(', ')}.`);
  const result = { events: cost.events.length, transitions: cost.transitions, history_bytes: cost.historyBytes };
  if (values.json === true) console.log(JSON.stringify(result));
  return result.events <= BARS.events && result.transitions <= BARS.transitions ? 0 : 1;
}

process.exitCode = await main();
