import { z } from 'zod';
import { WRONG } from './wrong.ts';

/** Amounts travel as strings of major units ("29.99") beside a currency, and are integers of minor units inside (SPEC.md §7). */

/**
 * The currencies of ISO 4217 (list one of its maintenance agency, six-group.com: national currencies in force in 2026) and their
 * minor units. Written down, not asked of Intl: its digits are those people write, and change with the version of Node; the amounts
 * in the record must not.
 */
const TWO_DECIMALS = `
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP
  ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
  MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
  SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`;
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND';

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  [NO_DECIMALS, '', TWO_DECIMALS, THREE_DECIMALS].flatMap((codes, exponent) =>
    (codes.match(/[A-Z]{3}/g) ?? []).map((code) => [code, exponent] as const),
  ),
);
export const isCurrency = (code: string): boolean => EXPONENTS.has(code);

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be a three-letter ISO 4217 code in capitals')
  .refine(isCurrency, 'is not a currency of ISO 4217')
  .meta({ description: 'ISO 4217 code', example: 'USD' });

export const Amount = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,4})?$/, WRONG.amount)
  .meta({ description: 'Amount in major units, as a string', example: '29.99' });

/** Decimal places of a currency (JPY 0, USD 2, KWD 3); of one that is no longer in force, and in an old order only, two. */
export const exponentOf = (currency: string): number => EXPONENTS.get(currency) ?? 2;

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
