import { EXCEPTIONS, type Resolution } from './exceptions.ts';
import { hasEnded, isBlocked, ORDER_STATUSES, type Order, type OrderStatus, type Role } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';

/**
 * The one table of what people and programs may ask of an order: for each action, who may ask, in which statuses, under which
 * guard, and the status it leads to (SPEC.md §2). The workflow's validators, the API's `allowed_actions`, the dashboard's
 * buttons and `docs/state-machine.md` are all read from it.
 */

type Guard = (order: Order, fields: ActionFields) => Refusal | null;

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
  /** The id under which the new address was put into the record; personal data does not travel through the engine. */
  readonly staged_address?: string | undefined;
};

const STAFF = ['owner', 'staff'] as const;
const from = <Target extends OrderStatus | 'same'>(statuses: readonly OrderStatus[], target: Target) =>
  Object.fromEntries(statuses.map((status) => [status, target]));
const ANY = from(ORDER_STATUSES, 'same');
const OPEN: readonly OrderStatus[] = ['pending', 'confirmed', 'processing'];

const hasLeft = (order: Order): boolean =>
  order.fulfilments.some((fulfilment) => fulfilment.status === 'shipped' || fulfilment.status === 'delivered');

const notLeft: Guard = (order) => (hasLeft(order) ? refuse('already_shipped') : null);

/** The fulfilment an action means: the one it names, or the only one that fits. */
export function meantFulfilment(order: Order, fields: ActionFields, fits: readonly string[]) {
  if (fields.fulfilment !== undefined) {
    const named = order.fulfilments.find((fulfilment) => fulfilment.id === fields.fulfilment);
    if (named === undefined) return refuse('fulfilment_not_found');
    return fits.includes(named.status) ? named : refuse('fulfilment_not_waiting');
  }
  const fitting = order.fulfilments.filter((fulfilment) => fits.includes(fulfilment.status));
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
    if (fields.amount !== undefined && fields.amount !== order.totals.total) return refuse('amount_mismatch');
    return null;
  }
  return order.confirmationGiven ? refuse('already_confirmed') : null;
};

const guardShip: Guard = (order, fields) => {
  if (isBlocked(order, 'payment')) return refuse('blocked_by_exception');
  const meant = meantFulfilment(order, fields, SHIPPABLE);
  return isRefusal(meant) ? meant : null;
};

const guardDeliver: Guard = (order, fields) => {
  const meant = meantFulfilment(order, fields, DELIVERABLE);
  return isRefusal(meant) ? meant : null;
};

const guardAddress: Guard = (order, fields) => {
  const labelled = order.fulfilments.some((one) => one.label !== null && !one.label.voided);
  return labelled ? refuse('label_already_bought') : notLeft(order, fields);
};

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
    case 'cancel_order':
      return OPEN.includes(order.status) ? notLeft(order, fields) : refuse('wrong_status');
    case 'mark_failed':
      return hasEnded(order) ? refuse('wrong_status') : null;
    case 'ship':
      return refusalOfParcel(order, open.lane, SHIPPABLE);
    case 'mark_delivered':
      return refusalOfParcel(order, open.lane, DELIVERABLE);
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
    doc: 'End the order before anything has left: stock, money and labels are given back.',
    roles: [...STAFF, 'customer'],
    moves: from(OPEN, 'cancelled'),
    guard: notLeft,
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
  log_call: later('Record the outcome of a confirming call.', STAFF, from(['pending'], 'same')),
  approve: later('Release an order from fraud review.', STAFF, from(['pending'], 'same')),
  reject: later('Refuse an order in fraud review.', STAFF, from(['pending'], 'cancelled')),
  hold: later('Stop an order before it is packed.', STAFF, from(OPEN, 'same')),
  release: later('Let a held order go on.', STAFF, from(OPEN, 'same')),
  acknowledge: later(
    'The seller accepts their lines.',
    ['seller', ...STAFF],
    from(['confirmed', 'processing'], 'same'),
  ),
  substitute: later('Offer another product for a short line.', STAFF, from(OPEN, 'same')),
  retry_delivery: later('Try a failed digital delivery again.', STAFF, from(['processing'], 'same')),
  resend_instructions: later('Send the buyer their delivery instructions again.', STAFF, from(AFTER_SHIPPING, 'same')),
  refund: later('Give money back, in full or in part.', STAFF, from([...AFTER_SHIPPING, 'processing'], 'same')),
  request_return: later('Ask to send goods back.', ['customer', ...STAFF], from(['delivered', 'completed'], 'same')),
  approve_return: later('Accept a return.', STAFF, from(['delivered', 'completed'], 'same')),
  receive_return: later('Record goods that came back.', STAFF, from(['delivered', 'completed'], 'returned')),
  exchange: later('Send another product for a returned one.', STAFF, from(['delivered', 'completed'], 'same')),
  reship: later('Send a lost parcel again.', STAFF, from(['shipped'], 'processing')),
  submit_evidence: later('Answer a dispute.', STAFF, from(AFTER_SHIPPING, 'same')),
  accept_dispute: later('Give a dispute up.', STAFF, from(AFTER_SHIPPING, 'same')),
  send_message: later('Write to the buyer, or to the seller.', ['customer', 'seller', ...STAFF], ANY),
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
export function refusalOf(order: Order, action: ActionName, role: Role, fields: ActionFields): Refusal | null {
  return refusalOfRow(order, action, role) ?? rowOf(action).guard?.(order, fields) ?? null;
}

/** Refusals that only mean "the action needs these fields": the action itself can be offered. */
const ASKS_FOR_FIELDS: ReadonlySet<string> = new Set([
  'payment_reference_required',
  'fulfilment_required',
  'exception_not_found',
]);

/** The actions this role may ask of the order now, as the API's `allowed_actions`. */
export function allowedActions(order: Order, role: Role): ActionName[] {
  return ACTION_NAMES.filter((action) => {
    if (action === 'resolve_exception' && order.exceptions.length === 0) return false;
    const refusal = refusalOf(order, action, role, {});
    return refusal === null || ASKS_FOR_FIELDS.has(refusal.code);
  });
}
