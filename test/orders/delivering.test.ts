import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { type Stage, scenario } from '../setup/scenario.ts';
import { eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/** What people record of deliveries: some units of a line, and what the buyer needs to use them. */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { act } = deskOf(() => system);
const deliver = (number: string, body: object) => act(number, 'mark_delivered', body);
const units = (line: number, quantity: number) => ({ lines: [{ line, quantity }] });
const isLabelled = ({ fulfilments }: OrderView): boolean => fulfilments.some(({ status }) => status === 'labelled');

const OF_SERVICES = { items: [{ sku: 'SETUP', quantity: 2, unit_price: '50.00' }], total: '105.00' };
const OF_BOTH = {
  items: [
    { sku: 'MUG', quantity: 2, unit_price: '15.00' },
    { sku: 'GAME', quantity: 2, unit_price: '19.99' },
  ],
  total: '74.98',
};
/** An order of two services, to be delivered by hand. */
async function services(place: Stage['place']): Promise<string> {
  const number = await place(OF_SERVICES);
  await untilOrder(system, number, ({ fulfilments }) => fulfilments.length === 1);
  return number;
}
/** Two mugs on their way, and their tracking number. */
async function onItsWay(place: Stage['place']): Promise<[number: string, tracking: string]> {
  const number = await place({ items: [{ sku: 'MUG', quantity: 2, unit_price: '15.00' }], total: '35.00' });
  const { fulfilments } = await untilOrder(system, number, isLabelled);
  const tracking = fulfilments[0]?.tracking_number ?? '';
  await system.control.advanceParcel(tracking, 'TRANSIT');
  await untilOrder(system, number, ({ status }) => status === 'shipped');
  return [number, tracking];
}

describe('units of a line', () => {
  scenario(
    () => system,
    'are delivered one by one, and the order is when all are',
    async ({ place }) => {
      const number = await services(place);
      const first = await deliver(number, { ...units(1, 1), evidence: 'set up at the office' });
      expect(first).toMatchObject({ status: 200, body: { status: 'processing' } });
      expect(first.body.items[0]).toMatchObject({ delivery_status: 'pending', quantities: { delivered: 1 } });
      expect(first.body.fulfilments[0]).toMatchObject({ status: 'pending', delivered: [{ line: 1, quantity: 1 }] });
      expect(first.body.timeline.at(-1)).toMatchObject({ type: 'units_delivered', reason: 'set up at the office' });

      expect((await deliver(number, units(1, 2))).body).toMatchObject({
        code: 'units_exceeded',
        detail: 'Of line 1 1 are still to be delivered.',
      });
      expect(await deliver(number, units(9, 1))).toMatchObject({ status: 422, body: { code: 'line_not_found' } });
      expect((await act(number, 'cancel', { reason: 'too late' })).body.code).toBe('already_shipped');
      expect((await act(number, 'complete', {})).body.code).toBe('wrong_status');

      const second = await deliver(number, units(1, 1));
      expect(second.body).toMatchObject({ status: 'completed', items: [{ delivery_status: 'delivered' }] });
      expect(second.body.fulfilments[0]).toMatchObject({ status: 'delivered', delivered: [{ line: 1, quantity: 2 }] });
      expect(await deliver(number, units(1, 1))).toMatchObject({ status: 409 });
      await mailAbout(system, number, /has been delivered$/);
    },
    { events: 44 },
  );

  scenario(
    () => system,
    'that are delivered stay so when the others are cancelled',
    async ({ place }) => {
      const number = await services(place);
      await deliver(number, units(1, 1));
      expect((await act(number, 'cancel', { reason: 'no time', ...units(1, 2) })).body.code).toBe('units_exceeded');
      const { body } = await act(number, 'cancel', { reason: 'no time', ...units(1, 1) });
      expect(body).toMatchObject({ status: 'completed', items: [{ quantities: { delivered: 1, cancelled: 1 } }] });
      expect(body.fulfilments[0]).toMatchObject({ status: 'delivered', lines: [{ line: 1, quantity: 1 }] });
      const { refunds } = await untilOrder(system, number, (order) => order.refunds[0]?.status === 'succeeded');
      expect(refunds[0]?.amount).toBe('50.00');
    },
  );

  scenario(
    () => system,
    'of a parcel are recorded once it has left, and the carrier delivers the rest',
    async ({ place }) => {
      const number = await place({ items: [{ sku: 'MUG', quantity: 2, unit_price: '15.00' }], total: '35.00' });
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      expect((await deliver(number, units(1, 1))).body).toMatchObject({ status: 409, code: 'parcel_not_shipped' });
      const tracking = fulfilments[0]?.tracking_number ?? '';
      await system.control.advanceParcel(tracking, 'TRANSIT');
      await untilOrder(system, number, ({ status }) => status === 'shipped');
      const { body } = await deliver(number, { ...units(1, 1), evidence: 'one was in the outer box' });
      expect(body).toMatchObject({ status: 'shipped', items: [{ quantities: { shipped: 2, delivered: 1 } }] });
      await system.control.advanceParcel(tracking, 'DELIVERED');
      const order = await untilOrder(system, number, ({ status }) => status === 'completed');
      expect(order.items[0]).toMatchObject({ delivery_status: 'delivered', quantities: { delivered: 2 } });
    },
  );

  scenario(
    () => system,
    'that were delivered of a lost parcel are not sent again, and may be sent back',
    async ({ place }) => {
      const [number] = await onItsWay(place);
      await deliver(number, units(1, 1));
      expect((await act(number, 'reship', { reason: 'the box was open' })).status).toBe(200);
      const order = await untilOrder(system, number, ({ fulfilments }) => fulfilments[1]?.status === 'labelled');
      expect(order.fulfilments[1]?.lines).toEqual([{ line: 1, quantity: 1 }]);
      expect(await mailAbout(system, number, /sending your order .* again/)).toContain('1 × $15.00');
      for (const status of ['TRANSIT', 'DELIVERED'])
        await system.control.advanceParcel(order.fulfilments[1]?.tracking_number ?? '', status);
      await untilOrder(system, number, ({ status }) => status === 'completed');
      // The workflow may hear of the delivery a moment after the record has it.
      const back = await eventually(
        () => act(number, 'request_return', { ...units(1, 2), return_reason: 'damaged' }),
        ({ status }) => status === 200,
      );
      expect(back.body.returns[0]).toMatchObject({ status: 'approved', lines: [{ line: 1, quantity: 2 }] });
    },
  );

  scenario(
    () => system,
    'are delivered by their own seller, who learns nothing of the lines of others',
    async ({ place }) => {
      const number = await place({
        payment: { method: 'cod' },
        items: [
          { sku: 'SETUP', quantity: 2, unit_price: '50.00', seller: 'acme' },
          { sku: 'GAME', quantity: 1, unit_price: '19.99', seller: 'bolt' },
        ],
        total: '124.99',
      });
      const { fulfilments } = await untilOrder(system, number, (order) => order.fulfilments.length === 2);
      const acme = await system.makeKey('seller', ['*'], 'acme');
      const bolt = fulfilments.find(({ seller }) => seller === 'bolt')?.id ?? '';
      const by = (body: object) =>
        system.call('POST', `/v1/orders/${number}/actions/mark_delivered`, { body, key: acme });
      const [others, nobodys] = [await by(units(2, 1)), await by(units(9, 1))];
      expect(others).toMatchObject({ status: 422, body: { code: 'line_not_found' } });
      expect(others.body.detail.replace('2', '9')).toBe(nobodys.body.detail);
      expect((await by({ fulfilment: bolt })).body.code).toBe('fulfilment_not_found');
      expect((await by({ fulfilment: bolt, ...units(2, 1) })).body.code).toBe('fulfilment_not_found');
      const own = fulfilments.find(({ seller }) => seller === 'acme')?.id ?? '';
      expect((await by({ fulfilment: own, ...units(2, 1) })).body.detail).toBe(`${own} has no line 2.`);

      const seen = await by(units(1, 1));
      expect(seen).toMatchObject({ status: 200, body: { items: [{ line: 1, quantities: { delivered: 1 } }] } });
      expect(JSON.stringify(seen.body)).not.toContain('bolt');
      expect((await getOrder(system, number)).items[1]?.quantities.delivered).toBe(0);
    },
  );
});

const CODE = 'KT7Q-2M9X-SECRET';
const NOTES = 'Enter it under “Redeem”.\n\nThe password is tulip.';
const SECRETS = /KT7Q|tulip/;
const MAIL = /^What you need for your order/;

/** Everything the engine keeps of an order, decoded. */
async function historyOf(number: string): Promise<string> {
  const history = await system.temporal.client.workflow.getHandle(workflowIdOf(number)).fetchHistory();
  const story = historyToJSON(history);
  const payloads = [...story.matchAll(/"data": ?"([^"]+)"/g)];
  return [story, ...payloads.map(([, data = '']) => Buffer.from(data, 'base64').toString())].join('\n');
}

/** The tables of which a row has this text. */
async function tablesWith(text: string): Promise<string[]> {
  const { db } = system.database;
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
    db,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await sql`select 1 from ${sql.table(name)} t where t::text like ${`%${text}%`} limit 1`.execute(
        db,
      );
      return rows.length === 0 ? [] : [name];
    }),
  );
  return found.flat();
}

