import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { deliver, eventually, place, untilOrder } from '../setup/system.ts';
import { openRooms, type Rooms } from './desk.ts';
import { formsOn } from './forms.ts';

/** Actions on orders in review, of sellers, in dispute or gone astray, each by its form and then read in the record. */

let rooms: Rooms;
let page: Page;
beforeAll(async () => {
  rooms = await openRooms();
  const stores = {
    wary: { fraud: { review_from: 30, first_order_over_minor: 1000 } },
    calls: { confirmation: 'call', cod_collected_on_delivery: false },
    market: { acknowledge_within: 'P2D' },
  };
  for (const [code, policy] of Object.entries(stores))
    await putStore(rooms.system.database.db, { code, name: code, supportEmail: 'help@example.com', policy });
  ({ page } = await rooms.open('/orders'));
});
afterAll(() => rooms.stop());

const desk = deskOf(() => rooms.system);
const { begin, write, choose, send } = formsOn(
  () => rooms,
  () => page,
);
const until = (number: string, accept: (order: OrderView) => boolean): Promise<OrderView> =>
  untilOrder(rooms.system, number, accept);
const isLabelled = (order: OrderView): boolean => order.fulfilments.some((one) => one.status === 'labelled');
/** The first order of somebody, and a big one. */
async function suspicious(name: string): Promise<string> {
  const customer = { name, email: `${name.toLowerCase()}@example.com` };
  const number = await place(rooms.system, { store: 'wary', customer });
  await until(number, (order) => order.fraud_review?.status === 'due');
  return number;
}
/** Comes to rest first: a form that was opened before would be asked again. */
async function disputed(): Promise<string> {
  const { system } = rooms;
  const number = await place(system);
  await deliver(system, number);
  const { payments } = await until(number, () => true);
  await system.control.dispute(payments[0]?.reference ?? '', { reason: 'product_not_received' });
  await desk.openException(number, 'dispute');
  return number;
}

describe('the fraud review', () => {
  test('approve: the order goes on', async () => {
    const number = await suspicious('Grace');
    await begin(number, 'Approve');
    await write('Note', 'Known from the shop');
    await send('Approve');
    const order = await until(number, isLabelled);
    expect(order.fraud_review?.status).toBe('approved');
  });

  test('reject: the order ends, and nothing is charged', async () => {
    const number = await suspicious('Eve');
    await begin(number, 'Reject');
    await write('Note', 'A stolen card');
    await send('Reject');
    const order = await until(number, (one) => one.status === 'cancelled' && one.payment_status === 'voided');
    expect(order.payments[0]?.captured).toBe('0.00');
  });
});

test('complete: cash that was counted later', async () => {
  const service = {
    store: 'calls',
    payment: { method: 'cod' },
    items: [{ sku: 'SETUP', quantity: 1, unit_price: '50.00' }],
    total: '55.00',
  };
  const number = await place(rooms.system, service);
  await desk.act(number, 'confirm', {});
  await until(number, (order) => order.status === 'processing');
  await desk.act(number, 'mark_delivered', { evidence: 'Signed by the buyer' });
  await until(number, (order) => order.status === 'delivered');
  await begin(number, 'Complete');
  await write('Note', 'Cash counted');
  await send('Complete');
  const order = await until(number, (one) => one.status === 'completed');
  expect(order.payments[0]?.captured).toBe('55.00');
});

test('a seller accepts their lines', async () => {
  const items = [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }];
  const number = await place(rooms.system, { store: 'market', payment: { method: 'cod' }, items });
  await until(number, isLabelled);
  const { page: theirs } = await rooms.open('/orders', { role: 'seller', seller: 'acme' }, { width: 360 });
  const seller = formsOn(
    () => rooms,
    () => theirs,
  );
  await seller.begin(number, 'Accept lines');
  await seller.send('Accept lines');
  const order = await until(number, ({ acknowledgements }) => acknowledgements[0]?.at !== null);
  expect(order.acknowledgements).toMatchObject([{ seller: 'acme' }]);
});

test('a parcel that is lost is sent again, and claimed from the carrier, who pays', async () => {
  const { system } = rooms;
  const number = await place(system);
  const order = await until(number, isLabelled);
  await system.control.advanceParcel(order.fulfilments[0]?.tracking_number ?? '', 'TRANSIT');
  await until(number, ({ status }) => status === 'shipped');
  await begin(number, 'Send again');
  await write('Reason', 'The carrier has given up');
  await send('Send again');
  const after = await until(number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
  expect(after.fulfilments[0]?.status).toBe('lost');

  await begin(number, 'File claim');
  await choose('Parcel', /^Parcel 1 · Lost/);
  await write('Reference of the claim', 'CL-778');
  await write('Amount', '15.00');
  await send('File claim');
  await page.getByText('CL-778 · $15.00 · Filed').waitFor();
  await begin(number, 'Settle claim');
  await choose('Parcel', /^Parcel 1 · Lost/);
  await choose('Answer of the carrier', 'Paid');
  await write('Amount', '12.50');
  await send('Settle claim');
  const settled = await until(number, ({ fulfilments }) => fulfilments[0]?.claim?.status === 'paid');
  expect(settled.fulfilments[0]?.claim).toMatchObject({ reference: 'CL-778', amount: '15.00', paid: '12.50' });
});

test('what the buyer needs to use what was delivered is mailed again', async () => {
  const items = [{ sku: 'GAME', quantity: 1, unit_price: '19.99' }];
  const number = await place(rooms.system, { items, total: '24.99' });
  await until(number, ({ fulfilments }) => fulfilments.length === 1);
  await begin(number, 'Mark delivered');
  await write('Code for the buyer', 'TULIP-4711');
  await send('Mark delivered');
  await begin(number, 'Resend instructions');
  await send('Resend instructions');
  const mails = await eventually(
    async () => {
      const all = (await rooms.system.control.mails()).filter(({ subject }) => subject.includes(number));
      const texts = await Promise.all(all.map(async ({ id }) => (await rooms.system.control.mail(id)).text));
      return texts.filter((text) => text.includes('TULIP-4711'));
    },
    (some) => some.length === 2,
  );
  expect(mails).toHaveLength(2);
});

test('a call is logged by the form of the order: a postponed one with its time', async () => {
  const number = await place(rooms.system, { store: 'calls', payment: { method: 'cod' } });
  await begin(number, 'Log call');
  await choose('Outcome', 'Postponed');
  await page.getByRole('dialog').getByLabel('Call again at').fill('2030-01-31T10:00');
  await write('Note', 'In the morning');
  await send('Log call');
  const order = await until(number, ({ calls }) => calls.attempts === 1);
  expect(order.calls).toMatchObject({ last_outcome: 'postponed', next_at: expect.stringMatching(/^2030-01-3/) });
  await begin(number, 'Log call');
  await choose('Outcome', 'Confirmed');
  expect(await page.getByRole('dialog').getByLabel('Call again at').count()).toBe(0);
  await send('Log call');
  await until(number, ({ status }) => status !== 'pending');
});

describe('a dispute', () => {
  test('is answered with evidence', async () => {
    const number = await disputed();
    await begin(number, 'Submit evidence');
    await write('Evidence', 'The buyer thanked us on the telephone.');
    await send('Submit evidence');
    await until(number, ({ disputes }) => disputes[0]?.status === 'under_review');
  });

  test('is accepted, and the money goes back', async () => {
    const number = await disputed();
    await begin(number, 'Accept dispute');
    await send('Accept dispute');
    const order = await until(number, ({ status }) => status === 'refunded');
    expect(order.disputes).toMatchObject([{ status: 'accepted' }]);
  });
});
