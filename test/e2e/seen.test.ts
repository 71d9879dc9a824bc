import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../setup/desk.ts';
import { deliver, getOrder, orderRequest, place, untilOrder } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** What staff see of orders, as the documents of the sellers list it, and how they find it. */

let rooms: Rooms;
let paid: string;
let cash: string;
let ended: string;
beforeAll(async () => {
  rooms = await openRooms();
  const { system } = rooms;
  ended = await place(system, { payment: { method: 'bank_transfer' } });
  await deskOf(() => system).act(ended, 'cancel', { reason: 'Changed her mind' });
  cash = await place(system, {
    payment: { method: 'cod' },
    items: [{ sku: 'MUG', quantity: 3, unit_price: '15.00' }],
    total: '50.00',
  });
  await untilOrder(system, cash, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
  paid = await place(system, {
    instructions: 'Please ring twice.',
    customer: { ...orderRequest().customer, ip_address: '203.0.113.7' },
    terms: { accepted_at: '2026-01-31T12:00:00Z', version: '3', url: 'https://shop.example/terms' },
    billing_address: { ...orderRequest().shipping_address, name: 'A. Bookkeeper', line1: '9 Bill St' },
    items: [{ sku: 'MUG', quantity: 2, unit_price: '15.00', custom_fields: { engraving: 'To Charles' } }],
    total: '35.00',
  });
  await deliver(system, paid);
});
afterAll(() => rooms.stop());

describe('the list of orders', () => {
  test('shows how long ago each was placed, and its status in a colour of its own', async () => {
    const { page } = await rooms.open('/orders');
    const tones: (string | null)[] = [];
    for (const number of [paid, cash, ended]) {
      const row = page.getByRole('row', { name: new RegExp(number) });
      await row.waitFor();
      expect(await row.locator('time').first().textContent()).toMatch(/now|ago/);
      tones.push(await row.locator('[data-tone]').first().getAttribute('data-tone'));
    }
    expect(new Set(tones).size).toBe(3);
  });

  test('is narrowed by status, payment status, payment method and dates, each in its field', async () => {
    const { page } = await rooms.open('/orders');
    await page.getByRole('link', { name: paid }).waitFor();
    const only = async (number: string) => {
      await page.getByRole('link', { name: number }).waitFor();
      await expect.poll(() => page.getByRole('link', { name: /^ORD-/ }).count()).toBe(1);
    };
    const panel = page.getByRole('dialog', { name: 'Filters' });
    for (const [field, option, address, number] of [
      ['Status', 'Cancelled', 'status=cancelled', ended],
      ['Payment', 'Paid', 'payment_status=paid', paid],
      ['Method', 'Cash on delivery', 'payment_method=cod', cash],
    ] as const) {
      await page.getByRole('button', { name: 'Filters' }).click();
      await panel.getByRole('combobox', { name: field, exact: true }).click({ force: true });
      await panel.getByRole('option', { name: option, exact: true }).click();
      await page.waitForURL((url) => url.search.includes(address));
      await only(number);
      await page.goto(`${rooms.system.url}/orders`);
    }
    await page.getByRole('button', { name: 'Filters' }).click();
    await panel.getByLabel('Placed until').fill('2020-01-01');
    await page.waitForURL(/created_to=2020-01-01/);
    await page.getByText('No order fits these filters').waitFor();
    await panel.getByLabel('Placed until').fill('2099-01-01');
    await panel.getByLabel('Placed from').fill('2020-01-01');
    await page.getByRole('link', { name: ended }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: /^ORD-/ }).count()).toBe(3);
  });

  test('has the columns that each person chooses, and keeps them', async () => {
    const opened = await rooms.open('/orders');
    const { page } = opened;
    const headers = () => page.getByRole('columnheader').allInnerTexts();
    await page.getByRole('link', { name: paid }).waitFor();
    expect(await headers()).not.toContain('Transaction');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Transaction' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Customer' }).click();
    expect(await page.getByRole('menuitemcheckbox', { name: 'Order' }).isDisabled()).toBe(true);
    await expectSound(opened);
    await page.keyboard.press('Escape');
    await page.reload();
    const { payments } = await getOrder(rooms.system, paid);
    await page.getByRole('cell', { name: String(payments[0]?.reference) }).waitFor();
    expect(await headers()).toContain('Transaction');
    expect(await headers()).not.toContain('Customer');
  });

  test('is sorted by a click on a column, and by another the other way round', async () => {
    const { page } = await rooms.open('/orders');
    await page.getByRole('link', { name: paid }).waitFor();
    const shown = () => page.getByRole('link', { name: /^ORD-/ }).allTextContents();
    const byNumber = [paid, cash, ended].toSorted();
    for (const [column, descending, ascending] of [
      ['Order', byNumber.toReversed(), byNumber],
      ['Total', [cash, paid, ended], [ended, paid, cash]],
      ['Placed', [paid, cash, ended], [ended, cash, paid]],
    ] as const) {
      for (const expected of [descending, ascending]) {
        await page.getByRole('button', { name: column, exact: true }).click();
        await expect.poll(shown).toEqual(expected);
      }
    }
    const all = await Promise.all([paid, cash, ended].map((number) => getOrder(rooms.system, number)));
    const statusOf = new Map(all.map((order) => [order.number, order.payment_status ?? '']));
    const inOrder = [...statusOf.values()].toSorted();
    expect(new Set(inOrder).size).toBeGreaterThan(1);
    for (const expected of [inOrder.toReversed(), inOrder]) {
      await page.getByRole('button', { name: 'Payment', exact: true }).click();
      await expect.poll(async () => (await shown()).map((number) => statusOf.get(number))).toEqual(expected);
    }
  });
});

