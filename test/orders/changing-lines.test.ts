import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { type Stage, scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;

const SIZE = { weight_g: 200, length_cm: 20, width_cm: 20, height_cm: 5 };
async function sell(sku: string, price: string, onHand: number, more: object = {}): Promise<void> {
  const name = `${sku[0]}${sku.slice(1).toLowerCase()}`;
  const { status } = await system.call('PUT', `/v1/products/${sku}`, {
    body: { name, price, currency: 'USD', ...SIZE, ...more },
  });
  expect(status).toBeLessThan(300);
  if (onHand > 0) expect((await receive(sku, onHand)).status).toBeLessThan(300);
}
const receive = (sku: string, change: number) =>
  system.call('POST', '/v1/inventory/adjustments', {
    body: { sku, location: 'WEST', kind: 'receipt', change, reason: 'delivery' },
  });

beforeAll(async () => {
  system = await startSystem();
  const stores = {
    calls: { confirmation: 'call' },
    wary: { fraud: { review_from: 30, first_order_over_minor: 1000 } },
    hasty: { substitution_within: 'PT2S' },
    parts: { shortage: 'backorder', backorder_promise: 'P7D', partial_shipment: true },
  };
  for (const [code, policy] of Object.entries(stores))
    await putStore(system.database.db, { code, name: code, supportEmail: 'help@example.com', policy });
  await sell('CUP', '12.00', 100);
  await sell('VASE', '40.00', 100);
});
afterAll(() => system.stop());

const { act, untilException } = deskOf(() => system);
const levels = async (sku: string): Promise<{ on_hand: number; held: number }> =>
  (await system.call('GET', `/v1/inventory?sku=${sku}`)).body.data.reduce(
    (sum: { on_hand: number; held: number }, level: { on_hand: number; held: number }) => ({
      on_hand: sum.on_hand + level.on_hand,
      held: sum.held + level.held,
    }),
    { on_hand: 0, held: 0 },
  );
const types = async (number: string): Promise<string[]> =>
  (await getOrder(system, number)).timeline.map(({ type }) => type);
const moneyOf = async (number: string): Promise<{ captured: number; refunded: number } | undefined> => {
  const reference = (await getOrder(system, number)).payments[0]?.reference;
  return (await system.control.ledger()).payments.find((one) => one.payment_intent === reference);
};
const items = (sku: string, quantity: number, price: string) => [{ sku, quantity, unit_price: price }];
/** Lets the carrier deliver, once the order has this many parcels. */
async function deliverParcels(number: string, parcels: number): Promise<OrderView> {
  await untilOrder(system, number, ({ fulfilments }) => fulfilments.length === parcels);
  return deliver(system, number);
}
const preview = (number: string, action: string, body: object) =>
  system.call('POST', `/v1/orders/${number}/actions/${action}/preview`, { body });

describe('a change of lines', () => {
  scenario(
    () => system,
    'before packing takes units out and others in, and says beforehand what it does to the price',
    async ({ place }) => {
      const number = await place({
        store: 'calls',
        payment: { method: 'cod' },
        items: items('MUG', 2, '15.00'),
        total: '35.00',
      });
      const change = {
        remove: [{ line: 1, quantity: 1 }],
        add: [{ sku: 'VASE', quantity: 1 }],
        reason: 'asked on the telephone',
      };
      expect((await preview(number, 'edit_lines', change)).body.would_change.money).toMatchObject({ credit: '-25.00' });
      expect((await getOrder(system, number)).items).toHaveLength(1);
      const { status, body } = await act(number, 'edit_lines', change);
      expect(status).toBe(200);
      expect(body).toMatchObject({ credit: '-25.00', amount_due: '60.00', total: '35.00' });
      expect(body.items[1]).toMatchObject({ line: 2, sku: 'VASE', name: 'Vase', quantity: 1, unit_price: '40.00' });
      const mail = await mailAbout(system, number, /has been changed$/);
      expect(mail).toContain('New\n- Vase\n  1 × $40.00 = $40.00');
      expect(mail).toContain('No longer in it: 1 × Product MUG');
      expect(mail).toContain('You pay $25.00 more.');
      await act(number, 'confirm', {});
      const order = await deliver(system, number);
      expect(order.fulfilments.flatMap(({ lines }) => lines)).toEqual([
        { line: 1, quantity: 1 },
        { line: 2, quantity: 1 },
      ]);
      expect(order.payments[0]).toMatchObject({ captured: '60.00', status: 'paid' });
      expect(order.status).toBe('completed');
    },
    { events: 60 },
  );

  scenario(
    () => system,
    'of an authorised card is charged for what is left, and never for more than the buyer agreed to',
    async ({ place }) => {
      const number = await place({
        store: 'wary',
        customer: { name: 'Grace Hopper', email: 'grace@example.com' },
        items: items('VASE', 1, '40.00'),
        total: '45.00',
      });
      await untilException(number, 'fraud');
      const dearer = await act(number, 'edit_lines', { add: [{ sku: 'CUP', quantity: 1 }], reason: 'asked' });
      expect(dearer).toMatchObject({ status: 422, body: { code: 'difference_to_pay' } });
      const change = { remove: [{ line: 1, quantity: 1 }], add: [{ sku: 'CUP', quantity: 2 }], reason: 'asked' };
      expect((await act(number, 'edit_lines', change)).body).toMatchObject({ credit: '16.00', amount_due: '29.00' });
      // What was given up before leaves room for more, up to what the card was authorised for.
      const back = { remove: [{ line: 2, quantity: 2 }], add: [{ sku: 'VASE', quantity: 1 }], reason: 'after all' };
      expect((await act(number, 'edit_lines', back)).body).toMatchObject({ credit: '0.00', amount_due: '45.00' });
      await act(number, 'edit_lines', {
        remove: [{ line: 3, quantity: 1 }],
        add: [{ sku: 'CUP', quantity: 1 }],
        reason: 'no',
      });
      await act(number, 'approve', {});
      await untilOrder(system, number, ({ payment_status: status }) => status === 'paid');
      expect(await moneyOf(number)).toMatchObject({ captured: 1700, refunded: 0 });
      const order = await deliver(system, number);
      expect(order.items.map(({ delivery_status: status }) => status)).toEqual([
        'cancelled',
        'cancelled',
        'cancelled',
        'delivered',
      ]);
    },
  );

  scenario(
    () => system,
    'of a paid order that waits for the carrier gives the difference back, and packs anew',
    async ({ place }) => {
      const number = await place({ items: items('VASE', 2, '40.00'), total: '85.00' });
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      const before = await levels('VASE');
      const dearer = { add: [{ sku: 'CUP', quantity: 1 }], reason: 'asked' };
      expect((await act(number, 'edit_lines', dearer)).body.code).toBe('difference_to_pay');
      const change = { remove: [{ line: 1, quantity: 1 }], add: [{ sku: 'CUP', quantity: 1 }], reason: 'asked' };
      expect((await preview(number, 'edit_lines', change)).body.would_change).toMatchObject({
        money: { refund: '28.00' },
        stock: [{ sku: 'VASE', released: 1 }],
      });
      expect((await act(number, 'edit_lines', change)).status).toBe(200);
      const order = await deliverParcels(number, 2);
      expect(order.status).toBe('completed');
      expect(
        await eventually(
          () => moneyOf(number),
          (money) => money?.refunded === 2800,
        ),
      ).toMatchObject({ captured: 8500 });
      expect(await levels('VASE')).toEqual({ on_hand: before.on_hand - 1, held: before.held - 2 });
      expect((await act(number, 'edit_lines', change)).body.code).toBe('wrong_status');
    },
  );

  scenario(
    () => system,
    'is refused with the field that is wrong, and nothing happens',
    async ({ place }) => {
      const number = await place({ store: 'calls', payment: { method: 'cod' } });
      const before = await getOrder(system, number);
      const cases: [object, number, object][] = [
        [{ reason: 'x' }, 422, { code: 'lines_required' }],
        [{ remove: [{ line: 9, quantity: 1 }], reason: 'x' }, 422, { code: 'line_not_found' }],
        [{ remove: [{ line: 1, quantity: 2 }], reason: 'x' }, 422, { code: 'units_exceeded' }],
        [{ remove: [{ line: 1, quantity: 1 }], reason: 'x' }, 409, { code: 'nothing_left' }],
        [{ add: [{ sku: 'NONE', quantity: 1 }], reason: 'x' }, 422, { errors: [{ field: 'add[0].sku' }] }],
        [{ add: [{ sku: 'CUP', quantity: 0 }], reason: 'x' }, 422, { errors: [{ field: 'add[0].quantity' }] }],
        [
          { add: [{ sku: 'CUP', quantity: 1, unit_price: '1.001' }], reason: 'x' },
          422,
          { errors: [{ field: 'add[0].unit_price' }] },
        ],
        [{ add: [{ sku: 'CUP', quantity: 1 }] }, 422, { errors: [{ field: 'reason' }] }],
      ];
      for (const [body, status, problem] of cases)
        expect(await act(number, 'edit_lines', body), JSON.stringify(body)).toMatchObject({ status, body: problem });
      const several = [
        { sku: 'NONE', quantity: 1 },
        { sku: 'CUP', quantity: 1, unit_price: '1.001' },
      ];
      const wrong = await act(number, 'edit_lines', { add: several, reason: 'x' });
      expect(wrong.body.errors.map(({ field }: { field: string }) => field)).toEqual([
        'add[0].sku',
        'add[1].unit_price',
      ]);
      const key = await system.makeKey('staff', ['orders:read', 'orders:edit_lines']);
      const cheap = await system.call('POST', `/v1/orders/${number}/actions/edit_lines`, {
        key,
        body: { add: [{ sku: 'CUP', quantity: 1, unit_price: '0.01' }], reason: 'x' },
      });
      expect(cheap).toMatchObject({ status: 422, body: { errors: [{ field: 'add[0].unit_price' }] } });
      expect(await getOrder(system, number)).toEqual(before);
    },
  );
});

describe('a substitute', () => {
  const short = async (sku: string, place: Stage['place'], store = 'main'): Promise<string> => {
    await sell(sku, '15.00', 0);
    const number = await place({ store, items: items(sku, 2, '15.00'), total: '35.00' });
    await untilException(number, 'stock_out');
    return number;
  };
  /** The page that the button of the mail leads to; its link is all the buyer has. */
  const linkIn = (mail: string): string => /\/track\/([\w.-]+)/.exec(mail)?.[1] ?? '';

  scenario(
    () => system,
    'is offered to the buyer, who takes it by the link of the mail and pays less when it costs less',
    async ({ place }) => {
      const number = await short('JUG', place);
      const { status, body } = await act(number, 'substitute', { line: 1, sku: 'CUP', note: 'the same blue' });
      expect(status).toBe(200);
      expect(body.waiting_for).toBe('the buyer to answer about a substitute');
      expect(body.substitutions[0]).toMatchObject({
        line: 1,
        status: 'proposed',
        offer: { sku: 'CUP', quantity: 2, unit_price: '12.00' },
      });
      expect((await act(number, 'substitute', { line: 1, sku: 'VASE' })).body.code).toBe('substitution_open');
      const mail = await mailAbout(system, number, /^May we send something else/);
      expect(mail).toContain('We can send you 2 × Cup at $12.00 each.');
      const path = `/v1/orders/${number}/actions/answer_substitution`;
      const answer = (key: string) => system.call('POST', path, { key, body: { accept: true } });
      const answered = await answer(linkIn(mail));
      expect(answered.status, JSON.stringify(answered.body)).toBe(200);
      expect(answered.body.substitutions[0]).toMatchObject({ status: 'accepted' });
      expect((await answer(linkIn(mail))).body.code).toBe('substitution_not_found');
      const order = await deliver(system, number);
      expect(order.items.map(({ sku, delivery_status: sent }) => [sku, sent])).toEqual([
        ['JUG', 'cancelled'],
        ['CUP', 'delivered'],
      ]);
      expect(await moneyOf(number)).toMatchObject({ captured: 2900, refunded: 0 });
      expect(order.exceptions.every((one) => one.status === 'resolved')).toBe(true);
    },
    { events: 80 },
  );

  scenario(
    () => system,
    'that costs more is offered at the price of what was ordered',
    async ({ place }) => {
      const number = await short('POT', place);
      const { body } = await act(number, 'substitute', { line: 1, sku: 'VASE', quantity: 2 });
      expect(body.substitutions[0].offer).toMatchObject({ sku: 'VASE', unit_price: '15.00' });
      const dear = await act(number, 'substitute', { line: 1, sku: 'VASE', unit_price: '40.00' });
      expect(dear.status).toBeGreaterThanOrEqual(400);
      await act(number, 'answer_substitution', { accept: true });
      const order = await untilOrder(system, number, ({ payment_status: status }) => status === 'paid');
      expect(order).toMatchObject({ amount_due: '35.00', credit: '0.00' });
    },
  );

  scenario(
    () => system,
    'that is declined leaves the shortage before a person',
    async ({ place }) => {
      const number = await short('BOWL', place);
      await act(number, 'substitute', { line: 1, sku: 'CUP' });
      const { body } = await act(number, 'answer_substitution', { accept: false, note: 'I wait' });
      expect(body).toMatchObject({ status: 'pending', waiting_for: 'a person to resolve stock_out' });
      expect(body.items).toHaveLength(1);
      expect(body.substitutions[0].status).toBe('declined');
      // Another may be offered.
      expect((await act(number, 'substitute', { line: 1, sku: 'VASE' })).status).toBe(200);
      await act(number, 'cancel', { reason: 'never mind' });
      expect((await getOrder(system, number)).substitutions[1]?.status).toBe('lapsed');
    },
  );

  scenario(
    () => system,
    'is offered by itself where the product names one that there is enough of, and asked of nobody when the buyer takes it',
    async ({ place }) => {
      await sell('GONE', '9.00', 1);
      await sell('FLASK', '15.00', 0, { shortage: 'substitute', substitutes: ['GONE', 'VASE', 'CUP'] });
      const wanted = { items: items('FLASK', 2, '15.00'), total: '35.00' };
      const proposed = ({ substitutions }: OrderView): boolean => substitutions[0]?.status === 'proposed';
      const number = await place(wanted);
      const offered = await untilOrder(system, number, proposed);
      expect(offered.substitutions[0]?.offer).toMatchObject({ sku: 'VASE', quantity: 2, unit_price: '15.00' });
      expect(offered).toMatchObject({ exceptions: [], waiting_for: 'the buyer to answer about a substitute' });
      await mailAbout(system, number, /^May we send something else/);
      await act(number, 'answer_substitution', { accept: true });
      expect((await deliver(system, number)).exceptions).toEqual([]);
      const other = await place(wanted);
      await untilOrder(system, other, proposed);
      await act(other, 'answer_substitution', { accept: false });
      await untilException(other, 'stock_out');
    },
  );

  scenario(
    () => system,
    'that nobody answers lapses',
    async ({ place }) => {
      const number = await short('TRAY', place, 'hasty');
      await act(number, 'substitute', { line: 1, sku: 'CUP' });
      const order = await untilOrder(system, number, ({ substitutions }) => substitutions[0]?.status === 'lapsed');
      expect(order.waiting_for).toBe('a person to resolve stock_out');
      expect((await act(number, 'answer_substitution', { accept: true })).body.code).toBe('substitution_not_found');
    },
  );
});

describe('an exchange', () => {
  const back = { lines: [{ line: 1, quantity: 1 }], return_reason: 'wrong_item' };

  scenario(
    () => system,
    'sends other goods while the others are on their way back, and pays nothing for equal value',
    async ({ place }) => {
      const number = await place({ items: items('VASE', 1, '40.00'), total: '45.00' });
      await deliver(system, number);
      await act(number, 'request_return', back);
      const dearer = await act(number, 'exchange', { add: [{ sku: 'VASE', quantity: 2 }] });
      expect(dearer.body.code).toBe('difference_to_pay');
      const { status, body } = await act(number, 'exchange', {
        add: [{ sku: 'VASE', quantity: 1 }],
        note: 'the red one',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'processing', returns: [{ exchanged_for: '40.00' }] });
      expect(await mailAbout(system, number, /^Your exchange/)).toContain('In exchange\n- Vase\n  1 × $40.00');
      expect((await act(number, 'exchange', { add: [{ sku: 'CUP', quantity: 1 }] })).status).toBe(409);
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      const before = await levels('VASE');
      // The goods arrive before what was sent for them does.
      const received = [{ line: 1, quantity: 1, restock: true }];
      expect((await act(number, 'receive_return', { received })).status).toBe(200);
      expect((await levels('VASE')).on_hand).toBe(before.on_hand + 1);
      const order = await deliver(system, number);
      expect(order).toMatchObject({ status: 'completed', payment_status: 'paid', refunds: [] });
      expect(order.items.map(({ delivery_status: sent }) => sent)).toEqual(['returned', 'delivered']);
      expect((await act(number, 'refund', { refund_reason: 'returned', lines: back.lines })).body.code).toBe(
        'units_exceeded',
      );
    },
    { events: 130 },
  );

  scenario(
    () => system,
    'for something cheaper gives the difference back once the goods are here',
    async ({ place }) => {
      const number = await place({ items: items('VASE', 1, '40.00'), total: '45.00' });
      await deliver(system, number);
      await act(number, 'request_return', back);
      expect((await act(number, 'exchange', { add: [{ sku: 'CUP', quantity: 1 }] })).body.refunds).toEqual([]);
      expect((await deliverParcels(number, 2)).status).toBe('completed');
      await act(number, 'receive_return', {});
      const paid = await eventually(
        () => moneyOf(number),
        (money) => money?.refunded === 2800,
      );
      expect(paid).toMatchObject({ captured: 4500 });
      expect((await getOrder(system, number)).status).toBe('completed');
    },
  );

  scenario(
    () => system,
    'may wait until the goods are here, and then pays the difference at once',
    async ({ place }) => {
      const number = await place({ items: items('VASE', 1, '40.00'), total: '45.00' });
      await deliver(system, number);
      await act(number, 'request_return', back);
      expect((await act(number, 'receive_return', { refund: false })).body.status).toBe('returned');
      const { body } = await act(number, 'exchange', { add: [{ sku: 'CUP', quantity: 3 }] });
      expect(body).toMatchObject({ status: 'processing', refunds: [{ amount: '4.00', reason: 'returned' }] });
      expect((await deliverParcels(number, 2)).status).toBe('completed');
    },
  );

  scenario(
    () => system,
    'is refused for goods that were paid back',
    async ({ place }) => {
      const number = await place({ items: items('VASE', 1, '40.00'), total: '45.00' });
      await deliver(system, number);
      const sent = [{ sku: 'CUP', quantity: 1 }];
      expect((await act(number, 'exchange', { add: sent })).body.code).toBe('return_not_found');
      await act(number, 'request_return', back);
      await act(number, 'receive_return', {});
      expect((await act(number, 'exchange', { add: sent })).body.code).toBe('already_refunded');
    },
  );
});

describe('a backordered order of a store that sends what there is', () => {
  scenario(
    () => system,
    'sends a part at once and the rest when it comes',
    async ({ place }) => {
      await sell('PLATE', '10.00', 2);
      const number = await place({ store: 'parts', items: items('PLATE', 3, '10.00'), total: '35.00' });
      const part = await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      expect(part).toMatchObject({ status: 'processing', waiting_for: 'stock to arrive' });
      expect(part.fulfilments[0]?.lines).toEqual([{ line: 1, quantity: 2 }]);
      expect(part.items[0]).toMatchObject({ delivery_status: 'backordered', quantities: { reserved: 2 } });
      const mail = await mailAbout(system, number, /waits for stock$/);
      expect(mail).toContain('Waiting for stock\n- Plate\n  1 × $10.00 = $10.00');
      await system.control.advanceParcel(part.fulfilments[0]?.tracking_number ?? '', 'DELIVERED');
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'delivered');
      expect((await getOrder(system, number)).status).toBe('processing');
      await receive('PLATE', 5);
      const order = await deliverParcels(number, 2);
      expect(order.fulfilments.map(({ lines }) => lines[0]?.quantity)).toEqual([2, 1]);
      expect(order.status).toBe('completed');
      expect(await levels('PLATE')).toEqual({ on_hand: 4, held: 0 });
    },
    { events: 80 },
  );

  scenario(
    () => system,
    'goes on at once when the missing units are cancelled',
    async ({ place }) => {
      await sell('DISH', '10.00', 2);
      const number = await place({ store: 'parts', items: items('DISH', 3, '10.00'), total: '35.00' });
      await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      await act(number, 'cancel', { reason: 'no patience', lines: [{ line: 1, quantity: 1 }] });
      const order = await deliver(system, number);
      expect(order.status).toBe('completed');
      expect(await types(number)).not.toContain('label_discarded');
      expect(
        await eventually(
          () => moneyOf(number),
          (money) => money?.refunded === 1000,
        ),
      ).toMatchObject({ captured: 3500 });
    },
  );
});
