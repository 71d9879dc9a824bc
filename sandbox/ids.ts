import { randomBytes, randomUUID } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Stripe's way of writing an id: `pi_3` and 23 letters and digits. */
export function stripeId(prefix: string): string {
  let text = '';
  for (const byte of randomBytes(24)) text += ALPHABET[byte % ALPHABET.length];
  return `${prefix}_${text}`;
}

/** Shippo's way: 32 hexadecimal digits. */
export const shippoId = (): string => randomUUID().replaceAll('-', '');

/** Unix time in whole seconds, the resolution of every Stripe time. */
export const unixNow = (): number => Math.floor(Date.now() / 1000);
