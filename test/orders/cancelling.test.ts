import { afterAll, beforeAll, describe, expect } from 'vitest';
import { WAITS } from '../../src/domain/waits.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const desk = deskOf(() => system);
const cancel = (number: string, headers: Record<string, string> = {}) =>
  desk.act(number, 'cancel', { reason: 'changed my mind' }, headers);
const held = async (sku: string): Promise<number> =>
  (await system.call('GET', `/v1/inventory?sku=${sku}`)).body.data.reduce(
    (sum: number, level: { held: number }) => sum + level.held,
    0,
  );
const paymentOf = async (number: string) =>
  (await system.control.ledger()).payments.find((one) => one.metadata['order_number'] === number);

describe('cancelling before shipping', () => {
  scenario(
    () => system,
    'staff cancel a labelled order: stock, money and label go back',
    async ({ place }) => {
      const number = await place();
      await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      const { status, body } = await cancel(number);
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'cancelled', allowed_actions: ['add_note', 'send_message'] });
      const order = await untilOrder(
        system,
        number,
        (one) => one.payment_status === 'refunded' && one.fulfilments[0]?.label?.voided === true,
      );
      expect(order.items[0]?.quantities).toMatchObject({ reserved: 0, cancelled: 1 });
      expect(await held('MUG')).toBe(0);
      expect(await paymentOf(number)).toMatchObject({ captured: 2000, refunded: 2000 });
      const mails = await eventually(
        () => system.control.mails({ to: 'ada@example.com' }),
        (all) => all.length >= 2,
      );
      expect(mails.filter((mail) => mail.subject.includes(number))).toHaveLength(2);
    },
    { events: 58 },
  );

  scenario(
    () => system,
    'whose label the carrier does not pay back is cancelled all the same, and says so',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      await system.control.fault({ service: 'shippo', route: 'POST /refunds', kind: 'error', status: 201, count: 1 });
      expect((await cancel(number)).status).toBe(200);
      const order = await untilOrder(system, number, (one) => one.fulfilments[0]?.label?.voided === true);
      expect(order.fulfilments[0]?.label).toMatchObject({ refund_refused: true });
      expect(order.timeline.find(({ type }) => type === 'label_voided')?.reason).toMatch(/^The carrier answers ERROR/);
      expect(order).toMatchObject({ status: 'cancelled', exceptions: [], waiting_for: WAITS.late_events });
    },
  );

  scenario(
    () => system,
    'the buyer cancels through the shop',
    async ({ place }) => {
      const number = await place({ payment: { method: 'cod' } });
      const { status, body } = await cancel(number, { 'x-acting-for': 'customer' });
      expect(status).toBe(200);
      // A label that was being bought at the same moment may stand behind it.
      const cancelled = body.timeline.find(({ type }: { type: string }) => type === 'order_cancelled');
      expect(cancelled).toMatchObject({
        actor: { role: 'customer' },
        reason: 'changed my mind',
      });
    },
  );

  scenario(
    () => system,
    'an order with the carrier cannot be cancelled',
    async ({ place }) => {
      const number = await place();
      const labelled = await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
      await system.control.advanceParcel(labelled.fulfilments[0]?.tracking_number ?? '', 'TRANSIT');
      const shipped = await untilOrder(system, number, (order) => order.status === 'shipped');
      expect(shipped.allowed_actions).not.toContain('cancel');
      expect(await cancel(number)).toMatchObject({
        status: 409,
        body: { code: 'wrong_status', status_now: 'shipped' },
      });
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'two people cancel at once: one wins, the other is told',
    async ({ place }) => {
      const number = await place({ payment: { method: 'bank_transfer' } });
      const answers = await Promise.all([cancel(number), cancel(number), cancel(number)]);
      expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
      const order = await getOrder(system, number);
      expect(order.timeline.filter((entry) => entry.type === 'order_cancelled')).toHaveLength(1);
    },
  );

  scenario(
    () => system,
    'cancelling races with capture and label: the money always comes back',
    async ({ place }) => {
      for (let round = 0; round < 8; round += 1) {
        const number = await place();
        // Each round a little later in the life of the order.
        await untilOrder(system, number, (order) => order.version >= 1 + Math.min(round, 5));
        const { status } = await cancel(number);
        expect(status).toBe(200);
        const order = await untilOrder(system, number, (one) => one.waiting_for.startsWith('nothing'));
        expect(order.status).toBe('cancelled');
        expect(['voided', 'refunded', 'pending']).toContain(order.payment_status);
        const payment = await paymentOf(number);
        expect((payment?.captured ?? 0) - (payment?.refunded ?? 0)).toBe(0);
        expect(order.fulfilments.every((one) => one.label === null || one.label.voided)).toBe(true);
      }
      expect(await held('MUG')).toBe(0);
    },
  );

  scenario(
    () => system,
    'a bank transfer is given back by hand',
    async ({ place }) => {
      const number = await place({
        payment: { method: 'bank_transfer' },
        items: [{ sku: 'RARE', quantity: 2, unit_price: '99.00' }],
        total: '203.00',
      });
      const confirmed = await desk.act(number, 'confirm', { payment_reference: 'TRX 9' });
      expect(confirmed.body.exceptions[0]).toMatchObject({ kind: 'stock_out', status: 'open' });
      expect((await cancel(number)).status).toBe(200);
      const due = await untilOrder(system, number, (order) =>
        order.exceptions.some((one) => one.kind === 'refund_due'),
      );
      expect(due).toMatchObject({ status: 'cancelled', payment_status: 'paid' });
      const id = due.exceptions.find((one) => one.kind === 'refund_due')?.id;
      const { body } = await system.call('POST', `/v1/exceptions/${id}/resolve`, {
        body: { resolution: 'refunded_by_hand', note: 'sent back on Monday' },
      });
      expect(body.order).toMatchObject({ status: 'cancelled', payment_status: 'refunded' });
    },
  );
});
