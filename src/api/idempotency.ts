import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { type Db, inTransaction } from '../db/database.ts';
import { claimAnswer, saveAnswer } from '../db/intake.ts';
import { HttpProblem } from './problem.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The Idempotency-Key header, or null when there is none. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (!KEY.test(key))
    throw new HttpProblem('bad_request', { detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters.' });
  return key;
}

export const digestOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

export type Keyed = { readonly keyId: string; readonly key: string | null; readonly requestHash: string };

/**
 * Changes the record once for each key: the change and its answer are kept together or not at all. What was refused has left nothing
 * behind, so its key is free again.
 */
export function recordOnce<Answer>(
  db: Db,
  { keyId, key, requestHash }: Keyed,
  change: (trx: Db) => Promise<Answer>,
): Promise<{ readonly body: Answer; readonly replayed: boolean }> {
  return inTransaction(db, async (trx) => {
    if (key === null) return { body: await change(trx), replayed: false };
    const claimed = await claimAnswer(trx, keyId, key, requestHash);
    if (claimed.requestHash !== requestHash) throw new HttpProblem('idempotency_key_reused');
    if (claimed.body !== null) return { body: claimed.body as Answer, replayed: true };
    const body = await change(trx);
    await saveAnswer(trx, keyId, key, body);
    return { body, replayed: false };
  });
}
