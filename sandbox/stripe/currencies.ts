import { badParameter } from './errors.ts';

/** How Stripe counts money, as its page on currencies has it (docs.stripe.com/currencies); other currencies have two decimals. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd iqd jod kwd lyd omr tnd'.split(' '));
/** Counted with two decimals, which must be 0. */
const WHOLE_ONLY = new Set(['isk', 'ugx']);

export const decimalsOf = (currency: string): number => {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.has(code)) return 0;
  return THREE_DECIMAL.has(code) ? 3 : 2;
};

/** Refuses an amount with decimals that its currency has on paper only. */
export function checkDecimals(amount: number, currency: string, param = 'amount'): void {
  const step = WHOLE_ONLY.has(currency) ? 100 : THREE_DECIMAL.has(currency) ? 10 : 1;
  if (amount % step === 0) return;
  throw badParameter('parameter_invalid_integer', param, `Invalid amount: ${currency} must be divisible by ${step}.`);
}
