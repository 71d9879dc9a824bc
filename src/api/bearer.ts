import { createHash, randomBytes } from 'node:crypto';
import { type ApiKey, findApiKey, touchApiKey } from '../db/api-keys.ts';
import type { Db } from '../db/database.ts';
import { LINK_PREFIX } from '../order-links.ts';

/** Keys are opaque, and only their hash is stored, so a leaked database opens nothing. */

export const KEY_PREFIX = 'dok_';
const LONGEST = { [KEY_PREFIX]: 200, [LINK_PREFIX]: 1_000 } as const;

/** The secret of `Bearer SECRET`; undefined when it is not of that form, or longer than any of ours. */
export function findSecret(authorization: string): string | undefined {
  const [scheme, secret] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || secret === undefined) return undefined;
  return secret.length > (secret.startsWith(LINK_PREFIX) ? LONGEST[LINK_PREFIX] : LONGEST[KEY_PREFIX])
    ? undefined
    : secret;
}

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new key: 256 random bits, its public id and its hash. */
export function makeKey(): { key: string; id: string; hash: string } {
  const key = KEY_PREFIX + randomBytes(32).toString('base64url');
  return { key, id: `key_${randomBytes(6).toString('hex')}`, hash: hashOf(key) };
}

const CACHE_MS = 5_000;
const CACHE_AT_MOST = 10_000;

/** Looks keys up; remembers those there are for a few seconds, so a revoked key works at most that long. */
export function createKeyring(db: Db) {
  const known = new Map<string, { key: ApiKey; until: number }>();
  return async (secret: string): Promise<ApiKey | null> => {
    const hash = hashOf(secret);
    const cached = known.get(hash);
    if (cached !== undefined && cached.until > Date.now()) return cached.key;
    const key = await findApiKey(db, hash);
    // Not remembered: made-up keys would push out the real ones.
    if (key === null) return null;
    if (known.size >= CACHE_AT_MOST) known.clear();
    known.set(hash, { key, until: Date.now() + CACHE_MS });
    await touchApiKey(db, key.id);
    return key;
  };
}
