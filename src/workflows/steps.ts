import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { type ActivityInterfaceFor, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { OrderActivities } from '../activities/orders.ts';
import type { PaymentActivities } from '../activities/payments.ts';
import type { Outcome } from '../activities/recording.ts';
import type { ShippingActivities } from '../activities/shipping.ts';
import type { Duty } from '../domain/duties.ts';
import { subjectOf } from '../domain/lanes.ts';
import type { Failure } from '../domain/news.ts';
import { fulfilmentOf, isPending, type Order } from '../domain/order.ts';
import { amountDue } from '../domain/payment.ts';
import { uselessLabels } from '../domain/returns.ts';

/**
 * The activities of an order, by failure domain. The order's own database is asked inside the workflow task (no round trip
 * through the engine); when it is away, the same step goes to the task queue and waits there for as long as it takes.
 * Partners are always asked from the task queue; after an hour of trying a person is asked.
 */
const near = proxyLocalActivities<OrderActivities>({
  startToCloseTimeout: '3 seconds',
  retry: { maximumAttempts: 2, initialInterval: '50 milliseconds' },
});
const far = proxyActivities<OrderActivities>({
  startToCloseTimeout: '15 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
const partner = {
  startToCloseTimeout: '45 seconds',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
} as const;
const payments = proxyActivities<PaymentActivities>(partner);
const shipping = proxyActivities<ShippingActivities>(partner);

export const failureOf = (error: unknown): Failure => {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [details] = cause.details ?? [];
    const known = typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {};
    return { type: cause.type ?? 'Error', message: cause.message, details: known };
  }
  if (cause instanceof TimeoutFailure) {
    return { type: 'Timeout', message: 'The step was tried for an hour and did not succeed.', details: {} };
  }
  return { type: 'Error', message: cause instanceof Error ? cause.message : String(cause), details: {} };
};

export const isStale = (error: unknown): boolean => failureOf(error).type === 'StaleOrder';
const isFinal = (error: unknown): boolean => isStale(error) || failureOf(error).type === 'Unrecordable';

/** A step on the order's own database: inside the workflow task first, from the task queue when that fails. */
export async function own<Result>(
  step: (activities: ActivityInterfaceFor<OrderActivities>) => Promise<Result>,
): Promise<Result> {
  try {
    return await step(near);
  } catch (error) {
    if (isCancellation(error) || isFinal(error)) throw error;
    return step(far);
  }
}

const paymentOrder = (order: Order) => ({
  number: order.number,
  method: order.payment.method,
  amount: order.totals.total,
  currency: order.currency,
  reference: order.payment.reference,
  attempt: order.version,
});

const sentByHand = ({ payment: { returnedByHand } }: Order) => (returnedByHand > 0 ? { returnedByHand } : {});

/** Does a duty at a partner; the step itself records what came of it. */
export async function perform(duty: Exclude<Duty, { do: 'reserve' }>, order: Order): Promise<Outcome> {
  const parcel = { number: order.number, fulfilment: duty.lane };
  switch (duty.do) {
    case 'check_payment':
      return payments.authorizePayment(paymentOrder(order));
    case 'capture':
      return payments.capturePayment({ ...paymentOrder(order), amount: amountDue(order) });
    case 'give_back':
      return payments.giveBackPayment({ ...paymentOrder(order), ...sentByHand(order) });
    case 'send_refund': {
      const refund = order.refunds.find(isPending);
      if (refund === undefined) throw ApplicationFailure.nonRetryable('No refund is due.', 'NoRefund');
      const { id, amount, reason } = refund;
      return payments.sendRefund({ order: paymentOrder(order), refund: { id, amount, reason } });
    }
    case 'submit_evidence':
      return payments.submitEvidence({ order: paymentOrder(order), dispute: subjectOf(duty.lane) });
    case 'accept_dispute':
      return payments.acceptDispute({ order: paymentOrder(order), dispute: subjectOf(duty.lane) });
    case 'buy_label':
      return shipping.buyLabel({ ...parcel, attempt: order.version });
    case 'buy_return_label':
      return shipping.buyReturnLabel({ number: order.number, return: duty.lane, attempt: order.version });
    case 'void_label': {
      const transaction = fulfilmentOf(order, duty.lane)?.label?.transaction ?? '';
      return shipping.voidLabel({ ...parcel, transaction });
    }
    case 'void_return_label': {
      const returned = order.returns.find(({ id }) => id === duty.lane);
      const [label] = returned === undefined ? [] : uselessLabels(returned);
      if (label === undefined) throw ApplicationFailure.nonRetryable('No label is to be voided.', 'NoLabel');
      const { transaction, carrier, trackingNumber } = label;
      const request = { number: order.number, return: duty.lane, transaction, carrier, trackingNumber };
      return shipping.voidReturnLabel(request);
    }
    case 'follow_parcel': {
      const { carrier, trackingNumber } = fulfilmentOf(order, duty.lane) ?? {};
      return shipping.followParcel({ ...parcel, carrier: carrier ?? '', trackingNumber: trackingNumber ?? '' });
    }
    default:
      return duty satisfies never;
  }
}
