import { Router } from 'express';
import { ClaimException, ListExceptions, ResolveException } from '../contracts/exceptions.ts';
import { claimException, type ExceptionRow, findException, listExceptions } from '../db/exceptions.ts';
import { principalOf, requireScope } from './access.ts';
import { onceOnly } from './actions.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { idempotencyKeyOf } from './idempotency.ts';
import { HttpProblem } from './problem.ts';

/** The queue of what only a person can clear (SPEC.md §4). */

const exceptionView = (row: ExceptionRow) => ({
  id: row.id,
  order: row.orderNumber,
  kind: row.kind,
  severity: row.severity,
  status: row.status,
  fulfilment: row.fulfilment,
  summary: row.summary,
  context: row.context,
  proposal: row.proposal,
  resolutions: row.resolutions,
  opened_at: row.openedAt.toISOString(),
  claimed_by: row.claimedBy,
  claimed_until: row.claimedUntil?.toISOString() ?? null,
  resolved_at: row.resolvedAt?.toISOString() ?? null,
  resolved_by: row.resolvedBy,
  resolution: row.resolution,
  note: row.note,
});

/** An exception's id holds a slash (ORD-…/x7); in a path it may be written as it is or encoded. */
const PATH = /^\/(ORD-[0-9A-Z]{10}(?:\/|%2F)x\d+)(?:\/(claim|resolve))?$/i;
const idFrom = (path: string): { id: string; verb: string | undefined } => {
  const [, id, verb] = PATH.exec(path) ?? [];
  if (id === undefined) throw new HttpProblem('not_found');
  return { id: decodeURIComponent(id), verb };
};

async function list({ db }: ApiContext, query: unknown) {
  const asked = ListExceptions.parse(query);
  return readPage({
    list: 'exceptions',
    ...asked,
    read: (after, limit) => listExceptions(db, { ...asked, after, limit }),
    keyOf: (row) => [row.openedAt.toISOString(), row.id],
    view: exceptionView,
  });
}

async function known({ db }: ApiContext, id: string): Promise<ExceptionRow> {
  const row = await findException(db, id);
  if (row === null) throw new HttpProblem('not_found', { detail: `There is no exception ${id}.` });
  return row;
}

export function exceptionsRouter(context: ApiContext): Router {
  const router = Router();
  router.get('/', requireScope('exceptions:read'), async (request, response) => {
    response.json(await list(context, request.query));
  });
  router.get(PATH, requireScope('exceptions:read'), async (request, response) => {
    const { id, verb } = idFrom(request.path);
    if (verb !== undefined) throw new HttpProblem('not_found');
    response.json(exceptionView(await known(context, id)));
  });
  router.post(PATH, requireScope('exceptions:resolve'), async (request, response) => {
    const { id, verb } = idFrom(request.path);
    const principal = principalOf(response.locals);
    const row = await known(context, id);
    if (verb === 'claim') {
      const { minutes } = ClaimException.parse(request.body ?? {});
      const claimed = await claimException(context.db, id, principal.keyId, minutes);
      if (claimed === null) throw new HttpProblem('exception_claimed');
      response.json(exceptionView(claimed));
      return;
    }
    if (verb !== 'resolve') throw new HttpProblem('not_found');
    const body = { ...ResolveException.parse(request.body ?? {}), exception: id };
    const asked = { number: row.orderNumber, action: 'resolve_exception' as const, body, principal };
    const { body: order, replayed } = await onceOnly(context, asked, idempotencyKeyOf(request));
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.json({ exception: exceptionView(await known(context, id)), order });
  });
  return router;
}
