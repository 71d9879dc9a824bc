import { toMajor } from '../contracts/money.ts';
import type { OrderSummary, OrderView } from '../contracts/order-view.ts';
import type { OrderRow } from '../db/order-list.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import type { EventRow } from '../db/orders.ts';
import { workflowIdOf } from '../domain/keys.ts';
import type { Order, OrderStatus, Role } from '../domain/order.ts';
import { allowedActions } from '../domain/transitions.ts';

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
      delivery_status: line.deliveryStatus,
      quantities: { reserved, shipped, delivered, cancelled, returned, refunded },
      custom_fields: detail?.customFields ?? {},
    };
  });

const paymentView = ({ payment, currency }: Order): OrderView['payments'][number] => ({
  method: payment.method,
  status: payment.status,
  amount: toMajor(payment.amount, currency),
  authorized: toMajor(payment.authorized, currency),
  captured: toMajor(payment.captured, currency),
  refunded: toMajor(payment.refunded, currency),
  currency,
  reference: payment.reference,
  next_action: payment.nextAction,
  capture_before: isoOrNull(payment.captureBefore),
  risk: { level: payment.riskLevel, score: payment.riskScore },
  failure: payment.failure,
});

const fulfilmentViews = (order: Order): OrderView['fulfilments'] =>
  order.fulfilments.map((one) => ({
    id: one.id,
    status: one.status,
    kind: one.kind,
    location: one.location,
    seller: one.seller,
    lines: one.lines.map(({ line, quantity }) => ({ line, quantity })),
    carrier: one.carrier,
    tracking_number: one.trackingNumber,
    tracking_url: one.trackingUrl,
    label:
      one.label === null
        ? null
        : {
            transaction: one.label.transaction,
            service: one.label.service,
            cost: toMajor(one.label.cost, one.label.currency),
            currency: one.label.currency,
            url: one.label.url,
            voided: one.label.voided,
          },
    ship_by: iso(one.shipBy),
    shipped_at: isoOrNull(one.shippedAt),
    delivered_at: isoOrNull(one.deliveredAt),
  }));

/** Notes are for staff only (seed 5, "Order Notes"). */
const isForStaff = (event: EventRow): boolean => event.type === 'note_added';

const timelineView = (timeline: readonly EventRow[], role: Role): OrderView['timeline'] =>
  timeline
    .filter((event) => role === 'owner' || role === 'staff' || role === 'service' || !isForStaff(event))
    .map((event) => ({
      seq: event.seq,
      at: event.at.toISOString(),
      actor: { role: event.actorRole, id: event.actorId },
      type: event.type,
      from: event.fromStatus as OrderStatus,
      to: event.toStatus as OrderStatus,
      reason: event.reason,
    }));

export type ViewOptions = {
  readonly role: Role;
  readonly temporalUi: { readonly url: URL; readonly namespace: string } | null;
};

const workflowView = (number: string, { temporalUi }: ViewOptions): OrderView['workflow'] => {
  const id = workflowIdOf(number);
  const url =
    temporalUi === null ? null : new URL(`/namespaces/${temporalUi.namespace}/workflows/${id}`, temporalUi.url).href;
  return { id, url };
};

export function orderView(record: OrderRecord, timeline: readonly EventRow[], options: ViewOptions): OrderView {
  const { order } = record;
  const money = (minor: number): string => toMajor(minor, order.currency);
  const { subtotal, discount, shipping, tax, total } = order.totals;
  return {
    number: order.number,
    store: order.store,
    channel: order.channel,
    status: order.status,
    payment_status: order.payment.status,
    payment_method: order.payment.method,
    version: order.version,
    created_at: iso(order.placedAt),
    updated_at: record.updatedAt.toISOString(),
    closed_at: isoOrNull(order.closedAt),
    waiting_for: record.waitingFor,
    waiting_until: record.waitingUntil?.toISOString() ?? null,
    customer: record.customer,
    shipping_address: record.shippingAddress,
    billing_address: record.billingAddress,
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
    payments: [paymentView(order)],
    fulfilments: fulfilmentViews(order),
    exceptions: record.exceptions.map((one) => ({
      id: one.id,
      kind: one.kind,
      severity: one.severity,
      status: one.status,
      summary: one.summary,
      resolutions: [...one.resolutions],
      opened_at: iso(one.openedAt),
      resolution: one.resolution,
    })),
    timeline: timelineView(timeline, options.role),
    allowed_actions: allowedActions(order, options.role),
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
  waiting_until: row.waitingUntil?.toISOString() ?? null,
  open_exceptions: row.exceptionsOpen,
});
