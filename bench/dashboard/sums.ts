import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Db } from '../../src/db/database.ts';
import { countLateParcels, ordersByStatus, salesByDay, timeInStatus } from '../../src/db/reports.ts';
import { median } from '../../tools/percentile.ts';
import type { Answer } from '../search/measure.ts';

/** The sums of the overview, one by one, as the API asks them. */

const SUMS: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  'orders and revenue of 14 days': (db) => salesByDay(db, 14, 'UTC'),
  'orders by status': ordersByStatus,
  'late parcels': countLateParcels,
  'time in status of the newest 2,000': (db) => timeInStatus(db, 2_000),
};
const EACH = 5;

export type Sum = Pick<Answer, 'ms' | 'statements'> & { readonly name: string };

/** The median of each. */
export async function askSums(pool: Pool): Promise<Sum[]> {
  let statements: Answer['statements'] = [];
  const log = ({ query }: { query: Answer['statements'][number] }) => {
    statements = [query];
  };
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool }), log });
  const sums: Sum[] = [];
  for (const [name, ask] of Object.entries(SUMS)) {
    const times: number[] = [];
    for (let turn = 0; turn < EACH; turn += 1) {
      const began = performance.now();
      await ask(db);
      times.push(performance.now() - began);
    }
    sums.push({ name, ms: median(times), statements });
  }
  return sums;
}
