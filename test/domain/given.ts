import { confirmWith, place } from '../../src/domain/accepting.ts';
import { type ActionRequest, decideAction } from '../../src/domain/decide.ts';
import { begin } from '../../src/domain/draft.ts';
import type { FactType, PaymentReading, Placement } from '../../src/domain/facts.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import { decideNews, type News } from '../../src/domain/news.ts';
import type { Order, PaymentMethod, Role } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { RefusalCode } from '../../src/domain/refusals.ts';
import type { ActionName } from '../../src/domain/transitions.ts';

/** Orders for the tests of the domain: given a story, when something is asked or heard, then exactly these facts, or this refusal. */

export const AT = Date.UTC(2026, 0, 2, 10);
export const NUMBER = 'ORD-0123456789';

export const placement = (changes: Partial<Placement> = {}): Placement => ({
  number: NUMBER,
  store: 'main',
  channel: 'web',
  currency: 'USD',
  shippingService: 'standard',
  lines: [{ no: 1, sku: 'MUG', kind: 'physical', seller: null, quantity: 2, unitPrice: 1500 }],
  totals: { subtotal: 3000, discount: 0, shipping: 500, tax: 0, total: 3500 },
  paymentMethod: 'stripe',
  paymentReference: 'pi_1',
  paymentOptions: { paymentMethod: null, returnUrl: null },
  policy: DEFAULT_POLICY.order,
  ...changes,
});

export const reading = (changes: Partial<PaymentReading> = {}): PaymentReading => ({
  reference: 'pi_1',
  replaces: null,
  state: 'authorized',
  amount: 3500,
  currency: 'USD',
  captured: 0,
  refunded: 0,
  orderNumber: null,
  captureBefore: AT + 7 * 86_400_000,
  nextAction: null,
  riskLevel: 'normal',
  riskScore: 12,
  failure: null,
  ...changes,
});

const SHOP = { role: 'service', id: 'shop' } as const;
export const placed = (changes: Partial<Placement> = {}): Order => place(placement(changes), SHOP, AT).order;
export const placedBy = (paymentMethod: PaymentMethod): Order => placed({ paymentMethod, paymentReference: null });

export const hear = (order: Order, ...news: News[]): Order =>
  news.reduce((so, one) => decideNews(so, one, AT).order, order);
const ALLOCATION = { line: 1, sku: 'MUG', location: 'WEST', quantity: 2, lateDays: 0 };
export const reserve = (order: Order): Order => confirmWith(begin(order), [ALLOCATION], ['WEST chosen'], AT).order;

export const authorized = (): Order => hear(placed(), { type: 'payment_read', reading: reading() });
export const confirmed = (): Order => reserve(authorized());
export const processing = (): Order =>
  hear(confirmed(), { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) });
const PARCEL = `${NUMBER}/1`;
const label = {
  transaction: 'tr_1',
  carrier: 'USPS',
  service: 'ground',
  cost: 490,
  currency: 'USD',
  url: null,
  voided: false,
};
export const labelBought: News = {
  type: 'label_bought',
  fulfilment: PARCEL,
  label,
  trackingNumber: '9400',
  trackingUrl: null,
};
export const labelled = (): Order => hear(processing(), labelBought);
export const tracking = (
  status: 'transit' | 'delivered' | 'failure' | 'returned' | 'unknown' | 'pre_transit',
): News => ({
  type: 'tracking',
  tracking: { fulfilment: PARCEL, carrier: 'USPS', status, details: status },
});
export const shipped = (): Order => hear(labelled(), tracking('transit'));
export const completed = (): Order => hear(shipped(), tracking('delivered'));

export const ask = (
  order: Order,
  action: ActionName,
  fields: ActionFields = {},
  role: Role = 'staff',
  expectedVersion?: number,
) => {
  const request: ActionRequest = {
    action,
    actor: { role, id: 'ana' },
    fields,
    expectedVersion: expectedVersion ?? null,
  };
  return decideAction(order, request, AT);
};

export const facts = (order: Order, news: News): FactType[] =>
  decideNews(order, news, AT).facts.map((fact) => fact.type);
export const asked = (...parameters: Parameters<typeof ask>): FactType[] | RefusalCode => {
  const decided = ask(...parameters);
  return decided.ok ? decided.facts.map((fact) => fact.type) : decided.refusal.code;
};
