import pg from 'pg';
import type { Job, Path } from './path.ts';

/** Puts the jobs of a workload through a path, and times each. */

export type Tally = {
  /** Of each attempt, in milliseconds. */
  readonly latencies: number[];
  held: number;
  deadlocks: number;
  elapsedMs: number;
};

const DEADLOCK = '40P01';

/** One client: takes the next job until none is left. A deadlock loses its order, as a request that failed. */
async function client(path: Path, next: () => Job | undefined, tally: Tally): Promise<void> {
  for (let job = next(); job !== undefined; job = next()) {
    const began = performance.now();
    try {
      if ((await path.reserve(job)) === 'held') {
        tally.held += 1;
        if (job.then === 'release') await path.release(job);
        if (job.then === 'ship') await path.ship(job);
      }
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === DEADLOCK)) throw error;
      tally.deadlocks += 1;
    }
    tally.latencies.push(performance.now() - began);
  }
}

/** The work of one run: `warm` is done before the clock starts; no order is begun after `atMostMs`, and rates are taken over what was done. */
export type Work = {
  readonly warm: readonly Job[];
  readonly jobs: readonly Job[];
  readonly clients: number;
  readonly atMostMs: number;
};

export async function drive(path: Path, { warm, jobs, clients, atMostMs }: Work): Promise<Tally> {
  await driveAll(path, warm, clients, Number.POSITIVE_INFINITY);
  return driveAll(path, jobs, clients, atMostMs);
}

async function driveAll(path: Path, jobs: readonly Job[], clients: number, atMostMs: number): Promise<Tally> {
  const tally: Tally = { latencies: [], held: 0, deadlocks: 0, elapsedMs: 0 };
  const began = performance.now();
  let taken = 0;
  const next = () => (performance.now() - began < atMostMs ? jobs[taken++] : undefined);
  await Promise.all(Array.from({ length: clients }, () => client(path, next, tally)));
  tally.elapsedMs = performance.now() - began;
  return tally;
}

/** The connections are cut when so many orders have been answered. */
const CUT_AT = [0.25, 0.5, 0.75];

/**
 * Each order is asked for by a client that dies before it learns the answer, and then by another. Three times all connections are
 * cut, in the middle of whatever they do; of the rest the answer is thrown away.
 */
export async function driveDying(path: Path, { warm, jobs, clients }: Work, cut: () => void): Promise<Tally> {
  await driveAll(path, warm, clients, Number.POSITIVE_INFINITY);
  const tally: Tally = { latencies: [], held: 0, deadlocks: 0, elapsedMs: 0 };
  const cuts = CUT_AT.map((part) => Math.round(part * jobs.length));
  const began = performance.now();
  let taken = 0;
  let answered = 0;
  const once = async (job: Job): Promise<void> => {
    await path.reserve(job).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.code === DEADLOCK) tally.deadlocks += 1;
      else if (!isBroken(error)) throw error;
    });
    answered += 1;
    if (cuts.includes(answered)) cut();
  };
  const one = async (): Promise<void> => {
    for (let job = jobs[taken++]; job !== undefined; job = jobs[taken++]) {
      const start = performance.now();
      await once(job);
      // The second client's connection may be cut as well: it tries until it has an answer.
      for (let done = false; !done; ) {
        done = await path.reserve(job).then(
          (outcome) => {
            if (outcome === 'held') tally.held += 1;
            return true;
          },
          (error: unknown) => {
            if (isBroken(error)) return false;
            if (!(error instanceof pg.DatabaseError && error.code === DEADLOCK)) throw error;
            tally.deadlocks += 1;
            return true;
          },
        );
      }
      tally.latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  tally.elapsedMs = performance.now() - began;
  return tally;
}

const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof pg.DatabaseError) &&
  /connection|ECONNRESET|not queryable/i.test(error.message);
