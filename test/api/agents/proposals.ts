import { describe, expect, test } from 'vitest';
import { ConfirmedProposal, ProposalPage, ProposalView } from '../../../src/contracts/proposals.ts';
import { workflowIdOf } from '../../../src/domain/keys.ts';
import { startForgetfulApi } from '../../setup/second-api.ts';
import { eventually, getOrder, orderRequest, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';
import { act, agentKey, decide, labelled, owner, prepare, prepared, staffWith } from './preparing.ts';

const CANCEL = {
  action: 'cancel',
  fields: { reason: 'ordered twice' },
  reason: 'The buyer wrote that it is a duplicate.',
};

const ORDERED = orderRequest();

const statusOf = async (id: string): Promise<string> => (await system.call('GET', `/v1/proposals/${id}`)).body.status;

describe('a prepared action', () => {
  test('says what would change, and changes nothing', async () => {
    const number = await labelled();
    const before = await getOrder(system, number);
    const proposal = await prepared(number, CANCEL);
    expect(ProposalView.strict().parse(proposal)).toMatchObject({
      order: number,
      order_version: before.version,
      action: 'cancel',
      fields: { reason: 'ordered twice' },
      reason: CANCEL.reason,
      status: 'open',
      prepared_by: { role: 'agent', id: expect.stringMatching(/^key_/), name: 'test agent' },
      confirmed_by: null,
      would_change: {
        status: { from: 'processing', to: 'cancelled' },
        facts: [{ type: 'order_cancelled', reason: 'ordered twice' }],
        money: { currency: 'USD', refund: '20.00', released: '0.00', credit: '0.00' },
        stock: [{ line: 1, sku: 'MUG', released: 1, restocked: 0 }],
        parcels: [{ id: `${number}/1`, from: 'labelled', to: 'cancelled' }],
      },
    });
    expect(Date.parse(proposal.expires_at) - Date.parse(proposal.created_at)).toBe(86_400_000);
    expect(await getOrder(system, number)).toEqual(before);
  });

  test('becomes the action when a person confirms it, in the name of that person', async () => {
    const number = await labelled();
    const { id } = await prepared(number, CANCEL);
    const staff = await staffWith('orders:cancel', 'proposals:read');
    const first = await decide('confirm', id, { person: staff });
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    const { proposal, order } = ConfirmedProposal.parse(first.body);
    expect(order).toMatchObject({ number, status: 'cancelled' });
    expect(proposal).toMatchObject({
      status: 'confirmed',
      prepared_by: { role: 'agent' },
      confirmed_by: { role: 'staff', name: expect.stringMatching(/^Person /) },
    });
    const fact = order.timeline.find(({ type }) => type === 'order_cancelled');
    expect(fact?.actor).toEqual(proposal.confirmed_by);
    for (const person of [staff, await owner()]) {
      const again = await decide('confirm', id, { person });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.body.order).toEqual(first.body.order);
      expect(again.body.proposal.confirmed_by).toEqual(proposal.confirmed_by);
    }
    const settled = await untilOrder(system, number, (one) => one.payment_status === 'refunded');
    expect(settled.timeline.filter(({ type }) => type === 'order_cancelled')).toHaveLength(1);
  });

  test('happens once when two people confirm it at the same time', async () => {
    const number = await labelled();
    const { id } = await prepared(number, { action: 'add_note', fields: { note: 'call first' }, reason: 'Asked for.' });
    const people = await Promise.all([1, 2, 3].map(() => staffWith('orders:act')));
    const answers = await Promise.all(people.map((person) => decide('confirm', id, { person })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.proposal.confirmed_by.id)).size).toBe(1);
    const { timeline } = await getOrder(system, number);
    expect(timeline.filter(({ type }) => type === 'note_added')).toHaveLength(1);
  });

  test.each([
    ['cancels', CANCEL],
    [
      'sends the goods elsewhere',
      {
        action: 'edit_address',
        fields: { address: { ...ORDERED.shipping_address, line1: '2 Market St' } },
        reason: 'The buyer has moved.',
      },
    ],
  ])('that %s and was done is confirmed, though the answer was lost and the workflow has ended', async (_, asked) => {
    const number = await labelled();
    const { id } = await prepared(number, asked);
    const forgetful = await startForgetfulApi(system);
    const lost = await fetch(`${forgetful.url}/v1/proposals/${id}/confirm`, {
      method: 'POST',
      headers: { ...(await owner()), 'content-type': 'application/json' },
      body: '{}',
    });
    await forgetful.stop();
    expect(lost.status).toBe(503);
    const { version } = await getOrder(system, number);
    expect(version).toBeGreaterThan((await system.call('GET', `/v1/proposals/${id}`)).body.order_version);
    await system.temporal.client.workflow.getHandle(workflowIdOf(number)).terminate('its time is over');
    // The engine still knows the last run; a later event has begun another one.
    await system.engine.tell(number, { type: 'stock_arrived' });

    const again = await decide('confirm', id);
    expect(again.status, JSON.stringify(again.body)).toBe(200);
    expect(again.body.proposal.status).toBe('confirmed');
    const { timeline } = await getOrder(system, number);
    const type = asked.action === 'cancel' ? 'order_cancelled' : 'address_edited';
    expect(timeline.filter((fact) => fact.type === type)).toHaveLength(1);
  });

  test('is void when the order has moved on', async () => {
    const number = await labelled();
    const { id } = await prepared(number, CANCEL);
    const moved = await act(number, 'add_note', { note: 'the buyer rang' });
    expect(await statusOf(id)).toBe('void');
    const problem = problemOf(await decide('confirm', id), 409, 'proposal_void');
    expect(problem).toMatchObject({ version: moved.body.version, status_now: 'processing' });
    problemOf(await decide('decline', id), 409, 'proposal_closed');
    expect((await getOrder(system, number)).status).toBe('processing');
  });

  test('is void for good when the order moves on during the confirmation', async () => {
    const number = await labelled();
    const { id } = await prepared(number, CANCEL);
    // A confirmation that has begun is not judged by the version at the door.
    await system.database.pool.query('update proposal set confirmed_by = $2, confirmed_role = $3 where id = $1', [
      id,
      'key_begun',
      'staff',
    ]);
    await act(number, 'add_note', { note: 'meanwhile' });
    problemOf(await decide('confirm', id), 409, 'proposal_void');
    const { rows } = await system.database.pool.query('select status from proposal where id = $1', [id]);
    expect(rows).toEqual([{ status: 'void' }]);
  });

  test('expires', async () => {
    const number = await labelled();
    const { id } = await prepared(number, { ...CANCEL, expires_in: 'PT1S' });
    await eventually(
      () => statusOf(id),
      (status) => status === 'expired',
    );
    const problem = problemOf(await decide('confirm', id), 409, 'proposal_closed');
    expect(problem.detail).toBe('The proposal is expired.');
    expect((await getOrder(system, number)).status).toBe('processing');
  });

  test('is declined with a note, and stays so', async () => {
    const { id } = await prepared(await labelled(), CANCEL);
    const declined = await decide('decline', id, { body: { note: 'she wants both' } });
    expect(declined.body).toMatchObject({ status: 'declined', note: 'she wants both', declined_by: { role: 'owner' } });
    expect((await decide('decline', id, { body: { note: 'again' } })).body).toEqual(declined.body);
    problemOf(await decide('confirm', id), 409, 'proposal_closed');
  });

  test('may be an address, which goes no further than the database before it is confirmed', async () => {
    const number = await labelled();
    const address = {
      name: 'Ada L.',
      line1: '5 Mission St',
      city: 'San Francisco',
      postal_code: '94105',
      country: 'US',
    };
    const { id, would_change } = await prepared(number, {
      action: 'edit_address',
      fields: { address },
      reason: 'She moved.',
    });
    expect(JSON.stringify(would_change)).not.toContain('Mission');
    const blind = await system.makeKey('owner', ['proposals:read']);
    expect((await system.call('GET', `/v1/proposals/${id}`, { key: blind })).body.fields).toEqual({});
    expect((await system.call('GET', `/v1/proposals/${id}`)).body.fields).toEqual({
      address: { ...address, region: '' },
    });
    const { body } = await decide('confirm', id);
    expect(body.order.shipping_address).toMatchObject({ line1: '5 Mission St' });
  });

  test('may be a message, and is the confirming person’s when it is sent', async () => {
    const number = await labelled();
    const fields = { to: 'buyer', body: 'It leaves tomorrow.' };
    const { id } = await prepared(number, { action: 'send_message', fields, reason: 'She asked when.' });
    expect((await getOrder(system, number)).messages).toEqual([]);
    const { body } = await decide('confirm', id, { person: await staffWith('orders:send_message') });
    expect(body.order.messages).toMatchObject([{ from: 'staff', to: 'buyer', body: 'It leaves tomorrow.' }]);
  });

  test('may decide an exception', async () => {
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    const { exceptions } = await untilOrder(system, number, (order) => order.exceptions.length === 1);
    const fields = { exception: exceptions[0]?.id, resolution: 'cancel_order' };
    const { id, would_change } = await prepared(number, { action: 'resolve_exception', fields, reason: 'No answer.' });
    expect(would_change.facts.map(({ type }) => type)).toEqual(['exception_resolved', 'order_cancelled']);
    expect((await decide('confirm', id)).body.order.status).toBe('cancelled');
  });
});

