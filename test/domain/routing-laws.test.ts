import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Demand,
  type Place,
  planRoute,
  ROUTING_STRATEGIES,
  type RoutingLocation,
  type RoutingPlan,
} from '../../src/domain/routing.ts';
import { lives } from './lives.ts';

/** What holds for every order, stock and set of locations; examples are in routing.test.ts. */

const { tried, patience } = lives(1_000);

const BERLIN: Place = { country: 'DE', region: 'BE', postalCode: '10115' };

/** SKU `ada-1` is sold by ada, `own-1` by the store. */
const SELLERS = ['own', 'ada', 'bob'];
const sellerOf = (sku: string): string | null => (sku.startsWith('own') ? null : (sku.split('-')[0] ?? null));
const sku = fc.tuple(fc.constantFrom(...SELLERS), fc.constantFrom(1, 2)).map(([seller, no]) => `${seller}-${no}`);
const CODES = ['A', 'B', 'C', 'D', 'E'];

const arbitraryLocation = (code: string) =>
  fc
    .record({
      seller: fc.constantFrom(null, null, null, 'ada', 'bob'),
      postalCode: fc.constantFrom('10115', '10999', '80331', ''),
      region: fc.constantFrom('', 'BE'),
      priority: fc.integer({ min: 1, max: 3 }),
      handling: fc.constantFrom(0, 100, 500),
      capacityLeft: fc.constantFrom(null, null, 0, 1, 9),
      cutOffPassed: fc.boolean(),
    })
    .map((more): RoutingLocation => ({ code, country: 'DE', ...more }));

const LEVELS = SELLERS.flatMap((seller) =>
  [1, 2].flatMap((no) => CODES.map((location) => ({ sku: `${seller}-${no}`, location }))),
);
const units = fc.constantFrom(-1, 0, 0, 1, 1, 2, 3);

const arbitraryRequest = fc.record({
  demands: fc
    .array(fc.tuple(sku, fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 4 })
    .map((lines) =>
      lines.map(
        ([name, quantity], index) =>
          ({ line: index + 1, sku: name, seller: sellerOf(name), quantity }) satisfies Demand,
      ),
    ),
  locations: fc.subarray(CODES, { minLength: 2 }).chain((codes) => fc.tuple(...codes.map(arbitraryLocation))),
  available: fc.tuple(...LEVELS.map((level) => units.map((quantity) => ({ ...level, quantity })))),
  strategies: fc.shuffledSubarray([...ROUTING_STRATEGIES], { minLength: 1 }),
});
type Request = typeof arbitraryRequest extends fc.Arbitrary<infer T> ? T : never;
const planOf = (request: Request): RoutingPlan => planRoute({ ...request, destination: BERLIN });

const unitsFor = ({ available, locations }: Request, name: string, among: readonly string[] = CODES): number =>
  locations
    .filter((one) => among.includes(one.code) && (one.seller === null || one.seller === sellerOf(name)))
    .reduce((sum, one) => {
      const level = available.find((stock) => stock.sku === name && stock.location === one.code);
      return sum + Math.max(0, level?.quantity ?? 0);
    }, 0);

const wantedOf = ({ demands }: Request, name: string): number =>
  demands.filter((demand) => demand.sku === name).reduce((sum, demand) => sum + demand.quantity, 0);

/** Brute force: the smallest number of locations that cover these SKUs, or null. */
function fewestLocations(request: Request, names: readonly string[], usable: readonly string[]): number | null {
  let fewest: number | null = null;
  for (let bits = 0; bits < 2 ** usable.length; bits += 1) {
    const among = usable.filter((_, index) => (bits >> index) % 2 === 1);
    const covers = names.every((name) => unitsFor(request, name, among) >= wantedOf(request, name));
    if (covers && (fewest === null || among.length < fewest)) fewest = among.length;
  }
  return fewest;
}

const parcelsOf = (result: RoutingPlan): number =>
  result.ok ? new Set(result.allocations.map((one) => `${sellerOf(one.sku)}@${one.location}`)).size : 0;

