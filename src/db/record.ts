import { type RawBuilder, sql } from 'kysely';
import type { Draft } from '../domain/draft.ts';
import { evolve } from '../domain/evolve.ts';
import type { Fact } from '../domain/facts.ts';
import { unitsGivenBack, unitsOutstanding } from '../domain/fulfilment.ts';
import { type EmailRequest, emailsFor } from '../domain/notifications.ts';
import { type Allocation, fulfilmentOf, type Order } from '../domain/order.ts';
import { goodsBackBy, restockedUnits } from '../domain/returns.ts';
import { dequeue, enqueue } from './backorders.ts';
import { type Db, inTransaction, prepared, type Trx } from './database.ts';
import { deliverInstructions } from './delivery-instructions.ts';
import { upsertDisputes } from './disputes.ts';
import { insertEmails } from './emails.ts';
import { insertExceptions, reopenExceptions, resolveExceptions } from './exceptions.ts';
import { upsertFulfilments } from './fulfilments.ts';
import { takeIntake } from './intake.ts';
import { sendMessage } from './messages.ts';
import { insertSearch, updateSearch, updateSearchWithSellers } from './order-search.ts';
import {
  applyStagedAddress,
  hasFact,
  insertAddedLines,
  insertEvents,
  insertLines,
  insertOrder,
  lockOrder,
  updateLines,
  updateOrder,
} from './orders.ts';
import { upsertPayment } from './payments.ts';
import { upsertRefunds } from './refunds.ts';
import { upsertReturns } from './returns.ts';
import {
  asCtes,
  holdingParts,
  release,
  releaseUnits,
  type StockParts,
  shipFrom,
  shippingParts,
  takeBack,
} from './stock.ts';

/**
 * Every transition of an order is one database transaction, all or nothing (SPEC.md §1): the order row, its lines, payment,
 * fulfilments, exceptions, timeline and mails in one statement, and the stock it moves beside it. Running it twice changes nothing.
 */

/** The order in the record has moved on by another hand: read it again before deciding. */
export class StaleOrder extends Error {
  override name = 'StaleOrder';
}

function emailsOf(before: Order | undefined, facts: readonly Fact[]): EmailRequest[] {
  let order = before;
  return facts.flatMap((fact) => {
    order = evolve(order, fact);
    return emailsFor(fact, order);
  });
}

const HAS_MOVED = sql`exists (select 1 from moved)`;

/**
 * One statement of the parts that have something to write; each part reads `moved`, so all happen or none. Which parts those are
 * is in the statement's name, as it makes the text; those of `shipment` count as one.
 */
async function writeTogether(
  db: Db | Trx,
  name: string,
  ctes: readonly RawBuilder<unknown>[],
  parts: Readonly<Record<string, RawBuilder<unknown> | null>>,
  shipment: StockParts = {},
): Promise<boolean> {
  const shipped = asCtes(shipment);
  const writes = Object.entries(parts).flatMap(([part, write]) => (write === null ? [] : [{ part, write }]));
  const ctesOfWrites = writes.map(({ part, write }) => sql`${sql.ref(part)} as (${write})`);
  const { rows } = await prepared<{ recorded: boolean }>(
    [name, ...writes.map(({ part }) => part), ...(shipped.length > 0 ? ['shipment'] : [])].join('_'),
    sql`with ${sql.join([...ctes, ...ctesOfWrites, ...shipped])} select ${HAS_MOVED} as recorded`,
  ).execute(db);
  return rows[0]?.recorded ?? false;
}

/** Records the first facts of an order from its intake row; false when the order stands already. */
export const recordPlacement = (db: Db, order: Order, facts: readonly Fact[]): Promise<boolean> =>
  writeTogether(db, 'place', [sql`intake as (${takeIntake(order.number)})`, sql`moved as (${insertOrder(order)})`], {
    search: insertSearch(order),
    lines: insertLines(order),
    pay: upsertPayment(undefined, order, order.placedAt),
    facts: insertEvents(undefined, facts),
  });

/** Who sells is found by other words only when somebody new sells. */
const searched = (before: Order, after: Order) =>
  after.lines.length > before.lines.length
    ? { search_sellers: updateSearchWithSellers(after) }
    : { search: updateSearch() };

/** What a transition writes beside the order's own row. */
const partsOf = (before: Order, after: Order, facts: readonly Fact[], at: number) => ({
  ...searched(before, after),
  lines: updateLines(before, after),
  added: insertAddedLines(before, after, facts),
  pay: upsertPayment(before, after, at),
  parcels: upsertFulfilments(before, after, at),
  refunds: upsertRefunds(before, after, at),
  returns: upsertReturns(before, after, at),
  disputes: upsertDisputes(before, after, at),
  enqueue: enqueue(before, after),
  dequeue: dequeue(before, after),
  facts: insertEvents(before, facts),
  open: insertExceptions(after, facts),
  close: resolveExceptions(facts),
  reopen: reopenExceptions(after, facts),
  mails: insertEmails(emailsOf(before, facts)),
});

/**
 * Writes one transition inside the caller's transaction; false when an earlier try wrote it. Throws {@link StaleOrder} when the
 * record is not at `before` for another reason.
 */
