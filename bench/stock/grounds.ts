import { Client } from 'pg';
import { migrate } from '../../src/db/migrate.ts';
import { type Job, type Level, lineId } from './path.ts';

/** The two databases: the product's own schema, and the common schema of the peers. Both are filled alike before every run. */

export type Faults = { readonly oversold: number; readonly drift: number; readonly doubleHolds: number };

export interface Ground {
  readonly url: string;
  /** Empties everything, then makes these levels and what stands of these orders before they reserve. */
  reset(levels: readonly Level[], jobs: readonly Job[]): Promise<void>;
  faults(jobs: readonly Job[]): Promise<Faults>;
  close(): Promise<void>;
}

export const LOCATIONS = ['WH-1', 'WH-2', 'WH-3', 'WH-4', 'WH-5'] as const;
/** Goods nobody orders: with them, statements find their rows by index as in a shop, not by reading a tiny table. */
const OTHER_GOODS = 20_000;

const otherLevels = Array.from(
  { length: OTHER_GOODS },
  (_, index): Level => ({
    sku: `OTHER-${String(index).padStart(5, '0')}`,
    location: LOCATIONS[index % LOCATIONS.length] ?? 'WH-1',
    units: 100,
  }),
);
/** Goods of a workload are made anew for every run, these stay. */
const NOT_OTHERS = "sku not like 'OTHER-%'";
const columnsOf = (levels: readonly Level[]) => [
  levels.map((level) => level.sku),
  levels.map((level) => level.location),
  levels.map((level) => level.units),
];
const linesOf = (jobs: readonly Job[]) => jobs.flatMap(({ order, lines }) => lines.map((line) => ({ order, ...line })));

/** Held beyond what is there, counters away from the holds, and lines that hold more than was ordered. */
const faultsOf = (level: string, hold: string, line: string) => `
  with held as (select sku, location, sum(qty) as qty from (${hold}) h group by sku, location),
       wanted as (select * from unnest($1::text[], $2::int[]) as w (line, qty)),
       taken as (select line, sum(qty) as qty from (${line}) l group by line)
  select (select coalesce(sum(greatest(0, coalesce(h.qty, 0) - l.on_hand)), 0)::int
            from (${level}) l left join held h using (sku, location)) as oversold,
         (select coalesce(sum(abs(l.reserved - coalesce(h.qty, 0))), 0)::int
            from (${level}) l left join held h using (sku, location)) as drift,
         (select count(*)::int from taken t join wanted w using (line) where t.qty > w.qty) as "doubleHolds"`;

async function connect(adminUrl: string, database: string): Promise<Client> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${database}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = database;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  return client;
}

const urlOf = (adminUrl: string, database: string): string => {
  const url = new URL(adminUrl);
  url.pathname = database;
  return url.href;
};

export async function productGround(adminUrl: string): Promise<Ground> {
  const client = await connect(adminUrl, 'product');
  const url = urlOf(adminUrl, 'product');
  await migrate(url);
  await client.query(
    `insert into location (code, name, line1, city, postal_code, country)
     select code, code, 'Dock 1', 'Hamburg', '20095', 'DE' from unnest($1::text[]) code`,
    [LOCATIONS],
  );
  const fill = async (levels: readonly Level[]): Promise<void> => {
    await client.query(
      `insert into product (sku, name, kind, price_minor, currency)
       select distinct sku, sku, 'physical', 1000, 'EUR' from unnest($1::text[]) sku on conflict do nothing`,
      [levels.map((level) => level.sku)],
    );
    await client.query(
      'insert into stock_level (sku, location, on_hand) select * from unnest($1::text[], $2::text[], $3::int[])',
      columnsOf(levels),
    );
  };
  await fill(otherLevels);
  await client.query('analyze');
  return {
    url,
    async reset(levels) {
      await client.query('truncate stock_movement, stock_alert, stock_hold');
      await client.query(`delete from stock_level where ${NOT_OTHERS}`);
      await fill(levels);
    },
    async faults(jobs) {
      const lines = linesOf(jobs);
      const { rows } = await client.query<Faults>(
        faultsOf(
          'select sku, location, on_hand, held as reserved from stock_level',
          'select sku, location, quantity as qty from stock_hold',
          "select order_number || '/' || line as line, quantity as qty from stock_hold",
        ),
        [lines.map(({ order, line }) => lineId(order, line)), lines.map(({ quantity }) => quantity)],
      );
      return rows[0] as Faults;
    },
    close: () => client.end(),
  };
}