describe('every plan', patience, () => {
  test('covers exactly what is wanted, and never gives more than is available', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const result = planOf(request);
        if (!result.ok) return;
        for (const demand of request.demands) {
          const mine = result.allocations.filter((one) => one.line === demand.line);
          expect(mine.every((one) => one.sku === demand.sku && one.quantity > 0)).toBe(true);
          expect(mine.reduce((sum, one) => sum + one.quantity, 0)).toBe(demand.quantity);
        }
        for (const { sku: name, location, quantity } of request.available) {
          const taken = result.allocations.filter((one) => one.sku === name && one.location === location);
          expect(taken.reduce((sum, one) => sum + one.quantity, 0)).toBeLessThanOrEqual(Math.max(0, quantity));
        }
      }),
      tried,
    );
  });

  test('is found when there is one, else what is short is exactly what is missing', () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const result = planOf(request);
        const names = [...new Set(request.demands.map((demand) => demand.sku))];
        const missing = new Map(
          names
            .map((name) => [name, wantedOf(request, name) - unitsFor(request, name)] as const)
            .filter(([, units]) => units > 0),
        );
        expect(result.ok).toBe(missing.size === 0);
        if (result.ok) return;
        const reported = new Map<string, number>();
        for (const { sku: name, wanted, available } of result.shortages) {
          reported.set(name, (reported.get(name) ?? 0) + wanted - available);
        }
        expect(reported).toEqual(missing);
      }),
      tried,
    );
  });

  test("keeps to each seller's locations", () => {
    fc.assert(
      fc.property(arbitraryRequest, (request) => {
        const result = planOf(request);
        if (!result.ok) return;
        for (const { sku: name, location } of result.allocations) {
          const owner = request.locations.find((one) => one.code === location)?.seller;
          expect(owner === null || owner === sellerOf(name)).toBe(true);
        }
      }),
      tried,
    );
  });

  test('is the same in whatever order its inputs come', () => {
    const shuffled = arbitraryRequest.chain((request) =>
      fc.record({
        request: fc.constant(request),
        other: fc.record({
          demands: fc.shuffledSubarray(request.demands, { minLength: request.demands.length }),
          locations: fc.shuffledSubarray([...request.locations], { minLength: request.locations.length }),
          available: fc.shuffledSubarray([...request.available], { minLength: request.available.length }),
          strategies: fc.constant(request.strategies),
        }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ request, other }) => {
        expect(planOf({ ...request, ...other } as Request)).toEqual(planOf(request));
      }),
      tried,
    );
  });

  test('of the strategy fewest parcels has as few as any, by brute force', () => {
    fc.assert(
      fc.property(arbitraryRequest, (asked) => {
        const unlimited = asked.locations.map((one) => ({ ...one, capacityLeft: null }));
        const request = {
          ...asked,
          locations: unlimited,
          strategies: ['fewest_parcels' as const],
        } as unknown as Request;
        const result = planOf(request);
        if (!result.ok) return;
        const fewest = SELLERS.map((seller) => {
          const names = request.demands.map((demand) => demand.sku).filter((name) => name.startsWith(seller));
          return (
            fewestLocations(
              request,
              [...new Set(names)],
              unlimited.map((one) => one.code),
            ) ?? 0
          );
        });
        expect(parcelsOf(result)).toBe(fewest.reduce((sum, count) => sum + count, 0));
      }),
      tried,
    );
  });

  test('leaves full locations out unless nothing else covers, and explains itself', () => {
    fc.assert(
      fc.property(arbitraryRequest, (asked) => {
        // One seller: with several, a location may fill up on the way.
        const demands = asked.demands.map((demand) => ({ ...demand, sku: 'own-1', seller: null }));
        const request = { ...asked, demands };
        const result = planOf(request);
        expect(result.explanation.length).toBeGreaterThan(0);
        if (!result.ok) return;
        const full = request.locations.filter((one) => one.capacityLeft === 0).map((one) => one.code);
        const open = request.locations.map((one) => one.code).filter((code) => !full.includes(code));
        const usesFull = result.allocations.filter((one) => full.includes(one.location));
        const coveredWithout = unitsFor(request, 'own-1', open) >= wantedOf(request, 'own-1');
        if (coveredWithout) expect(usesFull).toEqual([]);
        const said = result.explanation.some((sentence) => sentence.startsWith('Used beyond its capacity of today'));
        expect(said).toBe(usesFull.length > 0);
        for (const one of result.allocations) {
          const location = request.locations.find((place) => place.code === one.location);
          expect(one.lateDays).toBe((location?.cutOffPassed ? 1 : 0) + (location?.capacityLeft === 0 ? 1 : 0));
        }
      }),
      tried,
    );
  });
});
