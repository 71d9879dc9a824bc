import { createHash } from 'node:crypto';
import { shippoId } from '../ids.ts';
import { isQuotable } from './addresses.ts';
import { bringsReturns, carrierOf } from './carriers.ts';
import { notFound } from './errors.ts';
import {
  type CarrierService,
  chargedKilograms,
  currencyOf,
  servicesBetween,
  weighedKilograms,
  zoneBetween,
} from './services.ts';
import type { WireAddress, WireRate, WireShipment } from './wire.ts';
import { isoNow, OWNER } from './wire.ts';
import type { ShippoWorld } from './world.ts';

/** Which way a parcel goes. */
export interface Way {
  readonly from: WireAddress;
  readonly to: WireAddress;
  readonly isReturn: boolean;
}

/** Minor units; the same shipment always costs the same. */
function priceOf(service: CarrierService, kilograms: number, zone: number): number {
  return Math.round(service.base + service.perKilogram * Math.ceil(kilograms * 2) * 0.5 + service.perZone * (zone - 1));
}

const accountOf = (provider: string): string => createHash('md5').update(carrierOf(provider)).digest('hex');

function rateOf(shipment: WireShipment, service: CarrierService, kilograms: number, zone: number): WireRate {
  const currency = currencyOf(shipment.address_from.country);
  const amount = (priceOf(service, kilograms, zone) / 100).toFixed(2);
  const days = service.days + (service.days === 1 ? 0 : Math.floor((zone - 1) / 3));
  return {
    object_id: shippoId(),
    object_created: isoNow(),
    object_owner: OWNER,
    shipment: shipment.object_id,
    amount,
    amount_local: amount,
    currency,
    currency_local: currency,
    attributes: [],
    carrier_account: accountOf(service.provider),
    provider: service.provider,
    servicelevel: { name: service.name, token: service.token, terms: '', extended_token: service.token },
    estimated_days: days,
    duration_terms: days === 1 ? 'Delivery on the next working day.' : `Delivery within ${days} days.`,
    arrives_by: null,
    messages: [],
    zone: String(zone),
    test: true,
  };
}

/** Shippo marks one rate each as cheapest, fastest and best value. */
function mark(rates: WireRate[]): void {
  const best = (attribute: WireRate['attributes'][number], cost: (rate: WireRate) => number): void => {
    const [first, ...rest] = rates;
    if (first === undefined) return;
    rest.reduce((least, rate) => (cost(rate) < cost(least) ? rate : least), first).attributes.push(attribute);
  };
  best('CHEAPEST', (rate) => Number(rate.amount));
  best('FASTEST', (rate) => (rate.estimated_days ?? 99) * 1_000_000 + Number(rate.amount));
  best('BESTVALUE', (rate) => Number(rate.amount) * (2 + (rate.estimated_days ?? 99)));
}

export function ratesFor(shipment: WireShipment, { from, to, isReturn }: Way): WireRate[] {
  if (!isQuotable(to)) return [];
  const kilograms = shipment.parcels.reduce((sum, parcel) => sum + chargedKilograms(parcel), 0);
  const heaviest = Math.max(...shipment.parcels.map(weighedKilograms));
  const zone = from.country === to.country ? zoneBetween(from.zip ?? '', to.zip ?? '') : 9;
  const rates = servicesBetween(from.country, to.country)
    .filter((service) => heaviest <= service.maxKilograms && (!isReturn || bringsReturns(service.provider)))
    .map((service) => rateOf(shipment, service, kilograms, zone));
  mark(rates);
  return rates;
}

export function requireRate(world: ShippoWorld, id: string): WireRate {
  const rate = world.store.rates.get(id);
  if (rate === undefined) throw notFound();
  return rate;
}
