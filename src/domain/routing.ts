import type { Allocation } from './order.ts';

/**
 * Which location gives what. Pure: the same stock and the same order give the same plan and the same explanation, in whatever order
 * they are given. Whole orders only: either every line is covered, or the plan says what is short.
 *
 * Parcels are packed for each seller, so each seller's lines are planned by themselves, and one location counts once for each.
 */
export const ROUTING_STRATEGIES = ['fewest_parcels', 'nearest', 'cheapest', 'priority'] as const;
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

export type Place = { readonly country: string; readonly region: string; readonly postalCode: string };

export type RoutingLocation = Place & {
  readonly code: string;
  /** Only this seller's lines leave from here; null: any line. */
  readonly seller: string | null;
  /** Lower is asked first. */
  readonly priority: number;
  /** Minor units for one parcel from here. */
  readonly handling: number;
  /** Parcels it can still pack today; null: no limit. */
  readonly capacityLeft: number | null;
  readonly cutOffPassed: boolean;
};

export type Demand = {
  readonly line: number;
  readonly sku: string;
  readonly seller: string | null;
  readonly quantity: number;
};
export type Available = { readonly sku: string; readonly location: string; readonly quantity: number };
export type Shortage = {
  readonly line: number;
  readonly sku: string;
  readonly wanted: number;
  readonly available: number;
};

export type RoutingPlan =
  | { readonly ok: true; readonly allocations: readonly Allocation[]; readonly explanation: readonly string[] }
  | { readonly ok: false; readonly shortages: readonly Shortage[]; readonly explanation: readonly string[] };

/** So many combinations of locations are compared at most: all of nine locations, all pairs of thirty. */
const COMPARED_AT_MOST = 512;

/** By code point: the order of a language differs between machines. */
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/**
 * A distance without a map, 0 (same postal code) to 1000 (another country): postal codes of one country share digits by
 * nearness nearly everywhere. Enough to compare locations; not a measure of kilometres.
 */
export function distance(from: Place, to: Place): number {
  if (from.country !== to.country) return 1000;
  const clean = (code: string): string => code.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
  const [a, b] = [clean(from.postalCode), clean(to.postalCode)];
  if (a === b && a.length > 0) return 0;
  const sameRegion = from.region !== '' && from.region.toUpperCase() === to.region.toUpperCase();
  return Math.max(1, (sameRegion ? 60 : 160) - 20 * Math.min(3, commonPrefix(a, b)));
}

type Scored = { readonly location: RoutingLocation; readonly distance: number; readonly cost: number };

/** What one location counts for under a strategy that ranks locations; `fewest_parcels` ranks plans only. */
function score(scored: Scored, strategy: RoutingStrategy): number {
  switch (strategy) {
    case 'nearest':
      return scored.distance;
    case 'cheapest':
      return scored.cost;
    case 'priority':
      return scored.location.priority;
    case 'fewest_parcels':
      return 1;
    default:
      return strategy satisfies never;
  }
}

function compareVectors(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const mayServe = (location: RoutingLocation, demand: Demand): boolean =>
  location.seller === null || location.seller === demand.seller;

/** What is left while the sellers are planned one after the other. */
type Left = {
  /** Units, by SKU and location. */
  readonly units: Map<string, number>;
  /** Parcels, by location; without an entry there is no limit. */
  readonly parcels: Map<string, number>;
};
const unitsKey = (sku: string, location: string): string => `${sku}\u0000${location}`;
const unitsOf = (left: Left, sku: string, location: string): number => left.units.get(unitsKey(sku, location)) ?? 0;
const isFull = (left: Left, location: RoutingLocation): boolean => (left.parcels.get(location.code) ?? 1) <= 0;

/** Takes what each location in turn has for every line still open. */
function fill(demands: readonly Demand[], ordered: readonly RoutingLocation[], left: Left) {
  const taken = new Map<string, number>();
  const allocations: Allocation[] = [];
  const open: Shortage[] = [];
  for (const { line, sku, quantity } of demands) {
    let wanted = quantity;
    for (const location of ordered) {
      if (wanted === 0) break;
      const key = unitsKey(sku, location.code);
      const units = Math.min(wanted, unitsOf(left, sku, location.code) - (taken.get(key) ?? 0));
      if (units <= 0) continue;
      taken.set(key, (taken.get(key) ?? 0) + units);
      wanted -= units;
      const lateDays = (location.cutOffPassed ? 1 : 0) + (isFull(left, location) ? 1 : 0);
      allocations.push({ line, sku, location: location.code, quantity: units, lateDays });
    }
    if (wanted > 0) open.push({ line, sku, wanted: quantity, available: quantity - wanted });
  }
  return { allocations, open };
}

function* combinations(locations: readonly Scored[], size: number, start = 0): Generator<readonly Scored[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = start; index <= locations.length - size; index += 1) {
    for (const rest of combinations(locations, size - 1, index + 1)) yield [locations[index] as Scored, ...rest];
  }
}