/** PEERS.md B §5, "Common schema for all", and the rows that the paths read beside it. No constraint guards the stock: none of the three has one. */
const COMMON_SCHEMA = `
  create table setting (id int primary key, out_of_stock_threshold int not null);
  insert into setting values (1, 0);
  create table location (code text primary key, position int not null);
  create table variant (sku text primary key, enabled boolean not null default true);
  create table level (
    id int generated always as identity primary key,
    sku text not null, location text not null, on_hand int not null, reserved int not null default 0,
    unique (sku, location));
  create table hold (
    id bigint generated always as identity primary key,
    order_line text not null, sku text not null, location text not null, qty int not null, deleted_at timestamptz);
  create index hold_by_line on hold (order_line);
  create index hold_by_level on hold (sku, location);
  create table orders (number text primary key, state text not null);
  create table order_line (id text primary key, order_number text not null, sku text not null, qty int not null);
  create table new_order_line (like order_line including all);
  create table checkout (number text primary key);
  create table cart_hold (
    id bigint generated always as identity primary key,
    checkout text not null, level_id int not null, qty int not null, reserved_until timestamptz not null);
  create index cart_hold_by_level on cart_hold (level_id)`;

export async function commonGround(adminUrl: string): Promise<Ground> {
  const client = await connect(adminUrl, 'peers');
  // Kindly: a deadlock costs the peers a tenth of what the server's default of 1 s would, and none of their statements, which are all
  // prepared, is ever planned twice.
  const settings = { deadlock_timeout: '100ms', plan_cache_mode: 'force_generic_plan' };
  for (const [name, value] of Object.entries(settings))
    await client.query(`alter database peers set ${name} = '${value}'`);
  await client.query(COMMON_SCHEMA);
  await client.query('insert into location select code, row_number() over () from unnest($1::text[]) code', [
    LOCATIONS,
  ]);
  const fill = async (levels: readonly Level[]): Promise<void> => {
    await client.query('insert into variant select distinct sku from unnest($1::text[]) sku on conflict do nothing', [
      levels.map((level) => level.sku),
    ]);
    await client.query(
      'insert into level (sku, location, on_hand) select * from unnest($1::text[], $2::text[], $3::int[])',
      columnsOf(levels),
    );
  };
  await fill(otherLevels);
  await client.query('analyze');
  return {
    url: urlOf(adminUrl, 'peers'),
    async reset(levels, jobs) {
      const lines = linesOf(jobs);
      await client.query('truncate hold, orders, order_line, new_order_line, checkout');
      await client.query(`delete from level where ${NOT_OTHERS}`);
      await fill(levels);
      const numbers = jobs.map(({ order }) => order);
      await client.query("insert into orders select number, 'ArrangingPayment' from unnest($1::text[]) number", [
        numbers,
      ]);
      await client.query('insert into checkout select * from unnest($1::text[])', [numbers]);
      await client.query('insert into order_line select * from unnest($1::text[], $2::text[], $3::text[], $4::int[])', [
        lines.map(({ order, line }) => lineId(order, line)),
        lines.map(({ order }) => order),
        lines.map(({ sku }) => sku),
        lines.map(({ quantity }) => quantity),
      ]);
      await client.query('analyze orders, order_line, checkout');
    },
    async faults(jobs) {
      const lines = linesOf(jobs);
      const { rows } = await client.query<Faults>(
        faultsOf(
          'select sku, location, on_hand, reserved from level',
          'select sku, location, qty from hold where deleted_at is null',
          'select order_line as line, qty from hold where deleted_at is null',
        ),
        [lines.map(({ order, line }) => lineId(order, line)), lines.map(({ quantity }) => quantity)],
      );
      return rows[0] as Faults;
    },
    close: () => client.end(),
  };
}
