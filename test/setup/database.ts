import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** Connection string of an empty, migrated database of the caller's own. */
  readonly url: string;
  /** Removes the database. Fails, naming them, when connections to it were left open. */
  drop(): Promise<void>;
}

const CLOSING_TAKES_AT_MOST_MS = 2_000;

/** Copies the migrated template: about 50 ms. */
export const createTestDatabase = (): Promise<TestDatabase> => copyOf(inject('templateDatabase'));

/** One that was never migrated. */
export const createEmptyDatabase = (): Promise<TestDatabase> => copyOf('template1');

async function copyOf(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`create database ${name} template ${template}`));
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  return { url: url.href, drop: () => asAdmin((admin) => dropUnlessLeaking(admin, name)) };
}

async function asAdmin<T>(work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: inject('postgresUrl'), application_name: 'test setup' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

interface Connection {
  pid: number;
  application_name: string;
  state: string;
  query: string;
}

async function dropUnlessLeaking(admin: Client, name: string): Promise<void> {
  // The server notices a closed socket a moment after the client has closed it.
  const deadline = Date.now() + CLOSING_TAKES_AT_MOST_MS;
  let left = await connectionsTo(admin, name);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(25);
    left = await connectionsTo(admin, name);
  }
  await admin.query(`drop database ${name} with (force)`);
  if (left.length === 0) return;
  const lines = left.map(
    (c) =>
      `  pid ${c.pid}, application ${c.application_name || '(unnamed)'}, ${c.state}: ${c.query.replace(/\s+/g, ' ').slice(0, 120)}`,
  );
  throw new Error(`The test left ${left.length} database connections open:\n${lines.join('\n')}`);
}

async function connectionsTo(admin: Client, name: string): Promise<Connection[]> {
  const { rows } = await admin.query<Connection>(
    `select pid, application_name, state, query
       from pg_stat_activity
      where datname = $1 and backend_type = 'client backend'
      order by pid`,
    [name],
  );
  return rows;
}
