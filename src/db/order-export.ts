import { sql } from 'kysely';
import type { Db } from './database.ts';
import { linesTable, ordersTable } from './orders.ts';

/** What an export has of each order beyond its list (seed 5, "Exported Data Fields"). */

export type ExportRow = {
  readonly number: string;
  readonly subtotalMinor: number;
  readonly taxMinor: number;
  readonly products: string;
};

export async function exportDetails(db: Db, numbers: readonly string[]): Promise<Map<string, ExportRow>> {
  const { rows } = await sql<ExportRow>`
    select o.number, o.subtotal_minor as "subtotalMinor", o.tax_minor as "taxMinor",
           (select string_agg(l.quantity || ' × ' || l.name, '; ' order by l.no) from ${linesTable} l where l.order_number = o.number) as products
      from ${ordersTable} o where o.number = any(${[...numbers]})`.execute(db);
  return new Map(rows.map((row) => [row.number, row]));
}
