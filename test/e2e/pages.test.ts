import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../setup/desk.ts';
import { eventually, place, untilOrder } from '../setup/system.ts';
import { expectFocus, expectSound, openRooms, type Rooms } from './desk.ts';

/** What holds on every page: nothing jumps, dialogs are for everybody too, and every key can be looked up. */

let rooms: Rooms;
let number: string;
beforeAll(async () => {
  rooms = await openRooms();
  const desk = deskOf(() => rooms.system);
  number = await place(rooms.system);
  await untilOrder(rooms.system, number, (order) => order.fulfilments.some((one) => one.label !== null));
  const declined = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
  await desk.openException(await place(rooms.system, { payment: declined }), 'payment_failed');
});
afterAll(() => rooms.stop());

/** Cumulative layout shift (https://web.dev/articles/cls) since the page began, without what a person has just caused. */
const shifted = (page: Page): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    // Entries come with the frame after the shift.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 0)));
  })`);

describe('nothing jumps while a page is loaded', () => {
  test.each([
    ['/orders', 1280],
    ['/orders', 360],
    ['/orders/{number}', 1280],
    ['/orders/{number}', 360],
    ['/exceptions', 1280],
    ['/exceptions', 360],
    ['/overview', 1280],
    ['/overview', 360],
    ['/inventory', 1280],
    ['/inventory', 360],
    ['/calls', 360],
    ['/proposals', 360],
    ['/settings?part=people', 1280],
  ])('%s at %i px', async (path, width) => {
    const { page, context } = await rooms.open('/account', {}, { width });
    await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
    await page.goto(rooms.system.url + path.replace('{number}', number), { waitUntil: 'networkidle' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.getByLabel('Loading').count()).toBe(0);
    expect(await shifted(page)).toBeLessThan(0.1);
    await context.close();
  });

  test('and the measure sees what jumps', async () => {
    const { page } = await rooms.open('/orders');
    await page.getByRole('link', { name: number }).waitFor();
    const before = await shifted(page);
    await page.evaluate(`{
      const block = document.createElement('div');
      block.style.height = '400px';
      document.querySelector('main').prepend(block);
    }`);
    await eventually(
      () => shifted(page),
      (now) => now > before + 0.1,
    );
  });
});

describe('a page says which it is', () => {
  const titled = (page: Page, title: string) => expect.poll(() => page.title()).toBe(title);
  const headed = (page: Page, name: string) => expectFocus(page.getByRole('heading', { level: 1, name, exact: true }));

  test('in the tab, and by the focus on its heading when it is come to from another', async () => {
    const { page } = await rooms.open('/orders');
    await page.getByRole('link', { name: number }).waitFor();
    await titled(page, 'Orders · durable-orders');
    // Of what the browser has loaded itself, it reads from the beginning.
    await expectFocus(page.locator('body'));
    const menu = page.getByRole('navigation', { name: 'Main' });
    for (const [link, title] of [
      ['Exceptions', 'Exceptions'],
      ['Call list', 'Call list'],
      ['Inventory', 'Inventory'],
      ['Proposals', 'Proposals'],
      ['Overview', 'Overview'],
      ['Settings', 'Policies · Settings'],
      ['Checkout simulator', 'Checkout simulator'],
      ['Orders', 'Orders'],
    ] as const) {
      await menu.getByRole('link', { name: link }).click();
      await headed(page, link);
      await titled(page, `${title} · durable-orders`);
    }
    await page.getByRole('link', { name: number }).click();
    await headed(page, number);
    await titled(page, `${number} · Processing · durable-orders`);
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Account' }).click();
    await headed(page, 'Account');
    await titled(page, 'Account · durable-orders');
  });

  test.each([
    ['/settings?part=people', 'People · Settings · durable-orders', {}],
    ['/orders/ORD-NOTHING', 'There is no such order · durable-orders', {}],
    ['/nowhere', 'There is nothing at this address · durable-orders', {}],
    ['/sign-in', 'Sign in · durable-orders', null],
    ['/reset-password', 'New password · durable-orders', null],
    ['/reset-password/nothing', 'New password · durable-orders', null],
    ['/invitation/nothing', 'Welcome · durable-orders', null],
  ])('%s: %s', async (path, title, who) => {
    const { page } = await rooms.open(path, who);
    await titled(page, title);
  });

  test('in the language of the reader, and the buyer’s as a page of the store', async () => {
    const { page } = await rooms.open(`/orders/${number}`, {}, { language: 'ar' });
    await titled(page, `${number} · قيد التجهيز · durable-orders`);
    const link = await rooms.system.call('POST', `/v1/orders/${number}/links`, { body: {} });
    const { page: buyers } = await rooms.open(`/track/${link.body.token}`, null);
    await titled(buyers, `Your order ${number} · Test Store`);
  });

  test('but a field that waits for what will be written keeps the focus', async () => {
    const { page } = await rooms.open('/sign-in', null);
    await page.getByRole('link', { name: 'Forgotten the password?' }).click();
    await page.getByRole('heading', { level: 1, name: 'New password' }).waitFor();
    await expectFocus(page.getByRole('textbox', { name: 'E-mail' }));
  });
});

describe('a dialog is for everybody', () => {
  test.each([
    ['/settings?part=people', 'Invite', '', 'E-mail'],
    ['/settings?part=keys', 'New key', '', 'Name'],
    ['/settings?part=locations', 'New location', '', 'Code'],
    ['/settings?part=locations', 'Edit WEST', '', 'Name'],
    ['/inventory', 'Receive', '', 'SKU'],
    ['/inventory', 'Import', '', 'or paste its content'],
    ['/inventory', 'More: MUG WEST', 'Adjust', 'Units'],
    ['/inventory', 'More: MUG WEST', 'Thresholds', 'Safety stock'],
    ['/inventory', 'More: MUG WEST', 'Movements', null],
    ['/orders', 'Views', 'Save view', 'Name of the view'],
  ])('%s: %s %s', async (path, button, item, first) => {
    for (const look of [{}, { width: 360, scheme: 'dark' }] as const) {
      const opened = await rooms.open(path, {}, look);
      const { page } = opened;
      const opener = page.getByRole('button', { name: button }).first();
      await opener.click();
      if (item !== '') await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('dialog').waitFor();
      await expect.poll(() => page.getByRole('dialog').getByLabel('Loading').count()).toBe(0);
      if (first !== null) await expectFocus(page.getByRole('dialog').getByLabel(new RegExp(`^${first}`)));
      await expectSound(opened);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expectFocus(opener);
      await opened.context.close();
    }
  });
});

test('every key can be looked up, by the question mark and in the account menu', async () => {
  const opened = await rooms.open('/orders');
  const { page } = opened;
  await page.getByRole('link', { name: number }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await expectSound(opened);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill('what?');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
  await page.getByRole('dialog').getByText('claim or let go').waitFor();
});

test('a proposal of an agent is shown with what it would change, and a person confirms or declines it', async () => {
  const { system } = rooms;
  const agent = await system.makeKey('agent', ['orders:read', 'proposals:create', 'proposals:read']);
  const prepare = async (reason: string, given: object = {}): Promise<string> => {
    const { status, body } = await system.call('POST', `/v1/orders/${number}/proposals`, {
      key: agent,
      body: { action: 'refund', fields: { amount: '4.50', refund_reason: 'duplicate', ...given }, reason },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  };
  const wanted = await prepare('The buyer was charged twice for the gift wrapping.', {
    lines: [{ line: 1, quantity: 1 }],
  });
  const opened = await rooms.open('/proposals', {}, { width: 360 });
  const { page } = opened;
  const card = page.getByRole('article', { name: `Refund ${number}` });
  await card.getByText('charged twice for the gift wrapping').waitFor();
  await card.getByText('$4.50 goes back to the buyer').waitFor();
  await card.getByText('1 × Product MUG').waitFor();
  expect(await card.innerText()).toMatch(/Reason\s+Duplicate order/);
  expect(await card.innerText()).not.toMatch(/[a-z]_[a-z]|\{/);
  await expectSound(opened);
  await card.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Confirmed and done').waitFor();
  const order = await untilOrder(system, number, ({ refunds }) => refunds.some(({ status }) => status === 'succeeded'));
  expect(order.refunds.map(({ amount, reason }) => [amount, reason])).toEqual([['4.50', 'duplicate']]);
  await page.getByText('No proposals').waitFor();

  const unwanted = await prepare('Once more, to be sure.');
  await page.reload();
  await card.getByRole('button', { name: 'Decline' }).click();
  await card.getByRole('textbox', { name: 'Why not (optional)' }).fill('Once is enough.');
  await card.getByRole('button', { name: 'Decline' }).click();
  await page.getByText('No proposals').waitFor();
  for (const [id, status, note] of [
    [wanted, 'confirmed', null],
    [unwanted, 'declined', 'Once is enough.'],
  ] as const)
    expect((await system.call('GET', `/v1/proposals/${id}`, { key: agent })).body).toMatchObject({ status, note });
  expect((await untilOrder(system, number, () => true)).refunds).toHaveLength(1);
});
