import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putProduct, putStore } from '../../src/db/catalogue.ts';
import { deliver, place, untilOrder } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
});
afterAll(() => rooms.stop());

const isLabelled = (order: OrderView): boolean => order.fulfilments.some((one) => one.label !== null);

describe('a page for everybody', () => {
  test.each([
    ['/inventory', 'Inventory'],
    ['/overview', 'Overview'],
    ['/settings', 'Settings'],
    ['/settings?part=people', 'Settings'],
    ['/settings?part=keys', 'Settings'],
    ['/settings?part=locations', 'Settings'],
    ['/proposals', 'Proposals'],
    ['/simulator', 'Checkout simulator'],
  ])('%s, in light and on a telephone in the dark', async (path, title) => {
    for (const look of [{}, { width: 360, scheme: 'dark' }] as const) {
      const opened = await rooms.open(path, {}, look);
      await opened.page.getByRole('heading', { level: 1, name: title }).waitFor();
      await opened.page.getByLabel('Loading').first().waitFor({ state: 'detached' });
      await expectSound(opened);
      await opened.context.close();
    }
  });

  test('stands from right to left in Arabic', async () => {
    const number = await place(rooms.system, { payment: { method: 'cod' } });
    await untilOrder(rooms.system, number, isLabelled);
    const opened = await rooms.open(`/orders/${number}`, {}, { language: 'ar' });
    await opened.page.getByRole('heading', { level: 2, name: 'السجل' }).waitFor();
    expect(await opened.page.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await opened.page.locator('html').getAttribute('lang')).toBe('ar');
    await opened.page.getByText('استلام شركة الشحن للطرد').waitFor();
    await expectSound(opened);
    const failing = await place(rooms.system, {
      payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' },
    });
    await untilOrder(rooms.system, failing, (order) => order.waiting.code === 'exception');
    await opened.page.goto(`${rooms.system.url}/orders?q=${failing}`);
    await opened.page.getByRole('row').getByText('شخص يحل: فشل الدفع').waitFor();
  });
});