/** How many combinations of `size` out of `count`. */
function countOf(count: number, size: number): number {
  let result = 1;
  for (let index = 1; index <= size; index += 1) result = (result * (count - size + index)) / index;
  return result;
}

/** The sets of locations worth comparing: of one, of two and so on while they are not too many, and always all together. */
function candidateSets(scored: readonly Scored[]): (readonly Scored[])[] {
  const sets: (readonly Scored[])[] = [];
  for (let size = 1; size < scored.length; size += 1) {
    if (size > 1 && sets.length + countOf(scored.length, size) > COMPARED_AT_MOST) break;
    sets.push(...combinations(scored, size));
  }
  return [...sets, scored];
}

type Candidate = {
  readonly allocations: readonly Allocation[];
  readonly used: readonly Scored[];
  readonly rank: readonly number[];
};

function best(
  demands: readonly Demand[],
  scored: readonly Scored[],
  left: Left,
  strategies: readonly RoutingStrategy[],
) {
  let winner: Candidate | undefined;
  const compared = new Set<string>();
  for (const set of candidateSets(scored)) {
    const locations = set.map((one) => one.location);
    const { allocations, open } = fill(demands, locations, left);
    if (open.length > 0) continue;
    const codes = new Set(allocations.map((allocation) => allocation.location));
    const used = set.filter((one) => codes.has(one.location.code));
    const key = used.map((one) => one.location.code).join(' ');
    if (compared.has(key)) continue;
    compared.add(key);
    const rank = strategies.map((strategy) => used.reduce((sum, one) => sum + score(one, strategy), 0));
    if (winner === undefined || compareVectors(rank, winner.rank) < 0) winner = { allocations, used, rank };
  }
  return { winner, compared: compared.size };
}

type SellerPlan = {
  readonly allocations: readonly Allocation[];
  readonly shortages: readonly Shortage[];
  readonly explanation: readonly string[];
};

/** Plans the lines of one seller. Locations that are full are asked only when the others cannot cover them. */
function planSeller(
  demands: readonly Demand[],
  scored: readonly Scored[],
  left: Left,
  strategies: readonly RoutingStrategy[],
): SellerPlan {
  const useful = scored.filter(({ location }) =>
    demands.some((demand) => mayServe(location, demand) && unitsOf(left, demand.sku, location.code) > 0),
  );
  const full = useful.filter(({ location }) => isFull(left, location));
  const within = useful.filter(({ location }) => !isFull(left, location));
  let { winner, compared } = best(demands, within, left, strategies);
  if (winner === undefined && full.length > 0) ({ winner, compared } = best(demands, useful, left, strategies));
  if (winner === undefined) {
    const locations = useful.map((one) => one.location);
    return { allocations: [], shortages: fill(demands, locations, left).open, explanation: [] };
  }
  const { used, rank, allocations } = winner;
  const codes = (ones: readonly Scored[], by: string): string => ones.map((one) => one.location.code).join(by);
  const ranks = strategies.map((strategy, index) => `${strategy} ${rank[index]}`).join(', ');
  const explanation = [`${codes(used, ' + ')} chosen of ${compared} possible plans (${ranks}).`];
  const late = used.filter((one) => one.location.cutOffPassed);
  if (late.length > 0) explanation.push(`Past today's cut-off, leaves a day later: ${codes(late, ', ')}.`);
  const beyond = full.filter((one) => used.includes(one));
  const leftOut = full.filter((one) => !used.includes(one));
  if (beyond.length > 0) {
    const why = 'Used beyond its capacity of today, as nothing else covers the order';
    explanation.push(`${why}: ${codes(beyond, ', ')}.`);
  }
  if (leftOut.length > 0) explanation.push(`Left out, capacity of today used up: ${codes(leftOut, ', ')}.`);
  return { allocations, shortages: [], explanation };
}

