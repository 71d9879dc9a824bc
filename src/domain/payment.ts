import type { PaymentReading } from './facts.ts';
import type { Order, Payment, PaymentStatus } from './order.ts';

/** Why the payment and the order disagree, each as a sentence; empty when they agree (seed 1: "If payment and order disagree"). */
export function disagreements(order: Order, reading: PaymentReading): string[] {
  const found: string[] = [];
  if (reading.amount !== order.totals.total) {
    found.push(`amount: the order asks for ${order.totals.total}, the payment is for ${reading.amount} (minor units)`);
  }
  if (reading.currency.toUpperCase() !== order.currency.toUpperCase()) {
    found.push(`currency: the order is in ${order.currency}, the payment in ${reading.currency.toUpperCase()}`);
  }
  if (reading.orderNumber !== null && reading.orderNumber !== order.number) {
    found.push(`reference: the payment belongs to ${reading.orderNumber}`);
  }
  const known = order.payment.reference;
  if (known !== null && known !== reading.reference && known !== reading.replaces) {
    found.push(`reference: the order was placed with ${known}, not ${reading.reference}`);
  }
  if (reading.captured > reading.amount || reading.refunded > reading.captured) {
    found.push(`amounts: captured ${reading.captured} and refunded ${reading.refunded} of ${reading.amount}`);
  }
  return found;
}

/** What has gone back of what was captured, through the gateway and by hand. */
const refundedOf = ({ returnedByHand: byHand }: Payment, { captured, refunded }: PaymentReading): number =>
  byHand === 0 ? refunded : Math.min(captured, refunded + byHand);

const refundStatus = (captured: number, refunded: number): PaymentStatus =>
  refunded >= captured ? 'refunded' : 'partially_refunded';

function statusOf(reading: PaymentReading, refunded: number): PaymentStatus {
  switch (reading.state) {
    case 'awaiting_buyer':
    case 'processing':
      return 'pending';
    case 'authorized':
      return 'authorized';
    case 'captured':
      return refunded === 0 ? 'paid' : refundStatus(reading.captured, refunded);
    case 'failed':
      return 'failed';
    case 'voided':
      return 'voided';
    default:
      return reading.state satisfies never;
  }
}

/** The payment after the gateway was read; amounts are the gateway's, and what went back past it stays gone. */
export function paymentAfter(payment: Payment, reading: PaymentReading): Payment {
  const refunded = refundedOf(payment, reading);
  return {
    ...payment,
    status: statusOf(reading, refunded),
    // Only of a cancelled order is another amount than its total taken note of: it is on its way back.
    amount: reading.amount,
    authorized: reading.state === 'authorized' ? reading.amount : payment.authorized,
    captured: reading.captured,
    refunded,
    reference: reading.reference,
    checked: true,
    nextAction: reading.nextAction,
    captureBefore: reading.captureBefore ?? payment.captureBefore,
    card: reading.card ?? payment.card,
    riskLevel: reading.riskLevel ?? payment.riskLevel,
    riskScore: reading.riskScore ?? payment.riskScore,
    failure: reading.failure,
  };
}

/** The payment after cash or a transfer has come in; goods that were added may have made it more than was asked for at first. */
export const paidByHand = (payment: Payment, captured: number): Payment => ({
  ...payment,
  status: 'paid',
  amount: Math.max(payment.amount, captured),
  captured,
});

/** Of what was never taken a person can only have undone the authorisation. */
const statusByHand = ({ captured, status }: Payment, refunded: number): PaymentStatus => {
  if (captured > 0) return refundStatus(captured, refunded);
  return status === 'authorized' ? 'voided' : status;
};

/** The payment after money went back by a person's hand; `amount` in minor units. */
export function returnedByHand(payment: Payment, amount: number): Payment {
  const refunded = Math.min(payment.captured, payment.refunded + amount);
  const byHand = payment.returnedByHand + amount;
  return { ...payment, refunded, returnedByHand: byHand, status: statusByHand(payment, refunded) };
}

/** What the buyer is to pay: the total, less what was cancelled of it before it was captured or collected. */
export const amountDue = (order: Order): number => Math.max(0, order.totals.total - order.credit);

/** Whether the obligation may be accepted as far as money is concerned. */
export const isPaymentGood = (order: Order): boolean => {
  const { method, status } = order.payment;
  if (method === 'cod') return status === 'pending' || status === 'paid';
  return status === 'authorized' || status === 'paid';
};

/** Money the gateway still holds or has taken for this order and that is not given back. */
export const outstandingMoney = (payment: Payment): number =>
  payment.status === 'authorized'
    ? payment.authorized
    : Math.max(0, payment.captured - payment.refunded - payment.chargedBack);
