import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { type Stage, scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const policy = { returns: { label: 'store' as const } };
  await putStore(system.database.db, { code: 'pays', name: 'pays', supportEmail: 'help@example.com', policy });
});
afterAll(() => system.stop());

const { act, resolve, openException } = deskOf(() => system);
const MAIL = /^You can send items/;
const ASKED = { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' };
const AS_BUYER = { 'x-acting-for': 'customer' };
const untilLabelled = (number: string) =>
  untilOrder(system, number, ({ returns }) => returns[0]?.labels[0] !== undefined);
/** A return of goods that came, approved, with its label. */
async function labelled(place: Stage['place']): Promise<string> {
  const number = await place({ store: 'pays', payment: { method: 'cod' } });
  await deliver(system, number);
  await act(number, 'request_return', ASKED);
  await untilLabelled(number);
  return number;
}
const labelsOf = async ({ returns: [back] }: OrderView) =>
  (await system.control.ledger()).labels.filter(({ metadata }) => metadata === back?.id);

describe('a store that pays the way back', () => {
  scenario(
    () => system,
    'buys a label when the return is approved, mails it once, and follows the parcel until a person receives it',
    async ({ place }) => {
      const number = await place({ store: 'pays' });
      await deliver(system, number);
      await act(number, 'request_return', ASKED, AS_BUYER);
      expect((await getOrder(system, number)).returns[0]?.labels).toEqual([]);
      expect((await act(number, 'approve_return', {})).status).toBe(200);
      const order = await untilLabelled(number);
      const label = order.returns[0]?.labels[0];
      expect(label).toMatchObject({ carrier: 'USPS', currency: 'USD', progress: 'unused' });
      expect(Number(label?.cost)).toBeGreaterThan(0);
      const mail = await mailAbout(system, number, MAIL);
      expect(mail).toContain(`Print the label: ${label?.url}`);
      expect(mail).toContain(label?.tracking_number);
      expect(mail).not.toContain('Send back to');
      const key = await system.makeKey('customer', ['orders:read']);
      const seen = (await system.call('GET', `/v1/orders/${number}`, { key })).body as OrderView;
      expect(seen.returns[0]?.labels[0]?.url).toBe(label?.url);
      const tracking = label?.tracking_number ?? '';
      const isAt = (progress: string) => (one: OrderView) => one.returns[0]?.labels[0]?.progress === progress;
      await system.control.advanceParcel(tracking, 'TRANSIT');
      expect(await untilOrder(system, number, isAt('on_its_way'))).toMatchObject({
        waiting_for: 'the goods to come back',
      });
      await system.control.advanceParcel(tracking, 'DELIVERED');
      const arrived = await untilOrder(system, number, isAt('arrived'));
      const told = arrived.timeline.filter(({ type }) => type.startsWith('return_'));
      expect(told.map(({ type, actor }) => `${type} ${actor.role}`)).toEqual([
        'return_requested customer',
        'return_approved owner',
        'return_label_bought system',
        'return_shipped carrier',
        'return_arrived carrier',
      ]);
      // That the parcel is at the door says nothing of what is in it.
      expect(arrived.returns[0]).toMatchObject({ status: 'approved', received: [] });
      expect((await act(number, 'receive_return', {})).body.returns[0].status).toBe('received');
      await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(await labelsOf(arrived)).toHaveLength(1);
      await mailAbout(system, number, MAIL);
    },
    { events: 97 },
  );

  scenario(
    () => system,
    'asks the carrier where the goods are when no event comes',
    async ({ place }) => {
      const number = await place({ store: 'pays', payment: { method: 'cod' } });
      await deliver(system, number);
      await act(number, 'request_return', ASKED);
      const tracking = (await untilLabelled(number)).returns[0]?.labels[0]?.tracking_number ?? '';
      await system.control.webhookMode('drop');
      try {
        await system.control.advanceParcel(tracking, 'DELIVERED');
        expect((await getOrder(system, number)).returns[0]?.labels[0]?.progress).toBe('unused');
        await sql`update order_return set updated_at = now() - interval '7 hours' where order_number = ${number}`.execute(
          system.database.db,
        );
        await untilOrder(system, number, ({ returns }) => returns[0]?.labels[0]?.progress === 'arrived');
      } finally {
        await system.control.webhookMode('normal');
      }
    },
  );

  scenario(
    () => system,
    'whose answer to the purchase is lost takes over the label that was bought',
    async ({ place }) => {
      const number = await place({ store: 'pays', payment: { method: 'cod' } });
      await deliver(system, number);
      await system.control.fault({
        service: 'shippo',
        route: 'POST /transactions',
        kind: 'timeout_after_effect',
        count: 1,
      });
      await act(number, 'request_return', ASKED);
      const order = await untilLabelled(number);
      const labels = await labelsOf(order);
      expect(labels.map(({ tracking_number: tracking }) => tracking)).toEqual([
        order.returns[0]?.labels[0]?.tracking_number,
      ]);
    },
  );

  scenario(
    () => system,
    'whose carrier refuses the label asks a person: again, and it is bought; the buyer hears of it once',
    async ({ place }) => {
      const number = await place({ store: 'pays', payment: { method: 'cod' } });
      await deliver(system, number);
      await system.control.fault({
        service: 'shippo',
        route: 'POST /transactions',
        kind: 'error',
        status: 201,
        count: 1,
      });
      await act(number, 'request_return', ASKED);
      const id = await openException(number, 'return_label_failed');
      const { body } = await system.call('GET', `/v1/exceptions/${encodeURIComponent(id)}`);
      expect(body).toMatchObject({ resolutions: ['retry', 'close'], context: { tried: 'buy_return_label' } });
      const waiting = await getOrder(system, number);
      expect(waiting.timeline.map(({ type }) => type)).toContain('return_approved');
      expect((await resolve(id, { resolution: 'retry' })).status).toBe(200);
      const order = await untilLabelled(number);
      expect(await labelsOf(order)).toHaveLength(1);
      expect(await mailAbout(system, number, MAIL)).toContain(order.returns[0]?.labels[0]?.url);
    },
  );

  scenario(
    () => system,
    'buys none of a carrier that brings nothing back: closed, the buyer sends it at their own cost',
    async ({ place }) => {
      const number = await place({ store: 'pays', payment: { method: 'cod' } });
      await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      await act(number, 'ship', { carrier: 'DHL Express', tracking_number: 'JD0146000077' });
      await act(number, 'mark_delivered', { evidence: 'signed' });
      await act(number, 'request_return', ASKED);
      const id = await openException(number, 'return_label_failed');
      const { exceptions } = await getOrder(system, number);
      expect(exceptions.at(-1)?.summary).toBe('DHL Express, who brought the goods, offers no return label.');
      await resolve(id, { resolution: 'close' });
      const mail = await mailAbout(system, number, MAIL);
      expect(mail).toMatch(/Send back to\n.+\n.+\n/);
      expect(mail).not.toContain('Print the label');
      const order = await untilOrder(system, number, ({ waiting_for: waits }) => waits === 'the goods to come back');
      expect(order.returns[0]).toMatchObject({ status: 'approved', labels: [] });
      expect(await labelsOf(order)).toEqual([]);
    },
  );

  scenario(
    () => system,
    'gives a label back with which nothing came: the goods are here in another way',
    async ({ place }) => {
      const number = await labelled(place);
      expect((await act(number, 'receive_return', { refund: false })).status).toBe(200);
      const order = await untilOrder(system, number, ({ returns }) => returns[0]?.labels[0]?.voided === true);
      expect(order.returns[0]?.labels[0]).toMatchObject({ progress: 'unused', refund_refused: false });
      expect(order.timeline.map(({ type }) => type)).toContain('return_label_voided');
      expect(order.exceptions).toEqual([]);
      await system.control.settle();
      expect((await labelsOf(order)).map(({ status }) => status)).toEqual(['REFUNDED']);
    },
  );

  scenario(
    () => system,
    'takes an approval back before anything was sent, and its label with it',
    async ({ place }) => {
      const number = await labelled(place);
      const withdrawn = await act(number, 'approve_return', { approve: false, note: 'You may keep it.' });
      expect(withdrawn.body.returns[0].status).toBe('refused');
      await untilOrder(system, number, ({ returns }) => returns[0]?.labels[0]?.voided === true);
      const { id } = withdrawn.body.returns[0];
      const again = await act(number, 'approve_return', { return: id, approve: false, note: 'again' });
      expect(again).toMatchObject({ status: 409, body: { code: 'return_already_decided' } });
      expect(await mailAbout(system, number, /^We cannot take back items/)).toContain('You may keep it.');
    },
  );

  scenario(
    () => system,
    'keeps a label that was used, also when no event told of it',
    async ({ place }) => {
      const number = await labelled(place);
      const label = (await getOrder(system, number)).returns[0]?.labels[0];
      await system.control.webhookMode('drop');
      try {
        await system.control.advanceParcel(label?.tracking_number ?? '', 'TRANSIT');
        expect((await act(number, 'receive_return', { refund: false })).status).toBe(200);
        const order = await untilOrder(
          system,
          number,
          ({ returns }) => returns[0]?.labels[0]?.progress === 'on_its_way',
        );
        expect(order.returns[0]?.labels[0]?.voided).toBe(false);
        expect((await labelsOf(order)).map(({ status }) => status)).toEqual(['SUCCESS']);
      } finally {
        await system.control.webhookMode('normal');
      }
    },
  );

  for (const [how, status, said] of [
    ['answers ERROR', 201, /^The carrier answers ERROR/],
    ['does not take the question', 400, /^Shippo refused \(400\)/],
  ] as const)
    scenario(
      () => system,
      `whose carrier does not pay the label back notes it and goes on: it ${how}`,
      async ({ place }) => {
        const number = await labelled(place);
        await system.control.fault({ service: 'shippo', route: 'POST /refunds', kind: 'error', status, count: 1 });
        await act(number, 'receive_return', { refund: false });
        const order = await untilOrder(system, number, ({ returns }) => returns[0]?.labels[0]?.voided === true);
        expect(order.returns[0]?.labels[0]).toMatchObject({ refund_refused: true, progress: 'unused' });
        const told = order.timeline.find(({ type }) => type === 'return_label_voided');
        expect(told?.reason).toMatch(said);
        expect(order.exceptions).toEqual([]);
      },
    );

  scenario(
    () => system,
    'buys a label for each place the goods of one return came from, and offers all of them',
    async ({ place }) => {
      const number = await place({
        store: 'pays',
        payment: { method: 'cod' },
        items: [
          { sku: 'TEE', quantity: 1, unit_price: '29.99' },
          { sku: 'RARE', quantity: 1, unit_price: '99.00' },
        ],
        total: '133.99',
      });
      await deliver(system, number);
      const lines = [1, 2].map((line) => ({ line, quantity: 1 }));
      // The workflow may hear of the second delivery a moment after the record has it.
      await eventually(
        () => act(number, 'request_return', { lines, return_reason: 'damaged' }),
        ({ status }) => status === 200,
      );
      const order = await untilOrder(system, number, ({ returns }) => returns[0]?.labels.length === 2);
      const labels = order.returns[0]?.labels ?? [];
      expect(new Set(labels.map(({ location }) => location))).toEqual(new Set(['EAST', 'WEST']));
      expect(new Set(labels.flatMap((label) => label.lines.map(({ line }) => line)))).toEqual(new Set([1, 2]));
      expect(await labelsOf(order)).toHaveLength(2);
      const mail = await mailAbout(system, number, MAIL);
      for (const { url, tracking_number: tracking } of labels) {
        expect(mail).toContain(`: ${url}`);
        expect(mail).toContain(tracking);
      }
      const key = await system.makeKey('customer', ['orders:read']);
      const seen = (await system.call('GET', `/v1/orders/${number}`, { key })).body as OrderView;
      expect(seen.returns[0]?.labels.map(({ url }) => url)).toEqual(labels.map(({ url }) => url));
      const [first, second] = labels;
      await system.control.webhookMode('drop');
      try {
        await system.control.advanceParcel(second?.tracking_number ?? '', 'TRANSIT');
        await sql`update order_return set updated_at = now() - interval '7 hours' where order_number = ${number}`.execute(
          system.database.db,
        );
        await untilOrder(system, number, ({ returns }) => returns[0]?.labels[1]?.progress === 'on_its_way');
      } finally {
        await system.control.webhookMode('normal');
      }
      await system.control.advanceParcel(second?.tracking_number ?? '', 'DELIVERED');
      await untilOrder(system, number, ({ returns }) => returns[0]?.labels[1]?.progress === 'arrived');
      await act(number, 'receive_return', { received: [{ line: second?.lines[0]?.line, quantity: 1, restock: true }] });
      const after = await untilOrder(system, number, ({ returns }) => returns[0]?.labels[0]?.voided === true);
      expect(after.returns[0]?.labels.map(({ voided }) => voided)).toEqual([true, false]);
      expect(after.returns[0]?.labels[0]?.tracking_number).toBe(first?.tracking_number);
    },
  );
});
