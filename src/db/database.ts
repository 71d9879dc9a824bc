import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';

/**
 * The connection to the record. Statements are written as whole `sql` templates in the file that owns the table, so no table
 * types are declared here: each statement states the row it gives.
 */
// biome-ignore lint/suspicious/noExplicitAny: Kysely without a schema; rows are typed at each statement.
export type Db = Kysely<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Trx = Transaction<any>;

/** bigint columns hold minor units; one beyond 2^53 would lose cents in a JavaScript number, so it is refused loudly. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`);
  return value;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, safeInteger);

export type Database = { readonly db: Db; readonly pool: pg.Pool; close(): Promise<void> };

/** `applicationName` shows in `pg_stat_activity`. Connections that break while idle are replaced by the pool. */
export function openDatabase(
  url: URL | string,
  options: { max?: number; applicationName?: string; onError?: (error: Error) => void } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: String(url),
    max: options.max ?? 20,
    application_name: options.applicationName ?? 'durable-orders',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    types,
  });
  pool.on('error', (error) => options.onError?.(error));
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** A round trip; throws when the database cannot be reached. */
export async function ping(db: Db): Promise<void> {
  await sql`select 1`.execute(db);
}

/** JSON for a `jsonb` parameter: pg would turn arrays into PostgreSQL arrays. */
export const json = (value: unknown): string => JSON.stringify(value);
