import { isAwaited } from './acknowledging.ts';
import { isCallDue } from './calls.ts';
import { awaitsAnswer } from './disputes.ts';
import { EXCEPTIONS, type Resolution } from './exceptions.ts';
import { subjectOf } from './lanes.ts';
import {
  type CallOutcome,
  hasEnded,
  isBlocked,
  type LineQuantity,
  ORDER_STATUSES,
  type Order,
  type OrderStatus,
  type RefundReason,
  type ReturnedLine,
  type ReturnReason,
  type Role,
} from './order.ts';
import { amountDue } from './payment.ts';
import { refusalOfRefund } from './refunds.ts';
import { type Refusal, refuse } from './refusals.ts';
import { isOpenReturn, refusalOfReceipt, refusalOfReturn, returnableUnits, returnOf } from './returns.ts';

/**
 * The one table of what people and programs may ask of an order: for each action, who may ask, in which statuses, under which
 * guard, and the status it leads to (SPEC.md §2). The workflow's validators, the API's `allowed_actions`, the dashboard's
 * buttons and `docs/state-machine.md` are all read from it.
 */

/** `at`: now, epoch milliseconds. */
type Guard = (order: Order, fields: ActionFields, at: number) => Refusal | null;

type Row = {
  readonly doc: string;
  readonly roles: readonly Role[];
  /** From which statuses, and to which; `same` leaves the status as it is. */
  readonly moves: Partial<Readonly<Record<OrderStatus, OrderStatus | 'same'>>>;
  readonly guard?: Guard;
  /** False: the action is in the model and is refused until it is built. */
  readonly available: boolean;
};

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
  readonly exception?: string | undefined;
  readonly resolution?: Resolution | undefined;
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
  /** Of goods that came back: false when they are not paid back. */
  readonly refund?: boolean | undefined;
  readonly outside_window?: boolean | undefined;
  readonly to?: 'buyer' | 'store' | 'seller' | undefined;
  /** The id under which the message was put into the record, as an address is. */
  readonly staged_message?: string | undefined;
  /** The id under which the new address was put into the record; personal data does not travel through the engine. */
  readonly staged_address?: string | undefined;
};

const STAFF = ['owner', 'staff'] as const;
const from = <Target extends OrderStatus | 'same'>(statuses: readonly OrderStatus[], target: Target) =>
  Object.fromEntries(statuses.map((status) => [status, target]));
const ANY = from(ORDER_STATUSES, 'same');
const OPEN: readonly OrderStatus[] = ['pending', 'confirmed', 'processing'];

const ANY_OPEN_OR_SENT: readonly OrderStatus[] = ['processing', 'shipped', 'delivered', 'completed'];

const hasLeft = (order: Order): boolean =>
  order.fulfilments.some((fulfilment) => fulfilment.status === 'shipped' || fulfilment.status === 'delivered');

const notLeft = (order: Order): Refusal | null => (hasLeft(order) ? refuse('already_shipped') : null);

/** A seller who acts means their own parcels only. */
const isTheirs = (fulfilment: { readonly seller: string | null }, { seller }: ActionFields): boolean =>
  seller === undefined || fulfilment.seller === seller;

/** The fulfilment an action means: the one it names, or the only one that fits. */
export function meantFulfilment(order: Order, fields: ActionFields, fits: readonly string[]) {
  if (fields.fulfilment !== undefined) {
    const named = order.fulfilments.find((one) => one.id === fields.fulfilment && isTheirs(one, fields));
    if (named === undefined) return refuse('fulfilment_not_found');
    return fits.includes(named.status) ? named : refuse('fulfilment_not_waiting');
  }
  const fitting = order.fulfilments.filter((one) => fits.includes(one.status) && isTheirs(one, fields));
  const [only, second] = fitting;
  if (only === undefined) return refuse('nothing_to_ship');
  if (second === undefined) return only;
  return refuse('fulfilment_required', `Name one of: ${fitting.map((fulfilment) => fulfilment.id).join(', ')}.`);
}

