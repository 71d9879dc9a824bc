import { type LocationRow, parcelContextOf, placedUnder, type WrittenRate } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { chooseLabelRate, labelPurchasesOf, noteLabelBought, noteLabelVoided } from '../db/fulfilments.ts';
import { type OrderRecord, readOrder } from '../db/order-reader.ts';
import { Refused } from '../domain/failures.ts';
import type { TrackingStatus } from '../domain/news.ts';
import type { Fulfilment, Label, LineQuantity, Return, ReturnLabel } from '../domain/order.ts';
import { DEFAULT_POLICY } from '../domain/policy.ts';
import { partsOf, type ReturnPart, unlabelledParts } from '../domain/returns.ts';
import { SAID } from '../domain/sayings.ts';
import { chooseRate, parcelOf, type Rate, type RatePolicy } from '../domain/shipping.ts';
import { withFailures } from './failures.ts';
import type { BoughtLabel, CarrierGateway, LabelVoid, PostalAddress } from './ports.ts';
import { type Outcome, recordNews } from './recording.ts';

/** Steps at the carriers. A label is never bought twice: its rate is written down first, and looked up before buying again. */

/** A parcel of an order. */
export type ParcelRequest = { readonly number: string; readonly fulfilment: string };

/** Goods that are to come back; their label is written down under the id of the return. */
export type ReturnRequest = { readonly number: string; readonly return: string };

/** A label of a return. */
export type ReturnLabelRequest = Pick<ReturnLabel, 'transaction' | 'carrier' | 'trackingNumber'>;

const toAddress = (record: OrderRecord): PostalAddress => {
  const { postal_code: postalCode, ...address } = record.shippingAddress;
  return { ...address, postalCode, email: record.customer.email, phone: record.customer.phone ?? undefined };
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

/** The store's end of a parcel, its measures, and which rate the order's policy wants. */
async function measure(
  db: Db,
  record: OrderRecord,
  parcel: { readonly id: string; readonly location: string | null; readonly lines: readonly LineQuantity[] },
) {
  const skus = new Map(record.order.lines.map((line) => [line.no, line.sku]));
  const wanted = { location: parcel.location, skus: [...new Set(skus.values())], under: placedUnder(record.order) };
  const { from, products, rate } = await parcelContextOf(db, wanted);
  const sizes = new Map(products.map((product) => [product.sku, product]));
  const units = parcel.lines.flatMap(({ line, quantity }) => {
    const size = sizes.get(skus.get(line) ?? '');
    return size === undefined ? [] : [{ quantity, size }];
  });
  return { place: atLocation(parcel.id, from), size: parcelOf(units), policy: ratePolicyOf(rate) };
}

async function choose(db: Db, carriers: CarrierGateway, record: OrderRecord, fulfilment: Fulfilment): Promise<Rate> {
  const { place, size, policy } = await measure(db, record, fulfilment);
  const rates = await carriers.rates(place, toAddress(record), size, fulfilment.id);
  const rate = chooseRate(rates, record.order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map(({ carrier, service }) => `${carrier} ${service}`);
  throw new Refused('LabelRefused', 'No carrier offers a rate that the policy of the order allows.', {
    offered,
    policy,
  });
}

/** The next goods of a return that need a label. */
function nextPart({ order }: OrderRecord, returned: Return): ReturnPart {
  const [part] = unlabelledParts(order, returned);
  if (part !== undefined) return part;
  const why = partsOf(order, returned.lines) === null ? 'came from an unknown place' : 'have their labels already';
  throw new Refused('LabelRefused', `The goods of ${returned.id} ${why}.`);
}

/** The cheapest rate of the carrier that brought the goods: only it takes them back (docs.goshippo.com/shipments/returns). */
async function chooseForReturn(
  db: Db,
  carriers: CarrierGateway,
  record: OrderRecord,
  part: ReturnPart & { readonly id: string },
): Promise<Rate> {
  const { carrier } = part;
  const { place, size } = await measure(db, record, part);
  const rates = await carriers.returnRates(place, toAddress(record), size, part.id);
  const policy = { prefer: 'cheapest', maxDays: {}, carriers: [carrier?.toLowerCase() ?? ''] } as const;
  const rate = chooseRate(rates, record.order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map((one) => `${one.carrier} ${one.service}`);
  throw new Refused('LabelRefused', `${carrier ?? 'Nobody'}, who brought the goods, offers no return label.`, {
    offered,
  });
}

type Purchase = {
  readonly id: string;
  readonly attempt: number;
  /** Transactions of the labels that this one comes beside. */
  readonly beside?: readonly string[];
};

/** Adopts a label an earlier try has bought; buys one only when the carriers know of none for the rates written down. */
async function buy(
  db: Db,
  carriers: CarrierGateway,
  { id, attempt, beside = [] }: Purchase,
  chosen: () => Promise<Rate>,
): Promise<{ rate: Rate; bought: BoughtLabel }> {
  const earlierTries = await labelPurchasesOf(db, id);
  for (const earlier of earlierTries.filter(({ transactionId }) => !beside.includes(transactionId ?? ''))) {
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
      const record = await readOrder(db, number);
      const fulfilment = record?.order.fulfilments.find((one) => one.id === id);
      if (record === null || fulfilment === undefined) throw new Refused('LabelRefused', `${id} is not recorded.`);
      const chosen = () => choose(db, carriers, record, fulfilment);
      const { rate, bought } = await buy(db, carriers, { id, attempt }, chosen);
      const { trackingNumber, trackingUrl } = bought;
      const label = { ...labelFrom(rate, bought), voided: false };
      const news = { type: 'label_bought', fulfilment: id, label, trackingNumber, trackingUrl } as const;
      return recordNews(db, number, news, record.order);
    },

    async buyReturnLabel({ number, return: id, attempt }: ReturnRequest & { attempt: number }): Promise<Outcome> {
      const record = await readOrder(db, number);
      const returned = record?.order.returns.find((one) => one.id === id);
      if (record === null || returned === undefined) throw new Refused('LabelRefused', `${id} is not recorded.`);
      const part = nextPart(record, returned);
      const beside = returned.labels.map(({ transaction }) => transaction);
      const chosen = () => chooseForReturn(db, carriers, record, { ...part, id });
      const { rate, bought } = await buy(db, carriers, { id, attempt, beside }, chosen);
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
      return recordNews(db, number, { type: 'return_label_bought', return: id, label }, record.order);
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
