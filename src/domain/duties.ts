import { isAwaited } from './acknowledging.ts';
import { isCallDue } from './calls.ts';
import { awaitsAnswer, isWithTheBank, openDisputes } from './disputes.ts';
import { unitsIn, unpacked } from './fulfilment.ts';
import { deadlineLane, disputeLane } from './lanes.ts';
import { hasEnded, isBlocked, isPending, isUndone, type Lane, type LineQuantity, type Order } from './order.ts';
import { isPaymentGood, outstandingMoney } from './payment.ts';
import { awaitsGoods, awaitsLabel, isOpenReturn, uselessLabels } from './returns.ts';
import { awaitsBuyer } from './shortage.ts';
import { isProposed } from './substitutes.ts';
import { sentenceOf, type Waiting, waiting } from './waits.ts';

/**
 * What the order owes the world, read off its state alone: a restart or a reopened order needs no to-do list. Duties of one lane
 * never run at the same time; an open exception on a lane stops its duties.
 */
export type Duty =
  | { readonly do: 'check_payment'; readonly lane: 'payment' }
  | { readonly do: 'reserve'; readonly lane: 'stock' }
  | { readonly do: 'capture'; readonly lane: 'payment' }
  | { readonly do: 'give_back'; readonly lane: 'payment' }
  | { readonly do: 'buy_label'; readonly lane: Lane }
  | { readonly do: 'void_label'; readonly lane: Lane }
  | { readonly do: 'buy_return_label'; readonly lane: Lane }
  | { readonly do: 'void_return_label'; readonly lane: Lane }
  | { readonly do: 'send_refund'; readonly lane: 'payment' }
  | { readonly do: 'submit_evidence'; readonly lane: Lane }
  | { readonly do: 'accept_dispute'; readonly lane: Lane }
  | { readonly do: 'follow_parcel'; readonly lane: Lane };

/** Whether a person has stopped the order: nothing is taken, packed or sent meanwhile. */
const isStopped = ({ hold, review }: Order): boolean => hold !== null || review?.status === 'due';

/** Units for which stock has to be taken: of a new order all, later what a lost parcel left owed. */
export const demandOf = (order: Order): LineQuantity[] =>
  order.lines
    .filter(({ kind }) => kind === 'physical')
    .map((line) => {
      const given = unitsIn(order.allocations, line.no);
      return { line: line.no, quantity: unpacked(order, line) - given };
    })
    .filter(({ quantity }) => quantity > 0);

/** Labels are bought for physical goods that leave a known location, and only while payment and order agree. */
function labelDuties(order: Order): Duty[] {
  if (order.status !== 'processing' || order.rerouting || isBlocked(order, 'payment')) return [];
  return order.fulfilments
    .filter((one) => one.kind === 'physical' && one.status === 'pending' && one.label?.voided !== false)
    .map((one) => ({ do: 'buy_label', lane: one.id }));
}

/** A parcel with a label of somebody else's: the carrier must be asked to tell us of it. */
const followDuties = (order: Order): Duty[] =>
  order.fulfilments
    .filter((one) => one.status === 'shipped' && !one.followed && one.trackingNumber !== null && one.carrier !== null)
    .map((one) => ({ do: 'follow_parcel', lane: one.id }));

/**
 * Labels that no parcel leaves under, because the order was cancelled or staff shipped with one of their own; and those of returns that
 * have ended without them.
 */
const voidDuties = (order: Order): Duty[] => [
  ...order.fulfilments
    .filter(({ status, label }) => label?.voided === false && (status === 'cancelled' || label.unused === true))
    .map(({ id }): Duty => ({ do: 'void_label', lane: id })),
  ...order.returns
    .filter((one) => uselessLabels(one).length > 0)
    .map(({ id }): Duty => ({ do: 'void_return_label', lane: id })),
];

/** Labels for the way back, whatever else becomes of the order: the buyer is waiting to hear where to send the goods. */
const returnDuties = (order: Order): Duty[] =>
  order.returns.filter(awaitsLabel).map(({ id }) => ({ do: 'buy_return_label', lane: id }));

