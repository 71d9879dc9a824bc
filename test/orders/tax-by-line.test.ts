import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/** Each line has its tax and its part of the discount, and both go the way of its units (SPEC.md §2, "A line"). */

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const stores = { calls: { confirmation: 'call' }, strict: { shortage: 'cancel_line' } } as const;
  for (const [code, policy] of Object.entries(stores))
    await putStore(system.database.db, { code, name: code, supportEmail: 'help@example.com', policy });
});
afterAll(() => system.stop());

const { act, untilException } = deskOf(() => system);
const preview = async (number: string, action: string, body: object) =>
  (await system.call('POST', `/v1/orders/${number}/actions/${action}/preview`, { body })).body.would_change?.money;
const isPaidBack = ({ refunds }: OrderView): boolean =>
  refunds.length > 0 && refunds.every(({ status }) => status === 'succeeded');
const refundedAtGateway = async (number: string): Promise<number | undefined> => {
  const reference = (await getOrder(system, number)).payments[0]?.reference;
  return (await system.control.ledger()).payments.find((one) => one.payment_intent === reference)?.refunded;
};

/** Three mugs of 15.00 and a shirt of 29.99; ten off; 8.00 of tax, which nobody has shared out; 5.00 for carriage. */
const MUGS_AND_SHIRT = {
  items: [
    { sku: 'MUG', quantity: 3, unit_price: '15.00' },
    { sku: 'TEE', quantity: 1, unit_price: '29.99' },
  ],
  discount: '10.00',
  tax: '8.00',
  total: '77.99',
};
const one = (line: number) => ({ lines: [{ line, quantity: 1 }] });

describe('the tax of an order', () => {
  scenario(
    () => system,
    'is that of its lines as the checkout has it, or shared by their price; the discount is shared alike',
    async ({ place }) => {
      const shared = await getOrder(system, await place({ ...MUGS_AND_SHIRT, payment: { method: 'cod' } }));
      expect(shared.items.map(({ total, discount, tax }) => [total, discount, tax])).toEqual([
        ['45.00', '6.00', '4.80'],
        ['29.99', '4.00', '3.20'],
      ]);
      const [mugs, shirt] = MUGS_AND_SHIRT.items;
      const said = await place({
        items: [
          { ...mugs, tax: '7.10' },
          { ...shirt, tax: '0' },
          { ...mugs, quantity: 1, tax: '0.40' },
        ],
        shipping: { amount: '5.00', tax: '0.50' },
        tax: '8.00',
        total: '102.99',
        payment: { method: 'cod' },
      });
      expect((await getOrder(system, said)).items.map(({ quantity, tax }) => [quantity, tax])).toEqual([
        [4, '7.50'],
        [1, '0.00'],
      ]);
      const carriage = { shipping: { amount: '5.00', tax: '1.00' }, tax: '1.00', total: '21.00' };
      const free = await getOrder(system, await place({ ...carriage, payment: { method: 'cod' } }));
      expect(free.items[0]).toMatchObject({ tax: '0.00' });
    },
  );
});

describe('what the buyer paid for a unit', () => {
  scenario(
    () => system,
    'goes back when it is cancelled and when it is refunded, to the cent over all of them',
    async ({ place }) => {
      const number = await place(MUGS_AND_SHIRT);
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      // A mug is 43.80 / 3 = 14.60, whatever its price says.
      const cancel = { ...one(1), reason: 'one too many' };
      expect(await preview(number, 'cancel', cancel)).toMatchObject({ refund: '14.60' });
      expect((await act(number, 'cancel', cancel)).body.refunds).toMatchObject([{ amount: '14.60' }]);
      await untilOrder(system, number, isPaidBack);
      await deliver(system, number);
      const refund = { refund_reason: 'requested_by_customer' };
      expect(await preview(number, 'refund', { ...refund, ...one(2) })).toMatchObject({ refund: '29.19' });
      expect((await act(number, 'refund', { ...refund, ...one(2) })).status).toBe(200);
      const three = { ...refund, lines: [{ line: 1, quantity: 3 }] };
      expect((await act(number, 'refund', three)).body).toMatchObject({ code: 'units_exceeded' });
      await act(number, 'request_return', { lines: [{ line: 1, quantity: 2 }], return_reason: 'damaged' });
      expect((await act(number, 'receive_return', {})).status).toBe(200);
      const order = await untilOrder(system, number, (so) => so.refunds.length === 3 && isPaidBack(so));
      expect(order.refunds.map(({ amount }) => amount)).toEqual(['14.60', '29.19', '29.20']);
      // What is left is the carriage.
      expect(order.refundable).toBe('5.00');
      expect(await refundedAtGateway(number)).toBe(7299);
    },
  );

  scenario(
    () => system,
    'is not asked for when its line is short and the store ends short lines',
    async ({ place }) => {
      const items = [
        { sku: 'MUG', quantity: 1, unit_price: '15.00' },
        { sku: 'RARE', quantity: 3, unit_price: '99.00' },
      ];
      const number = await place({ store: 'strict', items, tax: '31.20', total: '348.20' });
      const order = await untilOrder(system, number, ({ payment_status: status }) => status === 'paid');
      // Two of three are short: 99.00 and 9.90 of tax each.
      expect(order).toMatchObject({ credit: '217.80', amount_due: '130.40', payments: [{ captured: '130.40' }] });
    },
  );
});