/** Takes off what a seller's plan uses: the units, and a parcel at each location. */
function takeOff(left: Left, allocations: readonly Allocation[]): void {
  for (const { sku, location, quantity } of allocations) {
    left.units.set(unitsKey(sku, location), unitsOf(left, sku, location) - quantity);
  }
  for (const code of new Set(allocations.map((allocation) => allocation.location))) {
    const parcels = left.parcels.get(code);
    if (parcels !== undefined) left.parcels.set(code, parcels - 1);
  }
}

function scoreAll(
  locations: readonly RoutingLocation[],
  destination: Place,
  strategies: readonly RoutingStrategy[],
): Scored[] {
  const ranking = strategies.filter((strategy) => strategy !== 'fewest_parcels');
  const rankOf = (one: Scored): number[] => ranking.map((strategy) => score(one, strategy));
  return locations
    .map((location) => {
      const far = distance(location, destination);
      return { location, distance: far, cost: location.handling + far };
    })
    .sort((a, b) => compareVectors(rankOf(a), rankOf(b)) || byCode(a.location.code, b.location.code));
}

/**
 * Plans a whole order. `available` is what may be promised: on hand, less held, less safety stock.
 * A SKU is of one seller; lines with the same SKU share what is available.
 */
export function planRoute(request: {
  readonly demands: readonly Demand[];
  readonly locations: readonly RoutingLocation[];
  readonly available: readonly Available[];
  readonly destination: Place;
  readonly strategies: readonly RoutingStrategy[];
}): RoutingPlan {
  const demands = request.demands.filter((demand) => demand.quantity > 0).sort((a, b) => a.line - b.line);
  const stocked = new Set(request.available.filter((one) => one.quantity > 0).map((one) => one.location));
  const locations = request.locations.filter((location) => stocked.has(location.code));
  const scored = scoreAll(locations, request.destination, request.strategies);
  const left: Left = {
    units: new Map(request.available.map((one) => [unitsKey(one.sku, one.location), one.quantity])),
    parcels: new Map(locations.flatMap((one) => (one.capacityLeft === null ? [] : [[one.code, one.capacityLeft]]))),
  };
  const sellers = [...new Set(demands.map((demand) => demand.seller))].sort((a, b) => byCode(a ?? '', b ?? ''));
  const plans = sellers.map((seller) => {
    const own = demands.filter((demand) => demand.seller === seller);
    const plan = planSeller(own, scored, left, request.strategies);
    takeOff(left, plan.allocations);
    const named = sellers.length === 1 ? '' : `${seller ?? 'Own goods'}: `;
    return { ...plan, explanation: plan.explanation.map((sentence) => named + sentence) };
  });
  const byLine = (a: { line: number }, b: { line: number }): number => a.line - b.line;
  const shortages = plans.flatMap((plan) => plan.shortages).sort(byLine);
  if (shortages.length > 0) {
    const short = shortages.map((one) => `${one.sku}: ${one.wanted} wanted, ${one.available} available`);
    return { ok: false, shortages, explanation: [`No plan covers the order: ${short.join('; ')}.`] };
  }
  const allocations = plans.flatMap((plan) => plan.allocations).sort(byLine);
  const explanation = plans.flatMap((plan) => plan.explanation);
  return { ok: true, allocations, explanation: explanation.length > 0 ? explanation : ['Nothing to route.'] };
}
