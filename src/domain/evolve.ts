import type { Fact, FactBody, Placement } from './facts.ts';
import { exceptionIdOf } from './keys.ts';
import {
  type Allocation,
  type DeliveryStatus,
  type Fulfilment,
  fulfilmentOf,
  hasEnded,
  type Line,
  type Order,
  type OrderStatus,
} from './order.ts';
import { paymentAfter } from './payment.ts';

/** The only writer of the order's state: what the order is after one more fact. Exhaustive over facts; refuses nothing. */

function placed(placement: Placement, at: number): Order {
  return {
    number: placement.number,
    store: placement.store,
    channel: placement.channel,
    currency: placement.currency,
    status: 'pending',
    version: 0,
    placedAt: at,
    closedAt: null,
    confirmationGiven: placement.policy.confirmation === 'automatic',
    lines: placement.lines.map((line) => ({
      ...line,
      deliveryStatus: 'pending',
      reserved: 0,
      shipped: 0,
      delivered: 0,
      cancelled: 0,
      returned: 0,
      refunded: 0,
    })),
    totals: placement.totals,
    shippingService: placement.shippingService,
    payment: {
      method: placement.paymentMethod,
      status: 'pending',
      amount: placement.totals.total,
      authorized: 0,
      captured: 0,
      refunded: 0,
      reference: placement.paymentReference,
      checked: placement.paymentMethod !== 'stripe',
      nextAction: null,
      captureBefore: null,
      expiring: false,
      riskLevel: null,
      riskScore: null,
      failure: null,
    },
    allocations: [],
    fulfilments: [],
    exceptions: [],
    policy: placement.policy,
  };
}

type FactOf<Type extends FactBody['type']> = Extract<FactBody, { type: Type }>;

const reservedBy = (allocations: readonly Allocation[], line: number): number =>
  allocations.reduce((sum, allocation) => sum + (allocation.line === line ? allocation.quantity : 0), 0);

function mapFulfilment(order: Order, id: string, change: (fulfilment: Fulfilment) => Fulfilment): Order {
  return { ...order, fulfilments: order.fulfilments.map((one) => (one.id === id ? change(one) : one)) };
}

/** Adds a fulfilment's quantities to its lines. */
function mapLinesOf(order: Order, id: string, change: (line: Line, quantity: number) => Line): Order {
  const fulfilment = fulfilmentOf(order, id);
  if (fulfilment === undefined) return order;
  const quantities = new Map(fulfilment.lines.map(({ line, quantity }) => [line, quantity]));
  return {
    ...order,
    lines: order.lines.map((line) => {
      const quantity = quantities.get(line.no);
      return quantity === undefined ? line : change(line, quantity);
    }),
  };
}

function lineStatus(line: Line): DeliveryStatus {
  if (line.cancelled >= line.quantity) return 'cancelled';
  if (line.delivered + line.cancelled >= line.quantity) return 'delivered';
  if (line.shipped + line.cancelled >= line.quantity) return 'shipped';
  return 'pending';
}

/** The order's status follows its lines once it is being fulfilled (SPEC.md §2, "reached when"), and no longer when it has ended. */
function rollUp(order: Order): Order {
  const lines = order.lines.map((line) => ({ ...line, deliveryStatus: lineStatus(line) }));
  if (hasEnded(order)) return { ...order, lines };
  const open = lines.filter((line) => line.cancelled < line.quantity);
  const physical = open.filter((line) => line.kind === 'physical');
  let status: OrderStatus = order.status;
  if (open.every((line) => line.delivered + line.cancelled >= line.quantity)) status = 'delivered';
  else if (physical.length > 0 && physical.every((line) => line.shipped + line.cancelled >= line.quantity)) {
    status = 'shipped';
  }
  return { ...order, lines, status };
}

const ship = (line: Line, quantity: number): Line => ({
  ...line,
  reserved: Math.max(0, line.reserved - quantity),
  shipped: line.shipped + quantity,
});
const deliver = (line: Line, quantity: number): Line => ({ ...line, delivered: line.delivered + quantity });

/** Whether a parcel leaves under a number that is not its label's. */
const isOwnNumber = (one: Fulfilment, { trackingNumber }: { readonly trackingNumber: string | null }): boolean =>
  trackingNumber !== null && trackingNumber !== one.trackingNumber;

/** A label that comes too late for a parcel does not change under which number it left. */
function labelled(one: Fulfilment, { label, trackingNumber, trackingUrl }: FactOf<'label_bought'>): Fulfilment {
  if (one.status === 'shipped' || one.status === 'delivered') return { ...one, label: { ...label, unused: true } };
  const status = one.status === 'pending' ? 'labelled' : one.status;
  return { ...one, status, label, carrier: label.carrier, trackingNumber, trackingUrl, followed: true };
}

