import { HttpProblem } from './problem.ts';

/** Page cursors: opaque to the caller, the sort key and the tie-break of the last row inside. */

export const encodeCursor = (...parts: readonly [string, string]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

export function decodeCursor(cursor: string | undefined): readonly [string, string] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === 'string')) {
      return [parts[0] as string, parts[1] as string];
    }
  } catch {
    // Not a cursor of ours: refused below.
  }
  throw new HttpProblem('invalid_fields', { errors: [{ field: 'cursor', message: 'is not a cursor of this list' }] });
}
