import { toMajor } from '../contracts/money.ts';
import type { OrderSummary, OrderView } from '../contracts/order-view.ts';
import type { Message } from '../db/messages.ts';
import type { Names } from '../db/names.ts';
import type { OrderRow } from '../db/order-list.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import { bodyOf, type EventRow } from '../db/orders.ts';
import { isOutsider, reasonForOutsiders, refusalFor, waitForOutsiders } from '../domain/disclosure.ts';
import { unitsDelivered } from '../domain/fulfilment.ts';
import { type ActionFields } from '../domain/guards.ts';
import { workflowIdOf } from '../domain/keys.ts';
import type { Fulfilment, Order, OrderStatus, ReturnLabel, Role } from '../domain/order.ts';
import { amountDue } from '../domain/payment.ts';
import { refundable } from '../domain/refunds.ts';
import type { Saying } from '../domain/saying-codes.ts';
import { sayingIn, sayingOf, sayingOfException } from '../domain/sayings.ts';
import { ACTION_NAMES, ACTIONS, allowedActions, refusalOf } from '../domain/transitions.ts';
import { waitingIn } from '../domain/waits.ts';
import { sayingView } from './sayings.ts';

/** The record, in the words of the API. */

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const lineViews = ({ order, lines }: OrderRecord): OrderView['items'] =>
  order.lines.map((line) => {
    const detail = lines.find((one) => one.no === line.no);
    const { reserved, shipped, delivered, cancelled, returned, refunded } = line;
    return {
      line: line.no,
      sku: line.sku,
      name: detail?.name ?? line.sku,
      kind: line.kind,
      seller: line.seller,
      quantity: line.quantity,
      unit_price: toMajor(line.unitPrice, order.currency),
      total: toMajor(line.unitPrice * line.quantity, order.currency),
      discount: toMajor(line.discount, order.currency),
      tax: toMajor(line.tax ?? 0, order.currency),
      delivery_status: line.deliveryStatus,
      shortage: line.shortage ?? null,
      quantities: { reserved, shipped, delivered, cancelled, returned, refunded },
      custom_fields: detail?.customFields ?? {},
    };
  });

const paymentView = ({ payment, currency }: Order, role: Role): OrderView['payments'][number] => ({
  method: payment.method,
  status: payment.status,
  amount: toMajor(payment.amount, currency),
  authorized: toMajor(payment.authorized, currency),
  captured: toMajor(payment.captured, currency),
  refunded: toMajor(payment.refunded, currency),
  currency,
  reference: payment.reference,
  next_action: payment.nextAction === null ? null : { type: payment.nextAction.type, url: payment.nextAction.url },
  capture_before: isoOrNull(payment.captureBefore),
  risk: isOutsider(role) ? { level: null, score: null } : { level: payment.riskLevel, score: payment.riskScore },
  failure: payment.failure,
});

function claimView({ claim }: Fulfilment, currency: string): OrderView['fulfilments'][number]['claim'] {
  if (claim === null) return null;
  const { amount, filedAt, paid, settledAt, ...said } = claim;
  return {
    ...said,
    amount: toMajor(amount, currency),
    filed_at: iso(filedAt),
    paid: paid === null ? null : toMajor(paid, currency),
    settled_at: isoOrNull(settledAt),
  };
}

/** The paper on a parcel, what it cost and which warehouse it leaves are between the store and the carrier; the buyer has the tracking. */
const fulfilmentViews = (order: Order, role: Role): OrderView['fulfilments'] =>
  order.fulfilments.map((one) => ({
    id: one.id,
    status: one.status,
    kind: one.kind,
    location: role === 'customer' ? null : one.location,
    seller: one.seller,
    lines: one.lines.map(({ line, quantity }) => ({ line, quantity })),
    delivered: unitsDelivered(one).map(({ line, quantity }) => ({ line, quantity })),
    has_instructions: one.hasInstructions,
    carrier: one.carrier,
    tracking_number: one.trackingNumber,
    tracking_url: one.trackingUrl,
    label:
      one.label === null || role === 'customer'
        ? null
        : {
            transaction: one.label.transaction,
            service: one.label.service,
            cost: toMajor(one.label.cost, one.label.currency),
            currency: one.label.currency,
            url: one.label.url,
            voided: one.label.voided,
            refund_refused: one.label.refundRefused === true,
          },
    ship_by: iso(one.shipBy),
    shipped_at: isoOrNull(one.shippedAt),
    delivered_at: isoOrNull(one.deliveredAt),
    claim: isOutsider(role) ? null : claimView(one, order.currency),
  }));

