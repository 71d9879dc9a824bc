import { evolve } from './evolve.ts';
import { outlivesTheOrder, type Resolution } from './exceptions.ts';
import type { ExceptionReport, Fact, FactBody } from './facts.ts';
import { fulfilmentsOf, hasUnpackedServices } from './fulfilment.ts';
import { type Actor, type ExceptionKind, isBlocked, isPending, type Order, SYSTEM } from './order.ts';
import { amountDue } from './payment.ts';
import { cameBack } from './returns.ts';

/** The facts one input leads to, in order, each seen by the next. */
export type Draft = { readonly order: Order; readonly facts: readonly Fact[] };

export const begin = (order: Order): Draft => ({ order, facts: [] });

export function add(draft: Draft, at: number, actor: Actor, body: FactBody): Draft {
  const fact: Fact = { ...body, seq: draft.order.version + 1, at, actor };
  return { order: evolve(draft.order, fact), facts: [...draft.facts, fact] };
}

/** Opens an exception, unless the same one is open on its lane. */
export function openException(draft: Draft, at: number, exception: ExceptionReport): Draft {
  const known = draft.order.exceptions.some(({ kind, lane }) => kind === exception.kind && lane === exception.lane);
  return known ? draft : add(draft, at, SYSTEM, { type: 'exception_opened', exception });
}

function resolveAll(draft: Draft, at: number, actor: Actor, ids: readonly string[], resolution: Resolution): Draft {
  return ids.reduce(
    (so, exception) => add(so, at, actor, { type: 'exception_resolved', exception, resolution, note: null }),
    draft,
  );
}

/** Closes the open exceptions of these kinds on a lane, because what was just done answers them. */
export function answer(
  draft: Draft,
  at: number,
  actor: Actor,
  lane: string,
  kinds: readonly ExceptionKind[],
  resolution: Resolution,
): Draft {
  const answered = draft.order.exceptions.filter((one) => one.lane === lane && kinds.includes(one.kind));
  return resolveAll(
    draft,
    at,
    actor,
    answered.map(({ id }) => id),
    resolution,
  );
}

/** Ends the order; what was open is answered by that, save what is about money that must go back. */
export function end(
  draft: Draft,
  at: number,
  actor: Actor,
  body: Extract<FactBody, { type: 'order_cancelled' | 'order_failed' }>,
): Draft {
  const resolution = body.type === 'order_cancelled' ? 'cancel_order' : 'mark_failed';
  const answered = draft.order.exceptions.filter(({ kind }) => !outlivesTheOrder(kind)).map(({ id }) => id);
  return add(resolveAll(draft, at, actor, answered, resolution), at, actor, body);
}

/** All that was paid is back with the buyer, through us or through the bank. */
function isAllReturned({ payment, refunds }: Order): boolean {
  if (payment.captured === 0 || refunds.some(isPending)) return false;
  return payment.status === 'refunded' || payment.refunded + payment.chargedBack >= payment.captured;
}

function completionOf(order: Order): FactBody | null {
  const { payment, policy } = order;
  if (payment.method === 'cod' && payment.status === 'pending' && policy.codCollectedOnDelivery) {
    return { type: 'payment_collected', amount: amountDue(order) };
  }
  const isPaid = payment.status === 'paid' || payment.status === 'partially_refunded';
  return isPaid && order.exceptions.length === 0 ? { type: 'order_completed', note: null } : null;
}

const MAY_BE_REFUNDED: ReadonlySet<Order['status']> = new Set([
  'confirmed',
  'processing',
  'shipped',
  'delivered',
  'completed',
]);

/** What follows by itself from the order's state, one fact at a time; null when nothing does. */
function consequence(order: Order, at: number): FactBody | null {
  const { payment, policy, status } = order;
  if (MAY_BE_REFUNDED.has(status) && isAllReturned(order)) return { type: 'order_refunded' };
  if ((status === 'delivered' || status === 'completed') && cameBack(order)) return { type: 'order_returned' };
  if (status === 'confirmed') {
    const awaitsCapture = payment.status === 'authorized' && (policy.capture === 'confirmation' || payment.expiring);
    const waits = awaitsCapture || order.hold !== null || isBlocked(order, 'payment');
    return waits ? null : { type: 'fulfilments_created', fulfilments: fulfilmentsOf(order, at) };
  }
  if (status === 'processing' && (order.allocations.length > 0 || hasUnpackedServices(order))) {
    return { type: 'fulfilments_created', fulfilments: fulfilmentsOf(order, at) };
  }
  return status === 'delivered' ? completionOf(order) : null;
}

/** Adds all that follows by itself (completion gates, fulfilments once stock and money stand). */
export function settle(draft: Draft, at: number): Draft {
  let settled = draft;
  for (let next = consequence(settled.order, at); next !== null; next = consequence(settled.order, at)) {
    settled = add(settled, at, SYSTEM, next);
  }
  return settled;
}
