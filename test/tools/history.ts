/** A dozen orders of a marketplace that never was, one of each kind. */

type Item = { sku: string; seller: string; quantity: number; unit_price: string };

const cup: Item = { sku: 'CUP', seller: 'potter', quantity: 1, unit_price: '20.00' };
const bowl: Item = { sku: 'BOWL', seller: 'potter', quantity: 2, unit_price: '12.50' };
const shirt: Item = { sku: 'SHIRT', seller: 'weaver', quantity: 1, unit_price: '30.00' };
const SHIPPING = 5;

let buyers = 0;

function order(method: 'stripe' | 'bank_transfer' | 'cod', items: readonly Item[], status: string, more: object = {}) {
  const worth = items.reduce((sum, { quantity, unit_price }) => sum + quantity * Number(unit_price), 0);
  buyers += 1;
  const name = `Buyer ${buyers}`;
  const address = { name, line1: 'Rua 1', city: 'Recife', region: 'PE', postal_code: '50030-000', country: 'BR' };
  return {
    request: {
      channel: 'market',
      currency: 'BRL',
      customer: { name, email: `buyer${buyers}@example.com`, phone: '+5581900000000' },
      shipping_address: address,
      payment: { method },
      items,
      shipping: { service: 'standard', amount: SHIPPING.toFixed(2) },
      tax: '0.00',
      total: (worth + SHIPPING).toFixed(2),
    },
    happened: { status, approved: '2024-01-01T00:00:00Z', with_carrier: null, ...more },
  };
}

const AT_CARRIER = { with_carrier: '2024-01-03T00:00:00Z' };

export const ORDERS = [
  order('stripe', [cup], 'delivered', AT_CARRIER),
  order('stripe', [cup, bowl], 'delivered', AT_CARRIER),
  order('stripe', [cup, shirt], 'delivered', AT_CARRIER), // of two sellers: two parcels
  order('bank_transfer', [shirt], 'delivered', AT_CARRIER),
  order('cod', [bowl], 'delivered', AT_CARRIER),
  order('stripe', [cup], 'shipped', AT_CARRIER),
  order('stripe', [bowl], 'processing'),
  order('bank_transfer', [cup], 'invoiced'),
  order('stripe', [cup], 'canceled'),
  order('stripe', [shirt], 'canceled', AT_CARRIER),
  order('bank_transfer', [cup], 'canceled', { approved: null }),
  order('bank_transfer', [cup], 'unavailable'),
  order('stripe', [cup], 'created', { approved: null }),
];

/** How each of them must end. */
export const ENDS = { completed: 5, shipped: 1, processing: 2, cancelled: 4, pending: 1 };

export const PRODUCTS = [
  { sku: 'CUP', seller: 'potter', kind: 'physical', price: '20.00', currency: 'BRL', units_sold: 8, name: 'Cup' },
  { sku: 'BOWL', seller: 'potter', kind: 'physical', price: '12.50', currency: 'BRL', units_sold: 6, name: 'Bowl' },
  { sku: 'SHIRT', seller: 'weaver', kind: 'physical', price: '30.00', currency: 'BRL', units_sold: 3, name: 'Shirt' },
];

export const SELLERS = [
  { seller: 'potter', city: 'Olinda', region: 'PE', postal_code: '53020' },
  { seller: 'weaver', city: 'Natal', region: 'RN', postal_code: '59010' },
];

export const asLines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
