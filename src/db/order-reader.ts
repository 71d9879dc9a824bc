import { sql } from 'kysely';
import { policyOfThisRelease, returnOfThisRelease } from '../domain/earlier-orders.ts';
import type {
  Allocation,
  Fulfilment,
  Line,
  LineQuantity,
  OpenException,
  Order,
  Payment,
  Policy,
  ShortageRule,
} from '../domain/order.ts';
import type { AcceptedTerms } from '../domain/terms.ts';
import { type Db, prepared } from './database.ts';
import { disputesOfRow } from './disputes.ts';
import { exceptionsOfRow } from './exceptions.ts';
import { fulfilmentsOfRow } from './fulfilments.ts';
import { gatheredFor } from './gather.ts';
import { type Message, messagesOfRow } from './messages.ts';
import { linkEpochOfRow } from './order-links.ts';
import {
  type Address,
  type EventRow,
  linesOfRow,
  openAllocations,
  orderColumns,
  ordersTable,
  type TimelineOfRow,
  timelineFrom,
  timelineOfRow,
} from './orders.ts';
import { paymentOf } from './payments.ts';
import { refundsOfRow } from './refunds.ts';
import { returnsOfRow } from './returns.ts';

/** The whole order in one round trip: for the API, for activities that need personal data, and to reopen a workflow. */

export type LineDetail = { readonly no: number; readonly name: string; readonly customFields: Record<string, unknown> };
export type ExceptionSummary = {
  readonly id: string;
  readonly kind: Order['exceptions'][number]['kind'];
  readonly lane: string;
  /** The units it asks for, of the kinds that ask for units. */
  readonly units: readonly LineQuantity[] | null;
  readonly severity: string;
  readonly status: 'open' | 'resolved';
  readonly summary: string;
  readonly fulfilment: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly resolutions: readonly string[];
  readonly openedAt: number;
  readonly resolution: string | null;
};

export type OrderRecord = {
  readonly order: Order;
  readonly customer: {
    readonly name: string;
    readonly email: string;
    readonly phone: string | null;
    readonly locale: string;
  };
  readonly billingAddress: Address;
  readonly shippingAddress: Address;
  /** What the buyer asks of whoever packs and brings the order. */
  readonly instructions: string | null;
  /** From where it was placed. */
  readonly customerIp: string | null;
  /** What the buyer accepted, as the checkout said. */
  readonly terms: AcceptedTerms | null;
  readonly lines: readonly LineDetail[];
  readonly exceptions: readonly ExceptionSummary[];
  readonly messages: readonly Message[];
  /** The epoch in which the buyer's links of the order are valid. */
  readonly linkEpoch: number;
  readonly waitingFor: string;
  readonly waitingUntil: Date | null;
  readonly updatedAt: Date;
};

type Row = Omit<Order, 'lines' | 'totals' | 'payment' | 'exceptions' | 'placedAt' | 'closedAt' | 'allocations'> & {
  readonly placedAt: Date;
  readonly closedAt: Date | null;
  readonly subtotal: number;
  readonly discount: number;
  readonly shipping: number;
  readonly tax: number;
  readonly total: number;
  readonly policy: Policy;
  readonly lines: readonly (Omit<Line, 'shortage'> & LineDetail & { readonly shortage: ShortageRule | null })[];
  readonly payment: Payment;
  readonly fulfilments: readonly Fulfilment[];
  readonly exceptions: readonly ExceptionSummary[];
  readonly messages: readonly Message[];
  readonly linkEpoch: number;
  readonly allocations: readonly Allocation[] | null;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly customerPhone: string | null;
  readonly locale: string;
  readonly billingAddress: Address;
  readonly shippingAddress: Address;
  readonly instructions: string | null;
  readonly customerIp: string | null;
  readonly terms: AcceptedTerms | null;
  readonly waitingFor: string;
  readonly waitingUntil: Date | null;
  readonly updatedAt: Date;
};

const HOLDS_NOTHING: ReadonlySet<Order['status']> = new Set(['cancelled', 'failed', 'refunded']);

const openExceptionFrom = ({ id, kind, lane, units }: ExceptionSummary): OpenException => ({
  id,
  kind,
  lane,
  ...(units === null ? {} : { units }),
});

