import { hasEnded, isBlocked, isUndone, type Lane, type Order } from './order.ts';
import { isPaymentGood, outstandingMoney } from './payment.ts';

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
  | { readonly do: 'follow_parcel'; readonly lane: Lane };

/** Labels are bought for physical goods that leave a known location, and only while payment and order agree. */
function labelDuties(order: Order): Duty[] {
  if (order.status !== 'processing' || isBlocked(order, 'payment')) return [];
  return order.fulfilments
    .filter((one) => one.kind === 'physical' && one.status === 'pending')
    .map((one) => ({ do: 'buy_label', lane: one.id }));
}

/** A parcel with a label of somebody else's: the carrier must be asked to tell us of it. */
const followDuties = (order: Order): Duty[] =>
  order.fulfilments
    .filter((one) => one.status === 'shipped' && !one.followed && one.trackingNumber !== null && one.carrier !== null)
    .map((one) => ({ do: 'follow_parcel', lane: one.id }));

/** A label that no parcel leaves under, because the order was cancelled or staff shipped with one of their own. */
const voidDuties = (order: Order): Duty[] =>
  order.fulfilments
    .filter(({ status, label }) => label?.voided === false && (status === 'cancelled' || label.unused === true))
    .map((one) => ({ do: 'void_label', lane: one.id }));

function captureIsDue(order: Order): boolean {
  if (order.payment.status !== 'authorized') return false;
  if (order.status === 'confirmed') return order.policy.capture === 'confirmation' || order.payment.expiring;
  if (order.status !== 'pending' && order.payment.expiring) return true;
  // By shipment: once every parcel has its label, just before the carrier takes it; at the latest when one has left.
  return (
    order.status !== 'pending' && order.fulfilments.every((one) => one.kind !== 'physical' || one.status !== 'pending')
  );
}

function undoingDuties(order: Order): Duty[] {
  const duties = voidDuties(order);
  const { payment } = order;
  // An intent that nobody has paid yet must be closed too, or the buyer could still pay a cancelled order.
  const unpaidIntent =
    payment.method === 'stripe' &&
    (payment.status === 'pending' || payment.status === 'failed') &&
    (payment.reference !== null || payment.checked);
  if (outstandingMoney(payment) > 0 || unpaidIntent) duties.push({ do: 'give_back', lane: 'payment' });
  return duties;
}

function openDuties(order: Order): Duty[] {
  // Until the gateway has been asked, nothing else is done about the money.
  if (!order.payment.checked) return [{ do: 'check_payment', lane: 'payment' }];
  const duties: Duty[] = [];
  const mayAccept = order.status === 'pending' && order.confirmationGiven && isPaymentGood(order);
  if (mayAccept && !isBlocked(order, 'payment')) duties.push({ do: 'reserve', lane: 'stock' });
  if (captureIsDue(order)) duties.push({ do: 'capture', lane: 'payment' });
  return [...duties, ...labelDuties(order), ...followDuties(order), ...voidDuties(order)];
}

export function dutiesOf(order: Order): Duty[] {
  const duties = isUndone(order) ? undoingDuties(order) : hasEnded(order) ? voidDuties(order) : openDuties(order);
  return duties.filter((duty) => !isBlocked(order, duty.lane));
}

export type DeadlineKind = 'payment_window' | 'capture_margin' | 'ship_by' | 'deliver_by' | 'reachable_until';
export type Wait = {
  /** What the order waits for, for people: Temporal Web UI, the dashboard, the API. */
  readonly for: string;
  readonly until: { readonly at: number; readonly kind: DeadlineKind; readonly fulfilment: string | null } | null;
};

const paymentWindowOf = (order: Order): number =>
  order.placedAt +
  (order.payment.method === 'bank_transfer' ? order.policy.bankTransferWindow : order.policy.paymentWindow);

function waitOfPending(order: Order): string {
  const { payment } = order;
  if (payment.method === 'bank_transfer' && payment.status === 'pending') return 'the bank transfer (staff confirm it)';
  if (!isPaymentGood(order)) return payment.nextAction === null ? 'the payment' : 'the buyer to finish paying';
  return order.confirmationGiven ? 'stock' : 'staff to confirm the order';
}

function waitOfParcels(order: Order): string {
  const unlabelled = order.fulfilments.filter((one) => one.status === 'pending');
  if (unlabelled.some((one) => one.kind !== 'physical')) return 'staff to record the delivery';
  if (unlabelled.length > 0) return 'labels';
  const waiting = order.fulfilments.filter((one) => one.status === 'labelled').length;
  return waiting > 0 ? `the carrier to take ${waiting === 1 ? 'the parcel' : `${waiting} parcels`}` : 'delivery';
}

function waitingFor(order: Order): string {
  const [exception] = order.exceptions;
  if (exception !== undefined) return `a person to resolve ${exception.kind}`;
  switch (order.status) {
    case 'pending':
      return waitOfPending(order);
    case 'confirmed':
      return 'the capture of the payment';
    case 'processing':
      return waitOfParcels(order);
    case 'shipped':
      return 'the carrier to deliver';
    case 'delivered':
      return 'the payment to be recorded';
    case 'completed':
    case 'returned':
    case 'refunded':
      return 'nothing (returns and disputes can still arrive)';
    case 'cancelled':
    case 'failed':
      return dutiesOf(order).length > 0
        ? 'money and labels to be given back'
        : 'nothing (a late event can still arrive)';
    default:
      return order.status satisfies never;
  }
}

function deadlinesOf(order: Order): NonNullable<Wait['until']>[] {
  const { policy, payment } = order;
  if (order.closedAt !== null) {
    return [{ at: order.closedAt + policy.afterCompletion, kind: 'reachable_until', fulfilment: null }];
  }
  const deadlines: NonNullable<Wait['until']>[] = [];
  const paymentArrives = payment.status === 'pending' && payment.method !== 'cod' && !isBlocked(order, 'payment');
  if (order.status === 'pending' && paymentArrives) {
    deadlines.push({ at: paymentWindowOf(order), kind: 'payment_window', fulfilment: null });
  }
  if (payment.status === 'authorized' && payment.captureBefore !== null && !payment.expiring) {
    deadlines.push({ at: payment.captureBefore - policy.captureMargin, kind: 'capture_margin', fulfilment: null });
  }
  for (const one of order.fulfilments) {
    const late = one.status === 'pending' || one.status === 'labelled';
    if (late && !one.delays.includes('ship')) deadlines.push({ at: one.shipBy, kind: 'ship_by', fulfilment: one.id });
    if (one.status === 'shipped' && one.shippedAt !== null && !one.delays.includes('deliver')) {
      deadlines.push({ at: one.shippedAt + policy.deliverWithin, kind: 'deliver_by', fulfilment: one.id });
    }
  }
  return deadlines;
}

/** What the order waits for now and the first deadline that would wake it. */
export function waitOf(order: Order): Wait {
  const until = deadlinesOf(order).sort((a, b) => a.at - b.at || a.kind.localeCompare(b.kind))[0] ?? null;
  return { for: waitingFor(order), until };
}
