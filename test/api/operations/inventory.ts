import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { stockDrift } from '../../../src/db/stock.ts';
import { type Answer, type CallOptions, place, untilOrder } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

let sku: string;
let skus = 0;
afterAll(async () => {
  expect(await stockDrift(system.database.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
});
/** Each test has a SKU of its own. */
const newSku = async (): Promise<void> => {
  sku = `STOCK-${(skus += 1)}`;
  const body = { name: sku, price: '10.00', currency: 'USD', weight_g: 100 };
  expect((await system.call('PUT', `/v1/products/${sku}`, { body })).status).toBe(200);
};

type Level = { on_hand: number; held: number; available: number; low: boolean };
type Movement = { id: number; kind: string; on_hand_change: number; held_change: number; order: string | null };
const adjust = (changes: Record<string, unknown>, options: CallOptions = {}): Promise<Answer> =>
  system.call('POST', '/v1/inventory/adjustments', {
    body: { sku, location: 'WEST', kind: 'receipt', reason: 'test', ...changes },
    ...options,
  });
const get = (path: string): Promise<Answer> => system.call('GET', path);
const level = async (): Promise<Level> => (await get(`/v1/inventory?sku=${sku}&location=WEST`)).body.data[0];
const movements = async (query = ''): Promise<Movement[]> =>
  (await get(`/v1/inventory/${sku}/movements${query}`)).body.data;
const order = (quantity: number): Promise<string> =>
  place(system, {
    payment: { method: 'cod' },
    items: [{ sku, quantity, unit_price: '10.00' }],
    total: `${quantity * 10 + 5}.00`,
  });

describe('an adjustment', () => {
  beforeEach(newSku);

  test('answers with what is there now', async () => {
    const answer = await adjust({ change: 10 });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ sku, location: 'WEST', on_hand: 10, held: 0 });
    expect((await adjust({ kind: 'adjustment', change: -4, reason: 'broken' })).body.on_hand).toBe(6);
    expect(await level()).toEqual({
      ...{ sku, location: 'WEST', on_hand: 6, held: 0, available: 6 },
      ...{ safety_stock: 0, reorder_point: 0, low: false },
    });
  });

  test('below what orders hold is refused, with the least change named', async () => {
    await adjust({ change: 5 });
    await untilOrder(system, await order(3), ({ status }) => status === 'processing');
    const problem = problemOf(await adjust({ kind: 'adjustment', change: -3 }), 422, 'stock_below_holds');
    expect(problem.errors).toEqual([
      {
        field: 'change',
        message: 'must be at least -2: orders hold the rest',
        code: 'held_by_orders',
        values: { least: -2 },
      },
    ]);
    expect((await adjust({ kind: 'adjustment', change: -2 })).body).toMatchObject({ on_hand: 3, held: 3 });
    expect(await level()).toMatchObject({ on_hand: 3, held: 3, available: 0 });
  });

  test('below nothing is refused where there was never anything', async () => {
    const problem = problemOf(await adjust({ change: -1 }), 422, 'stock_below_holds');
    expect(problem.errors?.[0]?.message).toMatch(/^must be at least 0/);
    expect(await movements()).toEqual([]);
  });

  test('beyond what a level can count is refused', async () => {
    const half = 1_000_000_000;
    expect((await adjust({ change: half })).status).toBe(201);
    expect((await adjust({ change: half })).status).toBe(201);
    expect(Object.keys(fieldsOf(await adjust({ change: half })))).toEqual(['change']);
    expect(await level()).toMatchObject({ on_hand: 2 * half });
  });

  test.each([
    [{ change: 0 }, ['change']],
    [{ change: 1.5 }, ['change']],
    [{ change: '5' }, ['change']],
    [{}, ['change']],
    [{ change: 1, reason: ' ' }, ['reason']],
    [{ change: 1, reason: 'a\u0000b' }, ['reason']],
    [{ change: 1, kind: 'hold' }, ['kind']],
    [{ change: 1, kind: 'shipment', colour: 'red' }, ['colour', 'kind']],
    [{ change: 1, sku: 'NONE', location: 'NOWHERE' }, ['location', 'sku']],
    [{ change: 1, sku: 'a b', location: 'a b' }, ['location', 'sku']],
  ])('with wrong fields is refused: %j', async (changes, fields) => {
    expect(Object.keys(fieldsOf(await adjust(changes))).toSorted()).toEqual(fields);
    expect(await movements()).toEqual([]);
  });

  test('by many at once loses none', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => adjust({ change: index + 1 })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await level()).toMatchObject({ on_hand: 210 });
    expect(await movements('?limit=200')).toHaveLength(20);
  });
});

