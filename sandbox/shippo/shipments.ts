import type { Parcel$Outbound } from 'shippo/models/components/parcel.js';
import { shippoId } from '../ids.ts';
import { type Fields, isQuotable, newAddress, requireAddress, textOf } from './addresses.ts';
import { invalidField, missingField, notFound } from './errors.ts';
import { ratesFor, type Way } from './rates.ts';
import { chargedKilograms } from './services.ts';
import type { WireAddress, WireShipment } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An address given in full or by the id of one made before. */
function addressOf(world: ShippoWorld, fields: Fields, name: string): WireAddress {
  const given = fields[name];
  if (typeof given === 'string') return requireAddress(world, given);
  if (!isFields(given)) throw missingField(name);
  return newAddress(given);
}

const MEASURES = ['length', 'width', 'height', 'weight'] as const;

function parcelOf(given: unknown): Parcel$Outbound {
  if (!isFields(given)) throw invalidField('parcels', 'Give each parcel in full.');
  for (const name of MEASURES) {
    if (!(Number(given[name]) > 0)) throw invalidField('parcels', `${name} must be a number greater than 0.`);
  }
  const parcel: Parcel$Outbound = {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    object_state: 'VALID',
    length: String(given['length']),
    width: String(given['width']),
    height: String(given['height']),
    distance_unit: textOf(given, 'distance_unit'),
    weight: String(given['weight']),
    mass_unit: textOf(given, 'mass_unit'),
    metadata: textOf(given, 'metadata'),
    test: true,
  };
  if (Number.isNaN(chargedKilograms(parcel))) {
    throw invalidField('parcels', 'distance_unit must be cm, mm, m, in, ft or yd and mass_unit g, kg, lb or oz.');
  }
  return parcel;
}

const unquotable = (address: WireAddress): WireShipment['messages'] =>
  isQuotable(address)
    ? []
    : [
        {
          source: 'Shippo',
          code: 'failed_address_validation',
          text: 'The recipient address is incomplete or unknown.',
        },
      ];

const isReturn = (extra: object): boolean => (extra as { is_return?: unknown }).is_return === true;

/** A return goes from the buyer, whom the shipment calls its receiver, to the sender: the vendor turns them round by itself. */
export const wayOf = ({ address_from: from, address_to: to, extra }: WireShipment): Way =>
  isReturn(extra) ? { from: to, to: from, isReturn: true } : { from, to, isReturn: false };

/** Quotes every service between two addresses. `async: true`, Shippo's default, gives the rates only when asked again. */
export function createShipment(world: ShippoWorld, fields: Fields): WireShipment {
  const from = addressOf(world, fields, 'address_from');
  const to = addressOf(world, fields, 'address_to');
  const parcels = fields['parcels'];
  if (!Array.isArray(parcels) || parcels.length === 0) throw missingField('parcels');
  const extra = isFields(fields['extra']) ? fields['extra'] : {};
  const shipment: WireShipment = {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    object_owner: OWNER,
    status: 'SUCCESS',
    address_from: from,
    address_to: to,
    address_return: fields['address_return'] === undefined ? from : addressOf(world, fields, 'address_return'),
    parcels: parcels.map(parcelOf),
    shipment_date: isoNow(),
    carrier_accounts: [],
    metadata: textOf(fields, 'metadata').slice(0, 100),
    messages: unquotable(isReturn(extra) ? from : to),
    extra,
    rates: [],
    customs_declaration: null,
    test: true,
  };
  shipment.rates = ratesFor(shipment, wayOf(shipment));
  for (const rate of shipment.rates) world.store.rates.set(rate.object_id, rate);
  world.store.shipments.set(shipment.object_id, shipment);
  return fields['async'] === false ? shipment : { ...shipment, status: 'QUEUED', rates: [] };
}

export function requireShipment(world: ShippoWorld, id: string): WireShipment {
  const shipment = world.store.shipments.get(id);
  if (shipment === undefined) throw notFound();
  return shipment;
}