export const SHIPPABLE = ['pending', 'labelled'] as const;
export const DELIVERABLE = ['pending', 'labelled', 'shipped'] as const;

const isRefusal = (found: object): found is Refusal => 'code' in found;

const guardConfirm: Guard = (order, fields) => {
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

const guardAcknowledge: Guard = (order, fields) => {
  const meant = meantSeller(order, fields);
  return typeof meant === 'string' ? null : meant;
};

const guardCall: Guard = (order, { outcome, until }) => {
  if (!isCallDue(order)) return refuse(order.confirmationGiven ? 'already_confirmed' : 'not_called');
  return outcome === 'postponed' && until === undefined ? refuse('time_required') : null;
};

const guardReview: Guard = (order) => (order.review?.status === 'due' ? null : refuse('not_in_review'));
const guardHold: Guard = (order) => (order.hold === null ? null : refuse('already_on_hold'));
const guardRelease: Guard = (order) => (order.hold === null ? refuse('not_on_hold') : null);

/** A whole order is cancelled before anything has left; single lines as long as they are still here. */
const guardCancel: Guard = (order, fields) => {
  if (fields.lines === undefined) return notLeft(order);
  for (const { line, quantity } of fields.lines) {
    const one = order.lines.find(({ no }) => no === line);
    if (one === undefined) return refuse('line_not_found', `The order has no line ${line}.`);
    const here = one.quantity - one.cancelled - Math.max(one.shipped, one.delivered);
    if (quantity > here) return refuse('units_exceeded', `Of line ${line} ${here} can still be cancelled.`);
  }
  return null;
};

const guardRefund: Guard = (order, fields) => {
  if (fields.refund_reason === 'other' && fields.note === undefined) return refuse('note_required');
  return refusalOfRefund(order, fields);
};

const guardReship: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, ['shipped']);
  if (!isRefusal(meant)) return null;
  return meant.code === 'nothing_to_ship' ? refuse('parcel_not_on_its_way') : meant;
};

const guardReturn: Guard = (order, fields, at) => {
  const { lines } = fields;
  const any = order.lines.some(({ no }) => returnableUnits(order, no) > 0);
  if (!any) return refuse('nothing_to_return');
  if (lines === undefined) return refuse('lines_required');
  return refusalOfReturn(order, lines, at, fields.outside_window === true);
};

const guardApproveReturn: Guard = (order, fields) => {
  const asked = returnOf(order, fields.return);
  if (asked === undefined) return refuse('return_not_found');
  if (asked.status !== 'requested') return refuse('return_already_decided');
  return fields.approve === false && fields.note === undefined ? refuse('note_required') : null;
};

const guardReceiveReturn: Guard = (order, fields) => {
  const announced = returnOf(order, fields.return);
  if (announced === undefined || !isOpenReturn(announced)) return refuse('return_not_found');
  if (announced.status === 'requested') return refuse('return_not_approved');
  return fields.received === undefined ? null : refusalOfReceipt(announced, fields.received);
};

const guardDispute: Guard = (order) => (order.disputes.some(awaitsAnswer) ? null : refuse('dispute_not_found'));

const guardShip: Guard = (order, fields) => {
  if (order.hold !== null) return refuse('on_hold');
  if (order.review?.status === 'due') return refuse('in_review');
  if (isBlocked(order, 'payment')) return refuse('blocked_by_exception');
  const meant = meantFulfilment(order, fields, SHIPPABLE);
  return isRefusal(meant) ? meant : null;
};

const guardDeliver: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, DELIVERABLE);
  return isRefusal(meant) ? meant : null;
};

const guardAddress: Guard = (order) => notLeft(order);

const guardComplete: Guard = (order) => {
  const { method, status } = order.payment;
  if (method !== 'cod' && status !== 'paid' && status !== 'partially_refunded') return refuse('payment_outstanding');
  if (order.lines.some((line) => line.delivered + line.cancelled < line.quantity))
    return refuse('delivery_outstanding');
  return null;
};

