import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import {
  adjust,
  availableOf,
  hold,
  holdsOf,
  listLevels,
  listMovements,
  openAlerts,
  release,
  setThresholds,
  shipFrom,
  stockDrift,
} from '../../src/db/stock.ts';
import { basket, openShop, type Shop, untilWaiting, wholeLines } from './stock-fixture.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.drop());

const give = (order: string) => shop.db.transaction().execute((trx) => release(trx, order));
const ship = (order: string, location: string, lines: number[]) =>
  shop.db.transaction().execute((trx) => shipFrom(trx, order, location, wholeLines(lines)));
const receive = (sku: string, change: number, location = 'NORTH') =>
  adjust(shop.db, { sku, location, kind: 'adjustment', change, reason: 'counted', actor: 'ana' });

describe('hold', () => {
  test('takes every allocation and says so in holds, level and movements', async () => {
    await shop.stock('MUG', { NORTH: 5, SOUTH: 2 });
    const plan = [...basket(['MUG', 3]), { line: 1, sku: 'MUG', location: 'SOUTH', quantity: 1, lateDays: 1 }];
    expect(await hold(shop.db, 'H-1', plan)).toEqual({ held: true, already: false, short: [] });
    expect(await holdsOf(shop.db, 'H-1')).toEqual(plan.map((one) => ({ ...one, lateDays: 0 })));
    expect(await shop.level('MUG')).toEqual({ onHand: 5, held: 3 });
    expect(await shop.level('MUG', 'SOUTH')).toEqual({ onHand: 2, held: 1 });
    const [newest] = await listMovements(shop.db, 'MUG', null, 1);
    expect(newest).toMatchObject({
      location: 'SOUTH',
      kind: 'hold',
      onHandChange: 0,
      heldChange: 1,
      orderNumber: 'H-1',
    });
  });

  test('takes nothing when one of its lines is short, and names every level that is, with what it has', async () => {
    await shop.stock('PEN', { NORTH: 9 });
    await shop.stock('INK', { NORTH: 1 });
    await shop.stock('PAD', { SOUTH: 4 });
    const answer = await hold(shop.db, 'H-2', basket(['PEN', 1], ['INK', 2], ['PAD', 1]));
    expect(answer.held).toBe(false);
    expect(answer.short).toEqual([
      { sku: 'INK', location: 'NORTH', quantity: 1 },
      { sku: 'PAD', location: 'NORTH', quantity: 0 },
    ]);
    expect(await holdsOf(shop.db, 'H-2')).toEqual([]);
    expect(await shop.level('PEN')).toEqual({ onHand: 9, held: 0 });
    expect(await listMovements(shop.db, 'PEN', null, 9)).toHaveLength(1);
  });

  test('sums one SKU on two lines before it compares', async () => {
    await shop.stock('SOCK', { NORTH: 3 });
    const twice = basket(['SOCK', 2], ['SOCK', 2]);
    expect(await hold(shop.db, 'H-3', twice)).toEqual({
      held: false,
      already: false,
      short: [{ sku: 'SOCK', location: 'NORTH', quantity: 3 }],
    });
    expect(await hold(shop.db, 'H-3', basket(['SOCK', 2], ['SOCK', 1]))).toMatchObject({ held: true });
    expect(await holdsOf(shop.db, 'H-3')).toMatchObject([
      { line: 1, quantity: 2 },
      { line: 2, quantity: 1 },
    ]);
    expect(await shop.level('SOCK')).toEqual({ onHand: 3, held: 3 });
    expect(await listMovements(shop.db, 'SOCK', null, 9)).toHaveLength(2);
  });

  test('repeated for the same order changes nothing, also when nothing is left', async () => {
    await shop.stock('CAP', { NORTH: 2 });
    await hold(shop.db, 'H-4', basket(['CAP', 2]));
    expect(await hold(shop.db, 'H-4', basket(['CAP', 2]))).toEqual({ held: true, already: true, short: [] });
    expect(await shop.level('CAP')).toEqual({ onHand: 2, held: 2 });
    expect(await hold(shop.db, 'H-5', basket(['CAP', 1]))).toMatchObject({ held: false });
  });

  test('leaves the safety stock alone', async () => {
    await shop.stock('TEA', { NORTH: 10 });
    await setThresholds(shop.db, { sku: 'TEA', location: 'NORTH', safetyStock: 4, reorderPoint: 0 });
    expect(await availableOf(shop.db, ['TEA'])).toEqual([{ sku: 'TEA', location: 'NORTH', quantity: 6 }]);
    const answer = await hold(shop.db, 'H-6', basket(['TEA', 7]));
    expect(answer.short).toEqual([{ sku: 'TEA', location: 'NORTH', quantity: 6 }]);
    expect(await hold(shop.db, 'H-6', basket(['TEA', 6]))).toMatchObject({ held: true });
    expect(await availableOf(shop.db, ['TEA'])).toEqual([]);
    await setThresholds(shop.db, { sku: 'TEA', location: 'NORTH', safetyStock: 9, reorderPoint: 0 });
    const later = await hold(shop.db, 'H-7', basket(['TEA', 1]));
    expect(later.short).toEqual([{ sku: 'TEA', location: 'NORTH', quantity: 0 }]);
  });

  test('of nothing is held at once', async () => {
    expect(await hold(shop.db, 'H-8', [])).toEqual({ held: true, already: false, short: [] });
  });
});

