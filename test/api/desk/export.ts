import { parse } from 'csv-parse/sync';
import readExcel from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import { getOrder, place } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

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
];

const get = (query: string) =>
  fetch(`${system.url}/v1/orders/export?${query}`, { headers: { authorization: `Bearer ${system.key}` } });

/** An order of a channel of its own, so that a filter finds it alone. */
const sell = (channel: string, name: string) =>
  place(system, {
    channel,
    customer: { name, email: 'export@example.com' },
    payment: { method: 'cod' },
    items: [
      { sku: 'MUG', quantity: 2, unit_price: '15.00' },
      { sku: 'GAME', quantity: 1, unit_price: '19.99' },
    ],
    tax: '1.01',
    total: '56.00',
  });

describe('an export', () => {
  test('as CSV has the fields of the shop owner, and what the filters choose', async () => {
    const number = await sell('export-csv', 'Ada Lovelace');
    await sell('export-other', 'Somebody Else');
    const response = await get('format=csv&channel=export-csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="orders-\d{4}-\d\d-\d\d\.csv"$/);
    const rows: Record<string, string>[] = parse(await response.text(), { columns: true, bom: true });
    expect(rows).toHaveLength(1);
    expect(Object.keys(rows[0] ?? {})).toEqual(FIELDS);
    expect(rows[0]).toMatchObject({
      'Order Number': number,
      'Customer Name': 'Ada Lovelace',
      'Customer Email': 'export@example.com',
      'Payment Gateway': 'cod',
      Subtotal: '49.99',
      Tax: '1.01',
      Total: '56.00',
      Currency: 'USD',
      Products: '2 × Product MUG; 1 × Product GAME',
    });
  });

  test('is of the dates asked for, of which the last is not included', async () => {
    const number = await sell('export-dates', 'Ada Lovelace');
    const { created_at: at } = await getOrder(system, number);
    const numbersIn = async (dates: string): Promise<string[]> => {
      const csv = await (await get(`format=csv&channel=export-dates&${dates}`)).text();
      const rows: Record<string, string>[] = parse(csv, { columns: true, bom: true });
      return rows.map((row) => row['Order Number'] ?? '');
    };
    expect(await numbersIn(`created_from=${at}`)).toEqual([number]);
    expect(await numbersIn(`created_from=2020-01-01&created_to=${at}`)).toEqual([]);
  });

  test('never hands a formula to a spreadsheet', async () => {
    const name = '=HYPERLINK("https://evil.example","Ada")';
    await sell('export-formula', name);
    const csv = await (await get('format=csv&channel=export-formula')).text();
    const [row]: Record<string, string>[] = parse(csv, { columns: true, bom: true });
    expect(row?.['Customer Name']).toBe(`'${name}`);
    const excel = await readExcel(Buffer.from(await (await get('format=xlsx&channel=export-formula')).arrayBuffer()));
    expect(JSON.stringify(excel)).toContain('HYPERLINK');
  });

  test('as Excel opens, with amounts as numbers', async () => {
    const number = await sell('export-xlsx', 'Grace Hopper');
    const response = await get('format=xlsx&channel=export-xlsx');
    expect(response.headers.get('content-type')).toContain('spreadsheetml');
    const sheets = (await readExcel(Buffer.from(await response.arrayBuffer()))) as unknown;
    const text = JSON.stringify(sheets);
    for (const field of FIELDS) expect(text).toContain(field);
    expect(text).toContain(number);
    expect(text).toMatch(/49\.99,1\.01,56,"USD"/);
  });

  test('names every wrong field, and is for the store alone', async () => {
    const { status, body } = await system.call('GET', '/v1/orders/export?format=pdf&status=lost');
    expect(status).toBe(422);
    expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(['format', 'status']);
    const seller = await system.makeKey('seller', ['orders:read'], 'acme');
    expect((await system.call('GET', '/v1/orders/export?format=csv', { key: seller })).status).toBe(403);
  });
});
