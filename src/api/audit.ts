import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type AuditView, ListAudit } from '../contracts/audit.ts';
import { type AuditEntry, type AuditRow, listAudit } from '../db/audit.ts';
import { type Credentials, principalOf, requires } from './access.ts';
import { keepEntries } from './audit-keeping.ts';
import { at, pick, SUBJECTS, type Told } from './audit-subjects.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { HttpProblem } from './problem.ts';

/**
 * The audit log, written at one place: whatever somebody asks for other than reading becomes a row after its effect is durable and
 * before the answer leaves, and so does a reading that the table of permissions refuses. Only placing an order does not, as the order's
 * own timeline begins with who placed it.
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
  if (response.statusCode >= FAILED) return 'failed';
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

const FORBIDDEN = 403;
const FAILED = 500;
/** Shows what would happen, and does nothing. */
const isPreview = (path: string): boolean => path.endsWith('/preview');
const isPlacing = (method: string, path: string): boolean => method === 'POST' && /^\/orders\/?$/.test(path);

export const recordRequests =
  (context: ApiContext): RequestHandler =>
  (request, response, next) => {
    const { method, path } = request;
    const isRead =
      method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || isPlacing(method, path) || isPreview(path);
    const answer = response.json.bind(response);
    const record = async (body: unknown): Promise<void> =>
      keepEntries(context, ...entriesOf(path, entryOf(request, path, response, body), body));
    response.json = (body: unknown) => {
      if (isRead && response.statusCode !== FORBIDDEN) return answer(body);
      // What has failed may have failed for the database: its answer does not wait for it once more.
      if (response.statusCode >= FAILED) answer(body);
      record(body)
        .catch((err: unknown) => context.log.error({ err }, 'a request could not be put into the audit log'))
        .then(() => response.headersSent || answer(body))
        .catch(next);
      return response;
    };
    next();
  };

/** A program that was forgotten tries again and again. */
const KEPT_AGAIN_AFTER_MS = 60_000;

/** Keeps that a key was tried which was revoked or has expired. What has no key of ours at all is nobody's. */
export function recordLapsedKeys(context: ApiContext): Credentials['lapsed'] {
  const keptAt = new Map<string, number>();
  return ({ id, role, revokedAt }, requestId) => {
    const now = Date.now();
    if (now - (keptAt.get(id) ?? Number.NEGATIVE_INFINITY) < KEPT_AGAIN_AFTER_MS) return;
    keptAt.set(id, now);
    void keepEntries(context, {
      actorRole: role,
      actorId: id,
      requestId,
      what: 'key.use',
      object: id,
      outcome: 'refused',
      code: 'unauthorized',
      before: null,
      after: null,
      detail: { status: revokedAt === null ? 'expired' : 'revoked' },
    });
  };
}

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
  router.get('/', requires('audit.read'), async (request, response) => {
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
