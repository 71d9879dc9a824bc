import { afterAll, beforeAll, describe, expect } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { deskOf } from '../setup/desk.ts';
import { mailAbout } from '../setup/mails.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, eventually, getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
  const stores = {
    calls: { confirmation: 'call', calls: { attempts_at_most: 2, retry_after: 'PT30M' } },
    waits: { shortage: 'backorder', backorder_promise: 'P7D' },
    bounded: { shortage: 'backorder', backorder_at_most: 3 },
    'cuts-lines': { shortage: 'cancel_line' },
    'cuts-orders': { shortage: 'cancel_order' },
    market: { acknowledge_within: 'P2D' },
    wary: { fraud: { review_from: 30, first_order_over_minor: 1000 } },
  };
  for (const [code, policy] of Object.entries(stores))
    await putStore(system.database.db, { code, name: code, supportEmail: 'help@example.com', policy });
});
afterAll(() => system.stop());

const { act, resolve, openException, untilException } = deskOf(() => system);
const held = async (sku: string): Promise<number> =>
  (await system.call('GET', `/v1/inventory?sku=${sku}`)).body.data.reduce(
    (sum: number, level: { held: number }) => sum + level.held,
    0,
  );
const levelOf = async (location: string): Promise<{ on_hand: number; held: number }> => {
  const { body } = await system.call('GET', `/v1/inventory?sku=MUG&location=${location}`);
  const { on_hand, held: promised } = body.data[0];
  return { on_hand, held: promised };
};
const isLabelled = ({ fulfilments }: Awaited<ReturnType<typeof getOrder>>): boolean =>
  fulfilments.length > 0 && fulfilments.every(({ status }) => status !== 'pending');
/** What a buyer can read of what happened. */
const toldToBuyer = async (number: string): Promise<string> => {
  const key = await system.makeKey('customer', ['orders:read']);
  const { status, body } = await system.call('GET', `/v1/orders/${number}`, { key });
  expect(status).toBe(200);
  expect(body.timeline.length).toBeGreaterThan(1);
  return JSON.stringify([body.timeline, body.exceptions, body.refunds, body.calls, body.payments]);
};
const types = async (number: string): Promise<string[]> =>
  (await getOrder(system, number)).timeline.map(({ type }) => type);
const inCallStore = { store: 'calls', payment: { method: 'cod' } };

