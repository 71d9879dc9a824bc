import { isEscalation, isOpen } from './disputes.ts';
import { add, answer, begin, type Draft, end, openException, settle } from './draft.ts';
import { type Deadline, type Duty, hasDeadline } from './duties.ts';
import type { DisputeReading, FactBody, PaymentReading } from './facts.ts';
import {
  AUTHORIZATION_LANE,
  acknowledgementLane,
  booksLane,
  disputeLane,
  lateLane,
  refundLane,
  stalledLane,
  subjectOf,
  warningLane,
} from './lanes.ts';
import {
  type Actor,
  type ExceptionKind,
  fulfilmentOf,
  isPending,
  isUndone,
  type Label,
  type Lane,
  type Order,
  type Return,
  type ReturnLabel,
  SYSTEM,
} from './order.ts';
import { track } from './parcels.ts';
import { disagreements, isPaymentGood } from './payment.ts';
import { uselessLabels } from './returns.ts';
import { SAID } from './sayings.ts';

/** What the world outside tells an order, and what that means for it. News is not asked for: it is never refused. */

export type TrackingStatus = 'pre_transit' | 'transit' | 'delivered' | 'returned' | 'failure' | 'unknown';
export type Tracking = {
  readonly fulfilment: string;
  readonly carrier: string | null;
  readonly status: TrackingStatus;
  readonly details: string;
  /** When the carrier last told something of it; null: never. Absent from a release that did not look. */
  readonly movedAt?: number | null;
};

/** What the carrier says of a parcel in which goods come back; without a number it is the only one of its return. */
export type ReturnTracking = Omit<Tracking, 'fulfilment' | 'movedAt'> & {
  readonly return: string;
  readonly trackingNumber?: string;
};

