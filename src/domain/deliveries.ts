import { unitsIn, unitsOutstanding } from './fulfilment.ts';
import { type ActionFields, DELIVERABLE, type Guard, isRefusal, meantFulfilment, refusalOfArrival } from './guards.ts';
import type { Fulfilment, LineQuantity, Order } from './order.ts';
import { isTheRest } from './parcels.ts';
import { type Refusal, refuse } from './refusals.ts';

/** What people record of deliveries: of a whole part of the order, or of some units of it. */

/** Why these units of a part cannot have arrived; null when they can. */
function refusalOfDelivery(fulfilment: Fulfilment, lines: readonly LineQuantity[]): Refusal | null {
  const { id, kind, status } = fulfilment;
  for (const { line, quantity } of lines) {
    if (unitsIn(fulfilment.lines, line) === 0) return refuse('line_not_found', `${id} has no line ${line}.`);
    const units = unitsIn(unitsOutstanding(fulfilment), line);
    if (quantity > units) return refuse('units_exceeded', `Of line ${line} ${units} are still to be delivered.`);
  }
  const mayBeSome = kind !== 'physical' || status === 'shipped' || isTheRest(fulfilment, lines);
  return mayBeSome ? null : refuse('parcel_not_shipped');
}

/** The fulfilment of which units are delivered: the one that is named, or the only one that has these lines. */
export function meantDelivery(order: Order, fields: ActionFields): Fulfilment | Refusal {
  const { lines = [] } = fields;
  const has = (one: Fulfilment): boolean => lines.every(({ line }) => unitsIn(unitsOutstanding(one), line) > 0);
  const meant = meantFulfilment(order, fields, DELIVERABLE, has);
  if (lines.length === 0) return meant;
  if (!isRefusal(meant)) return refusalOfDelivery(meant, lines) ?? meant;
  if (meant.code !== 'nothing_to_ship') return meant;
  const named = lines.map(({ line }) => line).join(', ');
  return refuse('line_not_found', `No part of the order that waits for its delivery has line ${named}.`);
}

export const guardDeliver: Guard = (order, fields) => {
  const meant = meantDelivery(order, fields);
  return isRefusal(meant) ? meant : refusalOfArrival(order, meant);
};

/** Nobody packs or brings a download: what was delivered of it, the buyer may not have found. */
export const guardResend: Guard = (order) => {
  const isFound = order.lines.some(({ kind, delivered }) => kind !== 'physical' && delivered > 0);
  return isFound || order.fulfilments.some(({ hasInstructions }) => hasInstructions) ? null : refuse('no_instructions');
};
