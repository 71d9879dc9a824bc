import { describe, expect, test } from 'vitest';
import { EXCEPTIONS } from '../../../src/domain/exceptions.ts';
import { type Answer, getOrder, orderRequest, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

/** An order whose card was declined, and the id of its exception. */
async function declined(): Promise<{ number: string; id: string }> {
  const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
  const order = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 1);
  return { number, id: order.exceptions[0]?.id ?? '' };
}

/** An order that wants more than there is, and the id of its exception. */
async function shortOfStock(): Promise<{ number: string; id: string }> {
  const number = await place(system, {
    payment: { method: 'cod' },
    items: [{ sku: 'RARE', quantity: 2, unit_price: '99.00' }],
    total: '203.00',
  });
  const order = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 1);
  return { number, id: order.exceptions[0]?.id ?? '' };
}

type Options = { key?: string; idempotencyKey?: string };
const list = async (query = ''): Promise<Answer> => system.call('GET', `/v1/exceptions${query}`);
const idsOf = ({ body }: Answer): string[] => (body.data as { id: string }[]).map(({ id }) => id);
const claim = (id: string, body: object = {}, options: Options = {}) =>
  system.call('POST', `/v1/exceptions/${id}/claim`, { body, ...options });
const resolve = (id: string, body: object, options: Options = {}) =>
  system.call('POST', `/v1/exceptions/${id}/resolve`, { body, ...options });

describe('the queue', () => {
  test('shows an exception with its kind, what was tried, what is proposed and what is allowed', async () => {
    const { number, id } = await declined();
    const row = (await list(`?order=${number}`)).body.data[0];
    expect(row).toEqual({
      id,
      order: number,
      store: 'main',
      customer: { name: 'Ada Lovelace' },
      currency: 'USD',
      total: '20.00',
      kind: 'payment_failed',
      severity: 'medium',
      status: 'open',
      fulfilment: null,
      summary: expect.stringContaining('declined'),
      saying: { code: 'payment_failed', values: expect.objectContaining({ decline: 'generic_decline' }) },
      context: expect.objectContaining({ reading: expect.objectContaining({ state: 'failed' }) }),
      proposal: EXCEPTIONS.payment_failed.proposal,
      cost_of_waiting: EXCEPTIONS.payment_failed.costOfWaiting,
      resolutions: ['retry', 'cancel_order', 'mark_failed'],
      opened_at: expect.stringMatching(/^\d{4}-.*Z$/),
      due_at: expect.stringMatching(/^\d{4}-.*Z$/),
      overdue: false,
      reminded_at: null,
      escalated_at: null,
      claimed_by: null,
      claimed_by_name: null,
      claimed_until: null,
      resolved_at: null,
      resolved_by: null,
      resolved_by_name: null,
      resolution: null,
      note: null,
      agrees_since: null,
    });
    expect(Date.parse(row.due_at) - Date.parse(row.opened_at)).toBe(24 * 3_600_000);
    for (const path of [id, encodeURIComponent(id)]) {
      expect((await system.call('GET', `/v1/exceptions/${path}`)).body).toEqual(row);
    }
    expect(JSON.stringify(row)).not.toMatch(/ada@example\.com|Market St/);
  });

  test('is filtered by status, kind and order, and comes in pages, oldest first', async () => {
    const made = [await declined(), await shortOfStock(), await shortOfStock()];
    const ids = made.map(({ id }) => id);
    const stock = idsOf(await list('?kind=stock_out'));
    expect(stock).toEqual(ids.slice(1));
    expect(idsOf(await list('?kind=unforeseen'))).toEqual([]);
    expect(idsOf(await list(`?order=${made[1]?.number}`))).toEqual([ids[1]]);
    const whole = idsOf(await list());
    expect(whole.slice(-3)).toEqual(ids);
    const pages: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      pages.push(...idsOf(page));
      if (page.body.next_cursor === null) break;
      cursor = page.body.next_cursor;
    }
    expect(pages).toEqual(whole);
    const [, gone] = ids;
    expect((await resolve(gone ?? '', { resolution: 'cancel_order' })).status).toBe(200);
    expect(idsOf(await list('?kind=stock_out'))).toEqual(ids.slice(2));
    expect(idsOf(await list('?kind=stock_out&status=resolved'))).toEqual([gone]);
  });

  test('names the wrong parameters of a question', async () => {
    const answer = await list('?status=lost&kind=bad&limit=0&order=ORD-000000000000000000&colour=red');
    expect(Object.keys(fieldsOf(answer)).toSorted()).toEqual(['colour', 'kind', 'limit', 'order', 'status']);
  });

  test.each(['ORD-0000000000/x1', 'ORD-0000000000%2Fx1', 'x1', 'ORD-0000000000', 'ORD-0000000000/x1/explode'])(
    'has no %s',
    async (id) => {
      problemOf(await system.call('GET', `/v1/exceptions/${id}`), 404, 'not_found');
      problemOf(await claim(id), 404, 'not_found');
      problemOf(await resolve(id, { resolution: 'retry' }), 404, 'not_found');
    },
  );
});

