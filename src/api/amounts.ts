import { BadAmount, toMinor } from '../contracts/money.ts';
import { whyNotAtStripe } from '../contracts/stripe-amounts.ts';
import type { Order } from '../domain/order.ts';
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

/** The same of an amount that goes back the way an order was paid, which must be able to carry it. */
export function movableOf(
  amount: string,
  { currency, payment }: Pick<Order, 'currency' | 'payment'>,
  field: string,
): number {
  const minor = minorOf(amount, currency, field);
  const message = payment.method === 'stripe' ? whyNotAtStripe(minor, currency) : null;
  if (message !== null) throw new HttpProblem('invalid_fields', { errors: [{ field, message }] });
  return minor;
}
