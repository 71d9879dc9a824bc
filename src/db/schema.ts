import { readdirSync } from 'node:fs';
import { sql } from 'kysely';
import pg from 'pg';
import type { Db } from './database.ts';

/** Which schema this program was written for. */

export const MIGRATIONS = new URL('./migrations', import.meta.url);
export const MIGRATION_TABLE = 'schema_migration';

const NO_SUCH_TABLE = '42P01';

const NEWEST = readdirSync(MIGRATIONS)
  .sort()
  .at(-1)
  ?.replace(/\.sql$/, '');

/** Whether the database has this schema, or a later one; throws when it cannot be reached. */
export async function isMigrated(db: Db): Promise<boolean> {
  try {
    const { rows } = await sql`select from ${sql.table(MIGRATION_TABLE)} where name = ${NEWEST}`.execute(db);
    return rows.length > 0;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_SUCH_TABLE) return false;
    throw error;
  }
}
