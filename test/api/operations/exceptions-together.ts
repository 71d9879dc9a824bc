import { describe, expect, test } from 'vitest';
import { BulkAnswer, ExceptionStatistics, ExceptionView } from '../../../src/contracts/exceptions.ts';
import { type Answer, getOrder, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf, send, withoutEngine } from '../answers.ts';
import { system } from '../whole-system.ts';

/** The queue as a whole: many exceptions at once, whose they are, and what they come to. */

type Made = { readonly number: string; readonly id: string };

async function waiting(changes: object): Promise<Made> {
  const number = await place(system, { ...changes });
  const order = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 1);
  return { number, id: order.exceptions[0]?.id ?? '' };
}
const declined = () => waiting({ payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
const shortOfStock = () =>
  waiting({
    payment: { method: 'cod' },
    items: [{ sku: 'RARE', quantity: 500, unit_price: '99.00' }],
    total: '49505.00',
  });
const several = (count: number, make: () => Promise<Made>): Promise<Made[]> =>
  Promise.all(Array.from({ length: count }, make));

type Options = { key?: string; idempotencyKey?: string };
const resolveMany = (body: object, options: Options = {}): Promise<Answer> =>
  system.call('POST', '/v1/exceptions/resolve', { body, ...options });
const post = (id: string, verb: string, key: string): Promise<Answer> =>
  system.call('POST', `/v1/exceptions/${id}/${verb}`, { key });
const statusOf = async ({ number }: Made) => (await getOrder(system, number)).exceptions[0]?.status;
const staff = () => system.makeKey('staff', ['*']);

/** Leaves no open exception of a kind behind, so that a filter is about those of its own test. */
async function clear(kind: string): Promise<void> {
  const { body } = await resolveMany({ filter: { kind }, resolution: 'cancel_order' });
  expect(body).toMatchObject({ refused: 0, more: false });
}

describe('many exceptions', () => {
  test('named by their ids are resolved alike, each answered for', async () => {
    const [one, two, decided] = (await several(3, declined)) as [Made, Made, Made];
    const short = await shortOfStock();
    await resolveMany({ ids: [decided.id], resolution: 'cancel_order' });
    const unknown = 'ORD-0000000000/x1';
    const ids = [one.id, unknown, short.id, two.id, decided.id];
    const answer = await resolveMany({ ids, resolution: 'mark_failed', note: 'The gateway was away' });
    expect(answer.status).toBe(200);
    expect(BulkAnswer.parse(answer.body)).toEqual({
      resolved: 2,
      refused: 3,
      more: false,
      data: [
        { id: one.id, order: one.number, result: 'resolved' },
        { id: unknown, order: null, result: 'refused', code: 'exception_not_found', detail: expect.any(String) },
        {
          id: short.id,
          order: short.number,
          result: 'refused',
          code: 'resolution_not_allowed',
          detail: 'Allowed for stock_out: retry, backorder, cancel_lines, cancel_order.',
        },
        { id: two.id, order: two.number, result: 'resolved' },
        {
          id: decided.id,
          order: decided.number,
          result: 'refused',
          code: 'exception_not_found',
          detail: expect.any(String),
        },
      ],
    });
    const { body } = await system.call('GET', `/v1/exceptions/${two.id}`);
    expect(body).toMatchObject({ status: 'resolved', resolution: 'mark_failed', note: 'The gateway was away' });
    expect(await statusOf(short)).toBe('open');
  });

  test('of a kind are resolved together, without those somebody else is working on', async () => {
    await clear('payment_failed');
    const [one, two, theirs] = (await several(3, declined)) as [Made, Made, Made];
    const other = await shortOfStock();
    expect((await post(theirs.id, 'claim', await staff())).status).toBe(200);
    const { body } = await resolveMany({ filter: { kind: 'payment_failed' }, resolution: 'cancel_order' });
    expect(body).toMatchObject({ resolved: 2, refused: 0, more: false });
    expect(body.data.map(({ id }: Made) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    expect([await statusOf(theirs), await statusOf(other)]).toEqual(['open', 'open']);
    const ofOrder = { kind: 'payment_failed', order: one.number };
    expect((await resolveMany({ filter: ofOrder, resolution: 'retry' })).body).toMatchObject({ resolved: 0, data: [] });
  });

  test('are resolved once: repeated with its key it answers the same, and never more than at first', async () => {
    await clear('payment_failed');
    await several(2, declined);
    const body = { filter: { kind: 'payment_failed' }, resolution: 'cancel_order' };
    const idempotencyKey = 'many-once';
    const first = await resolveMany(body, { idempotencyKey });
    expect(first.body).toMatchObject({ resolved: 2, refused: 0 });
    const later = await declined();
    const again = await resolveMany(body, { idempotencyKey });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await statusOf(later)).toBe('open');
    problemOf(await resolveMany({ ...body, resolution: 'retry' }, { idempotencyKey }), 422, 'idempotency_key_reused');
  });

  test('whose answer was lost on the way are the same when asked again', async () => {
    await clear('payment_failed');
    const made = await several(2, declined);
    const body = { filter: { kind: 'payment_failed' }, resolution: 'mark_failed' };
    const idempotencyKey = 'many-lost';
    const first = await resolveMany(body, { idempotencyKey });
    // As if the process had died after the last order and before it wrote the answer down.
    await system.database.pool.query(
      'update idempotent_answer set body = null, answered_at = null where idempotency_key = $1',
      [idempotencyKey],
    );
    const later = await declined();
    const again = await resolveMany(body, { idempotencyKey });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    expect(await Promise.all([...made, later].map(statusOf))).toEqual(['resolved', 'resolved', 'open']);
  });

  test('are left as they are while the engine is away, and go on with the same key', async () => {
    const made = await several(3, declined);
    const idempotencyKey = 'many-away';
    const body = { ids: made.map(({ id }) => id), resolution: 'cancel_order' };
    const headers = {
      authorization: `Bearer ${system.key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    };
    const answer = await withoutEngine(system, (url) =>
      send(`${url}/v1/exceptions/resolve`, 'POST', headers, JSON.stringify(body)),
    );
    expect(answer.status).toBe(200);
    const told = BulkAnswer.parse(answer.body);
    expect(told.data.map(({ result, code }) => `${result} ${code}`)).toEqual(Array(3).fill('refused unavailable'));
    const again = await resolveMany(body, { idempotencyKey });
    expect(again.body).toMatchObject({ resolved: 3, refused: 0 });
  });

  test.each([
    [{ resolution: 'retry' }, ['ids']],
    [{ ids: [], resolution: 'retry' }, ['ids']],
    [{ ids: ['ORD-0000000000/x1'], filter: { kind: 'fraud' }, resolution: 'retry' }, ['ids']],
    [{ ids: ['x1'], resolution: 'retry' }, ['ids[0]']],
    [{ ids: ['ORD-0000000000/x1', 'ORD-0000000000/x1'], resolution: 'retry' }, ['ids']],
    [{ ids: Array.from({ length: 201 }, (_, index) => `ORD-0000000000/x${index}`), resolution: 'retry' }, ['ids']],
    [{ filter: {}, resolution: 'retry' }, ['filter.kind']],
    [{ filter: { kind: 'fraud', all: true }, resolution: 'approve' }, ['filter.all']],
    [{ ids: ['ORD-0000000000/x1'], resolution: 'edit_address' }, ['resolution']],
    [{ ids: ['ORD-0000000000/x1'] }, ['resolution']],
  ])('must be asked for rightly: %j', async (body, fields) => {
    expect(Object.keys(fieldsOf(await resolveMany(body)))).toEqual(fields);
  });

  test('of a kind that does not allow it are refused as a whole', async () => {
    const answer = await resolveMany({ filter: { kind: 'fraud' }, resolution: 'retry' });
    expect(problemOf(answer, 422, 'resolution_not_allowed').detail).toBe('Allowed for fraud: approve, reject.');
  });
});

describe('a claim is given back', () => {
  test('by its holder, and is then free for others', async () => {
    const { id } = await declined();
    const [mine, theirs] = await Promise.all([staff(), staff()]);
    expect((await post(id, 'claim', mine)).status).toBe(200);
    problemOf(await post(id, 'release', theirs), 409, 'exception_claimed');
    const released = await post(id, 'release', mine);
    expect(released.status).toBe(200);
    expect(ExceptionView.parse(released.body)).toMatchObject({ id, claimed_by: null, claimed_until: null });
    expect((await post(id, 'release', mine)).status).toBe(200);
    expect((await post(id, 'claim', theirs)).status).toBe(200);
  });

  test('by an owner, whoever holds it, but not on behalf of the buyer', async () => {
    const { id } = await declined();
    expect((await post(id, 'claim', await staff())).status).toBe(200);
    const headers = { 'x-acting-for': 'customer' };
    const asBuyer = await system.call('POST', `/v1/exceptions/${id}/release`, { headers });
    problemOf(asBuyer, 403, 'role_not_allowed');
    const released = await post(id, 'release', system.key);
    expect(released.body).toMatchObject({ claimed_by: null });
  });

  test('not when it is resolved, and not with fields', async () => {
    const { id } = await declined();
    const answer = await system.call('POST', `/v1/exceptions/${id}/release`, { body: { minutes: 5 } });
    expect(Object.keys(fieldsOf(answer))).toEqual(['minutes']);
    await resolveMany({ ids: [id], resolution: 'cancel_order' });
    problemOf(await post(id, 'release', system.key), 409, 'exception_claimed');
  });
});

describe('the queue', () => {
  const idsOf = ({ body }: Answer): string[] => body.data.map(({ id }: Made) => id);

  test('shows what is mine, what is free, what is overdue, and of which severity, by falling due', async () => {
    const [one, two, three] = (await several(3, declined)) as [Made, Made, Made];
    const mine = await staff();
    await post(one.id, 'claim', mine);
    await system.database.pool.query("update exception set due_at = now() - interval '1 minute' where id = $1", [
      three.id,
    ]);
    const list = async (query: string) => idsOf(await system.call('GET', `/v1/exceptions?${query}`, { key: mine }));
    const among = (found: readonly string[]) => [one, two, three].map(({ id }) => found.includes(id));
    expect(await list('claimed=mine')).toEqual([one.id]);
    expect(among(await list('claimed=none&limit=200'))).toEqual([false, true, true]);
    expect(await list('overdue=true')).toEqual([three.id]);
    expect(among(await list('overdue=false&limit=200'))).toEqual([true, true, false]);
    expect(among(await list('severity=medium&limit=200'))).toEqual([true, true, true]);
    expect(among(await list('severity=high&limit=200'))).toEqual([false, false, false]);
    expect((await list('sort=due'))[0]).toBe(three.id);
    const byDue = await system.call('GET', '/v1/exceptions?sort=due&limit=1');
    const wrong = await system.call('GET', `/v1/exceptions?limit=1&cursor=${byDue.body.next_cursor}`);
    expect(fieldsOf(wrong)).toEqual({ cursor: 'is not a cursor of this list' });
    const whole = await system.call('GET', '/v1/exceptions?overdue=maybe&severity=huge&claimed=theirs&sort=age');
    expect(Object.keys(fieldsOf(whole)).toSorted()).toEqual(['claimed', 'overdue', 'severity', 'sort']);
    await resolveMany({ ids: [one.id, two.id, three.id], resolution: 'cancel_order' });
  });

  test('comes to numbers that agree with what is done', async () => {
    const read = async () => ExceptionStatistics.parse((await system.call('GET', '/v1/exceptions/statistics')).body);
    const before = await read();
    const made = await several(2, declined);
    await post(made[0]?.id ?? '', 'claim', system.key);
    await system.database.pool.query('update exception set due_at = now() where id = $1', [made[1]?.id]);
    const between = await read();
    expect(between.open.total).toBe(before.open.total + 2);
    expect(between.open.overdue).toBe(before.open.overdue + 1);
    expect(between.open.claimed).toBe(before.open.claimed + 1);
    expect(between.open.by_severity['medium']).toBe((before.open.by_severity['medium'] ?? 0) + 2);
    const ofKind = between.open.by_kind.find(({ kind }) => kind === 'payment_failed');
    expect(ofKind).toMatchObject({ severity: 'medium', overdue: 1 });
    expect(between.open.oldest_age_seconds).toBeGreaterThanOrEqual(0);
    await resolveMany({ ids: made.map(({ id }) => id), resolution: 'mark_failed' });
    const after = await read();
    // Of this kind: an order of an earlier test may be brought before a person for something else by now.
    const openOf = ({ open }: ExceptionStatistics) =>
      open.by_kind.find(({ kind }) => kind === 'payment_failed')?.open ?? 0;
    expect(openOf(after)).toBe(openOf(before));
    expect(after.resolved.total).toBe(before.resolved.total + 2);
    const failed = ({ resolved }: ExceptionStatistics) => resolved.by_resolution['mark_failed'] ?? 0;
    expect(failed(after)).toBe(failed(before) + 2);
    expect(after.resolved.median_seconds).toBeGreaterThan(0);
    expect(after.resolved.p90_seconds).toBeGreaterThanOrEqual(after.resolved.median_seconds ?? 0);
  });

  test('needs the scopes', async () => {
    const { id } = await declined();
    const reader = await system.makeKey('staff', ['exceptions:read']);
    const resolver = await system.makeKey('staff', ['exceptions:resolve']);
    expect((await system.call('GET', '/v1/exceptions/statistics', { key: reader })).status).toBe(200);
    problemOf(await system.call('GET', '/v1/exceptions/statistics', { key: resolver }), 403, 'scope_missing');
    const body = { ids: [id], resolution: 'retry' };
    problemOf(await resolveMany(body, { key: reader }), 403, 'scope_missing');
    problemOf(await post(id, 'release', reader), 403, 'scope_missing');
    expect((await resolveMany(body, { key: resolver })).body).toMatchObject({ resolved: 1 });
    const agent = await system.makeKey('agent', ['*']);
    problemOf(await resolveMany(body, { key: agent }), 403, 'role_not_allowed');
  });
});
