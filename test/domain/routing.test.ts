import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Available,
  type Demand,
  distance,
  type Place,
  planRoute,
  type RoutingLocation,
  type RoutingPlan,
  type RoutingStrategy,
} from '../../src/domain/routing.ts';

const BERLIN: Place = { country: 'DE', region: 'BE', postalCode: '10115' };

const at = (code: string, more: Partial<RoutingLocation> = {}): RoutingLocation => ({
  code,
  seller: null,
  country: 'DE',
  region: '',
  postalCode: '80331',
  priority: 100,
  handling: 0,
  capacityLeft: null,
  cutOffPassed: false,
  ...more,
});
const want = (line: number, sku: string, quantity: number, seller: string | null = null): Demand => ({
  line,
  sku,
  seller,
  quantity,
});
const has = (sku: string, units: Readonly<Record<string, number>>): Available[] =>
  Object.entries(units).map(([location, quantity]) => ({ sku, location, quantity }));

const plan = (
  demands: readonly Demand[],
  locations: readonly RoutingLocation[],
  available: readonly Available[],
  strategies: readonly RoutingStrategy[] = ['fewest_parcels', 'cheapest', 'nearest', 'priority'],
): RoutingPlan => planRoute({ demands, locations, available, destination: BERLIN, strategies });

/** `1 MUG 2@EAST`: line, SKU, units, location. */
const given = (result: RoutingPlan): string[] =>
  result.ok ? result.allocations.map((one) => `${one.line} ${one.sku} ${one.quantity}@${one.location}`) : [];

describe('distance', () => {
  test('grows from the same postal code over the region and the country to abroad', () => {
    const from = (place: Partial<Place>) => distance({ ...BERLIN, ...place }, BERLIN);
    const steps = [
      from({}),
      from({ postalCode: '10117' }),
      from({ postalCode: '10999' }),
      from({ postalCode: '13347' }),
      from({ region: 'BY', postalCode: '10117' }),
      from({ region: 'BY', postalCode: '80331' }),
      from({ country: 'AT' }),
    ];
    expect(steps).toEqual([0, 1, 20, 40, 100, 160, 1000]);
  });

  test('reads postal codes as people write them, and knows nothing of a place without one', () => {
    const britain = (postalCode: string): Place => ({ country: 'GB', region: '', postalCode });
    expect(distance(britain('SW1A 1AA'), britain('sw1a1aa'))).toBe(0);
    expect(distance(britain(''), britain(''))).toBe(160);
  });

  test('is the same both ways and within 0 and 1000', () => {
    const place = fc.record({
      country: fc.constantFrom('DE', 'AT'),
      region: fc.constantFrom('', 'BE', 'be', 'BY'),
      postalCode: fc.stringMatching(/^[0-9 -]{0,6}$/),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, b)).toBeGreaterThanOrEqual(0);
        expect(distance(a, b)).toBeLessThanOrEqual(1000);
      }),
    );
  });
});

