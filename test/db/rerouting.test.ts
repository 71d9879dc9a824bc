import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordNews } from '../../src/activities/recording.ts';
import { reserve } from '../../src/activities/reservation.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { insertIntake } from '../../src/db/intake.ts';
import { readOrder } from '../../src/db/order-reader.ts';
import { recordPlacement, recordTransition } from '../../src/db/record.ts';
import { holdsOf, stockDrift } from '../../src/db/stock.ts';
import { place } from '../../src/domain/accepting.ts';
import { decideAction } from '../../src/domain/decide.ts';
import { begin } from '../../src/domain/draft.ts';
import { evolveAll } from '../../src/domain/evolve.ts';
import type { Order } from '../../src/domain/order.ts';
import { NUMBER, placement } from '../domain/given.ts';
import { openShop, type Shop } from './stock-fixture.ts';

/** An order whose address has changed, and of which something is heard before it is planned anew. */

const ANA = { role: 'staff', id: 'ana' } as const;
const SOUND = { heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 };

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(4);
  for (const code of ['EAST', 'WEST', 'SOUTH'])
    await sql`update location set region = ${code} where code = ${code}`.execute(shop.db);
  await putStore(shop.db, { code: 'main', name: 'Main', supportEmail: 'help@example.com', policy: {} });
});
afterAll(() => shop.drop());

/** Three units: two of them leave from EAST, one from WEST. */
async function packed(): Promise<Order> {
  const { db } = shop;
  await shop.stock('MUG', { EAST: 2, WEST: 1 });
  const line = { no: 1, sku: 'MUG', kind: 'physical', seller: null, quantity: 3, unitPrice: 1500 } as const;
  const placing = placement({ paymentMethod: 'cod', paymentReference: null, lines: [line] });
  const address = { name: 'A', line1: '1 St', city: 'B', region: 'EAST', postal_code: '99', country: 'DE' };
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
  const { order, facts } = place(placing, ANA, Date.now());
  await recordPlacement(db, order, facts);
  return evolveAll(order, await reserve(db, order, begin(order), Date.now()));
}

test('what is heard moves its stock, and the rest changes place, in one transition', async () => {
  const { db } = shop;
  const order = await packed();
  expect(order.fulfilments.map(({ location, status }) => [location, status])).toEqual([
    ['EAST', 'pending'],
    ['WEST', 'pending'],
  ]);
  const request = {
    action: 'edit_address',
    actor: ANA,
    fields: { staged_address: '00000000-0000-0000-0000-000000000001' },
  };
  const edited = decideAction(order, request as Parameters<typeof decideAction>[1], Date.now());
  if (!edited.ok) throw new Error(edited.refusal.code);
  await recordTransition(db, order, edited.order, edited.facts);
  await shop.stock('MUG', { SOUTH: 1 });
  await sql`update orders set shipping_address = shipping_address || '{"region": "SOUTH"}' where number = ${NUMBER}`.execute(
    db,
  );

  const tracking = { fulfilment: `${NUMBER}/1`, carrier: 'DHL', status: 'transit', details: '' } as const;
  const { facts } = await recordNews(db, NUMBER, { type: 'tracking', tracking });
  expect(facts.map(({ type }) => type)).toEqual(['parcel_shipped', 'parcels_rerouted', 'fulfilments_created']);
  const after = (await readOrder(db, NUMBER))?.order;
  expect(after).toEqual(evolveAll(edited.order, facts));
  expect(after?.fulfilments.map(({ location, status }) => [location, status])).toEqual([
    ['EAST', 'shipped'],
    ['WEST', 'cancelled'],
    ['SOUTH', 'pending'],
  ]);
  expect(await shop.level('MUG', 'EAST')).toEqual({ onHand: 0, held: 0 });
  expect(await shop.level('MUG', 'WEST')).toEqual({ onHand: 1, held: 0 });
  expect(await shop.level('MUG', 'SOUTH')).toEqual({ onHand: 1, held: 1 });
  expect(await holdsOf(db, NUMBER)).toMatchObject([{ location: 'SOUTH', quantity: 1 }]);
  expect(await stockDrift(db)).toEqual(SOUND);
});
