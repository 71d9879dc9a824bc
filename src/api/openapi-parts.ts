import { z } from 'zod';
import { Problem } from '../contracts/order-view.ts';

/** What the descriptions of all routes are made of. */

export const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});
export const problems = (...codes: readonly (keyof typeof PROBLEMS)[]) =>
  Object.fromEntries(codes.map((code) => [code, problem(PROBLEMS[code])]));
/** What every route with a key may answer, and every one that takes a body. */
export const ANY = [401, 403, 429, 503] as const;
export const ANY_BODY = [...ANY, 400, 413, 415, 422] as const;
const PROBLEMS = {
  400: 'The request cannot be read',
  401: 'No valid key, link, session or password',
  403: 'The role or scope does not allow it',
  404: 'There is no such thing',
  409: 'The order has moved on or does not allow it; the answer names its version and allowed actions',
  410: 'The link is not valid, or not any more',
  413: 'The body is too large',
  415: 'The body is not application/json',
  422: 'Fields are wrong; each is named',
  429: 'Too many requests',
  503: 'The engine, the database or the gateway is away; nothing is half-done, ask again with the same Idempotency-Key',
} as const;

export const IdempotencyKey = z.object({ 'Idempotency-Key': z.string().max(255) });
export const OptionalKey = IdempotencyKey.partial();
export const ok = (description: string, schema: z.ZodType = z.record(z.string(), z.unknown())) => ({
  '200': { description, ...json(schema) },
});
