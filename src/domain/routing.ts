import type { Allocation } from './order.ts';

/**
 * Which location gives what. Pure: the same stock and the same order give the same plan and the same explanation.
 * Whole orders only: either every line is covered, or the plan says what is short.
 */
export const ROUTING_STRATEGIES = ['fewest_parcels', 'nearest', 'cheapest', 'priority'] as const;
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

export type Place = { readonly country: string; readonly region: string; readonly postalCode: string };

export type RoutingLocation = Place & {
  readonly code: string;
  /** Only this seller's lines leave from here; null: any line without a location of its seller's own. */
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

/** How many locations are combined at most when plans are compared; beyond that one greedy plan over all is taken. */
const EXHAUSTIVE_LOCATIONS = 8;
const LARGEST_COMBINATION = 3;

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

type Stock = Map<string, number>;
const stockKey = (sku: string, location: string): string => `${sku}\u0000${location}`;

/** Takes what each location in turn has for every line still open. */
function fill(demands: readonly Demand[], ordered: readonly RoutingLocation[], stock: Stock) {
  const left = new Map(stock);
  const allocations: Allocation[] = [];
  const open: Shortage[] = [];
  for (const demand of demands) {
    let wanted = demand.quantity;
    for (const location of ordered) {
      if (wanted === 0) break;
      if (!mayServe(location, demand)) continue;
      const key = stockKey(demand.sku, location.code);
      const taken = Math.min(wanted, Math.max(0, left.get(key) ?? 0));
      if (taken === 0) continue;
      left.set(key, (left.get(key) ?? 0) - taken);
      wanted -= taken;
      const lateDays = (location.cutOffPassed ? 1 : 0) + (location.capacityLeft === 0 ? 1 : 0);
      allocations.push({ line: demand.line, sku: demand.sku, location: location.code, quantity: taken, lateDays });
    }
    if (wanted > 0) {
      open.push({ line: demand.line, sku: demand.sku, wanted: demand.quantity, available: demand.quantity - wanted });
    }
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

/** The sets of locations worth comparing: small combinations when there are few locations, and always all together. */
function candidateSets(scored: readonly Scored[]): (readonly Scored[])[] {
  const sets: (readonly Scored[])[] = [];
  if (scored.length <= EXHAUSTIVE_LOCATIONS) {
    for (let size = 1; size <= Math.min(LARGEST_COMBINATION, scored.length); size += 1)
      sets.push(...combinations(scored, size));
  } else {
    sets.push(...scored.map((one) => [one]));
  }
  if (!sets.some((set) => set.length === scored.length)) sets.push(scored);
  return sets;
}

type Candidate = {
  readonly allocations: readonly Allocation[];
  readonly used: readonly Scored[];
  readonly rank: readonly number[];
};

function best(
  demands: readonly Demand[],
  scored: readonly Scored[],
  stock: Stock,
  strategies: readonly RoutingStrategy[],
) {
  let winner: Candidate | undefined;
  let compared = 0;
  for (const set of candidateSets(scored)) {
    const { allocations, open } = fill(
      demands,
      set.map((one) => one.location),
      stock,
    );
    if (open.length > 0) continue;
    compared += 1;
    const codes = new Set(allocations.map((allocation) => allocation.location));
    const used = set.filter((one) => codes.has(one.location.code));
    const rank = strategies.map((strategy) => used.reduce((sum, one) => sum + score(one, strategy), 0));
    if (winner === undefined || compareVectors(rank, winner.rank) < 0) winner = { allocations, used, rank };
  }
  return { winner, compared };
}

/**
 * Plans a whole order. Locations whose capacity is used up are asked only when the others cannot cover the order.
 * `available` is what may be promised: on hand, less held, less safety stock.
 */
export function planRoute(request: {
  readonly demands: readonly Demand[];
  readonly locations: readonly RoutingLocation[];
  readonly available: readonly Available[];
  readonly destination: Place;
  readonly strategies: readonly RoutingStrategy[];
}): RoutingPlan {
  const { demands, destination, strategies } = request;
  const stock: Stock = new Map(request.available.map((one) => [stockKey(one.sku, one.location), one.quantity]));
  const ranking = strategies.filter((strategy) => strategy !== 'fewest_parcels');
  const scored = request.locations
    .map((location) => {
      const far = distance(location, destination);
      return { location, distance: far, cost: location.handling + far };
    })
    .sort(
      (a, b) =>
        compareVectors(
          ranking.map((strategy) => score(a, strategy)),
          ranking.map((strategy) => score(b, strategy)),
        ) || a.location.code.localeCompare(b.location.code),
    );
  const free = scored.filter((one) => one.location.capacityLeft !== 0);
  const full = scored.filter((one) => one.location.capacityLeft === 0).map((one) => one.location.code);
  let { winner, compared } = best(demands, free, stock, strategies);
  const overCapacity = winner === undefined && full.length > 0;
  if (overCapacity) ({ winner, compared } = best(demands, scored, stock, strategies));
  if (winner === undefined) {
    const { open } = fill(
      demands,
      scored.map((one) => one.location),
      stock,
    );
    const short = open.map((one) => `${one.sku}: ${one.wanted} wanted, ${one.available} available`);
    return { ok: false, shortages: open, explanation: [`No plan covers the order: ${short.join('; ')}.`] };
  }
  const ranks = strategies.map((strategy, index) => `${strategy} ${winner?.rank[index]}`).join(', ');
  const explanation = [
    `${winner.used.map((one) => one.location.code).join(' + ')} chosen of ${compared} possible plans (${ranks}).`,
  ];
  const late = winner.used.filter((one) => one.location.cutOffPassed).map((one) => one.location.code);
  if (late.length > 0) explanation.push(`Past today's cut-off, leaves a day later: ${late.join(', ')}.`);
  if (full.length > 0) {
    const what = overCapacity
      ? 'Used beyond its capacity of today, as nothing else covers the order'
      : 'Left out, capacity of today used up';
    explanation.push(`${what}: ${full.join(', ')}.`);
  }
  return { ok: true, allocations: winner.allocations, explanation };
}
