import type { Fact } from './facts.ts';
import type { LineQuantity, Order, Return, ReturnedLine, ReturnLabel } from './order.ts';
import { type Refusal, refuse } from './refusals.ts';

/** Goods that come back (SPEC.md §3, step 9): asked for, approved or refused, received unit by unit. */

export const returnOf = (order: Order, id: string | undefined): Return | undefined =>
  id === undefined ? order.returns.find(isOpenReturn) : order.returns.find((one) => one.id === id);
/** The units a return is about: those that are here, or as long as none are, those that were announced. */
export const unitsBack = ({ status, lines, received }: Return): readonly LineQuantity[] =>
  status === 'received' ? received : lines;
export const isOpenReturn = ({ status }: Return): boolean => status === 'requested' || status === 'approved';

/** Units of a line that may still be sent back: delivered, less what is back or on its way back. */
export function returnableUnits(order: Order, line: number): number {
  const one = order.lines.find(({ no }) => no === line);
  if (one === undefined || one.kind !== 'physical') return 0;
  const onTheWay = order.returns
    .filter(isOpenReturn)
    .flatMap(({ lines }) => lines)
    .reduce((sum, unit) => sum + (unit.line === line ? unit.quantity : 0), 0);
  return Math.max(0, one.delivered - one.returned - onTheWay);
}

/** Goods that a fact brings back to the store: those of a return, or of a parcel that did not reach the buyer. */
export function goodsBackBy(order: Pick<Order, 'fulfilments'>, fact: Fact): readonly ReturnedLine[] {
  if (fact.type === 'return_received') return fact.lines;
  if (fact.type !== 'parcel_returned') return [];
  const lines = order.fulfilments.find(({ id }) => id === fact.fulfilment)?.lines ?? [];
  return lines.map((one) => ({ ...one, restock: fact.goods === 'restock' }));
}

/** Goods that go back to one place, and the carrier that brought them from there. */
export type ReturnPart = {
  readonly location: string;
  readonly carrier: string | null;
  readonly lines: readonly LineQuantity[];
};

/** The parcels that brought these units of a line, the first ones first; units that none brought are left out. */
function broughtBy({ fulfilments }: Pick<Order, 'fulfilments'>, { line, quantity }: LineQuantity) {
  let left = quantity;
  return fulfilments
    .filter(({ status }) => status === 'delivered')
    .map((parcel) => {
      const inside = parcel.lines.reduce((sum, one) => sum + (one.line === line ? one.quantity : 0), 0);
      const units = Math.min(left, inside);
      left -= units;
      return { parcel, unit: { line, quantity: units } };
    })
    .filter(({ unit }) => unit.quantity > 0);
}

/** Goods go back to where they came from, in one parcel for each place; null when it is not known of all of them. */
export function partsOf(
  order: Pick<Order, 'fulfilments'>,
  lines: readonly LineQuantity[],
): readonly ReturnPart[] | null {
  const parts = new Map<string, ReturnPart>();
  for (const unit of lines) {
    const brought = broughtBy(order, unit);
    if (brought.reduce((sum, one) => sum + one.unit.quantity, 0) < unit.quantity) return null;
    for (const { parcel, unit: units } of brought) {
      const { location, carrier } = parcel;
      if (location === null) return null;
      const known = parts.get(location) ?? { location, carrier, lines: [] };
      parts.set(location, { ...known, lines: [...known.lines, units] });
    }
  }
  return [...parts.values()];
}

const isFor = ({ location }: ReturnPart, label: ReturnLabel): boolean =>
  label.location === null || label.location === location;

/** The parts of a return that have no label of the store; none where it is not known what they are. */
export const unlabelledParts = (
  order: Pick<Order, 'fulfilments'>,
  { lines, labels }: Pick<Return, 'lines' | 'labels'>,
): readonly ReturnPart[] => (partsOf(order, lines) ?? []).filter((part) => !labels.some((label) => isFor(part, label)));

/** Returns the store has promised a label for. */
export const awaitsLabel = ({ status, labelDue }: Return): boolean => status === 'approved' && labelDue;

/** Labels under which no parcel was seen and none is to come: the return has ended. */
export const uselessLabels = (returned: Return): readonly ReturnLabel[] =>
  isOpenReturn(returned) ? [] : returned.labels.filter(({ progress, voided }) => progress === 'unused' && !voided);

/** When the last of the goods arrived. */
const arrivedAt = (order: Order): number =>
  order.fulfilments.reduce((latest, one) => Math.max(latest, one.deliveredAt ?? 0), order.placedAt);

export function refusalOfReturn(
  order: Order,
  lines: readonly LineQuantity[],
  at: number,
  outsideWindow: boolean,
): Refusal | null {
  if (lines.length === 0) return refuse('invalid_fields', 'Name the lines to send back.');
  for (const { line, quantity } of lines) {
    const units = returnableUnits(order, line);
    if (quantity > units) return refuse('units_exceeded', `Of line ${line} ${units} can be sent back.`);
  }
  const closedAt = arrivedAt(order) + order.policy.returnWindow;
  if (!outsideWindow && at > closedAt) {
    return refuse('return_window_closed', `The return window closed at ${new Date(closedAt).toISOString()}.`);
  }
  return null;
}

/** What was received may be less than what was announced, never more. */
export function refusalOfReceipt(announced: Return, received: readonly ReturnedLine[]): Refusal | null {
  if (received.length === 0) return refuse('invalid_fields', 'Name the lines that came back.');
  for (const line of new Set(received.map((one) => one.line))) {
    const sum = (units: readonly LineQuantity[]): number =>
      units.reduce((total, one) => total + (one.line === line ? one.quantity : 0), 0);
    if (sum(received) > sum(announced.lines)) {
      return refuse('units_exceeded', `Of line ${line} ${sum(announced.lines)} were announced.`);
    }
  }
  return null;
}

/** Whether everything that arrived came back (SPEC.md §2, `returned`). */
export const cameBack = (order: Order): boolean =>
  order.lines.some(({ returned }) => returned > 0) &&
  order.lines.every((line) => line.returned + line.cancelled >= line.quantity);
