import { add, answer, type Draft, openException } from './draft.ts';
import { cancellationLane, subjectOf } from './lanes.ts';
import type { Actor, LineQuantity, OpenException, Order } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';
import { refusalOfUnits, unitsHere } from './replacing.ts';

/**
 * A seller who cannot send their lines asks the store to cancel them (SPEC.md §5; seed 4, "Request cancellations"). Nothing is
 * cancelled by asking: the store decides, and the order goes on meanwhile.
 */

const isRequest = ({ kind }: Pick<OpenException, 'kind'>): boolean => kind === 'cancellation_requested';

/** Of these units those that are still here. */
export const stillHere = (order: Order, units: readonly LineQuantity[]): LineQuantity[] =>
  units.flatMap(({ line, quantity }) => {
    const one = order.lines.find(({ no }) => no === line);
    const left = one === undefined ? 0 : Math.min(quantity, unitsHere(one));
    return left > 0 ? [{ line, quantity: left }] : [];
  });

/** What a seller asks for: the units they name, or all of theirs that have not left. */
export function meantUnits(order: Order, seller: string, lines: readonly LineQuantity[] | undefined): LineQuantity[] {
  const own = order.lines.filter((line) => line.seller === seller);
  return stillHere(order, lines ?? own.map(({ no, quantity }) => ({ line: no, quantity })));
}

/** The units that `cancel_lines` ends: those an exception asks about, of a late seller all that have not left. */
export const unitsToCancel = (order: Order, { kind, lane, units = [] }: OpenException): LineQuantity[] =>
  kind === 'overdue_acknowledgement' ? meantUnits(order, subjectOf(lane), undefined) : stillHere(order, units);

/** A line of somebody else's is refused as one that the order does not have. */
export function refusalOfRequest(
  order: Order,
  seller: string | undefined,
  lines: readonly LineQuantity[] | undefined,
): Refusal | null {
  const own = order.lines.filter((line) => seller !== undefined && line.seller === seller);
  if (seller === undefined || own.length === 0) return refuse('not_your_lines');
  const lane = cancellationLane(seller);
  if (order.exceptions.some((one) => isRequest(one) && one.lane === lane))
    return refuse('cancellation_already_requested');
  const refused = refusalOfUnits({ ...order, lines: own }, lines ?? []);
  if (refused !== null) return refused;
  return meantUnits(order, seller, lines).length === 0 ? refuse('nothing_to_cancel') : null;
}

export function requestCancellation(
  draft: Draft,
  at: number,
  actor: Actor,
  {
    seller,
    lines,
    reason,
  }: { readonly seller: string; readonly lines: readonly LineQuantity[]; readonly reason: string },
): Draft {
  const asked = add(draft, at, actor, { type: 'cancellation_requested', seller, lines, reason });
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  // The buyer may come to see the summary; what the seller gives as the reason is for the store.
  return openException(asked, at, {
    kind: 'cancellation_requested',
    lane: cancellationLane(seller),
    fulfilment: null,
    summary: `The seller ${seller} asks to cancel ${units === 1 ? '1 unit' : `${units} units`} of their lines.`,
    context: { seller, lines, reason },
  });
}

export const decideRequest = (draft: Draft, at: number, actor: Actor, lane: string, accepted: boolean): Draft =>
  add(draft, at, actor, { type: 'cancellation_decided', seller: subjectOf(lane), accepted });

/** Staff have cancelled all that a seller asked for without looking at the request: that answers it. */
export const answerRequests = (draft: Draft, at: number, actor: Actor): Draft =>
  draft.order.exceptions
    .filter((one) => isRequest(one) && stillHere(draft.order, one.units ?? []).length === 0)
    .reduce((so, { kind, lane }) => {
      const answered = answer(so, at, actor, lane, [kind], 'cancel_lines');
      return decideRequest(answered, at, actor, lane, true);
    }, draft);
