import { sql } from 'kysely';
import { type Db, json, prepared } from './database.ts';
import { gatheredFor } from './gather.ts';

/** Owns inbox: what gateways and carriers told us, once per event identity, before they are answered. */

export type InboxEvent = {
  readonly provider: 'stripe' | 'shippo';
  readonly eventId: string;
  readonly type: string;
  readonly objectId: string | null;
  readonly body: object;
};

/** `outcome`: of an event that is dealt with as soon as it is written down; null: it is to be applied. */
export type ReceivedEvent = InboxEvent & { readonly outcome: string | null };

/** Told whether it is the first of its identity, also among those that come together. */
async function receiveEvents(db: Db, events: readonly ReceivedEvent[]): Promise<boolean[]> {
  const identityOf = ({ provider, eventId }: Pick<InboxEvent, 'provider' | 'eventId'>) => `${provider} ${eventId}`;
  const received = new Map<string, ReceivedEvent & { deliveries: number }>();
  for (const event of events) {
    const deliveries = (received.get(identityOf(event))?.deliveries ?? 0) + 1;
    received.set(identityOf(event), { ...event, deliveries });
  }
  // In the order of their keys, so that two processes with the same events do not lock each other out.
  const { rows } = await prepared<Pick<InboxEvent, 'provider' | 'eventId'> & { deliveries: number }>(
    'receive_events',
    sql`
    insert into inbox (provider, event_id, type, object_id, body, deliveries, outcome, processed_at)
    select provider, "eventId", type, "objectId", body, deliveries, outcome, case when outcome is not null then now() end
      from jsonb_to_recordset(${json([...received.values()])}::jsonb)
           as e(provider text, "eventId" text, type text, "objectId" text, body jsonb, deliveries int, outcome text)
     order by provider, "eventId"
    on conflict (provider, event_id) do update set deliveries = inbox.deliveries + excluded.deliveries
    returning provider, event_id as "eventId", deliveries`,
  ).execute(db);
  const fresh = new Set(
    rows.filter((row) => row.deliveries === received.get(identityOf(row))?.deliveries).map((row) => identityOf(row)),
  );
  return events.map((event) => fresh.delete(identityOf(event)));
}

/** Writes an event down; false when it is known already. Events that arrive together are written together. */
export const receiveEvent: (db: Db, event: ReceivedEvent) => Promise<boolean> = gatheredFor(receiveEvents);

export type DueEvent = InboxEvent & { readonly attempts: number };

/** Leases events that are due; another pump takes them over when this one dies. */
export async function leaseEvents(db: Db, limit: number, leaseSeconds: number): Promise<DueEvent[]> {
  const { rows } = await prepared<DueEvent>(
    'lease_events',
    sql`
    with due as materialized (
      select provider, event_id from inbox where processed_at is null and due_at <= now()
       order by due_at limit ${limit} for update skip locked
    )
    update inbox i set attempts = i.attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
      from due where i.provider = due.provider and i.event_id = due.event_id
    returning i.provider, i.event_id as "eventId", type, object_id as "objectId", body, attempts`,
  ).execute(db);
  return rows;
}

export type AppliedEvent = { readonly provider: string; readonly eventId: string; readonly outcome: string };

export async function noteEventsApplied(db: Db, events: readonly AppliedEvent[]): Promise<void> {
  if (events.length === 0) return;
  await prepared(
    'note_events',
    sql`
    update inbox i set processed_at = now(), outcome = e.outcome, last_error = null
      from jsonb_to_recordset(${json(events)}::jsonb) as e(provider text, "eventId" text, outcome text)
     where i.provider = e.provider and i.event_id = e."eventId"`,
  ).execute(db);
}

export async function noteEventFailed(db: Db, event: DueEvent, error: string, retrySeconds: number): Promise<void> {
  await sql`
    update inbox set last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds})
     where provider = ${event.provider} and event_id = ${event.eventId}`.execute(db);
}

export async function countPendingEvents(db: Db): Promise<number> {
  const { rows } = await sql<{
    pending: number;
  }>`select count(*)::int as pending from inbox where processed_at is null`.execute(db);
  return rows[0]?.pending ?? 0;
}
