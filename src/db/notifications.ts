import { sql } from 'kysely';
import type { Db } from './database.ts';
import { searchTable } from './order-search.ts';
import { eventsTable, linesTable, ordersTable } from './orders.ts';

/** Owns notification_mark. What people are told of are facts of the timeline; only how far each has read is kept besides. */

/** Whose bell: a seller's, or with null that of people of the store. */
type Seller = string | null;

const ofSeller = (seller: string) => sql`l.order_number = e.order_number and l.seller = ${seller}`;

/**
 * A seller is told of what the API shows them of an order with goods of theirs: that it is there, that goods of theirs are to come
 * back, and what is written to them where nobody else sells in it.
 */
const notedFor = (seller: Seller) =>
  seller === null
    ? sql`(e.type <> 'message_sent' or e.data->>'to' = 'store')`
    : sql`e.order_number in (select number from ${searchTable} where sellers @> array[${seller}]) and case e.type
        when 'order_placed' then exists (select from ${linesTable} l where ${ofSeller(seller)})
        when 'return_requested' then exists (
          select from ${linesTable} l join jsonb_array_elements(e.data->'return'->'lines') r on (r->>'line')::int = l.no
           where ${ofSeller(seller)})
        when 'message_sent' then e.data->>'to' = 'seller' and not exists (
          select from ${linesTable} l where l.order_number = e.order_number and l.seller is distinct from ${seller})
        else false end`;

/** The index order_event_noted names the same types. */
const noted = (seller: Seller) =>
  sql`e.type in ('order_placed', 'exception_opened', 'message_sent', 'return_requested', 'dispute_read')
  and ${notedFor(seller)}`;

/** What a seller's own goods come to, as in their list of orders, and none of what others gave as a reason. */
const toldOf = (seller: Seller) =>
  seller === null
    ? sql`e.reason, e.data->'exception'->>'kind' as "exceptionKind", o.total_minor as "totalMinor"`
    : sql`null as reason, null as "exceptionKind",
           (select coalesce(sum(l.unit_price_minor * l.quantity), 0)::bigint from ${linesTable} l where ${ofSeller(seller)}) as "totalMinor"`;

export type NotificationRow = {
  readonly number: string;
  readonly seq: number;
  readonly at: Date;
  /** As text, exact to the microsecond, for the cursor. */
  readonly key: string;
  readonly type: string;
  readonly reason: string | null;
  readonly exceptionKind: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly customerName: string;
  readonly totalMinor: number;
  readonly currency: string;
};

/** The newest first, after the given one. */
export async function listNotifications(
  db: Db,
  { seller, after, limit }: { seller: Seller; after?: readonly [string, string] | undefined; limit: number },
): Promise<NotificationRow[]> {
  const beyond =
    after === undefined
      ? sql`true`
      : sql`(e.at, e.order_number || '/' || e.seq) < (${after[0]}::timestamptz, ${after[1]})`;
  const { rows } = await sql<NotificationRow>`
    select e.order_number as number, e.seq, e.at, e.at::text as key, e.type, e.data, o.customer_name as "customerName",
           o.currency, ${toldOf(seller)}
      from ${eventsTable} e join ${ordersTable} o on o.number = e.order_number
     where ${noted(seller)} and ${beyond}
     order by e.at desc, e.order_number || '/' || e.seq desc limit ${limit}`.execute(db);
  return rows;
}

/** Up to when a person has read; where they never have, everything of before they came is read. */
export async function readMark(db: Db, person: string): Promise<Date | null> {
  const { rows } = await sql<{ readTo: Date }>`
    select read_to as "readTo" from notification_mark where person = ${person}`.execute(db);
  return rows[0]?.readTo ?? null;
}

/** How many are newer than the mark, counted up to `most`. */
export async function countUnread(db: Db, seller: Seller, mark: Date, most: number): Promise<number> {
  const { rows } = await sql<{ unread: number }>`
    select count(*) as unread
      from (select from ${eventsTable} e where ${noted(seller)} and e.at > ${mark} limit ${most}) as newer`.execute(db);
  return rows[0]?.unread ?? 0;
}

/** Marks never go back: of two windows the one that read further counts. */
export async function setReadMark(db: Db, person: string, readTo: Date): Promise<void> {
  await sql`
    insert into notification_mark (person, read_to) values (${person}, ${readTo})
    on conflict (person) do update set read_to = greatest(notification_mark.read_to, excluded.read_to)`.execute(db);
}
