import type { Db } from '../../src/db/database.ts';
import { availableOf, hold, holdsOf, release, shipFrom } from '../../src/db/stock.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { planRoute, type RoutingLocation } from '../../src/domain/routing.ts';
import { LOCATIONS } from './grounds.ts';
import type { Job, Outcome, Path } from './path.ts';

/**
 * What the order's step `reserve` does about stock (src/activities/orders.ts): read what is available, plan, hold the plan, and
 * plan again when another order has taken of it in between. The product records the order in the transaction of the hold;
 * here the hold is a transaction of its own, as no path of the peers records its order either.
 */

const DESTINATION = { country: 'DE', region: '', postalCode: '10115' };
const locations = LOCATIONS.map(
  (code, index): RoutingLocation => ({
    code,
    seller: null,
    country: 'DE',
    region: '',
    postalCode: `${index + 1}0000`,
    priority: index,
    handling: 0,
    capacityLeft: null,
    cutOffPassed: false,
  }),
);

export function ours(db: Db): Path {
  const reserve = async ({ order, lines }: Job): Promise<Outcome> => {
    const demands = lines.map((line) => ({ ...line, seller: null }));
    for (;;) {
      const available = await availableOf(db, [...new Set(lines.map(({ sku }) => sku))]);
      const plan = planRoute({
        demands,
        locations,
        available,
        destination: DESTINATION,
        strategies: DEFAULT_POLICY.routing,
      });
      if (!plan.ok) return 'short';
      const { held } = await hold(db, order, plan.allocations);
      if (held) return 'held';
    }
  };
  return {
    reserve,
    release: ({ order }) => db.transaction().execute((trx) => release(trx, order)),
    // Each parcel leaves in a transaction of its own, as each is scanned on its own.
    ship: async ({ order, lines }) => {
      const units = lines.map(({ line, quantity }) => ({ line, quantity }));
      for (const location of new Set((await holdsOf(db, order)).map((one) => one.location))) {
        await db.transaction().execute((trx) => shipFrom(trx, order, location, units));
      }
    },
  };
}
