import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { percentile } from '../tools/percentile.ts';
import { startPostgres } from '../tools/postgres.ts';
import { terminalProgress } from '../tools/progress.ts';
import { drive, driveDying, type Tally, type Work } from './stock/drive.ts';
import { commonGround, type Ground, productGround } from './stock/grounds.ts';
import { COMPARED, groundOf, type OpenPaths, openPaths, type PathName, type Urls } from './stock/paths.ts';
import { type Processes, startProcesses } from './stock/processes.ts';
import { barsOf, type Run, rowOf, tableOf } from './stock/report.ts';
import { CLIENTS, ENDS, WORKLOADS, type Workload, type WorkloadName, warmUpOf, workloadOf } from './stock/workloads.ts';

/**
 * `npm run bench:stock`: the order's way of taking stock beside those of Medusa, Vendure and Saleor, re-created from the description of
 * what they do, under the same workloads on the same server. Paths take turns within each round, so that a slow minute of the machine
 * strikes all. Exits with 1 when a bar is missed.
 */

const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const ROUNDS = 9;
/** After the first round nothing more is begun when this is over, so that a slow machine too is done within three minutes. */
const ENOUGH_S = 160;
/** Long enough for every order of a workload, and for no path to hold up the others. The fifty units of A must be gone. */
const AT_MOST_MS = { A: 4_000, other: 1_000 } as const;

/** What bars compare is run most often. */
const RIVALS: readonly PathName[] = ['ours', 'medusa-memory-lock', 'medusa-pg-lock', 'vendure-post', 'saleor-intended'];
const roundsBetween = (workload: WorkloadName, path: PathName): number => {
  if (workload === 'B' && (path === 'ours' || path === 'floor')) return 1;
  if (workload === 'A' && RIVALS.includes(path)) return 1;
  if (workload === 'A+' && RIVALS.includes(path)) return 2;
  return 4;
};

/** Of each client, before every run: filling the tables anew makes the server plan anew. */
const ORDERS_TO_WARM_UP = 3;

const progress = terminalProgress();
type Bench = {
  readonly grounds: Record<'product' | 'common', Ground>;
  readonly urls: Urls;
  readonly paths: OpenPaths;
  readonly processes: Processes;
};

async function tallyOf(
  { urls, paths, processes }: Bench,
  name: PathName,
  manner: Workload['manner'],
  work: Work,
): Promise<Tally> {
  if (manner === 'together') return drive(paths.path[name], work);
  if (manner === 'two processes') return processes.run(name, urls, work);
  const mortal = openPaths(urls, CLIENTS);
  try {
    return await driveDying(mortal.path[name], work, mortal.cut);
  } finally {
    await mortal.close();
  }
}

async function runOnce(bench: Bench, name: PathName, workloadName: WorkloadName, round: number): Promise<Run> {
  const { levels, jobs, manner } = workloadOf(workloadName, round);
  const warm = warmUpOf(ORDERS_TO_WARM_UP, workloadName === 'E' ? ENDS : ['keep']);
  const ground = bench.grounds[groundOf(name)];
  await ground.reset([...warm.levels, ...levels], [...warm.jobs, ...jobs]);
  const atMostMs = workloadName === 'A' ? AT_MOST_MS.A : AT_MOST_MS.other;
  const tally = await tallyOf(bench, name, manner, { warm: warm.jobs, jobs, clients: CLIENTS, atMostMs });
  return {
    path: name,
    workload: workloadName,
    attempts: tally.latencies.length,
    held: tally.held,
    perSecond: (tally.latencies.length * 1_000) / tally.elapsedMs,
    p99: percentile(tally.latencies, 0.99),
    deadlocks: tally.deadlocks,
    ...(await ground.faults(jobs)),
  };
}

