import { randomBytes } from 'node:crypto';
import type { Access } from '../system/access.ts';
import { type Memory, memoryOf } from '../system/memory.ts';
import { type LoadedCatalogue, loadCatalogue } from './catalogue.ts';
import { inParallel } from './in-parallel.ts';
import type { ReplayInput } from './input.ts';
import { type Verdict, verify } from './invariants.ts';
import { type Life, live } from './life.ts';
import { untilQuiet } from './quiet.ts';
import { openExceptions } from './record.ts';

export interface ReplayOptions {
  readonly concurrency: number;
  readonly onStep?: (phase: 'catalogue' | 'orders', done: number, of: number) => void;
  readonly onPhase?: (what: string) => void;
}

export interface ReplayReport {
  readonly lives: readonly Life[];
  readonly catalogue: LoadedCatalogue;
  /** From the first order to the last one that got where it goes, in seconds. */
  readonly seconds: number;
  readonly exceptions: ReadonlyMap<string, number>;
  /** What had not arrived when the books were compared; empty when all had. */
  readonly underWay: readonly string[];
  readonly verdict: Verdict;
  /** Before the first order, and after the last. */
  readonly memory: { readonly before: Memory; readonly after: Memory };
}

const CHECKOUT = ['orders:create', 'orders:read', 'orders:price'];
const STAFF = ['orders:read', 'orders:act', 'exceptions:read', 'exceptions:resolve'];
const OWNER = ['catalogue:write', 'inventory:write'];
const QUIET_WITHIN_MS = 60_000;

/** Replays all orders on a system and compares the books afterwards. Throws only when the system itself cannot be used. */
export async function replay(access: Access, input: ReplayInput, options: ReplayOptions): Promise<ReplayReport> {
  const { onStep, onPhase, concurrency } = options;
  const run = `replay-${randomBytes(4).toString('hex')}`;
  const cast = {
    access,
    run,
    checkout: await access.client(`${run} checkout`, 'service', CHECKOUT),
    staff: await access.client(`${run} staff`, 'staff', STAFF),
  };
  const owner = await access.client(`${run} catalogue`, 'owner', OWNER);
  onPhase?.('Loading products, locations and stock');
  const catalogue = await loadCatalogue(owner, input, (done, of) => onStep?.('catalogue', done, of));

  // The carriers move parcels when the history says so, and not by themselves.
  await access.sandbox.autoAdvance(0);
  try {
    onPhase?.(`Placing ${input.orders.length} orders, ${concurrency} at a time`);
    const before = await memoryOf(access);
    const began = performance.now();
    let done = 0;
    const lives = await inParallel(input.orders, concurrency, async (order, index) => {
      const life = await live(cast, order, index + 1);
      onStep?.('orders', ++done, input.orders.length);
      return life;
    });
    const seconds = (performance.now() - began) / 1000;
    onPhase?.('Waiting for the last events and mails');
    const underWay = await untilQuiet(access, QUIET_WITHIN_MS);
    const after = await memoryOf(access);
    onPhase?.('Comparing the record, the engine and the ledgers of the vendors');
    const numbers = lives.flatMap(({ number }) => (number === null ? [] : [number]));
    const [verdict, exceptions] = [await verify(access, numbers), await openExceptions(access.database, numbers)];
    return { lives, catalogue, seconds, exceptions, underWay, verdict, memory: { before, after } };
  } finally {
    await access.sandbox.autoAdvance(access.system.autoAdvanceSeconds);
  }
}
