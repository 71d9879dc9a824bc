import { beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../../src/contracts/order-view.ts';
import { getOrder, place, untilOrder } from '../../setup/system.ts';
import { type Browser, newPerson, signIn } from '../people/browser.ts';
import { system } from '../whole-system.ts';

/** Whoever runs the store reads who did something by name; sellers and buyers read no name of staff. */

let ada: Browser;
let name: string;
beforeAll(async () => {
  const { email } = await newPerson(system, { role: 'owner' });
  ada = await signIn(system, email);
  ({ name } = (await ada.call('GET', '/v1/me')).body);
});

const heldFor = (order: OrderView) => order.timeline.find(({ type }) => type === 'order_held')?.actor;

async function heldByAda(body: object): Promise<string> {
  const number = await place(system, { payment: { method: 'cod' }, ...body });
  await untilOrder(system, number, ({ status }) => status === 'processing');
  const { status } = await ada.call('POST', `/v1/orders/${number}/actions/hold`, { reason: 'The buyer asked to wait' });
  expect(status).toBe(200);
  return number;
}

describe('who did something', () => {
  test('stands on the timeline by name: a person, an API key, and the system without one', async () => {
    const number = await heldByAda({});
    const order = await getOrder(system, number);
    expect(heldFor(order)).toEqual({ role: 'owner', id: expect.stringMatching(/^user_/), name });
    const actors = order.timeline.map(({ type, actor }) => [type, actor.name]);
    expect(actors).toContainEqual(['order_placed', 'test owner']);
    expect(actors).toContainEqual(['order_confirmed', null]);
    const own: OrderView = (await ada.call('GET', `/v1/orders/${number}`)).body;
    expect(own.timeline).toEqual(order.timeline);
  });

  test('is not told to a seller or a buyer by name', async () => {
    const number = await heldByAda({
      items: [{ sku: 'MUG', quantity: 1, unit_price: '20.00', seller: 'acme' }],
      total: '25.00',
    });
    const { fulfilments } = await getOrder(system, number);
    await ada.call('POST', `/v1/orders/${number}/actions/release`, {});
    const shipped = { fulfilment: fulfilments[0]?.id, carrier: 'DHL', tracking_number: 'JD014602' };
    expect((await ada.call('POST', `/v1/orders/${number}/actions/ship`, shipped)).status).toBe(200);
    const read = async (key: string): Promise<OrderView> =>
      (await system.call('GET', `/v1/orders/${number}`, { key })).body;
    for (const view of [
      await read(await system.makeKey('seller', ['*'], 'acme')),
      await read(await system.makeKey('customer', ['*'])),
    ]) {
      expect(view.timeline.map(({ type }) => type)).toContain('parcel_shipped');
      expect(JSON.stringify(view)).not.toContain(name);
      expect(view.timeline.filter(({ actor }) => actor.name !== null)).toEqual([]);
    }
  });

  test('stands beside an exception: who holds it, and who resolved it', async () => {
    const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
    const { exceptions } = await untilOrder(system, number, (order) => order.exceptions.length > 0);
    const id = String(exceptions[0]?.id);
    const claimed = await ada.call('POST', `/v1/exceptions/${id}/claim`, {});
    expect(claimed.body).toMatchObject({ claimed_by_name: name, resolved_by_name: null });
    const { body } = await system.call('GET', `/v1/exceptions?order=${number}`);
    expect(body.data[0].claimed_by_name).toBe(name);
    const resolved = await system.call('POST', `/v1/exceptions/${id}/resolve`, { body: { resolution: 'mark_failed' } });
    expect(resolved.body.exception).toMatchObject({
      resolved_by: expect.stringMatching(/^owner:key_/),
      resolved_by_name: 'test owner',
    });
  });

  test('stands beside a change of stock and of a policy', async () => {
    const adjustment = { sku: 'MUG', location: 'WEST', kind: 'receipt', change: 1, reason: 'delivery' };
    expect((await ada.call('POST', '/v1/inventory/adjustments', adjustment)).status).toBe(201);
    const { data: movements } = (await system.call('GET', '/v1/inventory/MUG/movements')).body;
    expect(movements[0]).toMatchObject({ reason: 'delivery', actor_name: name });
    const { policy, policy_version: version } = (await system.call('GET', '/v1/stores/main')).body;
    expect((await ada.call('PUT', '/v1/stores/main/policy', { version, policy })).status).toBe(200);
    const { data: versions } = (await system.call('GET', '/v1/stores/main/policy/history')).body;
    expect(versions[0]).toMatchObject({ version: version + 1, changed_by_name: name });
    expect(versions.at(-1)).toMatchObject({ changed_by: 'system', changed_by_name: null });
  });
});
