import { randomFillSync, randomUUID } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const pool = Buffer.alloc(24 * 256);
let used = pool.length;

/** Random bytes drawn many at a time, because one payment makes a dozen ids. */
function random24(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 24;
  return pool.subarray(used - 24, used);
}

/** Stripe's way of writing an id: a prefix such as `pi`, and 24 letters and digits. */
export function stripeId(prefix: string): string {
  let text = `${prefix}_`;
  for (const byte of random24()) text += ALPHABET[byte % ALPHABET.length];
  return text;
}

/** Shippo's way: 32 hexadecimal digits. */
export const shippoId = (): string => randomUUID().replaceAll('-', '');

/** Unix time in whole seconds, the resolution of every Stripe time. */
export const unixNow = (): number => Math.floor(Date.now() / 1000);