/** Notes are for staff only (seed 5, "Order Notes"), as is what is between the store and a carrier. */
const FOR_STAFF: ReadonlySet<string> = new Set([
  'note_added',
  'risk_assessed',
  'review_decided',
  'order_held',
  'call_overdue',
  'claim_filed',
  'claim_settled',
]);
const isForStaff = ({ type }: EventRow): boolean => FOR_STAFF.has(type);
/** Between a seller and the store; who else sells shows a seller their own only. */
const FOR_SELLERS: ReadonlySet<string> = new Set(['cancellation_requested', 'cancellation_decided']);
export const seesAll = (role: Role): boolean => role === 'owner' || role === 'staff' || role === 'service';
/** What staff suspect, and what a seller asks of them, is not told to others: neither the exceptions nor the entries about them. */
const CONFIDENTIAL: ReadonlySet<string> = new Set(['fraud', 'cancellation_requested']);
const isConfidential = ({ exceptions }: OrderRecord, { type, data }: EventRow): boolean => {
  if (type === 'exception_opened')
    return CONFIDENTIAL.has(String((data['exception'] as { kind?: unknown } | undefined)?.kind));
  if (type !== 'exception_resolved' && type !== 'exception_reopened') return false;
  return exceptions.some(({ id, kind }) => CONFIDENTIAL.has(kind) && id === data['exception']);
};

/** What outsiders read in place of the recorded reason is a sentence of its own. */
const sayingBeside = (event: EventRow, shown: string | null, currency: string): Saying | null =>
  shown === null ? null : shown === event.reason ? sayingOf(bodyOf(event), currency) : sayingIn(shown);

const timelineView = (
  record: OrderRecord,
  timeline: readonly EventRow[],
  { role, names }: ViewOptions,
): OrderView['timeline'] =>
  timeline
    .filter((event) => seesAll(role) || !isForStaff(event))
    .filter(({ type }) => role !== 'customer' || !FOR_SELLERS.has(type))
    .filter((event) => !isOutsider(role) || !isConfidential(record, event))
    .map((event) => {
      const reason = isOutsider(role) ? reasonForOutsiders(event, timeline) : event.reason;
      return {
        seq: event.seq,
        at: event.at.toISOString(),
        actor: { role: event.actorRole, id: event.actorId, name: names.get(event.actorId) ?? null },
        type: event.type,
        from: event.fromStatus as OrderStatus,
        to: event.toStatus as OrderStatus,
        reason,
        saying: sayingView(sayingBeside(event, reason, record.order.currency)),
      };
    });

export type ViewOptions = {
  readonly role: Role;
  /** Of those on the timeline whose names the role may know. */
  readonly names: Names;
  readonly temporalUi: { readonly url: URL; readonly namespace: string } | null;
};

const workflowView = (number: string, { temporalUi }: ViewOptions): OrderView['workflow'] => {
  const id = workflowIdOf(number);
  const url =
    temporalUi === null ? null : new URL(`/namespaces/${temporalUi.namespace}/workflows/${id}`, temporalUi.url).href;
  return { id, url };
};

type Desk = Pick<
  OrderView,
  | 'hold'
  | 'fraud_review'
  | 'calls'
  | 'acknowledgements'
  | 'credit'
  | 'amount_due'
  | 'substitutions'
  | 'refundable'
  | 'refunds'
  | 'returns'
  | 'disputes'