describe('release and shipment', () => {
  test('a release gives everything back, once', async () => {
    await shop.stock('HAT', { NORTH: 4, SOUTH: 4 });
    await hold(shop.db, 'R-1', basket(['HAT', 2], ['HAT', 1, 'SOUTH']));
    await give('R-1');
    await give('R-1');
    expect(await holdsOf(shop.db, 'R-1')).toEqual([]);
    expect(await shop.level('HAT')).toEqual({ onHand: 4, held: 0 });
    expect(await shop.level('HAT', 'SOUTH')).toEqual({ onHand: 4, held: 0 });
    const kinds = (await listMovements(shop.db, 'HAT', null, 9)).map((one) => one.kind);
    expect(kinds.sort()).toEqual(['hold', 'hold', 'receipt', 'receipt', 'release', 'release']);
  });

  test('a shipment takes the goods of its lines and its location out, once; the rest can be released', async () => {
    await shop.stock('BAG', { NORTH: 8, SOUTH: 8 });
    await hold(shop.db, 'R-2', basket(['BAG', 3], ['BAG', 2, 'SOUTH'], ['BAG', 1]));
    await ship('R-2', 'NORTH', [1, 2]);
    await ship('R-2', 'NORTH', [1, 2]);
    expect(await shop.level('BAG')).toEqual({ onHand: 5, held: 1 });
    expect(await shop.level('BAG', 'SOUTH')).toEqual({ onHand: 8, held: 2 });
    await give('R-2');
    expect(await shop.level('BAG')).toEqual({ onHand: 5, held: 0 });
    expect(await shop.level('BAG', 'SOUTH')).toEqual({ onHand: 8, held: 0 });
    const shipped = (await listMovements(shop.db, 'BAG', null, 20)).filter((one) => one.kind === 'shipment');
    expect(shipped).toMatchObject([{ onHandChange: -3, heldChange: -3, orderNumber: 'R-2' }]);
  });

  test('of an order that holds nothing does nothing', async () => {
    await give('R-NEVER');
    await ship('R-NEVER', 'NORTH', [1]);
    expect(await shop.rows("select 1 from stock_movement where order_number = 'R-NEVER'")).toEqual([]);
  });
});

describe('adjust', () => {
  test('receives into a level that was not there', async () => {
    await shop.stock('NEW', {});
    expect(await receive('NEW', 7)).toEqual({ ok: true, onHand: 7, held: 0 });
    expect(await receive('NEW', -2)).toEqual({ ok: true, onHand: 5, held: 0 });
    expect(await receive('NEW', -1, 'WEST')).toEqual({ ok: false, atLeast: 0 });
    expect((await listLevels(shop.db, { sku: 'NEW', limit: 9 })).map((one) => one.location)).toEqual(['NORTH']);
  });

  test('does not go below what orders hold, and says how far it may go', async () => {
    await shop.stock('KEY', { NORTH: 10 });
    await hold(shop.db, 'A-1', basket(['KEY', 6]));
    expect(await receive('KEY', -5)).toEqual({ ok: false, atLeast: -4 });
    expect(await shop.level('KEY')).toEqual({ onHand: 10, held: 6 });
    expect(await receive('KEY', -4)).toEqual({ ok: true, onHand: 6, held: 6 });
    const [newest] = await listMovements(shop.db, 'KEY', null, 1);
    expect(newest).toMatchObject({
      kind: 'adjustment',
      onHandChange: -4,
      heldChange: 0,
      reason: 'counted',
      actor: 'ana',
    });
  });

  test('refuses by what is held now, not by what was held when it began', async () => {
    await shop.stock('NOW', { NORTH: 10 });
    const { asked } = await shop.db.transaction().execute(async (trx) => {
      await hold(trx, 'A-2', basket(['NOW', 8]));
      const waiting = receive('NOW', -5);
      await untilWaiting(shop, 1);
      return { asked: waiting }; // in an object, or it would be waited for here
    });
    expect(await asked).toEqual({ ok: false, atLeast: -2 });
  });
});

