import { beforeAll, describe, expect, test } from 'vitest';
import { OrderView } from '../../../src/contracts/order-view.ts';
import { deliver, place, untilOrder } from '../../setup/system.ts';
import { problemOf, send } from '../answers.ts';
import { system } from '../whole-system.ts';

let number: string;
beforeAll(async () => {
  number = await place(system);
  await deliver(system, number);
});

/** Else fetch says no-cache by itself when it sends an ETag. */
const UNCACHED = { 'cache-control': 'max-age=0' };
const NONE = 'ORD-0000000000';
const read = (path: string, headers: Record<string, string> = {}) =>
  send(`${system.url}/v1/orders/${path}`, 'GET', { authorization: `Bearer ${system.key}`, ...headers });

describe('an order', () => {
  test('is shown whole, in the shape that is documented', async () => {
    const { status, body, headers } = await read(number);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    const order = OrderView.strict().parse(body);
    expect(order).toMatchObject({
      number,
      status: 'completed',
      payment_status: 'paid',
      payments: [{ method: 'stripe', amount: '20.00', authorized: '20.00', captured: '20.00', refunded: '0.00' }],
      fulfilments: [{ status: 'delivered', kind: 'physical', lines: [{ line: 1, quantity: 1 }] }],
      items: [{ quantities: { shipped: 1, delivered: 1, cancelled: 0, returned: 0, refunded: 0 } }],
      exceptions: [],
      workflow: { id: `order-${number}` },
    });
    expect(order.fulfilments[0]?.tracking_number).toMatch(/\w{6,}/);
  });

  test('tells its life on the timeline: who, when, from which status to which', async () => {
    const { timeline, status, version } = (await read(number)).body as OrderView;
    expect(timeline.map((entry) => entry.seq)).toEqual(timeline.map((_, index) => index + 1));
    expect(timeline).toHaveLength(version);
    const times = timeline.map((entry) => Date.parse(entry.at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    timeline.slice(1).forEach((entry, index) => expect(entry.from).toBe(timeline[index]?.to));
    expect(timeline.at(-1)?.to).toBe(status);
    const actors = Object.fromEntries(timeline.map((entry) => [entry.type, entry.actor.role]));
    expect(actors).toMatchObject({ order_placed: 'owner', payment_read: 'gateway', parcel_shipped: 'carrier' });
  });

  test('has its version as ETag, and is not sent again to who has it', async () => {
    const { headers, body } = await read(number);
    const etag = headers.get('etag') ?? '';
    expect(etag).toBe(`"${body.version}"`);
    const same = await read(number, { 'if-none-match': etag, ...UNCACHED });
    expect({ status: same.status, text: same.text }).toEqual({ status: 304, text: '' });
    expect((await read(number, { 'if-none-match': '"0"', ...UNCACHED })).status).toBe(200);
  });

  test('gives a new ETag once it has changed', async () => {
    const before = (await read(number)).headers.get('etag') ?? '';
    const note = await system.call('POST', `/v1/orders/${number}/actions/add_note`, { body: { note: 'read again' } });
    expect(note.status).toBe(200);
    const after = await read(number, { 'if-none-match': before, ...UNCACHED });
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).toBe(`"${note.body.version}"`);
  });

  test('that does not exist and one that cannot exist have the same answer', async () => {
    const numbers = [NONE, 'ORD-000000000', 'ORD-00000000000', 'ORD-IIIIIIIIII', number.toLowerCase(), '1', "'", '%20'];
    const bodies = new Set<string>();
    for (const other of numbers) {
      const { request_id: _, ...problem } = problemOf(await read(other), 404, 'order_not_found');
      bodies.add(JSON.stringify(problem));
    }
    expect([...bodies]).toHaveLength(1);
  });
});

describe('notes', () => {
  let noted: string;
  beforeAll(async () => {
    noted = await place(system, { payment: { method: 'bank_transfer' } });
    const note = 'The buyer sounded nervous';
    const answer = await system.call('POST', `/v1/orders/${noted}/actions/add_note`, { body: { note } });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['owner', true],
    ['staff', true],
    ['customer', false],
    ['agent', false],
  ] as const)('are for staff: a key of the role %s sees them: %s', async (role, sees) => {
    const key = await system.makeKey(role, ['orders:read']);
    const { status, body } = await system.call('GET', `/v1/orders/${noted}`, { key });
    expect(status).toBe(200);
    expect(JSON.stringify(body).includes('nervous')).toBe(sees);
  });

  test('are hidden from the buyer for whom a checkout asks, and still counted in the version', async () => {
    const { body } = await read(noted, { 'x-acting-for': 'customer' });
    expect(JSON.stringify(body)).not.toContain('nervous');
    expect(body.version).toBe(2);
    expect(body.allowed_actions).toEqual(['cancel', 'send_message']);
  });
});

test('an order that waits says for what and until when', async () => {
  const waiting = await untilOrder(
    system,
    await place(system, { payment: { method: 'bank_transfer' } }),
    (order) => order.waiting_until !== null,
  );
  expect(waiting.waiting_for).toMatch(/bank transfer/);
  expect(Date.parse(waiting.waiting_until ?? '')).toBeGreaterThan(Date.now());
});
