import type { Db } from '../db/database.ts';
import { readOrder } from '../db/order-reader.ts';
import { recordPlacement, recordTransition } from '../db/record.ts';
import { place } from '../domain/accepting.ts';
import { begin } from '../domain/draft.ts';
import { ofThisRelease } from '../domain/earlier-orders.ts';
import { evolveAll } from '../domain/evolve.ts';
import type { Fact, Placement } from '../domain/facts.ts';
import type { Actor, Order } from '../domain/order.ts';
import { remember } from './recent-orders.ts';
import { meaningOf } from './recording.ts';
import { reserve } from './reservation.ts';

/**
 * The order's own steps: PostgreSQL only, short, each one transaction, safe to run twice. They run inside the workflow task; the
 * order may come from one that an earlier release has placed.
 */

export const createOrderActivities = ({ db }: { db: Db }) => ({
  /** Records a placed order; gives the recorded order when it stood already, else null. */
  async recordPlacement(input: { placement: Placement; actor: Actor; at: number }): Promise<Order | null> {
    const { order, facts } = place(input.placement, input.actor, input.at);
    try {
      if (await recordPlacement(db, order, facts)) {
        remember(db, order);
        return null;
      }
    } catch (error) {
      throw meaningOf(error);
    }
    const record = await readOrder(db, order.number);
    if (record === null) throw new Error(`${order.number} has no intake row yet`);
    return record.order;
  },

  async loadOrder(number: string): Promise<Order | null> {
    return (await readOrder(db, number))?.order ?? null;
  },

  /** Records one transition; false when an earlier try recorded it. Throws `StaleOrder` when the record is elsewhere. */
  async recordTransition(input: { before: Order; facts: readonly Fact[] }): Promise<boolean> {
    const { facts } = input;
    const before = ofThisRelease(input.before);
    const after = evolveAll(before, facts);
    try {
      const recorded = await recordTransition(db, before, after, facts);
      if (recorded) remember(db, after);
      return recorded;
    } catch (error) {
      throw meaningOf(error);
    }
  },

  /** Takes the stock of the whole order, or records why not; see `reservation.ts`. */
  async reserve(input: { order: Order; at: number }): Promise<readonly Fact[]> {
    const order = ofThisRelease(input.order);
    try {
      const facts = await reserve(db, order, begin(order), input.at);
      remember(db, evolveAll(order, facts));
      return facts;
    } catch (error) {
      throw meaningOf(error);
    }
  },
});

export type OrderActivities = ReturnType<typeof createOrderActivities>;
