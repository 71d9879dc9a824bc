import { type RawBuilder, sql } from 'kysely';
import { type Db, prepared } from './database.ts';

/** What people and API keys are called, for those who read what they did. The system, partners and buyers have no name here. */

/** An expression for the name of whom a column names: by the id, or with the role in front of it (`owner:user_…`). */
export function nameOfActor(column: RawBuilder<unknown>): RawBuilder<unknown> {
  const id = sql`substring(${column} from '[^:]*$')`;
  return sql`coalesce((select one.name from person one where one.id = ${id}),
                      (select one.name from api_key one where one.id = ${id}))`;
}

export type Names = ReadonlyMap<string, string>;
const HAS_NAME = /^(?:user|key)_/;

/** The names of these ids, in one round trip; in none where nobody among them has one. */
export async function namesOf(db: Db, ids: Iterable<string>): Promise<Names> {
  const asked = [...new Set(ids)].filter((id) => HAS_NAME.test(id));
  if (asked.length === 0) return new Map();
  const { rows } = await prepared<{ id: string; name: string }>(
    'names',
    sql`
    select id, name from person where id = any(${asked})
    union all select id, name from api_key where id = any(${asked})`,
  ).execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
