import { ApplicationFailure } from '@temporalio/common';
import { queuedBefore } from '../db/backorders.ts';
import { routingContextOf } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { packedSince } from '../db/fulfilments.ts';
import { readOrder } from '../db/order-reader.ts';
import { recordPlacement, recordTransition, StaleOrder, writeTransition } from '../db/record.ts';
import { observeRisk } from '../db/risk.ts';
import { availableOf, hold, type Level } from '../db/stock.ts';
import { confirmWith, judge, needsAssessment, place, shortOf } from '../domain/accepting.ts';
import { begin, type Draft } from '../domain/draft.ts';
import { demandOf } from '../domain/duties.ts';
import { evolveAll } from '../domain/evolve.ts';
import type { Fact, Placement } from '../domain/facts.ts';
import { assessRisk } from '../domain/fraud.ts';
import type { Actor, Line, Order } from '../domain/order.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { planRoute, type RoutingPlan } from '../domain/routing.ts';
import { routingLocations } from './routing-locations.ts';

/** The order's own steps: PostgreSQL only, short, each one transaction, safe to run twice. They run inside the workflow task. */

/** A plan that lost its stock to another order between reading and holding is made again, this often at the most. */
const PLANS_AT_MOST = 5;

/**
 * SQLSTATE classes of data that cannot be and of broken rules: trying again would break them again. Not a key that stands
 * already (23505): that is two tries at the same moment, and the next one sees what the other has written.
 */
const BROKEN_RULE = /^(22|23(?!505))/;

/** Our own database's errors by meaning; what is not named here is trouble that passes, and is tried again. */
function meaningOf(error: unknown): unknown {
  if (error instanceof StaleOrder) return ApplicationFailure.nonRetryable(error.message, 'StaleOrder');
  const { code, constraint, message } = error as { code?: string; constraint?: string; message?: string };
  if (code === undefined || !BROKEN_RULE.test(code)) return error;
  const context = { sqlstate: code, constraint: constraint ?? null };
  return ApplicationFailure.nonRetryable(`The record refuses this: ${message ?? code}`, 'Unrecordable', context);
}

/** What is left of the stock for this order when those who wait for longer have had theirs. */
async function afterTheQueue(db: Db, order: Order, available: readonly Level[]): Promise<Level[]> {
  const queued = await queuedBefore(db, [...new Set(available.map(({ sku }) => sku))], order);
  return available.map((level) => {
    const taken = Math.min(level.quantity, queued.get(level.sku) ?? 0);
    queued.set(level.sku, (queued.get(level.sku) ?? 0) - taken);
    return { ...level, quantity: level.quantity - taken };
  });
}

async function planFor(db: Db, order: Order, at: number): Promise<RoutingPlan> {
  const demands = demandOf(order).flatMap(({ line, quantity }) => {
    const { sku, seller } = order.lines.find(({ no }) => no === line) as Line;
    return [{ line, sku, seller, quantity }];
  });
  if (demands.length === 0) return { ok: true, allocations: [], explanation: ['Nothing physical to route.'] };
  const available = await availableOf(db, [...new Set(demands.map((demand) => demand.sku))]);
  const left = order.policy.shortage === 'backorder' ? await afterTheQueue(db, order, available) : available;
  const context = await routingContextOf(db, order.number, [...new Set(left.map((level) => level.location))]);
  const locations = await routingLocations(context.locations, at, (codes, since) => packedSince(db, codes, since));
  const strategies = context.strategies ?? DEFAULT_POLICY.routing;
  return planRoute({ demands, locations, available: left, destination: context.destination, strategies });
}

/** The order with its score, when it has none yet and the store wants one. */
async function assessed(db: Db, order: Order, at: number): Promise<Draft> {
  if (order.policy.fraud.reviewFrom === null || !needsAssessment(order)) return begin(order);
  const signals = await observeRisk(db, order);
  return judge(order, assessRisk(signals, order.payment, order.totals.total, order.policy.fraud), at);
}

/** Takes the stock of the whole plan and records it, in one transaction; null when the stock was gone meanwhile. */
async function take(
  db: Db,
  before: Order,
  draft: Draft,
  plan: RoutingPlan & { ok: true },
  at: number,
): Promise<Draft | null> {
  const taken = confirmWith(draft, plan.allocations, plan.explanation, at);
  return db.transaction().execute(async (trx) => {
    const { held } = await hold(trx, before.number, plan.allocations, before.fulfilments.length);
    if (!held) return null;
    await writeTransition(trx, before, taken.order, taken.facts);
    return taken;
  });
}

async function reserve(db: Db, order: Order, at: number): Promise<readonly Fact[]> {
  const draft = await assessed(db, order, at);
  if (draft.order.review?.status === 'due') {
    await writeTransition(db, order, draft.order, draft.facts);
    return draft.facts;
  }
  for (let round = 0; round < PLANS_AT_MOST; round += 1) {
    const plan = await planFor(db, draft.order, at);
    if (!plan.ok) {
      const short = shortOf(draft, plan.shortages, plan.explanation, at);
      await recordTransition(db, order, short.order, short.facts);
      return short.facts;
    }
    const taken = await take(db, order, draft, plan, at);
    if (taken !== null) return taken.facts;
  }
  throw new Error(`stock for ${order.number} was taken by others ${PLANS_AT_MOST} times in a row`);
}

export const createOrderActivities = ({ db }: { db: Db }) => ({
  /** Records a placed order; gives the recorded order when it stood already, else null. */
  async recordPlacement(input: { placement: Placement; actor: Actor; at: number }): Promise<Order | null> {
    const { order, facts } = place(input.placement, input.actor, input.at);
    if (await recordPlacement(db, order, facts)) return null;
    const record = await readOrder(db, order.number);
    if (record === null) throw new Error(`${order.number} has no intake row yet`);
    return record.order;
  },

  async loadOrder(number: string): Promise<Order | null> {
    return (await readOrder(db, number))?.order ?? null;
  },

  /** Records one transition; false when an earlier try recorded it. Throws `StaleOrder` when the record is elsewhere. */
  async recordTransition({ before, facts }: { before: Order; facts: readonly Fact[] }): Promise<boolean> {
    try {
      return await recordTransition(db, before, evolveAll(before, facts), facts);
    } catch (error) {
      throw meaningOf(error);
    }
  },

  /**
   * Judges a new order for fraud and takes the stock of the whole order; or says why not: a person is to look at it, or an
   * exception says exactly what is short. Either is recorded.
   */
  async reserve(input: { order: Order; at: number }): Promise<readonly Fact[]> {
    try {
      return await reserve(db, input.order, input.at);
    } catch (error) {
      throw meaningOf(error);
    }
  },
});

export type OrderActivities = ReturnType<typeof createOrderActivities>;
