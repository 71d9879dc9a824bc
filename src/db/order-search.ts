import { type RawBuilder, sql } from 'kysely';
import { ORDER_NUMBER } from '../domain/keys.ts';
import type { Order } from '../domain/order.ts';
import { containing, type Db } from './database.ts';

/**
 * Owns order_search: what an order is found by, one narrow row to each. Its indexes are on what never changes; the facets, which
 * do change, stand here without an index, so that PostgreSQL updates the row in place and leaves the costly index of letters alone.
 *
 * `terms` holds number, e-mail and name in small letters, a line each. The index knows every three letters that follow one another,
 * and the beginnings of words.
 */
export const searchTable = sql.table('order_search');

/** Reads the new row of `orders` from `moved`. */
const sellersOf = ({ lines }: Order): string[] => [...new Set(lines.flatMap(({ seller }) => seller ?? []))];

export const insertSearch = (order: Order): RawBuilder<unknown> => sql`
  insert into ${searchTable} (number, placed_at, total_minor, facets, sellers, terms)
  select number, placed_at, total_minor, facets, ${sellersOf(order)}::text[],
         lower(concat_ws(E'\\n', number, customer_email, customer_name))
    from moved`;

export const updateSearch = (): RawBuilder<unknown> => sql`
  update ${searchTable} s set facets = m.facets from moved m where s.number = m.number and s.facets <> m.facets`;

/** The same for an order into which goods have come, perhaps of another seller. */
export const updateSearchWithSellers = (order: Order): RawBuilder<unknown> => sql`
  update ${searchTable} s set facets = m.facets, sellers = ${sellersOf(order)}::text[] from moved m where s.number = m.number`;

/** Whether a line of this order is the seller's; of one that is not there none is. */
export async function isOrderOf(db: Db, number: string, seller: string): Promise<boolean> {
  const { rows } = await sql<{ own: boolean }>`
    select ${seller} = any(sellers) as own from ${searchTable} where number = ${number}`.execute(db);
  return rows[0]?.own === true;
}

export const isWholeNumber = (q: string): boolean => ORDER_NUMBER.test(q.toUpperCase());

/** So many letters find the few orders that have them; each one more makes the index work longer. */
const TELLING = 16;

const beginsWord = (text: string): RawBuilder<unknown> =>
  sql`(array[${sql.join(['\n', ' ', '-'].map((before) => containing(before + text)))}])`;
const isShort = (q: string): boolean => Array.from(q).length < 3;

/** Whether a row has this text; two letters are looked for where words begin. */
export function hasText(q: string): RawBuilder<unknown> {
  if (isWholeNumber(q)) return sql`number = ${q.toUpperCase()}`;
  return isShort(q) ? sql`terms like any ${beginsWord(q)}` : sql`strpos(terms, lower(${q})) > 0`;
}

/** The same for the number alone, whatever else the row has. */
export const hasInNumber = (q: string): RawBuilder<unknown> => sql`strpos(lower(number), lower(${q})) > 0`;

/**
 * What the index finds for this text: all rows that have it, and a few that have not. To the index only letters and digits make
 * words; those that join the parts of an e-mail address are read as a letter, or it would find each part everywhere.
 */
export function mayHaveText(q: string): RawBuilder<unknown> {
  if (isWholeNumber(q)) return sql`true`;
  const indexed = sql`translate(terms, '.@_+', 'zzzz')`;
  const asIndexed = (text: string): string => text.replace(/[.@_+]/g, 'z');
  if (isShort(q)) return sql`${indexed} like any ${beginsWord(asIndexed(q))}`;
  // Every order has the letters ORD: they tell nothing.
  const telling = Array.from(q.replace(/^ord-(?=..)/i, '-')).slice(0, TELLING);
  return sql`${indexed} like ${containing(asIndexed(telling.join('')))}`;
}
