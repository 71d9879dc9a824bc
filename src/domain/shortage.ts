import type { LineQuantity, OfferedLine, Order, ShortageRule } from './order.ts';
import { isProposed } from './substitutes.ts';

/** What is done about units that there are not enough of (SPEC.md §3, step 5): by the line, or else by its store. */

const ruleOf = ({ lines, policy }: Order, no: number): ShortageRule =>
  lines.find((line) => line.no === no)?.shortage ?? policy.shortage;

/** Whether any of these units may wait; the order then comes after those that wait already. */
export const mayWait = (order: Order, units: readonly LineQuantity[]): boolean =>
  units.some(({ line }) => ruleOf(order, line) === 'backorder');

/** What there is enough of to take the place of the missing units, by line. */
export type Offers = ReadonlyMap<number, OfferedLine>;

/** Of missing units those for which the buyer may be offered other goods: once for each line, whatever they say. */
export const mayBeOffered = (order: Order, missing: readonly LineQuantity[]): LineQuantity[] =>
  missing.filter(
    ({ line }) => ruleOf(order, line) === 'substitute' && !order.substitutions.some((one) => one.line === line),
  );

/** The stock is not looked at again before the buyer has said whether the goods will do that the store has offered by itself. */
export const awaitsBuyer = (order: Order): boolean =>
  order.substitutions.some((one) => isProposed(one) && ruleOf(order, one.line) === 'substitute');

/** Units that other orders wait for, by SKU. */
export type Queues = ReadonlyMap<string, number>;

/** Whether it has to be counted who waits: an order that waits already keeps its place. */
export const joinsQueue = (order: Order, missing: readonly LineQuantity[]): boolean =>
  order.policy.backorderAtMost !== null && order.backorder === null && mayWait(order, missing);

/** Of the SKUs that the missing units would wait for those for which more would wait than the store allows. */
function fullQueues(order: Order, missing: readonly LineQuantity[], queues: Queues): Set<string> {
  const most = order.policy.backorderAtMost;
  const waiting = new Map(queues);
  if (most === null || !joinsQueue(order, missing)) return new Set();
  const joining = missing.filter(({ line }) => ruleOf(order, line) === 'backorder');
  const skus = joining.map(({ line, quantity }) => {
    const sku = order.lines.find(({ no }) => no === line)?.sku ?? '';
    waiting.set(sku, (waiting.get(sku) ?? 0) + quantity);
    return sku;
  });
  return new Set(skus.filter((sku) => (waiting.get(sku) ?? 0) > most));
}

/** Of several rules in one order the one that comes first here is followed, and the others when it has been. */
const FIRST_TO_LAST: readonly ShortageRule[] = ['cancel_order', 'ask', 'substitute', 'cancel_line', 'backorder'];

export type ShortageAnswer = {
  readonly rule: ShortageRule;
  /** The missing units that it is about. */
  readonly lines: readonly LineQuantity[];
  /** SKUs for which too many wait already. */
  readonly full: readonly string[];
};

/**
 * What comes next. An order that one of its lines ends is not asked about; nothing is ended or waited for while a person is asked; and
 * lines are ended, and other goods are offered, before the others wait. Units that are owed anew after the order was accepted are a person's matter.
 */
export function answerTo(
  order: Order,
  missing: readonly LineQuantity[],
  queues: Queues = new Map(),
  offers: Offers = new Map(),
): ShortageAnswer {
  if (order.status !== 'pending' && order.backorder === null) return { rule: 'ask', lines: missing, full: [] };
  const full = fullQueues(order, missing, queues);
  const isFull = (no: number): boolean => full.has(order.lines.find((line) => line.no === no)?.sku ?? '');
  const offered = new Set(mayBeOffered(order, missing).flatMap(({ line }) => (offers.has(line) ? [line] : [])));
  const ruled = missing.map((unit) => {
    const rule = ruleOf(order, unit.line);
    const isVain = (rule === 'backorder' && isFull(unit.line)) || (rule === 'substitute' && !offered.has(unit.line));
    return { unit, rule: isVain ? ('ask' as const) : rule };
  });
  const rule = FIRST_TO_LAST.find((one) => ruled.some((line) => line.rule === one)) ?? 'ask';
  const lines = ruled.filter((one) => one.rule === rule).map(({ unit }) => unit);
  return { rule, lines, full: [...full] };
}
