import { badParameter, type StripeFailure } from './errors.ts';
import { listOf } from './lists.ts';
import type { StripeStore } from './store.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object an id stands for, found by the id's prefix. */
function lookUp(store: StripeStore, id: string): object | undefined {
  const prefix = id.slice(0, id.indexOf('_'));
  switch (prefix) {
    case 'pi':
      return store.paymentIntents.get(id);
    case 'ch':
      return store.charges.get(id);
    case 're':
      return store.refunds.get(id);
    case 'pm':
      return store.paymentMethods.get(id);
    case 'txn':
      return store.balanceTransactions.get(id);
    case 'prv':
      return store.reviews.get(id);
    case 'cs':
      return store.checkoutSessions.get(id);
    case 'du':
      return store.disputes.get(id);
    default:
      return undefined;
  }
}

/** Lists that Stripe leaves out unless they are asked for. */
function hiddenList(store: StripeStore, owner: Json, field: string): object | undefined {
  if (owner['object'] === 'charge' && field === 'refunds') {
    const refunds = [...store.refunds.values()].filter((refund) => refund.charge === owner['id']).reverse();
    return listOf(`/v1/charges/${String(owner['id'])}/refunds`, refunds, false);
  }
  if (owner['object'] === 'checkout.session' && field === 'line_items') {
    const items = store.lineItems.get(String(owner['id'])) ?? [];
    return listOf(`/v1/checkout/sessions/${String(owner['id'])}/line_items`, items, false);
  }
  return undefined;
}

const notExpandable = (path: string): StripeFailure =>
  badParameter('parameter_invalid', 'expand', `This property cannot be expanded (${path}).`);

function expandOne(store: StripeStore, owner: unknown, fields: readonly string[], path: string): unknown {
  const [field, ...rest] = fields;
  if (field === undefined || owner === null) return owner;
  if (Array.isArray(owner)) return owner.map((item) => expandOne(store, item, fields, path));
  if (!isObject(owner)) throw notExpandable(path);
  const current = owner[field] ?? hiddenList(store, owner, field);
  if (current === undefined) {
    if (field in owner) return owner;
    throw notExpandable(path);
  }
  const found = typeof current === 'string' ? lookUp(store, current) : current;
  if (found === undefined || (typeof current !== 'string' && rest.length === 0 && !hiddenList(store, owner, field))) {
    throw notExpandable(path);
  }
  return { ...owner, [field]: expandOne(store, found, rest, path) };
}

/** The body with the ids at `paths` (`latest_charge.balance_transaction`, `data.charge`) replaced by their objects. */
export function expand(store: StripeStore, body: unknown, paths: readonly string[] | undefined): unknown {
  if (paths === undefined) return body;
  return paths.reduce((at, path) => expandOne(store, at, path.split('.'), path), body);
}
