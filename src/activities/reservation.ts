import { queuedBefore } from '../db/backorders.ts';
import { routingContextOf } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { packedSince } from '../db/fulfilments.ts';
import { recordTransition, StaleOrder, writeTransition } from '../db/record.ts';
import { observeRisk } from '../db/risk.ts';
import { availableOf, hold, type Level } from '../db/stock.ts';
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
import type { Line, LineQuantity, Order } from '../domain/order.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { type Demand, planRoute, type RoutingPlan } from '../domain/routing.ts';
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

/** Plans on what is seen now; asked again for less, it is of the same moment. */
async function plannerFor(db: Db, order: Order, at: number) {
  const asDemand = ({ line, quantity }: LineQuantity): Demand => {
    const { sku, seller } = order.lines.find(({ no }) => no === line) as Line;
    return { line, sku, seller, quantity };
  };
  const skus = [...new Set(demandOf(order).map((one) => asDemand(one).sku))];
  if (skus.length === 0)
    return (): RoutingPlan => ({ ok: true, allocations: [], explanation: ['Nothing physical to route.'] });
  const levels = await availableOf(db, skus);
  const available = order.policy.shortage === 'backorder' ? await afterTheQueue(db, order, levels) : levels;
  const context = await routingContextOf(db, order.number, [...new Set(available.map((level) => level.location))]);
  const locations = await routingLocations(context.locations, at, (codes, since) => packedSince(db, codes, since));
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

/** Takes the stock of the whole plan and records it, in one transaction; null when the stock was gone meanwhile. */
async function take(db: Db, before: Order, plan: Found, taken: Draft): Promise<Draft | null> {
  return db.transaction().execute(async (trx) => {
    const { held } = await hold(trx, before.number, plan.allocations, before.fulfilments.length);
    if (!held) return null;
    if (!(await writeTransition(trx, before, taken.order, taken.facts)))
      throw new StaleOrder(`${before.number} was recorded by an earlier try`);
    return taken;
  });
}

/** One round: null when the stock that was planned with was gone meanwhile. */
async function reserveOnce(db: Db, before: Order, draft: Draft, at: number): Promise<Draft | null> {
  const { order } = draft;
  const planFor = await plannerFor(db, order, at);
  const plan = planFor(demandOf(order));
  if (plan.ok) return take(db, before, plan, confirmWith(draft, plan.allocations, plan.explanation, at));
  const missing = missingOf(plan.shortages);
  const rest = restToSend(order, missing);
  const part = rest.length === 0 ? null : planFor(rest);
  if (part?.ok === true) return take(db, before, part, confirmPartWith(draft, part, missing, at));
  const short = shortOf(draft, plan.shortages, plan.explanation, at);
  await recordTransition(db, before, short.order, short.facts);
  return short;
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
    const reserved = await reserveOnce(db, before, draft, at);
    if (reserved !== null) return reserved.facts;
  }
  throw new Error(`stock for ${before.number} was taken by others ${PLANS_AT_MOST} times in a row`);
}
