import type { ApiClient } from '../system/api-client.ts';
import { inParallel } from './in-parallel.ts';
import type { ReplayInput, Seller, SoldProduct } from './input.ts';

/** What the orders refer to, through the API: products, a location for each seller, and the stock that is sold. */

const WIDTH = 8;
const NOBODY = 'REPLAY';

const locationOf = (seller: string | undefined): string =>
  seller === undefined ? NOBODY : `SELLER-${seller.replace(/[^\w-]/g, '_')}`.slice(0, 50);

/** Units of one physical SKU that one seller sells, or everybody's when the items name no seller. */
interface Supply {
  readonly sku: string;
  readonly seller: string | undefined;
  units: number;
}

function supplyOf({ orders, products }: ReplayInput): Supply[] {
  const supplies = new Map<string, Supply>();
  for (const { request } of orders) {
    for (const { sku, seller, quantity } of request.items) {
      const key = JSON.stringify([sku, seller]);
      const supply = supplies.get(key) ?? { sku, seller, units: 0 };
      supply.units += quantity;
      supplies.set(key, supply);
    }
  }
  for (const { sku, kind } of products) {
    if (kind === 'physical') continue;
    for (const [key, supply] of supplies) if (supply.sku === sku) supplies.delete(key);
  }
  // `units_sold` may say that more was sold than these orders hold.
  const all = [...supplies.values()];
  for (const { sku, units_sold } of products) {
    const ofSku = all.filter((supply) => supply.sku === sku);
    const [only] = ofSku;
    if (only !== undefined && ofSku.length === 1) only.units = Math.max(only.units, units_sold);
  }
  return all;
}

/** Products that the file of products does not have, as the orders show them. */
function missingProducts({ orders, products }: ReplayInput): SoldProduct[] {
  const known = new Set(products.map(({ sku }) => sku));
  const missing = new Map<string, SoldProduct>();
  for (const { request } of orders) {
    for (const { sku, unit_price: price } of request.items) {
      if (known.has(sku)) continue;
      const size = { weight_g: 500, length_cm: 20, width_cm: 15, height_cm: 10 };
      missing.set(sku, {
        sku,
        name: sku,
        kind: 'physical',
        price,
        currency: request.currency,
        units_sold: 0,
        ...size,
      });
    }
  }
  return [...missing.values()];
}

/** The seller of each SKU. A product that several sellers sell belongs to none of them; each line then names its seller. */
function ownersOf(supplies: readonly Supply[]): ReadonlyMap<string, string | null> {
  const owners = new Map<string, string | null>();
  for (const { sku, seller = null } of supplies) {
    owners.set(sku, owners.has(sku) && owners.get(sku) !== seller ? null : seller);
  }
  return owners;
}

function sellersOf({ sellers }: ReplayInput, supplies: readonly Supply[]): (Seller | null)[] {
  const known = new Map(sellers.map((seller) => [seller.seller, seller]));
  const named = new Set(supplies.map(({ seller }) => seller));
  return [...named].map((seller) => {
    if (seller === undefined) return null;
    return known.get(seller) ?? { seller, city: 'Unknown', region: '', postal_code: '00001' };
  });
}

export interface LoadedCatalogue {
  readonly products: number;
  readonly locations: number;
  readonly units: number;
}

/** Loads everything `input` refers to. Loading it once more adds stock once more, so that the same file can be replayed again. */
export async function loadCatalogue(
  api: ApiClient,
  input: ReplayInput,
  onStep: (done: number, of: number) => void,
): Promise<LoadedCatalogue> {
  const supplies = supplyOf(input);
  const products = [...input.products, ...missingProducts(input)];
  const owners = ownersOf(supplies);
  const locations = sellersOf(input, supplies);
  const country = input.orders[0]?.request.shipping_address.country ?? 'US';
  const of = locations.length + products.length + supplies.length;
  let done = 0;
  const step = async (call: Promise<unknown>): Promise<void> => {
    await call;
    onStep(++done, of);
  };
  await inParallel(locations, WIDTH, (seller) => {
    const { city, region, postal_code } = seller ?? { city: 'Unknown', region: '', postal_code: '00001' };
    const name = seller === null ? 'Warehouse' : `Seller ${seller.seller}`;
    const place = { name, line1: '1 Dock Road', city, region, postal_code, country, seller: seller?.seller ?? null };
    return step(api.call('PUT', `/v1/locations/${locationOf(seller?.seller)}`, place));
  });
  await inParallel(products, WIDTH, ({ sku, name, kind, price, currency, ...rest }) => {
    const { weight_g, length_cm, width_cm, height_cm } = rest;
    const size = { weight_g, length_cm, width_cm, height_cm };
    const product = { name, kind, price, currency, seller: owners.get(sku) ?? null, ...size };
    return step(api.call('PUT', `/v1/products/${encodeURIComponent(sku)}`, product));
  });
  await inParallel(supplies, WIDTH, ({ sku, seller, units }) => {
    const receipt = { sku, location: locationOf(seller), kind: 'receipt', change: units, reason: 'replay' };
    return step(api.call('POST', '/v1/inventory/adjustments', receipt));
  });
  return {
    products: products.length,
    locations: locations.length,
    units: supplies.reduce((sum, { units }) => sum + units, 0),
  };
}
