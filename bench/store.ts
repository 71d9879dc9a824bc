import type { ApiClient } from '../tools/system/api-client.ts';

/** The store that is measured: many products in two warehouses, far more stock than any run sells. */

const PRODUCTS = 100;
const PRICE = '15.00';
export const TOTAL = '20.00';
export const TOTAL_MINOR = 2000;
export const CURRENCY = 'USD';

const skuOf = (index: number): string => `BENCH-${String(index % PRODUCTS).padStart(3, '0')}`;

const WAREHOUSES = [
  { code: 'BENCH-WEST', city: 'San Francisco', region: 'CA', postal_code: '94103' },
  { code: 'BENCH-EAST', city: 'New York', region: 'NY', postal_code: '10001' },
] as const;

export async function fillStore(api: ApiClient): Promise<void> {
  for (const { code, ...place } of WAREHOUSES) {
    await api.call('PUT', `/v1/locations/${code}`, { name: code, line1: '1 Dock Rd', country: 'US', ...place });
  }
  for (let index = 0; index < PRODUCTS; index += 1) {
    const sku = skuOf(index);
    await api.call('PUT', `/v1/products/${sku}`, {
      name: `Product ${index}`,
      price: PRICE,
      currency: CURRENCY,
      weight_g: 500,
      length_cm: 20,
      width_cm: 10,
      height_cm: 5,
    });
    for (const { code } of WAREHOUSES) {
      const stock = { sku, location: code, kind: 'receipt', change: 1_000_000, reason: 'bench' };
      await api.call('POST', '/v1/inventory/adjustments', stock);
    }
  }
}

/** The plain card order: one line, one parcel, the card authorised by the checkout. Each is another buyer's, as in a shop. */
export const plainOrder = (index: number, paymentIntent: string) => ({
  channel: 'bench',
  currency: CURRENCY,
  customer: { name: 'Ada Lovelace', email: `buyer-${index}@example.com`, phone: '+14155550100' },
  shipping_address: {
    name: 'Ada Lovelace',
    line1: `${index + 1} Market St`,
    city: 'San Francisco',
    region: 'CA',
    postal_code: '94105',
    country: 'US',
  },
  payment: { method: 'stripe', payment_intent: paymentIntent },
  items: [{ sku: skuOf(index), quantity: 1, unit_price: PRICE }],
  shipping: { service: 'standard', amount: '5.00' },
  tax: '0.00',
  total: TOTAL,
});
