import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrderView } from '../../../src/contracts/order-view.ts';
import { putStore } from '../../../src/db/catalogue.ts';
import { ACTION_NAMES, ACTIONS, type ActionName } from '../../../src/domain/transitions.ts';
import { getOrder, orderRequest, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

beforeAll(async () => {
  const policy = { confirmation: 'call' as const, cod_collected_on_delivery: false };
  const store = { name: 'Calls', supportEmail: 'help@calls.example', policy };
  await putStore(system.database.db, { code: 'calls', ...store });
});

type Options = { key?: string; idempotencyKey?: string };
const act = (number: string, action: string, body: Record<string, unknown> = {}, options: Options = {}) =>
  system.call('POST', `/v1/orders/${number}/actions/${action}`, { body, ...options });

/** Does an action that must go well and gives the order it answers with. */
async function done(number: string, action: ActionName, body: Record<string, unknown> = {}): Promise<OrderView> {
  const answer = await act(number, action, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const order = OrderView.strict().parse(answer.body);
  expect(order.version).toBeLessThanOrEqual((await getOrder(system, number)).version);
  return order;
}

const bank = { payment: { method: 'bank_transfer' } };
/** A service on a call store: it is pending until it is confirmed, then processing, and no carrier moves it. */
const service = {
  store: 'calls',
  payment: { method: 'cod' },
  items: [{ sku: 'SETUP', quantity: 1, unit_price: '50.00' }],
  total: '55.00',
};
const notes = ({ timeline }: OrderView): number => timeline.filter((entry) => entry.type === 'note_added').length;

describe('an action answers with the order as it is now', () => {
  test('confirm, mark_delivered and complete take cash on delivery to its end', async () => {
    const number = await place(system, service);
    const confirmed = await done(number, 'confirm', { note: 'She said yes' });
    expect(confirmed.status).toBe('processing');
    expect(confirmed.timeline.find((entry) => entry.type === 'confirmation_given')).toMatchObject({
      reason: 'She said yes',
      actor: { role: 'owner' },
    });
    const delivered = await done(number, 'mark_delivered', { evidence: 'signed by the buyer' });
    expect(delivered).toMatchObject({ status: 'delivered', payment_status: 'pending' });
    const completed = await done(number, 'complete', { note: 'cash counted' });
    expect(completed).toMatchObject({ status: 'completed', payment_status: 'paid' });
    expect(completed.payments[0]?.captured).toBe('55.00');
  });

  test('confirm records a bank transfer', async () => {
    const number = await place(system, bank);
    const order = await done(number, 'confirm', { payment_reference: 'TRF 42', amount: '20.00' });
    expect(order).toMatchObject({ payment_status: 'paid', payments: [{ reference: 'TRF 42', captured: '20.00' }] });
    expect(order.status).not.toBe('pending');
  });

  test('ship takes a tracking number of your own', async () => {
    const number = await place(system, { payment: { method: 'cod' } });
    await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
    const tracking = { carrier: 'DHL', tracking_number: 'JD0146', tracking_url: 'https://dhl.example/JD0146' };
    const order = await done(number, 'ship', tracking);
    expect(order.status).toBe('shipped');
    expect(order.fulfilments[0]).toMatchObject({ status: 'shipped', ...tracking });
    expect((await done(number, 'mark_delivered')).status).toBe('completed');
  });

  test('cancel gives everything back', async () => {
    const number = await place(system, bank);
    const order = await done(number, 'cancel', { reason: 'Changed her mind' });
    expect(order).toMatchObject({ status: 'cancelled', allowed_actions: ['add_note', 'send_message'] });
    expect(order.timeline.find((entry) => entry.type === 'order_cancelled')?.reason).toBe('Changed her mind');
  });

  test('edit_address changes where the parcel goes, and nothing is left behind', async () => {
    const number = await place(system, bank);
    const address = { ...orderRequest().shipping_address, line1: '2 Market St', region: 'NY' };
    const order = await done(number, 'edit_address', { address, reason: 'moved' });
    expect(order.shipping_address).toEqual(address);
    expect(order.billing_address.line1).toBe('1 Market St');
    const handle = system.temporal.client.workflow.getHandle(`order-${number}`);
    expect(JSON.stringify((await handle.fetchHistory()).events)).not.toContain('Market');
  });

  test('add_note writes on the timeline what only staff read', async () => {
    const number = await place(system, bank);
    const order = await done(number, 'add_note', { note: 'Rings twice ☎️' });
    expect(order.timeline.at(-1)).toMatchObject({ type: 'note_added', reason: 'Rings twice ☎️' });
  });

  test('resolve_exception decides about what waits for a person', async () => {
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    const waiting = await untilOrder(system, number, (order) => order.exceptions.length === 1);
    expect(waiting.allowed_actions).toContain('resolve_exception');
    const exception = waiting.exceptions[0]?.id;
    const order = await done(number, 'resolve_exception', { exception, resolution: 'mark_failed', note: 'gave up' });
    expect(order).toMatchObject({ status: 'failed', exceptions: [{ status: 'resolved', resolution: 'mark_failed' }] });
  });
});

describe('an action that is refused changes nothing', () => {
  let number: string;
  let before: OrderView;
  beforeAll(async () => {
    number = await place(system, bank);
    before = await untilOrder(system, number, (order) => /bank transfer/.test(order.waiting_for));
  });
  afterAll(async () => expect(await getOrder(system, number)).toEqual(before));

  test.each(ACTION_NAMES.filter((action) => !ACTIONS[action].available && 'pending' in ACTIONS[action].moves))(
    'not yet available: %s, whatever its fields',
    async (action) => {
      for (const body of [{}, { amount: '5.00', reason: 'x' }, { amount: [[]], outcome: null }]) {
        const problem = problemOf(await act(number, action, body), 409, 'not_yet_available');
        expect(problem).toMatchObject({ version: before.version, status_now: 'pending' });
      }
    },
  );

  test('unknown actions and orders are not found', async () => {
    problemOf(await act(number, 'explode'), 404, 'not_found');
    problemOf(await act(number, 'constructor'), 404, 'not_found');
    problemOf(await act('ORD-0000000000', 'cancel', { reason: 'x' }), 404, 'order_not_found');
    problemOf(await act('1', 'cancel', { reason: 'x' }), 404, 'order_not_found');
  });

  test('a version that is not the present one is a conflict that says what is now', async () => {
    for (const expected_version of [before.version - 1 || 99, before.version + 1]) {
      const answer = await act(number, 'cancel', { reason: 'x', expected_version });
      const problem = problemOf(answer, 409, 'version_conflict');
      expect(problem).toMatchObject({
        version: before.version,
        status_now: 'pending',
        allowed_actions: before.allowed_actions,
      });
    }
  });

  test('a role that may not is told so, with its own allowed actions', async () => {
    const agent = await system.makeKey('agent', ['*']);
    const problem = problemOf(await act(number, 'cancel', { reason: 'x' }, { key: agent }), 403, 'role_not_allowed');
    expect(problem.allowed_actions).toEqual([]);
  });

  const address = orderRequest().shipping_address;
  test.each([
    ['cancel', {}, ['reason']],
    ['cancel', { reason: ' \n ' }, ['reason']],
    ['cancel', { reason: 'x'.repeat(2001), because: 'y' }, ['reason', 'because']],
    ['cancel', { reason: 'a\u0000b' }, ['reason']],
    ['add_note', { note: '\ud800', expected_version: '1' }, ['expected_version', 'note']],
    ['add_note', { note: 'x', expected_version: 0 }, ['expected_version']],
    ['add_note', [], ['body']],
    ['confirm', { amount: 20, payment_reference: '' }, ['payment_reference', 'amount']],
    ['confirm', { amount: '20.005', payment_reference: 'T' }, ['amount']],
    ['ship', { tracking_number: 'a b', tracking_url: 'ftp://x' }, ['tracking_number', 'tracking_url']],
    ['edit_address', { address: { ...address, country: 'us', city: '' } }, ['address.city', 'address.country']],
    ['edit_address', { address: null }, ['address']],
    ['resolve_exception', { exception: 'x', resolution: 'shrug' }, ['resolution']],
    ['resolve_exception', { exception: 'x', resolution: 'edit_address' }, ['address']],
    ['resolve_exception', { exception: 'x', resolution: 'retry', address }, ['address']],
  ])('wrong fields are named: %s %j', async (action, body, fields) => {
    const wrong = fieldsOf(await act(number, action, body as Record<string, unknown>));
    expect(Object.keys(wrong)).toEqual(fields);
  });

  test('an amount that is not the total is refused', async () => {
    const answer = await act(number, 'confirm', { payment_reference: 'T', amount: '19.99' });
    problemOf(answer, 422, 'amount_mismatch');
    problemOf(await act(number, 'confirm'), 422, 'payment_reference_required');
  });
});

describe('an Idempotency-Key of an action', () => {
  let keys = 0;
  const newKey = (): string => `act-${(keys += 1)}`;

  test('gives the same answer once more and does nothing more', async () => {
    const number = await place(system, bank);
    const idempotencyKey = newKey();
    const first = await act(number, 'add_note', { note: 'once' }, { idempotencyKey });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await done(number, 'add_note', { note: 'something else' });
    const again = await act(number, 'add_note', { note: 'once' }, { idempotencyKey });
    expect(again.status).toBe(200);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(JSON.stringify(again.body), 'byte for byte').toBe(JSON.stringify(first.body));
    expect(notes(await getOrder(system, number))).toBe(2);
  });

  test('sent twice at once has one effect', async () => {
    const number = await place(system, bank);
    const idempotencyKey = newKey();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => act(number, 'add_note', { note: 'once' }, { idempotencyKey })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(notes(await getOrder(system, number))).toBe(1);
  });

  test('with another body, action or order is refused', async () => {
    const [number, other] = await Promise.all([place(system, bank), place(system, bank)]);
    const idempotencyKey = newKey();
    expect((await act(number, 'add_note', { note: 'first' }, { idempotencyKey })).status).toBe(200);
    for (const [order, action, body] of [
      [number, 'add_note', { note: 'second' }],
      [number, 'cancel', { reason: 'first' }],
      [other, 'add_note', { note: 'first' }],
    ] as const) {
      problemOf(await act(order, action, body, { idempotencyKey }), 422, 'idempotency_key_reused');
    }
    expect(notes(await getOrder(system, other))).toBe(0);
  });

  test('is not used up by wrong fields', async () => {
    const number = await place(system, bank);
    const idempotencyKey = newKey();
    fieldsOf(await act(number, 'add_note', { note: '' }, { idempotencyKey }));
    expect((await act(number, 'add_note', { note: 'right' }, { idempotencyKey })).status).toBe(200);
  });

  test('that was refused may be tried again when the order allows it', async () => {
    const number = await place(system, service);
    const idempotencyKey = newKey();
    const body = { evidence: 'seen' };
    problemOf(await act(number, 'mark_delivered', body, { idempotencyKey }), 409, 'wrong_status');
    await done(number, 'confirm');
    expect((await act(number, 'mark_delivered', body, { idempotencyKey })).body.status).toBe('delivered');
  });
});

describe('of two people who do the same thing at once', () => {
  const START: Partial<Record<ActionName, (number: string) => Promise<unknown>>> = {
    mark_delivered: (number) => done(number, 'confirm'),
    complete: async (number) => {
      await done(number, 'confirm');
      await done(number, 'mark_delivered');
    },
  };
  test.each(['confirm', 'cancel', 'mark_delivered', 'complete'] as const)(
    'exactly one has done it: %s',
    async (action) => {
      const number = await place(system, service);
      await START[action]?.(number);
      const people = await Promise.all([system.makeKey('staff', ['*']), system.makeKey('staff', ['*'])]);
      const body = action === 'cancel' ? { reason: 'both' } : {};
      const answers = await Promise.all(people.map((key) => act(number, action, body, { key })));
      const [won, lost] = answers.toSorted((a, b) => a.status - b.status);
      expect(won?.status).toBe(200);
      if (lost === undefined) throw new Error('there were two');
      expect(lost.status, JSON.stringify(lost.body)).toBe(409);
      // What comes of it goes on, so the order may be further by now than when the other one was refused.
      expect(lost.body.allowed_actions).not.toContain(action);
      expect(lost.body.allowed_actions).toContain('add_note');
      expect(lost.body.version).toBeGreaterThan(1);
    },
  );
});
