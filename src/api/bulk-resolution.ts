import { BULK_AT_MOST, type BulkAnswer, type BulkResult, type ResolveExceptions } from '../contracts/exceptions.ts';
import {
  closeExceptionOfNoOrder,
  type ExceptionRow,
  findException,
  listExceptions,
  ordersOfExceptions,
} from '../db/exceptions.ts';
import { claimAnswer, saveAnswer } from '../db/intake.ts';
import { EXCEPTIONS, type Resolution } from '../domain/exceptions.ts';
import type { Principal } from './access.ts';
import { onceOnly } from './actions.ts';
import type { ApiContext } from './context.ts';
import { digestOf } from './idempotency.ts';
import { HttpProblem } from './problem.ts';

/** One resolution for many exceptions: an outage makes hundreds. Each order is asked by itself, as for a single exception. */

const ORDERS_AT_ONCE = 8;

type Request = { readonly asked: ResolveExceptions; readonly principal: Principal; readonly key: string | null };
type Chosen = { readonly ids: readonly string[]; readonly more: boolean };

/** The oldest that fit, without those somebody else is working on. */
async function choose({ db }: ApiContext, { asked, principal }: Request): Promise<Chosen> {
  if (asked.filter === undefined) return { ids: asked.ids ?? [], more: false };
  const filter = { ...asked.filter, status: 'open', notHeldFrom: principal.keyId, limit: BULK_AT_MOST + 1 };
  const rows = await listExceptions(db, filter);
  return { ids: rows.slice(0, BULK_AT_MOST).map(({ id }) => id), more: rows.length > BULK_AT_MOST };
}

/** A repeated request is about those it was about at first, whatever fits its filter by now. */
async function chosenOnce(context: ApiContext, request: Request, requestHash: string): Promise<Chosen> {
  const { key, principal } = request;
  if (key === null || request.asked.filter === undefined) return choose(context, request);
  const choiceKey = digestOf('exceptions chosen', key);
  const { body } = await claimAnswer(context.db, principal.keyId, choiceKey, requestHash);
  if (body !== null) return body as Chosen;
  const chosen = await choose(context, request);
  await saveAnswer(context.db, principal.keyId, choiceKey, chosen);
  return chosen;
}

/** Closes what is about no order; a repeated request finds what it did and is answered alike. */
export async function closeOfNoOrder(
  { db }: ApiContext,
  row: ExceptionRow,
  { resolution, note = null }: { readonly resolution: Resolution; readonly note?: string | null | undefined },
  { actor }: Principal,
): Promise<void> {
  if (!row.resolutions.includes(resolution))
    throw new HttpProblem('resolution_not_allowed', {
      detail: `Allowed for ${row.kind}: ${row.resolutions.join(', ')}.`,
    });
  const by = `${actor.role}:${actor.id}`;
  if (await closeExceptionOfNoOrder(db, row.id, { by, resolution, note })) return;
  if (row.resolvedBy !== by || row.resolution !== resolution) throw new HttpProblem('exception_not_found');
}

async function decide(context: ApiContext, { asked, principal, key }: Request, id: string, order: string | null) {
  const { resolution, note } = asked;
  if (order === null) {
    const row = await findException(context.db, id);
    if (row === null) throw new HttpProblem('exception_not_found');
    await closeOfNoOrder(context, row, asked, principal);
    return;
  }
  const body = { exception: id, resolution, ...(note === undefined ? {} : { note }) };
  const action = { number: order, action: 'resolve_exception' as const, body, principal };
  await onceOnly(context, action, key === null ? null : digestOf('exception of many', key, id));
}

async function resolveOne(
  context: ApiContext,
  request: Request,
  id: string,
  order: string | null,
): Promise<BulkResult> {
  try {
    await decide(context, request, id, order);
    return { id, order, result: 'resolved' };
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const { code, detail, title } = error.problem;
    return { id, order, result: 'refused', code, detail: detail ?? title };
  }
}

const isUnavailable = ({ code }: BulkResult): boolean => code === 'unavailable';
/** Of the gateway only some orders need an answer, so the others are still asked. */
const mayBeLater = (one: BulkResult): boolean => isUnavailable(one) || one.code === 'gateway_unavailable';

/** Several orders at once, the exceptions of one order one after the other; when the engine is away, the rest is not tried. */
async function resolveEach(context: ApiContext, request: Request, ids: readonly string[]): Promise<BulkResult[]> {
  const orderOf = await ordersOfExceptions(context.db, ids);
  const orders = new Set(ids.map((id) => orderOf.get(id) ?? null));
  const queue = [...orders].map((order) => [order, ids.filter((id) => (orderOf.get(id) ?? null) === order)] as const);
  const results = new Map<string, BulkResult>();
  let away: BulkResult | undefined;
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [order, itsIds] = next;
      for (const id of itsIds) {
        const result = await outcome(id, order);
        if (isUnavailable(result)) away = result;
        results.set(id, result);
      }
    }
  };
  const outcome = async (id: string, order: string | null): Promise<BulkResult> => {
    if (!orderOf.has(id))
      return {
        id,
        order: null,
        result: 'refused',
        code: 'exception_not_found',
        detail: `There is no exception ${id}.`,
      };
    if (away !== undefined) return { ...away, id, order };
    return resolveOne(context, request, id, order);
  };
  await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, lane));
  return ids.flatMap((id) => results.get(id) ?? []);
}

/** What no order of this kind would take is refused as a whole. */
function refuseForKind({ filter, resolution }: ResolveExceptions): void {
  if (filter === undefined) return;
  const allowed: readonly Resolution[] = EXCEPTIONS[filter.kind].resolutions;
  if (!allowed.includes(resolution))
    throw new HttpProblem('resolution_not_allowed', { detail: `Allowed for ${filter.kind}: ${allowed.join(', ')}.` });
}

/**
 * Resolves each and answers for each. Under an Idempotency-Key a repeated request gets the same answer; if engine or gateway was away for
 * some, the repeated request goes on with those.
 */
export async function resolveMany(
  context: ApiContext,
  request: Request,
): Promise<{ body: unknown; replayed: boolean }> {
  const { asked, principal, key } = request;
  refuseForKind(asked);
  const requestHash = digestOf('exceptions', asked);
  if (key !== null) {
    const claimed = await claimAnswer(context.db, principal.keyId, key, requestHash);
    if (claimed.requestHash !== requestHash) throw new HttpProblem('idempotency_key_reused');
    if (claimed.body !== null) return { body: claimed.body, replayed: true };
  }
  const { ids, more } = await chosenOnce(context, request, requestHash);
  const data = await resolveEach(context, request, ids);
  const resolved = data.filter(({ result }) => result === 'resolved').length;
  const body: BulkAnswer = { resolved, refused: data.length - resolved, more, data };
  if (key !== null && !data.some(mayBeLater)) await saveAnswer(context.db, principal.keyId, key, body);
  return { body, replayed: false };
}
