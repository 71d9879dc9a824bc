import { Router } from 'express';
import { ZodError } from 'zod';
import { ListOrders, PlaceOrder, SoundParts } from '../contracts/orders.ts';
import { catalogueFor } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { findIntake, insertIntake, saveIntakeResponse } from '../db/intake.ts';
import { type Names, namesOf } from '../db/names.ts';
import type { OrderSort } from '../db/order-filter.ts';
import { listOrders } from '../db/order-list.ts';
import { type OrderRecord, readOrder, readOrderWithTimeline } from '../db/order-reader.ts';
import { isOrderOf } from '../db/order-search.ts';
import type { EventRow } from '../db/orders.ts';
import { orderOfPayment } from '../db/payments.ts';
import type { Placement } from '../domain/facts.ts';
import { ORDER_NUMBER } from '../domain/keys.ts';
import { EngineUnavailable } from '../engine.ts';
import { hasScope, type Principal, principalOf, requires } from './access.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { digestOf, idempotencyKeyOf } from './idempotency.ts';
import { orderSummary, orderView, seesAll } from './order-view.ts';
import { judgeParts, placementFrom } from './placement.ts';
import { fieldErrors, HttpProblem } from './problem.ts';
import { sellerSummary, sellerView } from './seller-view.ts';

/** Placing, reading and listing orders. */

/** What staff are called is for the store. Who reads what nobody else has done, as a checkout does, costs the record nothing more. */
async function namesFor(db: Db, timeline: readonly EventRow[], { role, keyId, name }: Principal): Promise<Names> {
  if (!seesAll(role)) return new Map();
  const others = timeline.flatMap(({ actorId }) => (actorId === keyId ? [] : [actorId]));
  return new Map([...(await namesOf(db, others)), [keyId, name]]);
}

export async function showOrder({ db, config, temporalNamespace }: ApiContext, number: string, principal: Principal) {
  await requireSight(db, number, principal);
  const found = await readOrderWithTimeline(db, number);
  if (found === null) throw new HttpProblem('order_not_found');
  const { record, timeline } = found;
  const temporalUi =
    config.TEMPORAL_UI_URL === undefined ? null : { url: config.TEMPORAL_UI_URL, namespace: temporalNamespace };
  const names = await namesFor(db, timeline, principal);
  const view = orderView(record, timeline, { role: principal.role, names, temporalUi });
  const { role, seller, keyId } = principal;
  return role === 'seller' && seller !== null ? sellerView(view, record, timeline, { seller, keyId }) : view;
}

/**
 * An order of others is not there for a seller: it is answered as one that does not exist, and after the same small question, so that
 * the time of the answer does not tell them apart either.
 */
async function requireSight(db: Db, number: string, { role, seller }: Principal): Promise<void> {
  if (role !== 'seller') return;
  if (seller === null || !(await isOrderOf(db, number, seller))) throw new HttpProblem('order_not_found');
}

/** The order as it is recorded, if it is there for who asks. */
export async function orderFor(db: Db, number: string, principal: Principal): Promise<OrderRecord> {
  await requireSight(db, number, principal);
  const record = await readOrder(db, number);
  if (record === null) throw new HttpProblem('order_not_found');
  return record;
}

/** What an order number in a path must look like, before the database is asked. */
export function numberFrom(text: string | string[] | undefined): string {
  if (typeof text !== 'string' || !ORDER_NUMBER.test(text)) throw new HttpProblem('order_not_found');
  return text;
}

/** The order a checkout asks for; throws the problem that names every wrong field of it. */
async function judge(context: ApiContext, body: unknown, principal: Principal) {
  const parsed = PlaceOrder.safeParse(body);
  const parts = parsed.success ? parsed.data : SoundParts.parse(body);
  const skus = parts.items.flatMap(({ sku }) => (sku === undefined ? [] : [sku]));
  const { products, policyVersion } = await catalogueFor(context.db, parts.store ?? null, [...new Set(skus)]);
  const policy =
    parts.store === undefined || policyVersion === null ? null : await context.policyOf(parts.store, policyVersion);
  const { lines, totals, ...found } = judgeParts(parts, { products, mayPrice: hasScope(principal, 'orders:price') });
  const unsound = parsed.success ? [] : fieldErrors(parsed.error);
  const isNew = ({ field }: { field: string }): boolean => !unsound.some((one) => one.field === field);
  const errors = [...unsound, ...found.errors.filter(isNew)];
  if (parts.store !== undefined && policy === null)
    errors.unshift({ field: 'store', message: `there is no store ${JSON.stringify(parts.store)}` });
  if (errors.length > 0 || !parsed.success || lines === null || totals === null || policy === null)
    throw new HttpProblem('invalid_fields', { errors });
  return { requestHash: digestOf(parsed.data), ...placementFrom(parsed.data, lines, totals, policy.order) };
}

const isPaymentUsed = async ({ db }: ApiContext, { paymentReference }: Placement): Promise<boolean> =>
  paymentReference !== null && (await orderOfPayment(db, paymentReference)) !== null;

async function start({ engine }: ApiContext, placement: Placement, principal: Principal): Promise<void> {
  try {
    await engine.place({ placement, actor: principal.actor });
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    throw new HttpProblem('unavailable', {
      detail: `The order is written down as ${placement.number} and will be worked on; ask again with the same Idempotency-Key for its state.`,
    });
  }
}

/** What this key has asked before, whatever the catalogue says today; null when it is new. */
async function askedBefore({ db }: ApiContext, body: unknown, idempotencyKey: string, principal: Principal) {
  const known = await findIntake(db, principal.keyId, idempotencyKey);
  if (known === null) return null;
  const parsed = PlaceOrder.safeParse(body);
  if (!parsed.success || digestOf(parsed.data) !== known.requestHash) throw new HttpProblem('idempotency_key_reused');
  return known;
}