describe('a call-confirm store', () => {
  scenario(
    () => system,
    'takes no stock until the buyer has said yes on the telephone',
    async ({ place }) => {
      const before = await held('MUG');
      const number = await place(inCallStore);
      expect(await getOrder(system, number)).toMatchObject({
        status: 'pending',
        waiting_for: 'staff to call the buyer',
      });
      expect(await held('MUG')).toBe(before);
      const { status, body } = await act(number, 'log_call', { outcome: 'confirmed', note: 'will be at home' });
      expect(status).toBe(200);
      expect(body.calls).toMatchObject({ attempts: 1, last_outcome: 'confirmed', next_at: null });
      await untilOrder(system, number, isLabelled);
      expect(await held('MUG')).toBe(before + 1);
      await act(number, 'cancel', { reason: 'the buyer called back' });
      await eventually(
        () => held('MUG'),
        (units) => units === before,
      );
    },
    { events: 40 },
  );

  scenario(
    () => system,
    'lists the calls that are due first, and counts the attempts',
    async ({ place }) => {
      const numbers = [await place(inCallStore), await place(inCallStore)];
      const [first = '', second = ''] = numbers;
      expect((await act(first, 'log_call', { outcome: 'no_answer' })).body.calls.attempts).toBe(1);
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
      expect((await act(second, 'log_call', { outcome: 'postponed', until: tomorrow })).body.calls.next_at).toBe(
        tomorrow,
      );
      const list = async (query: string) =>
        (await system.call('GET', `/v1/calls?store=calls&limit=200${query}`)).body.data.filter(
          (one: { order: string }) => numbers.includes(one.order),
        );
      expect((await list('')).map((one: { order: string }) => one.order)).toEqual([first, second]);
      expect(await list('&due=true')).toEqual([]);
      const [{ version }] = await list('');
      const late = await act(first, 'log_call', { outcome: 'busy', expected_version: version - 1 });
      expect([late.status, late.body.code]).toEqual([409, 'version_conflict']);
      expect((await act(first, 'log_call', { outcome: 'busy', expected_version: version })).body.calls).toMatchObject({
        attempts: 2,
        next_at: null,
      });
      expect(await list('')).toHaveLength(1);
    },
  );

  scenario(
    () => system,
    'ends an order that a call shows to be fake',
    async ({ place }) => {
      const number = await place(inCallStore);
      const { body } = await act(number, 'log_call', { outcome: 'fake', note: 'nobody of that name' });
      expect(body).toMatchObject({ status: 'cancelled' });
      expect(await types(number)).toEqual(['order_placed', 'call_logged', 'order_cancelled']);
      expect(await toldToBuyer(number)).not.toMatch(/fake|nobody of that name/);
      expect(await mailAbout(system, number, /cancelled$/)).toContain('Reason: We could not confirm the order.');
    },
  );

  scenario(
    () => system,
    'refuses a postponed call without a time, and a call about an order that needs none',
    async ({ place }) => {
      const number = await place(inCallStore);
      expect((await act(number, 'log_call', { outcome: 'postponed' })).body.code).toBe('time_required');
      const past = await act(number, 'log_call', { outcome: 'postponed', until: '2020-01-01T00:00:00Z' });
      expect(past.body).toMatchObject({ code: 'invalid_fields', errors: [{ field: 'until' }] });
      await act(number, 'confirm', {});
      const confirmed = await act(number, 'log_call', { outcome: 'busy' });
      expect(confirmed.status).toBe(409);
    },
  );
});

describe('the fraud review', () => {
  const wary = (email: string) => ({ store: 'wary', customer: { name: 'Ada Lovelace', email } });

  scenario(
    () => system,
    'holds an order back, and nothing is captured or packed until it is approved',
    async ({ place }) => {
      const number = await place(wary('first@example.com'));
      const order = await untilException(number, 'fraud');
      expect(order).toMatchObject({ status: 'pending', payment_status: 'authorized', fulfilments: [] });
      expect(order.fraud_review).toMatchObject({ status: 'due', score: 40 });
      expect(order.fraud_review?.reasons[0]).toContain('first order');
      expect((await act(number, 'approve', { note: 'known from the fair' })).status).toBe(200);
      expect((await deliver(system, number)).fraud_review?.status).toBe('approved');
      expect((await act(number, 'approve', {})).body.code).toBe('wrong_status');
    },
  );

  scenario(
    () => system,
    'rejects an order: it is cancelled and the card is released',
    async ({ place }) => {
      const number = await place(wary('someone@mailinator.com'));
      const exception = await openException(number, 'fraud');
      const { status } = await resolve(exception, { resolution: 'reject', note: 'a stolen card' });
      expect(status).toBe(200);
      const order = await untilOrder(
        system,
        number,
        (one) => one.status === 'cancelled' && one.payment_status === 'voided',
      );
      expect(JSON.stringify(order.timeline)).toContain('a stolen card');
      const told = await toldToBuyer(number);
      expect(told).toContain('We could not accept the order.');
      expect(told).not.toMatch(/fraud|stolen|throw away|review|reject/i);
      const mail = await mailAbout(system, number, /cancelled$/);
      expect(mail).toContain('Reason: We could not accept the order.');
      expect(mail).not.toMatch(/fraud|stolen/);
    },
  );
});

