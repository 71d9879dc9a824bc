import { type LocationRow, parcelContextOf } from '../db/catalogue.ts';
import type { Db } from '../db/database.ts';
import { chooseLabelRate, labelPurchasesOf, noteLabelBought, noteLabelVoided } from '../db/fulfilments.ts';
import { type OrderRecord, readOrder } from '../db/order-reader.ts';
import { Refused } from '../domain/failures.ts';
import type { Fulfilment, Label } from '../domain/order.ts';
import { DEFAULT_POLICY, type StorePolicy } from '../domain/policy.ts';
import { chooseRate, parcelOf, type Rate } from '../domain/shipping.ts';
import { withFailures } from './failures.ts';
import type { BoughtLabel, CarrierGateway, PostalAddress } from './ports.ts';
import { type Outcome, recordNews } from './recording.ts';

/** Steps at the carriers. A label is never bought twice: its rate is written down first, and looked up before buying again. */

/** A parcel of an order. */
export type ParcelRequest = { readonly number: string; readonly fulfilment: string };

const toAddress = (record: OrderRecord): PostalAddress => {
  const { postal_code: postalCode, ...address } = record.shippingAddress;
  return { ...address, postalCode, email: record.customer.email, phone: record.customer.phone ?? undefined };
};

function fromAddress(fulfilment: Fulfilment, location: LocationRow | null): PostalAddress {
  if (location === null) throw new Refused('LabelRefused', `${fulfilment.id} leaves no known location.`);
  const { name, line1, city, region, postalCode, country } = location;
  return { name, line1, city, region, postalCode, country };
}

async function choose(db: Db, carriers: CarrierGateway, record: OrderRecord, fulfilment: Fulfilment): Promise<Rate> {
  const skus = new Map(record.order.lines.map((line) => [line.no, line.sku]));
  const { store } = record.order;
  const wanted = { location: fulfilment.location, skus: [...new Set(skus.values())], store };
  const { from, products, policy: ofStore } = await parcelContextOf(db, wanted);
  const sizes = new Map(products.map((product) => [product.sku, product]));
  const units = fulfilment.lines.flatMap(({ line, quantity }) => {
    const size = sizes.get(skus.get(line) ?? '');
    return size === undefined ? [] : [{ quantity, size }];
  });
  const policy = { ...DEFAULT_POLICY.rate, ...(ofStore as Partial<StorePolicy> | null)?.rate };
  const rates = await carriers.rates(fromAddress(fulfilment, from), toAddress(record), parcelOf(units), fulfilment.id);
  const rate = chooseRate(rates, record.order.shippingService, policy);
  if (rate !== null) return rate;
  const offered = rates.map(({ carrier, service }) => `${carrier} ${service}`);
  throw new Refused('LabelRefused', 'No carrier offers a rate that the policy of the store allows.', {
    offered,
    policy,
  });
}

/** Adopts a label an earlier try has bought; buys one only when the carriers know of none for the rates written down. */
async function buy(
  db: Db,
  carriers: CarrierGateway,
  record: OrderRecord,
  fulfilment: Fulfilment,
  attempt: number,
): Promise<{ rate: Rate; bought: BoughtLabel }> {
  for (const earlier of await labelPurchasesOf(db, fulfilment.id)) {
    const bought = await carriers.findLabel(earlier.rate.id);
    if (bought !== null) {
      await noteLabelBought(db, fulfilment.id, earlier.attempt, bought.transaction);
      return { rate: earlier.rate, bought };
    }
  }
  const rate = await choose(db, carriers, record, fulfilment);
  await chooseLabelRate(db, fulfilment.id, attempt, rate);
  const bought = await carriers.buyLabel(rate.id, fulfilment.id);
  await noteLabelBought(db, fulfilment.id, attempt, bought.transaction);
  return { rate, bought };
}

const labelFrom = (rate: Rate, bought: BoughtLabel): Label => ({
  transaction: bought.transaction,
  carrier: rate.carrier,
  service: rate.service,
  cost: rate.amount,
  currency: rate.currency,
  url: bought.labelUrl,
  voided: false,
});

export const createShippingActivities = ({ db, carriers }: { db: Db; carriers: CarrierGateway }) =>
  withFailures({
    async buyLabel({ number, fulfilment: id, attempt }: ParcelRequest & { attempt: number }): Promise<Outcome> {
      const record = await readOrder(db, number);
      const fulfilment = record?.order.fulfilments.find((one) => one.id === id);
      if (record === null || fulfilment === undefined) throw new Refused('LabelRefused', `${id} is not recorded.`);
      const { rate, bought } = await buy(db, carriers, record, fulfilment, attempt);
      const { trackingNumber, trackingUrl } = bought;
      const label = labelFrom(rate, bought);
      const news = { type: 'label_bought', fulfilment: id, label, trackingNumber, trackingUrl } as const;
      return recordNews(db, number, news, record.order);
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
