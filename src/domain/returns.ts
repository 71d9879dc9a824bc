import type { Fact } from './facts.ts';
import { unitsDelivered, unitsIn, unitsOutstanding } from './fulfilment.ts';
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
  const onTheWay = unitsIn(
    order.returns.filter(isOpenReturn).flatMap(({ lines }) => lines),
    line,
  );
  return Math.max(0, one.delivered - one.returned - onTheWay);
}

/** Whether goods of a return that has expired may still come back by it: they are not on their way by another one. */
export const mayGoOn = (order: Order, { lines }: Pick<Return, 'lines'>): boolean =>
  lines.every(({ line, quantity }) => quantity <= returnableUnits(order, line));

/** The return whose goods are received: the one that is named, else one that is open, else one whose goods were sent too late. */
export function receivableReturn(order: Order, id: string | undefined): Return | undefined {
  const fits = (one: Return): boolean => isOpenReturn(one) || (one.status === 'expired' && mayGoOn(order, one));
  if (id !== undefined) return order.returns.find((one) => one.id === id && fits(one));
  return order.returns.find(isOpenReturn) ?? order.returns.findLast(fits);
}

/** Approved returns of which nothing was sent: neither the goods, as far as anyone knows, nor others in exchange. */
export const awaitsGoods = ({ status, labels, exchangedFor }: Return): boolean =>
  status === 'approved' && exchangedFor === null && labels.every(({ progress }) => progress === 'unused');

/** Goods that a fact brings back to the store: those of a return, or of a parcel that did not reach the buyer. */
export function goodsBackBy(order: Pick<Order, 'fulfilments'>, fact: Fact): readonly ReturnedLine[] {
  if (fact.type === 'return_received') return fact.lines;
  if (fact.type !== 'parcel_returned') return [];
  const parcel = order.fulfilments.find(({ id }) => id === fact.fulfilment);
  const units = parcel === undefined ? [] : unitsOutstanding(parcel);
  return units.map((one) => ({ ...one, restock: fact.goods === 'restock' }));
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
    .map((parcel) => {
      const units = Math.min(left, unitsIn(unitsDelivered(parcel), line));
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

/** Units of a SKU on a shelf. */
export type ShelvedUnits = { readonly sku: string; readonly location: string; readonly quantity: number };

/**
 * What is on hand again of goods that came back: where they were received, or else where they had left from. Goods that are written off,
 * or came from nowhere known, are not.
 */
export function restockedUnits(
  order: Order,
  received: readonly ReturnedLine[],
  location: string | null,
): readonly ShelvedUnits[] {
  const units = new Map<number, number>();
  for (const { line, quantity, restock } of received) if (restock) units.set(line, (units.get(line) ?? 0) + quantity);
  return [...units].flatMap(([line, quantity]) => {
    const sku = order.lines.find(({ no }) => no === line)?.sku;
    if (sku === undefined) return [];
    if (location !== null) return [{ sku, location, quantity }];
    return broughtBy(order, { line, quantity }).flatMap(({ parcel, unit }) =>
      parcel.location === null ? [] : [{ sku, location: parcel.location, quantity: unit.quantity }],
    );
  });
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

/** When the last of what has arrived did; when the order was placed, if nothing has. */
export const lastArrival = ({ fulfilments, placedAt }: Order): number =>
  fulfilments.reduce((latest, one) => Math.max(latest, one.deliveredAt ?? 0), placedAt);

/** Until when goods may be sent back: counted from when the last of them arrived. */
export const returnWindowEnds = (order: Order): number => lastArrival(order) + order.policy.returnWindow;

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
  const closedAt = returnWindowEnds(order);
  if (!outsideWindow && at > closedAt) {
    return refuse('return_window_closed', `The return window closed at ${new Date(closedAt).toISOString()}.`);
  }
  return null;
}

/** What was received may be less than what was announced, never more. */
export function refusalOfReceipt(announced: Return, received: readonly ReturnedLine[]): Refusal | null {
  if (received.length === 0) return refuse('invalid_fields', 'Name the lines that came back.');
  for (const line of new Set(received.map((one) => one.line))) {
    const announcedUnits = unitsIn(announced.lines, line);
    if (unitsIn(received, line) > announcedUnits) {
      return refuse('units_exceeded', `Of line ${line} ${announcedUnits} were announced.`);
    }
  }
  return null;
}

/** Whether everything that arrived came back (SPEC.md §2, `returned`). */
export const cameBack = (order: Order): boolean =>
  order.lines.some(({ returned }) => returned > 0) &&
  order.lines.every((line) => line.returned + line.cancelled >= line.quantity);
