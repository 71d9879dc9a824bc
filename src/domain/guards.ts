import { isAwaited } from './acknowledging.ts';
import { isCallDue } from './calls.ts';
import { refusalOfRequest, unitsToCancel } from './cancellations.ts';
import { awaitsAnswer, isWithTheBank } from './disputes.ts';
import { demandOf } from './duties.ts';
import { EXCEPTIONS, outlivesTheOrder, type Resolution } from './exceptions.ts';
import { overpaid, refusalOfExchange } from './exchanges.ts';
import { isHere } from './fulfilment.ts';
import { subjectOf } from './lanes.ts';
import {
  type CallOutcome,
  type CameBack,
  type ClaimOutcome,
  type Fulfilment,
  hasEnded,
  isBlocked,
  isUndone,
  type LineQuantity,
  type OfferedLine,
  type OpenException,
  type Order,
  type OrderStatus,
  type RefundReason,
  type Return,
  type ReturnedLine,
  type ReturnReason,
} from './order.ts';
import { amountDue } from './payment.ts';
import { amountOf, exceedsPayment, refundable, refundableUnits, refusalOfRefund } from './refunds.ts';
import { type Refusal, refuse } from './refusals.ts';
import { refusalOfReplacement, refusalOfUnits } from './replacing.ts';
import {
  awaitsGoods,
  receivableReturn,
  refusalOfReceipt,
  refusalOfReturn,
  returnableUnits,
  returnOf,
} from './returns.ts';
import { refusalOfAnswer, refusalOfOffer } from './substitutes.ts';

/**
 * Why an order refuses an action that its status allows: one question for each action, asked with the action's fields. The table of
 * actions (`transitions.ts`) names them.
 */

/** `at`: now, epoch milliseconds. */
export type Guard = (order: Order, fields: ActionFields, at: number) => Refusal | null;

/** The fields an action may carry, as the API parsed them; each action's schema is in `src/contracts/actions.ts`. */
export type ActionFields = {
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly payment_reference?: string | undefined;
  /** Minor units. */
  readonly amount?: number | undefined;
  readonly fulfilment?: string | undefined;
  readonly carrier?: string | undefined;
  readonly tracking_number?: string | undefined;
  readonly tracking_url?: string | undefined;
  readonly evidence?: string | undefined;
  /** The carrier's name of a claim, and what came of it. */
  readonly claim_reference?: string | undefined;
  readonly claim_outcome?: ClaimOutcome | undefined;
  readonly exception?: string | undefined;
  readonly resolution?: Resolution | undefined;
  /** What the exception that is opened again is about, as the record has it. */
  readonly reopened?: Pick<OpenException, 'kind' | 'lane' | 'units'> | undefined;
  readonly lines?: readonly LineQuantity[] | undefined;
  readonly outcome?: CallOutcome | undefined;
  /** Epoch milliseconds: when a postponed call is to be made. */
  readonly until?: number | undefined;
  /** Whose lines are meant; of a seller's key always their own. */
  readonly seller?: string | undefined;
  readonly refund_reason?: RefundReason | undefined;
  readonly return?: string | undefined;
  readonly return_reason?: ReturnReason | undefined;
  /** Of a return: approved, or refused with the reason. */
  readonly approve?: boolean | undefined;
  readonly received?: readonly ReturnedLine[] | undefined;
  readonly location?: string | undefined;
  /** Of a parcel that did not reach the buyer: what becomes of the goods when they are back. */
  readonly came_back?: CameBack | undefined;
  /** Of goods that came back: false when they are not paid back. */
  readonly refund?: boolean | undefined;
  readonly outside_window?: boolean | undefined;
  /** Units that are to leave the order, and goods that are to come into it, priced. */
  readonly remove?: readonly LineQuantity[] | undefined;
  readonly added?: readonly OfferedLine[] | undefined;
  /** The line that a substitute is for, and what is offered. */
  readonly line?: number | undefined;
  readonly offer?: OfferedLine | undefined;
  readonly substitution?: string | undefined;
  readonly accept?: boolean | undefined;
  readonly to?: 'buyer' | 'store' | 'seller' | undefined;
  /** The id under which the message was put into the record, as an address is. */
  readonly staged_message?: string | undefined;
  /** The same of the code and the notes that the buyer gets with a delivery. */
  readonly staged_instructions?: string | undefined;
  /** The id under which the new address was put into the record; personal data does not travel through the engine. */
  readonly staged_address?: string | undefined;
  /**
   * Decided as an earlier release has, whose history is replayed: a new address changes labels only, and goods that come back are paid
   * back as far as there is money.
   */
  readonly as_before?: boolean | undefined;
};

