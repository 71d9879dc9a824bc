import { shippoId } from '../ids.ts';
import { type Fields, textOf } from './addresses.ts';
import { checkCarrier } from './carriers.ts';
import { missingField, ShippoFailure } from './errors.ts';
import { wayOf } from './shipments.ts';
import type { WireAddress, WireRate, WireShipment, WireTrack, WireTrackingStatus } from './wire.ts';
import { isoNow } from './wire.ts';
import type { ShippoWorld } from './world.ts';

export const TRACKING_STATUSES = ['UNKNOWN', 'PRE_TRANSIT', 'TRANSIT', 'DELIVERED', 'RETURNED', 'FAILURE'] as const;
export type TrackingStatusName = (typeof TRACKING_STATUSES)[number];

const DETAILS: Readonly<Record<TrackingStatusName, string>> = {
  UNKNOWN: 'The carrier knows nothing about the parcel yet.',
  PRE_TRANSIT: 'The carrier has been told about the parcel.',
  TRANSIT: 'The parcel is on its way.',
  DELIVERED: 'The parcel has been delivered.',
  RETURNED: 'The parcel has been returned to the sender.',
  FAILURE: 'The parcel could not be delivered.',
};

const SUBSTATUS: Readonly<Record<TrackingStatusName, string>> = {
  UNKNOWN: 'other',
  PRE_TRANSIT: 'information_received',
  TRANSIT: 'in_transit',
  DELIVERED: 'delivered',
  RETURNED: 'return_to_sender',
  FAILURE: 'delivery_attempted',
};

const isKnown = (status: string): status is TrackingStatusName =>
  (TRACKING_STATUSES as readonly string[]).includes(status);

export interface Step {
  /** Any text: Shippo may one day send a status its SDK does not know. */
  readonly status: string;
  readonly details?: string | undefined;
  readonly substatus?: string | undefined;
  readonly location?: {
    readonly city?: string;
    readonly state?: string;
    readonly zip?: string;
    readonly country?: string;
  };
}

const placeOf = (address: WireAddress | undefined) =>
  address === undefined
    ? null
    : {
        city: address.city ?? '',
        state: address.state ?? '',
        zip: address.zip ?? '',
        country: address.country,
      };

function statusOf(step: Step): WireTrackingStatus {
  const code = step.substatus ?? (isKnown(step.status) ? SUBSTATUS[step.status] : 'other');
  return {
    object_id: shippoId(),
    object_created: isoNow(),
    object_updated: isoNow(),
    status: step.status,
    status_details: step.details ?? (isKnown(step.status) ? DETAILS[step.status] : step.status),
    status_date: isoNow(),
    substatus: { code, text: code.replaceAll('_', ' '), action_required: step.status === 'FAILURE' },
    location: step.location ?? null,
  };
}

export interface NewParcel {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly metadata: string;
  readonly status: TrackingStatusName;
  readonly details: string;
  readonly eta: string | null;
  readonly shipment: WireShipment | undefined;
  readonly rate: WireRate | undefined;
  readonly transaction: string | null;
}

export const parcelKey = (carrier: string, trackingNumber: string): string => `${carrier}/${trackingNumber}`;

/** Shippo's test numbers (`SHIPPO_TRANSIT` of carrier `shippo`) stand still. */
const isTestNumber = (key: string): boolean => key.startsWith('shippo/SHIPPO_');

export const ADVANCE = 'shippo.advance';

export function registerParcel(world: ShippoWorld, parcel: NewParcel): WireTrack {
  const status = statusOf({ status: parcel.status, details: parcel.details });
  const way = parcel.shipment === undefined ? undefined : wayOf(parcel.shipment);
  const key = parcelKey(parcel.carrier, parcel.trackingNumber);
  const track: WireTrack = {
    carrier: parcel.carrier,
    tracking_number: parcel.trackingNumber,
    address_from: placeOf(way?.from),
    address_to: placeOf(way?.to),
    eta: parcel.eta,
    original_eta: parcel.eta,
    servicelevel:
      parcel.rate === undefined
        ? { token: '', name: '' }
        : { token: parcel.rate.servicelevel.token ?? '', name: parcel.rate.servicelevel.name ?? '' },
    metadata: parcel.metadata,
    messages: [],
    tracking_status: status,
    tracking_history: [status],
    transaction: parcel.transaction,
    test: true,
  };
  world.store.tracks.set(key, track);
  notify(world, track);
  scheduleAdvance(world, key);
  return track;
}

export function notify(world: ShippoWorld, track: WireTrack): void {
  world.webhooks.send({
    id: `track_${shippoId()}`,
    type: 'track_updated',
    objectId: `${track.carrier}/${track.tracking_number}`,
    body: JSON.stringify({ event: 'track_updated', test: true, carrier: track.carrier, data: track }),
  });
}