>;

const returnLabelView = (label: ReturnLabel): OrderView['returns'][number]['labels'][number] => ({
  carrier: label.carrier,
  service: label.service,
  tracking_number: label.trackingNumber,
  tracking_url: label.trackingUrl,
  url: label.url,
  transaction: label.transaction,
  cost: toMajor(label.cost, label.currency),
  currency: label.currency,
  progress: label.progress,
  voided: label.voided,
  refund_refused: label.refundRefused === true,
  location: label.location,
  lines: [...label.lines],
});

/** What people have decided about the order, and what became of its money and goods afterwards. */
function deskView(order: Order, role: Role): Desk {
  const money = (minor: number): string => toMajor(minor, order.currency);
  const { hold, review, calls } = order;
  const isOfStore = seesAll(role);
  return {
    hold: hold === null || !isOfStore ? null : { reason: hold.reason, since: iso(hold.at) },
    fraud_review:
      review === null || !isOfStore
        ? null
        : { ...review, reasons: [...review.reasons], signs: [...(review.signs ?? [])] },
    calls: {
      attempts: calls.attempts,
      next_at: isoOrNull(calls.nextAt),
      last_outcome: isOutsider(role) ? null : calls.lastOutcome,
    },
    acknowledgements: order.acknowledgements.map(({ seller, dueAt, at }) => ({
      seller,
      due_at: iso(dueAt),
      at: isoOrNull(at),
    })),
    credit: money(order.credit),
    amount_due: money(amountDue(order)),
    substitutions: order.substitutions.map(({ id, line, quantity, offer, status, note, proposedAt, answerBy }) => ({
      id,
      line,
      quantity,
      offer: { sku: offer.sku, name: offer.name, quantity: offer.quantity, unit_price: money(offer.unitPrice) },
      status,
      note,
      proposed_at: iso(proposedAt),
      answer_by: iso(answerBy),
    })),
    refundable: money(refundable(order)),
    refunds: order.refunds.map(({ amount, lines, requestedAt, ...one }) => ({
      ...one,
      ...(isOutsider(role) ? { note: null, reason: one.reason === 'fraudulent' ? 'other' : one.reason } : {}),
      amount: money(amount),
      lines: [...lines],
      requested_at: iso(requestedAt),
    })),
    returns: order.returns.map(
      ({ lines, received, requestedAt, sendBy, labels, labelDue: _due, exchangedFor, ...one }) => ({
        ...one,
        labels: labels.map(returnLabelView),
        exchanged_for: exchangedFor === null ? null : money(exchangedFor),
        lines: [...lines],
        received: [...received],
        requested_at: iso(requestedAt),
        send_by: isoOrNull(sendBy),
      }),
    ),
    // How the store answers the bank is not for the one who disputes.
    disputes: (role === 'customer' ? [] : order.disputes).map(
      ({ id, status, amount, reason, evidenceDue, submission }) => ({
        id,
        status,
        amount: money(amount),
        reason,
        evidence_due: isoOrNull(evidenceDue),
        evidence: submission,
      }),
    ),
  };
}

/** Each reads what they wrote and what was written to them; the store reads all (seed 4, "Mediate Disputes"). */
const messageViews = (messages: readonly Message[], role: Role): OrderView['messages'] => {
  const own = role === 'customer' ? 'buyer' : role === 'seller' ? 'seller' : null;
  return messages
    .filter(({ authorRole, recipient }) => own === null || authorRole === role || recipient === own)
    .map(({ id, authorRole, recipient, body, sentAt }) => ({
      id,
      from: authorRole,
      to: recipient,
      body,
      sent_at: iso(sentAt),
    }));
};

