import { toMinor } from '../../src/contracts/money.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { toStripe } from '../../src/contracts/stripe-amounts.ts';
import type { Access } from '../system/access.ts';
import { type ApiClient, ApiProblem } from '../system/api-client.ts';
import { isOneOf, tell } from '../system/carrier.ts';
import { authorise } from '../system/checkout.ts';
import type { ReplayOrder, Request } from './input.ts';
import { type Plan, planOf } from './plan.ts';

/** Who takes part in the life of an order. */
export interface Cast {
  readonly access: Access;
  /** Places orders, and may set prices. */
  readonly checkout: ApiClient;
  /** Confirms bank transfers, cancels, sends money back. */
  readonly staff: ApiClient;
  /** Begins every idempotency key, so that the same file can be replayed again. */
  readonly run: string;
}

export interface Life {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly happened: string;
  readonly expected: OrderView['status'];
  /** Null when the API did not accept it. */
  readonly number: string | null;
  /** Where the replay left it; it may still move when an action has just been answered. */
  readonly status: OrderView['status'] | null;
  /** What went otherwise than planned, as a sentence. */
  readonly trouble: string | null;
  readonly placeMs: number;
}

const PATIENCE_MS = 120_000;

/** The gateway's own idempotency keys must not begin as ours do, so these are the checkout's. */
async function payByCard(cast: Cast, request: Request, key: string, paid: boolean): Promise<object> {
  const { payment, currency, total } = request;
  if (payment['payment_intent'] !== undefined || payment['payment_method'] !== undefined) return payment;
  const amount = toStripe(toMinor(total, currency), currency);
  if (paid) return { ...payment, payment_intent: await authorise(cast.access.stripe, amount, currency, key) };
  const unpaid = await cast.access.stripe.paymentIntents.create(
    { amount, currency: currency.toLowerCase(), capture_method: 'manual' },
    { idempotencyKey: key },
  );
  return { ...payment, payment_intent: unpaid.id };
}

const openExceptions = (order: OrderView) => order.exceptions.filter((one) => one.status === 'open');

/** Waits for `accept`, or for an exception, which only a person may clear. */
const settled = (cast: Cast, number: string, accept: (order: OrderView) => boolean): Promise<OrderView> =>
  cast.staff.until(number, (order) => accept(order) || openExceptions(order).length > 0, PATIENCE_MS);

const hasLabels = (order: OrderView): boolean =>
  order.fulfilments.length > 0 &&
  order.fulfilments.every((one) => one.kind !== 'physical' || one.tracking_number !== null);

/** Nothing of the buyer's money is held or kept; a transfer that never came has nothing to give back. */
function isGivenBack({ payment_status: status, payment_method: method }: OrderView): boolean {
  if (status === 'pending') return method !== 'stripe';
  return status !== 'authorized' && status !== 'paid';
}

/** Staff cancel; money that only a bank can send back is sent and recorded. */
async function cancel(cast: Cast, number: string, key: string): Promise<OrderView> {
  await cast.staff.act(number, 'cancel', { reason: 'Cancelled in the replayed history' }, key);
  const order = await settled(cast, number, (one) => isOneOf(one, 'cancelled') && isGivenBack(one));
  const due = openExceptions(order).find(({ kind }) => kind === 'refund_due');
  if (due === undefined) return order;
  const decision = { exception: due.id, resolution: 'refunded_by_hand', note: 'Sent back by bank transfer' };
  return cast.staff.act(number, 'resolve_exception', decision, `${key}-refund`);
}

/** Does what the plan says with a placed and paid order; stops where an exception waits for a person. */
async function follow(cast: Cast, plan: Plan, number: string, key: string): Promise<OrderView> {
  if (plan.until === 'placed') return cast.staff.order(number);
  if (plan.until === 'cancelled at once') return cancel(cast, number, key);
  const labelled = await settled(cast, number, (order) => isOneOf(order, 'processing') && hasLabels(order));
  if (openExceptions(labelled).length > 0 || plan.until === 'labelled') return labelled;
  if (plan.until === 'cancelled with labels') return cancel(cast, number, key);
  await tell(cast.access.sandbox, labelled, 'TRANSIT');
  const shipped = await settled(cast, number, (order) => isOneOf(order, 'shipped'));
  if (openExceptions(shipped).length > 0 || plan.until === 'shipped') return shipped;
  await tell(cast.access.sandbox, shipped, 'DELIVERED');
  return settled(cast, number, (order) => isOneOf(order, 'completed'));
}

/** Lives one order; never throws: what goes wrong is told in the answer. */
export async function live(cast: Cast, { request, happened }: ReplayOrder, line: number): Promise<Life> {
  const plan = planOf(happened);
  const key = `${cast.run}-${line}`;
  const life = { line, happened: happened.status, expected: plan.endsAs, number: null, status: null, trouble: null };
  let began = performance.now();
  let placed: OrderView | undefined;
  let placeMs = 0;
  try {
    const isCard = request.payment.method === 'stripe';
    const payment = isCard ? await payByCard(cast, request, `checkout:${key}`, plan.paid) : request.payment;
    began = performance.now();
    placed = await cast.checkout.place({ ...request, payment }, key);
    placeMs = performance.now() - began;
    if (request.payment.method === 'bank_transfer' && plan.paid) {
      await cast.staff.act(placed.number, 'confirm', { payment_reference: `BANK-${key}` }, `${key}-bank`);
    }
    const { number, status, exceptions } = await follow(cast, plan, placed.number, key);
    const open = exceptions.filter((one) => one.status === 'open').map(({ kind, summary }) => `${kind}: ${summary}`);
    return { ...life, number, status, trouble: open.length === 0 ? null : open.join('; '), placeMs };
  } catch (error) {
    const trouble = error instanceof ApiProblem || error instanceof Error ? error.message : String(error);
    return { ...life, number: placed?.number ?? null, status: placed?.status ?? null, trouble, placeMs };
  }
}
