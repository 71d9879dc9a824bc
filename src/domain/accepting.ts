import { add, type Draft, end, openException, settle } from './draft.ts';
import { demandOf } from './duties.ts';
import { evolve } from './evolve.ts';
import type { Fact, Placement } from './facts.ts';
import type { RiskAssessment } from './fraud.ts';
import { REVIEW_LANE } from './lanes.ts';
import { type Actor, type Allocation, type LineQuantity, type Order, SYSTEM } from './order.ts';
import { replaceLines } from './replacing.ts';
import type { Shortage } from './routing.ts';
import { answerTo, type Offers, type Queues } from './shortage.ts';
import { offerSubstitute } from './substitutes.ts';

/** How an order begins, and how its obligation is accepted: judged for fraud, then with stock for every line. */

/** The first fact of an order. */
export function place(placement: Placement, actor: Actor, at: number): { order: Order; facts: readonly Fact[] } {
  const fact: Fact = { type: 'order_placed', placement, seq: 1, at, actor };
  return { order: evolve(undefined, fact), facts: [fact] };
}

/** Whether the signs of fraud have to be looked at before stock is taken. */
export const needsAssessment = ({ status, review }: Order): boolean => status === 'pending' && review === null;

/** The score of an order, when there is any; from the store's threshold on a person decides before anything is taken. */
export function judge(draft: Draft, { score, reasons, signs, review }: RiskAssessment, at: number): Draft {
  if (score === 0) return draft;
  const assessed = add(draft, at, SYSTEM, { type: 'risk_assessed', score, reasons, signs, review });
  if (!review) return assessed;
  return openException(assessed, at, {
    kind: 'fraud',
    lane: REVIEW_LANE,
    fulfilment: null,
    summary: `The signs of fraud add up to ${score}: ${reasons.join(' ')}`,
    context: { score, reasons, signs, threshold: draft.order.policy.fraud.reviewFrom },
  });
}

/** Stock was taken for every line: the obligation is accepted, or what a lost parcel left owed is packed anew. */
export function confirmWith(
  draft: Draft,
  allocations: readonly Allocation[],
  explanation: readonly string[],
  at: number,
): Draft {
  const type = draft.order.status === 'pending' ? 'order_confirmed' : 'stock_reserved';
  return settle(add(draft, at, SYSTEM, { type, allocations, explanation }), at);
}

/** Units that there are not enough of. */
export const missingOf = (shortages: readonly Shortage[]): LineQuantity[] =>
  shortages.map(({ line, wanted, available }) => ({ line, quantity: wanted - Math.min(wanted, available) }));

/** What goes out while the missing units are waited for; nothing in a store that sends all together. */
export function restToSend(order: Order, missing: readonly LineQuantity[], queues?: Queues): LineQuantity[] {
  if (!order.policy.partialShipment || answerTo(order, missing, queues).rule !== 'backorder') return [];
  const short = (no: number): number => missing.find(({ line }) => line === no)?.quantity ?? 0;
  return demandOf(order)
    .map(({ line, quantity }) => ({ line, quantity: quantity - short(line) }))
    .filter(({ quantity }) => quantity > 0);
}

/** Stock was taken for a part; the rest is waited for, at the place in the queue that the order has. */
export function confirmPartWith(
  draft: Draft,
  plan: { readonly allocations: readonly Allocation[]; readonly explanation: readonly string[] },
  missing: readonly LineQuantity[],
  at: number,
): Draft {
  const { order } = draft;
  const promisedAt = at + order.policy.backorderPromise;
  const { explanation } = plan;
  const waiting = add(draft, at, SYSTEM, { type: 'backordered', lines: missing, promisedAt, explanation });
  return confirmWith(waiting, plan.allocations, explanation, at);
}

/** What is done about short lines, one rule after the other: what is left of them is looked at again. */
export function shortOf(
  draft: Draft,
  shortages: readonly Shortage[],
  explanation: readonly string[],
  at: number,
  queues?: Queues,
  offers: Offers = new Map(),
): Draft {
  const { order } = draft;
  const { rule, lines, full } = answerTo(order, missingOf(shortages), queues, offers);
  const skus = shortages.map(({ sku, wanted, available }) => `${sku} (${wanted} wanted, ${available} available)`);
  const summary = `Stock is short: ${skus.join(', ')}.`;
  if (rule === 'cancel_order') return end(draft, at, SYSTEM, { type: 'order_cancelled', reason: summary });
  if (rule === 'cancel_line') {
    const left = demandOf(order).reduce((sum, { quantity }) => sum + quantity, 0);
    const missing = lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const others = order.lines.some(({ kind, quantity, cancelled }) => kind !== 'physical' && cancelled < quantity);
    if (missing >= left && !others) return end(draft, at, SYSTEM, { type: 'order_cancelled', reason: summary });
    return settle(replaceLines(draft, at, SYSTEM, { removed: lines, added: [], reason: summary }), at);
  }
  if (rule === 'substitute') {
    return lines.reduce((so, { line }) => {
      const offer = offers.get(line);
      return offer === undefined ? so : offerSubstitute(so, at, SYSTEM, line, offer, null);
    }, draft);
  }
  if (rule === 'backorder') {
    const promisedAt = at + order.policy.backorderPromise;
    return add(draft, at, SYSTEM, { type: 'backordered', lines, promisedAt, explanation });
  }
  const isFull = full.length === 0 ? '' : ` As many units as may wait for ${full.join(', ')} are waited for already.`;
  return openException(draft, at, {
    kind: 'stock_out',
    lane: 'stock',
    fulfilment: null,
    summary: summary + isFull,
    context: {
      missing: missingOf(shortages),
      shortages,
      explanation,
      ...(full.length === 0 ? {} : { full_queues: full }),
    },
  });
}
