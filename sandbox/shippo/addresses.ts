import { shippoId } from '../ids.ts';
import { invalidField, missingField, notFound } from './errors.ts';
import type { WireAddress } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

export type Fields = Readonly<Record<string, unknown>>;

const TEXTS = [
  'name',
  'company',
  'street1',
  'street2',
  'street3',
  'street_no',
  'city',
  'state',
  'zip',
  'phone',
  'email',
  'metadata',
] as const;

export const textOf = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

/**
 * The sandbox's rules for a good address; a carrier's are unknown to it. Bad: no street, city or postal code; the postal
 * code 00000; a street that says INVALID.
 */
function problemsOf(address: WireAddress): NonNullable<NonNullable<WireAddress['validation_results']>['messages']> {
  const problem = (code: string, text: string) => ({
    source: 'Shippo Address Validator',
    code,
    type: 'address_error',
    text,
  });
  const problems = [];
  if (!address.street1) problems.push(problem('street_detail_missing', 'The street is missing.'));
  if (!address.city) problems.push(problem('Invalid City', 'The city is missing.'));
  if (!address.zip) problems.push(problem('empty_request', 'The postal code is missing.'));
  if (address.zip === '00000') problems.push(problem('postal_code_not_found', 'The postal code does not exist.'));
  if (/\bINVALID\b/i.test(address.street1 ?? '')) {
    problems.push(problem('unknown_street', 'The street could not be found.'));
  }
  return problems;
}

/** A street that says SUGGEST comes back corrected, as carriers correct misspelt ones. */
function corrected(address: WireAddress): boolean {
  const street = address.street1 ?? '';
  if (!/\bSUGGEST\b/i.test(street)) return false;
  address.street1 = street.replace(/\s*\bSUGGEST\b\s*/i, ' ').trim();
  return true;
}

function validate(address: WireAddress): void {
  const suggestion = corrected(address);
  const problems = problemsOf(address);
  const correction = {
    source: 'Shippo Address Validator',
    code: 'street_name_change',
    type: 'address_correction',
    text: 'The street name was corrected.',
  };
  address.validation_results = {
    is_valid: problems.length === 0,
    messages: suggestion ? [...problems, correction] : problems,
  };
}

/** Whether a carrier would quote for it at all. */
export const isQuotable = (address: WireAddress): boolean =>
  Boolean(address.street1 && address.city && address.zip && address.zip !== '00000');

/** Whether a label can be bought for it. */
export const isDeliverable = (address: WireAddress): boolean => problemsOf(address).length === 0;

/** An address object from the fields sent; with `validate` it is checked too. */
export function newAddress(fields: Fields): WireAddress {
  const country = textOf(fields, 'country').toUpperCase();
  if (country === '') throw missingField('country');
  if (!/^[A-Z]{2}$/.test(country)) throw invalidField('country', `${country} is not a two-letter country code.`);
  const address: WireAddress = {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    country,
    is_complete: true,
    is_residential: typeof fields['is_residential'] === 'boolean' ? fields['is_residential'] : null,
    test: true,
    validation_results: {},
  };
  for (const name of TEXTS) address[name] = textOf(fields, name);
  address.is_complete = isQuotable(address) && address.name !== '';
  if (fields['validate'] === true) validate(address);
  return address;
}

export function createAddress(world: ShippoWorld, fields: Fields): WireAddress {
  const address = newAddress(fields);
  world.store.addresses.set(String(address.object_id), address);
  return address;
}

export function requireAddress(world: ShippoWorld, id: string): WireAddress {
  const address = world.store.addresses.get(id);
  if (address === undefined) throw notFound();
  return address;
}

export function validateAddress(world: ShippoWorld, id: string): WireAddress {
  const address = requireAddress(world, id);
  validate(address);
  return address;
}
