import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateOrders } from '../../bench/search/generate.ts';
import { EXCEL_AT_MOST } from '../../src/contracts/desk.ts';
import { openRooms, type Rooms } from './desk.ts';

/** More orders than a sheet holds. */

const ORDERS = EXCEL_AT_MOST + 500;

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
  const client = new pg.Client({ connectionString: rooms.system.config.DATABASE_URL.href });
  await client.connect();
  await client.query('truncate store cascade');
  await generateOrders(client, ORDERS, () => undefined);
  await client.end();
});
afterAll(() => rooms.stop());

test('an Excel file that would not hold them all is refused with a way out; CSV has every order', async () => {
  const { page } = await rooms.open('/orders');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: /^Excel/ }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: `more than ${EXCEL_AT_MOST} orders fit, and Excel files end there; or choose a shorter range` })
    .waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^CSV/ }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(ORDERS + 1);
});

test('the pages of the list follow each other without a gap, forward and back', async () => {
  const { page } = await rooms.open('/orders?sort=number');
  const numbers = () => page.getByRole('link', { name: /^ORD-/ }).allTextContents();
  await page.getByRole('link', { name: /^ORD-/ }).nth(49).waitFor();
  const seen = await numbers();
  for (const no of [2, 3]) {
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText(`Page ${no}`, { exact: true }).waitFor();
    await expect.poll(async () => seen.includes((await numbers())[0] ?? '')).toBe(false);
    seen.push(...(await numbers()));
  }
  expect(seen).toEqual(seen.toSorted());
  expect(new Set(seen).size).toBe(150);
  await page.reload();
  await page.getByRole('button', { name: 'Previous page' }).click();
  await expect.poll(numbers).toEqual(seen.slice(50, 100));
});

test('who was sent the address of a page finds the way to those before it', async () => {
  const { page: sender } = await rooms.open('/orders?sort=number');
  const numbers = (page: Page) => page.getByRole('link', { name: /^ORD-/ }).allTextContents();
  await sender.getByRole('link', { name: /^ORD-/ }).nth(49).waitFor();
  const first = await numbers(sender);
  const addresses: string[] = [];
  for (const no of [2, 3]) {
    await sender.getByRole('button', { name: 'Next page' }).click();
    await sender.waitForURL((url) => url.searchParams.get('page') === String(no));
    addresses.push(sender.url().slice(rooms.system.url.length));
    await sender.getByText(`Page ${no}`, { exact: true }).waitFor();
  }
  for (const [at, button] of [
    [0, 'Previous page'],
    [1, 'First page'],
  ] as const) {
    const { page } = await rooms.open(addresses[at] ?? '');
    await page.getByText(`Page ${at + 2}`, { exact: true }).waitFor();
    expect(first).not.toContain((await numbers(page))[0]);
    await page.getByRole('button', { name: button }).click();
    await expect.poll(() => numbers(page)).toEqual(first);
    expect(page.url()).toBe(`${rooms.system.url}/orders?sort=number`);
  }
});
