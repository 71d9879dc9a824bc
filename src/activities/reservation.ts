import { queuedBefore, queuedForNow } from '../db/backorders.ts';
import { findProducts, routingContextOf } from '../db/catalogue.ts';
import { type Db, inTransaction, type Trx } from '../db/database.ts';
import { packedSince } from '../db/fulfilments.ts';
import { recordHolding, recordTransition, recordWithin, StaleOrder } from '../db/record.ts';
import { observeRisk } from '../db/risk.ts';
import { availableOf, hold, type Level, lockLevels, releaseUnits } from '../db/stock.ts';
import {
  confirmPartWith,
  confirmWith,
  judge,
  missingOf,
  needsAssessment,
  restToSend,
  shortOf,
} from '../domain/accepting.ts';
import type { Draft } from '../domain/draft.ts';
import { demandOf } from '../domain/duties.ts';
import type { Fact } from '../domain/facts.ts';
import { assessRisk } from '../domain/fraud.ts';
import { allocationsHeld, takenBeside, unitsHeld } from '../domain/fulfilment.ts';
import type { Allocation, Line, LineQuantity, OfferedLine, Order } from '../domain/order.ts';
import { reroute } from '../domain/parcels.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { type Demand, planRoute, type RoutingPlan } from '../domain/routing.ts';
import { joinsQueue, mayBeOffered, mayWait, type Offers, type Queues } from '../domain/shortage.ts';
import { type Candidate, firstSubstitute } from '../domain/substitutes.ts';
import { routingLocations } from './routing-locations.ts';

/** Takes the stock of a whole order over all locations, in the transaction that records it. */

/** A plan that lost its stock to another order between reading and holding is made again, this often at the most. */
const PLANS_AT_MOST = 5;

/** What is left of the stock for this order when those who wait for longer have had theirs. */
async function afterTheQueue(db: Db, order: Order, available: readonly Level[]): Promise<Level[]> {
  const queued = await queuedBefore(db, [...new Set(available.map(({ sku }) => sku))], order);
  return available.map((level) => {
    const taken = Math.min(level.quantity, queued.get(level.sku) ?? 0);
    queued.set(level.sku, (queued.get(level.sku) ?? 0) - taken);
    return { ...level, quantity: level.quantity - taken };
  });
}

/** What can be planned with when `own`, which the order holds, is given up for the new plan. */
function withOwn(available: readonly Level[], own: readonly Allocation[]): Level[] {
  const levels = new Map(available.map((level) => [`${level.sku}@${level.location}`, level]));
  for (const { sku, location, quantity } of own) {
    const key = `${sku}@${location}`;
    levels.set(key, { sku, location, quantity: quantity + (levels.get(key)?.quantity ?? 0) });
  }
  return [...levels.values()];
}

/** Plans on what is seen now; asked again for less, it is of the same moment. */
async function plannerFor(
  db: Db,
  order: Order,
  units: readonly LineQuantity[],
  at: number,
  own: readonly Allocation[] = [],
) {
  const asDemand = ({ line, quantity }: LineQuantity): Demand => {
    const { sku, seller } = order.lines.find(({ no }) => no === line) as Line;
    return { line, sku, seller, quantity };
  };
  const skus = [...new Set(units.map((one) => asDemand(one).sku))];
  if (skus.length === 0)
    return (): RoutingPlan => ({ ok: true, allocations: [], explanation: ['Nothing physical to route.'] });
  const levels = await availableOf(db, skus);
  const free = mayWait(order, units) ? await afterTheQueue(db, order, levels) : levels;
  const available = withOwn(free, own);
  const context = await routingContextOf(db, order, [...new Set(available.map((level) => level.location))]);
  const besides = own.length === 0 ? null : order.number;
  const packed = (codes: readonly string[], since: Date) => packedSince(db, codes, since, besides);
  const locations = await routingLocations(context.locations, at, packed);
  const strategies = context.strategies ?? DEFAULT_POLICY.routing;
  const { destination } = context;
  return (wanted: readonly LineQuantity[]): RoutingPlan =>
    planRoute({ demands: wanted.map(asDemand), locations, available, destination, strategies });
}

/** With the score of the order, when it has none yet and the store wants one. */
async function assessed(db: Db, draft: Draft, at: number): Promise<Draft> {
  const { order } = draft;
  if (order.policy.fraud.reviewFrom === null || !needsAssessment(order)) return draft;
  const signals = await observeRisk(db, order);
  return judge(draft, assessRisk(signals, order.payment, order.totals.total, order.policy.fraud), at);
}

type Found = RoutingPlan & { ok: true };

/** Undoes a transaction that has released what it can take no other stock for. */
class StockGone extends Error {
  override name = 'StockGone';
}

/** `begun`: the order that was planned for. It may have parcels that `before` has not, and each plan is held under a number of its own. */
async function takeWithin(
  trx: Trx,
  before: Order,
  begun: Order,
  allocations: readonly Allocation[],
  taken: Draft,
): Promise<Draft | null> {
  const { held } = await hold(trx, before.number, allocations, begun.fulfilments.length);
  if (!held) return null;
  if (!(await recordWithin(trx, before, taken.order, taken.facts)))
    throw new StaleOrder(`${before.number} was recorded by an earlier try`);
  return taken;
}

