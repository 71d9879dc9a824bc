import { isDataError } from './database-errors.ts';
import { HttpProblem } from './problem.ts';

/** Pages by cursor: opaque to the caller; inside are the list it belongs to, and the sort key and the tie-break of the last row. */

const badCursor = () =>
  new HttpProblem('invalid_fields', { errors: [{ field: 'cursor', message: 'is not a cursor of this list' }] });

const encode = (...parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

function decode(list: string, cursor: string): readonly [string, string] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string')) {
      const [of, key, tie] = parts as [string, string, string];
      if (of === list) return [key, tie];
    }
  } catch {
    // Not a cursor of ours: refused below.
  }
  throw badCursor();
}

export type Page<Row, View> = {
  /** Names the list and its sort: a cursor of another one is refused. */
  readonly list: string;
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** Gives at most `limit` rows after the sort key and the tie-break. */
  readonly read: (after: readonly [string, string] | undefined, limit: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => readonly [key: string, tie: string];
  readonly view: (row: Row) => View;
};

/** One page, and the cursor of the next one or null. */
export async function readPage<Row, View>({ list, cursor, limit, read, keyOf, view }: Page<Row, View>) {
  const after = cursor === undefined ? undefined : decode(list, cursor);
  let rows: readonly Row[];
  try {
    rows = await read(after, limit + 1);
  } catch (error) {
    // A forged key is not of its column's type.
    if (after !== undefined && isDataError(error)) throw badCursor();
    throw error;
  }
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: page.map(view), next_cursor: more ? encode(list, ...keyOf(last)) : null };
}
