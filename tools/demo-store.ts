import { findStore, type LocationRow, type Product, putLocation, putProduct, putStore } from '../src/db/catalogue.ts';
import type { Db } from '../src/db/database.ts';
import { adjust, listLevels, setThresholds } from '../src/db/stock.ts';

/** The demo store: an outdoor shop with three warehouses, physical goods, downloads and a service. */

const location = (
  code: string,
  rest: Partial<LocationRow> & Pick<LocationRow, 'name' | 'line1' | 'city' | 'region' | 'postalCode'>,
): LocationRow => ({
  code,
  country: 'US',
  seller: null,
  priority: 100,
  handlingMinor: 150,
  capacityPerDay: null,
  cutOff: null,
  timezone: 'UTC',
  active: true,
  ...rest,
});

export const LOCATIONS: readonly LocationRow[] = [
  location('WEST', {
    name: 'Oakland warehouse',
    line1: '2000 Mandela Pkwy',
    city: 'Oakland',
    region: 'CA',
    postalCode: '94607',
    priority: 1,
    timezone: 'America/Los_Angeles',
  }),
  location('EAST', {
    name: 'Newark warehouse',
    line1: '100 Frelinghuysen Ave',
    city: 'Newark',
    region: 'NJ',
    postalCode: '07114',
    priority: 2,
    timezone: 'America/New_York',
  }),
  location('SHOP', {
    name: 'Portland shop',
    line1: '830 NW Everett St',
    city: 'Portland',
    region: 'OR',
    postalCode: '97209',
    priority: 3,
    handlingMinor: 400,
    capacityPerDay: 500,
    timezone: 'America/Los_Angeles',
  }),
];

const product = (sku: string, name: string, priceMinor: number, rest: Partial<Product> = {}): Product => ({
  sku,
  name,
  kind: 'physical',
  priceMinor,
  currency: 'USD',
  seller: null,
  active: true,
  weightG: 400,
  lengthCm: 25,
  widthCm: 18,
  heightCm: 6,
  ...rest,
});
const weightless = { weightG: 0, lengthCm: 0, widthCm: 0, heightCm: 0 };

export const PRODUCTS: readonly Product[] = [
  product('MUG-ENAMEL', 'Enamel mug', 1500),
  product('TEE-PEAK-M', 'T-shirt "Peak", M', 2999, { weightG: 180, heightCm: 3 }),
  product('TENT-2P', 'Tent for two', 24900, { weightG: 2900, lengthCm: 48, widthCm: 17, heightCm: 17 }),
  product('LAMP-HEAD', 'Head lamp', 5450, { weightG: 95, lengthCm: 10, widthCm: 8 }),
  product('ROPE-60', 'Climbing rope, 60 m', 18950, { weightG: 3700, lengthCm: 35, widthCm: 35, heightCm: 20 }),
  product('MAP-PACK', 'Topographic maps (download)', 1900, { kind: 'digital', ...weightless }),
  product('GUIDE-DAY', 'A day with a guide', 32000, { kind: 'service', ...weightless }),
];

export type OpeningStock = {
  readonly sku: string;
  readonly location: string;
  readonly units: number;
  readonly safetyStock: number;
  readonly reorderPoint: number;
};
const stock = (sku: string, place: string, units: number, safetyStock = 0, reorderPoint = 0): OpeningStock => ({
  sku,
  location: place,
  units,
  safetyStock,
  reorderPoint,
});

export const STOCK: readonly OpeningStock[] = [
  stock('MUG-ENAMEL', 'WEST', 5000, 0, 100),
  stock('MUG-ENAMEL', 'EAST', 5000, 0, 100),
  stock('TEE-PEAK-M', 'WEST', 2000, 10, 50),
  stock('TEE-PEAK-M', 'SHOP', 200),
  stock('TENT-2P', 'EAST', 800, 0, 20),
  stock('LAMP-HEAD', 'WEST', 1500),
  stock('LAMP-HEAD', 'EAST', 1500),
  stock('ROPE-60', 'SHOP', 60, 2, 5),
];

export const SAMPLE_ORDER = {
  channel: 'web',
  currency: 'USD',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com', phone: '+14155550100' },
  shipping_address: {
    name: 'Ada Lovelace',
    line1: '1 Market St',
    city: 'San Francisco',
    region: 'CA',
    postal_code: '94105',
    country: 'US',
  },
  payment: { method: 'stripe', payment_method: 'pm_card_visa' },
  items: [{ sku: 'MUG-ENAMEL', quantity: 2, unit_price: '15.00' }],
  shipping: { service: 'standard', amount: '5.00' },
  total: '35.00',
};

/** Fills a database with the demo store. Run again, it changes nothing but puts the catalogue back. */
export async function seedDemoStore(db: Db): Promise<void> {
  if ((await findStore(db, 'main')) === null) {
    await putStore(db, {
      code: 'main',
      name: process.env['STORE_NAME'] ?? 'Demo Store',
      supportEmail: process.env['SUPPORT_EMAIL'] ?? 'support@demo-store.example',
      policy: {},
    });
  }
  for (const location of LOCATIONS) await putLocation(db, location);
  for (const product of PRODUCTS) await putProduct(db, product);
  for (const { sku, location, units, safetyStock, reorderPoint } of STOCK) {
    const [known] = await listLevels(db, { sku, location, limit: 1 });
    if (known !== undefined) continue;
    await setThresholds(db, { sku, location, safetyStock, reorderPoint });
    await adjust(db, { sku, location, kind: 'receipt', change: units, reason: 'opening stock', actor: 'seed' });
  }
}