describe('a claim', () => {
  test('belongs to one person until it lapses, and its holder may renew it', async () => {
    const { id } = await declined();
    const [mine, theirs] = await Promise.all([system.makeKey('staff', ['*']), system.makeKey('staff', ['*'])]);
    const claimed = await claim(id, { minutes: 30 }, { key: mine });
    expect(claimed.status).toBe(200);
    expect(claimed.body.claimed_by).toMatch(/^key_/);
    const left = Date.parse(claimed.body.claimed_until) - Date.now();
    expect(left).toBeGreaterThan(29 * 60_000);
    expect(left).toBeLessThanOrEqual(30 * 60_000 + 1_000);
    problemOf(await claim(id, {}, { key: theirs }), 409, 'exception_claimed');
    const renewed = await claim(id, { minutes: 60 }, { key: mine });
    expect(Date.parse(renewed.body.claimed_until)).toBeGreaterThan(Date.parse(claimed.body.claimed_until));
    await system.database.pool.query("update exception set claimed_until = now() - interval '1 second' where id = $1", [
      id,
    ]);
    const taken = await claim(id, {}, { key: theirs });
    expect(taken.status).toBe(200);
    expect(taken.body.claimed_by).not.toBe(claimed.body.claimed_by);
    problemOf(await claim(id, {}, { key: mine }), 409, 'exception_claimed');
  });

  test('by two at once is one', async () => {
    const { id } = await declined();
    const people = await Promise.all([1, 2, 3, 4].map(() => system.makeKey('staff', ['*'])));
    const answers = await Promise.all(people.map((key) => claim(id, {}, { key })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  });

  test.each([{ minutes: 0 }, { minutes: 481 }, { minutes: 1.5 }, { minutes: '5' }])(
    'is for 1 to 480 minutes, not %j',
    async (body) => {
      const { id } = await declined();
      expect(Object.keys(fieldsOf(await claim(id, body)))).toEqual(['minutes']);
    },
  );

  test('of what is resolved is refused', async () => {
    const { id } = await declined();
    expect((await resolve(id, { resolution: 'cancel_order' })).status).toBe(200);
    problemOf(await claim(id), 409, 'exception_claimed');
  });
});

async function arrives(change: number): Promise<void> {
  const receipt = { sku: 'RARE', location: 'EAST', kind: 'receipt', change, reason: 'delivery' };
  expect((await system.call('POST', '/v1/inventory/adjustments', { body: receipt })).status).toBe(201);
}

const reopen = (id: string, body: object) => system.call('POST', `/v1/exceptions/${id}/reopen`, { body });

describe('a matter that is not settled after all', () => {
  test('is opened again with the reason, free and due anew, and is decided once more', async () => {
    const { number, id } = await shortOfStock();
    await arrives(2);
    await claim(id);
    const { body: resolved } = await resolve(id, { resolution: 'retry' });
    await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
    const answer = await reopen(id, { note: 'One of the two is broken.' });
    expect(answer.status).toBe(200);
    expect(answer.body.exception).toEqual({
      ...resolved.exception,
      status: 'open',
      note: 'One of the two is broken.',
      due_at: expect.any(String),
      resolution: null,
      resolved_at: null,
      resolved_by: null,
      resolved_by_name: null,
      claimed_by: null,
      claimed_by_name: null,
      claimed_until: null,
    });
    expect(Date.parse(answer.body.exception.due_at)).toBeGreaterThan(Date.parse(resolved.exception.due_at));
    expect(answer.body.order.exceptions).toContainEqual(expect.objectContaining({ id, status: 'open' }));
    expect(answer.body.order.timeline.at(-1)).toMatchObject({
      type: 'exception_reopened',
      reason: 'One of the two is broken.',
    });
    problemOf(await reopen(id, { note: 'once more' }), 409, 'exception_not_found');
    expect((await resolve(id, { resolution: 'retry' })).body.exception.status).toBe('resolved');
  });

  test('of an order that has ended comes back only when it is about its money', async () => {
    const { id } = await declined();
    expect((await resolve(id, { resolution: 'mark_failed' })).status).toBe(200);
    problemOf(await reopen(id, { note: 'the buyer wants it' }), 409, 'wrong_status');
  });

  test('needs the reason, and an exception that there is', async () => {
    const { id } = await shortOfStock();
    problemOf(await reopen(id, { note: 'open still' }), 409, 'exception_not_found');
    problemOf(await reopen(id, {}), 422, 'invalid_fields');
    problemOf(await reopen(id.replace(/x\d+$/, 'x9999'), { note: 'unknown' }), 404, 'not_found');
  });
});

describe('a resolution', () => {
  test('closes the exception and answers with it and with the order', async () => {
    const { number, id } = await declined();
    const answer = await resolve(id, { resolution: 'mark_failed', note: 'Called twice, no answer' });
    expect(answer.status).toBe(200);
    expect(answer.body.exception).toMatchObject({
      id,
      status: 'resolved',
      resolution: 'mark_failed',
      note: 'Called twice, no answer',
      resolved_by: expect.stringMatching(/^owner:key_/),
      resolved_at: expect.any(String),
    });
    expect(answer.body.order).toMatchObject({ number, status: 'failed' });
    expect((await getOrder(system, number)).exceptions[0]?.status).toBe('resolved');
  });

  test('retry does the step again; what fails again opens another exception', async () => {
    const { number, id } = await shortOfStock();
    expect((await resolve(id, { resolution: 'retry' })).status).toBe(200);
    const order = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 2);
    expect(order.exceptions.map(({ status }) => status).toSorted()).toEqual(['open', 'resolved']);
  });

  test('retry after stock has arrived lets the order go on', async () => {
    const { number, id } = await shortOfStock();
    await arrives(2);
    expect((await resolve(id, { resolution: 'retry' })).status).toBe(200);
    await untilOrder(system, number, (order) => order.status === 'processing');
  });

  test('that is not among the allowed ones is refused with those that are', async () => {
    const { number, id } = await shortOfStock();
    const answer = await resolve(id, { resolution: 'mark_failed' });
    const problem = problemOf(answer, 422, 'resolution_not_allowed');
    expect(problem.detail).toBe('Allowed for stock_out: retry, backorder, cancel_lines, cancel_order.');
    expect((await getOrder(system, number)).exceptions[0]?.status).toBe('open');
  });

  test('must be one, and of a person', async () => {
    const { id } = await declined();
    expect(Object.keys(fieldsOf(await resolve(id, {})))).toEqual(['resolution']);
    const wrong = { resolution: 'shrug', note: 'a\u0000', exception: id };
    expect(Object.keys(fieldsOf(await resolve(id, wrong))).toSorted()).toEqual(['exception', 'note', 'resolution']);
    const agent = await system.makeKey('agent', ['*']);
    problemOf(await resolve(id, { resolution: 'retry' }, { key: agent }), 403, 'role_not_allowed');
  });

  test('to a new address needs the address', async () => {
    const { id } = await declined();
    const { shipping_address: address } = orderRequest();
    expect(fieldsOf(await resolve(id, { resolution: 'edit_address' }))).toEqual({
      address: 'is required for the resolution edit_address',
    });
    const wrong = await resolve(id, { resolution: 'edit_address', address: { ...address, city: '' } });
    expect(Object.keys(fieldsOf(wrong))).toEqual(['address.city']);
  });

  test('is given once: repeated with its key it answers the same, by others it is refused', async () => {
    const { id } = await declined();
    const idempotencyKey = 'resolve-once';
    const first = await resolve(id, { resolution: 'cancel_order' }, { idempotencyKey });
    expect(first.status).toBe(200);
    const again = await resolve(id, { resolution: 'cancel_order' }, { idempotencyKey });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    problemOf(await resolve(id, { resolution: 'retry' }, { idempotencyKey }), 422, 'idempotency_key_reused');
    const late = await resolve(id, { resolution: 'retry' });
    problemOf(late, 409, 'exception_not_found');
  });

  test('by two people at once is one', async () => {
    const { id } = await declined();
    const people = await Promise.all([system.makeKey('staff', ['*']), system.makeKey('staff', ['*'])]);
    const answers = await Promise.all(people.map((key) => resolve(id, { resolution: 'mark_failed' }, { key })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });
});
