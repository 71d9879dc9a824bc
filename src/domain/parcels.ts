import { add, answer, type Draft, openException } from './draft.ts';
import type { ActionFields } from './guards.ts';
import { lateLane } from './lanes.ts';
import type { Tracking } from './news.ts';
import { type Actor, type Fulfilment, fulfilmentOf, isUndone } from './order.ts';
import { SAID } from './sayings.ts';

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

export function deliverWith(
  draft: Draft,
  at: number,
  actor: Actor,
  fulfilment: Fulfilment,
  evidence: string | null,
): Draft {
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
  return add(shipped, at, actor, { type: 'fulfilment_delivered', fulfilment: fulfilment.id, evidence });
}

/** A label for another address is of no use: it is given back, and another is bought. */
export function editAddress(draft: Draft, at: number, actor: Actor, staged: string): Draft {
  const edited = add(draft, at, actor, { type: 'address_edited', staged });
  return edited.order.fulfilments.reduce((so, { id, status }) => {
    const answered = answer(so, at, actor, id, ['bad_address', 'label_failed'], 'edit_address');
    if (status !== 'labelled') return answered;
    return add(answered, at, actor, { type: 'label_discarded', fulfilment: id, reason: SAID.otherAddress });
  }, edited);
}

/** The goods of a lost parcel are sent again, as soon as there is stock for them. */
export function reship(draft: Draft, at: number, actor: Actor, fulfilment: string, reason: string): Draft {
  const answered = answer(draft, at, actor, fulfilment, ['delivery_failed', 'parcel_lost'], 'reship');
  return add(answered, at, actor, { type: 'reship_requested', fulfilment, reason });
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

/** What a carrier's word means for a parcel. */
export function track(draft: Draft, { fulfilment: id, carrier, status, details }: Tracking, at: number): Draft {
  const { order } = draft;
  const fulfilment = fulfilmentOf(order, id);
  if (fulfilment === undefined || fulfilment.status === 'delivered') return draft;
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
  if (status === 'transit' && fulfilment.status === 'shipped') {
    return answer(draft, at, actor, id, ['delivery_failed', 'parcel_lost'], 'retry');
  }
  if (status === 'transit') return shipWith(draft, at, actor, fulfilment, {});
  if (status === 'delivered') return deliverWith(draft, at, actor, fulfilment, details);
  if (status !== 'returned' && status !== 'failure') return draft;
  const summary =
    status === 'returned' ? 'The parcel is on its way back to the sender.' : 'The carrier reports a failed delivery.';
  return openException(draft, at, {
    kind: 'delivery_failed',
    lane: id,
    fulfilment: id,
    summary,
    context: { status, details },
  });
}
