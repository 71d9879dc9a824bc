import type { Db } from '../db/database.ts';
import { buyerOf } from '../db/intake.ts';
import { claimPayment } from '../db/payments.ts';
import type { PaymentReading } from '../domain/facts.ts';
import type { News } from '../domain/news.ts';
import { evidenceFor } from './evidence.ts';
import { withFailures } from './failures.ts';
import type { PaymentGateways, PaymentOrder, RefundOrder } from './ports.ts';
import { type Outcome, recordNews } from './recording.ts';

/** Steps at the payment gateways. Each records the payment as the gateway has it; the domain judges it. */
export const createPaymentActivities = ({ db, gateways }: { db: Db; gateways: PaymentGateways }) => {
  /** One payment pays one order: a reading that another order claimed first says so. */
  const claimed = async (order: PaymentOrder, reading: PaymentReading): Promise<PaymentReading> => {
    const owner = await claimPayment(db, reading.reference, order.number);
    return owner === order.number ? reading : { ...reading, orderNumber: owner };
  };

  const tell = (order: PaymentOrder, news: News): Promise<Outcome> => recordNews(db, order.number, news);
  const read = async (order: PaymentOrder, reading: Promise<PaymentReading>): Promise<Outcome> =>
    tell(order, { type: 'payment_read', reading: await reading });

  return withFailures({
    async authorizePayment(order: PaymentOrder): Promise<Outcome> {
      const reading = await gateways[order.method].authorize(order, () => buyerOf(db, order.number));
      return read(order, claimed(order, reading));
    },

    async capturePayment(order: PaymentOrder): Promise<Outcome> {
      return read(order, gateways[order.method].capture(order));
    },

    async sendRefund({ order, refund }: { order: PaymentOrder; refund: RefundOrder }): Promise<Outcome> {
      const sent = await gateways[order.method].refund(order, refund);
      return tell(order, { type: 'refund_sent', refund: refund.id, ...sent });
    },

    /** Sends what the record knows of the order, and the words of staff, to the bank. */
    async submitEvidence({ order, dispute }: { order: PaymentOrder; dispute: string }): Promise<Outcome> {
      const evidence = await evidenceFor(db, order.number, dispute);
      const reading = await gateways[order.method].submitEvidence(dispute, evidence);
      return tell(order, { type: 'dispute_read', dispute: reading, answered: 'submit' });
    },

    async acceptDispute({ order, dispute }: { order: PaymentOrder; dispute: string }): Promise<Outcome> {
      const reading = await gateways[order.method].acceptDispute(dispute);
      return tell(order, { type: 'dispute_read', dispute: reading, answered: 'accept' });
    },

    /** Never touches money of another order: an unclaimed payment is claimed first, and one that is not ours is left alone. */
    async giveBackPayment(order: PaymentOrder): Promise<Outcome> {
      if (order.reference !== null && order.method === 'stripe') {
        const owner = await claimPayment(db, order.reference, order.number);
        if (owner !== order.number)
          return tell(order, { type: 'payment_read', reading: notOurs(order, order.reference, owner) });
      }
      return read(order, gateways[order.method].giveBack(order));
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