/** Why an activity gave up, by the type of its failure (`src/domain/failures.ts`). */
export type Failure = {
  readonly type: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** News from the world outside: gateways, carriers, finished duties and passed deadlines. */
export type News =
  | {
      readonly type: 'payment_read';
      readonly reading: PaymentReading;
      /** Decided as an earlier release has, whose history is replayed: that the authorisation lapses stayed a person's matter. */
      readonly as_before?: boolean;
    }
  | {
      readonly type: 'label_bought';
      readonly fulfilment: string;
      readonly label: Label;
      readonly trackingNumber: string;
      readonly trackingUrl: string | null;
    }
  | {
      readonly type: 'label_voided';
      readonly fulfilment: string;
      readonly outcome: string;
      /** The carrier does not pay it back. */
      readonly refused?: boolean;
    }
  | { readonly type: 'parcel_followed'; readonly fulfilment: string; readonly outcome: string }
  | { readonly type: 'return_label_bought'; readonly return: string; readonly label: ReturnLabel }
  | {
      readonly type: 'return_label_voided';
      readonly return: string;
      /** The label's transaction. */
      readonly label: string;
      readonly outcome: string;
      readonly refused: boolean;
    }
  | { readonly type: 'return_tracking'; readonly tracking: ReturnTracking }
  | { readonly type: 'duty_failed'; readonly duty: Duty; readonly failure: Failure }
  | { readonly type: 'tracking'; readonly tracking: Tracking }
  | { readonly type: 'unforeseen'; readonly lane: Lane; readonly failure: Failure }
  | {
      readonly type: 'refund_sent';
      readonly refund: string;
      readonly reference: string;
      readonly reading: PaymentReading;
    }
  | { readonly type: 'refund_failed'; readonly reference: string; readonly why: string }
  | { readonly type: 'stock_arrived' }
  | {
      readonly type: 'disagreement';
      readonly kind: 'workflow_missing' | 'stalled' | 'books_disagree';
      /** What was compared. */
      readonly check: string;
      readonly summary: string;
      readonly context: Readonly<Record<string, unknown>>;
      /** The version at which the record has it already: whoever is beyond that knows of it, or that it was closed. */
      readonly recordedAs?: number;
    }
  | {
      readonly type: 'dispute_read';
      readonly dispute: DisputeReading;
      readonly answered?: 'submit' | 'accept';
      /** The same: it knew of no inquiry that becomes a dispute. */
      readonly as_before?: boolean;
    }
  | { readonly type: 'fraud_warning'; readonly warning: string; readonly kind: string }
  | {
      readonly type: 'deadline';
      readonly kind: Deadline['kind'];
      readonly subject: string | null;
      /** The same: it told staff nothing of a parcel that is late on its way. */
      readonly as_before?: boolean;
    };

/** Whether an earlier release has decided such news otherwise. */
export const isHeardAnew = (order: Order, news: News): boolean =>
  (news.type === 'dispute_read' && isEscalation(order, news.dispute)) ||
  (news.type === 'deadline' && news.kind === 'deliver_by') ||
  (news.type === 'payment_read' && order.exceptions.some(({ kind }) => kind === 'authorization_expiring'));
export const asHeardBefore = (news: News): News =>
  news.type === 'dispute_read' || news.type === 'deadline' || news.type === 'payment_read'
    ? { ...news, as_before: true }
    : news;

const GATEWAY = (order: Order): Actor => ({ role: 'gateway', id: order.payment.method });

/** That an authorisation is about to lapse is nobody's matter once it is used, or has. */
function answerExpiring(draft: Draft, at: number): Draft {
  const { status, expiring } = draft.order.payment;
  if (status === 'authorized' && expiring) return draft;
  return answer(draft, at, SYSTEM, AUTHORIZATION_LANE, ['authorization_expiring'], 'close');
}

function readPayment(order: Order, reading: PaymentReading, asBefore: boolean, at: number): Draft {
  const draft = begin(order);
  const found = isUndone(order) ? [] : disagreements(order, reading);
  if (found.length > 0) {
    return openException(draft, at, {
      kind: 'payment_mismatch',
      lane: 'payment',
      fulfilment: null,
      summary: `The payment ${reading.reference} and the order disagree: ${found.join('; ')}.`,
      context: { disagreements: found, reading },
    });
  }
  const noted = add(draft, at, GATEWAY(order), { type: 'payment_read', reading });
  const { payment } = noted.order;
  if (JSON.stringify(payment) === JSON.stringify(order.payment)) return draft;
  const read = asBefore ? noted : answerExpiring(noted, at);
  if (isPaymentGood(read.order)) return answer(read, at, GATEWAY(order), 'payment', ['payment_failed'], 'retry');
  if (isUndone(order) || (payment.status !== 'failed' && payment.status !== 'voided')) return read;
  const why =
    reading.failure?.message ??
    (payment.status === 'voided' ? 'The authorisation has lapsed or was cancelled.' : 'It was declined.');
  return openException(read, at, {
    kind: 'payment_failed',
    lane: 'payment',
    fulfilment: null,
    summary: `The payment ${reading.reference} failed: ${why}`,
    context: { reading },
  });
}

/** Which exception a given-up duty opens, by the type of its failure. */
const EXCEPTION_OF_FAILURE: Readonly<Record<string, ExceptionKind>> = {
  AddressRejected: 'bad_address',
  LabelRefused: 'label_failed',
  PaymentRefused: 'payment_failed',
  RefundByHand: 'refund_due',
};

/** The dispute waits for an answer as before, and a person is told what was wrong with this one. */
function answerRefused(
  order: Order,
  { do: tried, lane }: Duty,
  { type, message, details }: Failure,
  at: number,
): Draft {
  const resolution = tried === 'accept_dispute' ? 'accept_dispute' : 'submit_evidence';
  const answered = answer(begin(order), at, SYSTEM, lane, ['dispute'], resolution);
  const dispute = subjectOf(lane);
  const refused = add(answered, at, GATEWAY(order), { type: 'dispute_answer_refused', dispute, why: message });
  const disputed = order.disputes.find(({ id }) => id === dispute);
  const context = { tried, dispute: disputed, failure: type, ...details };
  return openException(refused, at, { kind: 'dispute', lane, fulfilment: null, summary: message, context });
}

function dutyFailed(order: Order, duty: Duty, failure: Failure, at: number): Draft {
  // A carrier that cannot be followed is nobody's emergency: the sweep asks it, and staff can mark the delivery.
  if (duty.do === 'follow_parcel') {
    const outcome = `The carrier cannot be followed: ${failure.message}`;
    return add(begin(order), at, SYSTEM, { type: 'parcel_followed', fulfilment: duty.lane, outcome });
  }
  if (failure.type === 'EvidenceRefused') return answerRefused(order, duty, failure, at);
  // Whatever it was, the buyer can also send the goods without a label.
  const kind =
    duty.do === 'buy_return_label' ? 'return_label_failed' : (EXCEPTION_OF_FAILURE[failure.type] ?? 'unforeseen');
  return openException(begin(order), at, {
    kind,
    lane: duty.lane,
    fulfilment: fulfilmentOf(order, duty.lane)?.id ?? null,
    summary: failure.message,
    context: { tried: duty.do, failure: failure.type, ...failure.details },
  });
}

const returnIn = (order: Order, id: string): Return | undefined => order.returns.find((one) => one.id === id);

/** Goods that are received already came without it; it is written down all the same, as it was bought and must be voided. */
function returnLabelBought(order: Order, id: string, label: ReturnLabel, at: number): Draft {
  const one = returnIn(order, id);
  if (one === undefined || one.labels.some(({ transaction }) => transaction === label.transaction)) return begin(order);
  const answered = answer(begin(order), at, SYSTEM, id, ['return_label_failed'], 'retry');
  return add(answered, at, SYSTEM, { type: 'return_label_bought', return: id, label });
}

/** A label that nobody wants given back is not the one that was. */
function returnLabelVoided(order: Order, news: Extract<News, { type: 'return_label_voided' }>, at: number): Draft {
  const { return: id, label, outcome, refused } = news;
  const one = returnIn(order, id);
  const isOwed = one !== undefined && uselessLabels(one).some(({ transaction }) => transaction === label);
  if (!isOwed) return begin(order);
  return add(begin(order), at, SYSTEM, { type: 'return_label_voided', return: id, label, outcome, refused });
}

/**
 * On its way, and at the store's door. That the goods are there, and how they are, a person says by receiving them. Of a return that has
 * ended it matters only that its label was used after all; one that has expired is waited for again.
 */
function trackReturn(order: Order, tracking: ReturnTracking, at: number): Draft {
  const { return: id, carrier, status, details, trackingNumber } = tracking;
  const draft = begin(order);
  const one = returnIn(order, id);
  const meant = (label: ReturnLabel): boolean =>
    trackingNumber === undefined || label.trackingNumber === trackingNumber;
  const label = one?.labels.find(meant);
  if (one === undefined || label === undefined) return draft;
  const hasEnded = uselessLabels(one).includes(label);
  if (one.status !== 'approved' && one.status !== 'expired' && !hasEnded) return draft;
  const actor: Actor = { role: 'carrier', id: carrier ?? label.carrier };
  const moved = { return: id, label: label.transaction, details };
  if (status === 'delivered' && label.progress !== 'arrived')
    return add(draft, at, actor, { type: 'return_arrived', ...moved });
  const moves = status === 'transit' || (hasEnded && (status === 'returned' || status === 'failure'));
  return moves && label.progress === 'unused' ? add(draft, at, actor, { type: 'return_shipped', ...moved }) : draft;
}

/** A pending refund has gone out: the payment as the gateway has it now says how much is back. */
function refundSent(order: Order, news: Extract<News, { type: 'refund_sent' }>, at: number): Draft {
  const refund = order.refunds.find(({ id }) => id === news.refund);
  if (refund === undefined || !isPending(refund)) return begin(order);
  const { reference, reading } = news;
  const settled = { type: 'refund_settled', refund: refund.id, status: 'succeeded', reference, why: null } as const;
  return add(add(begin(order), at, SYSTEM, settled), at, GATEWAY(order), { type: 'payment_read', reading });
}

/** The gateway takes a refund back after it had accepted it: the money never arrived (docs.stripe.com/refunds#failed-refunds). */
function refundFailed(order: Order, reference: string, why: string, at: number): Draft {
  const refund = order.refunds.find((one) => one.reference === reference);
  if (refund === undefined || refund.status === 'failed') return begin(order);
  const settled = { type: 'refund_settled', refund: refund.id, status: 'failed', reference, why } as const;
  return openException(add(begin(order), at, GATEWAY(order), settled), at, {
    kind: 'refund_failed',
    lane: refundLane(refund.id),
    fulfilment: null,
    summary: `The refund ${reference} did not arrive: ${why}`,
    context: { refund: refund.id, amount: refund.amount, currency: order.currency, why },
  });
}

type DisputeNews = Extract<News, { type: 'dispute_read' }>;

/**
 * What was promised of a payment that the bank has given to the buyer meanwhile is not paid a second time. Where a person has been
 * asked about it, the person says what became of it.
 */
function paidByBank(draft: Draft, at: number): Draft {
  const { payment, refunds, exceptions } = draft.order;
  if (exceptions.some(({ kind }) => kind === 'refund_due')) return draft;
  const left = payment.captured - payment.refunded - payment.chargedBack;
  const lost = payment.chargedBack === 0 ? [] : refunds.filter((one) => isPending(one) && one.amount > left);
  return lost.reduce(
    (so, { id: refund }) =>
      add(so, at, SYSTEM, { type: 'refund_settled', refund, status: 'failed', reference: null, why: SAID.paidByBank }),
    draft,
  );
}

function readDispute(
  order: Order,
  reading: DisputeReading,
  { answered, as_before: asBefore }: DisputeNews,
  at: number,
): Draft {
  const known = order.disputes.find(({ id }) => id === reading.id);
  const escalated = asBefore !== true && isEscalation(order, reading);
  const body: FactBody = {
    type: 'dispute_read',
    dispute: reading,
    ...(answered === undefined ? {} : { answered }),
    ...(escalated ? { escalated } : {}),
  };
  const read = paidByBank(add(begin(order), at, GATEWAY(order), body), at);
  const after = read.order.disputes.find(({ id }) => id === reading.id);
  if (JSON.stringify(after) === JSON.stringify(known)) return begin(order);
  const lane = disputeLane(reading.id);
  if (after === undefined || !isOpen(after)) return answer(read, at, GATEWAY(order), lane, ['dispute'], 'close');
  if (after.status === 'under_review') return answer(read, at, SYSTEM, lane, ['dispute'], 'submit_evidence');
  if (known !== undefined && !escalated) return read;
  const due = reading.evidenceDue === null ? '' : ` The answer is due ${new Date(reading.evidenceDue).toISOString()}.`;
  return openException(read, at, {
    kind: 'dispute',
    lane,
    fulfilment: null,
    summary: `The buyer disputes ${reading.amount} minor units of ${order.currency}: ${reading.reason}.${due}`,
    context: { dispute: reading },
  });
}

/** The card's issuer suspects fraud, before any dispute (docs.stripe.com/disputes/measuring#early-fraud-warnings). */
const fraudWarning = (order: Order, warning: string, kind: string, at: number): Draft =>
  isUndone(order)
    ? begin(order)
    : openException(begin(order), at, {
        kind: 'fraud',
        lane: warningLane(warning),
        fulfilment: null,
        summary: `The card's issuer suspects fraud (${kind}); giving the money back now avoids a dispute.`,
        context: { warning, kind },
      });

type Delay = { readonly kind: 'ship_by' | 'deliver_by' | 'lost_after'; readonly subject: string };
const STAGE_OF = { ship_by: 'ship', deliver_by: 'deliver', lost_after: 'lost' } as const;
const DELAYED = {
  ship: 'has not left by the promised day.',
  deliver: 'has not arrived by the promised day.',
  lost: 'has not arrived long after its promised day.',
} as const;

/** `asBefore`: an earlier release told staff nothing of what is late on its way. */
function delayNoticed(order: Order, { kind, subject: id }: Delay, asBefore: boolean, at: number): Draft {
  const stage = STAGE_OF[kind];
  const noticed = add(begin(order), at, SYSTEM, { type: 'delay_noticed', fulfilment: id, stage });
  if (stage === 'deliver' && asBefore) return noticed;
  const isLost = stage === 'lost';
  const since = isLost ? answer(noticed, at, SYSTEM, lateLane(id), ['parcel_late'], 'close') : noticed;
  return openException(answer(since, at, SYSTEM, stalledLane(id), ['parcel_stalled'], 'close'), at, {
    kind: isLost ? 'parcel_lost' : 'parcel_late',
    lane: isLost ? id : lateLane(id),
    fulfilment: id,
    summary: `${id} ${DELAYED[stage]}`,
    context: { stage, tracking: fulfilmentOf(order, id)?.trackingNumber ?? null },
  });
}

function overdue(order: Order, seller: string, at: number): Draft {
  return openException(begin(order), at, {
    kind: 'overdue_acknowledgement',
    lane: acknowledgementLane(seller),
    fulfilment: null,
    summary: `The seller ${seller} has not accepted their lines in time.`,
    context: { seller },
  });
}

function backorderOverdue(order: Order, at: number): Draft {
  const { backorder } = order;
  if (backorder === null) return begin(order);
  const noticed = add(begin(order), at, SYSTEM, { type: 'backorder_overdue' });
  return openException(noticed, at, {
    kind: 'stock_out',
    lane: 'stock',
    fulfilment: null,
    summary: `The stock promised for ${new Date(backorder.promisedAt).toISOString().slice(0, 10)} has not arrived.`,
    context: { missing: backorder.lines, since: new Date(backorder.since).toISOString() },
  });
}

function authorizationExpires(order: Order, at: number): Draft {
  const captureBefore = order.payment.captureBefore ?? at;
  const noticed = add(begin(order), at, SYSTEM, { type: 'authorization_expiring', captureBefore });
  if (order.status !== 'pending') return noticed;
  return openException(noticed, at, {
    kind: 'authorization_expiring',
    lane: AUTHORIZATION_LANE,
    fulfilment: null,
    summary: `The authorisation lapses at ${new Date(captureBefore).toISOString()} and the order is not confirmed.`,
    context: { captureBefore, payment: order.payment.reference },
  });
}

function deadlinePassed(
  order: Order,
  { kind, subject, as_before: asBefore = false }: Extract<News, { type: 'deadline' }>,
  at: number,
): Draft {
  const draft = begin(order);
  const cancel = (reason: string): Draft => end(draft, at, SYSTEM, { type: 'order_cancelled', reason });
  switch (kind) {
    case 'payment_window':
      return cancel('The payment did not arrive in time.');
    case 'confirm_by':
      return cancel('The order was not confirmed in time.');
    case 'capture_margin':
      return authorizationExpires(order, at);
    case 'call_overdue':
      return add(draft, at, SYSTEM, { type: 'call_overdue' });
    case 'backorder_promise':
      return backorderOverdue(order, at);
    case 'substitution_answer':
      return subject === null
        ? draft
        : add(draft, at, SYSTEM, {
            type: 'substitution_answered',
            substitution: subject,
            answer: 'lapsed',
            note: null,
          });
    case 'acknowledge_by':
      return subject === null ? draft : overdue(order, subject, at);
    case 'ship_by':
    case 'deliver_by':
    case 'lost_after':
      return subject === null ? draft : delayNoticed(order, { kind, subject }, asBefore, at);
    case 'evidence_due':
      return subject === null
        ? draft
        : add(draft, at, SYSTEM, { type: 'dispute_answered', dispute: subject, answer: 'submit', note: null });
    case 'send_back_by':
      return subject === null ? draft : add(draft, at, SYSTEM, { type: 'return_expired', return: subject });
    case 'reachable_until':
      return draft;
    default:
      return kind satisfies never;
  }
}

function hear(order: Order, news: News, at: number): Draft {
  const draft = begin(order);
  switch (news.type) {
    case 'payment_read':
      return readPayment(order, news.reading, news.as_before === true, at);
    case 'label_bought': {
      const { fulfilment, label, trackingNumber, trackingUrl } = news;
      const present = fulfilmentOf(order, fulfilment)?.label ?? null;
      // Told again, or of a label that another has taken the place of.
      const known = present !== null && (present.transaction === label.transaction || !present.voided);
      return known
        ? draft
        : add(draft, at, SYSTEM, { type: 'label_bought', fulfilment, label, trackingNumber, trackingUrl });
    }
    case 'label_voided': {
      // A label that nobody wants given back is not the one that was: another has taken its place.
      const parcel = fulfilmentOf(order, news.fulfilment);
      const isOwed = parcel?.label?.voided === false && (parcel.status === 'cancelled' || parcel.label.unused === true);
      if (!isOwed) return draft;
      const { fulfilment, outcome, refused } = news;
      return add(draft, at, SYSTEM, {
        type: 'label_voided',
        fulfilment,
        outcome,
        ...(refused === true ? { refused } : {}),
      });
    }
    case 'parcel_followed':
      return add(draft, at, SYSTEM, { type: 'parcel_followed', fulfilment: news.fulfilment, outcome: news.outcome });
    case 'return_label_bought':
      return returnLabelBought(order, news.return, news.label, at);
    case 'return_label_voided':
      return returnLabelVoided(order, news, at);
    case 'return_tracking':
      return trackReturn(order, news.tracking, at);
    case 'refund_sent':
      return refundSent(order, news, at);
    case 'refund_failed':
      return refundFailed(order, news.reference, news.why, at);
    case 'stock_arrived':
      return order.backorder?.arrived === false ? add(draft, at, SYSTEM, { type: 'stock_arrived' }) : draft;
    case 'disagreement': {
      const { kind, check, summary, context, recordedAs } = news;
      if (recordedAs !== undefined && order.version >= recordedAs) return draft;
      return openException(draft, at, { kind, lane: booksLane(check), fulfilment: null, summary, context });
    }
    case 'dispute_read':
      return readDispute(order, news.dispute, news, at);
    case 'fraud_warning':
      return fraudWarning(order, news.warning, news.kind, at);
    case 'duty_failed':
      return dutyFailed(order, news.duty, news.failure, at);
    case 'tracking':
      return track(draft, news.tracking, at);
    case 'unforeseen':
      return openException(draft, at, {
        kind: 'unforeseen',
        lane: news.lane,
        fulfilment: fulfilmentOf(order, news.lane)?.id ?? null,
        summary: news.failure.message,
        context: { failure: news.failure.type, ...news.failure.details },
      });
    case 'deadline':
      return hasDeadline(order, news) ? deadlinePassed(order, news, at) : draft;
    default:
      return news satisfies never;
  }
}

/** What news means for the order; no facts when it is late, repeated or unknown. Never refuses: news is not asked for. */
export function decideNews(order: Order, news: News, at: number): Draft {
  return settle(hear(order, news, at), at);
}
