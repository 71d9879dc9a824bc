import { Client } from 'pg';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { adjust } from '../../src/db/stock.ts';
import type { Allocation } from '../../src/domain/order.ts';
import { createTestDatabase } from '../setup/database.ts';

export interface Shop extends Database {
  readonly url: string;
  /** Takes a SKU into the catalogue and receives these units, by location. */
  stock(sku: string, units: Readonly<Record<string, number>>): Promise<void>;
  /** Rows of a statement of the test's own. */
  rows<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  level(sku: string, location?: string): Promise<{ onHand: number; held: number }>;
  drop(): Promise<void>;
}

export const LOCATIONS = ['EAST', 'NORTH', 'SOUTH', 'WEST'] as const;

/** A database of the test's own with four locations, over `connections` connections. */
export async function openShop(connections = 8): Promise<Shop> {
  const database = await createTestDatabase();
  const opened = openDatabase(database.url, { max: connections, applicationName: 'stock tests' });
  const { db, pool } = opened;
  const rows = async <Row>(text: string, values: unknown[] = []) => (await pool.query(text, values)).rows as Row[];
  await pool.query(
    `insert into location (code, name, line1, city, postal_code, country)
     select code, code, 'Yard 1', 'Hamburg', '20095', 'DE' from unnest($1::text[]) code`,
    [LOCATIONS],
  );
  return {
    ...opened,
    url: database.url,
    rows,
    async stock(sku, units) {
      await pool.query(
        `insert into product (sku, name, kind, price_minor, currency) values ($1, $1, 'physical', 1000, 'EUR')
         on conflict do nothing`,
        [sku],
      );
      for (const [location, change] of Object.entries(units)) {
        await adjust(db, { sku, location, kind: 'receipt', change, reason: 'first delivery', actor: 'test' });
      }
    },
    async level(sku, location = 'NORTH') {
      const [level] = await rows<{ onHand: number; held: number }>(
        'select on_hand as "onHand", held from stock_level where sku = $1 and location = $2',
        [sku, location],
      );
      if (level === undefined) throw new Error(`no level of ${sku} at ${location}`);
      return level;
    },
    async drop() {
      await opened.close();
      await database.drop();
    },
  };
}

/** One line after the other: `['MUG', 2]` at NORTH, or `['MUG', 2, 'SOUTH']`. */
export const basket = (...lines: readonly (readonly [sku: string, quantity: number, location?: string])[]) =>
  lines.map(
    ([sku, quantity, location = 'NORTH'], index): Allocation => ({
      line: index + 1,
      sku,
      location,
      quantity,
      lateDays: 0,
    }),
  );

/** A connection beside the pool, to keep something locked. */
export async function session(shop: Shop): Promise<Client> {
  const client = new Client({ connectionString: shop.url, application_name: 'beside the pool' });
  await client.connect();
  return client;
}

/** Until so many connections of the pool wait for a lock. */
export async function untilWaiting(shop: Shop, count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const [row] = await shop.rows<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
    );
    if (row?.waiting === count) return;
    if (Date.now() > deadline) throw new Error(`${row?.waiting} connections wait for a lock, not ${count}`);
  }
}

/** Deadlocks the server has counted in this database so far; each also fails the statement that was given up for it. */
export async function deadlocks(shop: Shop): Promise<number> {
  const [row] = await shop.rows<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return row?.deadlocks ?? 0;
}

/** All that is held of these lines. */
export const wholeLines = (lines: readonly number[]) => lines.map((line) => ({ line, quantity: 1_000_000 }));
