import { add, type Draft } from './draft.ts';
import { type ActionFields, type Guard, isRefusal, meantFulfilment } from './guards.ts';
import { type Actor, type Fulfilment, hasEnded, type Order } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';

/**
 * Claims at the carrier (seed 4, "Insurance may cover the loss"): for a parcel that is lost, came damaged, or is in trouble on its way.
 * They stand beside what is done for the buyer, who gets the goods again or the money back whatever the carrier pays.
 */

const CLAIMABLE = ['shipped', 'delivered', 'lost'] as const;

/** A parcel that is on its way as it should be is not claimed for; whether one that arrived is damaged, people know. */
const mayBeAtFault = (order: Order, { id, status, delays }: Fulfilment): boolean =>
  status !== 'shipped' ||
  hasEnded(order) ||
  delays.some((stage) => stage !== 'ship') ||
  order.exceptions.some(({ lane }) => lane === id);

/** A claim that was refused may be made again. */
const mayBeClaimed = (order: Order, one: Fulfilment): boolean =>
  one.carrier !== null && (one.claim === null || one.claim.status === 'refused') && mayBeAtFault(order, one);

const isFiled = ({ claim }: Fulfilment): boolean => claim?.status === 'filed';

/** The parcel that is named, or the only one of which it is true. */
function meantParcel(
  order: Order,
  fields: ActionFields,
  fits: (one: Fulfilment) => boolean,
  otherwise: Refusal,
): Fulfilment | Refusal {
  const meant = meantFulfilment(order, fields, CLAIMABLE, fits);
  if (isRefusal(meant)) return meant.code === 'nothing_to_ship' ? otherwise : meant;
  return fits(meant) ? meant : otherwise;
}

const parcelToClaim = (order: Order, fields: ActionFields): Fulfilment | Refusal =>
  meantParcel(order, fields, (one) => mayBeClaimed(order, one), refuse('nothing_to_claim'));
const parcelOfClaim = (order: Order, fields: ActionFields): Fulfilment | Refusal =>
  meantParcel(order, fields, isFiled, refuse('claim_not_found'));

export const guardFileClaim: Guard = (order, fields) => {
  const meant = parcelToClaim(order, fields);
  if (isRefusal(meant)) return meant;
  return fields.amount === 0 ? refuse('invalid_fields', 'A claim is for more than nothing.') : null;
};

export const guardSettleClaim: Guard = (order, fields) => {
  const meant = parcelOfClaim(order, fields);
  if (isRefusal(meant)) return meant;
  return fields.claim_outcome === 'refused' && fields.note === undefined ? refuse('note_required') : null;
};

export function fileClaim(draft: Draft, at: number, actor: Actor, fields: ActionFields): Draft | Refusal {
  const meant = parcelToClaim(draft.order, fields);
  if (isRefusal(meant)) return meant;
  const { claim_reference: reference, amount, note = null } = fields;
  if (reference === undefined || amount === undefined)
    return refuse('invalid_fields', "The carrier's reference of the claim and its amount are needed.");
  return add(draft, at, actor, { type: 'claim_filed', fulfilment: meant.id, reference, amount, note });
}

/** Paid in full where no other amount is named. */
export function settleClaim(draft: Draft, at: number, actor: Actor, fields: ActionFields): Draft | Refusal {
  const meant = parcelOfClaim(draft.order, fields);
  if (isRefusal(meant)) return meant;
  const { claim_outcome: outcome, note = null } = fields;
  if (outcome === undefined) return refuse('invalid_fields', 'Say whether the carrier has paid or refused.');
  const amount = outcome === 'paid' ? (fields.amount ?? meant.claim?.amount ?? null) : null;
  return add(draft, at, actor, { type: 'claim_settled', fulfilment: meant.id, outcome, amount, note });
}
