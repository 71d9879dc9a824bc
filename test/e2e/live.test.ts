import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import readExcel from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../setup/desk.ts';
import { startProxy } from '../setup/proxy.ts';
import { place, untilOrder } from '../setup/system.ts';
import { barriers, expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
});
afterAll(() => rooms.stop());
const desk = deskOf(() => rooms.system);

describe('what is on the screen', () => {
  test('follows the record by itself: a new order appears in the list, with a toast and on the bell', async () => {
    const { page } = await rooms.open('/orders');
    await page.getByText('No orders yet').waitFor();
    const number = await place(rooms.system);
    await page.getByRole('region', { name: 'Orders', exact: true }).getByRole('link', { name: number }).waitFor();
    await page.getByRole('row', { name: new RegExp(`${number}.*Processing`) }).waitFor();
    await page.getByRole('alert').filter({ hasText: number }).first().waitFor();
    await page.getByRole('button', { name: /[1-9]\d* unread notifications/ }).click();
    await page.getByRole('dialog').getByText(number).first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByRole('button', { name: /No unread notifications/ }).waitFor();
  });

  test('an exception is told of at once, by a toast that leads to its order', async () => {
    const { page } = await rooms.open('/account');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    const payment = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
    const number = await place(rooms.system, { payment });
    const toast = page.getByRole('alert').filter({ hasText: 'Exception' }).filter({ hasText: number });
    await toast.first().getByRole('link', { name: number }).press('Enter');
    await page.getByRole('heading', { level: 1, name: number }).waitFor();
    await desk.act(number, 'cancel', { reason: 'The test is over' });
  });

  test('a seller is told of orders with goods of theirs, and of no others', async () => {
    const of = (seller: string) => ({ items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller }] });
    const opened = await rooms.open('/orders', { role: 'seller', seller: 'pottery' });
    const { page } = opened;
    await page.getByRole('button', { name: 'No unread notifications' }).waitFor();
    await page.getByText('No orders for you yet').waitFor();
    await place(rooms.system, of('smithy'));
    const number = await place(rooms.system, of('pottery'));
    const toast = page.getByRole('alert').filter({ hasText: 'New order' });
    await toast.getByRole('link', { name: number }).waitFor();
    await expectSound(opened);
    expect(await toast.count()).toBe(1);
    await page.getByRole('button', { name: '1 unread notifications' }).click();
    await page.getByRole('dialog', { name: 'Notifications' }).getByText('$15.00').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
  });

  test('an open order shows what somebody else does with it, in every tab', async () => {
    const number = await place(rooms.system);
    await untilOrder(rooms.system, number, (order) => order.fulfilments.some((one) => one.label !== null));
    const { page, context } = await rooms.open(`/orders/${number}`);
    const second = await context.newPage();
    await second.goto(`${rooms.system.url}/orders/${number}`);
    for (const tab of [page, second]) await tab.getByRole('heading', { level: 1, name: number }).waitFor();
    await desk.act(number, 'hold', { reason: 'Held by a colleague' });
    for (const tab of [page, second])
      await tab.getByRole('region', { name: 'On hold' }).getByText('Held by a colleague').waitFor();
  });

  test('says when the connection is lost, and catches up by itself when it is back', async () => {
    const number = await place(rooms.system, { payment: { method: 'cod' } });
    await untilOrder(rooms.system, number, (order) => order.fulfilments.some((one) => one.label !== null));
    const proxy = await startProxy(new URL(rooms.system.url).host);
    try {
      const { page } = await rooms.open(`/orders/${number}`, {}, { through: proxy.address });
      await page.getByRole('heading', { level: 1, name: number }).waitFor();
      await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
      await proxy.cut();
      await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor();
      await desk.act(number, 'hold', { reason: 'While you were away' });
      await proxy.restore();
      await page.getByRole('region', { name: 'On hold' }).getByText('While you were away').waitFor();
      await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    } finally {
      await proxy.close();
    }
  });
});

/** A stream that the test opens and refuses. */
const STREAM = `window.streams = [];
window.EventSource = class extends EventTarget {
  static CLOSED = 2;
  readyState = 0;
  constructor() { super(); window.streams.push(this); }
  close() { this.readyState = 2; }
}`;

