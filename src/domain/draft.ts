import { evolve } from './evolve.ts';
import type { Fact, FactBody } from './facts.ts';
import { fulfilmentsOf } from './fulfilment.ts';
import { type Actor, isBlocked, type Order, SYSTEM } from './order.ts';

/** The facts one input leads to, in order, each seen by the next. */
export type Draft = { readonly order: Order; readonly facts: readonly Fact[] };

export const begin = (order: Order): Draft => ({ order, facts: [] });

export function add(draft: Draft, at: number, actor: Actor, body: FactBody): Draft {
  const fact: Fact = { ...body, seq: draft.order.version + 1, at, actor };
  return { order: evolve(draft.order, fact), facts: [...draft.facts, fact] };
}

/** What follows by itself from the order's state, one fact at a time; null when nothing does. */
function consequence(order: Order, at: number): FactBody | null {
  const { payment, policy } = order;
  if (order.status === 'confirmed' && !isBlocked(order, 'payment')) {
    const awaitsCapture = payment.status === 'authorized' && (policy.capture === 'confirmation' || payment.expiring);
    return awaitsCapture ? null : { type: 'fulfilments_created', fulfilments: fulfilmentsOf(order, at) };
  }
  if (order.status === 'delivered') {
    if (payment.method === 'cod' && payment.status === 'pending' && policy.codCollectedOnDelivery) {
      return { type: 'payment_collected', amount: order.totals.total };
    }
    const isPaid = payment.status === 'paid' || payment.status === 'partially_refunded';
    if (isPaid && order.exceptions.length === 0) return { type: 'order_completed', note: null };
  }
  return null;
}

/** Adds all that follows by itself (completion gates, fulfilments once stock and money stand). */
export function settle(draft: Draft, at: number): Draft {
  let settled = draft;
  for (let next = consequence(settled.order, at); next !== null; next = consequence(settled.order, at)) {
    settled = add(settled, at, SYSTEM, next);
  }
  return settled;
}
