import { type Request, type Response, Router } from 'express';
import {
  ClaimException,
  type ExceptionView,
  ListExceptions,
  ReleaseException,
  ReopenException,
  ResolveException,
  ResolveExceptions,
} from '../contracts/exceptions.ts';
import { toMajor } from '../contracts/money.ts';
import {
  claimException,
  type ExceptionRow,
  findException,
  listExceptions,
  releaseException,
  reopenExceptionOfNoOrder,
} from '../db/exceptions.ts';
import { costOfWaiting } from '../domain/exceptions.ts';
import { sayingOfException } from '../domain/sayings.ts';
import { type Principal, principalOf, requires } from './access.ts';
import { type Asked, onceOnly } from './actions.ts';
import { closeOfNoOrder, resolveMany } from './bulk-resolution.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { contextView } from './exception-context.ts';
import { exceptionStatistics } from './exception-statistics.ts';
import { idempotencyKeyOf } from './idempotency.ts';
import { HttpProblem } from './problem.ts';
import { sayingView } from './sayings.ts';

/** The queue of what only a person can clear (SPEC.md §4). */

const exceptionView = (row: ExceptionRow): ExceptionView => ({
  id: row.id,
  order: row.orderNumber,
  store: row.store,
  customer: row.customerName === null ? null : { name: row.customerName },
  currency: row.currency,
  total: row.totalMinor === null || row.currency === null ? null : toMajor(row.totalMinor, row.currency),
  kind: row.kind,
  severity: row.severity,
  status: row.status,
  fulfilment: row.fulfilment,
  summary: row.summary,
  saying: sayingView(sayingOfException(row, row.currency ?? '')),
  context: contextView(row.context, row.currency),
  proposal: row.proposal,
  cost_of_waiting: costOfWaiting(row.kind),
  resolutions: [...row.resolutions],
  opened_at: row.openedAt.toISOString(),
  due_at: row.dueAt.toISOString(),
  overdue: row.overdue,
  reminded_at: row.remindedAt?.toISOString() ?? null,
  escalated_at: row.escalatedAt?.toISOString() ?? null,
  claimed_by: row.claimedBy,
  claimed_by_name: row.claimedByName,
  claimed_until: row.claimedUntil?.toISOString() ?? null,
  resolved_at: row.resolvedAt?.toISOString() ?? null,
  resolved_by: row.resolvedBy,
  resolved_by_name: row.resolvedByName,
  resolution: row.resolution,
  note: row.note,
  agrees_since: row.agreesSince?.toISOString() ?? null,
});

/** An exception's id holds a slash (ORD-…/x7, BOOKS/x3); in a path it may be written as it is or encoded. */
const PATH = /^\/((?:ORD-[0-9A-Z]{10}|BOOKS)(?:\/|%2F)x\d+)(?:\/(claim|release|resolve|reopen))?$/i;
const idFrom = (path: string): { id: string; verb: string | undefined } => {
  const [, id, verb] = PATH.exec(path) ?? [];
  if (id === undefined) throw new HttpProblem('not_found');
  return { id: decodeURIComponent(id), verb };
};

async function list({ db }: ApiContext, query: unknown, { keyId }: Principal) {
  const { overdue, claimed, ...asked } = ListExceptions.parse(query);
  const filter = {
    ...asked,
    overdue: overdue === undefined ? undefined : overdue === 'true',
    claimed: claimed === 'mine' ? { by: keyId } : claimed,
  };
  return readPage({
    list: `exceptions ${asked.sort}`,
    ...asked,
    read: (after, limit) => listExceptions(db, { ...filter, after, limit }),
    keyOf: (row) => [(asked.sort === 'due' ? row.dueAt : row.openedAt).toISOString(), row.id],
    view: exceptionView,
  });
}

async function known({ db }: ApiContext, id: string): Promise<ExceptionRow> {
  const row = await findException(db, id);
  if (row === null) throw new HttpProblem('not_found', { detail: `There is no exception ${id}.` });
  return row;
}