/** Why each other action of the role is not possible now: for a button that is off. */
export function refusedActions(
  order: Order,
  role: Role,
  at: number,
  fields: ActionFields = {},
): OrderView['refused_actions'] {
  const allowed = new Set(allowedActions(order, role, at, fields));
  return ACTION_NAMES.flatMap((action) => {
    // Belongs to the exception, where it stands beside those that are resolved.
    if (action === 'reopen_exception') return [];
    const { roles, available }: { roles: readonly Role[]; available: boolean } = ACTIONS[action];
    const refusal =
      roles.includes(role) && available && !allowed.has(action) ? refusalOf(order, action, role, fields, at) : null;
    return refusal === null ? [] : [{ action, ...refusalFor(role, refusal) }];
  });
}

/** Who may know from where an order was placed. */
const MAY_TRACE: ReadonlySet<Role> = new Set(['owner', 'staff', 'service']);

const termsView = ({ terms }: OrderRecord): OrderView['terms'] =>
  terms === null ? null : { accepted_at: iso(terms.acceptedAt), version: terms.version, url: terms.url };

/** Staff's matters, in words that tell of the warehouse, of sellers and of the bank. */
const exceptionViews = ({ exceptions, order }: OrderRecord, role: Role): OrderView['exceptions'] =>
  (isOutsider(role) ? [] : exceptions).map((one) => ({
    id: one.id,
    kind: one.kind,
    severity: one.severity,
    status: one.status,
    summary: one.summary,
    saying: sayingView(sayingOfException(one, order.currency)),
    resolutions: [...one.resolutions],
    opened_at: iso(one.openedAt),
    resolution: one.resolution,
  }));

export function orderView(record: OrderRecord, timeline: readonly EventRow[], options: ViewOptions): OrderView {
  const { order } = record;
  const money = (minor: number): string => toMajor(minor, order.currency);
  const { subtotal, discount, shipping, tax, total } = order.totals;
  const waitsFor = isOutsider(options.role) ? waitForOutsiders(record.waitingFor) : record.waitingFor;
  return {
    number: order.number,
    store: order.store,
    channel: order.channel,
    status: order.status,
    payment_status: order.payment.status,
    payment_method: order.payment.method,
    version: order.version,
    policy_version: order.policy.version,
    created_at: iso(order.placedAt),
    updated_at: record.updatedAt.toISOString(),
    closed_at: isoOrNull(order.closedAt),
    waiting_for: waitsFor,
    waiting: waitingIn(waitsFor),
    waiting_until: record.waitingUntil?.toISOString() ?? null,
    customer: { ...record.customer, ip_address: MAY_TRACE.has(options.role) ? record.customerIp : null },
    shipping_address: record.shippingAddress,
    billing_address: record.billingAddress,
    instructions: record.instructions,
    terms: termsView(record),
    currency: order.currency,
    items: lineViews(record),
    shipping: { service: order.shippingService, amount: money(shipping) },
    totals: {
      subtotal: money(subtotal),
      discount: money(discount),
      shipping: money(shipping),
      tax: money(tax),
      total: money(total),
    },
    total: money(total),
    payments: [paymentView(order, options.role)],
    fulfilments: fulfilmentViews(order, options.role),
    ...deskView(order, options.role),
    messages: messageViews(record.messages, options.role),
    exceptions: exceptionViews(record, options.role),
    timeline: timelineView(record, timeline, options),
    allowed_actions: allowedActions(order, options.role, Date.now()),
    refused_actions: refusedActions(order, options.role, Date.now()),
    workflow: workflowView(order.number, options),
  };
}

export const orderSummary = (row: OrderRow): OrderSummary => ({
  number: row.number,
  store: row.store,
  channel: row.channel,
  status: row.status,
  payment_status: row.paymentStatus,
  payment_method: row.paymentMethod,
  payment_reference: row.paymentReference,
  created_at: row.placedAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
  customer: { name: row.customerName, email: row.customerEmail },
  currency: row.currency,
  total: toMajor(row.totalMinor, row.currency),
  waiting_for: row.waitingFor,
  waiting: waitingIn(row.waitingFor),
  waiting_until: row.waitingUntil?.toISOString() ?? null,
  open_exceptions: row.exceptionsOpen,
});
