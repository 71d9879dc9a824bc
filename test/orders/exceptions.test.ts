import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act, resolve, openException } = deskOf(() => system);
const BAD_ADDRESS = { ...orderRequest().shipping_address, postal_code: '00000' };

describe('the policy of the store', () => {
  scenario(
    () => system,
    'says how soon an exception is due and which mails are not sent',
    async ({ place }) => {
      const policy = { exception_due: { bad_address: 'PT90M' }, emails_left_out: ['confirmation', 'shipped'] };
      const store = { code: 'quiet', name: 'Quiet', supportEmail: 'help@example.com', policy };
      await putStore(system.database.db, store);
      const number = await place({ store: 'quiet', shipping_address: BAD_ADDRESS });
      const id = await openException(number, 'bad_address');
      const minutesUntilDue = async (): Promise<number> => {
        const { body } = await system.call('GET', `/v1/exceptions/${id}`);
        return (Date.parse(body.due_at) - Date.parse(body.opened_at)) / 60_000;
      };
      expect(await minutesUntilDue()).toBe(90);
      expect((await act(number, 'edit_address', { address: orderRequest().shipping_address })).status).toBe(200);
      await deliver(system, number);
      const { rows } = await sql<{ kind: string }>`select kind from email where order_number = ${number}`.execute(
        system.database.db,
      );
      expect(rows).toEqual([{ kind: 'delivered' }]);
    },
  );
});

describe('the policy of the store about labels', () => {
  scenario(
    () => system,
    'names the carriers and how long they may take, and the label is one of theirs',
    async ({ place }) => {
      const rate = { prefer: 'cheapest', max_days: { standard: 1 }, carriers: ['UPS'] };
      const store = { code: 'hasty', name: 'Hasty', supportEmail: 'help@example.com', policy: { rate } };
      await putStore(system.database.db, store);
      const number = await place({ store: 'hasty' });
      const { fulfilments } = await untilOrder(system, number, ({ fulfilments: [one] }) => one?.status === 'labelled');
      expect(fulfilments[0]).toMatchObject({
        carrier: expect.stringMatching(/^ups$/i),
        label: { service: expect.stringMatching(/next.day/i) },
      });
    },
  );
});

