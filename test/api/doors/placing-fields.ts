import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putProduct } from '../../../src/db/catalogue.ts';
import { orderRequest } from '../../setup/system.ts';
import { fieldsOf } from '../answers.ts';
import { system } from '../api-alone.ts';

/** What a checkout may get wrong; nothing here reaches the engine, so no worker runs. */

const product = (sku: string, changes: Partial<Parameters<typeof putProduct>[1]>) => ({
  ...{ sku, name: sku, kind: 'physical' as const, priceMinor: 1000, currency: 'USD', seller: null, active: true },
  ...{ weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 },
  ...changes,
});

let priceKey: string;
beforeAll(async () => {
  priceKey = await system.makeKey('service', ['orders:create', 'orders:price']);
  const { db } = system.database;
  await putProduct(db, product('OLD', { active: false }));
  await putProduct(db, product('YEN', { currency: 'JPY', priceMinor: 500 }));
  await putProduct(db, product('DINAR', { currency: 'KWD', priceMinor: 1005 }));
  await putProduct(db, product('ACME', { seller: 'acme' }));
  await putProduct(db, product('FREE', { priceMinor: 0 }));
});
afterAll(async () => {
  const { rows } = await system.database.pool.query('select number from order_intake');
  expect(rows, 'a refused order was written down').toEqual([]);
});

let keys = 0;
/** A key that sets no prices: what a checkout has. */
let checkout: Promise<string> | undefined;
async function wrongFields(changes: Record<string, unknown>, key?: string): Promise<Record<string, string>> {
  checkout ??= system.makeKey('service', ['orders:create']);
  const idempotencyKey = `fields-${(keys += 1)}`;
  const body = orderRequest(changes);
  return fieldsOf(await system.call('POST', '/v1/orders', { body, idempotencyKey, key: key ?? (await checkout) }));
}
const item = (changes: Record<string, unknown> = {}) => ({ sku: 'MUG', quantity: 1, unit_price: '15.00', ...changes });
const { shipping_address: address, customer } = orderRequest();

