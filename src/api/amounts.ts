import { BadAmount, toMinor } from '../contracts/money.ts';
import { HttpProblem } from './problem.ts';

/** The amount in minor units; throws the problem that names the field when the currency has no such amount. */
export function minorOf(amount: string, currency: string, field: string): number {
  try {
    return toMinor(amount, currency);
  } catch (error) {
    if (!(error instanceof BadAmount)) throw error;
    throw new HttpProblem('invalid_fields', { errors: [{ field, message: error.message }] });
  }
}
