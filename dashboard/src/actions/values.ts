import type { OrderView } from '../../../src/contracts/order-view.ts';
import type { Good } from './goods.tsx';
import type { Field } from './schema.ts';

/** What a form holds, and what of it is sent. */

export type Unit = { readonly line: number; readonly quantity: number; readonly restock?: boolean };
export type Values = Readonly<Record<string, unknown>>;

/** Fields that are chosen from what the order has. */
export const CHOSEN = new Set([
  'fulfilment',
  'exception',
  'return',
  'seller',
  'lines',
  'received',
  'address',
  'location',
]);

/** Of what was chosen from a list: units of lines, or goods of the catalogue. */
const chosenOf = (value: unknown): readonly (Unit | Good)[] =>
  Array.isArray(value)
    ? (value as (Unit | Good)[]).filter((one) => one.quantity > 0 && (!('sku' in one) || one.sku !== null))
    : [];

/** Empty fields are left out: to the API an empty text is wrong and a missing one is none. */
export function bodyOf(fields: readonly Field[], values: Values, version: number): Record<string, unknown> {
  const body: Record<string, unknown> = { expected_version: version };
  for (const { name, schema } of fields) {
    const value = values[name];
    if (value === undefined || value === null || value === '') continue;
    if (schema.type === 'array') {
      const chosen = chosenOf(value);
      if (chosen.length > 0) body[name] = chosen;
    } else if (schema.format === 'date-time') body[name] = new Date(value as string).toISOString();
    else if (schema.type === 'object') body[name] = withoutEmpty(value as Values);
    else body[name] = typeof value === 'string' ? value.trim() : value;
  }
  return body;
}

const withoutEmpty = (value: Values): Values =>
  Object.fromEntries(Object.entries(value).filter(([, text]) => text !== ''));

/** Which fields a choice in the same form makes sense of; a field that is not named here is always shown. */
const ONLY_FOR: Readonly<
  Record<string, Readonly<Record<string, { readonly field: string; readonly is: readonly string[] }>>>
> = {
  resolve_exception: {
    address: { field: 'resolution', is: ['edit_address'] },
    evidence: { field: 'resolution', is: ['mark_delivered', 'submit_evidence'] },
    fulfilment: { field: 'resolution', is: [] },
    came_back: { field: 'resolution', is: ['reship', 'refund'] },
    carrier: { field: 'resolution', is: ['ship'] },
    tracking_number: { field: 'resolution', is: ['ship'] },
    tracking_url: { field: 'resolution', is: ['ship'] },
  },
  settle_claim: { amount: { field: 'claim_outcome', is: ['paid'] } },
  log_call: { until: { field: 'outcome', is: ['postponed'] } },
};

export const relevantFields = (action: string, fields: readonly Field[], values: Values): Field[] =>
  fields.filter(({ name }) => {
    const rule = ONLY_FOR[action]?.[name];
    return rule === undefined || rule.is.includes(String(values[rule.field]));
  });

/** Whether everything that must be given is given: only then the API is asked what would happen. */
export const isComplete = (fields: readonly Field[], body: Record<string, unknown>): boolean =>
  fields.every(({ name, required }) => !required || body[name] !== undefined);

const only = <Item>(items: readonly Item[]): Item | undefined => (items.length === 1 ? items[0] : undefined);

/** What the form begins with: what there is only one of, and the address as it stands. */
export function firstValues(order: OrderView, action: string, fields: readonly Field[], given: Values = {}): Values {
  const returned = only(returnsFor(order, action));
  const values: Record<string, unknown> = {};
  for (const { name, schema } of fields) {
    if (name === 'address' && schema.type === 'object') values[name] = order.shipping_address;
    if (name === 'approve') values[name] = true;
    if (name === 'refund' && schema.type === 'boolean') values[name] = true;
    if (name === 'exception') values[name] = only(openExceptions(order))?.id;
    if (name === 'return') values[name] = returned?.id;
    if (name === 'received') values[name] = returned?.lines.map((one) => ({ ...one, restock: true }));
    if (name === 'to') values[name] = 'buyer';
    if (name === 'accept') values[name] = true;
    if (name === 'substitution') values[name] = only(openSubstitutions(order))?.id;
  }
  return { ...values, ...given };
}

export const openExceptions = (order: OrderView) => order.exceptions.filter(({ status }) => status === 'open');
export const openSubstitutions = (order: OrderView) =>
  order.substitutions.filter(({ status }) => status === 'proposed');
/** The returns an action may mean; goods that were sent too late are received all the same. */
export const returnsFor = (order: OrderView, action: string) =>
  order.returns.filter(
    ({ status }) =>
      status === 'requested' || status === 'approved' || (status === 'expired' && action === 'receive_return'),
  );

/** How many units of a line a form may name. */
export function mostOf(order: OrderView, action: string, line: number): number {
  const item = order.items.find((one) => one.line === line);
  if (item === undefined) return 0;
  const { shipped, delivered, cancelled, returned, refunded } = item.quantities;
  if (action === 'edit_lines' || action === 'cancel' || action === 'request_cancellation')
    return Math.max(0, item.quantity - cancelled - Math.max(shipped, delivered));
  if (action === 'request_return') return Math.max(0, delivered - returned);
  if (action === 'mark_delivered') return Math.max(0, item.quantity - cancelled - delivered);
  if (action === 'refund') return Math.max(0, item.quantity - cancelled - refunded);
  return item.quantity;
}
