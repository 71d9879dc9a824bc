import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { place, untilOrder } from '../setup/system.ts';
import { expectFocus, expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
});
afterAll(() => rooms.stop());

const labelled = (number: string) =>
  untilOrder(rooms.system, number, (order) => order.fulfilments.some((one) => one.label !== null));

describe('the list of orders', () => {
  test('shows each order with its statuses, and opens one by the keyboard alone', async () => {
    const number = await place(rooms.system);
    await labelled(number);
    const { page } = await rooms.open('/');
    await page.getByRole('link', { name: number }).waitFor();
    const row = page.getByRole('row', { name: new RegExp(number) });
    expect(await row.textContent()).toContain('Ada Lovelace');
    expect(await row.textContent()).toMatch(/Processing.*Paid.*Card.*\$20\.00/);
    await page.keyboard.press('j');
    await expectFocus(page.getByRole('link', { name: number }));
    expect(await row.getAttribute('aria-current')).toBe('true');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: number }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/orders/${number}`);
  });

  test('filters, searches and sorts, all of it in the address, so that it can be sent to a colleague', async () => {
    const cod = await place(rooms.system, {
      payment: { method: 'cod' },
      customer: { name: 'Grace Hopper', email: 'grace@navy.example' },
    });
    const { page } = await rooms.open('/orders');
    await page.getByRole('searchbox').fill('navy.exam');
    await page.getByRole('link', { name: cod }).waitFor();
    await page.waitForURL(/q=navy\.exam/);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'Total' }).click();
    await page.waitForURL(/sort=-total/);
    expect(await page.getByRole('columnheader', { name: 'Total' }).getAttribute('aria-sort')).toBe('descending');
    const list = page.url();
    await page.getByRole('link', { name: cod }).click();
    await page.getByRole('heading', { level: 1, name: cod }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Orders', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
    expect(page.url()).toBe(list);
    const again = await rooms.open(new URL(page.url()).pathname + new URL(page.url()).search);
    await again.page.getByRole('link', { name: cod }).waitFor();
    expect(await again.page.getByRole('row').count()).toBe(2);
    await again.page.getByRole('searchbox').fill('nobody has this name');
    await again.page.getByText('No order fits these filters').waitFor();
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('is for everybody: %s, %i px', async (scheme, width) => {
    const opened = await rooms.open('/orders', {}, { scheme, width });
    await opened.page.getByRole('link', { name: /^ORD-/ }).first().waitFor();
    await expectSound(opened);
  });
});

describe('one order', () => {
  test('its buttons are what may be done; others say why not; an action shows what it will do, and is done', async () => {
    const number = await place(rooms.system);
    await labelled(number);
    const { page } = await rooms.open(`/orders/${number}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    const complete = page.getByRole('menuitem', { name: /^Complete/ });
    expect(await complete.getAttribute('aria-disabled')).toBe('true');
    expect(await complete.textContent()).toContain('An order that is processing cannot take the action complete.');
    await page.getByRole('menuitem', { name: 'Hold', exact: true }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('The buyer asked to wait');
    await page.getByText('What this does').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('region', { name: 'On hold' }).getByText('The buyer asked to wait').waitFor();
    const order = await untilOrder(rooms.system, number, (now) => now.hold !== null);
    expect(order.hold?.reason).toBe('The buyer asked to wait');
  });

  test('two people decide at once: the second sees what the first did, and by whom, and decides again', async () => {
    const number = await place(rooms.system);
    await labelled(number);
    const staff = { role: 'staff', scopes: ['orders:read', 'orders:act'] } as const;
    const [ana, ben, cyd] = await Promise.all([
      rooms.open(`/orders/${number}`),
      rooms.open(`/orders/${number}`, staff),
      rooms.open(`/orders/${number}`, staff),
    ]);
    // Ben hears nothing by himself; Cyd is told while her form is open.
    await ben.context.route('**/v1/stream', (route) => route.abort());
    await ben.page.reload();
    for (const { page } of [ana, ben, cyd]) {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Hold', exact: true }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('Please wait');
    }
    await ana.page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click();
    await ana.page.getByRole('region', { name: 'On hold' }).waitFor();
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Hold' }).click();
    for (const { page } of [ben, cyd]) {
      const alert = page.getByRole('alert').filter({ hasText: 'The order changed while you were deciding' });
      await alert
        .filter({ hasText: /Put on hold by Person \d+ \(Owner\)/ })
        .filter({ hasText: 'no longer possible' })
        .waitFor();
    }
    const { body } = await rooms.system.call('GET', `/v1/orders/${number}`);
    expect(body.timeline.filter((entry: { type: string }) => entry.type === 'order_held')).toHaveLength(1);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('is for everybody, its forms too: %s, %i px', async (scheme, width) => {
    const number = await place(rooms.system);
    await labelled(number);
    const opened = await rooms.open(`/orders/${number}`, {}, { scheme, width });
    await opened.page.getByRole('heading', { level: 1, name: number }).waitFor();
    await expectSound(opened);
    await opened.page.getByRole('button', { name: 'More actions' }).click();
    await opened.page.getByRole('menuitem', { name: 'Refund', exact: true }).waitFor();
    await expectSound(opened);
    await opened.page.getByRole('menuitem', { name: 'Refund', exact: true }).click();
    await opened.page.getByRole('dialog').getByRole('textbox', { name: 'Note' }).waitFor();
    await expectSound(opened);
  });
});