describe('strategies', () => {
  const places = [
    at('CHEAP', { handling: 100, priority: 3 }),
    at('FIRST', { handling: 900, priority: 1 }),
    at('NEAR', { handling: 900, priority: 2, postalCode: '10117' }),
  ];
  const everywhere = has('MUG', { CHEAP: 9, FIRST: 9, NEAR: 9 });

  test.each([
    ['cheapest', 'CHEAP'],
    ['nearest', 'NEAR'],
    ['priority', 'FIRST'],
  ] as const)('%s takes %s', (strategy, code) => {
    expect(given(plan([want(1, 'MUG', 1)], places, everywhere, [strategy]))).toEqual([`1 MUG 1@${code}`]);
  });

  test('the second decides where the first finds no difference', () => {
    expect(given(plan([want(1, 'MUG', 1)], places, everywhere, ['fewest_parcels', 'nearest']))).toEqual([
      '1 MUG 1@NEAR',
    ]);
    expect(given(plan([want(1, 'MUG', 1)], places, everywhere, ['fewest_parcels', 'priority']))).toEqual([
      '1 MUG 1@FIRST',
    ]);
  });

  test('fewest parcels prefers one dear location to two cheap ones', () => {
    const stock = [...has('MUG', { CHEAP: 1, FIRST: 1 }), ...has('PEN', { FIRST: 1, NEAR: 1 })];
    const order = [want(1, 'MUG', 1), want(2, 'PEN', 1)];
    expect(given(plan(order, places, stock))).toEqual(['1 MUG 1@FIRST', '2 PEN 1@FIRST']);
    expect(given(plan(order, places, stock, ['cheapest']))).toEqual(['1 MUG 1@FIRST', '2 PEN 1@FIRST']);
    expect(
      given(plan(order, [...places, at('CHEAP-2')], [...stock, ...has('PEN', { 'CHEAP-2': 1 })], ['cheapest'])),
    ).toEqual(['1 MUG 1@CHEAP', '2 PEN 1@CHEAP-2']);
  });

  test('fewest parcels finds four locations where eight have something', () => {
    const codes = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    const small = ['A', 'B', 'C', 'D'];
    const stock = codes.flatMap((code) => has('MUG', { [code]: small.includes(code) ? 1 : 5 }));
    const answer = plan(
      [want(1, 'MUG', 20)],
      codes.map((code) => at(code)),
      stock,
    );
    expect(given(answer)).toEqual(['1 MUG 5@E', '1 MUG 5@F', '1 MUG 5@G', '1 MUG 5@H']);
  });

  test('names the plan, how many it was chosen from, and by what', () => {
    const answer = plan([want(1, 'MUG', 1)], places, everywhere, ['fewest_parcels', 'cheapest']);
    expect(answer.explanation).toEqual(['CHEAP chosen of 3 possible plans (fewest_parcels 1, cheapest 260).']);
  });
});

describe('capacity and cut-off', () => {
  const everywhere = has('MUG', { EAST: 5, WEST: 5 });

  test('a location that is full is left out, and the plan says so', () => {
    const answer = plan(
      [want(1, 'MUG', 2)],
      [at('EAST', { capacityLeft: 0 }), at('WEST', { handling: 900 })],
      everywhere,
    );
    expect(given(answer)).toEqual(['1 MUG 2@WEST']);
    expect(answer.explanation).toContain('Left out, capacity of today used up: EAST.');
  });

  test('it is used all the same when nothing else covers the order, a day late; only what is used is named', () => {
    const full = [at('EAST', { capacityLeft: 0 }), at('NORTH', { capacityLeft: 0 }), at('WEST')];
    const answer = plan([want(1, 'MUG', 7)], full, [...everywhere, ...has('MUG', { NORTH: 1 })]);
    expect(given(answer)).toEqual(['1 MUG 5@EAST', '1 MUG 2@WEST']);
    expect(answer.ok && answer.allocations.map((one) => one.lateDays)).toEqual([1, 0]);
    expect(answer.explanation).toContain('Used beyond its capacity of today, as nothing else covers the order: EAST.');
    expect(answer.explanation).toContain('Left out, capacity of today used up: NORTH.');
  });

  test('each seller packs a parcel: the last one of a day is not promised twice', () => {
    const order = [want(1, 'MUG', 1, 'ada'), want(2, 'PEN', 1, 'bob')];
    const stock = [...everywhere, ...has('PEN', { EAST: 5, WEST: 5 })];
    const answer = plan(order, [at('EAST', { capacityLeft: 1 }), at('WEST', { handling: 900 })], stock);
    expect(given(answer)).toEqual(['1 MUG 1@EAST', '2 PEN 1@WEST']);
    expect(answer.explanation).toContain('bob: Left out, capacity of today used up: EAST.');
  });

  test('past the cut-off it leaves a day later, and the plan says so', () => {
    const answer = plan([want(1, 'MUG', 1)], [at('EAST', { cutOffPassed: true })], everywhere);
    expect(answer.ok && answer.allocations[0]?.lateDays).toBe(1);
    expect(answer.explanation).toContain("Past today's cut-off, leaves a day later: EAST.");
    const both = plan([want(1, 'MUG', 1)], [at('EAST', { cutOffPassed: true, capacityLeft: 0 })], everywhere);
    expect(both.ok && both.allocations[0]?.lateDays).toBe(2);
  });
});

