import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, type System, startSystem, untilOrder } from '../setup/system.ts';

/** What the owner, a seller and a buyer of a marketplace do with one another (seed 4). */

let system: System;
let acme: string;
let buyer: string;
beforeAll(async () => {
  system = await startSystem();
  acme = await system.makeKey('seller', ['*'], 'acme');
  buyer = await system.makeKey('customer', ['*']);
});
afterAll(() => system.stop());

const { act } = deskOf(() => system);
const OF_ACME = { items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }] };
const actAs = (key: string, number: string, action: string, body: object) =>
  system.call('POST', `/v1/orders/${number}/actions/${action}`, { body, key });
const seenBy = async (key: string, number: string): Promise<OrderView> =>
  (await system.call('GET', `/v1/orders/${number}`, { key })).body;
const wordsOf = ({ messages }: OrderView) => messages.map(({ from, to, body }) => [from, to, body]);
const isLabelled = ({ fulfilments }: OrderView): boolean => fulfilments[0]?.status === 'labelled';

describe('a seller', () => {
  scenario(
    () => system,
    'accepts, sends and delivers their lines, which completes the order',
    async ({ place }) => {
      const number = await place(OF_ACME);
      await untilOrder(system, number, (order) => isLabelled(order) && order.payment_status === 'paid');
      expect((await seenBy(acme, number)).allowed_actions).toEqual(expect.arrayContaining(['ship', 'send_message']));
      const shipped = await actAs(acme, number, 'ship', { carrier: 'DHL', tracking_number: 'JD0199' });
      expect(shipped.body).toMatchObject({ status: 'shipped', fulfilments: [{ tracking_number: 'JD0199' }] });
      expect(await mailAbout(system, number, /is on its way$/)).toContain('JD0199');
      const delivered = await actAs(acme, number, 'mark_delivered', { evidence: 'handed over at the door' });
      expect(delivered.body).toMatchObject({ status: 'completed', fulfilments: [{ status: 'delivered' }] });
      const { timeline } = await seenBy(system.key, number);
      const roles = timeline.map(({ type, actor }) => `${type} ${actor.role}`);
      expect(roles).toEqual(expect.arrayContaining(['parcel_shipped seller', 'fulfilment_delivered seller']));
    },
  );

  scenario(
    () => system,
    'and the buyer write to each other about the order, and the store reads both',
    async ({ place }) => {
      const number = await place({ ...OF_ACME, payment: { method: 'cod' } });
      await untilOrder(system, number, isLabelled);
      expect((await actAs(buyer, number, 'send_message', { to: 'seller', body: 'Is it the blue one?' })).status).toBe(
        200,
      );
      expect((await actAs(acme, number, 'send_message', { to: 'buyer', body: 'It is blue.' })).status).toBe(200);
      expect(await mailAbout(system, number, /^A message/)).toContain('It is blue.');
      const both = [
        ['customer', 'seller', 'Is it the blue one?'],
        ['seller', 'buyer', 'It is blue.'],
      ];
      for (const key of [buyer, acme, system.key]) expect(wordsOf(await seenBy(key, number))).toEqual(both);
    },
  );

  scenario(
    () => system,
    'reports a problem to the store, which hears of it at once and answers',
    async ({ place }) => {
      const number = await place({ ...OF_ACME, payment: { method: 'cod' } });
      await untilOrder(system, number, isLabelled);
      await actAs(acme, number, 'send_message', { to: 'store', body: 'The label does not print.' });
      await eventually(
        async () => (await system.call('GET', '/v1/notifications?limit=100')).body.data,
        (all: { order: string; type: string }[]) =>
          all.some((one) => one.order === number && one.type === 'message_sent'),
      );
      expect(wordsOf(await seenBy(system.key, number))).toEqual([['seller', 'store', 'The label does not print.']]);
      await act(number, 'send_message', { to: 'seller', body: 'Take the one on the order page.' });
      expect(wordsOf(await seenBy(acme, number)).at(-1)).toEqual([
        'owner',
        'seller',
        'Take the one on the order page.',
      ]);
      expect((await seenBy(buyer, number)).messages).toEqual([]);
    },
  );
});

describe('the owner', () => {
  scenario(
    () => system,
    'steps in between buyer and seller: reads history and words, looks at what else they did, and decides',
    async ({ place }) => {
      const customer = { name: 'Bea Quarrel', email: 'bea@quarrel.example' };
      const earlier = await place({ ...OF_ACME, customer, payment: { method: 'cod' } });
      const number = await place({ ...OF_ACME, customer });
      await deliver(system, number);
      await actAs(buyer, number, 'send_message', { to: 'seller', body: 'The picture showed a lid.' });
      await actAs(acme, number, 'send_message', { to: 'buyer', body: 'The lid is sold apart.' });
      const seen = await seenBy(system.key, number);
      expect(wordsOf(seen)).toHaveLength(2);
      expect(seen.items[0]).toMatchObject({ name: 'Product MUG', seller: 'acme' });
      expect(seen.timeline.map(({ type }) => type)).toEqual(expect.arrayContaining(['parcel_shipped', 'message_sent']));
      const found = async (query: string): Promise<string[]> =>
        (await system.call('GET', `/v1/orders?${query}`)).body.data.map((one: { number: string }) => one.number);
      expect(await found(`q=${seen.customer.email}`)).toEqual([number, earlier]);
      expect(await found('seller=acme&limit=200')).toEqual(expect.arrayContaining([number, earlier]));
      expect((await actAs(acme, number, 'refund', { refund_reason: 'not_as_described' })).body.code).toBe(
        'role_not_allowed',
      );
      await act(number, 'refund', { amount: '4.00', refund_reason: 'not_as_described', note: 'a lid' });
      const order = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(order).toMatchObject({ status: 'completed', payment_status: 'partially_refunded' });
      expect(await mailAbout(system, number, /^Your refund/)).toContain('$4.00');
    },
  );
});
