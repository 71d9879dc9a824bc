import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Config } from './config.ts';
import { ORDER_NUMBER } from './domain/keys.ts';

/**
 * The buyer's way to one order without an account: a signed token (JWT, HS256) that names the order, the epoch of its links and
 * when it ends, and nothing about the buyer. The first secret signs, all of them verify: a secret that is taken away ends every
 * link it signed; a new epoch ends those of one order.
 */

export const LINK_PREFIX = 'dol_';
const DAY_S = 86_400;
/** A link works for as long as goods can be sent back, and so much longer. */
const AFTERWARDS_S = 90 * DAY_S;

export type OrderLink = { readonly order: string; readonly epoch: number };

const keyIdOf = (secret: string): string => createHash('sha256').update(`link ${secret}`).digest('hex').slice(0, 8);
const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** When a link made now ends, for an order with this window of returns (ms); seconds, at the end of a day in UTC. */
export const linkEnds = (now: number, returnWindow: number): number =>
  Math.ceil((now / 1000 + returnWindow / 1000 + AFTERWARDS_S) / DAY_S) * DAY_S;

export async function signOrderLink(
  secrets: readonly string[],
  { order, epoch }: OrderLink,
  expiresAtSeconds: number,
): Promise<string> {
  const [secret] = secrets;
  if (secret === undefined) throw new Error('LINK_SECRETS is empty');
  const token = await new SignJWT({ epoch })
    .setProtectedHeader({ alg: 'HS256', kid: keyIdOf(secret) })
    .setSubject(order)
    .setAudience('order-link')
    .setExpirationTime(expiresAtSeconds)
    .sign(keyOf(secret));
  return LINK_PREFIX + token;
}

/** What a token says; null when it is not one of ours, is changed, or has ended. */
export async function readOrderLink(secrets: readonly string[], token: string): Promise<OrderLink | null> {
  if (!token.startsWith(LINK_PREFIX)) return null;
  try {
    const { payload } = await jwtVerify(
      token.slice(LINK_PREFIX.length),
      ({ kid }) => {
        const secret = secrets.find((one) => keyIdOf(one) === kid);
        if (secret === undefined) throw new errors.JWKSNoMatchingKey();
        return keyOf(secret);
      },
      { algorithms: ['HS256'], audience: 'order-link', requiredClaims: ['exp', 'sub'] },
    );
    const { sub: order = '', epoch } = payload;
    return ORDER_NUMBER.test(order) && typeof epoch === 'number' ? { order, epoch } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/**
 * The page by the buyer's signed link, as in their mails. It ends by the day of the order and not of today, so that a call to a
 * partner that is made again is the same call.
 */
export const buyersPageOf =
  ({ LINK_SECRETS, PUBLIC_URL }: Pick<Config, 'LINK_SECRETS' | 'PUBLIC_URL'>) =>
  async (order: string, placedAt: number): Promise<string> => {
    const token = await signOrderLink(LINK_SECRETS, { order, epoch: 0 }, linkEnds(placedAt, 0));
    return new URL(`/track/${token}`, PUBLIC_URL).href;
  };
