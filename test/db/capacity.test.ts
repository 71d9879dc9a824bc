import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { packedSince } from '../../src/db/fulfilments.ts';
import { openShop, type Shop } from './stock-fixture.ts';

/** A location packs so many parcels a day: those that were made that day, whatever becomes of them when. */

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(2);
  await sql`insert into store (code, name, support_email, policy) values ('main', 'Main', 'help@example.com', '{}')`.execute(
    shop.db,
  );
});
afterAll(() => shop.drop());

const MIDNIGHT = new Date('2026-11-16T00:00:00Z');
const YESTERDAY = '2026-11-15T16:00:00Z';
const TODAY = '2026-11-16T09:00:00Z';

/** A parcel made at one time, of which something was heard at another. */
async function parcel(no: number, madeAt: string, updatedAt: string, status: string): Promise<void> {
  const order = `ORD-CAPACITY0${no}`;
  await sql`
    insert into orders (number, store, channel, status, payment_status, payment_method, version, currency, subtotal_minor, discount_minor,
                        shipping_minor, tax_minor, total_minor, shipping_service, customer_name, customer_email, locale, billing_address,
                        shipping_address, confirmation_given, waiting_for, calls, policy, placed_at, updated_at)
    values (${order}, 'main', 'web', 'processing', 'paid', 'cod', 1, 'USD', 0, 0, 0, 0, 0, 'standard', 'Ada', 'ada@example.com', 'en', '{}',
            '{}', true, '', '{}', '{}', ${madeAt}, ${updatedAt})`.execute(shop.db);
  await sql`
    insert into fulfilment (id, order_number, no, location, kind, status, lines, ship_by, made_at, updated_at)
    values (${`${order}/1`}, ${order}, 1, 'EAST', 'physical', ${status}, '[]', ${madeAt}, ${madeAt}, ${updatedAt})`.execute(
    shop.db,
  );
}
const packed = async (besides: string | null = null) =>
  (await packedSince(shop.db, ['EAST', 'WEST'], MIDNIGHT, besides)).get('EAST') ?? 0;

beforeEach(() => shop.pool.query('delete from order_event; delete from fulfilment; delete from orders'));

test('yesterday’s parcels that arrive today take up nothing of today', async () => {
  await parcel(1, YESTERDAY, TODAY, 'delivered');
  await parcel(2, YESTERDAY, TODAY, 'shipped');
  expect(await packed()).toBe(0);
});

test('today’s parcels do, also when they have left; cancelled ones do not', async () => {
  await parcel(1, TODAY, TODAY, 'pending');
  await parcel(2, TODAY, TODAY, 'shipped');
  await parcel(3, TODAY, TODAY, 'cancelled');
  expect(await packed()).toBe(2);
});

test('an order that is planned anew has its own place to give up', async () => {
  await parcel(1, TODAY, TODAY, 'labelled');
  await parcel(2, TODAY, TODAY, 'labelled');
  expect(await packed('ORD-CAPACITY01')).toBe(1);
});

test('a parcel of an earlier release was made when its order says so', async () => {
  const file = new URL('../../src/db/migrations/0033_parcels_by_day_made.sql', import.meta.url);
  const [up = '', down = ''] = (await readFile(file, 'utf8')).split('-- Down Migration');
  await parcel(1, TODAY, TODAY, 'delivered');
  await shop.pool.query(down);
  await sql`
    insert into order_event (order_number, seq, at, actor_role, actor_id, type, from_status, to_status, data)
    values ('ORD-CAPACITY01', 1, ${YESTERDAY}, 'system', 'x', 'fulfilments_created', 'confirmed', 'processing',
            '{"fulfilments": [{"id": "ORD-CAPACITY01/1"}]}')`.execute(shop.db);
  await shop.pool.query(up);
  expect(await packed()).toBe(0);
});
