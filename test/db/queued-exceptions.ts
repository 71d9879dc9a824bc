import { sql } from 'kysely';
import { type Db, json } from '../../src/db/database.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import type { ExceptionKind } from '../../src/domain/order.ts';

/** An exception as a row of the queue; times are hours from now. */
export type Queued = {
  readonly id: string;
  readonly kind?: ExceptionKind;
  readonly opened?: number;
  readonly due?: number;
  readonly claimedBy?: string;
  readonly claimedUntil?: number;
  readonly resolved?: number;
  readonly resolution?: string;
};

const HOUR = 3_600_000;

/** Writes them into the queue. The order of each is the part of its id before the slash, and must be there. */
export async function queue(db: Db, exceptions: readonly Queued[]): Promise<void> {
  const now = Date.now();
  const at = (hours: number | undefined) => (hours === undefined ? null : new Date(now + hours * HOUR).toISOString());
  const rows = exceptions.map(({ id, kind = 'stock_out', opened = 0, due, ...rest }) => ({
    id,
    number: id.split('/')[0],
    kind,
    severity: EXCEPTIONS[kind].severity,
    resolutions: EXCEPTIONS[kind].resolutions,
    status: rest.resolved === undefined ? 'open' : 'resolved',
    opened: at(opened),
    due: at(due ?? opened + EXCEPTIONS[kind].dueHours),
    claimedBy: rest.claimedBy ?? null,
    claimedUntil: at(rest.claimedUntil),
    resolved: at(rest.resolved),
    resolution: rest.resolution ?? null,
  }));
  await sql`
    insert into exception (id, order_number, kind, severity, lane, status, summary, context, proposal, resolutions, opened_at,
                           due_at, claimed_by, claimed_until, resolved_at, resolution)
    select id, number, kind, severity, 'stock', status, 'Two of MUG are missing', '{}', 'Wait', resolutions, opened, due, "claimedBy",
           "claimedUntil", resolved, resolution
      from jsonb_to_recordset(${json(rows)}::jsonb) as x(
           id text, number text, kind text, severity text, status text, resolutions jsonb, opened timestamptz, due timestamptz,
           "claimedBy" text, "claimedUntil" timestamptz, resolved timestamptz, resolution text)`.execute(db);
}

/** What the queue says staff were told of, by the exception's id. */
export async function toldOf(db: Db): Promise<Record<string, string>> {
  const { rows } = await sql<{ id: string; reminded: boolean; escalated: boolean }>`
    select id, reminded_at is not null as reminded, escalated_at is not null as escalated from exception
     where reminded_at is not null or escalated_at is not null`.execute(db);
  return Object.fromEntries(
    rows.map(({ id, reminded, escalated }) => [
      id,
      [reminded ? 'reminded' : '', escalated ? 'escalated' : ''].filter((word) => word !== '').join(' '),
    ]),
  );
}
