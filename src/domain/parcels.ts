import { BUYER_REASONS } from './disclosure.ts';
import { add, answer, type Draft, end, openException, settle } from './draft.ts';
import { isFromStock, isHere, unitsIn, unitsOutstanding } from './fulfilment.ts';
import type { ActionFields } from './guards.ts';
import { lateLane, stalledLane } from './lanes.ts';
import type { Tracking } from './news.ts';
import {
  type Actor,
  type Allocation,
  type CameBack,
  type Fulfilment,
  fulfilmentOf,
  hasEnded,
  isUndone,
  type LineQuantity,
  SYSTEM,
} from './order.ts';
import { refundable, refundableUnits, requestRefund } from './refunds.ts';
import { SAID } from './sayings.ts';
import { valueOf } from './worth.ts';

/** What becomes of parcels: shipped, delivered, lost, sent again, addressed anew. */

export function shipWith(draft: Draft, at: number, actor: Actor, fulfilment: Fulfilment, fields: ActionFields): Draft {
  const late = answer(draft, at, actor, lateLane(fulfilment.id), ['parcel_late'], 'ship');
  const answered = answer(late, at, actor, fulfilment.id, ['bad_address', 'label_failed', 'unforeseen'], 'ship');
  return add(answered, at, actor, {
    type: 'parcel_shipped',
    fulfilment: fulfilment.id,
    carrier: fields.carrier ?? fulfilment.carrier,
    trackingNumber: fields.tracking_number ?? fulfilment.trackingNumber,
    trackingUrl: fields.tracking_url ?? fulfilment.trackingUrl,
  });
}

export const trackBy = (draft: Draft, at: number, actor: Actor, parcel: Fulfilment, fields: ActionFields): Draft =>
  add(draft, at, actor, {
    type: 'tracking_changed',
    fulfilment: parcel.id,
    carrier: fields.carrier ?? parcel.carrier,
    trackingNumber: fields.tracking_number ?? parcel.trackingNumber,
    trackingUrl: fields.tracking_url ?? null,
  });

/** `lines`: the units that have arrived, else all that were to come; `instructions`: the id of what the buyer got with them. */
export type Delivery = {
  readonly evidence: string | null;
  readonly lines?: readonly LineQuantity[] | undefined;
  readonly instructions?: string | undefined;
};

/** Whether these are all that is still to come. */
export const isTheRest = (fulfilment: Fulfilment, lines: readonly LineQuantity[]): boolean =>
  unitsOutstanding(fulfilment).every(({ line, quantity }) => unitsIn(lines, line) >= quantity);

/** A part is delivered when all its units are. */
export function deliverWith(
  draft: Draft,
  at: number,
  actor: Actor,
  fulfilment: Fulfilment,
  { evidence, lines, instructions }: Delivery,
): Draft {
  const told = { fulfilment: fulfilment.id, evidence, ...(instructions === undefined ? {} : { instructions }) };
  if (lines !== undefined && !isTheRest(fulfilment, lines))
    return add(draft, at, actor, { type: 'units_delivered', lines, ...told });
  const answered = answer(
    draft,
    at,
    actor,
    fulfilment.id,
    ['delivery_failed', 'label_failed', 'bad_address', 'parcel_lost'],
    'mark_delivered',
  );
  const left = fulfilment.kind !== 'physical' || fulfilment.status === 'shipped';
  const shipped = left ? answered : shipWith(answered, at, actor, fulfilment, {});
  const late = answer(shipped, at, actor, lateLane(fulfilment.id), ['parcel_late'], 'mark_delivered');
  const stalled = answer(late, at, actor, stalledLane(fulfilment.id), ['parcel_stalled'], 'mark_delivered');
  return add(stalled, at, actor, { type: 'fulfilment_delivered', ...told });
}

/**
 * A label for another address is of no use: it is given back, and another is bought. `reroutes`: what is here is planned anew as well,
 * as it may leave from somewhere else now; what has left goes where it was sent.
 */