describe('a wrong field', () => {
  test('of every kind is named in one answer', async () => {
    const wrong = await wrongFields({
      store: 'nowhere',
      currency: 'usd',
      customer: { name: ' ', email: 'not an address', phone: '5'.repeat(41), locale: 'english!' },
      shipping_address: { ...address, city: '', country: 'usa', postal_code: undefined },
      payment: { method: 'barter' },
      items: [
        item({ sku: 'NO-SUCH' }),
        item({ sku: 'OLD' }),
        item({ quantity: 0 }),
        item({ quantity: 1.5 }),
        item({ quantity: '2' }),
        item({ quantity: -1 }),
        item({ sku: 'not a sku' }),
        item({ sku: 'ACME', seller: 'other' }),
        item({ unit_price: 15 }),
        item({ custom_fields: { nested: { a: 1 } } }),
        item({ colour: 'red' }),
        'MUG',
      ],
      discount: '-1',
      shipping: { service: '', amount: '5,00' },
      tax: '1.23456',
      total: '',
      coupon: 'SAVE10',
    });
    expect(Object.keys(wrong).sort()).toEqual(
      [
        ...['store', 'currency', 'coupon', 'discount', 'tax', 'total', 'shipping.service', 'shipping.amount'],
        ...['customer.name', 'customer.email', 'customer.phone', 'customer.locale', 'payment.method'],
        ...['shipping_address.city', 'shipping_address.country', 'shipping_address.postal_code'],
        ...['items[0].sku', 'items[1].sku', 'items[6].sku', 'items[7].seller', 'items[8].unit_price'],
        ...['items[2].quantity', 'items[3].quantity', 'items[4].quantity', 'items[5].quantity'],
        ...['items[9].custom_fields.nested', 'items[10].colour', 'items[11]'],
      ].sort(),
    );
    expect(wrong).toMatchObject({
      store: 'there is no store "nowhere"',
      coupon: 'is not a field of this request',
      'shipping_address.postal_code': 'is required',
      'items[0].sku': 'NO-SUCH is not in the catalogue',
      'items[1].sku': 'OLD is not in the catalogue',
      'items[2].quantity': 'must be at least 1',
      'items[7].seller': 'ACME is sold by acme',
      'items[10].colour': 'is not a field of this request',
    });
  });

  test('of the totals is named with the total that was expected, at the prices of the catalogue', async () => {
    const twoMugs = [item({ quantity: 2, unit_price: '14.00' })];
    expect(await wrongFields({ items: twoMugs, discount: '1.00', tax: '0.50', total: '32.50' })).toEqual({
      'items[0].unit_price': 'the catalogue says 15.00',
      total: 'must be 34.50: items 30.00 - discount + shipping + tax',
    });
  });

  test('of the taxes is named: of each item or of none, and together the tax of the order', async () => {
    const taxed = [item({ tax: '1.00' }), item({ sku: 'TEE', unit_price: '29.99' }), item({ tax: '1,00' })];
    expect(Object.keys(await wrongFields({ items: taxed, tax: '2.00', total: '66.99' })).sort()).toEqual([
      'items[1].tax',
      'items[2].tax',
    ]);
    const whole = { items: [item({ tax: '1.00' })], shipping: { amount: '5.00', tax: '0.25' } };
    expect(await wrongFields({ ...whole, tax: '1.00', total: '21.00' })).toEqual({
      tax: 'must be 1.25: items 1.00 + shipping 0.25',
    });
    const carriage = { shipping: { amount: '5.00', tax: '1.01' }, tax: '1.00', total: '21.00' };
    expect(await wrongFields(carriage)).toEqual({ 'shipping.tax': 'is more than the tax of the order' });
    const finer = { items: [item({ tax: '0.001' })], tax: '0.00', total: '20.00' };
    expect(Object.keys(await wrongFields(finer))).toEqual(['items[0].tax']);
  });

  test.each([
    ['a rule for shortages that there is not', { items: [item({ shortage: 'panic' })] }, ['items[0].shortage']],
    ['a currency nobody has', { currency: 'XQZ' }, ['currency']],
    ['a currency the catalogue does not sell in', { currency: 'EUR' }, ['items[0].sku']],
    ['a discount beyond the worth', { discount: '20.01', total: '0.00' }, ['discount']],
    ['no items', { items: [] }, ['items']],
    ['201 items', { items: Array.from({ length: 201 }, () => item()) }, ['items']],
    ['items that are no list', { items: { 0: item() } }, ['items']],
    [
      'a card for nothing',
      {
        items: [item({ sku: 'FREE', unit_price: '0' })],
        shipping: { service: 'standard', amount: '0' },
        total: '0',
      },
      ['payment.method'],
    ],
    ['a foreign payment', { payment: { method: 'stripe', payment_intent: 'ch_1' } }, ['payment.payment_intent']],
    [
      'a way back that is no web page',
      { payment: { method: 'stripe', return_url: 'javascript:alert(1)' } },
      ['payment.return_url'],
    ],
    [
      'a payment field of another method',
      { payment: { method: 'cod', payment_intent: 'pi_1' } },
      ['payment.payment_intent'],
    ],
    ['instructions without end', { instructions: 'x'.repeat(1001) }, ['instructions']],
    ['an address that is none', { customer: { ...customer, ip_address: '203.0.113.7:443' } }, ['customer.ip_address']],
    [
      'terms that nobody can have accepted yet',
      { terms: { accepted_at: new Date(Date.now() + 3_600_000).toISOString() } },
      ['terms.accepted_at'],
    ],
    [
      'terms without a time, at no address',
      { terms: { accepted_at: 'yesterday', version: ' ', url: 'terms.html', read: true } },
      ['terms.accepted_at', 'terms.version', 'terms.url', 'terms.read'],
    ],
    ['a misspelt field deep inside', { customer: { ...customer, e_mail: 'a@example.com' } }, ['customer.e_mail']],
    ['a missing part', { shipping_address: undefined }, ['shipping_address']],
    ['a part that is null', { customer: null }, ['customer']],
    ['names without end', { customer: { ...customer, name: 'x'.repeat(201) } }, ['customer.name']],
    [
      'wishes without end',
      { items: [item({ custom_fields: Object.fromEntries(Array.from({ length: 31 }, (_, i) => [i, i])) })] },
      ['items[0].custom_fields'],
    ],
    ['more units than a line can have', { items: [item({ quantity: 100_001 })] }, ['items[0].quantity']],
    ['a quantity beyond counting', { items: [item({ quantity: 1e300 })] }, ['items[0].quantity']],
  ])('%s', async (_name, changes, fields) => {
    expect(Object.keys(await wrongFields(changes))).toEqual(fields);
  });

  test('has too many decimal places for its currency', async () => {
    const yen = { items: [item({ sku: 'YEN', unit_price: '500.5' })], shipping: { amount: '1.5' }, currency: 'JPY' };
    expect(await wrongFields({ ...yen, total: '502' })).toEqual({
      'items[0].unit_price': 'JPY has 0 decimal places, "500.5" has more',
      'shipping.amount': 'JPY has 0 decimal places, "1.5" has more',
    });
  });

  test('is an amount that a card cannot be charged, or be paid back', async () => {
    const dinar = { items: [item({ sku: 'DINAR', unit_price: '1.005' })], shipping: { amount: '0' }, currency: 'KWD' };
    expect(await wrongFields({ ...dinar, total: '1.005' })).toEqual({
      'items[0].unit_price': 'Stripe takes KWD in steps of 0.010 only',
      total: 'Stripe takes KWD in steps of 0.010 only',
    });
    // By transfer every amount can be paid; only the misspelt field is left.
    const transfer = { ...dinar, total: '1.005', payment: { method: 'bank_transfer' }, coupon: 'X' };
    expect(Object.keys(await wrongFields(transfer))).toEqual(['coupon']);
  });

  test('is an amount beyond what can be counted exactly', async () => {
    const dear = { items: [item({ unit_price: '999999999999.99', quantity: 100_000 })], total: '1.00' };
    expect(Object.keys(await wrongFields(dear, priceKey))).toEqual(['items']);
  });

  test('is the price, unless the key may set prices', async () => {
    const cheap = { items: [item({ unit_price: '1.00' })], total: '6.00' };
    expect(Object.keys(await wrongFields(cheap))).toEqual(['items[0].unit_price', 'total']);
    // With the scope the price stands, and only the misspelt field is left.
    expect(await wrongFields({ ...cheap, coupon: 'X' }, priceKey)).toEqual({
      coupon: 'is not a field of this request',
    });
  });
});

