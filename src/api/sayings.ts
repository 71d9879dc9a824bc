import { toMajor } from '../contracts/money.ts';
import type { Saying } from '../domain/saying-codes.ts';

/** A saying as it travels: its amount in major units, like every other. */
export function sayingView(saying: Saying | null): Saying | null {
  if (saying === null) return null;
  const { amount, currency } = saying.values;
  if (typeof amount !== 'number' || typeof currency !== 'string') return saying;
  return { ...saying, values: { ...saying.values, amount: toMajor(amount, currency) } };
}
