import { CarriersEnum } from 'shippo/models/components/carriersenum.js';
import { invalidField } from './errors.ts';

/** Shippo's names of carriers in tracking, and `shippo` for its test numbers. They are not the provider names of rates. */
const TOKENS: ReadonlySet<string> = new Set(['shippo', ...Object.values(CarriersEnum)]);

/** `DHL Express` → `dhl_express`. */
export const carrierOf = (provider: string): string => provider.toLowerCase().replaceAll(' ', '_');

/** Refuses anything but a carrier token, and says which one was probably meant. */
export function checkCarrier(carrier: string): void {
  if (TOKENS.has(carrier)) return;
  const meant = carrierOf(carrier);
  const hint = TOKENS.has(meant) ? ` Did you mean "${meant}"?` : '';
  throw invalidField('carrier', `"${carrier}" is not a carrier token.${hint}`);
}

const BRINGING_RETURNS: ReadonlySet<string> = new Set(['usps', 'ups', 'fedex']);
/** Whether the vendor sells return labels of the carrier (docs.goshippo.com/shipments/returns). */
export const bringsReturns = (provider: string): boolean => BRINGING_RETURNS.has(carrierOf(provider));
