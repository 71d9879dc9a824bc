import { type LocationRow, type ParcelContext, parcelContextOf, type WrittenRate } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { chooseLabelRate, type LabelPurchase, noteLabelBought, noteLabelVoided } from '../db/fulfilments.ts';
import { Refused } from '../domain/failures.ts';
import type { TrackingStatus } from '../domain/news.ts';
import type { Fulfilment, Label, LineQuantity, Order, Return, ReturnLabel } from '../domain/order.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { partsOf, type ReturnPart, unlabelledParts } from '../domain/returns.ts';
import { SAID } from '../domain/sayings.ts';
import { chooseRate, parcelOf, type Rate, type RatePolicy } from '../domain/shipping.ts';
import { withFailures } from './failures.ts';
import type { BoughtLabel, CarrierGateway, LabelVoid, PostalAddress } from './ports.ts';
import { type Outcome, orderSince, recordNews } from './recording.ts';

/** Steps at the carriers. A label is never bought twice: its rate is written down first, and looked up before buying again. */

/** A parcel of an order. */
export type ParcelRequest = { readonly number: string; readonly fulfilment: string };

/** Goods that are to come back; their label is written down under the id of the return. */
export type ReturnRequest = { readonly number: string; readonly return: string };

/** A label of a return. */
export type ReturnLabelRequest = Pick<ReturnLabel, 'transaction' | 'carrier' | 'trackingNumber'>;

const toAddress = ({ recipient: { address, email, phone } }: ParcelContext): PostalAddress => {
  const { postal_code: postalCode, ...place } = address;
  return { ...place, postalCode, email, phone: phone ?? undefined };
};

function atLocation(parcel: string, location: LocationRow | null): PostalAddress {
  if (location === null) throw new Refused('LabelRefused', `${parcel} leaves or reaches no known location.`);
  const { name, line1, city, region, postalCode, country } = location;
  return { name, line1, city, region, postalCode, country };
}

const ratePolicyOf = (written: WrittenRate | null): RatePolicy =>
  written === null
    ? DEFAULT_POLICY.rate
    : {
        prefer: written.prefer,
        maxDays: written.max_days,
        carriers: written.carriers.map((carrier) => carrier.toLowerCase()),
      };

type Packed = {
  readonly id: string;
  readonly location: string | null;
  readonly lines: readonly LineQuantity[];
};

const skusOf = ({ lines }: Order, packed: Packed): string[] => [
  ...new Set(lines.filter(({ no }) => packed.lines.some(({ line }) => line === no)).map(({ sku }) => sku)),
];

const contextOf = (db: Db, order: Order, parcel: Packed): Promise<ParcelContext> =>
  parcelContextOf(db, order, { id: parcel.id, location: parcel.location, skus: skusOf(order, parcel) });

/** Both ends of a parcel and its measures. */
function measure(order: Order, parcel: Packed, context: ParcelContext) {
  const skus = new Map(order.lines.map((line) => [line.no, line.sku]));
  const sizes = new Map(context.products.map((product) => [product.sku, product]));
  const units = parcel.lines.flatMap(({ line, quantity }) => {
    const size = sizes.get(skus.get(line) ?? '');
    return size === undefined ? [] : [{ quantity, size }];
  });
  return { place: atLocation(parcel.id, context.from), buyer: toAddress(context), size: parcelOf(units) };
}

