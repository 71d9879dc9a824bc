import { BUYER_REASONS } from './disclosure.ts';
import type { ExceptionReport, FactBody } from './facts.ts';
import { EXCEPTION_KINDS } from './order.ts';
import { type Saying, type SayingCode, say } from './saying-codes.ts';
import { waitingIn } from './waits.ts';

/**
 * What the timeline and an exception say in an English sentence, as a code with its values, for programs and translations. Null where
 * the sentence is a person's own, or a partner's, or has no words at all (a tracking number).
 */

/** Sentences that the system writes where a person's could stand. */
export const SAID = {
  rejected: 'Rejected in the fraud review.',
  fakeOrder: 'The call showed that the order is fake.',
  noReason: 'no reason given',
  otherAddress: 'The parcel goes to another address.',
  holdsLess: 'The parcel holds less now.',
  paidByBank: 'The bank has given this money to the buyer.',
  carrierTells: 'The carrier tells us of this parcel.',
} as const;
export const decidedOn = (kind: string): string => `decided on the exception ${kind}`;

const FIXED: Readonly<Record<string, SayingCode>> = {
  [BUYER_REASONS.notPaidInTime]: 'not_paid_in_time',
  [BUYER_REASONS.notConfirmedInTime]: 'not_confirmed_in_time',
  [BUYER_REASONS.notConfirmed]: 'not_confirmed',
  [BUYER_REASONS.notAccepted]: 'not_accepted',
  [BUYER_REASONS.sellerCannotSend]: 'seller_cannot_send',
  [BUYER_REASONS.soldOut]: 'sold_out',
  [SAID.rejected]: 'rejected_in_review',
  [SAID.fakeOrder]: 'fake_order',
  [SAID.noReason]: 'no_reason',
  [SAID.otherAddress]: 'other_address',
  [SAID.holdsLess]: 'parcel_holds_less',
  [SAID.paidByBank]: 'paid_by_bank',
  [SAID.carrierTells]: 'carrier_follows',
};

/** A sentence of the system's own, told from one that a person wrote. */
export function sayingIn(sentence: string | null): Saying | null {
  if (sentence === null) return null;
  const code = FIXED[sentence];
  if (code !== undefined) return say(code);
  const kind = EXCEPTION_KINDS.find((one) => decidedOn(one) === sentence);
  return kind === undefined ? null : say('exception_decided', { exception_kind: kind });
}

const locationsOf = (allocations: readonly { readonly location: string }[]): Saying =>
  allocations.length === 0
    ? say('nothing_to_route')
    : say('stock_taken', { locations: [...new Set(allocations.map(({ location }) => location))].join(' + ') });

/** What a fact says beside its name; `currency` is the order's. */
export function sayingOf(fact: FactBody, currency: string): Saying | null {
  switch (fact.type) {
    case 'exception_opened':
      return sayingOfException(fact.exception, currency);
    case 'exception_resolved':
      return fact.note === null ? say('resolved', { resolution: fact.resolution }) : null;
    case 'payment_recorded':
      return say('payment_recorded', { reference: fact.reference });
    case 'payment_read': {
      const { reference, state, failure } = fact.reading;
      return failure === null
        ? say('payment_read', { reference, payment_state: state })
        : say('payment_read_failed', { reference, payment_state: state, decline: failure.code, said: failure.message });
    }
    case 'return_label_waived':
      return say('return_label_waived');
    case 'delay_noticed':
      return say(`delay_${fact.stage}`);
    case 'parcel_moved':
      return say('parcel_moves');
    case 'cancellation_decided':
      return say(fact.accepted ? 'lines_cancelled_for_seller' : 'request_closed');
    case 'substitution_proposed': {
      const { offer, line, note } = fact.substitution;
      return say('substitute_offered', { quantity: offer.quantity, name: offer.name, line, note });
    }
    case 'substitution_answered':
      return fact.note === null ? say('substitute_answered', { answer: fact.answer }) : null;
    case 'call_logged':
      return say('call', { outcome: fact.outcome, note: fact.note });
    case 'risk_assessed':
      return fact.signs === undefined ? null : say('risk', { score: fact.score }, fact.signs);
    case 'refund_requested':
      return say('refund_reason', { reason: fact.refund.reason, note: fact.refund.note });
    case 'return_requested':
      return say('return_reason', { reason: fact.return.reason, note: fact.return.note });
    case 'dispute_read':
      return say('dispute_state', { dispute_reason: fact.dispute.reason, dispute_status: fact.dispute.status });
    case 'order_confirmed':
    case 'stock_reserved':
      return locationsOf(fact.allocations);
    case 'backordered':
      return say('stock_awaited', { day: fact.promisedAt });
    case 'order_cancelled':
    case 'order_failed':
    case 'label_discarded':
    case 'lines_cancelled':
    case 'reship_requested':
      return sayingIn(fact.reason);
    case 'refund_settled':
      return sayingIn(fact.why);
    case 'parcel_followed':
      return sayingIn(fact.outcome);
    default:
      return null;
  }
}

