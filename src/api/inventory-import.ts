import { type Info, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { LocationCode } from '../contracts/catalogue.ts';
import type { ImportedStock, ImportStock } from '../contracts/inventory.ts';
import { SKU } from '../contracts/orders.ts';
import { text } from '../contracts/text.ts';
import { WRONG, wrong } from '../contracts/wrong.ts';
import { findLocation, findProducts } from '../db/catalogue.ts';
import { type Db, inTransaction } from '../db/database.ts';
import { adjust, type LockedLevel, lockLevels } from '../db/stock.ts';
import { fieldErrors, HttpProblem } from './problem.ts';

/** A file of counts or movements: checked as a whole, every wrong row named, and applied as a whole or not at all. */

const wholeNumber = (least: number) =>
  z
    .string()
    .regex(/^[+-]?\d{1,9}$/, WRONG.whole_number)
    .transform(Number)
    .refine((units) => units >= least, least === 0 ? WRONG.no_negative : `must be at least ${least}`);
const empty = (field: z.ZodType) => z.preprocess((text) => (text === '' ? undefined : text), field.optional());

const Row = z
  .object({
    sku: SKU,
    location: LocationCode,
    on_hand: empty(wholeNumber(0)),
    change: empty(wholeNumber(-1_000_000_000)),
    reason: empty(text().max(500)),
  })
  .refine((row) => (row.on_hand === undefined) !== (row.change === undefined), {
    path: ['on_hand'],
    message: WRONG.count_or_change,
  });
type Problem = ImportedStock['errors'][number];
type Wanted = {
  readonly row: number;
  readonly sku: string;
  readonly location: string;
  readonly onHand: number | undefined;
  readonly change: number | undefined;
  readonly reason: string | undefined;
};
type Parsed = { readonly wanted: readonly Wanted[]; readonly errors: readonly Problem[] };

const COLUMNS = ['sku', 'location', 'on_hand', 'change', 'reason'];

function recordsOf(csv: string): { record: Record<string, string>; info: Info }[] {
  const badFile = (said: ReturnType<typeof wrong>) =>
    new HttpProblem('invalid_fields', { errors: [{ field: 'csv', ...said }] });
  try {
    const columns = (names: string[]) => names.map((name) => name.trim().toLowerCase());
    const options = { columns, bom: true, trim: true, skip_empty_lines: true, info: true, delimiter: [',', ';', '\t'] };
    const records = parse(csv, options) as unknown as { record: Record<string, string>; info: Info }[];
    const names = Object.keys(records[0]?.record ?? {});
    const unknown = names.filter((name) => !COLUMNS.includes(name));
    if (records.length === 0) throw badFile(wrong('no_rows'));
    if (unknown.length > 0)
      throw badFile(wrong('unknown_columns', { columns: unknown.join(', '), known: COLUMNS.join(', ') }));
    return records;
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw badFile(wrong('unreadable_file', { why: (error as Error).message }));
  }
}

function parsed(csv: string): Parsed {
  const wanted: Wanted[] = [];
  const errors: Problem[] = [];
  const seen = new Map<string, number>();
  for (const { record, info } of recordsOf(csv)) {
    const row = info.lines;
    const result = Row.safeParse(record);
    if (!result.success) {
      errors.push(...fieldErrors(result.error).map((one) => ({ row, ...one })));
      continue;
    }
    const {
      sku,
      location,
      on_hand: onHand,
      change,
      reason,
    } = result.data as z.infer<typeof Row> & {
      on_hand?: number;
      change?: number;
      reason?: string;
    };
    const first = seen.get(`${sku} ${location}`);
    if (first === undefined) seen.set(`${sku} ${location}`, row);
    else errors.push({ row, field: 'sku', ...wrong('row_twice', { sku, location, row: first }) });
    wanted.push({ row, sku, location, onHand, change, reason });
  }
  return { wanted, errors };
}

async function unknownNames(db: Db, wanted: readonly Wanted[]): Promise<Problem[]> {
  const products = await findProducts(db, [...new Set(wanted.map(({ sku }) => sku))]);
  const codes = [...new Set(wanted.map(({ location }) => location))];
  const found = await Promise.all(codes.map((code) => findLocation(db, code)));
  const missing = new Set(codes.filter((_code, index) => found[index] === null));
  return wanted.flatMap(({ row, sku, location }) => [
    ...(products.has(sku) ? [] : [{ row, field: 'sku', ...wrong('not_in_catalogue', { sku }) }]),
    ...(missing.has(location) ? [{ row, field: 'location', ...wrong('no_location', { location }) }] : []),
  ]);
}

const LARGEST = 2_147_483_647;

/** What each row would make of its level, and which would go below what orders hold. */
function judged(wanted: readonly Wanted[], levels: readonly LockedLevel[]) {
  const of = new Map(levels.map((level) => [`${level.sku} ${level.location}`, level]));
  const errors: Problem[] = [];
  const rows = wanted.map(({ row, sku, location, onHand, change }) => {
    const { onHand: before, held } = of.get(`${sku} ${location}`) ?? { onHand: 0, held: 0 };
    const after = onHand ?? before + (change ?? 0);
    const field = onHand === undefined ? 'change' : 'on_hand';
    if (after < held) errors.push({ row, field, ...wrong('below_holds', { after, held }) });
    if (after > LARGEST) errors.push({ row, field, ...wrong('uncountable', { most: LARGEST }) });
    return { row, sku, location, before, after };
  });
  return { rows, errors };
}

const byLevel = (a: Wanted, b: Wanted): number => (`${a.sku} ${a.location}` < `${b.sku} ${b.location}` ? -1 : 1);

/** `actor`: who is named in the movements. */
export async function importStock(
  db: Db,
  { csv, dry_run: dryRun }: z.infer<typeof ImportStock>,
  actor: string,
): Promise<ImportedStock> {
  const { wanted, errors: wrong } = parsed(csv);
  const unknown = await unknownNames(db, wanted);
  return inTransaction(db, async (trx) => {
    const { rows, errors: short } = judged(wanted, await lockLevels(trx, wanted));
    const errors = [...wrong, ...unknown, ...short].sort((a, b) => a.row - b.row);
    if (dryRun) return { applied: false, rows, errors };
    if (errors.length > 0)
      throw new HttpProblem('invalid_fields', {
        errors: errors.map(({ row, field, ...said }) => ({ field: `row ${row}: ${field}`, ...said })),
      });
    for (const one of [...wanted].sort(byLevel)) {
      const { before = 0, after = 0 } = rows.find(({ row }) => row === one.row) ?? {};
      if (after === before) continue;
      const kind = one.onHand === undefined && after > before ? 'receipt' : 'adjustment';
      const { sku, location, reason = 'import' } = one;
      await adjust(trx, { sku, location, kind, change: after - before, reason, actor });
    }
    return { applied: true, rows, errors };
  });
}