/** The rate that the order's policy wants. */
async function choose(
  carriers: CarrierGateway,
  order: Order,
  fulfilment: Fulfilment,
  context: ParcelContext,
): Promise<Rate> {
  const { place, buyer, size } = measure(order, fulfilment, context);
  const policy = ratePolicyOf(context.rate);
  const rates = await carriers.rates(place, buyer, size, fulfilment.id);
  const rate = chooseRate(rates, order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map(({ carrier, service }) => `${carrier} ${service}`);
  throw new Refused('LabelRefused', 'No carrier offers a rate that the policy of the order allows.', {
    offered,
    policy,
  });
}

/** The next goods of a return that need a label. */
function nextPart(order: Order, returned: Return): ReturnPart {
  const [part] = unlabelledParts(order, returned);
  if (part !== undefined) return part;
  const why = partsOf(order, returned.lines) === null ? 'came from an unknown place' : 'have their labels already';
  throw new Refused('LabelRefused', `The goods of ${returned.id} ${why}.`);
}

/** The cheapest rate of the carrier that brought the goods: only it takes them back (docs.goshippo.com/shipments/returns). */
async function chooseForReturn(
  carriers: CarrierGateway,
  order: Order,
  part: ReturnPart & { readonly id: string },
  context: ParcelContext,
): Promise<Rate> {
  const { carrier } = part;
  const { place, buyer, size } = measure(order, part, context);
  const rates = await carriers.returnRates(place, buyer, size, part.id);
  const policy = { prefer: 'cheapest', maxDays: {}, carriers: [carrier?.toLowerCase() ?? ''] } as const;
  const rate = chooseRate(rates, order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map((one) => `${one.carrier} ${one.service}`);
  throw new Refused('LabelRefused', `${carrier ?? 'Nobody'}, who brought the goods, offers no return label.`, {
    offered,
  });
}

type Purchase = {
  readonly id: string;
  readonly attempt: number;
  /** What was bought for it so far, or was about to be. */
  readonly earlier: readonly LabelPurchase[];
  /** Transactions of the labels that this one comes beside. */
  readonly beside?: readonly string[];
};

/** Adopts a label an earlier try has bought; buys one only when the carriers know of none for the rates written down. */
async function buy(
  db: Db,
  carriers: CarrierGateway,
  { id, attempt, earlier: tries, beside = [] }: Purchase,
  chosen: () => Promise<Rate>,
): Promise<{ rate: Rate; bought: BoughtLabel }> {
  for (const earlier of tries.filter(({ transactionId }) => !beside.includes(transactionId ?? ''))) {
    const bought = await carriers.findLabel(earlier.rate.id);
    if (bought !== null) {
      await noteLabelBought(db, id, earlier.attempt, bought.transaction);
      return { rate: earlier.rate, bought };
    }
  }
  const rate = await chosen();
  await chooseLabelRate(db, id, attempt, rate);
  const bought = await carriers.buyLabel(rate.id, id);
  await noteLabelBought(db, id, attempt, bought.transaction);
  return { rate, bought };
}

const labelFrom = (rate: Rate, bought: BoughtLabel): Omit<Label, 'voided'> => ({
  transaction: bought.transaction,
  carrier: rate.carrier,
  service: rate.service,
  cost: rate.amount,
  currency: rate.currency,
  url: bought.labelUrl,
});

/** What a carrier says of a label is an answer, also when it is no: a label that was used or is too old is not paid back. */
async function giveBack(db: Db, carriers: CarrierGateway, transaction: string): Promise<LabelVoid> {
  const said = await carriers.voidLabel(transaction).catch((error: unknown): LabelVoid => {
    if (error instanceof Refused) return { outcome: error.message, refused: true };
    throw error;
  });
  await noteLabelVoided(db, transaction);
  return said;
}

const IS_USED: ReadonlySet<TrackingStatus> = new Set(['transit', 'delivered', 'returned', 'failure']);

export const createShippingActivities = ({ db, carriers }: { db: Db; carriers: CarrierGateway }) =>
  withFailures({
    async buyLabel({ number, fulfilment: id, attempt }: ParcelRequest & { attempt: number }): Promise<Outcome> {
      const order = await orderSince(db, number, attempt);
      const fulfilment = order.fulfilments.find((one) => one.id === id);
      if (fulfilment === undefined) throw new Refused('LabelRefused', `${id} is not recorded.`);
      const context = await contextOf(db, order, fulfilment);
      const purchase = { id, attempt, earlier: context.purchases };
      const { rate, bought } = await buy(db, carriers, purchase, () => choose(carriers, order, fulfilment, context));
      const { trackingNumber, trackingUrl } = bought;
      const label = { ...labelFrom(rate, bought), voided: false };
      const news = { type: 'label_bought', fulfilment: id, label, trackingNumber, trackingUrl } as const;
      return recordNews(db, number, news, order);
    },

    async buyReturnLabel({ number, return: id, attempt }: ReturnRequest & { attempt: number }): Promise<Outcome> {
      const order = await orderSince(db, number, attempt);
      const returned = order.returns.find((one) => one.id === id);
      if (returned === undefined) throw new Refused('LabelRefused', `${id} is not recorded.`);
      const part = { ...nextPart(order, returned), id };
      const context = await contextOf(db, order, part);
      const beside = returned.labels.map(({ transaction }) => transaction);
      const purchase = { id, attempt, earlier: context.purchases, beside };
      const { rate, bought } = await buy(db, carriers, purchase, () => chooseForReturn(carriers, order, part, context));
      const { trackingNumber, trackingUrl } = bought;
      const { location, lines } = part;
      const label: ReturnLabel = {
        ...labelFrom(rate, bought),
        trackingNumber,
        trackingUrl,
        progress: 'unused',
        voided: false,
        location,
        lines,
      };
      return recordNews(db, number, { type: 'return_label_bought', return: id, label }, order);
    },

    async voidLabel({ number, fulfilment, transaction }: ParcelRequest & { transaction: string }): Promise<Outcome> {
      const said = await giveBack(db, carriers, transaction);
      return recordNews(db, number, { type: 'label_voided', fulfilment, ...said });
    },

    /** Asks first where its parcel is: an event may have been lost, and a label that was used is not to be given back. */
    async voidReturnLabel(request: ReturnRequest & ReturnLabelRequest): Promise<Outcome> {
      const { number, return: id, transaction, carrier, trackingNumber } = request;
      const seen = await carriers.track(carrier, trackingNumber).catch((error: unknown) => {
        if (error instanceof Refused) return null;
        throw error;
      });
      if (seen !== null && IS_USED.has(seen.status)) {
        const tracking = { return: id, trackingNumber, ...seen };
        return recordNews(db, number, { type: 'return_tracking', tracking });
      }
      const said = await giveBack(db, carriers, transaction);
      return recordNews(db, number, { type: 'return_label_voided', return: id, label: transaction, ...said });
    },

    async followParcel(request: ParcelRequest & { carrier: string; trackingNumber: string }): Promise<Outcome> {
      const { number, fulfilment, carrier, trackingNumber } = request;
      await carriers.follow(carrier, trackingNumber);
      return recordNews(db, number, { type: 'parcel_followed', fulfilment, outcome: SAID.carrierTells });
    },
  });

export type ShippingActivities = ReturnType<typeof createShippingActivities>;
