import type { Address } from 'shippo/models/components/address.js';
import type { Parcel$Outbound } from 'shippo/models/components/parcel.js';
import type { Rate } from 'shippo/models/components/rate.js';
import type { Refund } from 'shippo/models/components/refund.js';
import type { Shipment } from 'shippo/models/components/shipment.js';
import type { Track$Outbound } from 'shippo/models/components/track.js';
import type { TrackingStatus$Outbound } from 'shippo/models/components/trackingstatus.js';
import type { Transaction$Outbound } from 'shippo/models/components/transaction.js';
import type { Webhook } from 'shippo/models/components/webhook.js';

type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : S;

/**
 * What goes over the wire for a type of the SDK: names in snake case, times as text, and null where something may be
 * missing (the SDK removes nulls before it parses). So a field the SDK does not know, or of another type, does not compile.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T as Snake<K & string>]: Wire<T[K]> | (undefined extends T[K] ? null : never) }
      : T;

export type WireAddress = Wire<Address>;
export type WireRate = Wire<Rate>;
export type WireRefund = Wire<Refund>;
export type WireWebhook = Wire<Webhook>;
export type WireShipment = Omit<Wire<Shipment>, 'extra' | 'parcels' | 'customs_declaration'> & {
  extra: object;
  parcels: Parcel$Outbound[];
  customs_declaration: null;
};
type Nullable<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? null : never) };
export type WireTransaction = Nullable<Transaction$Outbound>;
export type WireTrackingStatus = Nullable<TrackingStatus$Outbound>;
export type WireTrack = Omit<Nullable<Track$Outbound>, 'tracking_status' | 'tracking_history'> & {
  tracking_status: WireTrackingStatus | null;
  tracking_history: WireTrackingStatus[];
  /** Sent by Shippo though its SDK does not model it. */
  test: boolean;
};

export const OWNER = 'sandbox@example.com';

export const isoNow = (): string => new Date().toISOString();
