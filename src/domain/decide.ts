import { add, begin, type Draft, settle } from './draft.ts';
import type { DeadlineKind, Duty } from './duties.ts';
import { evolve } from './evolve.ts';
import type { ExceptionReport, Fact, FactBody, PaymentReading, Placement } from './facts.ts';
import {
  type Actor,
  type Allocation,
  type ExceptionKind,
  type Fulfilment,
  fulfilmentOf,
  isUndone,
  type Label,
  type Lane,
  type Order,
  type Role,
  SYSTEM,
} from './order.ts';
import { disagreements, isPaymentGood } from './payment.ts';
import { type Refusal, refuse } from './refusals.ts';
import type { Shortage } from './routing.ts';
import {
  type ActionFields,
  type ActionName,
  DELIVERABLE,
  meantFulfilment,
  refusalOf,
  SHIPPABLE,
} from './transitions.ts';

/** An action as a person or program asked for it. */
export type ActionRequest = {
  readonly action: ActionName;
  readonly actor: Actor & { readonly role: Role };
  readonly fields: ActionFields;
  /** Refused when the order is at another version; missing in a signal sent by hand. */
  readonly expectedVersion?: number | null;
};

export type TrackingStatus = 'pre_transit' | 'transit' | 'delivered' | 'returned' | 'failure' | 'unknown';
export type Tracking = {
  readonly fulfilment: string;
  readonly carrier: string | null;
  readonly status: TrackingStatus;
  readonly details: string;
};

