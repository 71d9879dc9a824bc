import { answerRequests, decideRequest, meantUnits, requestCancellation, unitsToCancel } from './cancellations.ts';
import { fileClaim, settleClaim } from './claims.ts';
import { meantDelivery } from './deliveries.ts';
import { BUYER_REASONS } from './disclosure.ts';
import { awaitsAnswer } from './disputes.ts';
import { add, answer, begin, type Draft, end, settle } from './draft.ts';
import { exchange, meantReturn, settleExchange } from './exchanges.ts';
import type { Fact } from './facts.ts';
import { type ActionFields, guardReceiveReturn, meantFulfilment, meantSeller, SHIPPABLE } from './guards.ts';
import { returnIdOf } from './keys.ts';
import { acknowledgementLane, disputeLane, REVIEW_LANE, subjectOf } from './lanes.ts';
import {
  type Actor,
  fulfilmentOf,
  isPending,
  type LineQuantity,
  type OpenException,
  type Order,
  type Role,
} from './order.ts';
import { deliverWith, editAddress, refundParcel, reship, shipWith, trackBy } from './parcels.ts';
import { amountDue } from './payment.ts';
import { requestRefund } from './refunds.ts';
import { type Refusal, refuse } from './refusals.ts';
import { replaceLines } from './replacing.ts';
import { receivableReturn, returnOf } from './returns.ts';
import { decidedOn, SAID } from './sayings.ts';
import { answerSubstitute, offerSubstitute, proposedOf } from './substitutes.ts';
import { type ActionName, refusalOf } from './transitions.ts';

/** An action as a person or program asked for it. */
export type ActionRequest = {
  readonly action: ActionName;
  readonly actor: Actor & { readonly role: Role };
  readonly fields: ActionFields;
  /** Refused when the order is at another version; missing in a signal sent by hand. */
  readonly expectedVersion?: number | null;
  /** The version the asker has read in the record: an order that has not heard of it yet reads the record before it judges. */
  readonly seenVersion?: number;
};

/** Whether others have recorded what this order does not know yet, and the asker does. */
export const isBehind = ({ version }: Order, seenVersion = 0): boolean => version < seenVersion;

export type Decision =
  | { readonly ok: true; readonly order: Order; readonly facts: readonly Fact[] }
  | { readonly ok: false; readonly refusal: Refusal };

const yes = (draft: Draft, at: number): Decision => ({ ok: true, ...settle(draft, at) });

/** Money that a person has sent back: of the refund that is due, of the one that failed, or all of an order that has ended. */
function sentBackByHand(draft: Draft, exception: OpenException, actor: Actor, at: number): Draft {
  const { order } = draft;
  const due =
    exception.kind === 'refund_failed'
      ? order.refunds.find(({ id }) => id === subjectOf(exception.lane))
      : order.refunds.find(isPending);
  const { captured, refunded, chargedBack } = order.payment;
  // What the bank has taken back meanwhile nobody has sent.
  const amount = due?.amount ?? Math.max(0, captured - refunded - chargedBack);
  const returned = add(draft, at, actor, { type: 'money_returned_by_hand', amount });
  if (due === undefined) return returned;
  const why = 'Sent back by hand.';
  return add(returned, at, actor, {
    type: 'refund_settled',
    refund: due.id,
    status: 'succeeded',
    reference: null,
    why,
  });
}

function tryAgain(draft: Draft, exception: OpenException, actor: Actor, at: number): Draft {
  const isWaiting = exception.kind === 'stock_out' && draft.order.backorder?.arrived === false;
  if (isWaiting) return add(draft, at, actor, { type: 'stock_arrived' });
  if (exception.kind !== 'refund_failed') return draft;
  const failed = draft.order.refunds.find(({ id }) => id === subjectOf(exception.lane));
  if (failed === undefined) return draft;
  const { amount, reason, lines, note } = failed;
  return requestRefund(draft, at, actor, { amount, reason, lines, note });
}

/** Closed as it is; some matters are decided by that. */
function leave(draft: Draft, { kind, lane }: OpenException, actor: Actor, at: number): Draft {
  if (kind === 'cancellation_requested') return decideRequest(draft, at, actor, lane, false);
  if (kind !== 'return_label_failed') return draft;
  return add(draft, at, actor, { type: 'return_label_waived', return: lane });
}

/** The order is judged not to be fraud, or to be. */
function review(draft: Draft, at: number, actor: Actor, approved: boolean, note: string | null): Draft {
  const resolution = approved ? 'approve' : 'reject';
  const answered = answer(draft, at, actor, REVIEW_LANE, ['fraud'], resolution);
  const decided = add(answered, at, actor, { type: 'review_decided', approved, note });
  if (approved) return decided;
  return end(decided, at, actor, { type: 'order_cancelled', reason: note ?? SAID.rejected });
}

