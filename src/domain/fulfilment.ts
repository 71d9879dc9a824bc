import { fulfilmentIdOf } from './keys.ts';
import type { Allocation, Fulfilment, FulfilmentLine, Line, LineKind, LineQuantity, Order } from './order.ts';

const DAY = 86_400_000;

type Group = {
  location: string | null;
  seller: string | null;
  kind: LineKind;
  lateDays: number;
  lines: FulfilmentLine[];
};

type Part = Pick<Fulfilment, 'status' | 'lines' | 'delivered'>;

/** Units of one line among these. */
export const unitsIn = (units: readonly LineQuantity[], line: number): number =>
  units.reduce((sum, one) => sum + (one.line === line ? one.quantity : 0), 0);

/** What of a part of the order has reached the buyer. */
export const unitsDelivered = ({ status, lines, delivered }: Part): readonly LineQuantity[] =>
  status === 'delivered' ? lines : delivered;

/** What of it has not. */
export const unitsOutstanding = ({ status, lines, delivered }: Part): LineQuantity[] =>
  status === 'delivered'
    ? []
    : lines
        .map(({ line, quantity }) => ({ line, quantity: quantity - unitsIn(delivered, line) }))
        .filter(({ quantity }) => quantity > 0);

const GIVEN_UP: ReadonlySet<Fulfilment['status']> = new Set(['cancelled', 'lost', 'returned']);

/** Units of a line that are in no parcel yet; of one that was given up only what was delivered of it before is in one. */
export function unpacked(order: Order, line: Line): number {
  const packed = unitsIn(
    order.fulfilments.flatMap((one) => (GIVEN_UP.has(one.status) ? one.delivered : one.lines)),
    line.no,
  );
  return Math.max(0, line.quantity - line.cancelled - packed);
}

/** A parcel that has not left. */
export const isHere = ({ status }: Fulfilment): boolean => status === 'pending' || status === 'labelled';
/** A parcel that stock is held for. */
export const isFromStock = ({ kind, location }: Fulfilment): boolean => kind === 'physical' && location !== null;

/** Units that need no stock, and came into the order after its parcels were made. */
export const hasUnpackedServices = (order: Order): boolean =>
  order.lines.some((line) => line.kind !== 'physical' && unpacked(order, line) > 0);

/**
 * What the order's allocations, and lines that need none, become: fulfilments by location, by seller, by kind (SPEC.md §3, step 6).
 * Order and ids are deterministic.
 */
export function fulfilmentsOf(order: Order, at: number): Fulfilment[] {
  const groups = new Map<string, Group>();
  const put = (key: Omit<Group, 'lines'>, line: FulfilmentLine): void => {
    const id = [key.kind, key.location ?? '', key.seller ?? ''].join('\u0000');
    const group = groups.get(id) ?? { ...key, lines: [] };
    group.lateDays = Math.max(group.lateDays, key.lateDays);
    group.lines.push(line);
    groups.set(id, group);
  };
  for (const line of order.lines) {
    const { seller, kind } = line;
    const given = order.allocations.filter((allocation) => allocation.line === line.no);
    for (const { location, quantity, lateDays } of given)
      put({ location, seller, kind, lateDays }, { line: line.no, quantity });
    const quantity = unpacked(order, line);
    if (given.length === 0 && kind !== 'physical' && quantity > 0) {
      put({ location: null, seller, kind, lateDays: 0 }, { line: line.no, quantity });
    }
  }
  const first = order.fulfilments.length + 1;
  return [...groups.values()].map(({ location, seller, kind, lateDays, lines }, index) => ({
    id: fulfilmentIdOf(order.number, first + index),
    no: first + index,
    location,
    seller,
    kind,
    status: 'pending',
    lines,
    delivered: [],
    hasInstructions: false,
    label: null,
    carrier: null,
    trackingNumber: null,
    trackingUrl: null,
    followed: false,
    shipBy: at + order.policy.shipWithin + lateDays * DAY,
    shippedAt: null,
    deliveredAt: null,
    delays: [],
    claim: null,
  }));
}

/** Units of a line that stock is held for at a location: in parcels that have not left, and not packed yet. */
export type HeldUnits = { readonly line: number; readonly location: string; readonly quantity: number };

function heldUnits(order: Order): Map<string, HeldUnits> {
  const packed = order.fulfilments
    .filter(isHere)
    .flatMap(({ location, lines }) => (location === null ? [] : lines.map((one) => ({ ...one, location }))));
  const given = order.allocations.map(({ line, location, quantity }) => ({ line, location, quantity }));
  return summed<HeldUnits>([...packed, ...given]);
}

function summed<Units extends HeldUnits>(units: readonly Units[]): Map<string, Units> {
  const sums = new Map<string, Units>();
  for (const one of units) {
    const key = `${one.line}@${one.location}`;
    sums.set(key, { ...one, quantity: one.quantity + (sums.get(key)?.quantity ?? 0) });
  }
  return sums;
}

/** Of `units` what is in them and not in `others`. */
function without<Units extends HeldUnits>(units: Iterable<Units>, others: ReadonlyMap<string, HeldUnits>): Units[] {
  return [...units]
    .map((one) => ({ ...one, quantity: one.quantity - (others.get(`${one.line}@${one.location}`)?.quantity ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

/** What stock is held for, by line and location. */
export const allocationsHeld = (order: Order): Allocation[] =>
  [...heldUnits(order).values()].map((one) => ({
    ...one,
    sku: order.lines.find(({ no }) => no === one.line)?.sku ?? '',
    lateDays: 0,
  }));

/** The same by line, wherever it is. */
export const unitsHeld = (order: Order): LineQuantity[] => {
  const held = allocationsHeld(order);
  return order.lines
    .map(({ no }) => ({ line: no, quantity: unitsIn(held, no) }))
    .filter(({ quantity }) => quantity > 0);
};

/** What one plan takes that another does not. */
export const takenBeside = (plan: readonly Allocation[], other: readonly Allocation[]): Allocation[] =>
  without(summed(plan).values(), summed(other));

/** What is held before and no longer after. */
export function unitsGivenBack(before: Order, after: Order): HeldUnits[] {
  return without(heldUnits(before).values(), heldUnits(after));
}
