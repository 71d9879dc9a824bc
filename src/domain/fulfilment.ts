import { fulfilmentIdOf } from './keys.ts';
import type { Fulfilment, FulfilmentLine, LineKind, Order } from './order.ts';

const DAY = 86_400_000;

type Group = {
  location: string | null;
  seller: string | null;
  kind: LineKind;
  lateDays: number;
  lines: FulfilmentLine[];
};

/** One order into several fulfilments: by location, by seller, by kind (SPEC.md §3, step 6). Order and ids are deterministic. */
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
    if (given.length === 0 && line.quantity > line.cancelled) {
      put({ location: null, seller, kind, lateDays: 0 }, { line: line.no, quantity: line.quantity - line.cancelled });
    }
  }
  return [...groups.values()].map(({ location, seller, kind, lateDays, lines }, index) => ({
    id: fulfilmentIdOf(order.number, index + 1),
    no: index + 1,
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