function captureIsDue(order: Order): boolean {
  if (order.payment.status !== 'authorized') return false;
  if (order.status === 'confirmed') return order.policy.capture === 'confirmation' || order.payment.expiring;
  if (order.status !== 'pending' && order.payment.expiring) return true;
  // By shipment: once every parcel has its label, just before the carrier takes it; at the latest when one has left.
  return (
    order.status !== 'pending' && order.fulfilments.every((one) => one.kind !== 'physical' || one.status !== 'pending')
  );
}

/**
 * Whether an earlier release gave money back at another time: it paid what was promised also while the bank had the payment, and
 * after a cancellation it waited for the end of a mere inquiry.
 */
export const isPaidBackAnew = (order: Order): boolean =>
  openDisputes(order).length > 0 && (order.refunds.some(isPending) || isUndone(order));

/** What was promised to the buyer or asked of the bank is done whatever else becomes of the order; but nothing is paid twice. */
function moneyDuties(order: Order, asBefore: boolean): Duty[] {
  const disputes = order.disputes.flatMap(({ id, submission, acceptance }): Duty[] => {
    if (acceptance === 'due') return [{ do: 'accept_dispute', lane: disputeLane(id) }];
    return submission === 'due' ? [{ do: 'submit_evidence', lane: disputeLane(id) }] : [];
  });
  const isDue = order.refunds.some(isPending) && (asBefore || !isWithTheBank(order));
  return isDue ? [{ do: 'send_refund', lane: 'payment' }, ...disputes] : disputes;
}

function undoingDuties(order: Order, asBefore: boolean): Duty[] {
  const duties = [...moneyDuties(order, asBefore), ...voidDuties(order)];
  const { payment } = order;
  // An intent that nobody has paid yet must be closed too, or the buyer could still pay a cancelled order.
  const unpaidIntent =
    payment.method === 'stripe' &&
    (payment.status === 'pending' || payment.status === 'failed') &&
    (payment.reference !== null || payment.checked);
  const withTheBank = asBefore ? openDisputes(order).length > 0 : isWithTheBank(order);
  const isSettled = !order.refunds.some(isPending) && !withTheBank;
  if (isSettled && (outstandingMoney(payment) > 0 || unpaidIntent)) duties.push({ do: 'give_back', lane: 'payment' });
  return duties;
}

function openDuties(order: Order, asBefore: boolean): Duty[] {
  // Until the gateway has been asked, nothing else is done about the money.
  const ofParcels = [...followDuties(order), ...voidDuties(order), ...returnDuties(order)];
  if (!order.payment.checked) return [{ do: 'check_payment', lane: 'payment' }, ...ofParcels];
  const always = [...moneyDuties(order, asBefore), ...ofParcels];
  // An authorisation that is about to lapse does not wait for a person, unless that person looks for fraud.
  const mayCapture = !isStopped(order) || (order.payment.expiring && order.review?.status !== 'due');
  const capture: Duty[] = mayCapture && captureIsDue(order) ? [{ do: 'capture', lane: 'payment' }] : [];
  if (isStopped(order)) return [...capture, ...always];
  return [...reserveDuties(order), ...capture, ...always, ...labelDuties(order)];
}

function reserveDuties(order: Order): Duty[] {
  if (isBlocked(order, 'payment')) return [];
  if (order.status === 'processing' && order.rerouting) return [{ do: 'reserve', lane: 'stock' }];
  if (order.backorder?.arrived === false || awaitsBuyer(order)) return [];
  const mayAccept = order.status === 'pending' && order.confirmationGiven && isPaymentGood(order);
  const isShort = order.status === 'processing' && demandOf(order).length > 0;
  return mayAccept || isShort ? [{ do: 'reserve', lane: 'stock' }] : [];
}

function allDuties(order: Order, asBefore: boolean): Duty[] {
  if (isUndone(order)) return undoingDuties(order, asBefore);
  return hasEnded(order)
    ? [...moneyDuties(order, asBefore), ...voidDuties(order), ...returnDuties(order)]
    : openDuties(order, asBefore);
}

