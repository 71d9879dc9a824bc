import type { Db } from '../db/database.ts';
import { buyerOf } from '../db/intake.ts';
import { claimPayment } from '../db/payments.ts';
import type { DisputeReading, PaymentReading } from '../domain/facts.ts';
import { evidenceFor } from './evidence.ts';
import { withFailures } from './failures.ts';
import type { PaymentGateways, PaymentOrder, RefundOrder } from './ports.ts';

/** Steps at the payment gateways. Each answers with the payment as the gateway has it; the domain judges it. */
export const createPaymentActivities = ({ db, gateways }: { db: Db; gateways: PaymentGateways }) => {
  /** One payment pays one order: a reading that another order claimed first says so. */
  const claimed = async (order: PaymentOrder, reading: PaymentReading): Promise<PaymentReading> => {
    const owner = await claimPayment(db, reading.reference, order.number);
    return owner === order.number ? reading : { ...reading, orderNumber: owner };
  };

  return withFailures({
    async authorizePayment(order: PaymentOrder): Promise<PaymentReading> {
      const options = await buyerOf(db, order.number);
      return claimed(order, await gateways[order.method].authorize(order, options));
    },

    async capturePayment(order: PaymentOrder): Promise<PaymentReading> {
      return gateways[order.method].capture(order);
    },

    async sendRefund({ order, refund }: { order: PaymentOrder; refund: RefundOrder }) {
      return gateways[order.method].refund(order, refund);
    },

    /** Sends what the record knows of the order, and the words of staff, to the bank. */
    async submitEvidence(asked: { order: PaymentOrder; dispute: string }): Promise<DisputeReading> {
      const evidence = await evidenceFor(db, asked.order.number, asked.dispute);
      return gateways[asked.order.method].submitEvidence(asked.dispute, evidence);
    },

    async acceptDispute(asked: { order: PaymentOrder; dispute: string }): Promise<DisputeReading> {
      return gateways[asked.order.method].acceptDispute(asked.dispute);
    },

    /** Never touches money of another order: an unclaimed payment is claimed first, and one that is not ours is left alone. */
    async giveBackPayment(order: PaymentOrder): Promise<PaymentReading> {
      if (order.reference !== null && order.method === 'stripe') {
        const owner = await claimPayment(db, order.reference, order.number);
        if (owner !== order.number) return notOurs(order, order.reference, owner);
      }
      return gateways[order.method].giveBack(order);
    },
  });
};

const notOurs = (order: PaymentOrder, reference: string, owner: string): PaymentReading => ({
  reference,
  replaces: null,
  state: 'voided',
  amount: order.amount,
  currency: order.currency,
  captured: 0,
  refunded: 0,
  orderNumber: owner,
  captureBefore: null,
  nextAction: null,
  riskLevel: null,
  riskScore: null,
  card: null,
  failure: { code: 'not_ours', message: `The payment belongs to ${owner}; nothing was given back.` },
});

export type PaymentActivities = ReturnType<typeof createPaymentActivities>;