type Report = Pick<ExceptionReport, 'kind' | 'fulfilment' | 'context'>;
type Context = Readonly<Record<string, unknown>>;

const textIn = (context: Context, name: string): string | null => {
  const value = context[name];
  return typeof value === 'string' ? value : null;
};
const numberIn = (context: Context, name: string): number | null => {
  const value = context[name];
  return typeof value === 'number' ? value : null;
};
const objectIn = (context: Context, name: string): Context | null => {
  const value = context[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Context) : null;
};
/** The partner's own sentences as one, without the last full stop. */
const inOne = (messages: readonly unknown[]): string =>
  messages.flatMap((one) => (typeof one === 'string' ? [one.trim().replace(/\.$/, '')] : [])).join('; ');
const listIn = <Item>(context: Context, name: string): readonly Item[] => {
  const value = context[name];
  return Array.isArray(value) ? (value as Item[]) : [];
};

function ofPayment(context: Context): Saying | null {
  const reading = objectIn(context, 'reading');
  if (reading === null) return null;
  const reference = textIn(reading, 'reference');
  const failure = objectIn(reading, 'failure');
  if (failure !== null)
    return say('payment_failed', {
      reference,
      decline: textIn(failure, 'code'),
      said: textIn(failure, 'message'),
    });
  return say(reading['state'] === 'voided' ? 'authorization_lapsed' : 'payment_declined', { reference });
}

function ofShortage(context: Context): Saying | null {
  const short = listIn<{ sku: string; wanted: number; available: number }>(context, 'shortages');
  if (short.length > 0)
    return say('stock_short', {
      shortages: short.map(({ sku, wanted, available }) => `${sku} ${available}/${wanted}`).join(', '),
    });
  const since = textIn(context, 'since');
  return since === null ? null : say('stock_not_arrived', { day: Date.parse(since) });
}

const ofLabel = (context: Context): Saying | null => {
  if (listIn(context, 'offered').length > 0 && context['policy'] !== undefined) return say('no_rate_allowed');
  const said = inOne(listIn(context, 'messages'));
  return said === '' ? null : say('label_refused', { said });
};

function ofDelivery({ context, fulfilment }: Report): Saying {
  const note = textIn(context, 'details');
  switch (context['status']) {
    case 'returned':
      return say('parcel_returning', { note });
    case 'failure':
      return say('delivery_attempt_failed', { note });
    default:
      return say('parcel_moves_although', { parcel: fulfilment, note });
  }
}

function ofFraud(context: Context): Saying | null {
  const warning = textIn(context, 'warning');
  if (warning !== null) return say('fraud_warning', { warning: textIn(context, 'kind') });
  const signs = listIn<Saying>(context, 'signs');
  return signs.length === 0 ? null : say('fraud_signs', { score: numberIn(context, 'score') }, signs);
}