describe('preparing', () => {
  test('is refused with the problem the action would give', async () => {
    const number = await labelled();
    const cases: [string, object][] = [
      ['complete', {}],
      ['release', {}],
      ['cancel', {}],
      ['cancel', { reason: 'x', lines: [{ line: 9, quantity: 1 }] }],
      ['refund', { refund_reason: 'other' }],
      ['refund', { refund_reason: 'duplicate', amount: '20.01' }],
      ['exchange', {}],
      ['cancel', { reason: 'x', expected_version: 1 }],
      ['edit_address', { address: { name: '' } }],
      ['mark_delivered', { fulfilment: 'none' }],
    ];
    for (const [action, fields] of cases) {
      const [asked, done] = await Promise.all([
        prepare(number, { action, fields, reason: 'x' }),
        act(number, action, fields),
      ]);
      const [one, other] = [asked, done].map(({ body }) => ({ ...body, request_id: '', allowed_actions: [] }));
      expect(done.status, action).toBeGreaterThanOrEqual(400);
      expect(one, action).toEqual(other);
    }
    problemOf(await prepare('ORD-0000000000', CANCEL), 404, 'order_not_found');
  });

  test('names every wrong field', async () => {
    const number = await labelled();
    expect(fieldsOf(await prepare(number, { action: 'explode', expires_in: 'P8D', why: 1 }))).toEqual({
      action: expect.any(String),
      reason: 'is required',
      expires_in: 'must be between PT1S and P7D',
      why: 'is not a field of this request',
    });
  });

  test('gives the same proposal for the same Idempotency-Key', async () => {
    const number = await labelled();
    const first = await prepare(number, CANCEL, 'prepare-once');
    const second = await prepare(number, CANCEL, 'prepare-once');
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    problemOf(await prepare(number, { ...CANCEL, reason: 'other' }, 'prepare-once'), 422, 'idempotency_key_reused');
    const { body } = await system.call('GET', `/v1/proposals?order=${number}`);
    expect(body.data).toHaveLength(1);
  });
});

