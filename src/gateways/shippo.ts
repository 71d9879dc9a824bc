import { Shippo } from 'shippo';
import type {
  BoughtLabel,
  CarrierGateway,
  LabelRefund,
  LabelVoid,
  PostalAddress,
  TrackingReading,
} from '../activities/ports.ts';
import { toMinor } from '../contracts/money.ts';
import { labelFrom, messagesOf, rateFrom, trackFrom, validationFrom } from '../contracts/shippo.ts';
import { Refused, Throttled } from '../domain/failures.ts';
import type { TrackingStatus } from '../domain/news.ts';
import type { Dimensions, Rate } from '../domain/shipping.ts';
import { createShippoTransport } from './shippo-transport.ts';

/**
 * Shippo: addresses, rates, labels, tracking, refunds of labels. Docs: https://docs.goshippo.com.
 * The SDK checks answers more strictly than the vendor keeps to; an answer it rejects is read leniently from its raw value,
 * because for a label it means that the label was bought.
 */

type WithStatus = { statusCode?: number; body?: string; rawValue?: unknown; headers?: Headers };

const WAIT_WHEN_THROTTLED_MS = 5_000;

function meaningOf(error: unknown): unknown {
  const { statusCode, body, headers } = error as WithStatus;
  if (statusCode === 429) {
    const seconds = Number(headers?.get('retry-after'));
    return new Throttled(
      'Shippo asks to wait.',
      Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : WAIT_WHEN_THROTTLED_MS,
    );
  }
  // 401 and 403 are our configuration, not the order: they are tried again until somebody mends it.
  const isFinal =
    statusCode !== undefined &&
    statusCode >= 400 &&
    statusCode < 500 &&
    statusCode !== 401 &&
    statusCode !== 403 &&
    statusCode !== 408;
  return isFinal
    ? new Refused('LabelRefused', `Shippo refused (${statusCode}): ${(body ?? '').slice(0, 500)}`, {
        status: statusCode,
      })
    : error;
}

/** Calls the SDK; takes the raw answer when only its shape was not what the SDK expected. */
async function asking<Result>(call: () => Promise<unknown>, read: (answer: unknown) => Result): Promise<Result> {
  let answer: unknown;
  try {
    answer = await call();
  } catch (error) {
    const { rawValue, statusCode } = error as WithStatus;
    if (rawValue === undefined || statusCode === undefined || statusCode >= 300) throw meaningOf(error);
    answer = rawValue;
  }
  return read(answer);
}

const STATUSES: Readonly<Record<string, TrackingStatus>> = {
  PRE_TRANSIT: 'pre_transit',
  TRANSIT: 'transit',
  DELIVERED: 'delivered',
  RETURNED: 'returned',
  FAILURE: 'failure',
};
/** A status the vendor adds later is unknown, and changes nothing. */
export const trackingStatusOf = (status: string | undefined): TrackingStatus => STATUSES[status ?? ''] ?? 'unknown';

/** The vendor's token of a carrier from the name its rates carry: "DHL Express" is dhl_express. */
const carrierToken = (carrier: string): string => carrier.trim().toLowerCase().replace(/\s+/g, '_');

/** Shippo buys return labels of these only; the others would want the addresses turned round, and money at once. */
const BRINGS_RETURNS: ReadonlySet<string> = new Set(['usps', 'ups', 'fedex']);

const toShippo = (address: PostalAddress) => ({
  name: address.name,
  street1: address.line1,
  ...(address.line2 === undefined ? {} : { street2: address.line2 }),
  city: address.city,
  state: address.region,
  zip: address.postalCode,
  country: address.country,
  ...(address.email === undefined ? {} : { email: address.email }),
  ...(address.phone === undefined ? {} : { phone: address.phone }),
});

const toParcel = (parcel: Dimensions) => ({
  length: String(parcel.lengthCm),
  width: String(parcel.widthCm),
  height: String(parcel.heightCm),
  distanceUnit: 'cm' as const,
  weight: String(parcel.weightG),
  massUnit: 'g' as const,
});

/** The carriers' own sentences as one, whether or not each brings its full stop. */
const inOneSentence = (messages: readonly string[]): string =>
  messages.map((message) => message.trim().replace(/\.$/, '')).join('; ') || 'no reason given';

const statusFrom = (answer: unknown): string => {
  const { status } = answer as { status?: unknown };
  return typeof status === 'string' ? status : 'nothing';
};

const LABEL_REFUNDS: Readonly<Record<string, LabelRefund>> = {
  REFUNDPENDING: 'pending',
  REFUNDED: 'refunded',
  REFUNDREJECTED: 'refused',
};