describe('an adjustment under an Idempotency-Key', () => {
  beforeEach(newSku);

  test('is made once, however often it is asked for, and answered alike', async () => {
    const idempotencyKey = `receipt of ${sku}`.replaceAll(' ', '-');
    const [first, ...others] = await Promise.all(
      Array.from({ length: 5 }, () => adjust({ change: 7 }, { idempotencyKey })),
    );
    expect(first?.body).toEqual({ sku, location: 'WEST', on_hand: 7, held: 0 });
    for (const { status, body } of others) expect([status, body]).toEqual([201, first?.body]);
    await adjust({ change: 1 });
    const late = await adjust({ change: 7 }, { idempotencyKey });
    expect([late.status, late.headers.get('idempotent-replayed'), late.body]).toEqual([201, 'true', first?.body]);
    expect(await level()).toMatchObject({ on_hand: 8 });
  });

  test('is refused for another change, and taken from another caller', async () => {
    const idempotencyKey = `key-${sku}`;
    await adjust({ change: 7 }, { idempotencyKey });
    problemOf(await adjust({ change: 8 }, { idempotencyKey }), 422, 'idempotency_key_reused');
    const key = await system.makeKey('staff', ['inventory:write']);
    expect((await adjust({ change: 7 }, { idempotencyKey, key })).body.on_hand).toBe(14);
  });

  test('that was refused may be asked for again once it is possible', async () => {
    const idempotencyKey = `key-${sku}`;
    problemOf(await adjust({ kind: 'adjustment', change: -2 }, { idempotencyKey }), 422, 'stock_below_holds');
    await adjust({ change: 5 });
    const made = await adjust({ kind: 'adjustment', change: -2 }, { idempotencyKey });
    expect([made.headers.get('idempotent-replayed'), made.body.on_hand]).toEqual([null, 3]);
  });
});

describe('movements', () => {
  beforeEach(newSku);

  test('add up to the level through a whole order, newest first', async () => {
    await adjust({ change: 7 });
    const number = await order(2);
    await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
    const cancelled = await order(1);
    await untilOrder(system, cancelled, ({ status }) => status === 'processing');
    const body = { reason: 'test' };
    expect((await system.call('POST', `/v1/orders/${cancelled}/actions/cancel`, { body })).status).toBe(200);
    expect((await system.call('POST', `/v1/orders/${number}/actions/ship`, { body: {} })).status).toBe(200);
    const rows = await movements();
    expect(rows.map(({ kind }) => kind)).toEqual(['shipment', 'release', 'hold', 'hold', 'receipt']);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => b - a));
    expect(rows[0]).toMatchObject({ order: number, on_hand_change: -2, held_change: -2 });
    const sum = (field: 'on_hand_change' | 'held_change') => rows.reduce((total, row) => total + row[field], 0);
    expect(await level()).toMatchObject({ on_hand: sum('on_hand_change'), held: sum('held_change') });
    expect(await level()).toMatchObject({ on_hand: 5, held: 0, available: 5 });
  });

  test('come in pages of any size', async () => {
    for (let change = 1; change <= 5; change += 1) await adjust({ change });
    const whole = await movements();
    const read: Movement[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`/v1/inventory/${sku}/movements?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      read.push(...body.data);
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
    }
    expect(read).toEqual(whole);
  });

  test('of a SKU that cannot be one are refused by field', async () => {
    expect(Object.keys(fieldsOf(await get('/v1/inventory/a%20b/movements')))).toEqual(['sku']);
    expect(Object.keys(fieldsOf(await get(`/v1/inventory/${sku}/movements?kind=hold`)))).toEqual(['kind']);
  });
});

describe('thresholds', () => {
  beforeEach(newSku);

  const thresholds = (body: unknown, location = 'WEST') =>
    system.call('PUT', `/v1/inventory/${sku}/${location}`, { body });

  test('keep safety stock from being promised, and mark what is low', async () => {
    await adjust({ change: 5 });
    const answer = await thresholds({ safety_stock: 2, reorder_point: 5 });
    expect(answer.body).toMatchObject({ on_hand: 5, available: 3, safety_stock: 2, reorder_point: 5, low: true });
    expect((await get('/v1/inventory?low=true')).body.data.map((row: { sku: string }) => row.sku)).toContain(sku);
    await adjust({ change: 1 });
    expect(await level()).toMatchObject({ available: 4, low: false });
    const short = await untilOrder(system, await order(5), ({ exceptions }) => exceptions.length === 1);
    expect(short.exceptions[0]?.kind).toBe('stock_out');
  });

  test('may be set before there is any stock', async () => {
    expect((await thresholds({ safety_stock: 0, reorder_point: 3 }, 'EAST')).body).toMatchObject({ on_hand: 0 });
  });

  test('with wrong fields are refused', async () => {
    const wrong = await thresholds({ safety_stock: -1, reorder_point: 1.5, colour: 'red' });
    expect(Object.keys(fieldsOf(wrong)).toSorted()).toEqual(['colour', 'reorder_point', 'safety_stock']);
    const nowhere = await thresholds({ safety_stock: 0, reorder_point: 0 }, 'NOWHERE');
    expect(Object.keys(fieldsOf(nowhere))).toEqual(['location']);
  });
});

test('levels are listed by SKU and location, filtered, in pages of any size', async () => {
  await newSku();
  await adjust({ change: 1 });
  await adjust({ change: 1, location: 'EAST' });
  const key = (row: { sku: string; location: string }) => `${row.sku} ${row.location}`;
  const whole = (await get('/v1/inventory?limit=200')).body.data.map(key);
  expect(whole).toContain(`${sku} EAST`);
  const read: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await get(`/v1/inventory?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    read.push(...body.data.map(key));
    if (body.next_cursor === null) break;
    cursor = body.next_cursor;
  }
  expect(read).toEqual(whole);
  expect((await get(`/v1/inventory?sku=${sku}`)).body.data.map(key)).toEqual([`${sku} EAST`, `${sku} WEST`]);
  const wrong = fieldsOf(await get('/v1/inventory?low=maybe&sku=a%20b&location=a%20b&colour=red'));
  expect(Object.keys(wrong).toSorted()).toEqual(['colour', 'location', 'low', 'sku']);
});