function resolve(order: Order, request: ActionRequest, at: number): Draft | Refusal {
  const { actor, fields } = request;
  const exception = order.exceptions.find(({ id }) => id === fields.exception);
  const { resolution } = fields;
  if (exception === undefined || resolution === undefined) return refuse('exception_not_found');
  const reason = fields.note ?? fields.reason ?? decidedOn(exception.kind);
  const closed = add(begin(order), at, actor, {
    type: 'exception_resolved',
    exception: exception.id,
    resolution,
    note: fields.note ?? null,
  });
  const fulfilment = fulfilmentOf(order, subjectOf(exception.lane));
  const dispute = subjectOf(exception.lane);
  switch (resolution) {
    case 'retry':
      return tryAgain(closed, exception, actor, at);
    case 'close':
      return leave(closed, exception, actor, at);
    case 'cancel_lines': {
      const isAsked = exception.kind === 'cancellation_requested';
      const accepted = isAsked ? decideRequest(closed, at, actor, exception.lane, true) : closed;
      const why = exception.kind === 'stock_out' ? BUYER_REASONS.soldOut : BUYER_REASONS.sellerCannotSend;
      return cancelUnits(accepted, at, actor, unitsToCancel(order, exception), why);
    }
    case 'backorder': {
      const lines = exception.units ?? [];
      const promisedAt = at + order.policy.backorderPromise;
      return add(closed, at, actor, { type: 'backordered', lines, promisedAt, explanation: [] });
    }
    case 'cancel_order':
      return end(closed, at, actor, { type: 'order_cancelled', reason });
    case 'mark_failed':
      return end(closed, at, actor, { type: 'order_failed', reason });
    case 'refunded_by_hand':
      return sentBackByHand(closed, exception, actor, at);
    case 'edit_address':
      if (fields.staged_address === undefined) return refuse('invalid_fields', 'The new address is needed.');
      return editAddress(closed, at, actor, fields.staged_address, fields.as_before !== true);
    case 'ship':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : shipWith(closed, at, actor, fulfilment, fields);
    case 'mark_delivered':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : deliverWith(closed, at, actor, fulfilment, { evidence: fields.evidence ?? null });
    case 'approve':
    case 'reject':
      return exception.lane === REVIEW_LANE
        ? review(closed, at, actor, resolution === 'approve', fields.note ?? null)
        : warned(closed, at, actor, resolution === 'approve', reason);
    case 'reship':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : reship(closed, at, actor, fulfilment.id, { reason, goods: fields.came_back });
    case 'refund':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : refundParcel(closed, at, actor, fulfilment, { reason, goods: fields.came_back, note: fields.note ?? null });
    case 'submit_evidence':
    case 'accept_dispute':
      return answerDispute(closed, at, actor, dispute, resolution === 'accept_dispute' ? 'accept' : 'submit', fields);
    default:
      return resolution satisfies never;
  }
}

/** A warning of the card's issuer is waved through, or the money goes back before it becomes a dispute. */
function warned(draft: Draft, at: number, actor: Actor, trusted: boolean, reason: string): Draft {
  if (trusted) return draft;
  const hasLeft = draft.order.fulfilments.some(({ status }) => status === 'shipped' || status === 'delivered');
  return hasLeft
    ? requestRefund(draft, at, actor, { reason: 'fraudulent', note: reason })
    : end(draft, at, actor, { type: 'order_cancelled', reason });
}

function answerDispute(
  draft: Draft,
  at: number,
  actor: Actor,
  id: string,
  how: 'submit' | 'accept',
  fields: ActionFields,
): Draft {
  const lane = disputeLane(id);
  const answered = answer(draft, at, actor, lane, ['dispute'], how === 'accept' ? 'accept_dispute' : 'submit_evidence');
  const note = fields.evidence ?? fields.note ?? null;
  return add(answered, at, actor, { type: 'dispute_answered', dispute: id, answer: how, note });
}

function confirm(draft: Draft, at: number, { actor, fields }: ActionRequest): Draft {
  const { order } = draft;
  if (order.payment.method !== 'bank_transfer' || order.payment.status !== 'pending') {
    return add(draft, at, actor, { type: 'confirmation_given', note: fields.note ?? null });
  }
  const reference = fields.payment_reference ?? '';
  return add(draft, at, actor, { type: 'payment_recorded', reference, amount: amountDue(order) });
}

function logCall(draft: Draft, at: number, { actor, fields }: ActionRequest): Draft {
  const outcome = fields.outcome ?? 'other';
  const note = fields.note ?? null;
  const logged = add(draft, at, actor, { type: 'call_logged', outcome, until: fields.until ?? null, note });
  if (outcome === 'confirmed') return add(logged, at, actor, { type: 'confirmation_given', note });
  if (outcome !== 'fake') return logged;
  return end(logged, at, actor, { type: 'order_cancelled', reason: note ?? SAID.fakeOrder });
}