export function editAddress(draft: Draft, at: number, actor: Actor, staged: string, reroutes: boolean): Draft {
  const edited = add(draft, at, actor, { type: 'address_edited', staged, ...(reroutes ? { reroute: true } : {}) });
  return edited.order.fulfilments.reduce((so, { id, status }) => {
    const answered = answer(so, at, actor, id, ['bad_address', 'label_failed'], 'edit_address');
    if (status !== 'labelled') return answered;
    return add(answered, at, actor, { type: 'label_discarded', fulfilment: id, reason: SAID.otherAddress });
  }, edited);
}

/** The parcels that are here end, and others take their place; these begin with a day of their own to leave by. */
export function reroute(
  draft: Draft,
  allocations: readonly Allocation[],
  explanation: readonly string[],
  at: number,
): Draft {
  const ended = draft.order.fulfilments.filter((one) => isHere(one) && isFromStock(one));
  const answered = ended.reduce((so, { id }) => {
    const late = answer(so, at, SYSTEM, lateLane(id), ['parcel_late'], 'close');
    return answer(late, at, SYSTEM, id, ['bad_address', 'label_failed', 'unforeseen'], 'close');
  }, draft);
  return settle(add(answered, at, SYSTEM, { type: 'parcels_rerouted', allocations, explanation }), at);
}

/** `goods`: what becomes of those that came back to the sender; without it none did. */
type Loss = { readonly reason: string; readonly goods: CameBack | undefined };

/** The goods of a parcel that did not reach the buyer are sent again, as soon as there is stock for them. */
export function reship(draft: Draft, at: number, actor: Actor, fulfilment: string, { reason, goods }: Loss): Draft {
  const stalled = answer(draft, at, actor, stalledLane(fulfilment), ['parcel_stalled'], 'reship');
  const answered = answer(stalled, at, actor, fulfilment, ['delivery_failed', 'parcel_lost'], 'reship');
  const back =
    goods === undefined ? answered : add(answered, at, actor, { type: 'parcel_returned', fulfilment, goods, reason });
  return add(back, at, actor, { type: 'reship_requested', fulfilment, reason });
}

/**
 * The goods of a parcel that did not reach the buyer are not sent again: their units end, and what they cost goes back or is not taken.
 * When they were all that was left of the order, so does everything else that was paid; one of which nothing was, has failed.
 */
export function refundParcel(
  draft: Draft,
  at: number,
  actor: Actor,
  parcel: Fulfilment,
  { reason, goods, note }: Loss & { readonly note: string | null },
): Draft {
  const { id: fulfilment } = parcel;
  const lines = unitsOutstanding(parcel);
  const stalled = answer(draft, at, actor, stalledLane(fulfilment), ['parcel_stalled'], 'refund');
  const answered = answer(stalled, at, actor, fulfilment, ['delivery_failed', 'parcel_lost'], 'refund');
  const ended = add(
    answered,
    at,
    actor,
    goods === undefined
      ? { type: 'parcel_lost', fulfilment, reason }
      : { type: 'parcel_returned', fulfilment, goods, reason },
  );
  const { order } = ended;
  const isLast = order.lines.every((line) => line.cancelled + unitsIn(lines, line.no) >= line.quantity);
  const isPaid = order.payment.captured > 0;
  if (isLast && !isPaid && !hasEnded(order)) return end(ended, at, actor, { type: 'order_failed', reason });
  const credit = isPaid ? 0 : valueOf(order, lines);
  const cancelled = add(ended, at, actor, {
    type: 'lines_cancelled',
    lines,
    credit,
    reason: BUYER_REASONS.notDelivered,
  });
  const unpaid = lines
    .map(({ line, quantity }) => ({ line, quantity: Math.min(quantity, refundableUnits(order, line)) }))
    .filter(({ quantity }) => quantity > 0);
  if (isUndone(order) || (unpaid.length === 0 && !isLast)) return cancelled;
  const amount = isLast ? refundable(order) : valueOf(order, unpaid);
  // Units that were cancelled count as settled by that alone, but for those of an earlier release's line.
  const named = unpaid.filter(({ line }) => order.lines.some(({ no, tax }) => no === line && tax === null));
  return requestRefund(cancelled, at, actor, { reason: 'lost', lines: named, amount, note });
}

