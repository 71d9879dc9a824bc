import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { leaseEmails } from '../../src/db/emails.ts';
import { leaseEvents } from '../../src/db/inbox.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

/** However the planner goes about it, a lease is of as many as were asked for. */

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  // One connection, so that what is set holds for every statement.
  database = openDatabase(testDatabase.url, { max: 1, applicationName: 'leases' });
  await sql`
    insert into email (key, kind, order_number) select 'key-' || n, 'shipped', 'ORD-AAAA000001' from generate_series(1, 500) n`.execute(
    database.db,
  );
  await sql`
    insert into inbox (provider, event_id, type, body) select 'stripe', 'evt_' || n, 'x', '{}' from generate_series(1, 500) n`.execute(
    database.db,
  );
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test.each([
  ['as it likes', []],
  [
    'by nested loops',
    ['enable_hashjoin', 'enable_mergejoin', 'enable_material', 'enable_memoize', 'enable_hashagg', 'enable_sort'],
  ],
  ['by hashing', ['enable_nestloop', 'enable_mergejoin', 'enable_indexscan', 'enable_bitmapscan']],
  ['by merging', ['enable_nestloop', 'enable_hashjoin', 'enable_seqscan']],
])('%s', async (_, without) => {
  const { db } = database;
  for (const name of without) await sql`select set_config(${name}, 'off', false)`.execute(db);
  await sql`discard plans`.execute(db);
  try {
    for (let round = 0; round < 3; round += 1) {
      expect(await leaseEmails(db, 7, 60)).toHaveLength(7);
      expect(await leaseEvents(db, 7, 60)).toHaveLength(7);
    }
  } finally {
    for (const name of without) await sql`select set_config(${name}, 'on', false)`.execute(db);
  }
});