describe('what only a person can clear', () => {
  scenario(
    () => system,
    'stock is short, more arrives, retry confirms',
    async ({ place }) => {
      const number = await place({ items: [{ sku: 'RARE', quantity: 3, unit_price: '99.00' }], total: '302.00' });
      const id = await openException(number, 'stock_out');
      const listed = await system.call('GET', `/v1/exceptions?order=${number}`);
      expect(listed.body.data[0]).toMatchObject({
        id,
        kind: 'stock_out',
        context: { shortages: [{ sku: 'RARE', wanted: 3, available: 1 }] },
      });
      await system.call('POST', '/v1/inventory/adjustments', {
        body: { sku: 'RARE', location: 'EAST', kind: 'receipt', change: 2, reason: 'delivery' },
      });
      expect((await resolve(id, { resolution: 'retry' })).status).toBe(200);
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'stock is short: the order waits for it when a person decides so, or goes on without what is missing',
    async ({ place }) => {
      const product = { name: 'Scarce', price: '99.00', currency: 'USD', weight_g: 200 };
      expect((await system.call('PUT', '/v1/products/SCARCE', { body: product })).status).toBeLessThan(300);
      const one = { sku: 'SCARCE', location: 'EAST', kind: 'receipt', change: 1, reason: 'delivery' };
      expect((await system.call('POST', '/v1/inventory/adjustments', { body: one })).status).toBeLessThan(300);
      const short = { items: [{ sku: 'SCARCE', quantity: 3, unit_price: '99.00' }], total: '302.00' };
      const number = await place({ ...short, payment: { method: 'cod' } });
      const waits = await resolve(await openException(number, 'stock_out'), { resolution: 'backorder' });
      expect(waits.status).toBe(200);
      const waiting = await untilOrder(system, number, (order) => order.waiting.code === 'stock_arrival');
      expect(waiting.items[0]?.delivery_status).toBe('backordered');
      const other = await place({ ...short, payment: { method: 'cod' } });
      const cut = await resolve(await openException(other, 'stock_out'), { resolution: 'cancel_lines' });
      expect(cut.status).toBe(200);
      const rest = await untilOrder(system, other, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
      expect(rest.items[0]?.quantities).toMatchObject({ cancelled: 2, reserved: 1 });
    },
  );

  scenario(
    () => system,
    'a bad address is edited and the label is bought',
    async ({ place }) => {
      const number = await place({ shipping_address: BAD_ADDRESS });
      const id = await openException(number, 'bad_address');
      expect(id).toContain(number);
      const { status, body } = await act(number, 'edit_address', { address: orderRequest().shipping_address });
      expect(status).toBe(200);
      expect(body.shipping_address.postal_code).toBe('94105');
      expect(body.exceptions.find((one: { id: string }) => one.id === id)).toMatchObject({
        status: 'resolved',
        resolution: 'edit_address',
      });
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'a bad address is resolved from the queue with the new address',
    async ({ place }) => {
      const number = await place({ shipping_address: BAD_ADDRESS });
      const id = await openException(number, 'bad_address');
      const without = await resolve(id, { resolution: 'edit_address' });
      expect(without).toMatchObject({ status: 422, body: { code: 'invalid_fields' } });
      expect((await resolve(id, { resolution: 'edit_address', address: orderRequest().shipping_address })).status).toBe(
        200,
      );
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'no label can be bought: shipped with a label of our own',
    async ({ place }) => {
      await system.control.fault({ service: 'shippo', route: 'POST /shipments', kind: 'error', status: 400, count: 1 });
      const number = await place();
      await openException(number, 'label_failed');
      const { status, body } = await act(number, 'ship', { carrier: 'usps', tracking_number: 'OWN12345678' });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'shipped',
        fulfilments: [{ status: 'shipped', tracking_number: 'OWN12345678' }],
      });
      expect(body.exceptions[0]).toMatchObject({ kind: 'label_failed', status: 'resolved', resolution: 'ship' });
      // The carrier was asked to tell us of it.
      await untilOrder(system, number, (order) => order.timeline.some((entry) => entry.type === 'parcel_followed'));
      expect((await act(number, 'mark_delivered', { evidence: 'signed by the buyer' })).body.status).toBe('completed');
    },
  );

  scenario(
    () => system,
    'no label can be bought: retry buys it',
    async ({ place }) => {
      await system.control.fault({
        service: 'shippo',
        route: 'POST /transactions',
        kind: 'error',
        status: 400,
        count: 1,
      });
      const number = await place();
      const id = await openException(number, 'label_failed');
      expect((await resolve(id, { resolution: 'retry' })).status).toBe(200);
      const order = await deliver(system, number);
      const labels = (await system.control.ledger()).labels.filter(
        (label) => label.metadata === order.fulfilments[0]?.id,
      );
      expect(labels).toHaveLength(1);
    },
  );

  scenario(
    () => system,
    'the answer of the label purchase is lost: the bought label is adopted',
    async ({ place }) => {
      await system.control.fault({
        service: 'shippo',
        route: 'POST /transactions',
        kind: 'timeout_after_effect',
        count: 1,
      });
      const number = await place();
      const order = await deliver(system, number);
      const labels = (await system.control.ledger()).labels.filter(
        (label) => label.metadata === order.fulfilments[0]?.id,
      );
      expect(labels).toHaveLength(1);
      expect(labels[0]?.tracking_number).toBe(order.fulfilments[0]?.tracking_number);
    },
  );

  scenario(
    () => system,
    'a parcel fails to be delivered and arrives after all',
    async ({ place }) => {
      const number = await place();
      const labelled = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      const tracking = labelled.fulfilments[0]?.tracking_number ?? '';
      await system.control.advanceParcel(tracking, 'TRANSIT');
      await system.control.advanceParcel(tracking, 'FAILURE');
      const id = await openException(number, 'delivery_failed');
      expect(
        (await resolve(id, { resolution: 'mark_delivered', evidence: 'the neighbour has it' })).body.order.status,
      ).toBe('completed');
    },
  );

  scenario(
    () => system,
    'an unknown word of the carrier changes nothing',
    async ({ place }) => {
      const number = await place();
      const labelled = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      await system.control.advanceParcel(labelled.fulfilments[0]?.tracking_number ?? '', 'TELEPORTED');
      await system.control.webhooksDelivered();
      const order = await deliver(system, number);
      expect(order.exceptions).toEqual([]);
    },
  );
});
