import { toMajor } from '../contracts/money.ts';
import type { OrderSummary, OrderView } from '../contracts/order-view.ts';
import type { OrderRecord } from '../db/order-reader.ts';
import type { EventRow } from '../db/orders.ts';
import { allowedActions } from '../domain/transitions.ts';
import { WAITS, waiting } from '../domain/waits.ts';
import { refusedActions } from './order-view.ts';

/**
 * What a seller sees of an order (SPEC.md §5): their own lines, parcels and messages, and where to send the goods. Nothing of
 * other sellers, of the buyer's money or of how else to reach the buyer; an order without a line of theirs does not exist for them.
 */

/** Facts that say nothing of others; their reasons may. */
const TELLS_ALL: ReadonlySet<string> = new Set([
  'order_placed',
  'order_confirmed',
  'order_cancelled',
  'order_failed',
  'order_completed',
]);

const ownTotalOf = ({ order }: OrderRecord, seller: string): string => {
  const own = order.lines.filter((line) => line.seller === seller);
  return toMajor(
    own.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0),
    order.currency,
  );
};

function timelineFor(
  view: OrderView,
  events: readonly EventRow[],
  parcels: ReadonlySet<string>,
  seller: string,
): OrderView['timeline'] {
  const isOwn = ({ data }: EventRow): boolean =>
    data['seller'] === seller || (typeof data['fulfilment'] === 'string' && parcels.has(data['fulfilment']));
  const own = new Set(events.filter(isOwn).map(({ seq }) => seq));
  return view.timeline.flatMap((entry) => {
    if (own.has(entry.seq)) return [entry];
    return TELLS_ALL.has(entry.type)
      ? [{ ...entry, actor: { role: entry.actor.role, id: '', name: null }, reason: null, saying: null }]
      : [];
  });
}

/** `keyId`: whose messages are the seller's own. */
export function sellerView(
  view: OrderView,
  record: OrderRecord,
  events: readonly EventRow[],
  { seller, keyId }: { readonly seller: string; readonly keyId: string },
): OrderView {
  const fulfilments = view.fulfilments.filter((one) => one.seller === seller);
  const total = ownTotalOf(record, seller);
  const nothing = toMajor(0, view.currency);
  const isOwnLine = (no: number): boolean =>
    record.order.lines.some((line) => line.no === no && line.seller === seller);
  const isOnlySeller = record.order.lines.every((line) => line.seller === seller);
  const readable = new Set(
    record.messages
      .filter(({ authorId, recipient }) => authorId === keyId || (recipient === 'seller' && isOnlySeller))
      .map(({ id }) => id),
  );
  return {
    ...view,
    payment_status: null,
    payment_method: null,
    waiting_for: WAITS.nothing,
    waiting: waiting('nothing'),
    waiting_until: null,
    customer: { name: view.customer.name, email: '', phone: null, locale: view.customer.locale, ip_address: null },
    terms: null,
    billing_address: view.shipping_address,
    items: view.items
      .filter((item) => item.seller === seller)
      .map((item) => ({ ...item, discount: nothing, tax: nothing })),
    shipping: { service: view.shipping.service, amount: nothing },
    totals: { subtotal: total, discount: nothing, shipping: nothing, tax: nothing, total },
    total,
    payments: [],
    fulfilments,
    calls: { attempts: 0, next_at: null, last_outcome: null },
    acknowledgements: view.acknowledgements.filter((one) => one.seller === seller),
    credit: nothing,
    amount_due: nothing,
    substitutions: view.substitutions.filter(({ line }) => isOwnLine(line)),
    refundable: nothing,
    refunds: [],
    returns: view.returns.flatMap((one) => {
      const lines = one.lines.filter(({ line }) => isOwnLine(line));
      const received = one.received.filter(({ line }) => isOwnLine(line));
      const labels = one.labels.filter((label) => label.lines.every(({ line }) => isOwnLine(line)));
      return lines.length === 0 ? [] : [{ ...one, lines, received, labels, exchanged_for: null }];
    }),
    disputes: [],
    messages: view.messages.filter(({ id }) => readable.has(id)),
    exceptions: [],
    timeline: timelineFor(view, events, new Set(fulfilments.map(({ id }) => id)), seller),
    allowed_actions: allowedActions(record.order, 'seller', Date.now(), { seller }),
    refused_actions: refusedActions(record.order, 'seller', Date.now(), { seller }),
    workflow: { id: view.workflow.id, url: null },
  };
}

export const sellerSummary = (summary: OrderSummary, record: OrderRecord, seller: string): OrderSummary => ({
  ...summary,
  payment_status: null,
  payment_method: null,
  payment_reference: null,
  customer: { name: summary.customer.name, email: '' },
  total: ownTotalOf(record, seller),
  waiting_for: WAITS.nothing,
  waiting: waiting('nothing'),
  waiting_until: null,
  open_exceptions: 0,
});