test('the page of an order shows all that the seller must know of it', async () => {
  const { system } = rooms;
  const order = await getOrder(system, paid);
  const { page } = await rooms.open(`/orders/${paid}`);
  await page.getByRole('heading', { level: 1, name: paid }).waitFor();
  const main = page.getByRole('main');
  await main.getByText('engraving:').waitFor();
  const text = (await main.textContent()) ?? '';
  for (const told of [
    'Completed',
    'Paid',
    'Card',
    order.payments[0]?.reference ?? 'no reference',
    'Ada Lovelace',
    'ada@example.com',
    '+14155550100',
    '1 Market St',
    'A. Bookkeeper',
    '9 Bill St',
    'Please ring twice.',
    'Version 3 · ',
    'https://shop.example/terms',
    '203.0.113.7',
    'Product MUG',
    'engraving: To Charles',
    '$15.00',
    '$30.00',
    '$35.00',
    'Delivered',
    order.fulfilments[0]?.carrier ?? 'no carrier',
    order.fulfilments[0]?.tracking_number ?? 'no tracking',
  ])
    expect(text).toContain(told);
  expect(text).toContain(String(new Date(order.created_at).getUTCFullYear()));
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await timeline.getByText('Order placed').waitFor();
  expect(await timeline.locator('time').count()).toBe(order.timeline.length);
  for (const told of ['by Carrier', order.fulfilments[0]?.tracking_number ?? 'no tracking'])
    expect(await timeline.textContent()).toContain(told);
  await page.getByRole('link', { name: 'All orders of this customer' }).click();
  await page.waitForURL(/q=ada/);
});

/** Counts the notes that are played in every page of these from now on. */
const COUNTING = `{
  const start = OscillatorNode.prototype.start;
  window.heard = 0;
  OscillatorNode.prototype.start = function (...at) { window.heard += 1; return start.apply(this, at); };
}`;
const heardIn = (page: Page): Promise<number> => page.evaluate('window.heard');

test('the bell sounds in a tab that nobody looks at, once for all tabs, for what buyers write as well', async () => {
  const { page, context } = await rooms.open('/orders');
  const second = await context.newPage();
  await second.goto(`${rooms.system.url}/orders`);
  for (const tab of [page, second]) {
    await tab.evaluate(COUNTING);
    await tab.getByRole('link', { name: paid }).waitFor();
  }
  await page.getByRole('button', { name: /notifications/i }).click();
  await page.getByRole('switch', { name: 'Sound' }).click();
  await expect.poll(() => heardIn(page)).toBe(2);
  await second.getByRole('heading', { level: 1 }).click();
  await page.evaluate(`{
    Object.defineProperty(document, 'hidden', { get: () => true });
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
  const number = await place(rooms.system, { payment: { method: 'bank_transfer' } });
  await expect.poll(() => heardIn(page)).toBe(4);
  await second.getByRole('alert').filter({ hasText: number }).first().waitFor();
  expect(await page.getByRole('alert').filter({ hasText: number }).count()).toBe(0);
  await deskOf(() => rooms.system).act(
    number,
    'send_message',
    { to: 'store', body: 'Where do I pay?' },
    { 'x-acting-for': 'customer' },
  );
  await expect.poll(() => heardIn(page)).toBe(6);
  await second.getByRole('alert').filter({ hasText: 'Message' }).first().waitFor();
  expect(await heardIn(second)).toBe(0);
  await context.close();
});

test('the bell sounds for a new order when the person has switched the sound on, and not before', async () => {
  const { page } = await rooms.open('/orders');
  await page.evaluate(COUNTING);
  const heard = () => heardIn(page);
  await page.getByRole('link', { name: paid }).waitFor();
  const silent = await place(rooms.system, { payment: { method: 'cod' } });
  await page.getByRole('alert').filter({ hasText: silent }).first().waitFor();
  expect(await heard()).toBe(0);
  await page
    .getByRole('button', { name: /notifications/i })
    .first()
    .click();
  await page.getByRole('switch', { name: 'Sound' }).click();
  await expect.poll(heard).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  const before = await heard();
  const loud = await place(rooms.system, { payment: { method: 'cod' } });
  await page.getByRole('alert').filter({ hasText: loud }).first().waitFor();
  await expect.poll(heard).toBeGreaterThan(before);
});
