import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type Response, Router } from 'express';
import writeExcel from 'write-excel-file/node';
import { EXCEL_AT_MOST, ExportOrders } from '../contracts/desk.ts';
import { toMajor } from '../contracts/money.ts';
import { wrong } from '../contracts/wrong.ts';
import { exportDetails } from '../db/order-export.ts';
import { listOrders, type OrderRow } from '../db/order-list.ts';
import { requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { filterFrom } from './orders.ts';
import { HttpProblem } from './problem.ts';

/** Orders as a file, with the fields of seed 5 ("Exported Data Fields") and the filters of the list. */

const AT_ONCE = 500;

const FIELDS = [
  'Order Number',
  'Date',
  'Customer Name',
  'Customer Email',
  'Status',
  'Payment Status',
  'Payment Gateway',
  'Subtotal',
  'Tax',
  'Total',
  'Currency',
  'Products',
] as const;
type Exported = Readonly<Record<(typeof FIELDS)[number], string>>;

/** One order after the other, page by page of the list, so that memory holds one page however many there are. */
async function* exported({ db }: ApiContext, asked: ExportOrders): AsyncGenerator<Exported> {
  const filter = filterFrom(asked);
  let after: readonly [string, string] | undefined;
  for (;;) {
    const rows: OrderRow[] = await listOrders(db, { ...filter, after, limit: AT_ONCE });
    const details = await exportDetails(
      db,
      rows.map(({ number }) => number),
    );
    for (const row of rows) {
      const detail = details.get(row.number);
      yield {
        'Order Number': row.number,
        Date: row.placedAt.toISOString(),
        'Customer Name': row.customerName,
        'Customer Email': row.customerEmail,
        Status: row.status,
        'Payment Status': row.paymentStatus,
        'Payment Gateway': row.paymentMethod,
        Subtotal: toMajor(detail?.subtotalMinor ?? 0, row.currency),
        Tax: toMajor(detail?.taxMinor ?? 0, row.currency),
        Total: toMajor(row.totalMinor, row.currency),
        Currency: row.currency,
        Products: detail?.products ?? '',
      };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    after = [last.sortKey, last.number];
  }
}

const named = (response: Response, extension: string): Response =>
  response
    .set('Content-Disposition', `attachment; filename="orders-${new Date().toISOString().slice(0, 10)}.${extension}"`)
    .set('Cache-Control', 'no-store');

/** A cell that a spreadsheet would take for a formula is given as text (`escape_formulas`). */
async function sendCsv(context: ApiContext, asked: ExportOrders, response: Response): Promise<void> {
  named(response, 'csv').type('text/csv');
  const lines = stringify({ header: true, columns: [...FIELDS], escape_formulas: true, bom: true });
  await pipeline(Readable.from(exported(context, asked)), lines, response);
}

const AMOUNTS: ReadonlySet<string> = new Set(['Subtotal', 'Tax', 'Total']);

/** Amounts are numbers and all else is text, which Excel never runs. */
const cellOf = (field: (typeof FIELDS)[number], row: Exported) =>
  AMOUNTS.has(field)
    ? { value: Number(row[field]), type: Number, format: '0.00##' }
    : { value: row[field], type: String };

async function sendExcel(context: ApiContext, asked: ExportOrders, response: Response): Promise<void> {
  const rows: Exported[] = [];
  for await (const row of exported(context, asked)) {
    rows.push(row);
    if (rows.length > EXCEL_AT_MOST)
      throw new HttpProblem('invalid_fields', {
        errors: [{ field: 'format', ...wrong('excel_ends', { most: EXCEL_AT_MOST }) }],
      });
  }
  const head = FIELDS.map((field) => ({ value: field, type: String, fontWeight: 'bold' as const }));
  const file = await writeExcel([head, ...rows.map((row) => FIELDS.map((field) => cellOf(field, row)))], {
    sheet: 'Orders',
    stickyRowsCount: 1,
    columns: FIELDS.map((field) => ({ width: field === 'Products' || field.startsWith('Customer') ? 32 : 16 })),
  }).toBuffer();
  named(response, 'xlsx').type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet').send(file);
}

/** Before the routes of single orders: `export` is no order's number. */
export function exportRouter(context: ApiContext): Router {
  const router = Router();
  router.get('/export', requires('orders.export'), async (request, response) => {
    const asked = ExportOrders.parse(request.query);
    await (asked.format === 'csv' ? sendCsv : sendExcel)(context, asked, response);
  });
  return router;
}
