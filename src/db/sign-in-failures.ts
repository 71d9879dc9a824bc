import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Owns sign_in_failure: wrong passwords and codes, counted by what the caller names, within a window of time. */

/** How often each was noted within the window; subjects without failures are left out. */
export async function failuresOf(
  db: Db,
  subjects: readonly string[],
  windowSeconds: number,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ subject: string; count: number }>`
    select subject, count from sign_in_failure
     where subject = any(${subjects as string[]}) and since > now() - make_interval(secs => ${windowSeconds})`.execute(
    db,
  );
  return new Map(rows.map(({ subject, count }) => [subject, count]));
}

/** Counts one more; a window that is over begins anew. Rows long over are removed on the way. */
export async function noteFailure(db: Db, subjects: readonly string[], windowSeconds: number): Promise<void> {
  await sql`
    insert into sign_in_failure as f (subject, count, since)
    select s, 1, now() from unnest(${[...subjects].sort()}::text[]) as s
    on conflict (subject) do update
      set count = case when f.since > now() - make_interval(secs => ${windowSeconds}) then f.count + 1 else 1 end,
          since = case when f.since > now() - make_interval(secs => ${windowSeconds}) then f.since else now() end`.execute(
    db,
  );
  await sql`delete from sign_in_failure where since < now() - make_interval(secs => ${windowSeconds * 4})`.execute(db);
}

export async function forgetFailures(db: Db, subjects: readonly string[]): Promise<void> {
  await sql`delete from sign_in_failure where subject = any(${subjects as string[]})`.execute(db);
}