export async function writeTransition(
  trx: Trx | Db,
  before: Order,
  after: Order,
  facts: readonly Fact[],
  shipment: StockParts = {},
): Promise<boolean> {
  const [first] = facts;
  const last = facts.at(-1);
  if (first === undefined || last === undefined) return true;
  const moved = sql`moved as (${updateOrder(before, after, last.at)})`;
  if (await writeTogether(trx, 'move', [moved], partsOf(before, after, facts, last.at), shipment)) return true;
  if (await hasFact(trx, after.number, first)) return false;
  throw new StaleOrder(`${after.number} is no longer at version ${before.version}`);
}

type Delivered = Extract<Fact, { type: 'fulfilment_delivered' | 'units_delivered' }>;

/** What was put aside for the buyer with a delivery is theirs. */
async function hand(trx: Trx, order: Order, fact: Delivered): Promise<void> {
  const { fulfilment, instructions, at } = fact;
  const parcel = fulfilmentOf(order, fulfilment);
  if (instructions === undefined || parcel === undefined) return;
  const lines = fact.type === 'units_delivered' ? fact.lines : unitsOutstanding(parcel);
  await deliverInstructions(trx, order.number, instructions, { fulfilment, lines, at });
}

const by = ({ actor }: Fact): string => `${actor.role}:${actor.id}`;

/** The stock a fact moves, and what was put aside for it: goods that leave or come back, holds that are given back. */
async function moveStock(trx: Trx, before: Order, after: Order, fact: Fact): Promise<void> {
  const { number } = before;
  switch (fact.type) {
    case 'order_cancelled':
    case 'order_failed':
    case 'order_refunded':
      return release(trx, number);
    case 'lines_cancelled':
    case 'lines_replaced':
      return releaseUnits(trx, number, unitsGivenBack(before, after));
    case 'parcel_shipped': {
      const parcel = fulfilmentOf(before, fact.fulfilment);
      return parcel?.location == null ? undefined : shipFrom(trx, number, parcel.location, parcel.lines);
    }
    case 'fulfilment_delivered':
    case 'units_delivered':
      return hand(trx, before, fact);
    case 'return_received':
      return takeBack(trx, restockedUnits(before, fact.lines, fact.location), { reason: fact.return, actor: by(fact) });
    case 'parcel_returned': {
      const location = fulfilmentOf(before, fact.fulfilment)?.location ?? null;
      const units = location === null ? [] : restockedUnits(before, goodsBackBy(before, fact), location);
      return takeBack(trx, units, { reason: fact.fulfilment, actor: by(fact) });
    }
    case 'address_edited':
      return applyStagedAddress(trx, number, fact.staged);
    case 'message_sent':
      return sendMessage(trx, number, fact.staged, fact.at);
    default:
  }
}

const MOVES_MORE: ReadonlySet<Fact['type']> = new Set([
  'order_cancelled',
  'order_failed',
  'order_refunded',
  'lines_cancelled',
  'lines_replaced',
  'parcel_shipped',
  'return_received',
  'parcel_returned',
  'address_edited',
  'message_sent',
]);

const movesMore = (fact: Fact): boolean => MOVES_MORE.has(fact.type) || 'instructions' in fact;

/** Records a transition and the stock it moves, inside the caller's transaction; false when it stood already. */
export async function recordWithin(trx: Trx, before: Order, after: Order, facts: readonly Fact[]): Promise<boolean> {
  const recorded = await writeTransition(trx, before, after, facts);
  let order = before;
  for (const fact of recorded ? facts : []) {
    const next = evolve(order, fact);
    await moveStock(trx, order, next, fact);
    order = next;
  }
  return recorded;
}

/** What the transition does beside the order's own rows, as parts of their statement; null when it takes more than one parcel that leaves. */
function movedAlong(before: Order, facts: readonly Fact[]): StockParts | null {
  const [fact, ...others] = facts.filter(movesMore);
  if (fact === undefined) return {};
  if (fact.type !== 'parcel_shipped' || others.length > 0) return null;
  const { location = null, lines = [] } = fulfilmentOf(before, fact.fulfilment) ?? {};
  return location === null ? {} : shippingParts(before.number, { location, lines }, HAS_MOVED);
}

/**
 * Takes the stock of one level and records the transition that goes with it, in one statement: both or neither. False: nothing is
 * written, for whatever reason, or it takes more than this statement.
 */
export async function recordHolding(
  db: Db,
  before: Order,
  { order: after, facts }: Draft,
  allocations: readonly Allocation[],
  plan: number,
): Promise<boolean> {
  const last = facts.at(-1);
  const holding = holdingParts(before.number, allocations, plan, sql`exists (select 1 from standing)`);
  if (holding === null || last === undefined || facts.some(movesMore)) return false;
  const ctes = [
    sql`standing as (${lockOrder(before)})`,
    ...asCtes(holding.parts),
    sql`moved as (${updateOrder(before, after, last.at, holding.hasHeld)})`,
  ];
  return writeTogether(db, 'take', ctes, partsOf(before, after, facts, last.at));
}

/** Records a transition: one statement where that will do, else one short transaction. False: it stood already. */
export async function recordTransition(db: Db, before: Order, after: Order, facts: readonly Fact[]): Promise<boolean> {
  const along = movedAlong(before, facts);
  if (along !== null) return writeTransition(db, before, after, facts, along);
  return inTransaction(db, (trx) => recordWithin(trx, before, after, facts));
}