/** An owner may release what anybody holds. */
async function claimOrRelease({ db }: ApiContext, id: string, verb: string, body: unknown, principal: Principal) {
  if (verb === 'claim') return claimException(db, id, principal.keyId, ClaimException.parse(body).minutes);
  ReleaseException.parse(body);
  return releaseException(db, id, principal.role === 'owner' ? null : principal.keyId);
}

/** Asks the order of the exception for an action, once for each key; answers both as they are now. */
async function askOrder(
  context: ApiContext,
  request: Request,
  response: Response,
  asked: Pick<Asked, 'number' | 'action'> & { readonly body: { readonly exception: string } },
) {
  const principal = principalOf(response.locals);
  const { body: order, replayed, before } = await onceOnly(context, { ...asked, principal }, idempotencyKeyOf(request));
  response.locals.audited = { before: { version: before } };
  if (replayed) response.set('Idempotent-Replayed', 'true');
  return { exception: exceptionView(await known(context, asked.body.exception)), order };
}

async function resolve(context: ApiContext, request: Request, response: Response, row: ExceptionRow) {
  const asking = ResolveException.parse(request.body ?? {});
  const { id, orderNumber: number } = row;
  if (number !== null)
    return askOrder(context, request, response, {
      number,
      action: 'resolve_exception',
      body: { ...asking, exception: id },
    });
  response.locals.audited = { before: { status: row.status } };
  await closeOfNoOrder(context, row, asking, principalOf(response.locals));
  return { exception: exceptionView(await known(context, id)), order: null };
}

async function reopen(context: ApiContext, request: Request, response: Response, row: ExceptionRow) {
  const asking = ReopenException.parse(request.body ?? {});
  const { id, orderNumber: number } = row;
  if (number !== null)
    return askOrder(context, request, response, {
      number,
      action: 'reopen_exception',
      body: { ...asking, exception: id },
    });
  response.locals.audited = { before: { status: row.status } };
  if (!(await reopenExceptionOfNoOrder(context.db, row, asking.note))) throw new HttpProblem('exception_already_open');
  return { exception: exceptionView(await known(context, id)), order: null };
}

export function exceptionsRouter(context: ApiContext): Router {
  const router = Router();
  router.get('/', requires('exceptions.read'), async (request, response) => {
    response.json(await list(context, request.query, principalOf(response.locals)));
  });
  router.get('/statistics', requires('exceptions.read'), async (_request, response) => {
    response.json(await exceptionStatistics(context));
  });
  router.post('/resolve', requires('exceptions.resolve'), async (request, response) => {
    const asked = ResolveExceptions.parse(request.body ?? {});
    const principal = principalOf(response.locals);
    const { body, replayed } = await resolveMany(context, { asked, principal, key: idempotencyKeyOf(request) });
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.json(body);
  });
  router.get(PATH, requires('exceptions.read'), async (request, response) => {
    const { id, verb } = idFrom(request.path);
    if (verb !== undefined) throw new HttpProblem('not_found');
    response.json(exceptionView(await known(context, id)));
  });
  router.post(PATH, requires('exceptions.resolve'), async (request, response) => {
    const { id, verb } = idFrom(request.path);
    const principal = principalOf(response.locals);
    const row = await known(context, id);
    if (verb === 'claim' || verb === 'release') {
      response.locals.audited = { before: { claimed_by: row.claimedBy, claimed_until: row.claimedUntil } };
      if (!(await claimOrRelease(context, id, verb, request.body ?? {}, principal)))
        throw new HttpProblem('exception_claimed');
      response.json(exceptionView(await known(context, id)));
      return;
    }
    if (verb === undefined) throw new HttpProblem('not_found');
    if (verb === 'reopen') {
      response.json(await reopen(context, request, response, row));
      return;
    }
    response.json(await resolve(context, request, response, row));
  });
  return router;
}
