import { sql } from 'kysely';
import type { ComparisonName, Finding } from '../domain/comparisons.ts';
import { type Db, json } from './database.ts';
import { statusOfException } from './exceptions.ts';

/** Owns comparison and discrepancy: how far each comparison of the books has come, and what it has found. */

export type Turn = { readonly name: ComparisonName; readonly position: string | null };

/** Takes the comparison that is due first for so long; null when none is. When its holder dies, another takes it up where it stood. */
export async function leaseComparison(
  db: Db,
  names: readonly ComparisonName[],
  leaseSeconds: number,
): Promise<Turn | null> {
  const { rows } = await sql<Turn>`
    update comparison set due_at = now() + make_interval(secs => ${leaseSeconds})
     where name = (select name from comparison where due_at <= now() and name = any(${names as string[]})
                    order by due_at, name limit 1 for update skip locked)
    returning name, position`.execute(db);
  return rows[0] ?? null;
}

/** Makes the comparisons known that are not; each begins at once. */
export async function addComparisons(db: Db, names: readonly ComparisonName[]): Promise<void> {
  await sql`insert into comparison (name) select unnest(${names as string[]}::text[]) on conflict do nothing`.execute(
    db,
  );
}

/** Where to go on, now, or, when the round is over, after `pauseSeconds`. */
export async function noteProgress(db: Db, { name, position }: Turn, pauseSeconds: number | null): Promise<void> {
  await sql`
    update comparison set position = ${position}, due_at = now() + make_interval(secs => ${pauseSeconds ?? 0}),
           finished_at = case when ${pauseSeconds === null} then finished_at else now() end
     where name = ${name}`.execute(db);
}

export type Discrepancy = Omit<Finding, 'context'> & {
  /** Seconds since it was seen first, and since its order was told. */
  readonly age: number;
  readonly toldAgo: number | null;
  readonly exception: string | null;
  readonly exceptionStatus: 'open' | 'resolved' | null;
  readonly gone: boolean;
};

/** What this comparison has found about these subjects before. */
export async function discrepanciesOf(
  db: Db,
  name: ComparisonName,
  subjects: readonly string[],
): Promise<Map<string, Discrepancy>> {
  const { rows } = await sql<Discrepancy>`
    select d.subject, d.order_number as "orderNumber", d.kind, d.summary,
           extract(epoch from now() - d.first_seen)::float8 as age,
           extract(epoch from now() - d.told_at)::float8 as "toldAgo",
           d.exception, ${statusOfException(sql`d.exception`)} as "exceptionStatus", d.gone_at is not null as gone
      from discrepancy d where d.comparison = ${name} and d.subject = any(${subjects as string[]})`.execute(db);
  return new Map(rows.map((row) => [row.subject, row]));
}

/** Subjects to be looked at again whatever the round is at: those that disagreed, the longest ago first. */
export async function openSubjects(db: Db, name: ComparisonName, limit: number): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`
    select subject from discrepancy where comparison = ${name} order by first_seen, subject limit ${limit}`.execute(db);
  return rows.map(({ subject }) => subject);
}

/** A matter that is seen for the first time, or anew after a person has closed it. */
export async function insertDiscrepancy(db: Db, name: ComparisonName, finding: Finding): Promise<void> {
  const { subject, orderNumber, kind, summary, context } = finding;
  await sql`
    insert into discrepancy (comparison, subject, order_number, kind, summary, context)
    values (${name}, ${subject}, ${orderNumber}, ${kind}, ${summary}, ${json(context)}::jsonb)
    on conflict (comparison, subject) do update
      set order_number = excluded.order_number, kind = excluded.kind, summary = excluded.summary, context = excluded.context,
          first_seen = now(), told_at = null, exception = null, gone_at = null`.execute(db);
}

export type DiscrepancyChange = {
  readonly told?: true;
  readonly exception?: string;
  readonly gone?: boolean;
};

export async function changeDiscrepancy(
  db: Db,
  name: ComparisonName,
  subject: string,
  { told, exception, gone }: DiscrepancyChange,
): Promise<void> {
  await sql`
    update discrepancy
       set told_at = case when ${told === true} then now() else told_at end,
           exception = coalesce(${exception ?? null}, exception),
           gone_at = case when ${gone === undefined} then gone_at when ${gone === true} then coalesce(gone_at, now()) end
     where comparison = ${name} and subject = ${subject}`.execute(db);
}

export async function deleteDiscrepancy(db: Db, name: ComparisonName, subject: string): Promise<void> {
  await sql`delete from discrepancy where comparison = ${name} and subject = ${subject}`.execute(db);
}

export type ComparisonState = {
  readonly name: string;
  /** Seconds since its last whole round; null before the first. */
  readonly age: number | null;
  /** Matters that disagree now. */
  readonly disagreeing: number;
};

export async function comparisonStates(db: Db): Promise<ComparisonState[]> {
  const { rows } = await sql<ComparisonState>`
    select c.name, extract(epoch from now() - c.finished_at)::float8 as age,
           (select count(*)::int from discrepancy d where d.comparison = c.name and d.gone_at is null) as disagreeing
      from comparison c order by c.name`.execute(db);
  return rows;
}
