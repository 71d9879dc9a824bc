import { confirmWith, place, shortOf } from '../../src/domain/accepting.ts';
import { decideAction } from '../../src/domain/decide.ts';
import { begin } from '../../src/domain/draft.ts';
import { type Duty, dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import type { Fact, PaymentReading, PlacedLine, Placement } from '../../src/domain/facts.ts';
import { type ActionFields } from '../../src/domain/guards.ts';
import { decideNews, type News } from '../../src/domain/news.ts';
import { type Order, type OrderStatus, PAYMENT_METHODS, type PaymentMethod } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { allowedActions } from '../../src/domain/transitions.ts';

/**
 * Finds every change of an order's status that the domain can make, by trying: from each order found so far, every action and
 * every news that could arrive then. What is drawn in the documentation is therefore what the code does.
 */

export type Change = { readonly from: OrderStatus; readonly to: OrderStatus; readonly fact: Fact['type'] };
type Step = { readonly order: Order; readonly facts: readonly Fact[] };

const AT = Date.UTC(2026, 0, 1);
const line = (no: number, kind: PlacedLine['kind']): PlacedLine => ({
  no,
  sku: `SKU-${no}`,
  kind,
  seller: null,
  quantity: 1,
  unitPrice: 1000,
});

function placement(
  method: PaymentMethod,
  kinds: readonly PlacedLine['kind'][],
  policy: Placement['policy'],
): Placement {
  const total = 1000 * kinds.length;
  return {
    number: 'ORD-0000000000',
    store: 'main',
    channel: 'web',
    currency: 'USD',
    shippingService: 'standard',
    lines: kinds.map((kind, index) => line(index + 1, kind)),
    totals: { subtotal: total, discount: 0, shipping: 0, tax: 0, total },
    paymentMethod: method,
    paymentReference: method === 'stripe' ? 'pi_1' : null,
    paymentOptions: { paymentMethod: null, returnUrl: null },
    policy,
  };
}

function beginnings(): Order[] {
  const orders: Order[] = [];
  for (const method of PAYMENT_METHODS) {
    for (const kinds of [['physical'], ['digital']] as const) {
      for (const [capture, confirmation] of [
        ['confirmation', 'call'],
        ['shipment', 'automatic'],
      ] as const) {
        const policy = { ...DEFAULT_POLICY.order, capture, confirmation };
        orders.push(place(placement(method, kinds, policy), { role: 'service', id: 'checkout' }, AT).order);
      }
    }
  }
  return orders;
}

const PAYMENT_STATES = ['awaiting_buyer', 'authorized', 'captured', 'failed', 'voided'] as const;

function reading(order: Order, state: PaymentReading['state'], refunded: number): PaymentReading {
  const captured = state === 'captured' ? order.totals.total : 0;
  return {
    ...{ reference: 'pi_1', replaces: null, state, amount: order.totals.total, currency: order.currency, captured },
    ...{ refunded: Math.min(refunded, captured), orderNumber: order.number, captureBefore: AT + 7 * 86_400_000 },
    ...{ nextAction: null, riskLevel: null, riskScore: null, failure: null },
  };
}

/** One for each kind of exception that a failed step opens. */
const FAILURES = ['AddressRejected', 'LabelRefused', 'PaymentRefused', 'RefundByHand', 'Timeout'];

const failuresOf = (duty: Duty): News[] =>
  FAILURES.map((type) => ({
    type: 'duty_failed',
    duty,
    failure: { type, message: 'refused', details: {} },
  }));

/** A gateway does not go back: what was captured is only refunded, what was authorised is captured or lapses. */
function nextStates({ payment }: Order): readonly PaymentReading['state'][] {
  if (payment.captured > 0) return ['captured'];
  return payment.status === 'authorized' ? ['captured', 'voided'] : PAYMENT_STATES;
}

/** Halves of the total that are back: of a payment that was captured half or all of it. */
const payments = ({ payment }: Order): readonly number[] => (payment.captured > 0 ? [1, 2] : []);

function newsFor(order: Order): News[] {
  const news: News[] = [];
  if (order.payment.method === 'stripe') {
    for (const state of nextStates(order)) news.push({ type: 'payment_read', reading: reading(order, state, 0) });
    for (const part of payments(order)) {
      news.push({ type: 'payment_read', reading: reading(order, 'captured', (part * order.totals.total) / 2) });
    }
  }
  for (const duty of dutiesOf(order)) news.push(...failuresOf(duty));
  for (const { id, label } of order.fulfilments) {
    for (const status of ['pre_transit', 'transit', 'delivered', 'returned', 'failure', 'unknown'] as const) {
      news.push({ type: 'tracking', tracking: { fulfilment: id, carrier: 'usps', status, details: '' } });
    }
    if (label !== null) news.push({ type: 'label_voided', fulfilment: id, outcome: 'refunded' });
    else if (dutiesOf(order).some((duty) => duty.do === 'buy_label' && duty.lane === id)) {
      const bought = { transaction: id, carrier: 'usps', service: 'priority', cost: 500, currency: 'USD' };
      const parcel = { fulfilment: id, trackingNumber: id, trackingUrl: null };
      news.push({ type: 'label_bought', ...parcel, label: { ...bought, url: null, voided: false } });
    }
  }
  const { until } = waitOf(order);
  // A delay that is noticed changes no status, and each would double the orders to look at.
  if (until !== null && until.kind !== 'ship_by' && until.kind !== 'deliver_by') {
    news.push({ type: 'deadline', kind: until.kind, subject: until.subject });
  }
  return news;
}

function fieldsFor(order: Order): ActionFields[] {
  const plain: ActionFields = { reason: 'r', note: 'n', payment_reference: 'p', staged_address: 'a', outcome: 'fake' };
  const delivered = order.lines.map(({ no, delivered: quantity }) => ({ line: no, quantity }));
  const all = delivered.filter(({ quantity }) => quantity > 0);
  const parcels = order.fulfilments.map(({ id }): ActionFields => ({ ...plain, fulfilment: id }));
  const resolutions = order.exceptions.flatMap(({ id, kind }) =>
    EXCEPTIONS[kind].resolutions.map((resolution): ActionFields => ({ ...plain, exception: id, resolution })),
  );
  return [plain, { ...plain, lines: all }, ...parcels, ...resolutions];
}

function actionsOn(order: Order): Step[] {
  const actor = { role: 'owner', id: 'ana' } as const;
  return allowedActions(order, actor.role, AT).flatMap((action) =>
    fieldsFor(order).flatMap((fields) => {
      const decided = decideAction(order, { action, actor, fields }, AT);
      return decided.ok ? [decided] : [];
    }),
  );
}

function reservationsOf(order: Order): Step[] {
  if (!dutiesOf(order).some((duty) => duty.do === 'reserve')) return [];
  const physical = order.lines.filter((one) => one.kind === 'physical');
  const allocations = physical.map(({ no, sku }) => ({ line: no, sku, location: `L${no}`, quantity: 1, lateDays: 0 }));
  const shortages = physical.map(({ no, sku }) => ({ line: no, sku, wanted: 1, available: 0 }));
  const confirmed = confirmWith(begin(order), allocations, [], AT);
  return shortages.length === 0 ? [confirmed] : [confirmed, shortOf(begin(order), shortages, [], AT)];
}

const stepsFrom = (order: Order): Step[] => [
  ...actionsOn(order),
  ...newsFor(order).map((news) => decideNews(order, news, AT)),
  ...reservationsOf(order),
];

/** Orders that differ in nothing but times, ids and versions behave alike. */
const likeness = (order: Order): string =>
  JSON.stringify([
    ...[order.status, order.confirmationGiven, order.policy.capture, order.payment.method, order.payment.status],
    ...[order.payment.checked, order.lines[0]?.kind, order.allocations.length],
    order.fulfilments.map((one) => [one.kind, one.status, one.label?.voided ?? null]),
    order.exceptions.map(({ kind }) => kind),
    [order.returns.map(({ status }) => status), order.refunds.length],
  ]);

/** A second return, refund or lost parcel opens no new ways either. */
const isEnough = ({ fulfilments, exceptions, returns, refunds, lines, hold }: Order): boolean =>
  exceptions.length > EXCEPTIONS_AT_ONCE ||
  fulfilments.length > lines.length ||
  returns.length + refunds.length > 1 ||
  hold !== null;

/** More exceptions at once than this open no new ways. */
const EXCEPTIONS_AT_ONCE = 1;

/** Every change of status, with the fact that makes it, in the order of the statuses. */
export function statusChanges(): Change[] {
  const changes = new Map<string, Change>();
  const seen = new Set<string>();
  const open = beginnings();
  for (let order = open.pop(); order !== undefined; order = open.pop()) {
    for (const step of stepsFrom(order)) {
      let state = order;
      for (const fact of step.facts) {
        const after = evolve(state, fact);
        if (after.status !== state.status) {
          changes.set(`${state.status} ${after.status} ${fact.type}`, {
            ...{ from: state.status, to: after.status, fact: fact.type },
          });
        }
        state = after;
      }
      const key = likeness(step.order);
      if (isEnough(step.order) || seen.has(key)) continue;
      seen.add(key);
      open.push(step.order);
    }
  }
  return [...changes.values()];
}
