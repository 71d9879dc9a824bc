import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, prepared } from '../../src/db/database.ts';
import { createTestDatabase } from '../setup/database.ts';

/** Named statements are planned once for each connection, the others for their values, whatever a transaction takes back. */

let drop: () => Promise<void>;
let database: Database;
beforeAll(async () => {
  const made = await createTestDatabase();
  drop = made.drop;
  database = openDatabase(made.url, { max: 1 });
  await database.pool.query('create table thing (id int primary key, kind text); create index on thing (kind)');
});
afterAll(async () => {
  await database.close();
  await drop();
});

const named = () => prepared('things_of_kind', sql`select id from thing where kind = ${'rare'}`).execute(database.db);
const planned = async () => {
  const { rows } = await database.pool.query<{ once: number; anew: number }>(
    'select generic_plans::int as once, custom_plans::int as anew from pg_prepared_statements',
  );
  return rows[0];
};
const mode = async (): Promise<string> => {
  const { rows } = await sql<{ plan_cache_mode: string }>`show plan_cache_mode`.execute(database.db);
  return rows[0]?.plan_cache_mode ?? '';
};

test('a named statement keeps its plan, also when its table has grown', async () => {
  for (let call = 0; call < 7; call += 1) await named();
  await database.pool.query(`insert into thing select n, 'common' from generate_series(1, 20000) n; analyze thing`);
  for (let call = 0; call < 7; call += 1) await named();
  expect(await planned()).toEqual({ once: 14, anew: 0 });
});

test('any other is planned for its values, also after a transaction that was undone', async () => {
  expect(await mode()).toBe('force_custom_plan');
  await named();
  const undone = database.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    await prepared('two', sql`select 2`).execute(trx);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await mode()).toBe('force_custom_plan');
  const broken = database.db.transaction().execute(async (trx) => {
    await prepared('two', sql`select 2`).execute(trx);
    await sql`select 1 / 0`.execute(trx);
  });
  await expect(broken).rejects.toThrow('division by zero');
  expect(await mode()).toBe('force_custom_plan');
  await named();
  expect((await planned())?.anew).toBe(0);
});