describe('a code', () => {
  scenario(
    () => system,
    'goes to the buyer by mail and on their page, and is nowhere but in its own table',
    async ({ place }) => {
      const number = await place(OF_BOTH);
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const prepared = await system.call('POST', `/v1/orders/${number}/proposals`, {
        body: { action: 'mark_delivered', fields: { ...units(2, 1), redemption_code: CODE }, reason: 'it is paid' },
      });
      expect(prepared).toMatchObject({ status: 422, body: { errors: [{ field: 'redemption_code' }] } });
      const body = { ...units(2, 1), redemption_code: CODE, delivery_notes: NOTES, note: 'code of batch 7' };
      const { status, body: order } = await deliver(number, body);
      expect(status).toBe(200);
      expect(order.fulfilments[1]).toMatchObject({ status: 'pending', has_instructions: true });
      expect(order.timeline.map(({ type }: { type: string }) => type)).toContain('note_added');

      const mail = await mailAbout(system, number, MAIL);
      expect(mail).toContain(`Code: ${CODE}`);
      expect(mail).toContain('Enter it under “Redeem”.');
      expect(mail).toContain('Product GAME');
      expect(mail).not.toContain('Product MUG');
      expect(mail).not.toContain('batch 7');

      expect(JSON.stringify(await getOrder(system, number))).not.toMatch(SECRETS);
      expect(await historyOf(number)).toContain('staged_instructions');
      expect(await historyOf(number)).not.toMatch(SECRETS);
      expect(await tablesWith(CODE)).toEqual(['delivery_instruction']);

      for (const status of ['TRANSIT', 'DELIVERED'])
        await system.control.advanceParcel(fulfilments[0]?.tracking_number ?? '', status);
      await untilOrder(system, number, ({ items }) => items[0]?.delivery_status === 'delivered');
      await deliver(number, { redemption_code: 'SECOND-CODE' });
      const last = await mailAbout(system, number, /has been delivered$/);
      expect(last).toContain(`Code (Product GAME): ${CODE}`);
      expect(last).toContain('Code (Product GAME): SECOND-CODE');
      await mailAbout(system, number, MAIL);
    },
  );

  scenario(
    () => system,
    'is read by the buyer and by those of the store who may, and by nobody else',
    async ({ place }) => {
      const number = await place({
        items: [{ sku: 'GAME', quantity: 1, unit_price: '19.99', seller: 'acme' }],
        total: '24.99',
      });
      await untilOrder(system, number, (order) => order.fulfilments.length === 1);
      const acme = await system.makeKey('seller', ['*'], 'acme');
      const path = `/v1/orders/${number}/delivery-instructions`;
      const given = await system.call('POST', `/v1/orders/${number}/actions/mark_delivered`, {
        body: { redemption_code: CODE },
        key: acme,
      });
      expect(given).toMatchObject({ status: 200, body: { status: 'completed' } });
      const { body: link } = await system.call('POST', `/v1/orders/${number}/links`, { body: {} });
      const may = [link.token, await system.makeKey('staff', ['orders:codes']), system.key];
      for (const key of may) {
        const { status, body, headers } = await system.call('GET', path, { key });
        expect(status).toBe(200);
        expect(body.data).toMatchObject([{ lines: [{ line: 1, quantity: 1 }], redemption_code: CODE, notes: null }]);
        expect(headers.get('cache-control')).toBe('no-store');
      }
      const staff = await system.makeKey('staff', ['orders:read', 'orders:act']);
      const agent = await system.makeKey('agent', ['*']);
      for (const [key, code] of [
        [staff, 'scope_missing'],
        [acme, 'role_not_allowed'],
        [agent, 'role_not_allowed'],
      ] as const)
        expect((await system.call('GET', path, { key })).body.code).toBe(code);
      for (const key of [...may, acme, agent])
        expect(JSON.stringify((await system.call('GET', `/v1/orders/${number}`, { key })).body)).not.toMatch(SECRETS);
      const missing = '/v1/orders/ORD-0000000000/delivery-instructions';
      expect((await system.call('GET', missing)).body.code).toBe('order_not_found');
    },
  );

  scenario(
    () => system,
    'is sent again when staff are asked to, with all codes and notes, once for each request',
    async ({ place }) => {
      const number = await place(OF_BOTH);
      await untilOrder(system, number, isLabelled);
      expect((await act(number, 'resend_instructions', {})).body.code).toBe('no_instructions');
      await deliver(number, { ...units(2, 1), redemption_code: CODE, delivery_notes: NOTES });
      await deliver(number, { ...units(2, 1), redemption_code: 'SECOND-CODE' });
      const mails = async () => {
        const all = await system.control.mails();
        return all.filter(({ subject }) => subject.includes(number) && MAIL.test(subject));
      };
      await eventually(mails, (some) => some.length === 2);
      const again = { idempotencyKey: `again-${number}`, body: {} };
      for (const replayed of [null, 'true']) {
        const answer = await system.call('POST', `/v1/orders/${number}/actions/resend_instructions`, again);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('idempotent-replayed')).toBe(replayed);
      }
      const sent = await eventually(mails, (some) => some.length === 3);
      const texts = await Promise.all(sent.map(async ({ id }) => (await system.control.mail(id)).text));
      const whole = texts.filter((text) => text.includes(CODE) && text.includes('SECOND-CODE'));
      expect(whole).toHaveLength(1);
      expect(whole[0]).toContain('The password is tulip.');
      expect(whole[0]).toContain('2 × $19.99');
      expect((await getOrder(system, number)).timeline.at(-1)?.type).toBe('instructions_resent');
      expect(await mails()).toHaveLength(3);
    },
  );
});