describe('the list', () => {
  test('is filtered by order and status, and comes in pages, newest first', async () => {
    const number = await labelled();
    const hold = { action: 'hold', fields: { reason: 'wait' }, reason: 'Looks odd.' };
    const ids: string[] = [];
    for (const one of [CANCEL, hold, hold]) ids.unshift((await prepared(number, one)).id);
    await decide('decline', ids[0] ?? '');
    const list = async (query: string) => {
      const { status, body } = await system.call('GET', `/v1/proposals?order=${number}${query}`);
      expect(status).toBe(200);
      return ProposalPage.parse(body);
    };
    const idsOf = ({ data }: ProposalPage): string[] => data.map(({ id }) => id);
    expect(idsOf(await list(''))).toEqual(ids);
    expect(idsOf(await list('&status=open'))).toEqual(ids.slice(1));
    expect(idsOf(await list('&status=declined'))).toEqual(ids.slice(0, 1));
    const page = await list('&limit=2');
    expect(idsOf(page)).toEqual(ids.slice(0, 2));
    expect(idsOf(await list(`&limit=2&cursor=${page.next_cursor}`))).toEqual(ids.slice(2));
    await act(number, 'add_note', { note: 'moves on' });
    expect(idsOf(await list('&status=void'))).toEqual(ids.slice(1));
  });

  test('shows programs what they have prepared themselves', async () => {
    const number = await labelled();
    const { id } = await prepared(number, CANCEL);
    const own = await system.call('GET', `/v1/proposals?order=${number}`, { key: await agentKey() });
    expect(own.body.data).toHaveLength(1);
    const other = await system.makeKey('agent', ['proposals:read']);
    expect((await system.call('GET', `/v1/proposals?order=${number}`, { key: other })).body.data).toEqual([]);
    problemOf(await system.call('GET', `/v1/proposals/${id}`, { key: other }), 404, 'not_found');
  });
});
