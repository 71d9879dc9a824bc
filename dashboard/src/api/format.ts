/** Amounts, times and spans of time in the reader's language. */

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();
function cached<Format extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => Format,
): Format {
  const known = formats.get(key) as Format | undefined;
  if (known !== undefined) return known;
  const format = make();
  formats.set(key, format);
  return format;
}

export const money = (amount: string, currency: string, language: string): string =>
  cached(
    `money ${language} ${currency}`,
    () => new Intl.NumberFormat(language, { style: 'currency', currency }),
  ).format(Number(amount));

export const count = (value: number, language: string): string =>
  cached(`count ${language}`, () => new Intl.NumberFormat(language)).format(value);

export const dateTime = (iso: string, language: string): string =>
  cached(
    `when ${language}`,
    () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }),
  ).format(new Date(iso));

export const timeOfDay = (iso: string, language: string): string =>
  cached(`time ${language}`, () => new Intl.DateTimeFormat(language, { timeStyle: 'medium' })).format(new Date(iso));

export const day = (iso: string, language: string): string =>
  cached(`day ${language}`, () => new Intl.DateTimeFormat(language, { dateStyle: 'medium' })).format(new Date(iso));

/** For an axis, where the year is known. */
export const shortDay = (iso: string, language: string): string =>
  cached(`short day ${language}`, () => new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })).format(
    new Date(iso),
  );

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "in 5 minutes", "yesterday". */
export function relative(iso: string, now: number, language: string): string {
  const format = cached(
    `relative ${language}`,
    () => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }),
  );
  const distance = new Date(iso).getTime() - now;
  const size = Math.abs(distance);
  if (size < MINUTE) return format.format(Math.round(distance / 1000), 'second');
  if (size < HOUR) return format.format(Math.round(distance / MINUTE), 'minute');
  if (size < DAY) return format.format(Math.round(distance / HOUR), 'hour');
  if (size < 60 * DAY) return format.format(Math.round(distance / DAY), 'day');
  return format.format(Math.round(distance / (30 * DAY)), 'month');
}

/** A span as its two largest units: "2d 4h", "3m 20s". */
export function span(milliseconds: number, language: string): string {
  const rest = Math.max(0, Math.floor(milliseconds / 1000));
  const parts: [number, string][] = [
    [Math.floor(rest / 86_400), 'day'],
    [Math.floor(rest / 3_600) % 24, 'hour'],
    [Math.floor(rest / 60) % 60, 'minute'],
    [rest % 60, 'second'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return (first === -1 ? parts.slice(3) : parts.slice(first, first + 2))
    .map(([value, unit]) =>
      cached(
        `unit ${language} ${unit}`,
        () => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }),
      ).format(value),
    )
    .join(' ');
}