/** Of the units taken for each line those that were not given back since; as units are given back, the first go first. */
function stillHeld({ allocations, lines }: Row): Allocation[] {
  const gone = new Map<number, number>();
  for (const { line, quantity } of allocations ?? []) gone.set(line, (gone.get(line) ?? 0) + quantity);
  for (const { no, reserved } of lines) gone.set(no, Math.max(0, (gone.get(no) ?? 0) - reserved));
  return (allocations ?? []).flatMap((one) => {
    const taken = Math.min(one.quantity, gone.get(one.line) ?? 0);
    gone.set(one.line, (gone.get(one.line) ?? 0) - taken);
    return taken === one.quantity ? [] : [{ ...one, quantity: one.quantity - taken }];
  });
}

function orderFrom(row: Row): Order {
  const { subtotal, discount, shipping, tax, total } = row;
  return {
    number: row.number,
    store: row.store,
    channel: row.channel,
    currency: row.currency,
    status: row.status,
    version: row.version,
    placedAt: row.placedAt.getTime(),
    closedAt: row.closedAt?.getTime() ?? null,
    confirmationGiven: row.confirmationGiven,
    lines: row.lines.map(({ name: _name, customFields: _fields, shortage, ...line }) =>
      shortage === null ? line : { ...line, shortage },
    ),
    totals: { subtotal, discount, shipping, tax, total },
    shippingService: row.shippingService,
    payment: row.payment,
    allocations: HOLDS_NOTHING.has(row.status) ? [] : stillHeld(row),
    fulfilments: row.fulfilments,
    exceptions: row.exceptions.filter(({ status }) => status === 'open').map(openExceptionFrom),
    rerouting: row.rerouting,
    backorder: row.backorder,
    hold: row.hold,
    review: row.review,
    calls: row.calls,
    acknowledgements: row.acknowledgements,
    credit: row.credit,
    substitutions: row.substitutions,
    refunds: row.refunds,
    returns: row.returns.map(returnOfThisRelease),
    disputes: row.disputes,
    policy: policyOfThisRelease(row.policy),
  };
}
function recordFrom(row: Row): OrderRecord {
  return {
    order: orderFrom(row),
    customer: { name: row.customerName, email: row.customerEmail, phone: row.customerPhone, locale: row.locale },
    billingAddress: row.billingAddress,
    shippingAddress: row.shippingAddress,
    instructions: row.instructions,
    customerIp: row.customerIp,
    terms: row.terms,
    lines: row.lines.map(({ no, name, customFields }) => ({ no, name, customFields })),
    exceptions: row.exceptions,
    messages: row.messages,
    linkEpoch: row.linkEpoch,
    waitingFor: row.waitingFor,
    waitingUntil: row.waitingUntil,
    updatedAt: row.updatedAt,
  };
}

const recordColumns = sql`
  ${orderColumns}, ${linesOfRow} as lines, ${paymentOf} as payment, ${fulfilmentsOfRow} as fulfilments,
  ${exceptionsOfRow} as exceptions, ${openAllocations} as allocations,
  ${refundsOfRow} as refunds, ${returnsOfRow} as returns, ${disputesOfRow} as disputes, ${messagesOfRow} as messages,
  ${linkEpochOfRow} as "linkEpoch"`;

/** What is read of each number, in their order; null where there is no such order. */
function inOrder<Found extends { readonly number: string }, Read>(
  numbers: readonly string[],
  rows: readonly Found[],
  read: (row: Found) => Read,
): (Read | null)[] {
  const found = new Map(rows.map((row) => [row.number, read(row)]));
  return numbers.map((number) => found.get(number) ?? null);
}

async function readOrders(db: Db, numbers: readonly string[]): Promise<(OrderRecord | null)[]> {
  const { rows } = await prepared<Row>(
    'read_orders',
    sql`select ${recordColumns} from ${ordersTable} o where o.number = any(${numbers as string[]}::text[])`,
  ).execute(db);
  return inOrder(numbers, rows, recordFrom);
}

/** The order as it is recorded now, or null when there is none of this number. */
export const readOrder: (db: Db, number: string) => Promise<OrderRecord | null> = gatheredFor(readOrders);

export type OrderStory = { readonly record: OrderRecord; readonly timeline: readonly EventRow[] };

async function readStories(db: Db, numbers: readonly string[]): Promise<(OrderStory | null)[]> {
  const { rows } = await prepared<Row & { readonly timeline: TimelineOfRow }>(
    'read_orders_with_timeline',
    sql`select ${recordColumns}, ${timelineOfRow} as timeline from ${ordersTable} o where o.number = any(${numbers as string[]}::text[])`,
  ).execute(db);
  return inOrder(numbers, rows, (row) => ({ record: recordFrom(row), timeline: timelineFrom(row.timeline) }));
}

/** The order and its timeline, of the same moment. */
export const readOrderWithTimeline: (db: Db, number: string) => Promise<OrderStory | null> = gatheredFor(readStories);