type TakenIn = { readonly placement: Placement; readonly response: unknown; readonly known: boolean };

/**
 * Writes a new request down, or finds it again: what was asked before is not judged by the catalogue of today. A payment that pays
 * another order already is refused before anything is written.
 */
async function takeIn(
  context: ApiContext,
  body: unknown,
  idempotencyKey: string,
  principal: Principal,
): Promise<TakenIn> {
  const before = () => askedBefore(context, body, idempotencyKey, principal);
  let judged: Awaited<ReturnType<typeof judge>>;
  try {
    judged = await judge(context, body, principal);
  } catch (error) {
    // Asked for here only, as nearly every request is new and sound.
    const known = error instanceof HttpProblem || error instanceof ZodError ? await before() : null;
    if (known === null) throw error;
    return { ...known, known: true };
  }
  const { requestHash, placement, buyer } = judged;
  const { number } = placement;
  const row = { number, apiKey: principal.keyId, idempotencyKey, requestHash, placement, buyer };
  const used = await isPaymentUsed(context, placement);
  if (!used && (await insertIntake(context.db, row))) return { placement, response: null, known: false };
  const known = await before();
  if (known !== null) return { ...known, known: true };
  if (!used) throw new Error(`the order number ${number} is taken`);
  const message = 'pays another order already';
  throw new HttpProblem('invalid_fields', { errors: [{ field: 'payment.payment_intent', message }] });
}

async function place(context: ApiContext, body: unknown, idempotencyKey: string, principal: Principal) {
  const { placement, response, known } = await takeIn(context, body, idempotencyKey, principal);
  if (response !== null) return { order: response as { number: string }, replayed: true };
  await start(context, placement, principal);
  const order = await showOrder(context, placement.number, principal);
  await saveIntakeResponse(context.db, placement.number, order);
  return { order, replayed: known };
}

function sortFrom(sort: ListOrders['sort']) {
  const descending = sort.startsWith('-');
  return { by: sort.replace('-', '') as OrderSort, descending };
}

/** What would tell a seller about the buyer's money or other sellers is not theirs to ask. */
const NOT_FOR_SELLERS = ['payment_status', 'payment_method', 'has_exception', 'late'] as const;

/** A seller's list: their own orders, found by number only. */
function sellersQuery(asked: ListOrders, seller: string | null): ListOrders {
  const wrong: string[] = NOT_FOR_SELLERS.filter((field) => asked[field] !== undefined);
  if (/total|payment/.test(asked.sort)) wrong.push('sort');
  if (asked.q !== undefined && !/^[0-9A-Z-]+$/i.test(asked.q)) wrong.push('q');
  if (asked.seller !== undefined && asked.seller !== seller) wrong.push('seller');
  if (wrong.length > 0) {
    const errors = wrong.map((field) => ({ field, message: 'is not for sellers' }));
    throw new HttpProblem('invalid_fields', { errors });
  }
  if (seller === null) throw new HttpProblem('role_not_allowed', { detail: 'The key names no seller.' });
  return { ...asked, seller };
}

async function listForSeller(context: ApiContext, query: unknown, seller: string | null) {
  const asked = sellersQuery(ListOrders.parse(query), seller);
  const page = await list(context, asked, true);
  const records = await Promise.all(page.data.map(({ number }) => readOrder(context.db, number)));
  const own = page.data.flatMap((summary, index) => {
    const record = records[index];
    return record == null || seller === null ? [] : [sellerSummary(summary, record, seller)];
  });
  return { ...page, data: own };
}

/** What a list is asked, as the record is. With `inNumbers`, a text is looked for in numbers alone. */
export const filterFrom = (asked: Omit<ListOrders, 'cursor' | 'limit'>, inNumbers = false) => ({
  q: asked.q,
  inNumbers,
  store: asked.store,
  channel: asked.channel,
  status: asked.status,
  paymentStatus: asked.payment_status,
  paymentMethod: asked.payment_method,
  createdFrom: asked.created_from,
  createdTo: asked.created_to,
  seller: asked.seller,
  hasException: asked.has_exception === undefined ? undefined : asked.has_exception === 'true',
  late: asked.late === undefined ? undefined : (true as const),
  sort: sortFrom(asked.sort),
});

async function list({ db }: ApiContext, asked: ListOrders, inNumbers = false) {
  const filter = filterFrom(asked, inNumbers);
  return readPage({
    list: `orders ${asked.sort}`,
    ...asked,
    read: (after, limit) => listOrders(db, { ...filter, after, limit }),
    keyOf: (row) => [row.sortKey, row.number],
    view: orderSummary,
  });
}

export function ordersRouter(context: ApiContext): Router {
  const router = Router();
  router.post('/', requires('orders.place'), async (request, response) => {
    const key = idempotencyKeyOf(request);
    if (key === null) throw new HttpProblem('idempotency_key_required');
    const { order, replayed } = await place(context, request.body, key, principalOf(response.locals));
    if (replayed) response.set('Idempotent-Replayed', 'true');
    response.status(201).location(`/v1/orders/${order.number}`).json(order);
  });
  router.get('/', requires('orders.list'), async (request, response) => {
    const { role, seller } = principalOf(response.locals);
    response.json(
      role === 'seller'
        ? await listForSeller(context, request.query, seller)
        : await list(context, ListOrders.parse(request.query)),
    );
  });
  router.get('/:number', requires('orders.read'), async (request, response) => {
    const order = await showOrder(context, numberFrom(request.params['number']), principalOf(response.locals));
    response.set('ETag', `"${order.version}"`).json(order);
  });
  return router;
}
