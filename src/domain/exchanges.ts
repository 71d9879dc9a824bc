import { add, type Draft } from './draft.ts';
import type { Actor, OfferedLine, Order, Return } from './order.ts';
import { refundableUnits, requestRefund } from './refunds.ts';
import { type Refusal, refuse } from './refusals.ts';
import { asLines, differenceOf } from './replacing.ts';
import { unitsBack } from './returns.ts';
import { valueOf } from './worth.ts';

/**
 * Other goods for those that come back, at no more than their price: sent when the return is approved, or once the goods are here. What
 * the returned goods cost more is paid back when they are here.
 */

/** The return an exchange means: the one it names, else one that is on its way back, else the last that is here. */
export function meantReturn(order: Order, id: string | undefined): Return | undefined {
  const may = order.returns.filter(({ status }) => status === 'approved' || status === 'received');
  if (id !== undefined) return may.find((one) => one.id === id);
  return may.find(({ status }) => status === 'approved') ?? may.at(-1);
}

export function refusalOfExchange(
  order: Order,
  id: string | undefined,
  added: readonly OfferedLine[] | undefined,
): Refusal | null {
  const back = meantReturn(order, id);
  if (back === undefined) return refuse('return_not_found');
  if (back.exchangedFor !== null) return refuse('return_exchanged');
  const isPaidBack = unitsBack(back).some(({ line, quantity }) => refundableUnits(order, line) < quantity);
  if (isPaidBack) return refuse('already_refunded', 'The returned goods are paid back already.');
  if (added === undefined || added.length === 0) return refuse('lines_required', 'Name what is sent in exchange.');
  const more = differenceOf(order, { removed: unitsBack(back), added });
  if (more <= 0) return null;
  return refuse(
    'difference_to_pay',
    `What is sent costs ${more} minor units of ${order.currency} more than what comes back.`,
  );
}

/** What the goods that came back cost more than what was sent for them. */
export const overpaid = (order: Order, back: Return): number =>
  Math.max(0, (back.exchangedWorth ?? valueOf(order, unitsBack(back))) - (back.exchangedFor ?? 0));

export function exchange(draft: Draft, at: number, actor: Actor, back: Return, added: readonly OfferedLine[]): Draft {
  const { order } = draft;
  const removed = unitsBack(back);
  const exchanged = add(draft, at, actor, {
    type: 'return_exchanged',
    return: back.id,
    added: asLines(order, { removed, added }),
    ...(order.lines.every(({ tax }) => tax === null) ? {} : { worth: valueOf(order, removed) }),
  });
  if (back.status !== 'received') return exchanged;
  return settleExchange(exchanged, at, actor, back.id);
}

/** The goods are here: what they cost more goes back. */
export function settleExchange(draft: Draft, at: number, actor: Actor, id: string): Draft {
  const back = draft.order.returns.find((one) => one.id === id);
  const amount = back === undefined ? 0 : overpaid(draft.order, back);
  return amount === 0 ? draft : requestRefund(draft, at, actor, { reason: 'returned', amount, note: null });
}
