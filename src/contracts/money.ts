import { z } from 'zod';
import { WRONG } from './wrong.ts';

/** Amounts travel as strings of major units ("29.99") beside a currency, and are integers of minor units inside (SPEC.md §7). */

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be a three-letter ISO 4217 code in capitals')
  .refine(isCurrency, 'is not a currency of ISO 4217')
  .meta({ description: 'ISO 4217 code', example: 'USD' });

export const Amount = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,4})?$/, WRONG.amount)
  .meta({ description: 'Amount in major units, as a string', example: '29.99' });

const exponents = new Map<string, number>();
/** Decimal places of a currency (JPY 0, USD 2, KWD 3). */
export function exponentOf(currency: string): number {
  let exponent = exponents.get(currency);
  if (exponent === undefined) {
    exponent =
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    exponents.set(currency, exponent);
  }
  return exponent;
}

export class BadAmount extends Error {
  override name = 'BadAmount';
}

/** "29.99" in USD is 2999. Refuses more decimal places than the currency has: a fraction of a cent is a mistake, not a rounding. */
export function toMinor(amount: string, currency: string): number {
  const exponent = exponentOf(currency);
  const [whole = '0', fraction = ''] = amount.split('.');
  if (/[1-9]/.test(fraction.slice(exponent))) {
    throw new BadAmount(`${currency} has ${exponent} decimal places, ${JSON.stringify(amount)} has more`);
  }
  const minor = Number(whole + fraction.slice(0, exponent).padEnd(exponent, '0'));
  if (!Number.isSafeInteger(minor)) throw new BadAmount(`${JSON.stringify(amount)} is not an amount`);
  return minor;
}

/** 2999 in USD is "29.99". */
export function toMajor(minor: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const sign = minor < 0 ? '-' : '';
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
