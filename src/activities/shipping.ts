import { type LocationRow, parcelContextOf } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { chooseLabelRate, labelPurchasesOf, noteLabelBought, noteLabelVoided } from '../db/fulfilments.ts';
import { type OrderRecord, readOrder } from '../db/order-reader.ts';
import { Refused } from '../domain/failures.ts';
import type { Fulfilment, Label, LineQuantity, Return, ReturnLabel } from '../domain/order.ts';
import { DEFAULT_POLICY, type StorePolicy } from '../domain/policy.ts';
import { broughtBy } from '../domain/returns.ts';
import { chooseRate, parcelOf, type Rate } from '../domain/shipping.ts';
import { withFailures } from './failures.ts';
import type { BoughtLabel, CarrierGateway, PostalAddress } from './ports.ts';
import { type Outcome, recordNews } from './recording.ts';

/** Steps at the carriers. A label is never bought twice: its rate is written down first, and looked up before buying again. */

/** A parcel of an order. */
export type ParcelRequest = { readonly number: string; readonly fulfilment: string };

/** Goods that are to come back; their label is written down under the id of the return. */
export type ReturnRequest = { readonly number: string; readonly return: string };

const toAddress = (record: OrderRecord): PostalAddress => {
  const { postal_code: postalCode, ...address } = record.shippingAddress;
  return { ...address, postalCode, email: record.customer.email, phone: record.customer.phone ?? undefined };
};

function atLocation(parcel: string, location: LocationRow | null): PostalAddress {
  if (location === null) throw new Refused('LabelRefused', `${parcel} leaves or reaches no known location.`);
  const { name, line1, city, region, postalCode, country } = location;
  return { name, line1, city, region, postalCode, country };
}

/** The store's end of a parcel, its measures, and which rate the store wants. */
async function measure(
  db: Db,
  record: OrderRecord,
  parcel: { readonly id: string; readonly location: string | null; readonly lines: readonly LineQuantity[] },
) {
  const skus = new Map(record.order.lines.map((line) => [line.no, line.sku]));
  const { store } = record.order;
  const wanted = { location: parcel.location, skus: [...new Set(skus.values())], store };
  const { from, products, policy: ofStore } = await parcelContextOf(db, wanted);
  const sizes = new Map(products.map((product) => [product.sku, product]));
  const units = parcel.lines.flatMap(({ line, quantity }) => {
    const size = sizes.get(skus.get(line) ?? '');
    return size === undefined ? [] : [{ quantity, size }];
  });
  const policy = { ...DEFAULT_POLICY.rate, ...(ofStore as Partial<StorePolicy> | null)?.rate };
  return { place: atLocation(parcel.id, from), size: parcelOf(units), policy };
}

async function choose(db: Db, carriers: CarrierGateway, record: OrderRecord, fulfilment: Fulfilment): Promise<Rate> {
  const { place, size, policy } = await measure(db, record, fulfilment);
  const rates = await carriers.rates(place, toAddress(record), size, fulfilment.id);
  const rate = chooseRate(rates, record.order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map(({ carrier, service }) => `${carrier} ${service}`);
  throw new Refused('LabelRefused', 'No carrier offers a rate that the policy of the store allows.', {
    offered,
    policy,
  });
}

/** Goods that came from several places would need a label for each: a person tells the buyer where to send them. */
function parcelOfReturn({ order }: OrderRecord, { id, lines }: Return): Fulfilment {
  const parcels = lines.flatMap((unit) => broughtBy(order, unit) ?? []);
  const places = new Set(parcels.map(({ location }) => location));
  const [parcel] = parcels;
  if (parcel !== undefined && places.size === 1 && parcels.length === lines.length) return parcel;
  const names = [...places].map((place) => place ?? 'an unknown place').join(', ') || 'an unknown place';
  throw new Refused('LabelRefused', `The goods of ${id} came from ${names}; a label brings them to one place only.`);
}

/** The cheapest rate of the carrier that brought the goods: only it takes them back (docs.goshippo.com/shipments/returns). */
async function chooseForReturn(db: Db, carriers: CarrierGateway, record: OrderRecord, returned: Return): Promise<Rate> {
  const { carrier, location } = parcelOfReturn(record, returned);
  const { place, size } = await measure(db, record, { ...returned, location });
  const rates = await carriers.returnRates(place, toAddress(record), size, returned.id);
  const policy = { prefer: 'cheapest', maxDays: {}, carriers: [carrier?.toLowerCase() ?? ''] } as const;
  const rate = chooseRate(rates, record.order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map((one) => `${one.carrier} ${one.service}`);
  throw new Refused('LabelRefused', `${carrier ?? 'Nobody'}, who brought the goods, offers no return label.`, {
    offered,
  });
}

/** Adopts a label an earlier try has bought; buys one only when the carriers know of none for the rates written down. */
async function buy(
  db: Db,
  carriers: CarrierGateway,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  chosen: () => Promise<Rate>,
): Promise<{ rate: Rate; bought: BoughtLabel }> {
  for (const earlier of await labelPurchasesOf(db, id)) {
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
      const chosen = () => chooseForReturn(db, carriers, record, returned);
      const { rate, bought } = await buy(db, carriers, { id, attempt }, chosen);
      const { trackingNumber, trackingUrl } = bought;
      const label: ReturnLabel = { ...labelFrom(rate, bought), trackingNumber, trackingUrl, progress: 'unused' };
      return recordNews(db, number, { type: 'return_label_bought', return: id, label }, record.order);
    },

    async voidLabel(request: ParcelRequest & { transaction: string }): Promise<Outcome> {
      const outcome = await carriers.voidLabel(request.transaction);
      await noteLabelVoided(db, request.transaction);
      return recordNews(db, request.number, { type: 'label_voided', fulfilment: request.fulfilment, outcome });
    },

    async followParcel(request: ParcelRequest & { carrier: string; trackingNumber: string }): Promise<Outcome> {
      const { number, fulfilment, carrier, trackingNumber } = request;
      await carriers.follow(carrier, trackingNumber);
      const outcome = 'The carrier tells us of this parcel.';
      return recordNews(db, number, { type: 'parcel_followed', fulfilment, outcome });
    },
  });

export type ShippingActivities = ReturnType<typeof createShippingActivities>;