function cancel(draft: Draft, at: number, { actor, fields }: ActionRequest): Draft {
  const cancelled = cancelUnits(draft, at, actor, fields.lines, fields.reason ?? SAID.noReason);
  return answerRequests(cancelled, at, actor);
}

/** Ends these units, or the order when nothing else is left of it; without lines the order. */
function cancelUnits(
  draft: Draft,
  at: number,
  actor: Actor,
  lines: readonly LineQuantity[] | undefined,
  reason: string,
): Draft {
  const { order } = draft;
  const cut = (no: number): number => lines?.find(({ line }) => line === no)?.quantity ?? 0;
  const isAll = lines === undefined || order.lines.every((line) => line.cancelled + cut(line.no) >= line.quantity);
  return isAll
    ? end(draft, at, actor, { type: 'order_cancelled', reason })
    : replaceLines(draft, at, actor, { removed: lines, added: [], reason });
}

function requestReturn(draft: Draft, at: number, { actor, fields }: ActionRequest): Draft {
  const id = returnIdOf(draft.order.number, draft.order.version + 1);
  const requested = add(draft, at, actor, {
    type: 'return_requested',
    return: {
      id,
      status: 'requested',
      reason: fields.return_reason ?? 'other',
      note: fields.note ?? null,
      lines: fields.lines ?? [],
      requestedAt: at,
      sendBy: null,
      labelDue: false,
      labels: [],
      received: [],
      exchangedFor: null,
      exchangedWorth: null,
    },
  });
  // Staff who ask for it have decided already.
  return actor.role === 'customer'
    ? requested
    : add(requested, at, actor, { type: 'return_approved', return: id, note: null });
}

/** Goods are back: restocked or written off unit by unit, and paid back unless staff say otherwise. */
function receiveReturn(draft: Draft, at: number, { actor, fields }: ActionRequest): Draft {
  const announced = receivableReturn(draft.order, fields.return);
  if (announced === undefined) return draft;
  const lines = fields.received ?? announced.lines.map((one) => ({ ...one, restock: true }));
  const location = fields.location ?? null;
  const answered = answer(draft, at, actor, announced.id, ['return_label_failed'], 'close');
  const received = add(answered, at, actor, { type: 'return_received', return: announced.id, lines, location });
  if (fields.refund === false) return received;
  if (announced.exchangedFor !== null) return settleExchange(received, at, actor, announced.id);
  const units = lines.map(({ line, quantity }) => ({ line, quantity }));
  return requestRefund(received, at, actor, { reason: 'returned', lines: units, amount: fields.amount, note: null });
}