describe('hold and release', () => {
  scenario(
    () => system,
    'an order on hold is not packed until it is released',
    async ({ place }) => {
      const number = await place({ payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' } });
      expect((await act(number, 'release', {})).body.code).toBe('not_on_hold');
      const { body } = await act(number, 'hold', { reason: 'the buyer asked to wait' });
      expect(body).toMatchObject({ hold: { reason: 'the buyer asked to wait' } });
      expect((await act(number, 'hold', { reason: 'again' })).body.code).toBe('already_on_hold');
      const { payments } = await untilOrder(system, number, (order) => order.payments[0]?.reference != null);
      await system.control.authenticate(payments[0]?.reference ?? '', true);
      const paid = await untilOrder(system, number, (order) => order.payment_status === 'authorized');
      expect(paid).toMatchObject({ status: 'pending', waiting_for: 'staff to release the order' });
      await act(number, 'release', {});
      expect((await deliver(system, number)).status).toBe('completed');
    },
  );
});

describe('lines', () => {
  const three = { items: [{ sku: 'MUG', quantity: 3, unit_price: '15.00' }], total: '50.00' };

  scenario(
    () => system,
    'some units are cancelled: they are paid back, and the parcel is labelled anew',
    async ({ place }) => {
      const before = await held('MUG');
      const number = await place(three);
      const first = await untilOrder(system, number, (order) => isLabelled(order) && order.payment_status === 'paid');
      const { status, body } = await act(number, 'cancel', {
        reason: 'one is enough',
        lines: [{ line: 1, quantity: 2 }],
      });
      expect(status).toBe(200);
      expect(body.items[0].quantities).toMatchObject({ cancelled: 2, reserved: 1 });
      const order = await untilOrder(
        system,
        number,
        (one) => isLabelled(one) && one.refunds[0]?.status === 'succeeded',
      );
      expect(order.refunds[0]).toMatchObject({ amount: '30.00', reason: 'cancelled' });
      expect(order).toMatchObject({ payment_status: 'partially_refunded', status: 'processing' });
      const mail = await mailAbout(system, number, /^Part of/);
      expect(mail).toContain('2 × $15.00');
      expect(mail).toContain('Reason: one is enough');
      expect(mail).toMatch(/We (are refunding|have refunded) \$30\.00/);
      expect(await mailAbout(system, number, /^Your refund/)).toContain('Reason: Items were cancelled.');
      expect(order.fulfilments[0]?.lines).toEqual([{ line: 1, quantity: 1 }]);
      expect(order.fulfilments[0]?.tracking_number).not.toBe(first.fulfilments[0]?.tracking_number);
      expect(await held('MUG')).toBe(before + 1);
      const { labels } = await system.control.ledger();
      expect(labels.filter((label) => label.metadata?.startsWith(number))).toHaveLength(2);
      expect(await deliver(system, number)).toMatchObject({ status: 'completed' });
    },
  );

  scenario(
    () => system,
    'more than there is cannot be cancelled',
    async ({ place }) => {
      const number = await place(three);
      const lines = [{ line: 1, quantity: 4 }];
      expect((await act(number, 'cancel', { reason: 'no', lines })).body.code).toBe('units_exceeded');
      const unknown = [{ line: 9, quantity: 1 }];
      expect((await act(number, 'cancel', { reason: 'no', lines: unknown })).body.code).toBe('line_not_found');
    },
  );

  scenario(
    () => system,
    'a store may end the lines that are short, and takes only what it sends',
    async ({ place }) => {
      const number = await place({
        store: 'cuts-lines',
        items: [
          { sku: 'MUG', quantity: 1, unit_price: '15.00' },
          { sku: 'RARE', quantity: 3, unit_price: '99.00' },
        ],
        total: '317.00',
      });
      const order = await untilOrder(system, number, isLabelled);
      const rare = order.items[1]?.quantities;
      expect(rare?.cancelled).toBeGreaterThan(0);
      expect(order.payments[0]?.captured).toBe((317 - 99 * (rare?.cancelled ?? 0)).toFixed(2));
      const mail = await mailAbout(system, number, /^Part of/);
      expect(mail).toContain('Reason: We do not have enough of it in stock.');
      expect(mail).toContain(`You pay $${(99 * (rare?.cancelled ?? 0)).toFixed(2)} less.`);
      const captured = `Total: $${order.payments[0]?.captured}`;
      expect(await mailAbout(system, number, /confirmed$/)).toContain(captured);
    },
  );

  scenario(
    () => system,
    'a store may end an order that is short',
    async ({ place }) => {
      const items = [{ sku: 'RARE', quantity: 90, unit_price: '99.00' }];
      const number = await place({ store: 'cuts-orders', items, total: '8915.00' });
      await untilOrder(system, number, (one) => one.status === 'cancelled' && one.payment_status === 'voided');
      const mail = await mailAbout(system, number, /cancelled$/);
      expect(mail).toContain('Reason: We do not have enough of it in stock.');
      expect(mail).not.toMatch(/Stock is short|wanted|available/);
    },
  );
});

describe('a new address', () => {
  scenario(
    () => system,
    'for a labelled parcel gives the label back and buys another',
    async ({ place }) => {
      const number = await place();
      const before = await untilOrder(system, number, isLabelled);
      const { shipping_address: address } = orderRequest();
      const { status } = await act(number, 'edit_address', { address: { ...address, line1: '500 Howard St' } });
      expect(status).toBe(200);
      const old = before.fulfilments[0]?.label?.transaction;
      const after = await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      expect(after.shipping_address.line1).toBe('500 Howard St');
      expect(after.fulfilments).toMatchObject([
        { status: 'cancelled', location: 'WEST' },
        { status: 'labelled', location: 'WEST' },
      ]);
      const { labels } = await system.control.ledger();
      expect(labels.find((label) => label.transaction === old)?.voided).toBe(true);
      await deliver(system, number);
    },
  );

  const coast = { region: 'NY', city: 'New York', postal_code: '10003', line1: '1 Broadway' };
  const moved = () => ({ address: { ...orderRequest().shipping_address, ...coast } });
  const labelsOf = async (number: string) => {
    const { labels } = await system.control.ledger();
    return labels.filter(({ metadata }) => metadata.startsWith(number));
  };
  const shipAll = async (number: string): Promise<void> => {
    const { fulfilments } = await untilOrder(system, number, isLabelled);
    for (const { tracking_number: parcel, status } of fulfilments)
      if (status === 'labelled' && parcel !== null) await system.control.advanceParcel(parcel, 'TRANSIT');
  };

  scenario(
    () => system,
    'on the other coast sends the goods from the nearer warehouse: the stock changes place, one label is bought and one given back',
    async ({ place }) => {
      const number = await place();
      const before = await untilOrder(system, number, isLabelled);
      expect(before.fulfilments[0]?.location).toBe('WEST');
      const [east, west] = [await levelOf('EAST'), await levelOf('WEST')];
      expect((await act(number, 'edit_address', moved())).status).toBe(200);
      const after = await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      expect(after.fulfilments).toMatchObject([{ status: 'cancelled', location: 'WEST' }, { location: 'EAST' }]);
      expect(await levelOf('EAST')).toEqual({ ...east, held: east.held + 1 });
      expect(await levelOf('WEST')).toEqual({ ...west, held: west.held - 1 });
      await eventually(
        () => labelsOf(number),
        (labels) => labels.length === 2 && labels.filter(({ voided }) => voided).length === 1,
      );
      await deliver(system, number);
      expect(await levelOf('EAST')).toEqual({ on_hand: east.on_hand - 1, held: east.held });
      expect((await getOrder(system, number)).timeline.map(({ type }) => type)).toContain('parcels_rerouted');
    },
    { events: 64 },
  );

  scenario(
    () => system,
    'that comes while the card is being charged is planned for once it is',
    async ({ place }) => {
      const [east, west] = [await levelOf('EAST'), await levelOf('WEST')];
      const route = 'POST /v1/payment_intents/:id/capture';
      await system.control.fault({ service: 'stripe', route, kind: 'error', status: 500, count: 3 });
      const number = await place();
      await untilOrder(system, number, ({ status }) => status === 'confirmed');
      const edited = await act(number, 'edit_address', moved());
      expect(edited).toMatchObject({ status: 200, body: { status: 'confirmed' } });
      const after = await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      expect(after.fulfilments).toMatchObject([{ status: 'cancelled', location: 'WEST' }, { location: 'EAST' }]);
      expect(await levelOf('EAST')).toEqual({ ...east, held: east.held + 1 });
      expect(await levelOf('WEST')).toEqual(west);
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'keeps the stock where it is when the nearer warehouse has none',
    async ({ place }) => {
      const items = [{ sku: 'TEE', quantity: 1, unit_price: '29.99' }];
      const number = await place({ items, total: '34.99' });
      await untilOrder(system, number, isLabelled);
      const before = await held('TEE');
      expect((await act(number, 'edit_address', moved())).status).toBe(200);
      const after = await untilOrder(system, number, (order) => order.fulfilments[1]?.status === 'labelled');
      expect(after.fulfilments[1]?.location).toBe('WEST');
      expect(await held('TEE')).toBe(before);
      await deliver(system, number);
    },
  );

  scenario(
    () => system,
    'is for the parcels that are still here: what has left goes where it was sent',
    async ({ place }) => {
      const book = {
        name: 'Book',
        price: '10.00',
        currency: 'USD',
        weight_g: 300,
        length_cm: 20,
        width_cm: 12,
        height_cm: 3,
      };
      await system.call('PUT', '/v1/products/BOOK', { body: book });
      const body = { sku: 'BOOK', location: 'EAST', kind: 'receipt', change: 5, reason: 'delivery' };
      await system.call('POST', '/v1/inventory/adjustments', { body });
      const number = await place({
        items: [
          { sku: 'TEE', quantity: 1, unit_price: '29.99' },
          { sku: 'BOOK', quantity: 1, unit_price: '10.00' },
        ],
        total: '44.99',
      });
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const first = fulfilments.find(({ location }) => location === 'WEST');
      await system.control.advanceParcel(first?.tracking_number ?? '', 'TRANSIT');
      await untilOrder(system, number, (order) => order.fulfilments.some(({ status }) => status === 'shipped'));
      expect((await act(number, 'edit_address', moved())).status).toBe(200);
      const after = await untilOrder(
        system,
        number,
        (order) => order.fulfilments.length === 3 && order.fulfilments[2]?.status === 'labelled',
      );
      expect(after.fulfilments.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'labelled', 'shipped']);
      expect((await labelsOf(number)).filter(({ voided }) => voided)).toHaveLength(1);
      await shipAll(number);
      await untilOrder(system, number, (order) => order.status === 'shipped');
    },
  );
});

describe('orders that wait for stock', () => {
  const waiting = (quantity: number) => ({
    store: 'waits',
    payment: { method: 'cod' },
    items: [{ sku: 'SCARF', quantity, unit_price: '20.00' }],
    total: (quantity * 20 + 5).toFixed(2),
  });
  const receive = (change: number) =>
    system.call('POST', '/v1/inventory/adjustments', {
      body: { sku: 'SCARF', location: 'WEST', kind: 'receipt', change, reason: 'delivery' },
    });
  const isConfirmed = ({ status }: { status: string }): boolean => status === 'processing';

  const hats = (quantity: number, rule: object = {}) => ({
    store: 'bounded',
    payment: { method: 'cod' },
    items: [{ sku: 'HAT', quantity, unit_price: '10.00', ...rule }],
    total: (quantity * 10 + 5).toFixed(2),
  });
  const putHat = (shortage: string | null) =>
    system.call('PUT', '/v1/products/HAT', {
      body: {
        name: 'Hat',
        price: '10.00',
        currency: 'USD',
        shortage,
        weight_g: 90,
        length_cm: 20,
        width_cm: 20,
        height_cm: 9,
      },
    });

  scenario(
    () => system,
    'are no more than the store lets wait for one SKU, also when they come at once; whoever is beyond comes before a person',
    async ({ place }) => {
      await putHat(null);
      const numbers = await Promise.all([1, 1, 1, 1, 1].map((quantity) => place(hats(quantity))));
      const settled = await Promise.all(
        numbers.map((number) =>
          untilOrder(system, number, (order) => order.waiting_for === 'stock to arrive' || order.exceptions.length > 0),
        ),
      );
      const asked = settled.filter(({ exceptions }) => exceptions.length > 0);
      expect(asked).toHaveLength(2);
      expect(asked[0]?.exceptions[0]?.summary).toContain('As many units as may wait for HAT are waited for already');
      const waits = settled.find(({ exceptions }) => exceptions.length === 0)?.number ?? '';
      await act(waits, 'cancel', { reason: 'took too long' });
      const exception = asked[0]?.exceptions[0]?.id ?? '';
      expect((await resolve(exception, { resolution: 'retry' })).status).toBe(200);
      await untilOrder(system, asked[0]?.number ?? '', (order) => order.waiting_for === 'stock to arrive');
    },
  );

  scenario(
    () => system,
    'do so by the rule of their line, or else of the product, or else of the store: lines end before others wait',
    async ({ place }) => {
      await putHat('cancel_line');
      const cap = {
        name: 'Cap',
        price: '10.00',
        currency: 'USD',
        weight_g: 90,
        length_cm: 20,
        width_cm: 20,
        height_cm: 9,
      };
      await system.call('PUT', '/v1/products/CAP', { body: cap });
      const mixed = {
        ...hats(2),
        items: [
          { sku: 'HAT', quantity: 2, unit_price: '10.00' },
          { sku: 'CAP', quantity: 1, unit_price: '10.00' },
        ],
        total: '35.00',
      };
      const waits = await untilOrder(system, await place(mixed), (order) => order.waiting_for === 'stock to arrive');
      expect(waits.items.map(({ delivery_status }) => delivery_status)).toEqual(['cancelled', 'backordered']);
      expect(waits.items.map(({ shortage }) => shortage)).toEqual(['cancel_line', null]);
      const asks = { ...mixed, items: mixed.items.map((item) => ({ ...item, shortage: 'ask' })) };
      expect(await openException(await place(asks), 'stock_out')).toContain('/x');
      const alone = await place(hats(1));
      await untilOrder(system, alone, ({ status }) => status === 'cancelled');
    },
  );

  scenario(
    () => system,
    'are served first come, first served, at each receipt of stock',
    async ({ place }) => {
      await system.call('PUT', '/v1/products/SCARF', {
        body: {
          name: 'Scarf',
          price: '20.00',
          currency: 'USD',
          weight_g: 200,
          length_cm: 20,
          width_cm: 20,
          height_cm: 5,
        },
      });
      const [first, second] = [await place(waiting(2)), await place(waiting(1))];
      for (const number of [first, second])
        await untilOrder(system, number, (order) => order.waiting_for === 'stock to arrive');
      expect((await getOrder(system, first)).items[0]?.delivery_status).toBe('backordered');
      await receive(1);
      // One unit is not enough for the first, and the second came later; one who comes now comes last.
      const third = await place(waiting(1));
      const last = await untilOrder(system, third, (order) => order.waiting_for === 'stock to arrive');
      expect(last.status).toBe('pending');
      expect((await getOrder(system, second)).status).toBe('pending');
      await receive(2);
      await untilOrder(system, first, isConfirmed);
      await untilOrder(system, second, isConfirmed);
      expect((await getOrder(system, third)).status).toBe('pending');
      await act(third, 'cancel', { reason: 'took too long' });
      await receive(1);
      const { body } = await system.call('GET', '/v1/inventory?sku=SCARF');
      expect(body.data[0]).toMatchObject({ on_hand: 4, held: 3, available: 1 });
    },
    { events: 28 },
  );
});
