import { randomUUID } from 'node:crypto';
import { type Request, Router } from 'express';
import { schemaOf } from '../contracts/actions.ts';
import type { OrderView } from '../contracts/order-view.ts';
import { findLocation } from '../db/catalogue.ts';
import { stageInstructions } from '../db/delivery-instructions.ts';
import { claimAnswer, saveAnswer } from '../db/intake.ts';
import { stageMessage } from '../db/messages.ts';
import { type OrderRecord, readOrder } from '../db/order-reader.ts';
import { factsOf, hasFact, stageAddress } from '../db/orders.ts';
import { type ActionRequest, decideAction } from '../domain/decide.ts';
import { refusalFor } from '../domain/disclosure.ts';
import type { Resolution } from '../domain/exceptions.ts';
import { type ActionFields } from '../domain/guards.ts';
import { movesMoneyOnly } from '../domain/money-moves.ts';
import type { Order } from '../domain/order.ts';
import type { Refusal } from '../domain/refusals.ts';
import { firstFactOf } from '../domain/repeated.ts';
import { ACTION_NAMES, type ActionName, allowedActions, refusalOf } from '../domain/transitions.ts';
import { ActionRefused, EngineUnavailable } from '../engine.ts';
import { GatewayUnavailable } from '../gateway-reach.ts';
import { type Principal, principalOf, requires } from './access.ts';
import { movableOf } from './amounts.ts';
import type { ApiContext } from './context.ts';
import { type GoodsBody, goodsOf } from './goods.ts';
import { digestOf, idempotencyKeyOf } from './idempotency.ts';
import { numberFrom, orderFor, showOrder } from './orders.ts';
import { HttpProblem } from './problem.ts';

/** Actions on an order: checked against the table at the door, decided by the workflow, answered with the order as it is then. */

export function actionFrom(name: string | string[] | undefined): ActionName {
  const action = ACTION_NAMES.find((one) => one === name);
  if (action === undefined)
    throw new HttpProblem('not_found', { detail: `There is no action ${JSON.stringify(name)}.` });
  return action;
}

type Body = Record<string, unknown> &
  GoodsBody & {
    expected_version?: number;
    address?: object;
    body?: string;
    to?: 'buyer' | 'store' | 'seller';
    amount?: string;
    until?: string;
    location?: string;
    resolution?: Resolution;
    redemption_code?: string;
    delivery_notes?: string;
  };

/** The fields of an action, each checked. Of the resolutions only one takes an address, and it takes no other than a new one. */
export function bodyFrom({ action, body: given }: Asked): Body {
  const body = schemaOf(action).parse(given ?? {}) as Body;
  if (action !== 'resolve_exception') return body;
  const wanted = body.resolution === 'edit_address';
  if (wanted === (body.address !== undefined)) return body;
  const message = wanted ? 'is required for the resolution edit_address' : 'is only for the resolution edit_address';
  throw new HttpProblem('invalid_fields', { errors: [{ field: 'address', message }] });
}

/** The fields as the domain reads them: amounts in minor units; what {@link stage} puts aside stays behind, as goods do for {@link goodsOf}. */
function plainFieldsOf(order: Order, body: Body): ActionFields {
  const { expected_version: _version, address: _address, body: _text, amount, until, ...others } = body;
  const { add: _add, sku: _sku, quantity: _quantity, unit_price: _price, ...plain } = others;
  const { redemption_code: _code, delivery_notes: _notes, ...rest } = plain;
  return {
    ...rest,
    ...(amount === undefined ? {} : { amount: movableOf(amount, order, 'amount') }),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
  };
}

/** All fields of an action, with what the catalogue and the record have to add. */
export async function fieldsOf(
  { db }: Pick<ApiContext, 'db'>,
  record: OrderRecord,
  asked: Asked,
  body: Body,
): Promise<ActionFields> {
  const { order } = record;
  const { location } = body;
  if (location !== undefined && (await findLocation(db, location)) === null)
    throw new HttpProblem('invalid_fields', {
      errors: [{ field: 'location', message: `there is no location ${location}` }],
    });
  const goods = await goodsOf(db, order, asked.principal, body);
  return { ...plainFieldsOf(order, body), ...goods, ...reopenedOf(record, asked) };
}