function act(order: Order, request: ActionRequest, at: number): Draft | Refusal {
  const { action, actor, fields } = request;
  const draft = begin(order);
  const note = fields.note ?? null;
  switch (action) {
    case 'confirm':
      return confirm(draft, at, request);
    case 'log_call':
      return logCall(draft, at, request);
    case 'approve':
    case 'reject':
      return review(draft, at, actor, action === 'approve', note ?? fields.reason ?? null);
    case 'hold':
      return add(draft, at, actor, { type: 'order_held', reason: fields.reason ?? '' });
    case 'release':
      return add(draft, at, actor, { type: 'order_released', note });
    case 'acknowledge': {
      const seller = meantSeller(order, fields);
      if (typeof seller !== 'string') return seller;
      const late = answer(draft, at, actor, acknowledgementLane(seller), ['overdue_acknowledgement'], 'close');
      return add(late, at, actor, { type: 'acknowledged', seller, note });
    }
    case 'request_cancellation': {
      const { seller = '', reason = '' } = fields;
      const lines = meantUnits(order, seller, fields.lines);
      return requestCancellation(draft, at, actor, { seller, lines, reason });
    }
    case 'cancel':
      return cancel(draft, at, request);
    case 'edit_lines': {
      const { remove = [], added = [], reason = '' } = fields;
      return answerRequests(replaceLines(draft, at, actor, { removed: remove, added, reason }), at, actor);
    }
    case 'substitute': {
      const { line, offer } = fields;
      if (line === undefined || offer === undefined) return refuse('lines_required');
      return offerSubstitute(draft, at, actor, line, offer, note);
    }
    case 'answer_substitution': {
      const proposed = proposedOf(order, fields.substitution);
      if (proposed === undefined) return refuse('substitution_not_found');
      return answerSubstitute(draft, at, actor, proposed, fields.accept === true, note);
    }
    case 'exchange': {
      const back = meantReturn(order, fields.return);
      if (back === undefined) return refuse('return_not_found');
      return exchange(draft, at, actor, back, fields.added ?? []);
    }
    case 'ship': {
      const meant = meantFulfilment(order, fields, SHIPPABLE);
      return 'code' in meant ? meant : shipWith(draft, at, actor, meant, fields);
    }
    case 'edit_tracking': {
      const meant = meantFulfilment(order, fields, ['shipped'], ({ kind }) => kind === 'physical');
      return 'code' in meant ? meant : trackBy(draft, at, actor, meant, fields);
    }
    case 'mark_delivered': {
      const meant = meantDelivery(order, fields);
      if ('code' in meant) return meant;
      const { evidence = null, lines, staged_instructions: instructions } = fields;
      const delivered = deliverWith(draft, at, actor, meant, { evidence, lines, instructions });
      return note === null ? delivered : add(delivered, at, actor, { type: 'note_added', note });
    }
    case 'resend_instructions':
      return add(draft, at, actor, { type: 'instructions_resent' });
    case 'complete': {
      const collects = order.payment.method === 'cod' && order.payment.status === 'pending';
      const paid = collects ? add(draft, at, actor, { type: 'payment_collected', amount: amountDue(order) }) : draft;
      return add(paid, at, actor, { type: 'order_completed', note });
    }
    case 'edit_address':
      if (fields.staged_address === undefined) return refuse('invalid_fields', 'The new address is needed.');
      return editAddress(draft, at, actor, fields.staged_address, fields.as_before !== true);
    case 'refund': {
      const { amount, lines, refund_reason: reason = 'requested_by_customer' } = fields;
      return requestRefund(draft, at, actor, { reason, amount, lines, note });
    }
    case 'reship': {
      const meant = meantFulfilment(order, fields, ['shipped']);
      if ('code' in meant) return meant;
      return reship(draft, at, actor, meant.id, { reason: fields.reason ?? 'The parcel is lost.', goods: undefined });
    }
    case 'file_claim':
      return fileClaim(draft, at, actor, fields);
    case 'settle_claim':
      return settleClaim(draft, at, actor, fields);
    case 'request_return':
      if (fields.outside_window === true && actor.role === 'customer') return refuse('role_not_allowed');
      return requestReturn(draft, at, request);
    case 'approve_return': {
      const asked = returnOf(order, fields.return);
      if (asked === undefined) return refuse('return_not_found');
      // Of one that was approved, what was still asked about its label is answered by that.
      const answered = answer(draft, at, actor, asked.id, ['return_label_failed'], 'close');
      return fields.approve === false
        ? add(answered, at, actor, { type: 'return_refused', return: asked.id, reason: note ?? fields.reason ?? '' })
        : add(draft, at, actor, { type: 'return_approved', return: asked.id, note });
    }
    case 'receive_return':
      return receiveReturn(draft, at, request);
    case 'submit_evidence':
    case 'accept_dispute': {
      const dispute = order.disputes.find(awaitsAnswer);
      if (dispute === undefined) return refuse('dispute_not_found');
      return answerDispute(draft, at, actor, dispute.id, action === 'accept_dispute' ? 'accept' : 'submit', fields);
    }
    case 'send_message':
      return fields.staged_message === undefined
        ? refuse('invalid_fields', 'The message is needed.')
        : add(draft, at, actor, { type: 'message_sent', to: fields.to ?? 'buyer', staged: fields.staged_message });
    case 'add_note':
      return add(draft, at, actor, { type: 'note_added', note: fields.note ?? '' });
    case 'reopen_exception': {
      const { exception, reopened } = fields;
      if (exception === undefined || reopened === undefined) return refuse('exception_not_found');
      return add(draft, at, actor, { type: 'exception_reopened', exception, ...reopened, note: note ?? '' });
    }
    case 'resolve_exception':
      return resolve(order, request, at);
    default:
      return refuse('not_yet_available');
  }
}

/** Whether an earlier release has decided such a request otherwise. */
export const isDecidedAnew = (order: Order, { action, fields }: ActionRequest, at: number): boolean =>
  fields.staged_address !== undefined ||
  (action === 'receive_return' && guardReceiveReturn(order, fields, at) !== null);

/** Decides an action. Total: every request becomes facts or a refusal; nothing throws. */
export function decideAction(order: Order, request: ActionRequest, at: number): Decision {
  if (request.expectedVersion != null && request.expectedVersion !== order.version) {
    return { ok: false, refusal: refuse('version_conflict') };
  }
  const refusal = refusalOf(order, request.action, request.actor.role, request.fields, at);
  if (refusal !== null) return { ok: false, refusal };
  const drafted = act(order, request, at);
  return 'code' in drafted ? { ok: false, refusal: drafted } : yes(drafted, at);
}
