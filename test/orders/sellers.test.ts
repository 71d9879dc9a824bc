import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
let acme: string;
let bolt: string;
let buyer: string;
beforeAll(async () => {
  system = await startSystem();
  acme = await system.makeKey('seller', ['*'], 'acme');
  bolt = await system.makeKey('seller', ['*'], 'bolt');
  buyer = await system.makeKey('customer', ['orders:read']);
});
afterAll(() => system.stop());

const { act, resolve, openException } = deskOf(() => system);
const OF_TWO = {
  items: [
    { sku: 'MUG', quantity: 2, unit_price: '15.00', seller: 'acme' },
    { sku: 'TEE', quantity: 1, unit_price: '29.99', seller: 'bolt' },
  ],
  total: '64.99',
};
const isPacked = ({ fulfilments }: OrderView): boolean =>
  fulfilments.length > 0 && fulfilments.every(({ status }) => status === 'labelled');
const ask = (number: string, body: object, key = acme) =>
  system.call('POST', `/v1/orders/${number}/actions/request_cancellation`, { body, key });
const seenBy = async (key: string, number: string): Promise<OrderView> =>
  (await system.call('GET', `/v1/orders/${number}`, { key })).body;
const entries = ({ timeline }: OrderView) =>
  timeline.filter(({ type }) => type.startsWith('cancellation_')).map(({ type, reason }) => [type, reason]);

describe('a seller', () => {
  scenario(
    () => system,
    'asks to cancel what they cannot send: the store cancels it, and the buyer is paid back',
    async ({ place }) => {
      const number = await place(OF_TWO);
      await untilOrder(system, number, isPacked);
      const asked = await ask(number, { reason: 'two have a crack' });
      expect(asked.status).toBe(200);
      expect(asked.body.refused_actions).toContainEqual(
        expect.objectContaining({ action: 'request_cancellation', code: 'cancellation_already_requested' }),
      );
      const id = await openException(number, 'cancellation_requested');
      const { body: exception } = await system.call('GET', `/v1/exceptions/${encodeURIComponent(id)}`);
      expect(exception).toMatchObject({
        severity: 'medium',
        resolutions: ['cancel_lines', 'close'],
        context: { seller: 'acme', lines: [{ line: 1, quantity: 2 }], reason: 'two have a crack' },
      });
      // Nobody else learns of the request: neither the other seller nor the buyer.
      for (const key of [bolt, buyer]) {
        const { timeline, exceptions, waiting_for: waits } = await seenBy(key, number);
        expect(timeline.length).toBeGreaterThan(1);
        expect(JSON.stringify([timeline, exceptions, waits])).not.toMatch(/cancellation|crack|acme/);
      }
      expect((await resolve(id, { resolution: 'cancel_lines', note: 'acme is known for it' })).status).toBe(200);
      const order = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(order).toMatchObject({ status: 'processing', payment_status: 'partially_refunded' });
      expect(order.refunds[0]).toMatchObject({ amount: '30.00', reason: 'cancelled' });
      expect(order.items.map(({ quantities }) => quantities.cancelled)).toEqual([2, 0]);
      const told = await seenBy(acme, number);
      expect(entries(told)).toEqual([
        ['cancellation_requested', 'two have a crack'],
        ['cancellation_decided', 'The store has cancelled the lines.'],
      ]);
      expect(JSON.stringify(told)).not.toContain('known for it');
      const mail = await mailAbout(system, number, /^Part of/);
      expect(mail).toContain('2 × $15.00');
      expect(mail).toContain('Reason: The seller cannot send it.');
      expect(mail).not.toMatch(/crack|known for it/);
    },
    { events: 86 },
  );

  scenario(
    () => system,
    'is told when the store declines, and may ask again; lines of others are refused as if there were none',
    async ({ place }) => {
      const number = await place({ ...OF_TWO, payment: { method: 'cod' } });
      await untilOrder(system, number, isPacked);
      const foreign = await ask(number, { reason: 'x', lines: [{ line: 2, quantity: 1 }] });
      const missing = await ask(number, { reason: 'x', lines: [{ line: 9, quantity: 1 }] });
      const answerOf = ({ status, body }: typeof foreign) => [status, body.code, body.detail.replace(/\d/, 'n')];
      expect(answerOf(foreign)).toEqual([422, 'line_not_found', 'The order has no line n.']);
      expect(answerOf(foreign)).toEqual(answerOf(missing));
      const one = { reason: 'one has a crack', lines: [{ line: 1, quantity: 1 }] };
      expect((await act(number, 'request_cancellation', one)).body.code).toBe('role_not_allowed');
      expect((await ask(number, { lines: one.lines })).body.errors).toMatchObject([{ field: 'reason' }]);
      expect((await ask(number, one)).status).toBe(200);
      expect(await ask(number, one)).toMatchObject({ status: 409, body: { code: 'cancellation_already_requested' } });
      const id = await openException(number, 'cancellation_requested');
      expect((await resolve(id, { resolution: 'cancel_order' })).body.code).toBe('resolution_not_allowed');
      await resolve(id, { resolution: 'close', note: 'there are more in the back' });
      expect(entries(await seenBy(acme, number)).at(-1)).toEqual([
        'cancellation_decided',
        'The store has closed the request.',
      ]);
      expect((await ask(number, { reason: 'none are left' })).status).toBe(200);
      await openException(number, 'cancellation_requested');
      await act(number, 'cancel', { reason: 'the seller has none', lines: [{ line: 1, quantity: 2 }] });
      const order = await untilOrder(system, number, ({ exceptions }) =>
        exceptions.every(({ status }) => status === 'resolved'),
      );
      expect(order.items[0]?.quantities.cancelled).toBe(2);
    },
  );

  scenario(
    () => system,
    'whose lines are all of the order ends it when the store agrees',
    async ({ place }) => {
      const number = await place({ items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }] });
      await untilOrder(system, number, isPacked);
      await ask(number, { reason: 'sold elsewhere' });
      const id = await openException(number, 'cancellation_requested');
      await resolve(id, { resolution: 'cancel_lines' });
      const order = await untilOrder(system, number, ({ payment_status: money }) => money === 'refunded');
      expect(order.status).toBe('cancelled');
      expect(await mailAbout(system, number, /cancelled$/)).toContain('Reason: The seller cannot send it.');
    },
  );
});
