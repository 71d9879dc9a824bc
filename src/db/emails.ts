import { type RawBuilder, sql } from 'kysely';
import type { EmailRequest } from '../domain/notifications.ts';
import { type Db, json, prepared } from './database.ts';
import { gatheredFor } from './gather.ts';

/** Owns email: each mail to a buyer once, by its key; written with the transition that causes it, sent by the mail pump. */

export function insertEmails(emails: readonly EmailRequest[]): RawBuilder<unknown> | null {
  if (emails.length === 0) return null;
  return sql`
    insert into email (key, kind, order_number, fulfilment)
    select x.key, x.kind, m.number, x.fulfilment
      from moved m, jsonb_to_recordset(${json(emails)}::jsonb) as x(key text, kind text, fulfilment text)
    on conflict (key) do nothing`;
}

export type DueEmail = {
  readonly key: string;
  readonly kind: string;
  readonly orderNumber: string;
  readonly fulfilment: string | null;
  readonly attempts: number;
};

/**
 * Leases mails that are due. Materialised: a subquery that the planner runs once more skips what it has just locked, and leases
 * more than `limit`. Another pump leaves them alone until the lease ends, and takes them over if this one
 * dies.
 */
export async function leaseEmails(db: Db, limit: number, leaseSeconds: number): Promise<DueEmail[]> {
  const { rows } = await prepared<DueEmail>(
    'lease_mails',
    sql`
    with due as materialized (
      select key from email where sent_at is null and gave_up_at is null and due_at <= now()
       order by due_at limit ${limit} for update skip locked
    )
    update email e set attempts = e.attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
      from due where e.key = due.key
    returning e.key, kind, order_number as "orderNumber", fulfilment, attempts`,
  ).execute(db);
  return rows;
}

/** Marks a mail as sent; those that are sent at about the same time are marked together. */
export const noteEmailSent: (db: Db, key: string) => Promise<void> = gatheredFor(async (db: Db, keys) => {
  await prepared(
    'mails_sent',
    sql`update email set sent_at = now(), last_error = null where key = any(${keys as string[]})`,
  ).execute(db);
  return keys.map(() => undefined);
});

/** A failed try: again after `retrySeconds`, or never when that is null. */
export async function noteEmailFailed(db: Db, key: string, error: string, retrySeconds: number | null): Promise<void> {
  await sql`
    update email set last_error = ${error},
           due_at = now() + make_interval(secs => ${retrySeconds ?? 0}),
           gave_up_at = case when ${retrySeconds === null} then now() end
     where key = ${key}`.execute(db);
}

export async function sentEmailsOf(db: Db, orderNumber: string): Promise<{ kind: string; sentAt: Date }[]> {
  const { rows } = await sql<{ kind: string; sentAt: Date }>`
    select kind, sent_at as "sentAt" from email where order_number = ${orderNumber} and sent_at is not null order by sent_at`.execute(
    db,
  );
  return rows;
}