/** A parcel that was cancelled meanwhile, or is there already, cannot be shipped or delivered by resolving its exception. */
function refusalOfParcel(order: Order, fulfilment: string, fits: readonly string[]): Refusal | null {
  const meant = meantFulfilment(order, { fulfilment }, fits);
  return isRefusal(meant) ? meant : null;
}

const guardResolve: Guard = (order, fields) => {
  const open = order.exceptions.find((exception) => exception.id === fields.exception);
  if (open === undefined || fields.resolution === undefined) return refuse('exception_not_found');
  const allowed = EXCEPTIONS[open.kind].resolutions;
  if (!allowed.includes(fields.resolution)) {
    return refuse('resolution_not_allowed', `Allowed for ${open.kind}: ${allowed.join(', ')}.`);
  }
  switch (fields.resolution) {
    case 'reship':
    case 'refund':
      return refusalOfParcel(order, subjectOf(open.lane), ['shipped']);
    case 'cancel_order':
      return OPEN.includes(order.status) ? notLeft(order) : refuse('wrong_status');
    case 'mark_failed':
      return hasEnded(order) ? refuse('wrong_status') : null;
    case 'ship':
      return refusalOfParcel(order, subjectOf(open.lane), SHIPPABLE);
    case 'mark_delivered':
      return refusalOfParcel(order, subjectOf(open.lane), DELIVERABLE);
    default:
      return null;
  }
};

const later = (doc: string, roles: readonly Role[], moves: Row['moves']): Row => ({
  doc,
  roles,
  moves,
  available: false,
});
const AFTER_SHIPPING: readonly OrderStatus[] = ['shipped', 'delivered', 'completed'];

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
  mark_delivered: {
    doc: 'Record evidence that a fulfilment reached the buyer.',
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
    doc: 'Correct the shipping address before the parcel has left.',
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
  substitute: later('Offer another product for a short line.', STAFF, from(OPEN, 'same')),
  retry_delivery: later('Try a failed digital delivery again.', STAFF, from(['processing'], 'same')),
  resend_instructions: later('Send the buyer their delivery instructions again.', STAFF, from(AFTER_SHIPPING, 'same')),
  refund: {
    doc: 'Give money back: all that is left, an amount, or what some units cost.',
    roles: STAFF,
    moves: from([...ANY_OPEN_OR_SENT, 'returned'], 'same'),
    guard: guardRefund,
    available: true,
  },
  request_return: {
    doc: 'Ask to send goods back.',
    roles: ['customer', ...STAFF],
    moves: from(['delivered', 'completed'], 'same'),
    guard: guardReturn,
    available: true,
  },
  approve_return: {
    doc: 'Accept a return, or refuse it with the reason.',
    roles: STAFF,
    moves: from(['delivered', 'completed'], 'same'),
    guard: guardApproveReturn,
    available: true,
  },
  receive_return: {
    doc: 'Record goods that came back: restocked or written off, and paid back.',
    roles: STAFF,
    moves: from(['delivered', 'completed'], 'returned'),
    guard: guardReceiveReturn,
    available: true,
  },
  exchange: later('Send another product for a returned one.', STAFF, from(['delivered', 'completed'], 'same')),
  reship: {
    doc: 'Send the goods of a lost parcel again.',
    roles: STAFF,
    moves: from(['processing', 'shipped'], 'processing'),
    guard: guardReship,
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
]);

/** The actions this role may ask of the order now, as the API's `allowed_actions`. */
export function allowedActions(order: Order, role: Role, at: number, fields: ActionFields = {}): ActionName[] {
  return ACTION_NAMES.filter((action) => {
    if (action === 'resolve_exception' && order.exceptions.length === 0) return false;
    const refusal = refusalOf(order, action, role, fields, at);
    return refusal === null || ASKS_FOR_FIELDS.has(refusal.code);
  });
}