/** `asBefore`: as an earlier release, whose history is replayed ({@link isPaidBackAnew}). */
export function dutiesOf(order: Order, asBefore = false): Duty[] {
  const duties = allDuties(order, asBefore);
  return duties.filter((duty) => !isBlocked(order, duty.lane));
}

export type DeadlineKind =
  | 'payment_window'
  | 'capture_margin'
  | 'call_overdue'
  | 'confirm_by'
  | 'acknowledge_by'
  | 'backorder_promise'
  | 'substitution_answer'
  | 'ship_by'
  | 'deliver_by'
  | 'lost_after'
  | 'evidence_due'
  | 'send_back_by'
  | 'reachable_until';
export type Wait = {
  /** What the order waits for, for people: Temporal Web UI, the dashboard, the API. */
  readonly for: string;
  readonly until: Deadline | null;
};
/** `subject`: the parcel, seller, dispute or return it is about. */
export type Deadline = { readonly at: number; readonly kind: DeadlineKind; readonly subject: string | null };

/** Each page on which the buyer can pay has the whole window: one that is offered later counts from then. */
function paymentWindowOf({ placedAt, payment, policy }: Order): number {
  if (payment.method === 'bank_transfer') return placedAt + policy.bankTransferWindow;
  return Math.max(placedAt, payment.nextAction?.offeredAt ?? placedAt) + policy.paymentWindow;
}

function waitOfPending(order: Order): Waiting {
  const { payment } = order;
  if (payment.method === 'bank_transfer' && payment.status === 'pending') return waiting('bank_transfer');
  if (!isPaymentGood(order)) return waiting(payment.nextAction === null ? 'payment' : 'buyer_payment');
  if (order.backorder !== null) return waiting('stock_arrival');
  if (order.confirmationGiven) return waiting('stock');
  return waiting(isCallDue(order) ? 'call' : 'confirmation');
}

function waitOfParcels(order: Order): Waiting {
  if (demandOf(order).length > 0) return waiting(order.backorder === null ? 'stock' : 'stock_arrival');
  const unlabelled = order.fulfilments.filter((one) => one.status === 'pending');
  if (unlabelled.some((one) => one.kind !== 'physical')) return waiting('delivery_record');
  if (unlabelled.length > 0) return waiting('labels');
  const parcels = order.fulfilments.filter((one) => one.status === 'labelled').length;
  if (parcels === 0) return waiting('delivery');
  return parcels === 1 ? waiting('pickup') : waiting('pickups', String(parcels));
}

function waitingFor(order: Order): Waiting {
  if (order.substitutions.some(isProposed)) return waiting('substitution');
  const [exception] = order.exceptions;
  if (exception !== undefined) return waiting('exception', exception.kind);
  if (order.review?.status === 'due') return waiting('review');
  if (order.hold !== null) return waiting('release');
  const coming = order.returns.find(isOpenReturn);
  if (coming?.status === 'requested') return waiting('return_decision');
  if (coming?.status === 'approved') return waiting(coming.labelDue ? 'return_label' : 'return_goods');
  switch (order.status) {
    case 'pending':
      return waitOfPending(order);
    case 'confirmed':
      return waiting('capture');
    case 'processing':
      return waitOfParcels(order);
    case 'shipped':
      return waiting('carrier_delivery');
    case 'delivered':
      return waiting('payment_record');
    case 'completed':
    case 'returned':
    case 'refunded':
      return waiting('returns_and_disputes');
    case 'cancelled':
    case 'failed':
      return waiting(dutiesOf(order).length > 0 ? 'giving_back' : 'late_events');
    default:
      return order.status satisfies never;
  }
}

/** Evidence that nobody has submitted goes out by itself this long before the bank stops waiting for it. */
const EVIDENCE_MARGIN = 86_400_000;

const about = (kind: DeadlineKind, at: number, subject: string | null = null): Deadline => ({ at, kind, subject });