export const OPEN: readonly OrderStatus[] = ['pending', 'confirmed', 'processing'];

const hasLeft = (order: Order): boolean =>
  order.fulfilments.some(
    ({ status, delivered }) => status === 'shipped' || status === 'delivered' || delivered.length > 0,
  );

const notLeft = (order: Order): Refusal | null => (hasLeft(order) ? refuse('already_shipped') : null);

/** A seller who acts means their own parcels only. */
const isTheirs = (fulfilment: { readonly seller: string | null }, { seller }: ActionFields): boolean =>
  seller === undefined || fulfilment.seller === seller;

/** The fulfilment an action means: the one it names, or the only one that fits. */
export function meantFulfilment(
  order: Order,
  fields: ActionFields,
  fits: readonly string[],
  has: (one: Fulfilment) => boolean = () => true,
) {
  if (fields.fulfilment !== undefined) {
    const named = order.fulfilments.find((one) => one.id === fields.fulfilment && isTheirs(one, fields));
    if (named === undefined) return refuse('fulfilment_not_found');
    return fits.includes(named.status) ? named : refuse('fulfilment_not_waiting');
  }
  const fitting = order.fulfilments.filter((one) => fits.includes(one.status) && isTheirs(one, fields) && has(one));
  const [only, second] = fitting;
  if (only === undefined) return refuse('nothing_to_ship');
  if (second === undefined) return only;
  return refuse('fulfilment_required', `Name one of: ${fitting.map((fulfilment) => fulfilment.id).join(', ')}.`);
}

export const SHIPPABLE = ['pending', 'labelled'] as const;
export const DELIVERABLE = ['pending', 'labelled', 'shipped'] as const;

export const isRefusal = (found: object): found is Refusal => 'code' in found;

export const guardConfirm: Guard = (order, fields) => {
  if (order.payment.method === 'bank_transfer' && order.payment.status === 'pending') {
    if (fields.payment_reference === undefined) return refuse('payment_reference_required');
    if (fields.amount !== undefined && fields.amount !== amountDue(order)) return refuse('amount_mismatch');
    return null;
  }
  return order.confirmationGiven ? refuse('already_confirmed') : null;
};

/** The seller an acknowledgement is by: the one it names, or the only one who is awaited. */
export function meantSeller(order: Order, { seller }: ActionFields): string | Refusal {
  if (order.acknowledgements.length === 0) return refuse('nothing_to_acknowledge');
  const awaited = order.acknowledgements.filter(
    (one) => isAwaited(one) && (seller === undefined || one.seller === seller),
  );
  const [only, second] = awaited;
  if (only === undefined) return refuse('already_acknowledged');
  return second === undefined ? only.seller : refuse('fulfilment_required', 'Name the seller.');
}

export const guardAcknowledge: Guard = (order, fields) => {
  const meant = meantSeller(order, fields);
  return typeof meant === 'string' ? null : meant;
};

export const guardCall: Guard = (order, { outcome, until }) => {
  if (!isCallDue(order)) return refuse(order.confirmationGiven ? 'already_confirmed' : 'not_called');
  return outcome === 'postponed' && until === undefined ? refuse('time_required') : null;
};

export const guardReview: Guard = (order) => (order.review?.status === 'due' ? null : refuse('not_in_review'));
export const guardHold: Guard = (order) => (order.hold === null ? null : refuse('already_on_hold'));
export const guardRelease: Guard = (order) => (order.hold === null ? refuse('not_on_hold') : null);

