import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { deliver, place, untilOrder } from '../setup/system.ts';
import { openRooms, type Rooms } from './desk.ts';

/** Stock as staff work with it, and the day in figures. */

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
});
afterAll(() => rooms.stop());

const level = async (sku: string) => (await rooms.system.call('GET', `/v1/inventory?sku=${sku}`)).body.data[0];

describe('stock', () => {
  test('is received and adjusted with a reason, and each movement stays to be read', async () => {
    const before = await level('TEE');
    const { page } = await rooms.open('/inventory?sku=TEE');
    const dialog = page.getByRole('dialog');
    const more = page.getByRole('button', { name: 'More: TEE WEST' });
    await page.getByRole('button', { name: 'Receive', exact: true }).click();
    await dialog.getByRole('textbox', { name: 'SKU' }).fill('TEE');
    await dialog.getByRole('combobox', { name: 'Location' }).click();
    await page.getByRole('option', { name: /^WEST/ }).click();
    await dialog.getByRole('textbox', { name: 'Units' }).fill('7');
    await dialog.getByRole('combobox', { name: 'Reason' }).fill('Delivery of Monday');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`TEE: ${before.on_hand + 7} on hand`).waitFor();

    await more.click();
    await page.getByRole('menuitem', { name: 'Adjust' }).click();
    await dialog.getByRole('radiogroup').getByText('Adjust').click();
    await dialog.getByRole('textbox', { name: 'Change' }).fill('-2');
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true); // without a reason
    await dialog.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'Damaged' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`TEE: ${before.on_hand + 5} on hand`).waitFor();
    expect(await level('TEE')).toMatchObject({ on_hand: before.on_hand + 5, held: before.held });

    await more.click();
    await page.getByRole('menuitem', { name: 'Movements' }).click();
    const rows = dialog.getByRole('row');
    await rows.nth(1).filter({ hasText: 'Damaged' }).filter({ hasText: '-2' }).waitFor();
    await rows.nth(2).filter({ hasText: 'Delivery of Monday' }).filter({ hasText: '+7' }).waitFor();
  });

  test('that orders hold cannot be taken away', async () => {
    const number = await place(rooms.system, { payment: { method: 'cod' } });
    await untilOrder(rooms.system, number, ({ status }) => status === 'processing');
    const { on_hand: onHand } = await level('MUG');
    const { page } = await rooms.open('/inventory?sku=MUG');
    await page.getByRole('button', { name: 'More: MUG WEST' }).click();
    await page.getByRole('menuitem', { name: 'Adjust' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radiogroup').getByText('Adjust').click();
    await dialog.getByRole('textbox', { name: 'Change' }).fill(String(-onHand));
    await dialog.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'Theft or loss' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Orders hold more than would be left.' }).waitFor();
    await dialog.getByText('orders hold the rest').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Change' }).getAttribute('aria-invalid')).toBe('true');
    expect((await level('MUG')).on_hand).toBe(onHand);
  });

  test('that is low is found, from the threshold that a person sets', async () => {
    const { available } = await level('RARE');
    const { page } = await rooms.open('/inventory?sku=RARE');
    await page.getByRole('button', { name: 'More: RARE EAST' }).click();
    await page.getByRole('menuitem', { name: 'Thresholds' }).click();
    await page
      .getByRole('dialog')
      .getByRole('textbox', { name: 'Reorder point' })
      .fill(String(available + 1));
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${rooms.system.url}/inventory`);
    await page.getByRole('rowheader', { name: 'MUG' }).first().waitFor();
    await page.getByRole('switch', { name: 'Low stock only' }).click();
    await page.waitForURL(/low=true/);
    await page.getByRole('rowheader', { name: /RARE.*Low/ }).waitFor();
    await expect.poll(() => page.getByRole('rowheader', { name: 'MUG' }).count()).toBe(0);
  });
});

test('the overview counts the day as the record does, in figures, charts and tables', async () => {
  const { system } = rooms;
  const number = await place(system);
  await deliver(system, number);
  const report = (await system.call('GET', '/v1/reports/overview?days=14&timezone=UTC')).body;
  const today = report.days.at(-1);
  const { page } = await rooms.open('/overview');
  const days = page.getByRole('region', { name: 'Orders of the last 14 days' });
  await days.locator('svg .recharts-bar-rectangle').last().waitFor();
  expect(await days.getByRole('row').count()).toBe(15);
  const cells = await days.getByRole('row').nth(1).getByRole('cell').allTextContents();
  expect(cells.slice(1)).toEqual([String(today.orders)]);
  const revenue = page.getByRole('region', { name: 'Revenue of the last 14 days' });
  await revenue.locator('svg .recharts-bar-rectangle').last().waitFor();
  const sold = await revenue.getByRole('row').nth(1).getByRole('cell').allTextContents();
  expect(sold.slice(1)).toEqual([`$${today.revenue[0].amount}`]);
  await page.getByText('Orders today', { exact: true }).waitFor();
  const statuses = page.getByRole('region', { name: 'Time in each status' });
  await expect.poll(() => statuses.locator('svg .recharts-bar-rectangle').count()).toBeGreaterThan(0);
  const completed = statuses.getByRole('row', { name: /Completed/ });
  const counted = report.by_status.find(({ status }: { status: string }) => status === 'completed');
  expect(await completed.getByRole('link').textContent()).toBe(String(counted.orders));
  await completed.getByRole('link').click();
  await page.waitForURL(/status=completed/);
  await page.getByRole('link', { name: number }).waitFor();
});

test('the late parcels of the overview lead to their orders', async () => {
  const { system } = rooms;
  const [late, early] = [await place(system), await place(system)];
  const labelled = ({ fulfilments }: OrderView) => fulfilments[0]?.status === 'labelled';
  for (const number of [late, early]) await untilOrder(system, number, labelled);
  await system.database.pool.query(
    "update fulfilment set ship_by = now() - interval '1 hour' where order_number = $1",
    [late],
  );
  const { page } = await rooms.open('/overview');
  await page.locator('a[href*="late="]').click();
  await page.getByRole('link', { name: late }).waitFor();
  expect(await page.getByRole('link', { name: early }).count()).toBe(0);
  await page.getByRole('button', { name: 'Filters' }).click();
  await page.getByRole('checkbox', { name: 'A parcel is late' }).uncheck();
  await page.getByRole('link', { name: early }).waitFor();
});