/** What the record knows of the exception that is to be opened again; the state of the order has only open ones. */
function reopenedOf({ exceptions }: OrderRecord, { action, body }: Asked): Pick<ActionFields, 'reopened'> {
  if (action !== 'reopen_exception') return {};
  const { exception } = (body ?? {}) as { exception?: unknown };
  const found = exceptions.find(({ id, status }) => id === exception && status === 'resolved');
  if (found === undefined) return {};
  const { kind, lane, units } = found;
  return { reopened: { kind, lane, ...(units === null ? {} : { units }) } };
}

/** The id of what is staged for an update: the same for the same one, so that repeating it leads to the same facts. */
const stagedIdOf = (updateId: string): string =>
  updateId.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** Puts a new address, a message or a code into the record and names it by its id: personal data and secrets do not travel through the engine. */
async function stage(
  { db }: ApiContext,
  { number, principal: { actor } }: Asked,
  { body, updateId }: Turn,
): Promise<ActionFields> {
  const id = stagedIdOf(updateId);
  if (body.address !== undefined) {
    await stageAddress(db, id, number, body.address);
    return { staged_address: id };
  }
  const { redemption_code: redemptionCode = null, delivery_notes: notes = null } = body;
  if (redemptionCode !== null || notes !== null) {
    await stageInstructions(db, id, number, { redemptionCode, notes });
    return { staged_instructions: id };
  }
  if (body.body === undefined) return {};
  const author = { authorRole: actor.role, authorId: actor.id };
  await stageMessage(db, { id, orderNumber: number, ...author, recipient: body.to ?? 'buyer', body: body.body });
  return { staged_message: id };
}

export const conflictOf = (order: Order, principal: Principal) => ({
  version: order.version,
  status_now: order.status,
  allowed_actions: allowedActions(
    order,
    principal.role,
    Date.now(),
    principal.seller === null ? {} : { seller: principal.seller },
  ),
});

/** The order's no, as who asked may read it. */
export function problemOfRefusal(order: Order | undefined, principal: Principal, refusal: Refusal): HttpProblem {
  const { code, detail } = refusalFor(principal.role, refusal);
  return new HttpProblem(code, { detail, ...(order === undefined ? {} : conflictOf(order, principal)) });
}

async function refusedAs(
  { db }: ApiContext,
  { number, principal }: Asked,
  refused: ActionRefused,
): Promise<HttpProblem> {
  const { code, message: detail } = refused;
  return problemOfRefusal((await readOrder(db, number))?.order, principal, { code, detail });
}

/** One request for an action. `repeated`: the same request was begun before, so the engine alone knows whether it is done. */
export type Asked = {
  readonly number: string;
  readonly action: ActionName;
  readonly body: unknown;
  readonly principal: Principal;
};
/** The order as it is now, and the version it had when the request came. */
type Done = { readonly order: OrderView; readonly before: number };
type Turn = { readonly body: Body; readonly updateId: string; readonly repeated: boolean };

/** The same question the workflow will answer, asked first at the door, where a no is cheaper. */
export function refuseAtTheDoor(
  order: Order,
  { action, principal }: Asked,
  fields: ActionFields,
  expectedVersion: number | null,
): void {
  if (expectedVersion !== null && expectedVersion !== order.version) {
    throw new HttpProblem('version_conflict', conflictOf(order, principal));
  }
  const refusal = refusalOf(order, action, principal.role, fields, Date.now());
  if (refusal !== null) throw problemOfRefusal(order, principal, refusal);
}

/**
 * What only moves money is not begun while the gateway is away (SPEC.md §2). A repeated request that was done is not decided so once
 * more; the engine then gives its answer again.
 */