/** A whole order is cancelled before anything has left; single lines as long as they are still here. */
export const guardCancel: Guard = (order, fields) => {
  if (fields.lines === undefined) return notLeft(order);
  return refusalOfUnits(order, fields.lines);
};

export const guardEditLines: Guard = (order, { remove = [], added = [] }) =>
  refusalOfReplacement(order, { removed: remove, added });

export const guardSubstitute: Guard = (order, { line, offer }) => refusalOfOffer(order, line, offer);
export const guardAnswerSubstitution: Guard = (order, { substitution, accept }) =>
  refusalOfAnswer(order, substitution, accept);

export const guardExchange: Guard = (order, fields) => refusalOfExchange(order, fields.return, fields.added);

/** Whose request it is, is known of a seller's key alone; a message sent by hand must say it. */
export const guardRequestCancellation: Guard = (order, { seller, lines }) => refusalOfRequest(order, seller, lines);

export const guardRefund: Guard = (order, fields, at) => {
  if (fields.refund_reason === 'other' && fields.note === undefined) return refuse('note_required');
  return refusalOfRefund(order, fields, at);
};

export const guardReship: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, ['shipped']);
  if (isRefusal(meant)) return meant.code === 'nothing_to_ship' ? refuse('parcel_not_on_its_way') : meant;
  const isPaidBack = meant.lines.some(({ line, quantity }) => refundableUnits(order, line) < quantity);
  return isPaidBack ? refuse('already_refunded', 'What is in the parcel is paid back, or about to be.') : null;
};

export const guardReturn: Guard = (order, fields, at) => {
  const { lines } = fields;
  const any = order.lines.some(({ no }) => returnableUnits(order, no) > 0);
  if (!any) return refuse('nothing_to_return');
  if (lines === undefined) return refuse('lines_required');
  return refusalOfReturn(order, lines, at, fields.outside_window === true);
};

export const guardApproveReturn: Guard = (order, fields) => {
  const asked = returnOf(order, fields.return);
  if (asked === undefined) return refuse('return_not_found');
  // An approval is taken back as long as nothing was sent because of it.
  const mayDecide = asked.status === 'requested' || (fields.approve === false && awaitsGoods(asked));
  if (!mayDecide) return refuse('return_already_decided');
  return fields.approve === false && fields.note === undefined ? refuse('note_required') : null;
};

/** Goods can be received at any time; money is promised for them only where it can be given back. */
function refusalOfPromise(order: Order, announced: Return, fields: ActionFields): Refusal | null {
  const { amount, received: lines = announced.lines, refund, as_before: asBefore } = fields;
  if (refund === false || asBefore === true) return null;
  const isExchanged = announced.exchangedFor !== null;
  const promised = isExchanged ? overpaid(order, announced) : amountOf(order, { amount, lines });
  if (promised > 0 && isWithTheBank(order)) return refuse('refund_must_wait');
  return !isExchanged && promised > refundable(order) ? exceedsPayment(order) : null;
}

export const guardReceiveReturn: Guard = (order, fields) => {
  const announced = receivableReturn(order, fields.return);
  if (announced === undefined) return refuse('return_not_found');
  if (announced.status === 'requested') return refuse('return_not_approved');
  const refusal = fields.received === undefined ? null : refusalOfReceipt(announced, fields.received);
  return refusal ?? refusalOfPromise(order, announced, fields);
};

export const guardDispute: Guard = (order) => (order.disputes.some(awaitsAnswer) ? null : refuse('dispute_not_found'));

/** What keeps goods here: a person has stopped the order, or its payment is in question. */
function refusalToSend(order: Order): Refusal | null {
  if (order.hold !== null) return refuse('on_hold');
  if (order.review?.status === 'due') return refuse('in_review');
  return isBlocked(order, 'payment') ? refuse('blocked_by_exception') : null;
}

export const guardShip: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, SHIPPABLE);
  return refusalToSend(order) ?? (isRefusal(meant) ? meant : null);
};