/** Of a refund, and of the transaction it was asked for. */
const REFUSED_REFUNDS: ReadonlySet<string> = new Set(['ERROR', 'REFUNDREJECTED']);

export function createShippoGateway(apiKey: string, base: URL): CarrierGateway {
  const shippo = new Shippo({
    apiKeyHeader: apiKey,
    shippoApiVersion: '2018-02-08',
    serverURL: base.href.replace(/\/$/, ''),
    httpClient: createShippoTransport(),
  });

  async function checkAddress(to: PostalAddress): Promise<void> {
    const { valid, messages } = await asking(
      () => shippo.addresses.create({ ...toShippo(to), validate: true }),
      validationFrom,
    );
    if (valid) return;
    const reasons = inOneSentence(messages);
    throw new Refused('AddressRejected', `The carrier does not accept the address: ${reasons}.`, { messages });
  }

  const quote = (
    from: PostalAddress,
    to: PostalAddress,
    parcel: Dimensions,
    reference: string,
    extra?: { readonly isReturn: true },
  ): Promise<readonly Rate[]> => {
    const shipment = {
      addressFrom: toShippo(from),
      addressTo: toShippo(to),
      parcels: [toParcel(parcel)],
      async: false,
      metadata: reference,
      ...(extra === undefined ? {} : { extra }),
    };
    return asking(
      () => shippo.shipments.create(shipment),
      (answer) => {
        const { rates, messages } = rateFrom(answer);
        if (rates.length === 0)
          throw new Refused('LabelRefused', `No carrier offers a rate: ${inOneSentence(messages)}.`, { messages });
        return rates.map((rate) => ({ ...rate, amount: toMinor(rate.amount, rate.currency) }));
      },
    );
  };

  return {
    async rates(from, to, parcel, reference): Promise<readonly Rate[]> {
      await checkAddress(to);
      return quote(from, to, parcel, reference);
    },

    // Named as on the way out: Shippo turns them round by itself (docs.goshippo.com/shipments/returns).
    async returnRates(store, buyer, parcel, reference): Promise<readonly Rate[]> {
      const rates = await quote(store, buyer, parcel, reference, { isReturn: true });
      return rates.filter(({ carrier }) => BRINGS_RETURNS.has(carrierToken(carrier)));
    },

    findLabel: (rateId): Promise<BoughtLabel | null> =>
      asking(
        () => shippo.transactions.list({ rate: rateId }),
        (answer) => {
          const results = (answer as { results?: unknown[] }).results ?? [];
          return results.map(labelFrom).find((label) => label.state === 'bought') ?? null;
        },
      ),

    buyLabel: (rateId, reference): Promise<BoughtLabel> =>
      asking(
        () => shippo.transactions.create({ rate: rateId, async: false, labelFileType: 'PDF', metadata: reference }),
        (answer) => {
          const label = labelFrom(answer);
          if (label.state === 'bought') return label;
          if (label.state === 'waiting') throw new Error(`the label ${label.transaction} is still being made`);
          throw new Refused('LabelRefused', `The carrier refused the label: ${inOneSentence(messagesOf(answer))}.`, {
            rate: rateId,
          });
        },
      ),

    voidLabel: async (transaction): Promise<LabelVoid> => {
      // A refund asked for by an earlier try, whose answer was lost, would be refused now.
      const known = await asking(() => shippo.transactions.get(transaction), statusFrom);
      const isUnderWay = known.startsWith('REFUND');
      const status = isUnderWay
        ? known
        : await asking(() => shippo.refunds.create({ transaction, async: false }), statusFrom);
      const refused = REFUSED_REFUNDS.has(status);
      return { outcome: `The carrier answers ${status} to the refund of the label.`, refused };
    },

    labelRefund: (transaction): Promise<LabelRefund> =>
      asking(
        () => shippo.transactions.get(transaction),
        (answer) => LABEL_REFUNDS[statusFrom(answer)] ?? 'none',
      ),

    track: (carrier, trackingNumber): Promise<TrackingReading> =>
      asking(
        () => shippo.trackingStatus.get(trackingNumber, carrierToken(carrier)),
        (answer) => {
          const track = trackFrom(answer);
          return { carrier, status: trackingStatusOf(track.status), details: track.details, movedAt: track.movedAt };
        },
      ),

    follow: (carrier, trackingNumber): Promise<void> =>
      asking(
        () => shippo.trackingStatus.create({ carrier: carrierToken(carrier), trackingNumber }),
        () => undefined,
      ),
  };
}