/** The server plans the first five calls of a statement on a connection for their values, to compare; none of those is to be timed. */
async function warmUp({ grounds, paths, processes, urls }: Bench): Promise<void> {
  progress.status('warming up');
  for (const name of COMPARED) {
    const { levels, jobs } = warmUpOf(name === 'ours' ? 6 * ENDS.length : 3, ENDS);
    const work = { warm: jobs, jobs: [], clients: CLIENTS, atMostMs: 0 };
    await grounds[groundOf(name)].reset(levels, jobs);
    await drive(paths.path[name], work);
    await grounds[groundOf(name)].reset(levels, jobs);
    await processes.run(name, urls, work);
  }
  progress.line(`warmed up, ${Math.round(process.uptime())} s`);
}

/** All paths under all workloads, round by round, each round beginning with another path. */
async function measure(bench: Bench): Promise<Run[]> {
  const runs: Run[] = [];
  const isOver = (round: number): boolean => round > 1 && process.uptime() > ENOUGH_S;
  for (let round = 1; round <= ROUNDS && !isOver(round); round += 1) {
    for (const workload of WORKLOADS) {
      const paths: readonly PathName[] = workload === 'B' ? [...COMPARED, 'floor'] : COMPARED;
      const turn = (round * 3) % paths.length;
      for (const path of [...paths.slice(turn), ...paths.slice(0, turn)]) {
        if ((round - 1) % roundsBetween(workload, path) !== 0 || isOver(round)) continue;
        progress.status(`round ${round} of ${ROUNDS}, ${workload}, ${path}`);
        runs.push(await runOnce(bench, path, workload, round));
      }
    }
    progress.line(`round ${round} of ${ROUNDS} done, ${Math.round(process.uptime())} s`);
  }
  return runs;
}

async function serverLine(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const show = async (name: string) => Object.values((await client.query(`show ${name}`)).rows[0] as object)[0];
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'];
  const settings: string[] = [];
  for (const name of names) settings.push(`${name} ${await show(name)}`);
  const version = await show('server_version');
  await client.end();
  return `PostgreSQL ${version}, ${settings.join(', ')}; ${CLIENTS} clients, READ COMMITTED, statements prepared.`;
}

function report(runs: readonly Run[]): boolean {
  const of = (path: PathName, workload: WorkloadName) =>
    rowOf(runs.filter((run) => run.path === path && run.workload === workload));
  const floor = of('floor', 'B');
  const rows = WORKLOADS.flatMap((workload) => COMPARED.map((path) => of(path, workload)));
  const bars = barsOf(rows, floor.per_s);
  console.log(tableOf(rows));
  console.log(`Raw floor (B): ${floor.per_s} orders/s, p99 ${floor.p99_ms} ms, ${floor.deadlocks} deadlocks.`);
  console.log(
    'Rates and p99: medians of the rounds; faults: the worst round. A rate counts attempts, refused ones too.',
  );
  console.log(
    'medusa-, vendure- and saleor- are paths re-created from a description of their code, not the products themselves.',
  );
  for (const bar of bars) console.log(`${bar.passed ? 'PASS' : 'FAIL'}  ${bar.what}`);
  if (options.json) console.log(JSON.stringify({ floor_per_s: floor.per_s, rows }));
  return bars.every((bar) => bar.passed);
}

const folder = await mkdtemp(join(tmpdir(), 'durable-orders-bench-'));
await chmod(folder, 0o711); // under root the server is another user's
const stops: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
const stopAll = async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopAll().then(() => process.exit(130)));
try {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: true });
  stops.push(postgres.stop);
  const grounds: Bench['grounds'] = {
    product: await productGround(postgres.url),
    common: await commonGround(postgres.url),
  };
  const urls = { product: grounds.product.url, common: grounds.common.url };
  const bench: Bench = { grounds, urls, paths: openPaths(urls, CLIENTS), processes: startProcesses() };
  stops.push(
    () => Promise.all([grounds.product.close(), grounds.common.close(), bench.paths.close()]),
    () => bench.processes.stop(),
  );
  console.log(await serverLine(postgres.url));
  await warmUp(bench);
  process.exitCode = report(await measure(bench)) ? 0 : 1;
} finally {
  await stopAll();
}
