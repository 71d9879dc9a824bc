import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/database.ts';
import { listOrders, type OrderFilter } from '../../src/db/order-list.ts';
import { recordTransition } from '../../src/db/record.ts';
import { decideAction } from '../../src/domain/decide.ts';
import { orderNumberFrom } from '../../src/domain/keys.ts';
import { ORDER_STATUSES, PAYMENT_METHODS, PAYMENT_STATUSES } from '../../src/domain/order.ts';
import { PLACED_AT, placeOrder } from '../emails/orders.ts';
import { cursorOf, expected, type Listed, listed, numbersOf, pages, shopWith } from './listed-orders.ts';

const newestFirst: Pick<OrderFilter, 'sort' | 'limit'> = { sort: { by: 'created', descending: true }, limit: 50 };
const SORTS = (['created', 'total', 'number', 'status', 'payment_status'] as const).flatMap((by) =>
  [true, false].map((descending) => ({ by, descending })),
);

describe('orders of a shop', () => {
  const ORDERS = [
    listed('ORD-AAAA7K3M01', {
      name: 'João Silva',
      email: 'joao.silva@example.com',
      placedAt: '2026-11-01T10:00:00.000Z',
    }),
    listed('ORD-BBBB000002', {
      name: 'Maria Silveira-Jota',
      email: 'mjs@joao.example',
      placedAt: '2026-11-02T10:00:00.000Z',
    }),
    listed('ORD-CCCC000003', { name: '100% Wool_Co \\ Sons', email: 'wool_co%@example.com', status: 'shipped' }),
    listed('ORD-DDDD000004', {
      name: '1000 Woolxco',
      email: 'woolxco@example.com',
      status: 'pending',
      paymentStatus: 'pending',
    }),
    listed('ORD-EEEE000005', {
      paymentMethod: 'cod',
      paymentStatus: 'pending',
      status: 'delivered',
      sellers: ['ana', 'bo'],
    }),
    listed('ORD-FFFF000006', {
      store: 'outlet',
      channel: 'phone',
      exceptionsOpen: 2,
      status: 'pending',
      sellers: ['bo'],
    }),
    listed('ORD-GGGG000007', {
      totalMinor: 100,
      placedAt: '2026-11-30T23:59:59.999Z',
      paymentStatus: 'partially_refunded',
    }),
    listed('ORD-HHHH000008', { totalMinor: 9_007_199_254_740_991, status: 'cancelled', paymentStatus: 'voided' }),
  ];
  let shop: { db: Db; drop(): Promise<void> };
  beforeAll(async () => {
    shop = await shopWith(ORDERS);
  });
  afterAll(() => shop.drop());
  const find = async (filter: Partial<OrderFilter>) =>
    numbersOf(await listOrders(shop.db, { ...newestFirst, ...filter }));
  const last = (...digits: number[]) => digits.map((digit) => ORDERS[digit - 1]?.number ?? '').sort();

  test.each<[string, Partial<OrderFilter>, number[]]>([
    ['a status', { status: ['shipped'] }, [3]],
    ['several statuses', { status: ['shipped', 'delivered', 'returned'] }, [3, 5]],
    ['a payment status', { paymentStatus: ['pending'] }, [4, 5]],
    ['several payment statuses', { paymentStatus: ['partially_refunded', 'voided'] }, [7, 8]],
    ['a payment method', { paymentMethod: ['cod', 'bank_transfer'] }, [5]],
    ['a store', { store: 'outlet' }, [6]],
    ['a channel', { channel: 'phone' }, [6]],
    ['a store that does not exist', { store: 'none' }, []],
    ['open exceptions', { hasException: true }, [6]],
    ['no open exceptions', { hasException: false, status: ['pending'] }, [4]],
    ['a seller', { seller: 'bo' }, [5, 6]],
    ['part of a seller', { seller: 'b' }, []],
    ['placed from, inclusive', { createdFrom: new Date('2026-11-30T23:59:59.999Z') }, [7]],
    ['placed before, exclusive', { createdTo: new Date('2026-11-02T10:00:00Z') }, [1]],
    ['an interval', { createdFrom: new Date('2026-11-02'), createdTo: new Date('2026-11-03') }, [2]],
    [
      'an interval in another sort',
      { createdTo: new Date('2026-11-03'), sort: { by: 'total', descending: false } },
      [1, 2],
    ],
    ['seller and status', { seller: 'bo', status: ['pending'] }, [6]],
    ['conditions that exclude each other', { status: ['completed'], paymentStatus: ['pending'] }, []],
  ])('chosen by %s', async (_, filter, found) => {
    expect((await find(filter)).sort()).toEqual(last(...found));
  });

  test.each<[string, string, number[]]>([
    ['a whole number', 'ORD-AAAA7K3M01', [1]],
    ['a whole number in small letters', 'ord-aaaa7k3m01', [1]],
    ['a number that is not there', 'ORD-ZZZZ7K3M01', []],
    ['the inner part of a number', '7K3M', [1]],
    ['the same in small letters', 'a7k3', [1]],
    ['the beginning of a number', 'ORD-B', [2]],
    ['the beginning of its second part', 'bb', [2]],
    ['a whole e-mail', 'joao.silva@example.com', [1]],
    ['a whole e-mail in capitals', 'JOAO.SILVA@EXAMPLE.COM', [1]],
    ['a domain', '@joao.exam', [2]],
    ['part of names', 'silv', [1, 2]],
    ['a name in capitals, with an accent', 'JOÃO', [1]],
    ['first and last name', 'joão si', [1]],
    ['the end of one field and the beginning of the next', 'example.com joão', []],
    ['two letters that begin a word', 'jo', [1, 2]],
    ['two letters that begin a part of a double name', 'SI', [1, 2]],
    ['two letters inside of words only', 'il', []],
    ['one letter', 'Z', []],
    ['a percent sign', '100% w', [3]],
    ['an underscore', 'wool_c', [3]],
    ['a backslash', '\\ s', [3]],
    ['only wildcards', '%%%', []],
    ['two wildcards', '_%', []],
    ['a quote', "o'brien", []],
    ['a text longer than any', 'x'.repeat(200), []],
  ])('found by %s', async (_, q, found) => {
    expect((await find({ q })).sort()).toEqual(last(...found));
    expect((await find({ q, status: [...ORDER_STATUSES] })).sort()).toEqual(last(...found));
  });

  test.each(SORTS)('sorted by $by, descending: $descending', async (sort) => {
    expect(await find({ sort })).toEqual(numbersOf(expected(ORDERS, { sort })));
  });

  test('a row says what the record says', async () => {
    const [row] = await listOrders(shop.db, { ...newestFirst, store: 'outlet' });
    expect(row).toEqual({
      number: 'ORD-FFFF000006',
      store: 'outlet',
      channel: 'phone',
      status: 'pending',
      paymentStatus: 'paid',
      paymentMethod: 'stripe',
      paymentReference: null,
      placedAt: new Date('2026-11-16T14:05:00.000Z'),
      updatedAt: new Date('2026-11-16T14:05:00.000Z'),
      customerName: 'Ada Private',
      customerEmail: 'ada.private@example.com',
      currency: 'USD',
      totalMinor: 2500,
      waitingFor: 'nothing',
      waitingUntil: null,
      exceptionsOpen: 2,
      sortKey: '2026-11-16 14:05:00+00',
    });
  });

  test('an order is in the lists from its first record on, and moves from one to the other with each transition', async () => {
    const order = await placeOrder(shop.db);
    const holds = async (filter: Partial<OrderFilter>) => (await find(filter)).includes(order.number);
    const text = { q: 'ada.private' };
    expect([await holds({ status: ['pending'] }), await holds({ ...text, status: ['pending'] })]).toEqual([true, true]);

    const decision = decideAction(
      order,
      { action: 'cancel', actor: { role: 'staff', id: 'ana' }, fields: { reason: 'changed their mind' } },
      PLACED_AT + 1000,
    );
    if (!decision.ok) throw new Error(`refused: ${decision.refusal.code}`);
    await recordTransition(shop.db, order, decision.order, decision.facts);
    expect([await holds({ status: ['pending'] }), await holds({ ...text, status: ['pending'] })]).toEqual([
      false,
      false,
    ]);
    expect([await holds({ status: ['cancelled'] }), await holds({ ...text, status: ['cancelled'] })]).toEqual([
      true,
      true,
    ]);
  });
});