function undone(order: Order, status: 'cancelled' | 'failed', at: number): Order {
  return {
    ...order,
    status,
    closedAt: at,
    allocations: [],
    lines: order.lines.map((line) => {
      // What is delivered without a parcel was never shipped.
      const cancelled = line.quantity - Math.max(line.shipped, line.delivered);
      return { ...line, reserved: 0, cancelled, deliveryStatus: lineStatus({ ...line, cancelled }) };
    }),
    fulfilments: order.fulfilments.map((one) =>
      one.status === 'pending' || one.status === 'labelled' ? { ...one, status: 'cancelled' } : one,
    ),
    // What blocked the order no longer matters; what blocks giving the money back still does.
    exceptions: order.exceptions.filter((exception) => exception.kind === 'refund_due'),
  };
}

function apply(order: Order, fact: Fact): Order {
  switch (fact.type) {
    case 'order_placed':
      return placed(fact.placement, fact.at);
    case 'payment_read':
      return { ...order, payment: paymentAfter(order.payment, fact.reading) };
    case 'payment_recorded': {
      const payment = { ...order.payment, status: 'paid', reference: fact.reference, captured: fact.amount } as const;
      return { ...order, payment, confirmationGiven: true };
    }
    case 'payment_collected':
      return { ...order, payment: { ...order.payment, status: 'paid', captured: fact.amount } };
    case 'money_returned_by_hand':
      return { ...order, payment: { ...order.payment, status: 'refunded', refunded: order.payment.captured } };
    case 'authorization_expiring':
      return { ...order, payment: { ...order.payment, expiring: true } };
    case 'confirmation_given':
      return { ...order, confirmationGiven: true };
    case 'order_confirmed':
      return {
        ...order,
        status: 'confirmed',
        allocations: fact.allocations,
        lines: order.lines.map((line) => ({ ...line, reserved: reservedBy(fact.allocations, line.no) })),
      };
    case 'fulfilments_created':
      return { ...order, status: 'processing', fulfilments: [...order.fulfilments, ...fact.fulfilments] };
    case 'label_bought':
      return mapFulfilment(order, fact.fulfilment, (one) => labelled(one, fact));
    case 'label_voided':
      return mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        label: one.label === null ? null : { ...one.label, voided: true },
      }));
    case 'parcel_shipped': {
      const shipped = mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        status: 'shipped',
        shippedAt: fact.at,
        label: isOwnNumber(one, fact) && one.label !== null ? { ...one.label, unused: true } : one.label,
        carrier: fact.carrier ?? one.carrier,
        trackingNumber: fact.trackingNumber ?? one.trackingNumber,
        trackingUrl: fact.trackingUrl ?? one.trackingUrl,
        followed: one.followed && !isOwnNumber(one, fact),
      }));
      return rollUp(mapLinesOf(shipped, fact.fulfilment, ship));
    }
    case 'parcel_followed':
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, followed: true }));
    case 'fulfilment_delivered': {
      const delivered = mapFulfilment(order, fact.fulfilment, (one) => ({
        ...one,
        status: 'delivered',
        deliveredAt: fact.at,
      }));
      return rollUp(mapLinesOf(delivered, fact.fulfilment, deliver));
    }
    case 'delay_noticed':
      return mapFulfilment(order, fact.fulfilment, (one) => ({ ...one, delays: [...one.delays, fact.stage] }));
    case 'exception_opened': {
      const { kind, lane } = fact.exception;
      const opened = { id: exceptionIdOf(order.number, fact.seq), kind, lane };
      return { ...order, exceptions: [...order.exceptions, opened] };
    }
    case 'exception_resolved': {
      const exceptions = order.exceptions.filter((exception) => exception.id !== fact.exception);
      const resolved = order.exceptions.find((exception) => exception.id === fact.exception);
      const rereads = fact.resolution === 'retry' && resolved?.lane === 'payment' && order.payment.status !== 'paid';
      const payment = rereads ? { ...order.payment, checked: order.payment.method !== 'stripe' } : order.payment;
      return { ...order, exceptions, payment };
    }
    case 'order_completed':
      return { ...order, status: 'completed', closedAt: fact.at };
    case 'order_cancelled':
      return undone(order, 'cancelled', fact.at);
    case 'order_failed':
      return undone(order, 'failed', fact.at);
    case 'address_edited':
    case 'note_added':
      return order;
    default:
      return fact satisfies never;
  }
}

/** The order after `fact`. The first fact (`order_placed`) makes the order, so it takes `undefined`. */
export function evolve(order: Order | undefined, fact: Fact): Order {
  if (order === undefined && fact.type !== 'order_placed') {
    throw new RangeError(`the first fact of an order is order_placed, not ${fact.type}`);
  }
  const after = apply(order as Order, fact);
  return { ...after, version: fact.seq };
}

export const evolveAll = (order: Order | undefined, facts: readonly Fact[]): Order =>
  facts.reduce<Order | undefined>(evolve, order) as Order;

/** Whether nothing will happen any more unless somebody asks for it. */
export const isAtRest = (order: Order): boolean => hasEnded(order) && order.exceptions.length === 0;
