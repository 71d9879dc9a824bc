import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrderPage } from '../../src/contracts/order-view.ts';
import { ORDER_SORTS } from '../../src/contracts/orders.ts';
import { putProduct, putStore } from '../../src/db/catalogue.ts';
import { eventually, getOrder, place, type System, startSystem } from '../setup/system.ts';
import { fieldsOf, problemOf } from './answers.ts';

let system: System;
/** The numbers of the orders, oldest first, by what is special about them. */
const orders: Record<string, string> = {};

beforeAll(async () => {
  system = await startSystem();
  const { db } = system.database;
  await putStore(db, { code: 'second', name: 'Second', supportEmail: 'help@second.example', policy: {} });
  const dimensions = { weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 };
  const acme = { sku: 'ACME', name: 'Acme', kind: 'physical' as const, priceMinor: 1000, currency: 'USD' };
  await putProduct(db, { ...acme, seller: 'acme', active: true, ...dimensions });
  const customer = (name: string, email: string) => ({ customer: { name, email } });
  const mugs = (quantity: number) => ({
    items: [{ sku: 'MUG', quantity, unit_price: '15.00' }],
    total: `${quantity * 15 + 5}.00`,
  });
  const bank = { payment: { method: 'bank_transfer' } };
  const placed = {
    plain: bank,
    umlaut: { ...bank, ...customer('JÜRGEN Größe', 'Juergen@Firma.example'), ...mugs(2) },
    percent: { ...bank, ...customer('100% _Real_ \\ Person', 'real.person@example.com'), ...mugs(3) },
    telephone: { ...bank, channel: 'telephone', ...mugs(4) },
    second: { ...bank, store: 'second', ...mugs(5) },
    acme: { ...bank, items: [{ sku: 'ACME', quantity: 1, unit_price: '10.00' }], total: '15.00' },
    cash: { payment: { method: 'cod' }, ...mugs(6) },
    declined: { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' }, ...mugs(7) },
  };
  for (const [name, changes] of Object.entries(placed)) orders[name] = await place(system, changes);
  await eventually(
    () => Promise.all([getOrder(system, orders['cash'] ?? ''), getOrder(system, orders['declined'] ?? '')]),
    ([cash, declined]) => cash.fulfilments[0]?.status === 'labelled' && declined.exceptions.length === 1,
  );
});
afterAll(() => system.stop());

type Query = Record<string, string>;
async function list(query: Query): Promise<OrderPage> {
  const answer = await system.call('GET', `/v1/orders?${new URLSearchParams(query).toString()}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return OrderPage.strict().parse(answer.body);
}
const nameOf = (number: string): string => Object.entries(orders).find(([, known]) => known === number)?.[0] ?? number;
const found = async (query: Query): Promise<string[]> => (await list(query)).data.map((row) => nameOf(row.number));
const sorted = async (query: Query): Promise<string[]> => (await found(query)).toSorted();
const ALL = ['plain', 'umlaut', 'percent', 'telephone', 'second', 'acme', 'cash', 'declined'];
const without = (...names: string[]): string[] => ALL.filter((name) => !names.includes(name)).toSorted();

describe('the list of orders', () => {
  test('is newest first and agrees with the orders themselves', async () => {
    const { data, next_cursor } = await list({});
    expect(data.map((row) => nameOf(row.number))).toEqual(ALL.toReversed());
    expect(next_cursor).toBeNull();
    for (const row of data) {
      const order = await getOrder(system, row.number);
      expect(row).toMatchObject({
        status: order.status,
        payment_status: order.payment_status,
        total: order.total,
        created_at: order.created_at,
        customer: { name: order.customer.name, email: order.customer.email },
        waiting_for: order.waiting_for,
        waiting: order.waiting,
        open_exceptions: order.exceptions.filter((one) => one.status === 'open').length,
      });
    }
  });

  test.each([
    [{ status: 'processing' }, ['cash']],
    [{ status: 'processing,pending' }, without()],
    [{ status: 'completed' }, []],
    [{ payment_status: 'failed' }, ['declined']],
    [{ payment_status: 'failed,paid' }, ['declined']],
    [{ payment_method: 'cod' }, ['cash']],
    [{ payment_method: 'cod,stripe' }, ['cash', 'declined']],
    [{ channel: 'telephone' }, ['telephone']],
    [{ store: 'second' }, ['second']],
    [{ seller: 'acme' }, ['acme']],
    [{ seller: 'ac' }, []],
    [{ has_exception: 'true' }, ['declined']],
    [{ has_exception: 'false' }, without('declined')],
    [
      { has_exception: 'false', payment_method: 'bank_transfer', channel: 'web' },
      without('cash', 'declined', 'telephone'),
    ],
    [{ created_to: '2020-01-01' }, []],
    [{ created_from: '2020-01-01T00:00:00+02:00' }, without()],
    [{ q: 'GRÖSSE' }, []],
    [{ q: 'größe' }, ['umlaut']],
    [{ q: 'jürgen' }, ['umlaut']],
    [{ q: 'JÜRGEN' }, ['umlaut']],
    [{ q: 'firma.ex' }, ['umlaut']],
    [{ q: '100%' }, ['percent']],
    [{ q: '_real_' }, ['percent']],
    [{ q: '\\ person' }, ['percent']],
    [{ q: '%%' }, []],
    [{ q: '__' }, []],
    [{ q: '  lovelace ' }, without('umlaut', 'percent')],
    [{ q: "'; drop table orders; --" }, []],
  ] as [Query, string[]][])('is filtered by %o', async (query, expected) => {
    expect(await sorted(query)).toEqual(expected);
  });

  test('is searched by a part of the number, in any case', async () => {
    const number = orders['acme'] ?? '';
    expect(await found({ q: number })).toEqual(['acme']);
    expect(await found({ q: number.slice(5, 12).toLowerCase() })).toEqual(['acme']);
  });

  test('is bounded in time: from is included, to is not', async () => {
    const { created_at: at } = await getOrder(system, orders['telephone'] ?? '');
    const newer = ['second', 'acme', 'cash', 'declined'];
    expect(await found({ created_from: at, sort: 'created' })).toEqual(['telephone', ...newer]);
    expect(await found({ created_to: at, sort: 'created' })).toEqual(['plain', 'umlaut', 'percent']);
  });

  test.each(ORDER_SORTS)('comes in the order of %s, the same in pages of any size', async (sort) => {
    const whole = await found({ sort });
    expect(whole.toSorted()).toEqual(without());
    for (const limit of [1, 3, 7, 8]) {
      const pages: string[] = [];
      let cursor: string | null = null;
      do {
        const page: OrderPage = await list({ sort, limit: String(limit), ...(cursor === null ? {} : { cursor }) });
        expect(page.data.length).toBeGreaterThan(0);
        expect(page.data.length).toBeLessThanOrEqual(limit);
        pages.push(...page.data.map((row) => nameOf(row.number)));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(pages, `pages of ${limit}`).toEqual(whole);
    }
  });

  test('sorts by number, by total and by payment status both ways', async () => {
    const numbers = Object.values(orders).toSorted();
    expect((await list({ sort: 'number' })).data.map((row) => row.number)).toEqual(numbers);
    expect(await found({ sort: '-number' })).toEqual(numbers.toReversed().map(nameOf));
    const totals = (await list({ sort: '-total' })).data.map((row) => Number(row.total));
    expect(totals).toEqual(totals.toSorted((a, b) => b - a));
    expect(totals[0]).toBe(110);
    const statuses = (await list({ sort: 'payment_status' })).data.map((row) => row.payment_status ?? '');
    expect(statuses).toEqual(statuses.toSorted());
  });

  test('sorts by order status both ways', async () => {
    const rows = (await list({ sort: 'status' })).data.map(({ status, number }) => `${status} ${number}`);
    expect(new Set(rows.map((row) => row.split(' ')[0])).size).toBeGreaterThan(1);
    expect(rows).toEqual(rows.toSorted());
    expect((await list({ sort: '-status' })).data.map(({ status, number }) => `${status} ${number}`)).toEqual(
      rows.toReversed(),
    );
  });

  test('a page stays where it was when a newer order comes in between', async () => {
    const first = await list({ limit: '4' });
    orders['late'] = await place(system, { payment: { method: 'bank_transfer' } });
    const second = await list({ limit: '50', cursor: first.next_cursor ?? '' });
    delete orders['late'];
    const both = [...first.data, ...second.data].map((row) => nameOf(row.number));
    expect(both).toEqual(ALL.toReversed());
  });
});

describe('a question that cannot be answered', () => {
  test.each([
    [{ status: 'lost' }, 'status'],
    [{ status: 'pending,' }, 'status'],
    [{ status: '' }, 'status'],
    [{ payment_status: 'paid,lost' }, 'payment_status'],
    [{ payment_method: 'barter' }, 'payment_method'],
    [{ created_from: 'yesterday' }, 'created_from'],
    [{ created_to: '2026-13-01' }, 'created_to'],
    [{ created_to: '2026-02-30' }, 'created_to'],
    [{ created_from: '2026-01-01T25:00:00Z' }, 'created_from'],
    [{ has_exception: 'maybe' }, 'has_exception'],
    [{ late: 'false' }, 'late'],
    [{ sort: 'customer' }, 'sort'],
    [{ sort: '--total' }, 'sort'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '201' }, 'limit'],
    [{ limit: '1.5' }, 'limit'],
    [{ limit: 'many' }, 'limit'],
    [{ q: 'x' }, 'q'],
    [{ q: 'x'.repeat(201) }, 'q'],
    [{ cursor: 'x'.repeat(501) }, 'cursor'],
    [{ cursor: 'bm9uZQ' }, 'cursor'],
    [{ colour: 'red' }, 'colour'],
    [{ 'status[]': 'pending' }, 'status[]'],
    [{ __proto__: '1', toString: '1' }, 'toString'],
  ] as [Query, string][])('names the parameter: %o', async (query, field) => {
    const answer = await system.call('GET', `/v1/orders?${new URLSearchParams(query).toString()}`);
    expect(Object.keys(fieldsOf(answer))).toEqual([field]);
  });

  test('names every wrong parameter at once, and one that is given twice', async () => {
    const answer = await system.call('GET', '/v1/orders?status=lost&limit=0&sort=x&seller=a&seller=b&colour=red');
    expect(Object.keys(fieldsOf(answer)).toSorted()).toEqual(['colour', 'limit', 'seller', 'sort', 'status']);
  });

  test('is a cursor of another sort, of another list, or forged', async () => {
    const { next_cursor } = await list({ limit: '1', sort: 'created' });
    const ask = (query: Query) => system.call('GET', `/v1/orders?${new URLSearchParams(query).toString()}`);
    const cursor = next_cursor ?? '';
    expect((await ask({ cursor, sort: 'created' })).status).toBe(200);
    expect(fieldsOf(await ask({ cursor, sort: '-created' }))).toEqual({ cursor: 'is not a cursor of this list' });
    const products = await system.call('GET', `/v1/products?cursor=${cursor}`);
    expect(fieldsOf(products)).toEqual({ cursor: 'is not a cursor of this list' });
    for (const sort of ['created', 'total'] as const) {
      const forged = Buffer.from(JSON.stringify([`orders ${sort}`, 'x', 'y'])).toString('base64url');
      expect(fieldsOf(await ask({ cursor: forged, sort }))).toEqual({ cursor: 'is not a cursor of this list' });
    }
    problemOf(await ask({ cursor: 'W10', sort: 'number' }), 422, 'invalid_fields');
  });
});
