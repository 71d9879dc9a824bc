import { guardFileClaim, guardSettleClaim } from './claims.ts';
import { guardDeliver, guardResend } from './deliveries.ts';
import {
  type ActionFields,
  type Guard,
  guardAcknowledge,
  guardAddress,
  guardAnswerSubstitution,
  guardApproveReturn,
  guardCall,
  guardCancel,
  guardComplete,
  guardConfirm,
  guardDispute,
  guardEditLines,
  guardExchange,
  guardHold,
  guardReceiveReturn,
  guardRefund,
  guardRelease,
  guardReopen,
  guardRequestCancellation,
  guardReship,
  guardResolve,
  guardReturn,
  guardReview,
  guardShip,
  guardSubstitute,
  guardTracking,
  OPEN,
} from './guards.ts';
import { ORDER_STATUSES, type Order, type OrderStatus, type Role } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';

/**
 * The one table of what people and programs may ask of an order: for each action, who may ask, in which statuses, under which
 * guard, and the status it leads to (SPEC.md §2). The workflow's validators, the API's `allowed_actions`, the dashboard's
 * buttons and `docs/generated/state-machine.md` are all read from it.
 */

type Row = {
  readonly doc: string;
  readonly roles: readonly Role[];
  /** From which statuses, and to which; `same` leaves the status as it is. */
  readonly moves: Partial<Readonly<Record<OrderStatus, OrderStatus | 'same'>>>;
  readonly guard?: Guard;
  /** False: the action is in the model and is refused until it is built. */
  readonly available: boolean;
};

const STAFF = ['owner', 'staff'] as const;
const from = <Target extends OrderStatus | 'same'>(statuses: readonly OrderStatus[], target: Target) =>
  Object.fromEntries(statuses.map((status) => [status, target]));
const ANY = from(ORDER_STATUSES, 'same');
const ANY_OPEN_OR_SENT: readonly OrderStatus[] = ['processing', 'shipped', 'delivered', 'completed'];

/** A carrier takes its time, whatever became of the order meanwhile. */
const ANY_CLAIMED: readonly OrderStatus[] = [...ANY_OPEN_OR_SENT, 'returned', 'refunded', 'failed'];

const later = (doc: string, roles: readonly Role[], moves: Row['moves']): Row => ({
  doc,
  roles,
  moves,
  available: false,
});

