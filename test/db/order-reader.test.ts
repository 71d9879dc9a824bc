import { afterAll, beforeAll, expect, test } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import type { Db } from '../../src/db/database.ts';
import { insertIntake } from '../../src/db/intake.ts';
import { readOrder } from '../../src/db/order-reader.ts';
import { recordPlacement, recordTransition } from '../../src/db/record.ts';
import { confirmWith, place } from '../../src/domain/accepting.ts';
import { type ActionRequest, decideAction } from '../../src/domain/decide.ts';
import { begin } from '../../src/domain/draft.ts';
import type { Order } from '../../src/domain/order.ts';
import { AT, NUMBER, placement } from '../domain/given.ts';
import { shopWith } from './listed-orders.ts';

/** What is read back is what was folded, also where a part of it is derived. */

let shop: { db: Db; drop(): Promise<void> };
beforeAll(async () => {
  shop = await shopWith([]);
});
afterAll(() => shop.drop());

const ANA = { role: 'staff', id: 'ana' } as const;

async function act(before: Order, action: ActionRequest['action'], fields: ActionRequest['fields']): Promise<Order> {
  const decided = decideAction(before, { action, actor: ANA, fields }, AT);
  if (!decided.ok) throw new Error(decided.refusal.code);
  expect(await recordTransition(shop.db, before, decided.order, decided.facts)).toBe(true);
  return decided.order;
}

test('an order whose lines change between its stock and its parcels', async () => {
  const { db } = shop;
  await putStore(db, { code: 'main', name: 'Main', supportEmail: 'help@example.com', policy: {} });
  const mug = { no: 1, sku: 'MUG', kind: 'physical', seller: null, quantity: 2, unitPrice: 1500 } as const;
  const lines = [{ ...mug, shortage: 'backorder' } as const];
  const placing = placement({ paymentMethod: 'cod', paymentReference: null, lines });
  const address = { name: 'A', line1: '1 St', city: 'B', region: 'C', postal_code: '1', country: 'US' };
  await insertIntake(db, {
    number: NUMBER,
    apiKey: 'test',
    idempotencyKey: 'one',
    requestHash: 'one',
    placement: placing,
    buyer: {
      customer: { name: 'Ada', email: 'ada@example.com', phone: null, locale: 'en' },
      billing_address: address,
      shipping_address: address,
      lines: [{ no: 1, name: 'Mug', custom_fields: {} }],
    },
  });
  const { order: placed, facts } = place(placing, ANA, AT);
  await recordPlacement(db, placed, facts);
  const held = await act(placed, 'hold', { reason: 'wait' });
  const allocations = [
    { line: 1, sku: 'MUG', location: 'EAST', quantity: 1, lateDays: 0 },
    { line: 1, sku: 'MUG', location: 'WEST', quantity: 1, lateDays: 0 },
  ];
  const taken = confirmWith(begin(held), allocations, ['both'], AT);
  expect(taken.order.status).toBe('confirmed');
  await recordTransition(db, held, taken.order, taken.facts);

  const cup = {
    sku: 'CUP',
    name: 'Cup',
    kind: 'physical',
    seller: 'acme',
    quantity: 2,
    unitPrice: 900,
    shortage: 'ask',
  } as const;
  const change = { remove: [{ line: 1, quantity: 1 }], added: [cup], reason: 'asked' };
  const changed = await act(taken.order, 'edit_lines', change);
  expect(changed.allocations).toEqual([allocations[1]]);
  const read = await readOrder(db, NUMBER);
  expect(read?.order).toEqual(changed);
  expect(read?.lines.map(({ name }) => name)).toEqual(['Mug', 'Cup']);
});
