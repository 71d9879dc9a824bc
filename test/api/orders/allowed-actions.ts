import { beforeAll, expect, test } from 'vitest';
import { putStore } from '../../../src/db/catalogue.ts';
import type { Role } from '../../../src/domain/order.ts';
import { ACTION_NAMES, type ActionName } from '../../../src/domain/transitions.ts';
import { eventually, getOrder, orderRequest, place, untilOrder } from '../../setup/system.ts';
import { system } from '../whole-system.ts';

/** What an order offers is what it takes: `allowed_actions` against the action endpoint, for every role in each state. */

/** Staff may what owners may, and a program what an agent may; what sellers see and may is in sellers.ts. */
const ROLES = ['owner', 'customer', 'agent'] as const satisfies Role[];
type Asker = (typeof ROLES)[number];

const keys = new Map<Asker, string>();
beforeAll(async () => {
  const policy = { confirmation: 'call' as const, cod_collected_on_delivery: false };
  const store = { name: 'Calls', supportEmail: 'help@calls.example', policy };
  await putStore(system.database.db, { code: 'calls', ...store });
  for (const role of ROLES) keys.set(role, await system.makeKey(role, ['*']));
});

const act = (number: string, action: string, body: object, role: Asker = 'owner') =>
  system.call('POST', `/v1/orders/${number}/actions/${action}`, { body, key: keys.get(role) ?? '' });