/** A parcel that is on its way, under another number than the known one. */
export const guardTracking: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, ['shipped'], ({ kind }) => kind === 'physical');
  if (isRefusal(meant)) return meant.code === 'nothing_to_ship' ? refuse('parcel_not_on_its_way') : meant;
  const { tracking_number: number } = fields;
  return number === undefined || number === meant.trackingNumber ? refuse('tracking_number_required') : null;
};

/** What has not left is sent by the record that it arrived. */
export const refusalOfArrival = (order: Order, { status }: Fulfilment): Refusal | null =>
  status === 'shipped' ? null : refusalToSend(order);

/** Goods that have left go where they were sent; a new address is for those that are still here, or are to be sent again. */
export const guardAddress: Guard = (order) =>
  hasLeft(order) &&
  !order.fulfilments.some((one) => isHere(one) && one.kind === 'physical') &&
  demandOf(order).length === 0
    ? refuse('nothing_to_address')
    : null;

export const guardComplete: Guard = (order) => {
  const { method, status } = order.payment;
  if (method !== 'cod' && status !== 'paid' && status !== 'partially_refunded') return refuse('payment_outstanding');
  if (order.lines.some((line) => line.delivered + line.cancelled < line.quantity))
    return refuse('delivery_outstanding');
  return null;
};

/** A parcel that was cancelled meanwhile, or is there already, cannot be shipped or delivered by resolving its exception. */
function refusalOfParcel(
  order: Order,
  fulfilment: string,
  fits: readonly string[],
  further: (order: Order, meant: Fulfilment) => Refusal | null = () => null,
): Refusal | null {
  const meant = meantFulfilment(order, { fulfilment }, fits);
  return isRefusal(meant) ? meant : further(order, meant);
}

export const guardResolve: Guard = (order, fields, at) => {
  const open = order.exceptions.find((exception) => exception.id === fields.exception);
  if (open === undefined || fields.resolution === undefined) return refuse('exception_not_found');
  const allowed = EXCEPTIONS[open.kind].resolutions;
  if (!allowed.includes(fields.resolution)) {
    return refuse('resolution_not_allowed', `Allowed for ${open.kind}: ${allowed.join(', ')}.`);
  }
  switch (fields.resolution) {
    case 'reship':
      return hasEnded(order) ? refuse('wrong_status') : guardReship(order, { fulfilment: subjectOf(open.lane) }, at);
    case 'refund':
      if (isWithTheBank(order)) return refuse('dispute_open');
      return refusalOfParcel(order, subjectOf(open.lane), ['shipped']);
    case 'cancel_order':
      return OPEN.includes(order.status) ? notLeft(order) : refuse('wrong_status');
    case 'cancel_lines':
      if (!OPEN.includes(order.status)) return refuse('wrong_status');
      return unitsToCancel(order, open).length === 0 ? refuse('nothing_to_cancel') : null;
    case 'backorder':
      // What was promised for a day that has passed, or is owed anew, is not put off for ever.
      return order.status === 'pending' && order.backorder === null && open.units !== undefined
        ? null
        : refuse('wrong_status');
    case 'mark_failed':
      if (hasEnded(order)) return refuse('wrong_status');
      return order.lines.some(({ delivered }) => delivered > 0) ? refuse('part_delivered') : null;
    case 'ship':
      return guardShip(order, { fulfilment: subjectOf(open.lane) }, at);
    case 'mark_delivered':
      return refusalOfParcel(order, subjectOf(open.lane), DELIVERABLE, refusalOfArrival);
    default:
      return null;
  }
};

/** A matter that turns out not to be settled. Of an order that has ended only what is about its money comes back. */
export const guardReopen: Guard = (order, { exception, reopened, note }) => {
  if (exception === undefined || reopened === undefined) return refuse('exception_not_found');
  const { kind, lane } = reopened;
  if (order.exceptions.some((open) => open.id === exception || (open.kind === kind && open.lane === lane)))
    return refuse('exception_already_open');
  if (isUndone(order) && !outlivesTheOrder(kind)) return refuse('wrong_status');
  return note === undefined ? refuse('note_required') : null;
};