describe('reorder alerts', () => {
  const alerts = async (sku: string) =>
    shop.rows<{ available: number; open: boolean }>(
      'select available, cleared_at is null as open from stock_alert where sku = $1 order by raised_at',
      [sku],
    );
  const low = async (sku: string) => (await listLevels(shop.db, { sku, low: true, limit: 9 })).length;

  test('are raised once by the hold that reaches the point, and cleared by the delivery that passes it', async () => {
    await shop.stock('OIL', { NORTH: 10 });
    await setThresholds(shop.db, { sku: 'OIL', location: 'NORTH', safetyStock: 0, reorderPoint: 5 });
    await hold(shop.db, 'L-1', basket(['OIL', 4]));
    expect(await alerts('OIL')).toEqual([]);
    await hold(shop.db, 'L-2', basket(['OIL', 1]));
    await hold(shop.db, 'L-3', basket(['OIL', 1]));
    expect(await alerts('OIL')).toEqual([{ available: 5, open: true }]);
    expect(await openAlerts(shop.db, 9)).toMatchObject([{ sku: 'OIL', location: 'NORTH', available: 5 }]);
    expect(await low('OIL')).toBe(1);
    await receive('OIL', 1);
    expect(await alerts('OIL')).toEqual([{ available: 5, open: true }]);
    await receive('OIL', 1);
    expect(await alerts('OIL')).toEqual([{ available: 5, open: false }]);
    expect(await low('OIL')).toBe(0);
    await hold(shop.db, 'L-4', basket(['OIL', 2]));
    expect(await alerts('OIL')).toEqual([
      { available: 5, open: false },
      { available: 4, open: true },
    ]);
  });

  test('are cleared when an order gives its goods back, and not when it ships them', async () => {
    await shop.stock('WAX', { NORTH: 10 });
    await setThresholds(shop.db, { sku: 'WAX', location: 'NORTH', safetyStock: 0, reorderPoint: 5 });
    await hold(shop.db, 'L-5', basket(['WAX', 2]));
    await hold(shop.db, 'L-6', basket(['WAX', 4]));
    expect(await alerts('WAX')).toEqual([{ available: 4, open: true }]);
    await ship('L-5', 'NORTH', [1]);
    expect(await alerts('WAX')).toEqual([{ available: 4, open: true }]);
    await give('L-6');
    expect(await alerts('WAX')).toEqual([{ available: 4, open: false }]);
  });

  test('follow a correction downwards and a moved reorder point', async () => {
    await shop.stock('GUM', { NORTH: 10 });
    await setThresholds(shop.db, { sku: 'GUM', location: 'NORTH', safetyStock: 0, reorderPoint: 3 });
    await receive('GUM', -7);
    expect(await alerts('GUM')).toEqual([{ available: 3, open: true }]);
    await setThresholds(shop.db, { sku: 'GUM', location: 'NORTH', safetyStock: 0, reorderPoint: 2 });
    expect(await alerts('GUM')).toEqual([{ available: 3, open: false }]);
    await setThresholds(shop.db, { sku: 'GUM', location: 'NORTH', safetyStock: 0, reorderPoint: 8 });
    expect((await alerts('GUM')).map((one) => one.open)).toEqual([false, true]);
    await setThresholds(shop.db, { sku: 'GUM', location: 'NORTH', safetyStock: 0, reorderPoint: 0 });
    expect((await alerts('GUM')).map((one) => one.open)).toEqual([false, false]);
  });
});

