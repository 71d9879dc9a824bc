import { createHash } from 'node:crypto';
import pg from 'pg';

/** A reservation path: the statements one system sends to hold the goods of an order, and to end the hold. */

export type Line = { readonly line: number; readonly sku: string; readonly quantity: number };
/** One order of a workload, and what becomes of it after its goods are held. */
export type Job = {
  readonly order: string;
  readonly lines: readonly Line[];
  readonly then: 'keep' | 'release' | 'ship';
};
export type Outcome = 'held' | 'short';
export type Level = { readonly sku: string; readonly location: string; readonly units: number };

export interface Path {
  reserve(job: Job): Promise<Outcome>;
  release(job: Job): Promise<void>;
  ship(job: Job): Promise<void>;
}

/** The goods are not there: the order is refused and everything written for it is undone. */
export class OutOfStock extends Error {
  override name = 'OutOfStock';
}

/** Answers a refusal as an outcome; any other error stays one. */
export const outcomeOf = (work: Promise<unknown>): Promise<Outcome> =>
  work.then(
    () => 'held' as const,
    (error: unknown) => {
      if (error instanceof OutOfStock) return 'short' as const;
      throw error;
    },
  );

/** Remembers the connections of a pool, so that they can be cut. */
export function cutterOf(pool: pg.Pool): () => void {
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => open.add(client));
  pool.on('remove', (client) => open.delete(client));
  return () => {
    for (const client of open) {
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    }
  };
}

/** What a path works with: the connections of its clients, and as many beside them for locks that live on a connection of their own. */
export interface Connections {
  readonly url: string;
  readonly clients: number;
  readonly work: pg.Pool;
  readonly locks: pg.Pool;
  cut(): void;
  close(): Promise<void>;
}

export function openConnections(url: string, clients: number): Connections {
  const open = (): pg.Pool => {
    const pool = new pg.Pool({
      connectionString: url,
      max: clients,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 0,
    });
    pool.on('error', () => {}); // cut on purpose
    pool.on('connect', (client) => client.on('error', () => {}));
    return pool;
  };
  const [work, locks] = [open(), open()];
  const cutters = [cutterOf(work), cutterOf(locks)];
  return {
    url,
    clients,
    work,
    locks,
    cut: () => {
      for (const cutPool of cutters) cutPool();
    },
    close: async () => {
      await work.end();
      await locks.end();
    },
  };
}

/** Runs a statement of a peer. Every statement of every path is prepared, ours and the floor's too: none pays for planning. */
export async function run<Row extends object>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('md5').update(text).digest('hex');
    names.set(text, name);
  }
  return (await client.query<Row>({ name, text, values: [...values] })).rows;
}
const names = new Map<string, string>();

export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

/** The id of an order's line, the same for every peer. */
export const lineId = (order: string, line: number): string => `${order}/${line}`;
export const column = <Row, Key extends keyof Row>(rows: readonly Row[], key: Key): Row[Key][] =>
  rows.map((row) => row[key]);