describe('text that no database keeps', () => {
  const NUL = 'A\u0000B';
  const HALF = 'A\ud83dB';

  test.each([
    ['NUL', NUL],
    ['half a surrogate pair', HALF],
  ])('%s is refused by field', async (_name, text) => {
    const wrong = await wrongFields({
      store: text,
      channel: text,
      customer: { name: text, email: `${text}@example.com`, phone: text, locale: text },
      shipping_address: {
        ...address,
        name: text,
        line1: text,
        line2: text,
        city: text,
        region: text,
        postal_code: text,
      },
      billing_address: { ...address, name: text },
      payment: { method: 'stripe', return_url: `https://shop.example/${text}` },
      items: [
        item({ seller: text, custom_fields: { note: text } }),
        item({ custom_fields: { [text]: 'x' } }),
        item({ sku: text }),
      ],
      shipping: { service: text, amount: '5.00' },
      instructions: text,
    });
    expect(Object.keys(wrong).sort()).toEqual(
      [
        ...['store', 'channel', 'customer.name', 'customer.email', 'customer.phone', 'customer.locale'],
        ...['name', 'line1', 'line2', 'city', 'region', 'postal_code'].map((name) => `shipping_address.${name}`),
        ...[
          'billing_address.name',
          'payment.return_url',
          'shipping.service',
          'instructions',
          'items[0].seller',
          'items[2].sku',
        ],
        ...['items[0].custom_fields.note', `items[1].custom_fields.${JSON.parse(JSON.stringify(text))}`],
      ].sort(),
    );
    expect(wrong['customer.name']).toBe('must not contain NUL or broken Unicode characters');
  });
});