/** Why an activity gave up, by the type of its failure (`src/domain/failures.ts`). */
export type Failure = {
  readonly type: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** News from the world outside: gateways, carriers, finished duties and passed deadlines. */
export type News =
  | { readonly type: 'payment_read'; readonly reading: PaymentReading }
  | {
      readonly type: 'label_bought';
      readonly fulfilment: string;
      readonly label: Label;
      readonly trackingNumber: string;
      readonly trackingUrl: string | null;
    }
  | { readonly type: 'label_voided'; readonly fulfilment: string; readonly outcome: string }
  | { readonly type: 'parcel_followed'; readonly fulfilment: string; readonly outcome: string }
  | { readonly type: 'duty_failed'; readonly duty: Duty; readonly failure: Failure }
  | { readonly type: 'tracking'; readonly tracking: Tracking }
  | { readonly type: 'unforeseen'; readonly lane: Lane; readonly failure: Failure }
  | { readonly type: 'deadline'; readonly kind: DeadlineKind; readonly fulfilment: string | null };

export type Decision =
  | { readonly ok: true; readonly order: Order; readonly facts: readonly Fact[] }
  | { readonly ok: false; readonly refusal: Refusal };

const GATEWAY = (order: Order): Actor => ({ role: 'gateway', id: order.payment.method });
const yes = (draft: Draft, at: number): Decision => ({ ok: true, ...settle(draft, at) });

/** The first fact of an order. */
export function place(placement: Placement, actor: Actor, at: number): { order: Order; facts: readonly Fact[] } {
  const fact: Fact = { type: 'order_placed', placement, seq: 1, at, actor };
  return { order: evolve(undefined, fact), facts: [fact] };
}

/** Stock was taken for every line: the obligation is accepted. */
export function confirmWith(
  order: Order,
  allocations: readonly Allocation[],
  explanation: readonly string[],
  at: number,
): Draft {
  return settle(add(begin(order), at, SYSTEM, { type: 'order_confirmed', allocations, explanation }), at);
}

export function shortOf(
  order: Order,
  shortages: readonly Shortage[],
  explanation: readonly string[],
  at: number,
): Draft {
  const skus = shortages.map(({ sku, wanted, available }) => `${sku} (${wanted} wanted, ${available} available)`);
  return openException(begin(order), at, {
    kind: 'stock_out',
    lane: 'stock',
    fulfilment: null,
    summary: `Stock is short: ${skus.join(', ')}.`,
    context: { shortages, explanation },
  });
}

function openException(draft: Draft, at: number, exception: ExceptionReport): Draft {
  const known = draft.order.exceptions.some(({ kind, lane }) => kind === exception.kind && lane === exception.lane);
  return known ? draft : add(draft, at, SYSTEM, { type: 'exception_opened', exception });
}

/** Closes the open exceptions of these kinds on a lane, because what was just done answers them. */
function answer(
  draft: Draft,
  at: number,
  actor: Actor,
  lane: string,
  kinds: readonly ExceptionKind[],
  resolution: 'retry' | 'ship' | 'edit_address' | 'mark_delivered' | 'cancel_order' | 'mark_failed',
): Draft {
  return draft.order.exceptions
    .filter((exception) => exception.lane === lane && kinds.includes(exception.kind))
    .reduce(
      (so, { id }) => add(so, at, actor, { type: 'exception_resolved', exception: id, resolution, note: null }),
      draft,
    );
}

function end(
  draft: Draft,
  at: number,
  actor: Actor,
  body: Extract<FactBody, { type: 'order_cancelled' | 'order_failed' }>,
): Draft {
  const resolution = body.type === 'order_cancelled' ? 'cancel_order' : 'mark_failed';
  const answered = draft.order.exceptions
    .filter((exception) => exception.kind !== 'refund_due')
    .reduce(
      (so, { id }) => add(so, at, actor, { type: 'exception_resolved', exception: id, resolution, note: null }),
      draft,
    );
  return add(answered, at, actor, body);
}

function shipWith(draft: Draft, at: number, actor: Actor, fulfilment: Fulfilment, fields: ActionFields): Draft {
  const answered = answer(draft, at, actor, fulfilment.id, ['bad_address', 'label_failed', 'unforeseen'], 'ship');
  return add(answered, at, actor, {
    type: 'parcel_shipped',
    fulfilment: fulfilment.id,
    carrier: fields.carrier ?? fulfilment.carrier,
    trackingNumber: fields.tracking_number ?? fulfilment.trackingNumber,
    trackingUrl: fields.tracking_url ?? fulfilment.trackingUrl,
  });
}

function deliverWith(draft: Draft, at: number, actor: Actor, fulfilment: Fulfilment, evidence: string | null): Draft {
  const answered = answer(
    draft,
    at,
    actor,
    fulfilment.id,
    ['delivery_failed', 'label_failed', 'bad_address'],
    'mark_delivered',
  );
  const left = fulfilment.kind !== 'physical' || fulfilment.status === 'shipped';
  const shipped = left ? answered : shipWith(answered, at, actor, fulfilment, {});
  return add(shipped, at, actor, { type: 'fulfilment_delivered', fulfilment: fulfilment.id, evidence });
}

function editAddress(draft: Draft, at: number, actor: Actor, staged: string): Draft {
  const edited = add(draft, at, actor, { type: 'address_edited', staged });
  return edited.order.fulfilments.reduce(
    (so, { id }) => answer(so, at, actor, id, ['bad_address', 'label_failed'], 'edit_address'),
    edited,
  );
}

function resolve(order: Order, request: ActionRequest, at: number): Draft | Refusal {
  const { actor, fields } = request;
  const exception = order.exceptions.find(({ id }) => id === fields.exception);
  const { resolution } = fields;
  if (exception === undefined || resolution === undefined) return refuse('exception_not_found');
  const reason = fields.note ?? fields.reason ?? `decided on the exception ${exception.kind}`;
  const draft = begin(order);
  const closed = add(draft, at, actor, {
    type: 'exception_resolved',
    exception: exception.id,
    resolution,
    note: fields.note ?? null,
  });
  const fulfilment = fulfilmentOf(order, exception.lane);
  switch (resolution) {
    case 'retry':
      return closed;
    case 'cancel_order':
      return end(closed, at, actor, { type: 'order_cancelled', reason });
    case 'mark_failed':
      return end(closed, at, actor, { type: 'order_failed', reason });
    case 'refunded_by_hand':
      return add(closed, at, actor, { type: 'money_returned_by_hand', amount: order.payment.captured });
    case 'edit_address':
      if (fields.staged_address === undefined) return refuse('invalid_fields', 'The new address is needed.');
      return editAddress(closed, at, actor, fields.staged_address);
    case 'ship':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : shipWith(closed, at, actor, fulfilment, fields);
    case 'mark_delivered':
      return fulfilment === undefined
        ? refuse('fulfilment_not_found')
        : deliverWith(closed, at, actor, fulfilment, fields.evidence ?? null);
    default:
      return resolution satisfies never;
  }
}

function act(order: Order, request: ActionRequest, at: number): Draft | Refusal {
  const { action, actor, fields } = request;
  const draft = begin(order);
  switch (action) {
    case 'confirm': {
      if (order.payment.method !== 'bank_transfer' || order.payment.status !== 'pending') {
        return add(draft, at, actor, { type: 'confirmation_given', note: fields.note ?? null });
      }
      const reference = fields.payment_reference ?? '';
      return add(draft, at, actor, { type: 'payment_recorded', reference, amount: order.totals.total });
    }
    case 'cancel':
      return end(draft, at, actor, { type: 'order_cancelled', reason: fields.reason ?? 'no reason given' });
    case 'ship': {
      const meant = meantFulfilment(order, fields, SHIPPABLE);
      return 'code' in meant ? meant : shipWith(draft, at, actor, meant, fields);
    }
    case 'mark_delivered': {
      const meant = meantFulfilment(order, fields, DELIVERABLE);
      return 'code' in meant ? meant : deliverWith(draft, at, actor, meant, fields.evidence ?? fields.note ?? null);
    }
    case 'complete': {
      const collects = order.payment.method === 'cod' && order.payment.status === 'pending';
      const paid = collects ? add(draft, at, actor, { type: 'payment_collected', amount: order.totals.total }) : draft;
      return add(paid, at, actor, { type: 'order_completed', note: fields.note ?? null });
    }
    case 'edit_address':
      if (fields.staged_address === undefined) return refuse('invalid_fields', 'The new address is needed.');
      return editAddress(draft, at, actor, fields.staged_address);
    case 'add_note':
      return add(draft, at, actor, { type: 'note_added', note: fields.note ?? '' });
    case 'resolve_exception':
      return resolve(order, request, at);
    default:
      return refuse('not_yet_available');
  }
}

/** Decides an action. Total: every request becomes facts or a refusal; nothing throws. */
export function decideAction(order: Order, request: ActionRequest, at: number): Decision {
  if (request.expectedVersion != null && request.expectedVersion !== order.version) {
    return { ok: false, refusal: refuse('version_conflict') };
  }
  const refusal = refusalOf(order, request.action, request.actor.role, request.fields);
  if (refusal !== null) return { ok: false, refusal };
  const drafted = act(order, request, at);
  return 'code' in drafted ? { ok: false, refusal: drafted } : yes(drafted, at);
}

function readPayment(order: Order, reading: PaymentReading, at: number): Draft {
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
  const read = add(draft, at, GATEWAY(order), { type: 'payment_read', reading });
  const { payment } = read.order;
  if (JSON.stringify(payment) === JSON.stringify(order.payment)) return draft;
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

function dutyFailed(order: Order, duty: Duty, failure: Failure, at: number): Draft {
  // A carrier that cannot be followed is nobody's emergency: the sweep asks it, and staff can mark the delivery.
  if (duty.do === 'follow_parcel') {
    const outcome = `The carrier cannot be followed: ${failure.message}`;
    return add(begin(order), at, SYSTEM, { type: 'parcel_followed', fulfilment: duty.lane, outcome });
  }
  const kind = EXCEPTION_OF_FAILURE[failure.type] ?? 'unforeseen';
  return openException(begin(order), at, {
    kind,
    lane: duty.lane,
    fulfilment: fulfilmentOf(order, duty.lane)?.id ?? null,
    summary: failure.message,
    context: { tried: duty.do, failure: failure.type, ...failure.details },
  });
}

function track(order: Order, { fulfilment: id, carrier, status, details }: Tracking, at: number): Draft {
  const draft = begin(order);
  const fulfilment = fulfilmentOf(order, id);
  if (fulfilment === undefined || fulfilment.status === 'delivered') return draft;
  const actor: Actor = { role: 'carrier', id: carrier ?? fulfilment.carrier ?? 'unknown' };
  const moves = status === 'transit' || status === 'delivered';
  if (fulfilment.status === 'cancelled' || isUndone(order)) {
    if (!moves) return draft;
    const summary = `The parcel ${fulfilment.trackingNumber ?? id} is moving although its order is ${order.status}.`;
    return openException(draft, at, {
      kind: 'delivery_failed',
      lane: id,
      fulfilment: id,
      summary,
      context: { status, details },
    });
  }
  if (status === 'transit' && fulfilment.status === 'shipped') {
    return answer(draft, at, actor, id, ['delivery_failed'], 'retry');
  }
  if (status === 'transit') return shipWith(draft, at, actor, fulfilment, {});
  if (status === 'delivered') return deliverWith(draft, at, actor, fulfilment, details);
  if (status !== 'returned' && status !== 'failure') return draft;
  const summary =
    status === 'returned' ? 'The parcel is on its way back to the sender.' : 'The carrier reports a failed delivery.';
  return openException(draft, at, {
    kind: 'delivery_failed',
    lane: id,
    fulfilment: id,
    summary,
    context: { status, details },
  });
}

function deadlinePassed(order: Order, kind: DeadlineKind, fulfilment: string | null, at: number): Draft {
  const draft = begin(order);
  switch (kind) {
    case 'payment_window':
      return end(draft, at, SYSTEM, { type: 'order_cancelled', reason: 'The payment did not arrive in time.' });
    case 'capture_margin': {
      const captureBefore = order.payment.captureBefore ?? at;
      const noticed = add(draft, at, SYSTEM, { type: 'authorization_expiring', captureBefore });
      if (order.status !== 'pending') return noticed;
      return openException(noticed, at, {
        kind: 'authorization_expiring',
        lane: 'authorization',
        fulfilment: null,
        summary: `The authorisation lapses at ${new Date(captureBefore).toISOString()} and the order is not confirmed.`,
        context: { captureBefore, payment: order.payment.reference },
      });
    }
    case 'ship_by':
    case 'deliver_by': {
      const stage = kind === 'ship_by' ? 'ship' : 'deliver';
      return fulfilment === null ? draft : add(draft, at, SYSTEM, { type: 'delay_noticed', fulfilment, stage });
    }
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
      return readPayment(order, news.reading, at);
    case 'label_bought': {
      const { fulfilment, label, trackingNumber, trackingUrl } = news;
      const known = fulfilmentOf(order, fulfilment)?.label?.transaction === label.transaction;
      return known
        ? draft
        : add(draft, at, SYSTEM, { type: 'label_bought', fulfilment, label, trackingNumber, trackingUrl });
    }
    case 'label_voided':
      return add(draft, at, SYSTEM, { type: 'label_voided', fulfilment: news.fulfilment, outcome: news.outcome });
    case 'parcel_followed':
      return add(draft, at, SYSTEM, { type: 'parcel_followed', fulfilment: news.fulfilment, outcome: news.outcome });
    case 'duty_failed':
      return dutyFailed(order, news.duty, news.failure, at);
    case 'tracking':
      return track(order, news.tracking, at);
    case 'unforeseen':
      return openException(draft, at, {
        kind: 'unforeseen',
        lane: news.lane,
        fulfilment: fulfilmentOf(order, news.lane)?.id ?? null,
        summary: news.failure.message,
        context: { failure: news.failure.type, ...news.failure.details },
      });
    case 'deadline':
      return deadlinePassed(order, news.kind, news.fulfilment, at);
    default:
      return news satisfies never;
  }
}

/** What news means for the order; no facts when it is late, repeated or unknown. Never refuses: news is not asked for. */
export function decideNews(order: Order, news: News, at: number): Draft {
  return settle(hear(order, news, at), at);
}