/**
 * Takes the stock of the whole plan and records it, in one transaction; null when the stock was gone meanwhile. Most orders are held
 * and recorded by one statement; the longer way also tells why that wrote nothing.
 */
async function take(db: Db, before: Order, begun: Order, plan: Found, taken: Draft): Promise<Draft | null> {
  if (await recordHolding(db, before, taken, plan.allocations, begun.fulfilments.length)) return taken;
  return inTransaction(db, (trx) => takeWithin(trx, before, begun, plan.allocations, taken));
}

/**
 * Plans what is here for the new address. What the order holds stays its own until the new plan holds; where nothing else covers it, or
 * nothing suits better, it leaves from where it is. Null when the stock that was planned with was gone meanwhile.
 */
async function rerouteOnce(db: Db, before: Order, draft: Draft, at: number): Promise<Draft | null> {
  const { order } = draft;
  const [own, units] = [allocationsHeld(order), unitsHeld(order)];
  const found = (await plannerFor(db, order, units, at, own))(units);
  const stays = [...found.explanation, 'What is here leaves from where it is.'];
  const plan: Found = found.ok ? found : { ok: true, allocations: own, explanation: stays };
  const rerouted = reroute(draft, plan.allocations, plan.explanation, at);
  const [taken, left] = [takenBeside(plan.allocations, own), takenBeside(own, plan.allocations)];
  return db
    .transaction()
    .execute(async (trx) => {
      if (taken.length > 0) await lockLevels(trx, [...taken, ...left]);
      await releaseUnits(trx, before.number, left);
      return (await takeWithin(trx, before, order, taken, rerouted)) ?? Promise.reject(new StockGone());
    })
    .catch((error: unknown) => {
      if (error instanceof StockGone) return null;
      throw error;
    });
}

/** What the catalogue has in place of the missing units, where they may be replaced: of the same kind and seller, and enough of it. */
async function offersFor(db: Db, order: Order, missing: readonly LineQuantity[]): Promise<Offers> {
  const offers = new Map<number, OfferedLine>();
  const units = mayBeOffered(order, missing);
  if (units.length === 0) return offers;
  const lineOf = (no: number): Line => order.lines.find((line) => line.no === no) as Line;
  const short = await findProducts(
    db,
    units.map(({ line }) => lineOf(line).sku),
  );
  const skus = [...new Set([...short.values()].flatMap(({ substitutes = [] }) => substitutes))];
  const [products, levels] = await Promise.all([findProducts(db, skus), availableOf(db, skus)]);
  const free = await afterTheQueue(db, order, levels);
  for (const { line: no, quantity } of units) {
    const line = lineOf(no);
    const candidates = (short.get(line.sku)?.substitutes ?? []).flatMap((sku): Candidate[] => {
      const product = products.get(sku);
      const fits =
        product?.active === true &&
        product.kind === line.kind &&
        product.seller === line.seller &&
        product.currency === order.currency;
      if (!fits) return [];
      const { name, kind, seller, priceMinor: price } = product;
      const available = free.filter((level) => level.sku === sku).reduce((sum, level) => sum + level.quantity, 0);
      return [{ sku, name, kind, seller, price, available }];
    });
    const offer = firstSubstitute(line, quantity, candidates);
    if (offer !== undefined) offers.set(no, offer);
  }
  return offers;
}

/** One round: null when the stock that was planned with was gone meanwhile. */
async function reserveOnce(db: Db, before: Order, draft: Draft, at: number): Promise<Draft | null> {
  const { order } = draft;
  const planFor = await plannerFor(db, order, demandOf(order), at);
  const plan = planFor(demandOf(order));
  if (plan.ok) return take(db, before, order, plan, confirmWith(draft, plan.allocations, plan.explanation, at));
  const missing = missingOf(plan.shortages);
  const offers = await offersFor(db, order, missing);
  const answer = async (within: Db, queues?: Queues): Promise<Draft | null> => {
    const rest = restToSend(order, missing, queues);
    const part = rest.length === 0 ? null : planFor(rest);
    if (part?.ok === true) return take(within, before, order, part, confirmPartWith(draft, part, missing, at));
    const short = shortOf(draft, plan.shortages, plan.explanation, at, queues, offers);
    await recordTransition(within, before, short.order, short.facts);
    return short;
  };
  if (!joinsQueue(order, missing)) return answer(db);
  const skus = [...new Set(plan.shortages.map(({ sku }) => sku))];
  return inTransaction(db, async (trx) => answer(trx, await queuedForNow(trx, skus, order)));
}

/**
 * Judges a new order for fraud and takes its stock; or says why not: a person is to look at it, or an exception says exactly what is
 * short. Either is recorded, with what the draft holds already; `before` is the order without the draft. Answers all facts of it.
 */
export async function reserve(db: Db, before: Order, begun: Draft, at: number): Promise<readonly Fact[]> {
  const draft = await assessed(db, begun, at);
  if (draft.order.review?.status === 'due') {
    await recordTransition(db, before, draft.order, draft.facts);
    return draft.facts;
  }
  for (let round = 0; round < PLANS_AT_MOST; round += 1) {
    const reserved = await (draft.order.rerouting ? rerouteOnce : reserveOnce)(db, before, draft, at);
    if (reserved !== null) return reserved.facts;
  }
  throw new Error(`stock for ${before.number} was taken by others ${PLANS_AT_MOST} times in a row`);
}
