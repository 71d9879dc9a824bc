import { type RawBuilder, sql } from 'kysely';
import type { Placement } from '../domain/facts.ts';
import type { AcceptedTerms } from '../domain/terms.ts';
import { type Db, json, prepared } from './database.ts';

/** Owns order_intake and idempotent_answer: what callers sent, durably, and what they were answered. */

/** Marks the intake row of an order as recorded and gives the buyer's part of it. */
export const takeIntake = (orderNumber: string): RawBuilder<unknown> => sql`
  update order_intake set recorded_at = coalesce(recorded_at, now()) where number = ${orderNumber} returning buyer`;

/** Personal data of the order, and what only people read of its lines. */
export type BuyerPart = {
  readonly customer: {
    readonly name: string;
    readonly email: string;
    readonly phone: string | null;
    readonly locale: string;
    readonly ip_address?: string;
  };
  readonly billing_address: object;
  readonly shipping_address: object;
  readonly instructions?: string;
  readonly terms?: AcceptedTerms;
  readonly lines: readonly { readonly no: number; readonly name: string; readonly custom_fields: object }[];
};

export type Intake = {
  readonly number: string;
  readonly apiKey: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly placement: Placement;
  readonly buyer: BuyerPart;
};

export type KnownIntake = { readonly requestHash: string; readonly placement: Placement; readonly response: unknown };

/** What a key has asked before; `response` is null while it has not been answered. */
export async function findIntake(db: Db, apiKey: string, idempotencyKey: string): Promise<KnownIntake | null> {
  const { rows } = await prepared<KnownIntake>(
    'find_intake',
    sql`
    select request_hash as "requestHash", placement, response from order_intake
     where api_key = ${apiKey} and idempotency_key = ${idempotencyKey}`,
  ).execute(db);
  return rows[0] ?? null;
}

/** Writes the intake row; false when the key, or the number, has one already. */
export async function insertIntake(db: Db, intake: Intake): Promise<boolean> {
  const result = await prepared(
    'take_in',
    sql`
    insert into order_intake (number, api_key, idempotency_key, request_hash, store, placement, buyer)
    values (${intake.number}, ${intake.apiKey}, ${intake.idempotencyKey}, ${intake.requestHash}, ${intake.placement.store},
            ${json(intake.placement)}::jsonb, ${json(intake.buyer)}::jsonb)
    on conflict do nothing`,
  ).execute(db);
  return result.numAffectedRows === 1n;
}

export async function saveIntakeResponse(db: Db, number: string, response: object): Promise<void> {
  await prepared(
    'answer_intake',
    sql`update order_intake set response = ${json(response)}::json where number = ${number} and response is null`,
  ).execute(db);
}

export type UnrecordedIntake = { readonly placement: Placement; readonly attempts: number };

/**
 * Intakes whose order was not recorded: the API died, or the engine was away, between the two. Those that were tried in vain come
 * when they are due again, and not before others.
 */
export async function unrecordedIntakes(db: Db, olderThanSeconds: number, limit: number): Promise<UnrecordedIntake[]> {
  const { rows } = await sql<UnrecordedIntake>`
    select placement, attempts from order_intake
     where recorded_at is null and received_at < now() - make_interval(secs => ${olderThanSeconds})
       and (due_at is null or due_at <= now())
     order by coalesce(due_at, received_at) limit ${limit}`.execute(db);
  return rows;
}

export async function noteIntakeFailed(db: Db, number: string, error: string, retrySeconds: number): Promise<void> {
  await sql`
    update order_intake
       set attempts = attempts + 1, last_error = ${error}, due_at = now() + make_interval(secs => ${retrySeconds})
     where number = ${number} and recorded_at is null`.execute(db);
}

/** `body` null: begun, and not answered yet. `first`: this call has begun it. */
export type ClaimedAnswer = { readonly requestHash: string; readonly body: unknown; readonly first: boolean };

/** Begins a request under its key, or finds the one that was begun before. */
export async function claimAnswer(
  db: Db,
  apiKey: string,
  idempotencyKey: string,
  requestHash: string,
): Promise<ClaimedAnswer> {
  const { rows } = await sql<ClaimedAnswer>`
    with begun as (
      insert into idempotent_answer (api_key, idempotency_key, request_hash) values (${apiKey}, ${idempotencyKey}, ${requestHash})
      on conflict do nothing returning request_hash
    )
    select request_hash as "requestHash", null::json as body, true as first from begun
    union all
    select request_hash, body, false from idempotent_answer where api_key = ${apiKey} and idempotency_key = ${idempotencyKey}`.execute(
    db,
  );
  // Neither begun nor seen: another request began it after this statement did; look again.
  return rows[0] ?? claimAnswer(db, apiKey, idempotencyKey, requestHash);
}

export async function saveAnswer(db: Db, apiKey: string, idempotencyKey: string, body: unknown): Promise<void> {
  await sql`
    update idempotent_answer set body = ${json(body)}::json, answered_at = now()
     where api_key = ${apiKey} and idempotency_key = ${idempotencyKey}`.execute(db);
}

/** The answer that was saved under this key; null when there is none. */
export async function savedAnswer(db: Db, apiKey: string, idempotencyKey: string): Promise<unknown> {
  const { rows } = await sql<{ body: unknown }>`
    select body from idempotent_answer where api_key = ${apiKey} and idempotency_key = ${idempotencyKey}`.execute(db);
  return rows[0]?.body ?? null;
}

/** What the payment gateway needs of the buyer and of what the checkout asked for. */
export async function buyerOf(
  db: Db,
  number: string,
): Promise<{ email: string; paymentMethod: string | null; returnUrl: string | null; placedAt: number }> {
  const { rows } = await prepared<{
    email: string;
    paymentMethod: string | null;
    returnUrl: string | null;
    placedAt: number;
  }>(
    'buyer_of',
    sql`
    select buyer->'customer'->>'email' as email, placement->'paymentOptions'->>'paymentMethod' as "paymentMethod",
           placement->'paymentOptions'->>'returnUrl' as "returnUrl",
           floor(extract(epoch from received_at) * 1000)::float8 as "placedAt"
      from order_intake where number = ${number}`,
  ).execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`${number} has no intake row`);
  return row;
}