async function done(number: string, action: ActionName, body: object = {}): Promise<void> {
  const answer = await act(number, action, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
}

const service = {
  store: 'calls',
  payment: { method: 'cod' },
  items: [{ sku: 'SETUP', quantity: 1, unit_price: '50.00' }],
  total: '55.00',
};
async function confirmed(changes: Record<string, unknown> = service): Promise<string> {
  const number = await place(system, changes);
  await done(number, 'confirm');
  return number;
}
async function delivered(): Promise<string> {
  const number = await confirmed();
  await done(number, 'mark_delivered');
  return number;
}
async function labelled(): Promise<string> {
  const number = await place(system, { payment: { method: 'cod' } });
  await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
  return number;
}
async function shipped(): Promise<string> {
  const number = await labelled();
  const [parcel] = (await getOrder(system, number)).fulfilments;
  await system.control.advanceParcel(parcel?.tracking_number ?? '', 'TRANSIT');
  await untilOrder(system, number, (order) => order.status === 'shipped');
  return number;
}
const twoServices = [
  { sku: 'SETUP', quantity: 1, unit_price: '50.00' },
  { sku: 'GAME', quantity: 1, unit_price: '19.99' },
];

/** Ways to make an order that is in a certain state and stays in it. */
const STATES: Record<string, () => Promise<string>> = {
  'waiting for a bank transfer': () => place(system, { payment: { method: 'bank_transfer' } }),
  'waiting for the call': () => place(system, service),
  'declined, with an exception': async () => {
    const payment = { method: 'stripe', payment_method: 'pm_card_chargeDeclined' };
    const number = await place(system, { payment });
    await untilOrder(system, number, (order) => order.exceptions.length > 0);
    return number;
  },
  'two fulfilments under way': () => confirmed({ ...service, items: twoServices, total: '74.99' }),
  'one of two delivered': async () => {
    const number = await confirmed({ ...service, items: twoServices, total: '74.99' });
    await done(number, 'mark_delivered', { fulfilment: `${number}/1` });
    return number;
  },
  labelled,
  shipped,
  'delivered, cash outstanding': delivered,
  completed: async () => {
    const number = await delivered();
    await done(number, 'complete');
    return number;
  },
  cancelled: async () => {
    const number = await place(system, { payment: { method: 'bank_transfer' } });
    await done(number, 'cancel', { reason: 'test' });
    return number;
  },
};

const FIELDS: Partial<Record<ActionName, object>> = {
  confirm: { payment_reference: 'TRF 1' },
  cancel: { reason: 'test' },
  request_cancellation: { reason: 'test' },
  ship: { carrier: 'DHL', tracking_number: 'JD0147' },
  edit_tracking: { carrier: 'DHL', tracking_number: 'JD0148' },
  mark_delivered: { evidence: 'seen' },
  edit_address: { address: { ...orderRequest().shipping_address, line1: '3 Market St' } },
  reopen_exception: { exception: 'none', note: 'test' },
  add_note: { note: 'test' },
  log_call: { outcome: 'busy' },
  reject: { note: 'test' },
  hold: { reason: 'test' },
  answer_substitution: { accept: true },
  exchange: { add: [{ sku: 'MUG', quantity: 1 }] },
  refund: { refund_reason: 'duplicate' },
  reship: { reason: 'test' },
  file_claim: { claim_reference: 'CL 1', amount: '1.00' },
  settle_claim: { claim_outcome: 'paid' },
  request_return: { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' },
  send_message: { body: 'test' },
};
/** These leave the status as it is, so that one order is enough for them. */
const KEEPS: readonly ActionName[] = ['add_note', 'edit_address'];

/** The last line is the one that is still here, and what takes its place costs no more. */
async function lineHere(number: string): Promise<{ line: number; sku: string }> {
  const { items } = await getOrder(system, number);
  return { line: items.length, sku: items.at(-1)?.sku === 'MUG' ? 'MUG' : 'GAME' };
}

async function fieldsFor(number: string, action: ActionName): Promise<object> {
  if (action === 'substitute') return lineHere(number);
  if (action === 'edit_lines') {
    const { line, sku } = await lineHere(number);
    return { remove: [{ line, quantity: 1 }], add: [{ sku, quantity: 1 }], reason: 'test' };
  }
  if (action !== 'resolve_exception') return FIELDS[action] ?? {};
  const exception = (await getOrder(system, number)).exceptions.find((one) => one.status === 'open')?.id ?? 'none';
  return { exception, resolution: 'cancel_order' };
}

const offeredTo = async (number: string, role: Asker): Promise<ActionName[]> =>
  (await system.call('GET', `/v1/orders/${number}`, { key: keys.get(role) ?? '' })).body.allowed_actions;

async function refusals(number: string, role: Asker, offered: readonly ActionName[]): Promise<void> {
  const refused = ACTION_NAMES.filter((action) => !offered.includes(action));
  const answers = await Promise.all(
    refused.map(async (action) => act(number, action, await fieldsFor(number, action), role)),
  );
  answers.forEach(({ status, body }, index) => {
    expect([403, 409], `${role} may not ${refused[index]}, and was answered ${JSON.stringify(body)}`).toContain(status);
    expect(body.allowed_actions, refused[index]).toEqual(offered);
  });
}

test.each(Object.entries(STATES))(
  '%s: what is offered is taken, what is not offered is refused',
  async (_name, make) => {
    const number = await make();
    const before = await getOrder(system, number);
    for (const role of ROLES) {
      const offered = await offeredTo(number, role);
      await refusals(number, role, offered);
      expect(await getOrder(system, number), `what is refused changes nothing (${role})`).toEqual(before);
    }
    let changed = false;
    for (const role of ROLES) {
      for (const action of await offeredTo(number, role)) {
        const target = KEEPS.includes(action) ? number : await make();
        const fields = await fieldsFor(target, action);
        const { status, body } = await act(target, action, fields, role);
        changed = true;
        // Several fulfilments could be meant: the action is possible and asks which.
        const asks = status === 422 && body.code === 'fulfilment_required';
        expect(asks || status === 200, `${role} may ${action}, and was answered ${JSON.stringify(body)}`).toBe(true);
      }
    }
    expect(changed, 'at least a note can always be written').toBe(true);
  },
);

test('what needs a fulfilment named takes the one that is named', async () => {
  const number = (await STATES['two fulfilments under way']?.()) ?? '';
  const { status, body } = await act(number, 'mark_delivered', { evidence: 'seen' });
  expect({ status, code: body.code }).toEqual({ status: 422, code: 'fulfilment_required' });
  expect(body.detail).toBe(`Name one of: ${number}/1, ${number}/2.`);
  await done(number, 'mark_delivered', { fulfilment: `${number}/2` });
  await done(number, 'mark_delivered', { fulfilment: `${number}/1` });
  await eventually(
    () => getOrder(system, number),
    (order) => order.status === 'delivered',
  );
});
