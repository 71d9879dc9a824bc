import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type AuditView, ListAudit } from '../contracts/audit.ts';
import { type AuditEntry, type AuditRow, appendAudit, listAudit } from '../db/audit.ts';
import { principalOf, requireRole, requireScope } from './access.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { HttpProblem } from './problem.ts';

/**
 * The audit log, written at one place: whatever a key asks for other than reading becomes a row when it is answered, after its
 * effect is durable. Only placing an order does not, as the order's own timeline begins with who placed it. What a row says comes
 * from the path, the status and the few fields named here, so neither personal data nor secrets get into it.
 */

/** What a route adds to its row: what only it knows. */
type Audited = Partial<Pick<AuditEntry, 'object' | 'before' | 'detail'>>;

declare global {
  namespace Express {
    interface Locals {
      audited?: Audited;
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

/** The named fields that are there, or null when none is. */
function pick(value: unknown, names: readonly string[]): Fields | null {
  const found = names.flatMap((name) => {
    const one = at(value, name);
    return one === undefined ? [] : [[name, one] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

type Told = { readonly what: string } & Partial<Pick<AuditEntry, 'object' | 'before' | 'after' | 'detail'>>;
type Subject = {
  readonly method: 'POST' | 'PUT';
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
const PROPOSAL = ['status', 'order_version'] as const;

const SUBJECTS: readonly Subject[] = [
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
    path: new RegExp(`^/exceptions/(ORD-[0-9A-Z]{10}|BOOKS)(?:/|%2F)(x\\d{1,9})/(claim|release|resolve)$`, 'i'),
    tell: ([number = '', no = '', step = ''], answer, body) => ({
      what: `exception.${step}`,
      object: `${number}/${no}`,
      after: pick(at(answer, 'order'), ['version', 'status']) ?? pick(answer, ['claimed_by', 'claimed_until']),
      detail: step === 'resolve' && ACTION.test(String(at(body, 'resolution'))) ? pick(body, ['resolution']) : null,
    }),
  },
  {
    method: 'PUT',
    path: /^\/products\/([\w.\-:]{1,80})$/,
    keep: ['price', 'currency', 'seller', 'active'],
    tell: ([object = ''], answer) => ({ what: 'product.put', object, after: answer as object | null }),
  },
  {
    method: 'PUT',
    path: /^\/locations\/([\w-]{1,50})$/,
    keep: ['seller', 'priority', 'handling_minor', 'capacity_per_day', 'cut_off', 'timezone', 'active'],
    tell: ([object = ''], answer) => ({ what: 'location.put', object, after: answer as object | null }),
  },
  {
    method: 'PUT',
    path: /^\/stores\/([\w-]{1,50})\/policy$/,
    tell: ([object = ''], answer) => ({
      what: 'store.policy',
      object,
      after: pick(answer, ['policy_version', 'policy']),
    }),
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
    tell: ([object = ''], answer) => ({
      what: 'stock.thresholds',
      object,
      after: pick(answer, ['location', 'safety_stock', 'reorder_point']),
    }),
  },
];

/** A write that has no entry above is kept too, by its method and the first part of its path. */
const unlisted = ({ method }: Request, path: string): Told => ({
  what: `${method.toLowerCase()} ${/^\/([a-z-]{1,40})/.exec(path)?.[1] ?? 'unknown'}`,
});

function tellOf(request: Request, path: string, answer: unknown, audited: Audited): Told {
  for (const { method, path: pattern, tell, keep } of SUBJECTS) {
    const found = method === request.method ? pattern.exec(path) : null;
    if (found === null) continue;
    const told = { ...tell(found.slice(1), answer, request.body), ...audited };
    return keep === undefined ? told : { ...told, before: pick(told.before, keep), after: pick(told.after, keep) };
  }
  return { ...unlisted(request, path), ...audited };
}

function outcomeOf(response: Response): AuditEntry['outcome'] {
  if (response.statusCode >= 500) return 'failed';
  if (response.statusCode >= 400) return 'refused';
  return response.get('Idempotent-Replayed') === 'true' ? 'repeated' : 'taken';
}

function entryOf(request: Request, path: string, response: Response, body: unknown): AuditEntry {
  const { keyId, role } = principalOf(response.locals);
  const outcome = outcomeOf(response);
  const isDone = outcome === 'taken' || outcome === 'repeated';
  const told = tellOf(request, path, isDone ? body : null, response.locals.audited ?? {});
  const code = isDone ? null : at(body, 'code');
  return {
    actorRole: role,
    actorId: keyId,
    requestId: response.locals.requestId ?? null,
    what: told.what,
    object: told.object ?? null,
    outcome,
    code: typeof code === 'string' ? code : null,
    before: told.before ?? null,
    // A refusal names the version the order has.
    after: told.after ?? pick(body, ['version']),
    detail: told.detail ?? null,
  };
}

/** Exceptions that are resolved together are an entry each. */
function entriesOf(path: string, entry: AuditEntry, body: unknown): AuditEntry[] {
  const data = at(body, 'data');
  if (path !== '/exceptions/resolve' || !Array.isArray(data)) return [entry];
  return data.map((one: unknown): AuditEntry => {
    const [id, code] = [at(one, 'id'), at(one, 'code')];
    return {
      ...entry,
      what: 'exception.resolve',
      object: typeof id === 'string' ? id : null,
      outcome: at(one, 'result') === 'refused' ? 'refused' : entry.outcome,
      code: typeof code === 'string' ? code : null,
      after: null,
    };
  });
}

const isPlacing = (method: string, path: string): boolean => method === 'POST' && /^\/orders\/?$/.test(path);

export const recordRequests =
  ({ db, log }: ApiContext): RequestHandler =>
  (request, response, next) => {
    const { method, path } = request;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || isPlacing(method, path)) {
      next();
      return;
    }
    const answer = response.json.bind(response);
    const record = async (body: unknown): Promise<void> => {
      for (const entry of entriesOf(path, entryOf(request, path, response, body), body)) {
        await appendAudit(db, entry).catch((err: unknown) => {
          log.error({ err, audit: entry }, 'this entry could not be written to the audit log');
        });
      }
    };
    response.json = (body: unknown) => {
      const sent = answer(body);
      record(body).catch((err: unknown) => log.error({ err }, 'a request could not be put into the audit log'));
      return sent;
    };
    next();
  };

const auditView = (row: AuditRow): AuditView => ({
  id: row.id,
  at: row.at.toISOString(),
  actor: { role: row.actorRole, id: row.actorId },
  request_id: row.requestId,
  what: row.what,
  object: row.object,
  outcome: row.outcome,
  code: row.code,
  before: row.before as AuditView['before'],
  after: row.after as AuditView['after'],
  detail: row.detail as AuditView['detail'],
});

export function auditRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requireScope('audit:read'), async (request, response) => {
    requireRole(principalOf(response.locals), ['owner'], 'The audit log is for the owner.');
    const asked = ListAudit.parse(request.query);
    if (asked.from !== undefined && asked.to !== undefined && asked.from >= asked.to)
      throw new HttpProblem('invalid_fields', { errors: [{ field: 'to', message: 'must be later than from' }] });
    const page = await readPage({
      list: 'audit',
      ...asked,
      read: (after, limit) => listAudit(db, { ...asked, after: after?.[0], limit }),
      keyOf: (row) => [String(row.id), ''],
      view: auditView,
    });
    response.json(page);
  });
  return router;
}