describe('a seller', () => {
  test('sees their own orders and lines, and nothing of the buyer’s money, other sellers or the store', async () => {
    const { system } = rooms;
    const kite = {
      sku: 'KITE',
      name: 'Kite of acme',
      kind: 'service',
      priceMinor: 1000,
      currency: 'USD',
      seller: 'acme',
      active: true,
    } as const;
    await putProduct(system.database.db, { ...kite, weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 });
    const mixed = await place(system, {
      payment: { method: 'cod' },
      items: [
        { sku: 'KITE', quantity: 1, unit_price: '10.00' },
        { sku: 'SETUP', quantity: 1, unit_price: '50.00' },
      ],
      total: '65.00',
    });
    const others = await place(system, { payment: { method: 'cod' } });
    await untilOrder(system, mixed, (order) => order.status === 'processing');
    const opened = await rooms.open('/orders', { role: 'seller', seller: 'acme' }, { width: 360 });
    const { page } = opened;
    await page.getByRole('link', { name: mixed }).waitFor();
    expect(await page.getByText(others).count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search by number' }).fill('no name, or@mail');
    await page.getByText('No order fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('tab', { name: 'On the way' }).click();
    await page.getByText('No order fits these filters').waitFor();
    await page.getByRole('tab', { name: 'All', exact: true }).click();
    await page.getByRole('button', { name: 'Filters' }).click();
    const panel = page.getByRole('dialog', { name: 'Filters' });
    await panel.getByLabel('Placed from').fill('2020-01-01');
    await panel.getByRole('combobox', { name: 'Status' }).click({ force: true });
    await panel.getByRole('option', { name: 'Processing' }).click();
    await page.waitForURL(({ search }) => search.includes('status=processing') && search.includes('created_from='));
    await page.goto(page.url());
    await page.getByRole('link', { name: mixed }).waitFor();
    await expectSound(opened);
    await page.getByRole('link', { name: mixed }).click();
    await page.getByRole('heading', { level: 1, name: mixed }).waitFor();
    await page.getByText('Kite of acme').first().waitFor();
    const text = (await page.getByRole('main').textContent()) ?? '';
    for (const secret of [
      'Product SETUP',
      '65.00',
      'ada@example.com',
      'Workflow in Temporal',
      '50.00',
      'Cash on delivery',
    ])
      expect(text).not.toContain(secret);
    await expectSound(opened);
    await page.goto(`${system.url}/orders/${others}`);
    await page.getByText('There is no such order').waitFor();
  });
});

test('a seller asks for their lines to be cancelled, and hears on their timeline that it was done', async () => {
  const { system } = rooms;
  const items = ['acme', 'bolt'].map((seller) => ({ sku: 'SETUP', quantity: 1, unit_price: '50.00', seller }));
  const number = await place(system, { payment: { method: 'cod' }, items, total: '105.00' });
  await untilOrder(system, number, (order) => order.status === 'processing');
  const { page } = await rooms.open(`/orders/${number}`, { role: 'seller', seller: 'acme' });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Ask to cancel' }).click();
  await page.getByText('Nothing chosen: all of yours that has not left').waitFor();
  await page.getByRole('textbox', { name: 'Reason' }).fill('The plumber is ill');
  await page.getByRole('dialog').getByRole('button', { name: 'Ask to cancel' }).click();
  const order = await untilOrder(system, number, (one) => one.exceptions.length > 0);
  const id = encodeURIComponent(order.exceptions[0]?.id ?? '');
  await system.call('POST', `/v1/exceptions/${id}/resolve`, { body: { resolution: 'cancel_lines' } });
  await page.getByText('The store has cancelled the lines.').waitFor();
});

describe('a buyer with the link of their mail', () => {
  const linkOf = async (number: string): Promise<string> =>
    (await rooms.system.call('POST', `/v1/orders/${number}/links`, { body: {} })).body.token;

  test('follows the order on a telephone, and cancels it', async () => {
    const number = await place(rooms.system);
    await untilOrder(rooms.system, number, isLabelled);
    const opened = await rooms.open(`/track/${await linkOf(number)}`, null, { width: 360 });
    const { page } = opened;
    await page.getByRole('heading', { level: 1, name: `Your order ${number}` }).waitFor();
    await expectSound(opened);
    // What the store pays the carrier, and for which paper, stays with the store.
    const { fulfilments } = await untilOrder(rooms.system, number, isLabelled);
    await page.getByText(String(fulfilments[0]?.tracking_number)).waitFor();
    const shown = (await page.getByRole('main').textContent()) ?? '';
    for (const secret of [String(fulfilments[0]?.label?.service), String(fulfilments[0]?.location)])
      expect(shown).not.toContain(secret);
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('Changed my mind');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'The order was cancelled.' }).waitFor();
    await untilOrder(rooms.system, number, (order) => order.status === 'cancelled');
  });

  test('asks for a return of what has arrived, and writes to the shop', async () => {
    const number = await place(rooms.system);
    await deliver(rooms.system, number);
    const { page } = await rooms.open(`/track/${await linkOf(number)}`, null);
    await page.getByRole('button', { name: 'Send something back' }).click();
    await page.getByRole('textbox', { name: 'Product MUG: Qty' }).fill('1');
    await page.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'Damaged' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Request return' }).click();
    await page.getByRole('region', { name: 'Returns' }).getByText('Requested').waitFor();
    await page.getByRole('textbox', { name: 'Write to the shop' }).fill('The handle is broken.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('.message[data-own="true"]').getByText('The handle is broken.').waitFor();
    await page.getByText('you → Store').waitFor();
    const order = await untilOrder(rooms.system, number, (now) => now.messages.length > 0);
    expect(order.returns.map(({ reason }) => reason)).toEqual(['damaged']);
  });

  test('prints the label for the way back that the store pays, as staff see it', async () => {
    const { system } = rooms;
    const policy = { returns: { label: 'store' as const } };
    await putStore(system.database.db, { code: 'pays', name: 'pays', supportEmail: 'help@example.com', policy });
    const number = await place(system, { store: 'pays' });
    await deliver(system, number);
    const body = { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' };
    await system.call('POST', `/v1/orders/${number}/actions/request_return`, { body });
    const { returns } = await untilOrder(system, number, (order) => order.returns[0]?.labels[0] !== undefined);
    const url = returns[0]?.labels[0]?.url;
    for (const [path, who] of [
      [`/track/${await linkOf(number)}`, null],
      [`/orders/${number}`, {}],
    ] as const) {
      const opened = await rooms.open(path, who, { width: 360 });
      const block = opened.page.getByRole('region', { name: 'Returns' });
      const link = block.getByRole('link', { name: 'Label for the way back' });
      expect(await link.getAttribute('href')).toBe(url);
      await block.getByText('Not sent yet').waitFor();
      await expectSound(opened);
    }
  });

  test('takes what is offered in place of something short', async () => {
    const number = await place(rooms.system, { payment: { method: 'bank_transfer' } });
    const offer = { line: 1, sku: 'GAME', note: 'Just as good' };
    const path = `/v1/orders/${number}/actions/substitute`;
    expect((await rooms.system.call('POST', path, { body: offer })).status).toBe(200);
    const opened = await rooms.open(`/track/${await linkOf(number)}`, null, { width: 360 });
    const { page } = opened;
    await page.getByText('1 × Product GAME, $15.00 each').first().waitFor();
    await expectSound(opened);
    await page.getByRole('button', { name: 'Yes, send it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Answer about the substitute', exact: true }).click();
    await untilOrder(rooms.system, number, (order) => order.substitutions[0]?.status === 'accepted');
  });

  test('is told when the link is not valid', async () => {
    const opened = await rooms.open('/track/dol_nothing', null, { width: 360 });
    await opened.page.getByText('This link is not valid any more.').waitFor();
    await expectSound(opened);
  });
});

describe('stock', () => {
  test('is imported from a file: checked row by row, mended, applied', async () => {
    const { page } = await rooms.open('/inventory');
    await page.getByRole('button', { name: 'Import' }).click();
    const field = page.getByRole('textbox', { name: 'or paste its content' });
    await field.fill('sku,location,on_hand\nTEE,WEST,321\nNOPE,WEST,1');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('1 row cannot be taken. Nothing has been changed.').waitFor();
    await page.getByText('NOPE is not in the catalogue').waitFor();
    await field.fill('sku,location,on_hand\nTEE,WEST,321');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Apply 1 row' }).click();
    await page.getByText('1 row is applied.').waitFor();
    const { body } = await rooms.system.call('GET', '/v1/inventory?sku=TEE');
    expect(body.data[0].on_hand).toBe(321);
  });
});

test('a newcomer places an order in the simulator and sees it on the list', async () => {
  const { page } = await rooms.open('/simulator');
  await page.getByRole('button', { name: 'Place the order' }).click();
  const link = page.getByRole('status').getByRole('link', { name: /^ORD-/ }).first();
  const number = (await link.textContent()) ?? '';
  await link.click();
  await page.getByRole('heading', { level: 1, name: number }).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Orders' }).first().click();
  await page.getByRole('row', { name: new RegExp(number) }).waitFor();
});