describe('many orders', () => {
  const pick = <Value>(values: readonly [Value, ...Value[]], dice: number): Value =>
    values[dice % values.length] ?? values[0];
  const NAMES = ['Ana Silva', 'João Silva', 'Bo Lee', 'Zoë Müller', 'Ana Lima', 'Yuki Tanaka'] as const;
  const DAY = 86_400_000;

  /** Many share a time, a total and a payment status; more than half are completed, few wait; one name is rare. */
  const ORDERS: Listed[] = Array.from({ length: 2_400 }, (_, index) => {
    const random = createHash('sha256').update(`order ${index}`).digest();
    const dice = random.readUInt16LE(30);
    const name = index % 400 === 7 ? 'Rare Quintero' : pick(NAMES, dice >> 3);
    return listed(orderNumberFrom(random), {
      status: index < 2_200 && dice % 10 < 7 ? 'completed' : pick(ORDER_STATUSES, dice >> 1),
      paymentStatus: dice % 7 < 5 ? 'paid' : pick(PAYMENT_STATUSES, dice >> 4),
      paymentMethod: pick(PAYMENT_METHODS, dice >> 5),
      exceptionsOpen: dice % 50 === 0 ? 1 + (dice % 3) : 0,
      store: dice % 40 === 3 ? 'outlet' : 'main',
      channel: pick(['web', 'web', 'app'], dice >> 6),
      placedAt: new Date(PLACED_AT + Math.floor(index / 30) * DAY).toISOString(),
      totalMinor: 500 * (dice % 12),
      name,
      email: `${name.split(' ')[0]?.toLowerCase()}${dice % 300}@${index % 3 === 0 ? 'mail' : 'post'}.example`,
      sellers:
        dice % 4 === 0
          ? ['big', 'seller-1'].slice(0, 1 + (dice % 3 === 0 ? 1 : 0))
          : index % 500 === 9
            ? ['small']
            : [],
    });
  });
  let shop: { db: Db; drop(): Promise<void> };
  beforeAll(async () => {
    shop = await shopWith(ORDERS);
  });
  afterAll(() => shop.drop());

  const some = <Value extends string>(values: readonly Value[]) =>
    fc.subarray([...values], { minLength: 1, maxLength: 3 });
  const day = fc.integer({ min: -1, max: 81 }).map((days) => new Date(PLACED_AT + days * DAY));
  const texts = [
    'silva',
    'Ana',
    'ana l',
    'rare',
    'quint',
    '@mail',
    'ana1',
    'an',
    'le',
    'ZO',
    '7K',
    'a1b',
    'D-0',
    'nobody',
    'example',
  ];
  const conditions = fc.record(
    {
      q: fc.oneof(
        fc.constantFrom(...texts),
        fc.constantFrom(...ORDERS).map(({ number }) => number.slice(6, 9)),
      ),
      status: some(ORDER_STATUSES),
      paymentStatus: some(PAYMENT_STATUSES),
      paymentMethod: some(PAYMENT_METHODS),
      store: fc.constantFrom('main', 'outlet'),
      channel: fc.constantFrom('web', 'app', 'phone'),
      seller: fc.constantFrom('big', 'small', 'seller-1', 'nobody'),
      hasException: fc.boolean(),
      createdFrom: day,
      createdTo: day,
    },
    { requiredKeys: [] },
  );

  test('any filter in any sort, from anywhere on: the page that going through all orders gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        conditions,
        fc.constantFrom(...SORTS),
        fc.constantFrom(1, 3, 20, 200),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (chosen, sort, limit, part) => {
          const all = expected(ORDERS, { ...chosen, sort });
          const start = Math.floor(part * all.length);
          const before = all[start - 1];
          const after = before === undefined ? undefined : cursorOf(before, sort.by);
          const page = await listOrders(shop.db, { ...chosen, sort, limit, after });
          expect(numbersOf(page)).toEqual(numbersOf(all.slice(start, start + limit)));
        },
      ),
      { numRuns: 250 },
    );
  }, 120_000);

  test.each(SORTS)(
    'pages cover every order once, sorted by $by, descending: $descending',
    async (sort) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 150, max: 700 }),
          fc.constantFrom({}, { q: 'ana' }, { status: ['completed'] }),
          async (limit, chosen) => {
            const filter = { ...chosen, sort };
            const found = await pages(shop.db, { ...filter, limit });
            expect(numbersOf(found.flat())).toEqual(numbersOf(expected(ORDERS, filter)));
          },
        ),
        { numRuns: 5 },
      );
    },
    120_000,
  );

  test('an order that comes while one turns the pages neither hides nor repeats another', async () => {
    const filter = { sort: { by: 'created', descending: true }, limit: 100 } as const;
    const [first = []] = await pages(shop.db, filter, 1);
    const last = first.at(-1);
    await placeOrder(shop.db);
    const second = await listOrders(shop.db, { ...filter, after: [last?.sortKey ?? '', last?.number ?? ''] });
    expect(numbersOf([...first, ...second])).toEqual(numbersOf(expected(ORDERS, filter).slice(0, 200)));
  });
});