describe('the net under it', () => {
  test('a statement that would oversell is refused by the database, whoever writes it', async () => {
    await shop.stock('NET', { NORTH: 2 });
    const refused = { code: '23514', constraint: 'never_oversold' };
    const oversell = "update stock_level set held = held + 3 where sku = 'NET'";
    await expect(shop.rows(oversell)).rejects.toMatchObject(refused);
    await hold(shop.db, 'N-1', basket(['NET', 2]));
    await expect(shop.rows("update stock_level set on_hand = 1 where sku = 'NET'")).rejects.toMatchObject(refused);
    const negative = "update stock_level set held = -1 where sku = 'NET'";
    await expect(shop.rows(negative)).rejects.toMatchObject({ code: '23514' });
  });

  test('a second plan for an order is refused by the database', async () => {
    await shop.stock('ONE', { NORTH: 2, SOUTH: 2 });
    await hold(shop.db, 'N-2', basket(['ONE', 1]));
    const second = `insert into stock_hold (order_number, no, line, sku, location, quantity)
                    values ('N-2', 1, 1, 'ONE', 'SOUTH', 1)`;
    await expect(shop.rows(second)).rejects.toMatchObject({ code: '23505', constraint: 'stock_hold_pkey' });
  });

  test('drift is seen: a counter and a movement written by hand show up', async () => {
    await shop.stock('OFF', { NORTH: 5 });
    const sound = { heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 };
    expect(await stockDrift(shop.db)).toEqual(sound);
    await shop.rows("update stock_level set held = 2 where sku = 'OFF'");
    expect(await stockDrift(shop.db)).toEqual({ ...sound, heldMinusHolds: 2, levelsMinusMovements: 2 });
    await shop.rows("update stock_level set held = 0, on_hand = 6 where sku = 'OFF'");
    expect(await stockDrift(shop.db)).toEqual({ ...sound, levelsMinusMovements: 1 });
    await shop.rows("update stock_level set on_hand = 5 where sku = 'OFF'");
    expect(await stockDrift(shop.db)).toEqual(sound);
  });
});

test('what runs with every order is planned once, not at every call', async () => {
  const calls = 14;
  const one = openDatabase(shop.url, { max: 1 });
  await shop.stock('PLAN-1', { NORTH: 500 });
  await shop.stock('PLAN-2', { NORTH: 500 });
  for (let call = 0; call < calls; call += 1) {
    const lines = basket(['PLAN-1', 1], ...(call % 2 === 0 ? [] : ([['PLAN-2', 1]] as const)));
    await availableOf(one.db, ['PLAN-1', 'PLAN-2'].slice(call % 2));
    await hold(one.db, `P-${call}`, lines);
    await one.db
      .transaction()
      .execute((trx) => shipFrom(trx, `P-${call}`, 'NORTH', wholeLines(call % 2 === 0 ? [1] : [1, 2])));
    await one.db.transaction().execute((trx) => release(trx, `P-${call}`));
  }
  const { rows } = await one.pool.query<{ name: string; planned: number }>(
    'select name, custom_plans::int as planned from pg_prepared_statements order by name',
  );
  await one.close();
  expect(rows.map((row) => row.name)).toEqual([
    'available_stock',
    'hold_many_levels',
    'hold_one_level',
    'settle_release',
    'settle_shipment',
  ]);
  for (const row of rows) expect(row.planned).toBe(0);
});

describe('lists', () => {
  test('levels come by SKU and location, page by page', async () => {
    await shop.stock('ZZ-1', { SOUTH: 1, NORTH: 2 });
    await shop.stock('ZZ-2', { NORTH: 3 });
    const first = await listLevels(shop.db, { after: ['ZZ-0', ''], limit: 2 });
    expect(first.map((one) => [one.sku, one.location, one.onHand])).toEqual([
      ['ZZ-1', 'NORTH', 2],
      ['ZZ-1', 'SOUTH', 1],
    ]);
    const next = await listLevels(shop.db, { after: ['ZZ-1', 'SOUTH'], limit: 2 });
    expect(next.map((one) => one.sku)).toEqual(['ZZ-2']);
    const south = await listLevels(shop.db, { location: 'SOUTH', sku: 'ZZ-1', limit: 9 });
    expect(south).toMatchObject([{ location: 'SOUTH', held: 0, safetyStock: 0, reorderPoint: 0, low: false }]);
  });

  test('movements come newest first, page by page', async () => {
    await shop.stock('ZZ-3', { NORTH: 1 });
    await receive('ZZ-3', 2);
    await receive('ZZ-3', 3);
    const first = await listMovements(shop.db, 'ZZ-3', null, 2);
    expect(first.map((one) => one.onHandChange)).toEqual([3, 2]);
    const next = await listMovements(shop.db, 'ZZ-3', first[1]?.id ?? 0, 2);
    expect(next.map((one) => one.onHandChange)).toEqual([1]);
  });
});
