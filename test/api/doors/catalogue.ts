import { describe, expect, test } from 'vitest';
import { type Answer } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../api-alone.ts';

const put = (path: string, body: unknown): Promise<Answer> => system.call('PUT', path, { body });
const get = (path: string): Promise<Answer> => system.call('GET', path);

/** All rows of a list, read in pages of this size. */
async function pages(path: string, limit: number): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let cursor: string | null = null;
  do {
    const page = await get(`${path}?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(page.status).toBe(200);
    expect(page.body.data.length).toBeLessThanOrEqual(limit);
    rows.push(...page.body.data);
    cursor = page.body.next_cursor as string | null;
  } while (cursor !== null);
  return rows;
}

describe('a product', () => {
  const lamp = { name: 'Lámpara 💡', price: '49.90', currency: 'EUR' };

  test('is made, read and changed as a whole', async () => {
    const made = await put('/v1/products/LAMP', lamp);
    expect(made.status).toBe(200);
    const whole = {
      ...{ sku: 'LAMP', ...lamp, kind: 'physical', seller: null, active: true, shortage: null, substitutes: [] },
      ...{ weight_g: 0, length_cm: 0, width_cm: 0, height_cm: 0 },
    };
    expect(made.body).toEqual(whole);
    expect((await get('/v1/products/LAMP')).body).toEqual(whole);
    const changed = {
      ...lamp,
      kind: 'digital',
      price: '50',
      seller: 'acme',
      active: false,
      shortage: 'backorder',
      weight_g: 10,
    };
    await put('/v1/products/LAMP', changed);
    expect((await get('/v1/products/LAMP')).body).toEqual({ ...whole, ...changed, price: '50.00' });
    await put('/v1/products/LAMP', lamp);
    expect((await get('/v1/products/LAMP')).body).toEqual(whole);
  });

  test.each([
    ['JPY', '500', '500'],
    ['KWD', '1.5', '1.500'],
    ['HUF', '5000', '5000.00'],
    ['ISK', '5', '5'],
    ['USD', '0', '0.00'],
  ])('has a price in %s: %s is shown as %s', async (currency, price, shown) => {
    await put(`/v1/products/PRICE-${currency}`, { name: 'x', price, currency });
    expect((await get(`/v1/products/PRICE-${currency}`)).body.price).toBe(shown);
  });

  test.each([
    [{}, ['currency', 'name', 'price']],
    [[], ['body']],
    [{ ...lamp, price: '1.234' }, ['price']],
    [{ ...lamp, price: '1.5', currency: 'JPY' }, ['price']],
    [{ ...lamp, price: 49.9 }, ['price']],
    [{ ...lamp, price: '-1' }, ['price']],
    [{ ...lamp, price: '1e3' }, ['price']],
    [{ ...lamp, currency: 'eur' }, ['currency']],
    [{ ...lamp, name: '  ', kind: 'gas', active: 'yes', shortage: 'panic' }, ['active', 'kind', 'name', 'shortage']],
    [{ ...lamp, name: 'a\u0000b', seller: '\udc00' }, ['name', 'seller']],
    [
      { ...lamp, weight_g: -1, length_cm: 1.5, width_cm: '3', height_cm: 1e9 },
      ['height_cm', 'length_cm', 'weight_g', 'width_cm'],
    ],
    [{ ...lamp, sku: 'LAMP', colour: 'red' }, ['colour', 'sku']],
  ])('with wrong fields is refused: %j', async (body, fields) => {
    expect(Object.keys(fieldsOf(await put('/v1/products/WRONG', body))).toSorted()).toEqual(fields);
    problemOf(await get('/v1/products/WRONG'), 404, 'not_found');
  });

  test.each(['a%20b', 'x'.repeat(81), '%00', '%F0%9F%92%A1'])('cannot be called %s', async (sku) => {
    expect(Object.keys(fieldsOf(await put(`/v1/products/${sku}`, lamp)))).toEqual(['sku']);
    problemOf(await get(`/v1/products/${sku}`), 404, 'not_found');
  });

  test('may have a slash in its SKU', async () => {
    expect((await put('/v1/products/A%2FB:1.0_x', lamp)).body.sku).toBe('A/B:1.0_x');
    expect((await get('/v1/products/A%2FB:1.0_x')).body.sku).toBe('A/B:1.0_x');
  });

  test('is listed by SKU, in pages of any size', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => put(`/v1/products/PAGE-${index}`, lamp)));
    const whole = (await pages('/v1/products', 200)).map((row) => row['sku']);
    expect(whole).toHaveLength(new Set(whole).size);
    expect(whole.filter((sku) => String(sku).startsWith('PAGE-'))).toHaveLength(12);
    for (const limit of [1, 5]) expect((await pages('/v1/products', limit)).map((row) => row['sku'])).toEqual(whole);
  });

  test('asked for with unknown parameters is refused', async () => {
    expect(Object.keys(fieldsOf(await get('/v1/products?colour=red&limit=0'))).toSorted()).toEqual(['colour', 'limit']);
  });
});

describe('products are found', () => {
  const skusOf = async (query: string): Promise<string[]> =>
    (await get(`/v1/products?${query}`)).body.data.map(({ sku }: { sku: string }) => sku);

  test('by a part of the SKU or the name, whatever the letters, in one currency, and those that are sold', async () => {
    const kettle = { name: 'Emaille-Kessel 100% rot', price: '20', currency: 'EUR' };
    await put('/v1/products/FND-KETTLE', kettle);
    await put('/v1/products/FND-KETTLE-US', { ...kettle, currency: 'USD' });
    await put('/v1/products/FND-OLD', { ...kettle, active: false });
    await put('/v1/products/FND-OTHER', { ...kettle, name: 'Emaille 1000' });
    const all = ['FND-KETTLE', 'FND-KETTLE-US', 'FND-OLD'];
    expect(await skusOf('q=kessel%20100%25')).toEqual(all);
    expect(await skusOf('q=fnd-kettle')).toEqual(all.slice(0, 2));
    expect(await skusOf('q=100%25')).toEqual(all);
    expect(await skusOf('q=kessel&currency=EUR&active=true')).toEqual(['FND-KETTLE']);
    expect(await skusOf('q=kessel&limit=1')).toEqual(['FND-KETTLE']);
    const first = (await get('/v1/products?q=kessel&limit=1')).body;
    expect(await skusOf(`q=kessel&limit=1&cursor=${first.next_cursor}`)).toEqual(['FND-KETTLE-US']);
  });

  test('unless what is asked for cannot be: each field is named', async () => {
    const wrong = fieldsOf(await get(`/v1/products?q=${'a'.repeat(101)}&currency=euro&active=yes&colour=red`));
    expect(Object.keys(wrong).toSorted()).toEqual(['active', 'colour', 'currency', 'q']);
  });
});

describe('a location', () => {
  const berlin = { name: 'Berlin', line1: 'Hauptstraße 1', city: 'Berlin', postal_code: '10115', country: 'DE' };

  test('is made, read and changed as a whole', async () => {
    const whole = {
      ...{ code: 'BER-1', ...berlin, region: '', seller: null, priority: 100, handling_minor: 0 },
      ...{ capacity_per_day: null, cut_off: null, timezone: 'UTC', active: true },
    };
    expect((await put('/v1/locations/BER-1', berlin)).body).toEqual(whole);
    expect((await get('/v1/locations/BER-1')).body).toEqual(whole);
    const changed = { ...berlin, cut_off: '15:30', timezone: 'Europe/Berlin', capacity_per_day: 5, priority: 0 };
    expect((await put('/v1/locations/BER-1', changed)).body).toEqual({ ...whole, ...changed });
    expect((await get('/v1/locations/BER-1')).body).toEqual({ ...whole, ...changed });
  });

  test.each([
    [{}, ['city', 'country', 'line1', 'name', 'postal_code']],
    [{ ...berlin, country: 'Germany', cut_off: '25:00', timezone: 'Mars/Olympus' }, ['country', 'cut_off', 'timezone']],
    [
      { ...berlin, capacity_per_day: 0, priority: -1, handling_minor: 0.5 },
      ['capacity_per_day', 'handling_minor', 'priority'],
    ],
    [{ ...berlin, city: 'a\u0000b', line1: 'x'.repeat(201) }, ['city', 'line1']],
    [{ ...berlin, timezone: '\u0000' }, ['timezone']],
    [{ ...berlin, code: 'BER-1', manager: 'me' }, ['code', 'manager']],
  ])('with wrong fields is refused: %j', async (body, fields) => {
    expect(Object.keys(fieldsOf(await put('/v1/locations/WRONG', body))).toSorted()).toEqual(fields);
    problemOf(await get('/v1/locations/WRONG'), 404, 'not_found');
  });

  test('cannot have any code', async () => {
    expect(Object.keys(fieldsOf(await put('/v1/locations/a%20b', berlin)))).toEqual(['code']);
  });

  test('is listed by code, in pages of any size', async () => {
    const whole = (await pages('/v1/locations', 200)).map((row) => row['code']);
    expect(whole).toEqual(expect.arrayContaining(['EAST', 'WEST']));
    expect((await pages('/v1/locations', 1)).map((row) => row['code'])).toEqual(whole);
  });
});
