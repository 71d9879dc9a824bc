import { exponentOf, toMajor } from './money.ts';

/**
 * Stripe counts money in ISO 4217's minor units, except (docs.stripe.com/currencies, "Special cases" and "Three-decimal currencies"):
 * amounts of ISK and UGX, which have no decimals, are sent with two; MGA, which has two, is sent without; and of three decimals the
 * last must be 0. HUF and TWD are special in payouts only, of which we make none.
 */
const UNITS_OF_A_MINOR: Readonly<Record<string, number>> = { ISK: 100, UGX: 100, MGA: 0.01 };
const factorOf = (currency: string): number => UNITS_OF_A_MINOR[currency] ?? 1;

/** The smallest amount that Stripe can move, in minor units; all others are multiples of it. */
const stepOf = (currency: string): number => (exponentOf(currency) === 3 ? 10 : Math.max(1, 1 / factorOf(currency)));

/** Why Stripe cannot move this amount (minor units), for people; null when it can. */
export const whyNotAtStripe = (minor: number, currency: string): string | null =>
  minor % stepOf(currency) === 0
    ? null
    : `Stripe takes ${currency} in steps of ${toMajor(stepOf(currency), currency)} only`;

/** Minor units in Stripe's unit, and back. */
export const toStripe = (minor: number, currency: string): number => Math.round(minor * factorOf(currency));
export const fromStripe = (amount: number, currency: string): number => Math.round(amount / factorOf(currency));
