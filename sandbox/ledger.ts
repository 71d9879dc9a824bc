import type { Inbox, MailSummary } from './mail/inbox.ts';
import type { ShippoStore } from './shippo/store.ts';
import { refundedOf } from './stripe/refunds.ts';
import type { StripeStore } from './stripe/store.ts';

/** Money by PaymentIntent, in minor units. */
export interface LedgerPayment {
  readonly payment_intent: string;
  readonly status: string;
  readonly currency: string;
  /** What the bank agreed to, whether or not it was taken. */
  readonly authorized: number;
  readonly captured: number;
  /** Refunds that have not failed. */
  readonly refunded: number;
  /** How many times money was held or taken for it: more than 1 is a double charge. */
  readonly successful_charges: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LedgerLabel {
  readonly transaction: string;
  readonly rate: string;
  readonly tracking_number: string;
  readonly carrier: string;
  readonly metadata: string;
  readonly voided: boolean;
  readonly status: string;
  readonly tracking_status: string;
}

/** The vendors' side of the books, which tests hold against ours. Only labels that were bought count, voided or not. */
export interface Ledger {
  readonly payments: readonly LedgerPayment[];
  readonly labels: readonly LedgerLabel[];
  readonly mails: readonly Pick<MailSummary, 'message_id' | 'to' | 'subject'>[];
}

function payments(store: StripeStore): LedgerPayment[] {
  const byIntent = new Map<string, { authorized: number; captured: number; refunded: number; charges: number }>();
  for (const charge of store.charges.values()) {
    if (charge.status !== 'succeeded') continue;
    const id = String(charge.payment_intent);
    const sum = byIntent.get(id) ?? { authorized: 0, captured: 0, refunded: 0, charges: 0 };
    sum.authorized += charge.amount;
    sum.captured += charge.amount_captured;
    sum.refunded += refundedOf(charge);
    sum.charges += 1;
    byIntent.set(id, sum);
  }
  return [...store.paymentIntents.values()].map((intent) => {
    const sum = byIntent.get(intent.id);
    return {
      payment_intent: intent.id,
      status: intent.status,
      currency: intent.currency,
      authorized: sum?.authorized ?? 0,
      captured: sum?.captured ?? 0,
      refunded: sum?.refunded ?? 0,
      successful_charges: sum?.charges ?? 0,
      metadata: intent.metadata,
    };
  });
}

const labels = (store: ShippoStore): LedgerLabel[] =>
  [...store.labels.values()]
    .filter((label) => label.transaction.tracking_number !== '')
    .map((label) => ({
      transaction: String(label.transaction.object_id),
      rate: label.rateId,
      tracking_number: String(label.transaction.tracking_number),
      carrier: label.carrier,
      metadata: label.transaction.metadata ?? '',
      voided: !label.valid,
      status: String(label.transaction.status),
      tracking_status: String(label.transaction.tracking_status),
    }));

export async function ledgerOf(stripe: StripeStore, shippo: ShippoStore, inbox: Inbox): Promise<Ledger> {
  const mails = await inbox.list();
  return {
    payments: payments(stripe),
    labels: labels(shippo),
    mails: mails.map(({ message_id, to, subject }) => ({ message_id, to, subject })),
  };
}