async function requireGateway({ gateway }: ApiContext, order: Order, request: ActionRequest): Promise<void> {
  const decided = decideAction(order, request, Date.now());
  if (!decided.ok || !movesMoneyOnly(order, decided.order, decided.facts)) return;
  try {
    await gateway.reach(order.payment);
  } catch (error) {
    throw error instanceof GatewayUnavailable ? new HttpProblem('gateway_unavailable', {}, { cause: error }) : error;
  }
}

/**
 * Whether the request of which the answer was lost was done. The engine knows while the order's workflow is the one that did it; when
 * that has ended, the timeline does: at the version that the request expected stands what it leads to.
 */
async function wasDone({ db }: ApiContext, number: string, request: ActionRequest): Promise<boolean> {
  const first = firstFactOf(await factsOf(db, number), request);
  return first !== null && hasFact(db, number, first);
}

/** Asks the order for an action on behalf of a principal; throws the problem when it refuses. */
async function performAction(context: ApiContext, asked: Asked, turn: Turn): Promise<Done> {
  const { body, updateId, repeated } = turn;
  const { number, action, principal } = asked;
  const record = await orderFor(context.db, number, principal);
  const expectedVersion = body.expected_version ?? null;
  const own = principal.role === 'seller' && principal.seller !== null ? { seller: principal.seller } : {};
  const fields = { ...(await fieldsOf(context, record, asked, body)), ...own };
  if (!repeated) refuseAtTheDoor(record.order, asked, fields, expectedVersion);
  const versions = { expectedVersion, seenVersion: record.order.version };
  await requireGateway(context, record.order, { action, actor: principal.actor, fields, ...versions });
  const staged = await stage(context, asked, turn);
  const request = { action, actor: principal.actor, fields: { ...fields, ...staged }, ...versions };
  try {
    await context.engine.act(number, request, updateId);
  } catch (error) {
    const isDone = repeated && error instanceof ActionRefused && (await wasDone(context, number, request));
    if (isDone) return { order: await showOrder(context, number, principal), before: record.order.version };
    if (error instanceof ActionRefused) throw await refusedAs(context, asked, error);
    if (error instanceof EngineUnavailable) throw new HttpProblem('unavailable', { detail: error.message });
    throw error;
  }
  return { order: await showOrder(context, number, principal), before: record.order.version };
}

/** Does an action once for each Idempotency-Key, and gives its answer again to whoever repeats it. */
export async function onceOnly(
  context: ApiContext,
  asked: Asked,
  key: string | null,
): Promise<{ body: unknown; replayed: boolean; before: number | null }> {
  const body = bodyFrom(asked);
  if (key === null) {
    const { order, before } = await performAction(context, asked, { body, updateId: randomUUID(), repeated: false });
    return { body: order, replayed: false, before };
  }
  const { keyId } = asked.principal;
  const requestHash = digestOf(asked.number, asked.action, body);
  const claimed = await claimAnswer(context.db, keyId, key, requestHash);
  if (claimed.requestHash !== requestHash) throw new HttpProblem('idempotency_key_reused');
  if (claimed.body !== null) return { body: claimed.body, replayed: true, before: null };
  // The engine too knows a repeated update by its id, so a lost answer is not a second action.
  const updateId = digestOf(keyId, key).slice(0, 40);
  const { order, before } = await performAction(context, asked, { body, updateId, repeated: !claimed.first });
  await saveAnswer(context.db, keyId, key, order);
  return { body: order, replayed: false, before };
}

export function actionsRouter(context: ApiContext): Router {
  const router = Router();
  const asked = ({ params }: Request) => ({
    number: numberFrom(params['number']),
    action: actionFrom(params['action']),
  });
  const guard = requires((request) => `orders.act.${asked(request).action}`);
  router.post('/:number/actions/:action', guard, async (request, response) => {
    const principal = principalOf(response.locals);
    const action = { ...asked(request), body: request.body, principal };
    const { body, replayed, before } = await onceOnly(context, action, idempotencyKeyOf(request));
    response.locals.audited = { before: { version: before } };
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.json(body);
  });
  return router;
}
