import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely';
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

/**
 * A statement that each connection parses and plans once, under this name: for those that run with every order, whose planning
 * costs several times their execution. One name stands for one text; the driver refuses a second. The text is not to depend on
 * values, and its plan not on how common a value is, as the same plan serves all of them.
 */
export const prepared = <Row>(name: string, statement: RawBuilder<unknown>): RawBuilder<Row> =>
  sql<Row>`/* ${sql.raw(name)} */ ${statement}`;

const PREPARED = /^\/\* (\w+) \*\/ /;
const nameOf = (text: unknown): string | undefined => (typeof text === 'string' ? PREPARED.exec(text)?.[1] : undefined);

/** No answer within the time of `query_timeout`: the server itself would have given up before, so it is the network. */
const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/**
 * Kysely hands over a text and its values; the name that makes the driver prepare it travels at the head of the text. A connection
 * on which an answer stays out is dropped, where the driver would let the next statement wait behind the lost one.
 */
class OurClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own signature is a dozen overloads.
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    const name = nameOf(text);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const query = super.query as (...given: any[]) => unknown;
    const answer = name === undefined ? query.apply(this, args) : query.call(this, { name, text, values }, ...rest);
    if (answer instanceof Promise) answer.catch((error: unknown) => this.#endWhenSilent(error));
    return answer;
  }

  /** Ending a connection with a statement under way breaks it at once, and the pool takes it no more. */
  #endWhenSilent(error: unknown): void {
    if (isSilence(error)) this.end().catch(() => {});
  }
}

/**
 * Plans named statements once and the others for their values. The server's own choice compares with what plans have cost before:
 * in a record that has grown since, it would plan a named statement anew a thousand times.
 */
class ChoosingClient extends OurClient {
  #mode: string | undefined;

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  override query(...args: any[]): any {
    const [text] = args;
    const mode = nameOf(text) === undefined ? 'force_custom_plan' : 'force_generic_plan';
    const isSet = mode === this.#mode;
    this.#mode = mode;
    if (isSet) return super.query(...args);
    // Refused in a transaction that has failed, whose end takes back what was set in it. No matter: it began and ends without a name.
    const setting: Promise<unknown> = super.query(`set plan_cache_mode = ${mode}`).catch(() => undefined);
    return setting.then(() => super.query(...args));
  }
}

/** Whether the statement was refused by this constraint, such as a key that another row has taken. */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof pg.DatabaseError && error.constraint === constraint;

export type Database = { readonly db: Db; readonly pool: pg.Pool; close(): Promise<void> };

const NETWORK_MS = 1_000;

/** A connection has its statements planned and its tables looked up: a new one costs as much as a dozen orders, so pauses keep them. */
const IDLE_MS = 10 * 60_000;

/** Without compiling: where only a scan is left, its forbidding price would be taken for a reason to. */
const ONE_PLAN = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/**
 * `applicationName` shows in `pg_stat_activity`; no statement takes longer than `timeoutMs`. Connections that break while idle are
 * replaced by the pool. `onePlan`: every statement is planned without its values, once on each connection, and by an index also
 * while the tables are small, as the plan stays when they have grown. It halves what the database does for an order, and is for
 * programs that ask by key only: a list needs the values to choose its index.
 */
export function openDatabase(
  url: URL | string,
  options: {
    max?: number;
    applicationName?: string;
    timeoutMs?: number;
    onePlan?: boolean;
    onError?: (error: Error) => void;
  } = {},
): Database {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const pool = new pg.Pool({
    connectionString: String(url),
    max: options.max ?? 20,
    application_name: options.applicationName ?? 'durable-orders',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + NETWORK_MS,
    idle_in_transaction_session_timeout: timeoutMs,
    ...(options.onePlan === true ? { options: ONE_PLAN } : {}),
    types,
    Client: options.onePlan === true ? OurClient : ChoosingClient,
  });
  pool.on('error', (error) => options.onError?.(error));
  // A connection that breaks inside a transaction, between two statements, has nobody else listening and would end the process;
  // the transaction itself learns of it at its next statement.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** Inside the transaction that there is, or one of its own. */
export const inTransaction = <Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> =>
  db.isTransaction ? work(db as Trx) : db.transaction().execute(work);

/** The items of `after` that are new or no longer as they were. */
export const changed = <Item>(before: readonly Item[], after: readonly Item[]): Item[] => {
  if (before === after) return [];
  const known = new Set(before.map((item) => JSON.stringify(item)));
  return after.filter((item) => !known.has(JSON.stringify(item)));
};

/** JSON for a `jsonb` parameter: pg would turn arrays into PostgreSQL arrays. */
export const json = (value: unknown): string => JSON.stringify(value);

/** Epoch milliseconds as a `timestamptz` parameter. */
export function timestamp(at: number): string;
export function timestamp(at: number | null): string | null;
export function timestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** What `like` is to find a text in small letters by; the caller's own wildcards are letters. */
export const containing = (text: string): RawBuilder<string> =>
  sql`lower(${`%${text.replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`})`;
