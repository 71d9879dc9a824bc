import { createHash } from 'node:crypto';
import type { Request } from 'express';
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
