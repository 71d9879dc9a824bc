import { fulfilmentIdOf } from './keys.ts';
import type { Fulfilment, FulfilmentLine, Line, LineKind, Order } from './order.ts';

const DAY = 86_400_000;

type Group = {
  location: string | null;
  seller: string | null;
  kind: LineKind;
  lateDays: number;
  lines: FulfilmentLine[];
};

const GIVEN_UP: ReadonlySet<Fulfilment['status']> = new Set(['cancelled', 'lost', 'returned']);

/** Units of a line that are in no parcel yet; those of a parcel that was given up are in none. */
export function unpacked(order: Order, line: Line): number {
  const packed = order.fulfilments
    .filter(({ status }) => !GIVEN_UP.has(status))
    .flatMap(({ lines }) => lines)
    .reduce((sum, one) => sum + (one.line === line.no ? one.quantity : 0), 0);
  return Math.max(0, line.quantity - line.cancelled - packed);
}

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
    label: null,
    carrier: null,
    trackingNumber: null,
    trackingUrl: null,
    followed: false,
    shipBy: at + order.policy.shipWithin + lateDays * DAY,
    shippedAt: null,
    deliveredAt: null,
    delays: [],
  }));
}

/** Units of a line that stock is held for at a location: in parcels that have not left, and not packed yet. */
export type HeldUnits = { readonly line: number; readonly location: string; readonly quantity: number };

function heldUnits(order: Order): Map<string, HeldUnits> {
  const here = order.fulfilments.filter(({ status }) => status === 'pending' || status === 'labelled');
  const packed = here.flatMap(({ location, lines }) =>
    location === null ? [] : lines.map((one) => ({ ...one, location })),
  );
  const held = new Map<string, HeldUnits>();
  for (const { line, location, quantity } of [...packed, ...order.allocations]) {
    const key = `${line}@${location}`;
    held.set(key, { line, location, quantity: quantity + (held.get(key)?.quantity ?? 0) });
  }
  return held;
}

/** What is held before and no longer after. */
export function unitsGivenBack(before: Order, after: Order): HeldUnits[] {
  const left = heldUnits(after);
  return [...heldUnits(before)]
    .map(([key, one]) => ({ ...one, quantity: one.quantity - (left.get(key)?.quantity ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}