/** A parcel that was given up arrives after all: the buyer may have the goods twice, or the money and the goods. */
function turnedUp(draft: Draft, { id, trackingNumber }: Fulfilment, details: string, at: number): Draft {
  return openException(draft, at, {
    kind: 'parcel_lost',
    lane: lateLane(id),
    fulfilment: id,
    summary: `The parcel ${trackingNumber ?? id}, given up as lost, was delivered after all.`,
    context: { details },
  });
}

/** The carrier tells again of a parcel that stood still. */
function goOn(draft: Draft, { id, delays }: Fulfilment, at: number): Draft {
  if (!delays.includes('stall')) return draft;
  const moved = add(draft, at, SYSTEM, { type: 'parcel_moved', fulfilment: id });
  return answer(moved, at, SYSTEM, stalledLane(id), ['parcel_stalled'], 'close');
}

/**
 * A parcel on its way of which the carrier says nothing new for too long, or of which it tells again. What is late already is asked
 * about as such.
 */
function listen(draft: Draft, parcel: Fulfilment, movedAt: number | null, at: number): Draft {
  const { id, delays, shippedAt, trackingNumber } = parcel;
  const since = Math.max(movedAt ?? 0, shippedAt ?? 0);
  const isSilent = at - since >= draft.order.policy.stalledAfter;
  if (!isSilent) return goOn(draft, parcel, at);
  if (delays.includes('stall') || delays.includes('deliver')) return draft;
  const noticed = add(draft, at, SYSTEM, { type: 'delay_noticed', fulfilment: id, stage: 'stall' });
  return openException(noticed, at, {
    kind: 'parcel_stalled',
    lane: stalledLane(id),
    fulfilment: id,
    summary: `The carrier has said nothing new of ${id} since ${new Date(since).toISOString()}.`,
    context: { since, tracking: trackingNumber },
  });
}

/** What a carrier's word means for a parcel. */
export function track(draft: Draft, tracking: Tracking, at: number): Draft {
  const { fulfilment: id, carrier, status, details, movedAt } = tracking;
  const { order } = draft;
  const fulfilment = fulfilmentOf(order, id);
  const isOver = fulfilment?.status === 'delivered' || fulfilment?.status === 'returned';
  if (fulfilment === undefined || isOver) return draft;
  if (fulfilment.status === 'lost') return status === 'delivered' ? turnedUp(draft, fulfilment, details, at) : draft;
  const actor: Actor = { role: 'carrier', id: carrier ?? fulfilment.carrier ?? 'unknown' };
  const moves = status === 'transit' || status === 'delivered';
  if (fulfilment.status === 'cancelled' || isUndone(order)) {
    if (!moves) return draft;
    const summary = `The parcel ${fulfilment.trackingNumber ?? id} is moving although its order is ${order.status}.`;
    return openException(draft, at, {
      kind: 'delivery_failed',
      lane: id,
      fulfilment: id,
      summary,
      context: { status, details },
    });
  }
  if (status !== 'delivered' && status !== 'returned' && status !== 'failure' && fulfilment.status === 'shipped') {
    const tried =
      status === 'transit' ? answer(draft, at, actor, id, ['delivery_failed', 'parcel_lost'], 'retry') : draft;
    return movedAt === undefined ? tried : listen(tried, fulfilment, movedAt, at);
  }
  if (status === 'transit') return shipWith(draft, at, actor, fulfilment, {});
  if (status === 'delivered') return deliverWith(draft, at, actor, fulfilment, { evidence: details });
  if (status !== 'returned' && status !== 'failure') return draft;
  // It has left, though nobody told of it while it was on its way.
  const left =
    fulfilment.status === 'shipped' ? goOn(draft, fulfilment, at) : shipWith(draft, at, actor, fulfilment, {});
  const summary =
    status === 'returned' ? 'The parcel is on its way back to the sender.' : 'The carrier reports a failed delivery.';
  return openException(left, at, {
    kind: 'delivery_failed',
    lane: id,
    fulfilment: id,
    summary,
    context: { status, details },
  });
}
