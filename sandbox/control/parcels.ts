import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import {
  advanceParcel,
  nextStatus,
  parcelKey,
  scheduleAdvance,
  setAutoAdvance,
  TRACKING_STATUSES,
} from '../shippo/tracks.ts';
import type { WireTrack } from '../shippo/wire.ts';
import { ControlFailure } from './failure.ts';
import type { advanceInput, autoAdvanceInput } from './inputs.ts';

/** A parcel on its way, as a list shows it. */
export interface Parcel {
  readonly carrier: string;
  readonly tracking_number: string;
  readonly status: string;
  readonly status_details: string;
  readonly status_date: string;
  readonly metadata: string;
  readonly transaction: string | null;
  /** The step it would take next by itself; null when there is none. */
  readonly next: string | null;
}

export const parcelOf = (track: WireTrack): Parcel => ({
  carrier: track.carrier,
  tracking_number: track.tracking_number,
  status: track.tracking_status?.status ?? 'UNKNOWN',
  status_details: track.tracking_status?.status_details ?? '',
  status_date: track.tracking_status?.status_date ?? '',
  metadata: track.metadata ?? '',
  transaction: track.transaction ?? null,
  next: nextStatus(track) ?? null,
});

/** Newest first. */
export const parcels = (parts: Parts): Parcel[] => [...parts.shippo.store.tracks.values()].reverse().map(parcelOf);

function trackOf(parts: Parts, carrier: string | undefined, number: string): WireTrack {
  const { tracks } = parts.shippo.store;
  const found =
    carrier === undefined
      ? [...tracks.values()].find((track) => track.tracking_number === number)
      : tracks.get(parcelKey(carrier, number));
  if (found === undefined)
    throw new ControlFailure(404, `No parcel is known by ${carrier ?? 'any carrier'} ${number}.`);
  return found;
}

const nameOf = (status: string): string => {
  const upper = status.toUpperCase();
  return (TRACKING_STATUSES as readonly string[]).includes(upper) ? upper : status;
};

export function advance(parts: Parts, input: z.output<typeof advanceInput>): Parcel {
  const track = trackOf(parts, input.carrier, input.tracking_number);
  const status = input.status === undefined ? nextStatus(track) : nameOf(input.status);
  if (status === undefined) {
    const now = track.tracking_status?.status ?? 'UNKNOWN';
    throw new ControlFailure(400, `The parcel is ${now} and has no next step; name a status.`);
  }
  advanceParcel(parts.shippo, track, { status, details: input.details, substatus: input.substatus });
  scheduleAdvance(parts.shippo, parcelKey(track.carrier, track.tracking_number));
  return parcelOf(track);
}

export function autoAdvance(parts: Parts, input: z.output<typeof autoAdvanceInput>) {
  setAutoAdvance(parts.shippo, input.seconds);
  return { seconds: input.seconds };
}
