import { toMajor } from '../contracts/money.ts';

/** What was written down with an exception, as the API writes it: amounts in major units, moments as ISO 8601. */

type Context = Readonly<Record<string, unknown>>;

const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'captured', 'refunded']);
const MOMENTS: ReadonlySet<string> = new Set(['captureBefore', 'evidenceDue', 'since']);

const isContext = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `currency`: the order's, where what was written down names none of its own. */
export function contextView(context: Context, currency: string | null): Record<string, unknown> {
  const own = typeof context['currency'] === 'string' ? context['currency'].toUpperCase() : currency;
  const view = (name: string, value: unknown): unknown => {
    if (isContext(value)) return contextView(value, own);
    if (typeof value !== 'number') return value;
    if (AMOUNTS.has(name) && own !== null) return toMajor(value, own);
    return MOMENTS.has(name) ? new Date(value).toISOString() : value;
  };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, view(name, value)]));
}
