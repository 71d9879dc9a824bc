import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Owns person_email: mails to people who sign in, or are invited to; sent by their pump in the worker. */

export const PERSON_EMAIL_KINDS = ['invitation', 'password_reset'] as const;
export type PersonEmailKind = (typeof PERSON_EMAIL_KINDS)[number];

export type NewPersonEmail = {
  readonly id: string;
  readonly kind: PersonEmailKind;
  readonly address: string;
  readonly locale: string;
  /** Sealed: see `src/sealed.ts`. */
  readonly link: string;
};
export type DuePersonEmail = Omit<NewPersonEmail, 'kind' | 'link'> & {
  readonly kind: string;
  readonly link: string | null;
  readonly attempts: number;
};

export async function insertPersonEmail(db: Db, { id, kind, address, locale, link }: NewPersonEmail): Promise<void> {
  await sql`
    insert into person_email (id, kind, address, locale, link)
    values (${id}, ${kind}, ${address}, ${locale}, ${link})`.execute(db);
}

/** Leases the mail that is due first; null when none is. */
export async function leasePersonEmail(db: Db, leaseSeconds: number): Promise<DuePersonEmail | null> {
  const { rows } = await sql<DuePersonEmail>`
    update person_email set attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
     where id = (select id from person_email where sent_at is null and gave_up_at is null and due_at <= now()
                  order by due_at, id limit 1 for update skip locked)
    returning id, kind, address, locale, link, attempts`.execute(db);
  return rows[0] ?? null;
}

export async function notePersonEmailSent(db: Db, id: string): Promise<void> {
  await sql`update person_email set sent_at = now(), last_error = null, link = null where id = ${id}`.execute(db);
}

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function notePersonEmailFailed(
  db: Db,
  id: string,
  error: string,
  retrySeconds: number | null,
): Promise<void> {
  await sql`
    update person_email set last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds ?? 0}),
           gave_up_at = case when ${retrySeconds === null} then now() end,
           link = case when ${retrySeconds === null} then null else link end
     where id = ${id}`.execute(db);
}
