import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateOrders } from '../../bench/search/generate.ts';
import { putProduct } from '../../src/db/catalogue.ts';
import { openExceptionOfNoOrder } from '../../src/db/exceptions.ts';
import { adjust } from '../../src/db/stock.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** Lists that are longer than a page: nothing is cut off in silence. */

const CALLS = 130;
const EXCEPTIONS = 230;
const PRODUCTS = 320;
const MOVEMENTS = 120;

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
  const { db } = rooms.system.database;
  const client = new pg.Client({ connectionString: rooms.system.config.DATABASE_URL.href });
  await client.connect();
  await client.query('truncate store cascade');
  await generateOrders(client, CALLS, () => undefined);
  await client.end();
  await sql`
    update orders set next_call_at = date_trunc('second', now())`.execute(db);
  for (let no = 0; no < EXCEPTIONS; no += 1)
    await openExceptionOfNoOrder(db, {
      kind: 'books_disagree',
      lane: `books ${no}`,
      summary: `No. ${no}`,
      context: {},
    });
  for (let no = 100; no < 100 + PRODUCTS; no += 1)
    await putProduct(db, {
      ...{ sku: `LONG-${no}`, name: `Teapot ${no}`, kind: 'physical', priceMinor: 100, currency: 'USD', seller: null },
      ...{ active: true, weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 },
    });
  const receipt = { sku: 'LONG-100', location: 'WEST', kind: 'receipt', actor: 'test' } as const;
  for (let change = 1; change <= MOVEMENTS; change += 1) await adjust(db, { ...receipt, change, reason: 'Delivery' });
});
afterAll(() => rooms.stop());

test('a whole kind of exceptions is decided at once, also what is on no page that was opened', async () => {
  const opened = await rooms.open('/exceptions?kind=books_disagree');
  const { page } = opened;
  const inbox = page.getByRole('list', { name: 'Inbox' });
  await expect.poll(() => inbox.getByRole('listitem').count()).toBe(100);
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('Page 2', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Select all of this kind' }).click();
  await page.getByRole('region', { name: '100 selected' }).waitFor();
  await page.getByRole('checkbox', { name: `All ${EXCEPTIONS} open ones of this kind` }).check();
  await expectSound(opened);
  await page.getByRole('combobox', { name: 'Resolve' }).click();
  await page.getByRole('option', { name: 'Close' }).click();
  await page.getByRole('button', { name: `Resolve ${EXCEPTIONS} together` }).click();
  await page.getByText(`${EXCEPTIONS} resolved, 0 refused`).waitFor();
  const { body } = await rooms.system.call('GET', '/v1/exceptions?kind=books_disagree');
  expect(body.data).toEqual([]);
});

test('the call list goes on behind its first page', async () => {
  const { page } = await rooms.open('/calls');
  const calls = page.getByRole('list', { name: 'Call list' }).getByRole('listitem');
  await expect.poll(() => calls.count()).toBe(100);
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect.poll(() => calls.count()).toBe(CALLS - 100);
  await page.getByRole('button', { name: 'Previous page' }).click();
  await expect.poll(() => calls.count()).toBe(100);
});

test('older movements of a SKU are shown when they are asked for', async () => {
  const { page } = await rooms.open('/inventory?sku=LONG-100&movements=LONG-100');
  const rows = page.getByRole('dialog').getByRole('row');
  await expect.poll(() => rows.count()).toBe(101);
  await page.getByRole('dialog').getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => rows.count()).toBe(MOVEMENTS + 1);
});

test('a product that no list can hold is found by its name while it is typed', async () => {
  const { page } = await rooms.open('/simulator');
  const product = page.getByRole('combobox', { name: 'Product' });
  await product.click();
  expect(await page.getByRole('option', { name: 'Teapot 419' }).count()).toBe(0);
  await product.fill('no such thing');
  await page.getByText('No product of the catalogue fits').waitFor();
  await product.fill('teapot 419');
  await page.getByRole('option', { name: /^Teapot 419 · LONG-419/ }).click();
  await expect.poll(() => product.inputValue()).toMatch(/^Teapot 419/);
});