test('news that the server refuses are asked for ever more seldom, and what was missed is read once when they come', async () => {
  const { page } = await rooms.open('/account');
  await page.clock.install();
  await page.addInitScript(STREAM);
  await page.goto(`${rooms.system.url}/orders`);
  await page.getByRole('table').or(page.getByText('No orders yet')).first().waitFor();
  await page.clock.pauseAt(Date.now() + 60_000); // from here on only the test lets time pass
  const lists: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/orders') lists.push(request.url());
  });
  const opened = () => page.evaluate('streams.length');
  const refuse = () =>
    page.evaluate('(() => { const last = streams.at(-1); last.close(); last.dispatchEvent(new Event("error")); })()');
  for (const [known, pause] of [
    [1, 3_000],
    [2, 6_000],
    [3, 12_000],
    [4, 24_000],
    [5, 48_000],
    [6, 60_000],
    [7, 60_000],
  ] as const) {
    await refuse();
    await page.clock.runFor(pause - 1);
    expect(await opened()).toBe(known);
    await page.clock.runFor(1);
    expect(await opened()).toBe(known + 1);
  }
  expect(lists).toEqual([]);
  await page.evaluate('streams.at(-1).dispatchEvent(new Event("open"))');
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  await page.clock.runFor(1_000);
  await expect.poll(() => lists.length).toBe(1);
});

describe('an export', () => {
  test('is of what the filters show, and opens as CSV and as Excel', async () => {
    const number = await place(rooms.system, { channel: 'files', payment: { method: 'cod' } });
    const { page } = await rooms.open('/orders?channel=files');
    await page.getByRole('link', { name: number }).waitFor();
    const files: string[] = [];
    for (const kind of [/^CSV/, /^Excel/]) {
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: kind }).click(),
      ]);
      files.push(await download.path());
      expect(download.suggestedFilename()).toMatch(/^orders-[\d-]{10}\.(csv|xlsx)$/);
    }
    const [csv = '', excel = ''] = files;
    const rows: Record<string, string>[] = parse(await readFile(csv), { columns: true, bom: true });
    expect(rows.map((row) => [row['Order Number'], row['Total']])).toEqual([[number, '20.00']]);
    expect(JSON.stringify(await readExcel(await readFile(excel)))).toContain(number);
  });
});

describe('a saved view', () => {
  test('keeps the filters under a name, for colleagues too', async () => {
    const { page } = await rooms.open('/orders?payment_method=cod&sort=-total');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: /^Save view/ }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('Cash, biggest first');
    await page.getByRole('dialog').getByRole('switch', { name: 'Share with everyone' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The view is saved').waitFor();
    const colleague = await rooms.open('/orders', { role: 'staff', scopes: ['orders:read'] });
    await colleague.page.getByRole('button', { name: 'Views' }).click();
    await expectSound(colleague);
    await colleague.page.getByRole('menuitem', { name: /^Cash, biggest first/ }).click();
    await colleague.page.waitForURL(/payment_method=cod/);
    expect(new URL(colleague.page.url()).searchParams.get('sort')).toBe('-total');
  });

  test('of one’s own is nobody else’s, and goes when it is deleted', async () => {
    const { page } = await rooms.open('/orders?status=pending');
    const views = page.getByRole('button', { name: 'Views' });
    await views.click();
    await page.getByRole('menuitem', { name: /^Save view/ }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('My mornings');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The view is saved').waitFor();
    const colleague = await rooms.open('/orders', { role: 'staff', scopes: ['orders:read'] });
    await colleague.page.getByRole('button', { name: 'Views' }).click();
    await colleague.page.getByRole('menuitem', { name: /^Save view/ }).waitFor();
    expect(await colleague.page.getByRole('menuitem', { name: /^My mornings/ }).count()).toBe(0);
    await views.click();
    await page.getByRole('menuitem', { name: 'Delete the view My mornings' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await views.click();
    await page.getByRole('menuitem', { name: /^Save view/ }).waitFor();
    await expect.poll(() => page.getByRole('menuitem', { name: /^My mornings/ }).count()).toBe(0);
  });
});