export const ACTIONS = {
  confirm: {
    doc: 'Accept the order: the buyer said yes on the telephone, or the bank transfer has arrived.',
    roles: STAFF,
    moves: from(['pending'], 'confirmed'),
    guard: guardConfirm,
    available: true,
  },
  cancel: {
    doc: 'End the order, or some units of it, before they have left: stock, money and labels are given back.',
    roles: [...STAFF, 'customer'],
    moves: from(OPEN, 'cancelled'),
    guard: guardCancel,
    available: true,
  },
  ship: {
    doc: 'Record that a fulfilment left with a label and tracking number of your own.',
    roles: [...STAFF, 'seller'],
    moves: { processing: 'shipped' },
    guard: guardShip,
    available: true,
  },
  edit_tracking: {
    doc: 'Enter or correct the tracking number of a parcel that is on its way: it is followed by that, and the buyer is told.',
    roles: [...STAFF, 'seller'],
    moves: from(['processing', 'shipped'], 'same'),
    guard: guardTracking,
    available: true,
  },
  mark_delivered: {
    doc: 'Record that a fulfilment, or some units of it, reached the buyer, with what they need to use it.',
    roles: [...STAFF, 'seller'],
    moves: { processing: 'delivered', shipped: 'delivered' },
    guard: guardDeliver,
    available: true,
  },
  complete: {
    doc: 'Close a delivered order; records cash on delivery as collected.',
    roles: STAFF,
    moves: { delivered: 'completed' },
    guard: guardComplete,
    available: true,
  },
  edit_address: {
    doc: 'Correct the shipping address of what has not left: it is planned anew, and labelled anew.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardAddress,
    available: true,
  },
  resolve_exception: {
    doc: 'Decide about an open exception, by one of its allowed resolutions.',
    roles: STAFF,
    moves: ANY,
    guard: guardResolve,
    available: true,
  },
  reopen_exception: {
    doc: 'Open an exception again, because the matter is not settled after all.',
    roles: STAFF,
    moves: ANY,
    guard: guardReopen,
    available: true,
  },
  add_note: {
    doc: 'Write a note that only staff see.',
    roles: STAFF,
    moves: ANY,
    available: true,
  },
  log_call: {
    doc: 'Record what a confirming call came to; the next one becomes due by the policy.',
    roles: STAFF,
    moves: from(['pending'], 'same'),
    guard: guardCall,
    available: true,
  },
  approve: {
    doc: 'Release an order from fraud review.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardReview,
    available: true,
  },
  reject: {
    doc: 'Refuse an order in fraud review: it is cancelled.',
    roles: STAFF,
    moves: from(OPEN, 'cancelled'),
    guard: guardReview,
    available: true,
  },
  hold: {
    doc: 'Stop an order before it leaves: nothing is taken, packed or sent until it is released.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardHold,
    available: true,
  },
  release: {
    doc: 'Let a held order go on.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardRelease,
    available: true,
  },
  acknowledge: {
    doc: 'The seller accepts their lines.',
    roles: ['seller', ...STAFF],
    moves: from(['confirmed', 'processing'], 'same'),
    guard: guardAcknowledge,
    available: true,
  },
  request_cancellation: {
    doc: 'The seller asks the store to cancel lines of theirs that have not left.',
    roles: ['seller'],
    moves: from(['confirmed', 'processing'], 'same'),
    guard: guardRequestCancellation,
    available: true,
  },
  edit_lines: {
    doc: 'Change what is ordered before it is packed: units that go, goods that come.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardEditLines,
    available: true,
  },
  substitute: {
    doc: 'Offer the buyer another product for a short line.',
    roles: STAFF,
    moves: from(OPEN, 'same'),
    guard: guardSubstitute,
    available: true,
  },
  answer_substitution: {
    doc: 'Take a substitute, or decline it.',
    roles: ['customer', ...STAFF],
    moves: from(OPEN, 'same'),
    guard: guardAnswerSubstitution,
    available: true,
  },
  retry_delivery: later('Try a failed digital delivery again.', STAFF, from(['processing'], 'same')),
  resend_instructions: {
    doc: 'Send the buyer what they need to use what was delivered once more: codes and notes.',
    roles: STAFF,
    moves: from(ANY_OPEN_OR_SENT, 'same'),
    guard: guardResend,
    available: true,
  },
  refund: {
    doc: 'Give money back: all that is left, an amount, or what some units cost.',
    roles: STAFF,
    moves: from([...ANY_OPEN_OR_SENT, 'returned'], 'same'),
    guard: guardRefund,
    available: true,
  },
  request_return: {
    doc: 'Ask to send back goods that have arrived, also while others are on their way.',
    roles: ['customer', ...STAFF],
    moves: from(ANY_OPEN_OR_SENT, 'same'),
    guard: guardReturn,
    available: true,
  },
  approve_return: {
    doc: 'Accept a return, or refuse it with the reason; also one that was accepted and of which nothing was sent yet.',
    roles: STAFF,
    moves: from(ANY_OPEN_OR_SENT, 'same'),
    guard: guardApproveReturn,
    available: true,
  },
  receive_return: {
    doc: 'Record goods that came back: restocked or written off, and paid back.',
    roles: STAFF,
    // What was sent in exchange may be on its way when the goods come back.
    moves: { ...from(['processing', 'shipped'], 'same'), ...from(['delivered', 'completed'], 'returned') },
    guard: guardReceiveReturn,
    available: true,
  },
  exchange: {
    doc: 'Send other goods for those of a return, in place of their price: the order is under way again.',
    roles: STAFF,
    moves: from(['delivered', 'completed', 'returned'], 'processing'),
    guard: guardExchange,
    available: true,
  },
  reship: {
    doc: 'Send the goods of a lost parcel again.',
    roles: STAFF,
    moves: from(['processing', 'shipped'], 'processing'),
    guard: guardReship,
    available: true,
  },
  file_claim: {
    doc: 'Record a claim at the carrier for a parcel that was lost, came damaged or is in trouble; the buyer is helped beside it.',
    roles: STAFF,
    moves: from(ANY_CLAIMED, 'same'),
    guard: guardFileClaim,
    available: true,
  },
  settle_claim: {
    doc: 'Record what the carrier has answered to a claim: paid, or refused with the reason.',
    roles: STAFF,
    moves: from(ANY_CLAIMED, 'same'),
    guard: guardSettleClaim,
    available: true,
  },
  submit_evidence: {
    doc: 'Answer a dispute with the evidence the system has assembled, and your own words.',
    roles: STAFF,
    moves: ANY,
    guard: guardDispute,
    available: true,
  },
  accept_dispute: {
    doc: 'Give a dispute up: the buyer keeps the money.',
    roles: STAFF,
    moves: ANY,
    guard: guardDispute,
    available: true,
  },
  send_message: {
    doc: 'Write to the buyer, or to the seller.',
    roles: ['customer', 'seller', ...STAFF],
    moves: ANY,
    available: true,
  },
} satisfies Record<string, Row>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];
const rowOf = (action: ActionName): Row => ACTIONS[action];

/** The action without its fields: is it possible for this role, in this status, now? */
function refusalOfRow(order: Order, action: ActionName, role: Role): Refusal | null {
  const row = rowOf(action);
  if (!row.roles.includes(role)) return refuse('role_not_allowed');
  if (row.moves[order.status] === undefined) {
    return refuse('wrong_status', `An order that is ${order.status} cannot take the action ${action}.`);
  }
  return row.available ? null : refuse('not_yet_available');
}

/**
 * The one question, asked by the update validator, by the API before it calls the engine, and for every button:
 * why does the order refuse this action? Null when it does not.
 */
export function refusalOf(
  order: Order,
  action: ActionName,
  role: Role,
  fields: ActionFields,
  at: number,
): Refusal | null {
  return refusalOfRow(order, action, role) ?? rowOf(action).guard?.(order, fields, at) ?? null;
}

/** Refusals that only mean "the action needs these fields": the action itself can be offered. */
const ASKS_FOR_FIELDS: ReadonlySet<string> = new Set([
  'payment_reference_required',
  'fulfilment_required',
  'exception_not_found',
  'lines_required',
  'tracking_number_required',
  'refund_must_wait',
]);

/** The actions this role may ask of the order now, as the API's `allowed_actions`. */
export function allowedActions(order: Order, role: Role, at: number, fields: ActionFields = {}): ActionName[] {
  return ACTION_NAMES.filter((action) => {
    if (action === 'resolve_exception' && order.exceptions.length === 0) return false;
    // Offered beside a resolved exception, of which the state of the order knows nothing.
    if (action === 'reopen_exception') return false;
    const refusal = refusalOf(order, action, role, fields, at);
    return refusal === null || ASKS_FOR_FIELDS.has(refusal.code);
  });
}
