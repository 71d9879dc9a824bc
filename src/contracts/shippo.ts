import { z } from 'zod';

/**
 * What we read of Shippo's answers and events, and no more: a field the vendor adds, renames or leaves out elsewhere changes
 * nothing. Answers come through the SDK (camelCase) or raw (snake_case), so both spellings are read.
 */

const record = z.record(z.string(), z.unknown());
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const pick = (value: unknown, name: string): unknown => {
  const parsed = record.safeParse(value);
  return parsed.success ? (parsed.data[name] ?? parsed.data[camel(name)]) : undefined;
};
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The sentences of a `messages` list. */
export const messagesOf = (answer: unknown): string[] =>
  list(pick(answer, 'messages')).map(
    (message) => text(pick(message, 'text')) ?? text(message) ?? JSON.stringify(message),
  );

export function validationFrom(answer: unknown): { valid: boolean; messages: string[] } {
  const results = pick(answer, 'validation_results');
  const valid = pick(results, 'is_valid');
  // No verdict is not a no: some countries cannot be validated.
  return { valid: valid !== false, messages: messagesOf(results) };
}

export type RawRate = {
  readonly id: string;
  readonly carrier: string;
  readonly service: string;
  /** Major units. */
  readonly amount: string;
  readonly currency: string;
  readonly days: number | null;
};

export function rateFrom(answer: unknown): { rates: RawRate[]; messages: string[] } {
  const rates = list(pick(answer, 'rates')).flatMap((rate): RawRate[] => {
    const [id, amount, currency, carrier] = ['object_id', 'amount', 'currency', 'provider'].map((name) =>
      text(pick(rate, name)),
    );
    if (id == null || amount == null || currency == null || carrier == null) return [];
    const level = pick(rate, 'servicelevel');
    const days = pick(rate, 'estimated_days');
    return [
      {
        id,
        amount,
        currency,
        carrier,
        service: text(pick(level, 'token')) ?? text(pick(level, 'name')) ?? 'standard',
        days: typeof days === 'number' ? days : null,
      },
    ];
  });
  return { rates, messages: messagesOf(answer) };
}

export type ReadLabel = {
  readonly state: 'bought' | 'waiting' | 'refused';
  readonly transaction: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string | null;
  readonly labelUrl: string | null;
};

export function labelFrom(answer: unknown): ReadLabel {
  const status = text(pick(answer, 'status'));
  const trackingNumber = text(pick(answer, 'tracking_number'));
  const transaction = text(pick(answer, 'object_id')) ?? '';
  const bought = status === 'SUCCESS' && trackingNumber !== null;
  return {
    state: bought ? 'bought' : status === 'WAITING' || status === 'QUEUED' ? 'waiting' : 'refused',
    transaction,
    trackingNumber: trackingNumber ?? '',
    trackingUrl: text(pick(answer, 'tracking_url_provider')),
    labelUrl: text(pick(answer, 'label_url')),
  };
}

export type ReadTrack = {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly status: string | undefined;
  readonly details: string;
  /** Epoch milliseconds of the carrier's last word; null when there is none. */
  readonly movedAt: number | null;
  /** Tells one event of a parcel from another, as the vendor numbers no events. */
  readonly eventId: string;
};

export function trackFrom(answer: unknown): ReadTrack {
  const status = pick(answer, 'tracking_status');
  const date = pick(status, 'status_date');
  const word = text(pick(status, 'status')) ?? undefined;
  const when = date instanceof Date ? date.toISOString() : (text(date) ?? '');
  const movedAt = Date.parse(when);
  return {
    carrier: text(pick(answer, 'carrier')) ?? '',
    trackingNumber: text(pick(answer, 'tracking_number')) ?? '',
    status: word,
    details: text(pick(status, 'status_details')) ?? '',
    movedAt: Number.isNaN(movedAt) ? null : movedAt,
    eventId: text(pick(status, 'object_id')) ?? `${word ?? 'none'}@${when}`,
  };
}

/** A `track_updated` webhook, or null when the body is not one. `identity` is the same however often it is sent. */
export function trackEventFrom(body: unknown): { event: string; identity: string; track: ReadTrack } | null {
  const event = text(pick(body, 'event'));
  const data = pick(body, 'data');
  if (event === null || !record.safeParse(data).success) return null;
  const track = trackFrom(data);
  return { event, identity: `${event}:${track.carrier}:${track.trackingNumber}:${track.eventId}`, track };
}