function deadlinesOfDesk(order: Order): Deadline[] {
  const { calls, policy } = order;
  const deadlines: Deadline[] = order.acknowledgements
    .filter((one) => isAwaited(one) && !one.escalated)
    .map(({ seller, dueAt }) => about('acknowledge_by', dueAt, seller));
  const { backorder } = order;
  if (backorder !== null && !backorder.overdue) deadlines.push(about('backorder_promise', backorder.promisedAt));
  for (const { id, answerBy } of order.substitutions.filter(isProposed))
    deadlines.push(about('substitution_answer', answerBy, id));
  if (isCallDue(order)) {
    deadlines.push(about('confirm_by', order.placedAt + policy.calls.expireAfter));
    if (calls.nextAt !== null && !calls.reminded)
      deadlines.push(about('call_overdue', calls.nextAt + policy.calls.remindAfter));
  }
  return deadlines;
}

function deadlinesOfPayment(order: Order): Deadline[] {
  const { payment, policy } = order;
  const deadlines: Deadline[] = [];
  const arrives = payment.status === 'pending' && payment.method !== 'cod' && !isBlocked(order, 'payment');
  if (order.status === 'pending' && arrives) deadlines.push(about('payment_window', paymentWindowOf(order)));
  if (payment.status === 'authorized' && payment.captureBefore !== null && !payment.expiring)
    deadlines.push(about('capture_margin', payment.captureBefore - policy.captureMargin));
  return deadlines;
}

function deadlinesOfParcels({ fulfilments, policy }: Order): Deadline[] {
  return fulfilments.flatMap(({ id, status, delays, shipBy, shippedAt }) => {
    const isHere = status === 'pending' || status === 'labelled';
    if (isHere && !delays.includes('ship')) return [about('ship_by', shipBy, id)];
    if (status !== 'shipped' || shippedAt === null) return [];
    const deliverBy = shippedAt + policy.deliverWithin;
    if (!delays.includes('deliver')) return [about('deliver_by', deliverBy, id)];
    return delays.includes('lost') ? [] : [about('lost_after', deliverBy + policy.lostAfter, id)];
  });
}

const deadlinesOfDisputes = ({ disputes }: Order): Deadline[] =>
  disputes
    .filter((one) => awaitsAnswer(one) && one.refused !== true)
    .flatMap(({ id, evidenceDue }) =>
      evidenceDue === null ? [] : [about('evidence_due', evidenceDue - EVIDENCE_MARGIN, id)],
    );

const deadlinesOfReturns = ({ returns }: Order): Deadline[] =>
  returns.filter(awaitsGoods).flatMap(({ id, sendBy }) => (sendBy === null ? [] : [about('send_back_by', sendBy, id)]));

function deadlinesOf(order: Order): Deadline[] {
  const noticeable = (one: Deadline): boolean => !isBlocked(order, deadlineLane(one));
  const always = [...deadlinesOfDisputes(order), ...deadlinesOfReturns(order)].filter(noticeable);
  // What the order has yet to do by itself keeps it reachable, however long ago it was closed.
  if (order.closedAt !== null)
    return always.length > 0 ? always : [about('reachable_until', order.closedAt + order.policy.afterCompletion)];
  const open = [...deadlinesOfPayment(order), ...deadlinesOfDesk(order), ...deadlinesOfParcels(order)];
  return [...always, ...open.filter(noticeable)];
}

/** Whether the order still has this deadline: what it waited for may have come while the alarm rang. */
export const hasDeadline = (order: Order, { kind, subject }: Pick<Deadline, 'kind' | 'subject'>): boolean =>
  deadlinesOf(order).some((one) => one.kind === kind && one.subject === subject);

/** What the order waits for now and the first deadline that would wake it. */
export function waitOf(order: Order): Wait {
  const until = deadlinesOf(order).sort((a, b) => a.at - b.at || a.kind.localeCompare(b.kind))[0] ?? null;
  return { for: sentenceOf(waitingFor(order)), until };
}