describe('sellers', () => {
  const places = [at('ADA', { seller: 'ada' }), at('BOB', { seller: 'bob' }), at('HOUSE', { handling: 900 })];

  test("a seller's location serves that seller only", () => {
    const stock = [...has('MUG', { ADA: 1, BOB: 9 }), ...has('PEN', { ADA: 9, BOB: 9, HOUSE: 1 })];
    const answer = plan([want(1, 'MUG', 2, 'ada'), want(2, 'PEN', 1)], places, stock);
    expect(answer).toMatchObject({ ok: false, shortages: [{ line: 1, sku: 'MUG', wanted: 2, available: 1 }] });
    const enough = plan([want(1, 'MUG', 1, 'ada'), want(2, 'PEN', 1)], places, stock);
    expect(given(enough)).toEqual(['1 MUG 1@ADA', '2 PEN 1@HOUSE']);
    expect(enough.explanation.map((line) => line.split(':')[0])).toEqual(['Own goods', 'ada']);
  });

  test('parcels are counted for each seller: what is fewest for one is not spoilt by the other', () => {
    const stock = [...has('MUG', { X: 1, Y: 1, Z: 2 }), ...has('PEN', { X: 1, Y: 1 })];
    const order = [want(1, 'MUG', 2, 'ada'), want(2, 'PEN', 2, 'bob')];
    const answer = plan(order, [at('X'), at('Y'), at('Z', { handling: 900 })], stock);
    expect(given(answer)).toEqual(['1 MUG 2@Z', '2 PEN 1@X', '2 PEN 1@Y']);
  });
});

describe('one SKU on two lines', () => {
  test('shares what there is', () => {
    const stock = has('MUG', { EAST: 3, WEST: 2 });
    const places = [at('EAST'), at('WEST', { handling: 900 })];
    expect(given(plan([want(1, 'MUG', 2), want(2, 'MUG', 3)], places, stock))).toEqual([
      '1 MUG 2@EAST',
      '2 MUG 1@EAST',
      '2 MUG 2@WEST',
    ]);
    const short = plan([want(1, 'MUG', 4), want(2, 'MUG', 3)], places, stock);
    expect(short).toMatchObject({ ok: false, shortages: [{ line: 2, wanted: 3, available: 1 }] });
    expect(short.explanation).toEqual(['No plan covers the order: MUG: 3 wanted, 1 available.']);
  });
});

describe('at the edges', () => {
  test('nothing wanted is nothing routed', () => {
    expect(plan([], [at('EAST')], [])).toEqual({ ok: true, allocations: [], explanation: ['Nothing to route.'] });
    expect(plan([want(1, 'MUG', 0)], [], []).ok).toBe(true);
  });

  test('no location, no stock and stock at an unknown location are all short', () => {
    const short = [{ line: 1, sku: 'MUG', wanted: 1, available: 0 }];
    expect(plan([want(1, 'MUG', 1)], [], [])).toMatchObject({ ok: false, shortages: short });
    expect(plan([want(1, 'MUG', 1)], [at('EAST')], has('MUG', { EAST: 0 }))).toMatchObject({
      ok: false,
      shortages: short,
    });
    expect(plan([want(1, 'MUG', 1)], [at('EAST')], has('MUG', { MOON: 5 }))).toMatchObject({
      ok: false,
      shortages: short,
    });
  });

  test('a level that is below nothing (safety stock above what is there) takes nothing from the others', () => {
    expect(given(plan([want(1, 'MUG', 2)], [at('EAST'), at('WEST')], has('MUG', { EAST: -3, WEST: 2 })))).toEqual([
      '1 MUG 2@WEST',
    ]);
  });

  test('a hundred locations are planned in the time of a request', () => {
    const codes = Array.from({ length: 100 }, (_, index) => `L${index}`);
    const began = performance.now();
    const answer = plan(
      [want(1, 'MUG', 100)],
      codes.map((code) => at(code)),
      codes.flatMap((code) => has('MUG', { [code]: 1 })),
    );
    expect(given(answer)).toHaveLength(100);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
