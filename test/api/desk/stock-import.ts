import { describe, expect, test } from 'vitest';
import { putProduct } from '../../../src/db/catalogue.ts';
import { adjust } from '../../../src/db/stock.ts';
import { system } from '../whole-system.ts';

const send = (csv: string, dryRun: boolean, key?: string, idempotencyKey?: string) =>
  system.call('POST', '/v1/inventory/import', {
    body: { csv, dry_run: dryRun },
    ...(key === undefined ? {} : { key }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const onHand = async (sku: string): Promise<Record<string, number>> => {
  const { body } = await system.call('GET', `/v1/inventory?sku=${sku}`);
  return Object.fromEntries(body.data.map((one: { location: string; on_hand: number }) => [one.location, one.on_hand]));
};

/** A SKU of its own with ten units in WEST. */
async function stocked(sku: string): Promise<void> {
  const { db } = system.database;
  await putProduct(db, {
    sku,
    name: sku,
    kind: 'physical',
    priceMinor: 100,
    currency: 'USD',
    seller: null,
    active: true,
    weightG: 1,
    lengthCm: 1,
    widthCm: 1,
    heightCm: 1,
  });
  await adjust(db, { sku, location: 'WEST', kind: 'receipt', change: 10, reason: 'opening', actor: 'test' });
}

describe('an import of stock', () => {
  test('is first shown and then applied, counts and movements alike', async () => {
    await stocked('IMP-A');
    const csv = 'sku,location,on_hand,change,reason\nIMP-A,WEST,7,,count\nIMP-A,EAST,,5,\n';
    const dry = await send(csv, true);
    expect(dry.body).toEqual({
      applied: false,
      rows: [
        { row: 2, sku: 'IMP-A', location: 'WEST', before: 10, after: 7 },
        { row: 3, sku: 'IMP-A', location: 'EAST', before: 0, after: 5 },
      ],
      errors: [],
    });
    expect(await onHand('IMP-A')).toEqual({ WEST: 10 });
    expect((await send(csv, false)).body.applied).toBe(true);
    expect(await onHand('IMP-A')).toEqual({ EAST: 5, WEST: 7 });
    const { body } = await system.call('GET', '/v1/inventory/IMP-A/movements');
    expect(
      body.data
        .slice(0, 2)
        .map((one: Record<string, unknown>) => [one['location'], one['kind'], one['on_hand_change'], one['reason']]),
    ).toEqual([
      ['WEST', 'adjustment', -3, 'count'],
      ['EAST', 'receipt', 5, 'import'],
    ]);
  });

  test('under an Idempotency-Key is applied once, and of another file refused', async () => {
    await stocked('IMP-ONCE');
    const csv = 'sku,location,change\nIMP-ONCE,WEST,5\n';
    const first = await send(csv, false, undefined, 'import-once');
    const again = await send(csv, false, undefined, 'import-once');
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await onHand('IMP-ONCE')).toEqual({ WEST: 15 });
    const other = await send(csv.replace('5', '6'), false, undefined, 'import-once');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('names every wrong row, and applies nothing of a file that has one', async () => {
    await stocked('IMP-B');
    const csv = [
      'sku;location;on_hand',
      'IMP-B;WEST;3',
      'NOPE;WEST;1',
      'IMP-B;MOON;1',
      'IMP-B;WEST;4',
      'IMP-B;EAST;many',
      'IMP-B;SOUTH;',
    ].join('\n');
    const dry = await send(csv, true);
    expect(dry.body.errors.map(({ row, field }: { row: number; field: string }) => [row, field])).toEqual([
      [3, 'sku'],
      [4, 'location'],
      [5, 'sku'],
      [6, 'on_hand'],
      [7, 'on_hand'],
    ]);
    expect(dry.body.errors[3].message).toBe('must be a whole number');
    const real = await send(csv, false);
    expect(real.status).toBe(422);
    expect(real.body.errors[0]).toEqual({
      field: 'row 3: sku',
      message: 'NOPE is not in the catalogue',
      code: 'not_in_catalogue',
      values: { sku: 'NOPE' },
    });
    expect(await onHand('IMP-B')).toEqual({ WEST: 10 });
  });

  test.each([
    ['sku,location,on_hand', 'has no rows below the names of the columns'],
    ['sku,location,price\nA,B,1', 'has columns that are not known: price'],
    ['sku,location,on_hand\n"A,B,1', 'cannot be read'],
  ])('says what is wrong with the file %j', async (csv, message) => {
    const { status, body } = await send(csv, true);
    expect([status, body.errors[0].field]).toEqual([422, 'csv']);
    expect(body.errors[0].message).toContain(message);
  });

  test('needs the right to change stock', async () => {
    expect((await send('x', true, await system.makeKey('staff', ['inventory:read']))).status).toBe(403);
  });
});