/** The carrier scanned the parcel. */
export function advanceParcel(world: ShippoWorld, track: WireTrack, step: Step): void {
  const status = statusOf({ ...step, ...(step.location === undefined ? locationOf(track, step.status) : {}) });
  track.tracking_status = status;
  track.tracking_history = [...track.tracking_history, status];
  const label = track.transaction ? world.store.labels.get(track.transaction) : undefined;
  if (label !== undefined) {
    label.transaction.tracking_status = status.status;
    label.transaction.object_updated = isoNow();
  }
  notify(world, track);
}

function locationOf(track: WireTrack, status: string): Pick<Step, 'location'> {
  const place = status === 'DELIVERED' ? track.address_to : track.address_from;
  return place ? { location: place as NonNullable<Step['location']> } : {};
}

/** The next step of a parcel that meets no trouble; undefined when there is none. */
export function nextStatus(track: WireTrack): TrackingStatusName | undefined {
  switch (track.tracking_status?.status) {
    case 'UNKNOWN':
    case 'PRE_TRANSIT':
      return 'TRANSIT';
    case 'TRANSIT':
      return 'DELIVERED';
    default:
      return undefined;
  }
}

export function scheduleAdvance(world: ShippoWorld, key: string): void {
  const track = world.store.tracks.get(key);
  if (world.settings.autoAdvanceSeconds <= 0 || track === undefined || isTestNumber(key)) return;
  if (nextStatus(track) !== undefined) world.agenda.add(ADVANCE, key, world.settings.autoAdvanceSeconds);
}

export function onAdvanceDue(world: ShippoWorld, key: string): void {
  const track = world.store.tracks.get(key);
  const status = track === undefined ? undefined : nextStatus(track);
  const voided = track?.transaction ? world.store.labels.get(track.transaction)?.valid === false : false;
  // A voided label's parcel never reaches the carrier.
  if (track === undefined || status === undefined || voided) return;
  advanceParcel(world, track, { status });
  scheduleAdvance(world, key);
}

/** `seconds` 0 stops parcels from moving by themselves; anything else starts those under way. */
export function setAutoAdvance(world: ShippoWorld, seconds: number): void {
  world.settings.autoAdvanceSeconds = seconds;
  world.agenda.cancel(ADVANCE);
  for (const key of world.store.tracks.keys()) scheduleAdvance(world, key);
}

function testTrack(world: ShippoWorld, carrier: string, number: string, metadata: string): WireTrack | undefined {
  if (carrier !== 'shippo') return undefined;
  const status = number.replace(/^SHIPPO_/, '');
  if (!isKnown(status) || !number.startsWith('SHIPPO_')) {
    throw new ShippoFailure(400, { detail: `Unknown test tracking number ${number}.` });
  }
  const known = world.store.tracks.get(parcelKey(carrier, number));
  if (known !== undefined) return known;
  return registerParcel(world, newTracked(carrier, number, metadata, status));
}

const newTracked = (
  carrier: string,
  trackingNumber: string,
  metadata: string,
  status: TrackingStatusName,
): NewParcel => ({
  carrier,
  trackingNumber,
  metadata,
  status,
  details: DETAILS[status],
  eta: null,
  shipment: undefined,
  rate: undefined,
  transaction: null,
});

/** Registers a number for tracking webhooks; one that is known already keeps its history. */
export function createTrack(world: ShippoWorld, fields: Fields): WireTrack {
  const carrier = textOf(fields, 'carrier');
  const number = textOf(fields, 'tracking_number');
  const metadata = textOf(fields, 'metadata').slice(0, 100);
  if (carrier === '') throw missingField('carrier');
  if (number === '') throw missingField('tracking_number');
  checkCarrier(carrier);
  const test = testTrack(world, carrier, number, metadata);
  if (test !== undefined) return test;
  const known = world.store.tracks.get(parcelKey(carrier, number));
  if (known === undefined) return registerParcel(world, newTracked(carrier, number, metadata, 'UNKNOWN'));
  if (metadata !== '') known.metadata = metadata;
  return known;
}

/** A number nobody registered is answered too, with nothing known about it. */
export function getTrack(world: ShippoWorld, carrier: string, number: string): WireTrack {
  checkCarrier(carrier);
  const known = testTrack(world, carrier, number, '') ?? world.store.tracks.get(parcelKey(carrier, number));
  if (known !== undefined) return known;
  return {
    carrier,
    tracking_number: number,
    address_from: null,
    address_to: null,
    eta: null,
    original_eta: null,
    servicelevel: { token: '', name: '' },
    metadata: '',
    messages: [],
    tracking_status: null,
    tracking_history: [],
    transaction: null,
    test: true,
  };
}
