import { exponentOf } from '../contracts/money.ts';
import type { Address } from '../db/orders.ts';
import { primaryOf } from './texts/languages.ts';

/** Amounts, dates and addresses as the buyer's locale writes them. */
export type Formats = {
  /** Minor units of the order's currency. */
  money(minor: number): string;
  /** The day, in UTC: the buyer's own time zone is not known. */
  date(at: number): string;
  count(value: number): string;
  addressLines(address: Address): string[];
};

/** The locale if Intl knows how to read it, else English: a bad tag must not hold a mail back. */
function usable(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/**
 * Amounts are written as the buyer's locale writes them. Dates and countries are words, so they follow the language of the texts
 * when that is another one.
 */
export function formatsFor(wanted: string, language: string, currency: string): Formats {
  const key = `${wanted} ${language} ${currency}`;
  const known = made.get(key) ?? makeFormats(usable(wanted), language, currency);
  // Locales come from buyers: what is kept of them is bounded.
  if (made.size >= KEPT) made.clear();
  made.set(key, known);
  return known;
}

/** Making them takes longer than writing a whole mail with them. */
const made = new Map<string, Formats>();
const KEPT = 200;

function makeFormats(locale: string, language: string, currency: string): Formats {
  const words = primaryOf(locale) === primaryOf(language) ? locale : language;
  const digits = exponentOf(currency);
  const places = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const amounts = new Intl.NumberFormat(locale, { style: 'currency', currency, ...places });
  const dates = new Intl.DateTimeFormat(words, { dateStyle: 'long', timeZone: 'UTC' });
  const counts = new Intl.NumberFormat(locale);
  const countries = new Intl.DisplayNames(words, { type: 'region' });
  const unit = 10 ** digits;
  return {
    money: (minor) => amounts.format(minor / unit),
    date: (at) => dates.format(at),
    count: (value) => counts.format(value),
    addressLines: ({ name, line1, line2, city, region, postal_code: code, country }) => {
      const place = region === '' ? `${code} ${city}` : `${city}, ${region} ${code}`;
      return [name, line1, line2 ?? '', place.trim(), countryName(countries, country)].filter((line) => line !== '');
    },
  };
}

function countryName(names: Intl.DisplayNames, country: string): string {
  return /^[A-Z]{2}$/.test(country) ? (names.of(country) ?? country) : country;
}

const CARRIERS: Readonly<Record<string, string>> = {
  usps: 'USPS',
  ups: 'UPS',
  fedex: 'FedEx',
  dhl: 'DHL',
  dhl_express: 'DHL Express',
  canada_post: 'Canada Post',
  royal_mail: 'Royal Mail',
  correios: 'Correios',
};

/** Carriers are known by tokens such as `dhl_express`; people know them by name. */
export function carrierName(carrier: string): string {
  const known = CARRIERS[carrier.toLowerCase()];
  if (known !== undefined) return known;
  return carrier.replaceAll('_', ' ').replace(/\b\p{Ll}/gu, (letter) => letter.toUpperCase());
}

/** A link only when it leads to a web page: parts of it were typed by people, and a mail must not run a script. */
export function webUrl(url: string | null | undefined): string | null {
  if (url == null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
