import { type RawBuilder, sql } from 'kysely';
import { ORDER_NUMBER } from '../domain/keys.ts';
import type { Order } from '../domain/order.ts';

/**
 * Owns order_search: what an order is found by, one narrow row to each. Its indexes are on what never changes; the facets, which
 * do change, stand here without an index, so that PostgreSQL updates the row in place and leaves the costly index of letters alone.
 *
 * `terms` holds number, e-mail and name in small letters, a line each. The index knows every three letters that follow one another,
 * and the beginnings of words.
 */
export const searchTable = sql.table('order_search');

/** Reads the new row of `orders` from `moved`. */
export const insertSearch = (order: Order): RawBuilder<unknown> => sql`
  insert into ${searchTable} (number, placed_at, total_minor, facets, sellers, terms)
  select number, placed_at, total_minor, facets, ${[...new Set(order.lines.flatMap(({ seller }) => seller ?? []))]}::text[],
         lower(concat_ws(E'\\n', number, customer_email, customer_name))
    from moved`;

export const updateSearch = (): RawBuilder<unknown> => sql`
  update ${searchTable} s set facets = m.facets from moved m where s.number = m.number and s.facets <> m.facets`;

export const isWholeNumber = (q: string): boolean => ORDER_NUMBER.test(q.toUpperCase());

/** The caller's own wildcards are letters. */
const literally = (text: string): string => text.replace(/[\\%_]/g, (letter) => `\\${letter}`);

/** So many letters find the few orders that have them; each one more makes the index work longer. */
const TELLING = 16;

/** Whether a row has this text; two letters are looked for where words begin. */
export function hasText(q: string): RawBuilder<unknown> {
  if (isWholeNumber(q)) return sql`number = ${q.toUpperCase()}`;
  const containing = (text: string) => sql`lower(${`%${literally(text)}%`})`;
  if (Array.from(q).length < 3) {
    return sql`terms like any (array[${sql.join(['\n', ' ', '-'].map((before) => containing(before + q)))}])`;
  }
  // Every order has the letters ORD: they tell nothing.
  const telling = Array.from(q.replace(/^ord-(?=..)/i, '-'))
    .slice(0, TELLING)
    .join('');
  return sql`terms like ${containing(telling)} and strpos(terms, lower(${q})) > 0`;
}
