import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { deliver, place, untilOrder } from '../setup/system.ts';
import { openRooms, type Rooms } from './desk.ts';
import { formsOn } from './forms.ts';

/** Actions on an order, each by its form and then read in the record. */

let rooms: Rooms;
let page: Page;
beforeAll(async () => {
  rooms = await openRooms();
  const calls = { code: 'calls', name: 'Calls', supportEmail: 'help@example.com', policy: { confirmation: 'call' } };
  await putStore(rooms.system.database.db, calls);
  ({ page } = await rooms.open('/orders'));
});
afterAll(() => rooms.stop());

const desk = deskOf(() => rooms.system);
const isLabelled = (order: OrderView): boolean => order.fulfilments.some((one) => one.label !== null);
const until = (number: string, accept: (order: OrderView) => boolean): Promise<OrderView> =>
  untilOrder(rooms.system, number, accept);

async function labelled(changes: Record<string, unknown> = {}): Promise<string> {
  const number = await place(rooms.system, changes);
  await until(number, isLabelled);
  return number;
}
async function delivered(): Promise<string> {
  const number = await place(rooms.system);
  await deliver(rooms.system, number);
  return number;
}

const { begin, write, choose, send } = formsOn(
  () => rooms,
  () => page,
);

describe('an action by its form', () => {
  test('confirm: a bank transfer has arrived', async () => {
    const number = await place(rooms.system, { payment: { method: 'bank_transfer' } });
    await begin(number, 'Confirm');
    await write('Reference of the payment', 'TRX 4711');
    await send('Confirm');
    const order = await until(number, isLabelled);
    expect(order.payments[0]?.reference).toBe('TRX 4711');
  });

  test('hold and release', async () => {
    const number = await labelled({ payment: { method: 'cod' } });
    await begin(number, 'Hold');
    await write('Reason', 'Wait a day');
    await send('Hold');
    await begin(number, 'Release');
    await send('Release');
    expect((await until(number, ({ hold }) => hold === null)).timeline.map(({ type }) => type)).toContain(
      'order_released',
    );
  });

  test('edit address', async () => {
    const number = await labelled({ payment: { method: 'cod' } });
    await begin(number, 'Edit address');
    await write('Street', '2 Market St');
    await send('Edit address');
    await until(number, (order) => order.shipping_address.line1 === '2 Market St');
  });

  test('refund of an amount, with what it does said before', async () => {
    const number = await labelled();
    await begin(number, 'Refund');
    await write('Amount', '4.50');
    await choose('Reason', 'Duplicate order');
    await page.getByText('$4.50 goes back to the buyer').waitFor();
    await send('Refund');
    const order = await until(number, (one) => one.payment_status === 'partially_refunded');
    expect(order.refunds.map(({ amount, reason }) => [amount, reason])).toEqual([['4.50', 'duplicate']]);
  });

  test('cancel of single units, and of the whole order', async () => {
    const number = await labelled({
      payment: { method: 'cod' },
      items: [{ sku: 'MUG', quantity: 3, unit_price: '15.00' }],
      total: '50.00',
    });
    await begin(number, 'Cancel');
    await write('Reason', 'One too many');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Product MUG: Qty' }).fill('1');
    await send('Cancel');
    // The parcel holds less now and gets another label; a form that was opened before would be of an earlier version.
    const labels = ({ timeline }: OrderView): number => timeline.filter(({ type }) => type === 'label_bought').length;
    const smaller = await until(number, (order) => labels(order) === 2);
    expect(smaller.items[0]?.quantities.cancelled).toBe(1);
    await begin(number, 'Cancel');
    await write('Reason', 'Changed my mind');
    await page.getByText('Status: Processing → Cancelled').waitFor();
    await send('Cancel');
    await until(number, (order) => order.status === 'cancelled');
  });

  test('edit items: what goes, what comes, and what that costs more', async () => {
    const number = await place(rooms.system, { store: 'calls', payment: { method: 'cod' } });
    await begin(number, 'Edit items');
    await write('Reason', 'Asked on the telephone');
    await page.getByRole('dialog').getByRole('button', { name: 'Add a product' }).click();
    await choose('Product', /^Product GAME/);
    await page.getByText('$19.99 more is to be paid').waitFor();
    await send('Edit items');
    const order = await until(number, ({ items }) => items.length === 2);
    expect(order).toMatchObject({ amount_due: '39.99', items: [{ sku: 'MUG' }, { sku: 'GAME', quantity: 1 }] });
    await page.getByText('Added items').waitFor();
  });

  test('substitute for a line, and exchange for a return', async () => {
    const number = await place(rooms.system, { store: 'calls', payment: { method: 'cod' } });
    await begin(number, 'Substitute');
    await choose('In place of', /^Product MUG/);
    await choose('Product', /^Product GAME/);
    await send('Substitute');
    await page.getByRole('region', { name: 'Substitutes' }).getByText('1 × Product GAME, $15.00 each').waitFor();
    const back = await delivered();
    const wrong = { lines: [{ line: 1, quantity: 1 }], return_reason: 'wrong_item' };
    const asked = await desk.act(back, 'request_return', wrong);
    expect(asked.body.allowed_actions).toContain('exchange');
    await begin(back, 'Exchange');
    await page.getByRole('dialog').getByRole('button', { name: 'Add a product' }).click();
    await choose('Product', /^Product MUG/);
    await send('Exchange');
    await until(back, ({ returns }) => returns[0]?.exchanged_for === '15.00');
    await page.getByText('Exchanged for goods of $15.00').waitFor();
  });

  test('ship with a number of one’s own, and mark delivered', async () => {
    const number = await labelled({ payment: { method: 'cod' } });
    await begin(number, 'Ship');
    await write('Carrier', 'DHL');
    await write('Tracking number', 'JD014600003SE');
    await send('Ship');
    // What the system does about it by itself changes the order too, and a form that was opened before would be asked again.
    await until(number, ({ timeline }) =>
      ['label_voided', 'parcel_followed'].every((step) => timeline.some(({ type }) => type === step)),
    );
    await begin(number, 'Mark delivered');
    await write('Evidence', 'Signed by A. Lovelace');
    await send('Mark delivered');
    await until(number, (order) => order.status === 'completed');
  });

  test('decide on a return that the buyer asks for', async () => {
    const number = await delivered();
    const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'changed_mind' };
    await desk.act(number, 'request_return', asked, { 'x-acting-for': 'customer' });
    await until(number, (order) => order.returns[0]?.status === 'requested');
    await begin(number, 'Decide on return');
    await send('Decide on return');
    await until(number, (order) => order.returns[0]?.status === 'approved');
  });

  test('request a return, which of staff is accepted at once, and receive it', async () => {
    const number = await delivered();
    await begin(number, 'Request return');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Product MUG: Qty' }).fill('1');
    await choose('Reason', 'Damaged');
    await send('Request return');
    await until(number, (order) => order.returns[0]?.status === 'approved');
    await begin(number, 'Receive return');
    await send('Receive return');
    const order = await until(number, (one) => one.returns[0]?.status === 'received');
    expect(order.returns[0]?.received).toEqual([{ line: 1, quantity: 1, restock: true }]);
  });

  test('resolve an exception: a corrected address', async () => {
    const number = await place(rooms.system, {
      shipping_address: {
        name: 'Ada',
        line1: '1 Market St',
        city: 'San Francisco',
        region: 'CA',
        postal_code: '00000',
        country: 'US',
      },
    });
    await desk.openException(number, 'bad_address');
    await begin(number, 'Resolve exception');
    await choose('Resolution', 'Correct the address');
    await write('Postal code', '94105');
    await send('Resolve exception');
    await until(number, isLabelled);
  });

  test('note and message, each in its place on the page', async () => {
    const number = await labelled({ payment: { method: 'cod' } });
    await page.goto(`${rooms.system.url}/orders/${number}`);
    await page.getByRole('textbox', { name: 'Write a note…' }).fill('Called twice');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByRole('region', { name: 'Notes of staff' }).getByText('Called twice').waitFor();
    await page.getByRole('textbox', { name: 'Write to the buyer…' }).fill('It leaves today.');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('region', { name: 'Messages' }).getByText('It leaves today.').waitFor();
    const order = await until(number, ({ messages }) => messages.length === 1);
    expect(order.messages[0]).toMatchObject({ to: 'buyer', body: 'It leaves today.' });
  });

  test('wrong fields are named beside what was typed, and nothing is done', async () => {
    const number = await labelled();
    const before = await until(number, () => true);
    await begin(number, 'Refund');
    await write('Amount', '4.5.0');
    await choose('Reason', 'Duplicate order');
    await page.getByRole('dialog').getByRole('button', { name: 'Refund', exact: true }).click();
    const amount = page.getByRole('dialog').getByRole('textbox', { name: 'Amount' });
    await expect.poll(() => amount.getAttribute('aria-invalid')).toBe('true');
    const [beside = ''] = ((await amount.getAttribute('aria-describedby')) ?? '')
      .split(' ')
      .filter((id) => /error/.test(id));
    expect(await page.locator(`[id="${beside}"]`).textContent()).toContain('must be an amount of major units');
    expect(await page.getByRole('dialog').getByRole('alert').count()).toBe(0); // it is said once
    expect((await until(number, () => true)).version).toBe(before.version);
  });
});