describe('goods that come into an order', () => {
  scenario(
    () => system,
    'bear the tax of its lines, or the one that is said by who sets prices',
    async ({ place }) => {
      const number = await place({
        store: 'calls',
        payment: { method: 'cod' },
        items: [{ sku: 'MUG', quantity: 2, unit_price: '15.00', tax: '3.00' }],
        tax: '3.00',
        total: '38.00',
      });
      const shirt = { add: [{ sku: 'TEE', quantity: 1 }], reason: 'asked on the telephone' };
      expect(await preview(number, 'edit_lines', shirt)).toMatchObject({ credit: '-32.99' });
      const { body } = await act(number, 'edit_lines', shirt);
      expect(body.items[1]).toMatchObject({ sku: 'TEE', tax: '3.00', discount: '0.00' });
      expect(body.amount_due).toBe('70.99');
      const rare = { sku: 'RARE', quantity: 1, tax: '1.25' };
      const key = await system.makeKey('staff', ['orders:read', 'orders:edit_lines']);
      const path = `/v1/orders/${number}/actions/edit_lines`;
      const refused = await system.call('POST', path, { key, body: { add: [rare], reason: 'asked' } });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'add[0].tax' }] } });
      const more = await act(number, 'edit_lines', { add: [rare], reason: 'asked' });
      expect(more.body.items[2]).toMatchObject({ sku: 'RARE', tax: '1.25' });
      expect((await act(number, 'cancel', { ...one(3), reason: 'no' })).body.amount_due).toBe('70.99');
    },
  );

  scenario(
    () => system,
    'in place of others at the same price cost the same, as a substitute and in exchange',
    async ({ place }) => {
      const items = [{ sku: 'RARE', quantity: 3, unit_price: '99.00' }];
      const short = await place({ items, discount: '29.71', tax: '22.07', total: '294.36' });
      await untilException(short, 'stock_out');
      await act(short, 'substitute', { line: 1, sku: 'TEE', unit_price: '99.00' });
      const accepted = await act(short, 'answer_substitution', { accept: true });
      expect(accepted.body).toMatchObject({ credit: '0.00', amount_due: '294.36' });
      expect(accepted.body.items[1]).toMatchObject({ quantity: 3, discount: '29.71', tax: '22.07' });

      const number = await place(MUGS_AND_SHIRT);
      await deliver(system, number);
      await act(number, 'request_return', { ...one(1), return_reason: 'wrong_item' });
      const dearer = await act(number, 'exchange', { add: [{ sku: 'MUG', quantity: 2 }] });
      expect(dearer.body.code).toBe('difference_to_pay');
      const sent = await act(number, 'exchange', { add: [{ sku: 'MUG', quantity: 1 }] });
      expect(sent.body).toMatchObject({ status: 'processing', returns: [{ exchanged_for: '14.60' }] });
      const back = await act(number, 'receive_return', {});
      expect(back.body.refunds).toEqual([]);
      const rest = { refund_reason: 'duplicate', lines: [{ line: 1, quantity: 2 }] };
      expect((await act(number, 'refund', rest)).body.refunds).toMatchObject([{ amount: '29.20' }]);
    },
  );
});
