import { Router } from 'express';
import { z } from 'zod';
import {
  ListLocations,
  ListProducts,
  LocationCode,
  type LocationView,
  type ProductView,
  PutLocation,
  PutProduct,
} from '../contracts/catalogue.ts';
import { toMajor } from '../contracts/money.ts';
import { SKU } from '../contracts/orders.ts';
import {
  findLocation,
  findProducts,
  type LocationRow,
  listLocations,
  listProducts,
  type Product,
  putLocation,
  putProduct,
} from '../db/catalogue.ts';
import { type Principal, principalOf, requires } from './access.ts';
import { minorOf } from './amounts.ts';
import type { ApiContext } from './context.ts';
import { readPage } from './cursor.ts';
import { HttpProblem } from './problem.ts';

/** Products and the locations they leave from. */

const productView = (p: Product): ProductView => ({
  sku: p.sku,
  name: p.name,
  kind: p.kind,
  price: toMajor(p.priceMinor, p.currency),
  currency: p.currency,
  seller: p.seller,
  active: p.active,
  shortage: p.shortage ?? null,
  substitutes: [...(p.substitutes ?? [])],
  weight_g: p.weightG,
  length_cm: p.lengthCm,
  width_cm: p.widthCm,
  height_cm: p.heightCm,
});

const locationView = (l: LocationRow): LocationView => ({
  code: l.code,
  name: l.name,
  line1: l.line1,
  city: l.city,
  region: l.region,
  postal_code: l.postalCode,
  country: l.country,
  seller: l.seller,
  priority: l.priority,
  handling_minor: l.handlingMinor,
  capacity_per_day: l.capacityPerDay,
  cut_off: l.cutOff?.slice(0, 5) ?? null,
  timezone: l.timezone,
  active: l.active,
});

const ProductPath = z.object({ sku: SKU });
const LocationPath = z.object({ code: LocationCode });

/** Products of other sellers are not there for a seller. */
const onlyOf = ({ role, seller }: Principal): string | null => (role === 'seller' ? (seller ?? '') : null);

export function productsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requires('products.read'), async (request, response) => {
    const seller = onlyOf(principalOf(response.locals));
    const asked = ListProducts.parse(request.query);
    const page = await readPage({
      list: 'products',
      ...asked,
      read: (after, limit) =>
        listProducts(db, {
          q: asked.q,
          currency: asked.currency,
          active: asked.active === undefined ? undefined : asked.active === 'true',
          seller,
          after: after?.[0],
          limit,
        }),
      keyOf: (row) => [row.sku, ''],
      view: productView,
    });
    response.json(page);
  });
  router.get('/:sku', requires('products.read'), async (request, response) => {
    const { sku } = ProductPath.safeParse(request.params).data ?? {};
    const product = sku === undefined ? undefined : (await findProducts(db, [sku])).get(sku);
    const seller = onlyOf(principalOf(response.locals));
    if (product === undefined || (seller !== null && (product.seller ?? seller) !== seller))
      throw new HttpProblem('not_found', { detail: 'There is no such product.' });
    response.json(productView(product));
  });
  router.put('/:sku', requires('products.write'), async (request, response) => {
    const { sku } = ProductPath.parse(request.params);
    const { price, weight_g, length_cm, width_cm, height_cm, ...rest } = PutProduct.parse(request.body);
    const priceMinor = minorOf(price, rest.currency, 'price');
    const product = {
      sku,
      ...rest,
      priceMinor,
      weightG: weight_g,
      lengthCm: length_cm,
      widthCm: width_cm,
      heightCm: height_cm,
    };
    const known = (await findProducts(db, [sku])).get(sku);
    response.locals.audited = { before: known === undefined ? null : productView(known) };
    await putProduct(db, product);
    response.json(productView(product));
  });
  return router;
}

export function locationsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requires('locations.read'), async (request, response) => {
    const page = await readPage({
      list: 'locations',
      ...ListLocations.parse(request.query),
      read: (after, limit) => listLocations(db, after?.[0] ?? null, limit),
      keyOf: (row) => [row.code, ''],
      view: locationView,
    });
    response.json(page);
  });
  router.get('/:code', requires('locations.read'), async (request, response) => {
    const { code } = LocationPath.safeParse(request.params).data ?? {};
    const location = code === undefined ? null : await findLocation(db, code);
    if (location === null) throw new HttpProblem('not_found', { detail: 'There is no such location.' });
    response.json(locationView(location));
  });
  router.put('/:code', requires('locations.write'), async (request, response) => {
    const { code } = LocationPath.parse(request.params);
    const { postal_code, handling_minor, capacity_per_day, cut_off, ...rest } = PutLocation.parse(request.body);
    const location = {
      code,
      ...rest,
      postalCode: postal_code,
      handlingMinor: handling_minor,
      capacityPerDay: capacity_per_day,
      cutOff: cut_off,
    };
    const known = await findLocation(db, code);
    response.locals.audited = { before: known === null ? null : locationView(known) };
    await putLocation(db, location);
    response.json(locationView(location));
  });
  return router;
}
