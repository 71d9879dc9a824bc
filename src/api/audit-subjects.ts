import type { AuditEntry } from '../db/audit.ts';

/**
 * What an entry of the audit log says of each kind of request: from the path, the answer and the few fields named here, so that
 * neither personal data nor secrets get into it.
 */

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const at = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

/** The named fields that are there, or null when none is. */
export function pick(value: unknown, names: readonly string[]): Fields | null {
  const found = names.flatMap((name) => {
    const one = at(value, name);
    return one === undefined ? [] : [[name, one] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

/** A policy as the log keeps it: of the people whom it names, no addresses. The history of policies has them. */
export function policyForAudit(policy: unknown): unknown {
  if (!isRecord(policy)) return policy;
  const shown = (to: unknown): unknown => (typeof to === 'string' && to.includes('@') ? 'an address' : to);
  const all = (to: unknown): unknown => (Array.isArray(to) ? to.map(shown) : to);
  const { escalation, new_orders_to: orders, ...rest } = policy;
  const steps = Array.isArray(escalation)
    ? escalation.map((step: unknown) => (isRecord(step) ? { ...step, to: all(step['to']) } : step))
    : escalation;
  return {
    ...rest,
    ...(steps === undefined ? {} : { escalation: steps }),
    ...(orders === undefined ? {} : { new_orders_to: all(orders) }),
  };
}

export type Told = { readonly what: string } & Partial<Pick<AuditEntry, 'object' | 'before' | 'after' | 'detail'>>;
type Subject = {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: RegExp;
  /** `answer` is null when it was refused. */
  readonly tell: (found: readonly string[], answer: unknown, body: unknown) => Told;
  /** What is kept of a thing as it was and as it is. */
  readonly keep?: readonly string[];
};

const ORDER = '(ORD-[0-9A-Z]{10})';
const ACTION = /^[a-z_]{1,40}$/;
const actionIn = (value: unknown) => {
  const action = at(value, 'action');
  return typeof action === 'string' && ACTION.test(action) ? { action } : {};
};
const idIn = (answer: unknown): string | null => {
  const id = at(answer, 'id');
  return typeof id === 'string' ? id : null;
};
const PROPOSAL = ['status', 'order_version'] as const;

export const SUBJECTS: readonly Subject[] = [
  {
    method: 'POST',
    path: new RegExp(`^/orders/${ORDER}/actions/([a-z_]{1,40})$`),
    tell: ([object = '', action = ''], answer) => ({
      what: `order.${action}`,
      object,
      after: pick(answer, ['version', 'status']),
    }),
  },
  {
    method: 'POST',
    path: new RegExp(`^/orders/${ORDER}/proposals$`),
    tell: ([object = ''], answer, body) => {
      const id = at(answer, 'id');
      const detail = { ...(id === undefined ? {} : { proposal: id }), ...actionIn(body) };
      return { what: 'proposal.create', object, after: pick(answer, PROPOSAL), detail };
    },
  },
  {
    method: 'POST',
    path: /^\/proposals\/(prop_[0-9a-f]{24})\/(confirm|decline)$/,
    tell: ([object = '', step = ''], answer) => ({
      what: `proposal.${step}`,
      object,
      after: pick(at(answer, 'order') ?? null, ['version', 'status']) ?? pick(answer, ['status']),
    }),
  },
  {
    method: 'POST',
    path: new RegExp(`^/exceptions/(ORD-[0-9A-Z]{10}|BOOKS)(?:/|%2F)(x\\d{1,9})/(claim|release|resolve|reopen)$`, 'i'),
    tell: ([number = '', no = '', step = ''], answer, body) => ({
      what: `exception.${step}`,
      object: `${number}/${no}`,
      after:
        pick(at(answer, 'order'), ['version', 'status']) ??
        pick(at(answer, 'exception'), ['status']) ??
        pick(answer, ['claimed_by', 'claimed_until']),
      detail: step === 'resolve' && ACTION.test(String(at(body, 'resolution'))) ? pick(body, ['resolution']) : null,
    }),
  },
  {
    method: 'PUT',
    path: /^\/products\/([\w.\-:]{1,80})$/,
    keep: ['name', 'kind', 'price', 'currency', 'seller', 'active', 'weight_g', 'length_cm', 'width_cm', 'height_cm'],
    tell: ([object = ''], answer) => ({ what: 'product.put', object, after: answer as object | null }),
  },
  {
    method: 'PUT',
    path: /^\/locations\/([\w-]{1,50})$/,
    keep: [
      ...['name', 'line1', 'city', 'region', 'postal_code', 'country', 'seller', 'priority', 'handling_minor'],
      ...['capacity_per_day', 'cut_off', 'timezone', 'active'],
    ],
    tell: ([object = ''], answer) => ({ what: 'location.put', object, after: answer as object | null }),
  },
  {
    method: 'PUT',
    path: /^\/stores\/([\w-]{1,50})\/policy$/,
    tell: ([object = ''], answer) => ({
      what: 'store.policy',
      object,
      after:
        answer === null
          ? null
          : { policy_version: at(answer, 'policy_version'), policy: policyForAudit(at(answer, 'policy')) },
    }),
  },
  {
    method: 'POST',
    path: /^\/inventory\/import$/,
    tell: () => ({ what: 'stock.import' }),
  },
  {
    method: 'POST',
    path: /^\/inventory\/adjustments$/,
    tell: (_found, answer, body) => {
      const [onHand, change] = [at(answer, 'on_hand'), at(body, 'change')];
      const isDone = typeof onHand === 'number' && typeof change === 'number';
      return {
        what: 'stock.adjust',
        object: typeof at(answer, 'sku') === 'string' ? String(at(answer, 'sku')) : null,
        before: isDone ? { on_hand: onHand - change } : null,
        after: pick(answer, ['location', 'on_hand', 'held']),
      };
    },
  },
  {
    method: 'PUT',
    path: /^\/inventory\/([\w.\-:]{1,80})\/([\w-]{1,50})$/,
    keep: ['location', 'safety_stock', 'reorder_point'],
    tell: ([object = ''], answer) => ({
      what: 'stock.thresholds',
      object,
      after: answer as object | null,
    }),
  },
  {
    method: 'POST',
    path: new RegExp(`^/orders/${ORDER}/links$`),
    tell: ([object = ''], answer) => ({ what: 'order_link.create', object, after: pick(answer, ['expires_at']) }),
  },
  {
    method: 'POST',
    path: /^\/invitations$/,
    tell: (_found, answer) => ({
      what: 'invitation.create',
      object: idIn(answer),
      after: pick(answer, ['role', 'scopes', 'seller', 'expires_at']),
    }),
  },
  {
    method: 'DELETE',
    path: /^\/invitations\/(inv_[0-9a-f]{24})$/,
    tell: ([object = ''], answer) => ({ what: 'invitation.revoke', object, after: pick(answer, ['status']) }),
  },
  {
    method: 'PATCH',
    path: /^\/people\/(user_[0-9a-f]{24})$/,
    keep: ['role', 'scopes', 'seller', 'disabled'],
    tell: ([object = ''], answer) => ({ what: 'person.change', object, after: answer as object | null }),
  },
  {
    method: 'POST',
    path: /^\/keys$/,
    tell: (_found, answer) => ({
      what: 'key.create',
      object: idIn(answer),
      after: pick(answer, ['role', 'scopes', 'seller', 'expires_at']),
    }),
  },
  {
    method: 'POST',
    path: /^\/keys\/(key_[0-9a-f]{12})\/revoke$/,
    tell: ([object = ''], answer) => ({ what: 'key.revoke', object, after: pick(answer, ['status']) }),
  },
];
