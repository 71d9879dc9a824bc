import { add, answer, type Draft } from './draft.ts';
import type { AddedLine } from './facts.ts';
import { type Actor, fulfilmentOf, type Line, type LineQuantity, type OfferedLine, type Order } from './order.ts';
import { requestRefund } from './refunds.ts';
import { type Refusal, refuse } from './refusals.ts';
import { SAID } from './sayings.ts';
import { goodsFor, valueOf, worthOf } from './worth.ts';

/**
 * Units that end, and goods that take their place, while the order goes on: lines cancelled, changed before packing, substituted with
 * the buyer's consent (SPEC.md §3, step 5). The carriage stays as the checkout agreed it.
 */

/** What leaves the order and what comes into it. */
export type Replacement = { readonly removed: readonly LineQuantity[]; readonly added: readonly OfferedLine[] };

/** Goods that come in are lines of their own, after those there are. */
export const asLines = (order: Order, { removed, added }: Replacement): AddedLine[] =>
  goodsFor(order, added, removed).map((line, index) => ({ ...line, no: order.lines.length + 1 + index }));

/** Minor units the buyer pays more; negative when they pay less. */
export const differenceOf = (order: Order, replacement: Replacement): number =>
  worthOf(asLines(order, replacement)) - valueOf(order, replacement.removed);

/** Units of a line that have neither left nor ended. */
export const unitsHere = (line: Line): number =>
  line.quantity - line.cancelled - Math.max(line.shipped, line.delivered);

/** Why these units cannot end; null when they can. */
export function refusalOfUnits(order: Order, units: readonly LineQuantity[], verb = 'cancelled'): Refusal | null {
  for (const { line, quantity } of units) {
    const one = order.lines.find(({ no }) => no === line);
    if (one === undefined) return refuse('line_not_found', `The order has no line ${line}.`);
    const here = unitsHere(one);
    if (quantity > here) return refuse('units_exceeded', `Of line ${line} ${here} can still be ${verb}.`);
  }
  return null;
}

/**
 * A card is charged no more than the buyer agreed to at the checkout, and money that was taken is not asked for a second time: goods
 * that cost more are an order of their own, unless the order is not paid yet by cash or transfer.
 */
function refusalOfDifference(order: Order, difference: number): Refusal | null {
  const { captured, method } = order.payment;
  const most = captured > 0 ? 0 : method === 'stripe' ? order.credit : Number.POSITIVE_INFINITY;
  if (difference <= most) return null;
  return refuse(
    'difference_to_pay',
    `The change costs ${difference} minor units of ${order.currency} more; at most ${most} can be added.`,
  );
}

export function refusalOfReplacement(order: Order, replacement: Replacement): Refusal | null {
  const { removed, added } = replacement;
  if (removed.length + added.length === 0) return refuse('lines_required');
  const cut = (no: number): number => removed.find(({ line }) => line === no)?.quantity ?? 0;
  const isEmptied = added.length === 0 && order.lines.every((line) => line.cancelled + cut(line.no) >= line.quantity);
  return (
    refusalOfUnits(order, removed, 'replaced') ??
    (isEmptied ? refuse('nothing_left') : refusalOfDifference(order, differenceOf(order, replacement)))
  );
}

const sameUnits = (one: readonly LineQuantity[], other: readonly LineQuantity[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** A label says what the parcel weighs: for one that holds less now another is bought. */
const withoutWrongLabels = (draft: Draft, before: Order, at: number, actor: Actor): Draft =>
  before.fulfilments.reduce((so, was) => {
    const now = fulfilmentOf(so.order, was.id);
    if (now?.status !== 'labelled' || sameUnits(was.lines, now.lines)) return so;
    return add(so, at, actor, { type: 'label_discarded', fulfilment: was.id, reason: SAID.holdsLess });
  }, draft);

/**
 * Ends units that have not left, and takes others in. What was paid for the difference goes back; what was not yet taken is taken no
 * more, or as well. Stock that was short is looked for again, as the shortage may be gone.
 */
export function replaceLines(
  draft: Draft,
  at: number,
  actor: Actor,
  { removed, added, reason }: Replacement & { readonly reason: string },
): Draft {
  const { order } = draft;
  const difference = differenceOf(order, { removed, added });
  const isPaid = order.payment.captured > 0;
  const credit = isPaid ? 0 : -difference;
  const answered = answer(draft, at, actor, 'stock', ['stock_out'], 'retry');
  const replaced =
    added.length === 0
      ? add(answered, at, actor, { type: 'lines_cancelled', lines: removed, credit, reason })
      : add(answered, at, actor, {
          type: 'lines_replaced',
          removed,
          added: asLines(order, { removed, added }),
          credit,
          reason,
        });
  const relabelled = withoutWrongLabels(replaced, order, at, actor);
  return isPaid && difference < 0
    ? requestRefund(relabelled, at, actor, { reason: 'cancelled', amount: -difference, note: reason })
    : relabelled;
}
