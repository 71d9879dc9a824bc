import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/db/database.ts';
import { inParallel } from '../../tools/replay/in-parallel.ts';
import { untilQuiet } from '../../tools/replay/quiet.ts';
import type { Access } from '../../tools/system/access.ts';
import type { ApiClient } from '../../tools/system/api-client.ts';
import { authorise } from '../../tools/system/checkout.ts';
import { CURRENCY, plainOrder, TOTAL_MINOR } from '../store.ts';

/** Full lives of plain orders: from POST, over the carrier's webhooks, to completed. */

/** Short, as what is waited here counts as the system's time. */
const WATCH_EVERY_MS = 30;
const LIFE_AT_MOST_MS = 120_000;
const QUIET_WITHIN_MS = 60_000;

interface Seen {
  readonly number: string;
  readonly status: string;
  readonly tracking: string | null;
}
type Waiting = { readonly accept: (seen: Seen) => boolean; readonly resolve: (seen: Seen) => void };

/** Tells when orders have come so far. One small query for all of them, so that watching costs the measured system little. */
export function startWatch({ config }: Access) {
  const { pool, close } = openDatabase(config.DATABASE_URL, { max: 1, applicationName: 'bench', onePlan: true });
  const waiting = new Map<string, Waiting>();
  let stopped = false;
  const look = async (): Promise<void> => {
    const { rows } = await pool.query<Seen>({
      name: 'watch',
      text: `select o.number, o.status, f.tracking_number as tracking
               from orders o left join fulfilment f on f.order_number = o.number where o.number = any($1)`,
      values: [[...waiting.keys()]],
    });
    for (const seen of rows) {
      const one = waiting.get(seen.number);
      if (one === undefined || !one.accept(seen)) continue;
      waiting.delete(seen.number);
      one.resolve(seen);
    }
  };
  const running = (async () => {
    while (!stopped) {
      if (waiting.size > 0) await look();
      await sleep(WATCH_EVERY_MS);
    }
  })();
  return {
    until: async (number: string, what: string, accept: (seen: Seen) => boolean): Promise<Seen> => {
      const late = new AbortController();
      const seen = new Promise<Seen>((resolve) => waiting.set(number, { accept, resolve }));
      const tooLate = sleep(LIFE_AT_MOST_MS, undefined, { signal: late.signal }).then(
        () => Promise.reject(new Error(`${number} is not ${what} after ${LIFE_AT_MOST_MS / 1000} s.`)),
        () => new Promise<never>(() => {}),
      );
      return Promise.race([seen, tooLate]).finally(() => late.abort());
    },
    stop: async (): Promise<void> => {
      stopped = true;
      await running;
      await close();
    },
  };
}
export type Watch = ReturnType<typeof startWatch>;

export interface Round {
  readonly perSecond: number;
  readonly numbers: readonly string[];
  readonly placeMs: readonly number[];
}

let placed = 0;

export type Buyer = { readonly key: string; readonly body: object };

/** Authorises the cards of `count` buyers and waits until the events of that are applied: a life begins with its POST. */
export async function authoriseBuyers(access: Access, count: number, width: number): Promise<Buyer[]> {
  const buyers = await inParallel([...Array(count).keys()], width, async () => {
    const index = ++placed;
    const key = `bench-${process.pid}-${index}`;
    const intent = await authorise(access.stripe, TOTAL_MINOR, CURRENCY, `checkout:${key}`);
    return { key, body: plainOrder(index, intent) };
  });
  const left = await untilQuiet(access, QUIET_WITHIN_MS);
  if (left.length > 0) throw new Error(`The system has not come to rest: ${left.join(', ')}.`);
  return buyers;
}

/** Lives an order of each buyer, `width` at a time. */
export async function runLives(
  access: Access,
  api: ApiClient,
  watch: Watch,
  buyers: readonly Buyer[],
  width: number,
): Promise<Round> {
  const placeMs: number[] = [];
  const began = performance.now();
  const numbers = await inParallel(buyers, width, async ({ key, body }) => {
    const asked = performance.now();
    const { number } = await api.place(body, key);
    placeMs.push(performance.now() - asked);
    const { tracking } = await watch.until(number, 'labelled', (seen) => seen.tracking !== null);
    await access.sandbox.advanceParcel(String(tracking), 'TRANSIT');
    await watch.until(number, 'shipped', (seen) => seen.status === 'shipped');
    await access.sandbox.advanceParcel(String(tracking), 'DELIVERED');
    await watch.until(number, 'completed', (seen) => seen.status === 'completed');
    return number;
  });
  return { perSecond: buyers.length / ((performance.now() - began) / 1000), numbers, placeMs };
}
