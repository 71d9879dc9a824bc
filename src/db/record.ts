import { type RawBuilder, sql } from 'kysely';
import { evolve } from '../domain/evolve.ts';
import type { Fact } from '../domain/facts.ts';
import { type EmailRequest, emailsFor } from '../domain/notifications.ts';
import type { Order } from '../domain/order.ts';
import { type Db, prepared, type Trx } from './database.ts';
import { insertEmails } from './emails.ts';
import { insertExceptions, resolveExceptions } from './exceptions.ts';
import { upsertFulfilments } from './fulfilments.ts';
import { takeIntake } from './intake.ts';
import { insertSearch, updateSearch } from './order-search.ts';
import {
  applyStagedAddress,
  hasFact,
  insertEvents,
  insertLines,
  insertOrder,
  updateLines,
  updateOrder,
} from './orders.ts';
import { upsertPayment } from './payments.ts';
import { release, shipFrom } from './stock.ts';

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

/**
 * One statement of the parts that have something to write; each part reads `moved`, so all happen or none. Which parts those are
 * is in the statement's name, as it makes the text.
 */
async function writeTogether(
  db: Db | Trx,
  name: string,
  ctes: readonly RawBuilder<unknown>[],
  parts: Readonly<Record<string, RawBuilder<unknown> | null>>,
): Promise<boolean> {
  const writes = Object.entries(parts).flatMap(([part, write]) => (write === null ? [] : [{ part, write }]));
  const ctesOfWrites = writes.map(({ part, write }) => sql`${sql.ref(part)} as (${write})`);
  const { rows } = await prepared<{ recorded: boolean }>(
    [name, ...writes.map(({ part }) => part)].join('_'),
    sql`with ${sql.join([...ctes, ...ctesOfWrites])} select exists (select 1 from moved) as recorded`,
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

/**
 * Writes one transition inside the caller's transaction; false when an earlier try wrote it. Throws {@link StaleOrder} when the
 * record is not at `before` for another reason.
 */
export async function writeTransition(
  trx: Trx | Db,
  before: Order,
  after: Order,
  facts: readonly Fact[],
): Promise<boolean> {
  const [first] = facts;
  const last = facts.at(-1);
  if (first === undefined || last === undefined) return true;
  const recorded = await writeTogether(trx, 'move', [sql`moved as (${updateOrder(before, after, last.at)})`], {
    search: updateSearch(),
    lines: updateLines(before, after),
    pay: upsertPayment(before, after, last.at),
    parcels: upsertFulfilments(before, after, last.at),
    facts: insertEvents(before, facts),
    open: insertExceptions(after.number, facts),
    close: resolveExceptions(facts),
    mails: insertEmails(emailsOf(before, facts)),
  });
  if (recorded) return true;
  if (await hasFact(trx, after.number, first)) return false;
  throw new StaleOrder(`${after.number} is no longer at version ${before.version}`);
}

/** The stock a fact moves: goods that leave, and holds that are given back. */
async function moveStock(trx: Trx, before: Order, fact: Fact): Promise<void> {
  if (fact.type === 'order_cancelled' || fact.type === 'order_failed') await release(trx, before.number);
  if (fact.type === 'parcel_shipped') {
    const parcel = before.fulfilments.find((one) => one.id === fact.fulfilment);
    if (parcel?.location != null) {
      const lines = parcel.lines.map(({ line }) => line);
      await shipFrom(trx, before.number, parcel.location, lines);
    }
  }
  if (fact.type === 'address_edited') await applyStagedAddress(trx, before.number, fact.staged);
}

const MOVES_MORE: ReadonlySet<Fact['type']> = new Set([
  'order_cancelled',
  'order_failed',
  'parcel_shipped',
  'address_edited',
]);

/** Records a transition: one statement alone when no stock moves, else one short transaction. False: it stood already. */
export async function recordTransition(db: Db, before: Order, after: Order, facts: readonly Fact[]): Promise<boolean> {
  if (!facts.some((fact) => MOVES_MORE.has(fact.type))) return writeTransition(db, before, after, facts);
  return db.transaction().execute(async (trx) => {
    const recorded = await writeTransition(trx, before, after, facts);
    if (recorded) for (const fact of facts) await moveStock(trx, before, fact);
    return recorded;
  });
}
