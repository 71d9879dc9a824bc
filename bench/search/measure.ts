import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { listOrders, type OrderFilter } from '../../src/db/order-list.ts';

/** One list as it was asked for and answered. */
export interface Answer {
  readonly filter: OrderFilter;
  readonly ms: number;
  readonly rows: number;
  /** The statements it took. */
  readonly statements: readonly CompiledQuery[];
}

/** Asks one list after the other, as the API does, and times each. */
export async function ask(pool: Pool, filters: readonly OrderFilter[]): Promise<Answer[]> {
  let statements: CompiledQuery[] = [];
  const db = new Kysely({ dialect: new PostgresDialect({ pool }), log: ({ query }) => void statements.push(query) });
  const answers: Answer[] = [];
  for (const filter of filters) {
    statements = [];
    const began = performance.now();
    const rows = await listOrders(db, filter);
    answers.push({ filter, ms: performance.now() - began, rows: rows.length, statements });
  }
  return answers;
}

const BIG = new Set(['orders', 'order_search', 'order_line', 'fulfilment', 'order_event']);

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}
const readsWhole = (plan: Plan): boolean =>
  (plan['Node Type'].endsWith('Seq Scan') && BIG.has(plan['Relation Name'] ?? '')) ||
  (plan.Plans ?? []).some(readsWhole);

/** Those whose plan, for their own values, reads a big table from end to end. */
export async function readingWholeTables<One extends Pick<Answer, 'statements'>>(
  pool: Pool,
  answers: readonly One[],
): Promise<One[]> {
  const found: One[] = [];
  for (const answer of answers) {
    for (const { sql, parameters } of answer.statements) {
      const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (format json) ${sql}`, [
        ...parameters,
      ]);
      if (rows.some((row) => readsWhole(row['QUERY PLAN'][0].Plan))) found.push(answer);
    }
  }
  return found;
}