function ofDispute(context: Context, currency: string): Saying | null {
  if (context['tried'] !== undefined) return say('evidence_refused');
  const reading = objectIn(context, 'dispute');
  if (reading === null) return null;
  const values = { amount: numberIn(reading, 'amount'), currency, dispute_reason: textIn(reading, 'reason') };
  return say('dispute_opened', { ...values, at: numberIn(reading, 'evidenceDue') });
}

function ofStandstill(context: Context): Saying | null {
  const waits = textIn(context, 'waiting_for');
  if (waits !== null) {
    const { code, subject } = waitingIn(waits);
    return say('stands_still', { waits: code, exception_kind: code === 'exception' ? subject : null });
  }
  const mails = listIn<{ kind: string }>(context, 'mails');
  if (mails.length > 0) return say('mails_given_up', { mails: [...new Set(mails.map(({ kind }) => kind))].join(', ') });
  return context['waiting'] === undefined ? null : say('queue_stands_still', { waiting: numberIn(context, 'waiting') });
}

function ofBooks(context: Context): Saying | null {
  const order = textIn(context, 'order');
  if (order !== null) return say('stray_workflow', { order });
  const reference = textIn(context, 'reference');
  const note = listIn<string>(context, 'differences').join('; ');
  if (reference !== null) return say('books_payment', { reference, note });
  const sku = textIn(context, 'sku');
  if (sku !== null) return say('books_stock', { sku, location: textIn(context, 'location') });
  return note === '' ? null : say('books_labels', { note });
}

const unitsIn = (context: Context): number =>
  listIn<{ quantity: number }>(context, 'lines').reduce((sum, { quantity }) => sum + quantity, 0);

/** What an exception says happened, read off what was written down with it. */
export function sayingOfException(report: Report, currency: string): Saying | null {
  const { kind, context, fulfilment } = report;
  switch (kind) {
    case 'payment_failed':
      return ofPayment(context);
    case 'payment_mismatch':
      return say('payment_mismatch', { reference: textIn(objectIn(context, 'reading') ?? {}, 'reference') });
    case 'authorization_expiring':
      return say('authorization_expires', { at: numberIn(context, 'captureBefore') });
    case 'refund_due':
      return say('refund_by_hand');
    case 'stock_out':
      return ofShortage(context);
    case 'bad_address':
      return say('address_rejected', { said: inOne(listIn(context, 'messages')) });
    case 'label_failed':
      return ofLabel(context);
    case 'return_label_failed':
      return say('return_label_refused');
    case 'delivery_failed':
      return ofDelivery(report);
    case 'fraud':
      return ofFraud(context);
    case 'parcel_late':
      return say(context['stage'] === 'deliver' ? 'parcel_overdue' : 'parcel_not_left', { parcel: fulfilment });
    case 'parcel_stalled':
      return say('parcel_silent', { parcel: fulfilment, at: numberIn(context, 'since') });
    case 'parcel_lost':
      return context['details'] === undefined
        ? say('parcel_not_arrived', { parcel: fulfilment })
        : say('parcel_turned_up', { parcel: fulfilment, note: textIn(context, 'details') });
    case 'overdue_acknowledgement':
      return say('seller_overdue', { seller: textIn(context, 'seller') });
    case 'cancellation_requested':
      return say('seller_asks_to_cancel', { seller: textIn(context, 'seller'), units: unitsIn(context) });
    case 'refund_failed':
      return say('refund_not_arrived', { amount: numberIn(context, 'amount'), currency, said: textIn(context, 'why') });
    case 'dispute':
      return ofDispute(context, currency);
    case 'workflow_missing':
      return say('workflow_missing');
    case 'stalled':
      return ofStandstill(context);
    case 'books_disagree':
      return ofBooks(context);
    case 'unforeseen':
      return say('step_failed');
    default:
      return kind satisfies never;
  }
}
