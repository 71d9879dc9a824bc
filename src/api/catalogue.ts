import { Router } from 'express';
import { ListCatalogue, LocationCode, PutLocation, PutProduct } from '../contracts/catalogue.ts';
import { toMajor, toMinor } from '../contracts/money.ts';
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
import { requireScope } from './access.ts';
import type { ApiContext } from './context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { HttpProblem } from './problem.ts';

/** Products and the locations they leave from. */

const productView = (p: Product) => ({
  sku: p.sku,
  name: p.name,
  kind: p.kind,
  price: toMajor(p.priceMinor, p.currency),
  currency: p.currency,
  seller: p.seller,
  active: p.active,
  weight_g: p.weightG,
  length_cm: p.lengthCm,
  width_cm: p.widthCm,
  height_cm: p.heightCm,
});

const locationView = (l: LocationRow) => ({
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

/** A page of rows that are ordered by one unique text. */
function pageOf<Row, View>(rows: readonly Row[], limit: number, keyOf: (row: Row) => string, view: (row: Row) => View) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: page.map(view), next_cursor: more ? encodeCursor(keyOf(last), '') : null };
}

export function productsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requireScope('catalogue:read'), async (request, response) => {
    const { cursor, limit } = ListCatalogue.parse(request.query);
    const rows = await listProducts(db, decodeCursor(cursor)?.[0] ?? null, limit + 1);
    response.json(pageOf(rows, limit, (row) => row.sku, productView));
  });
  router.get('/:sku', requireScope('catalogue:read'), async (request, response) => {
    const sku = String(request.params['sku']);
    const product = (await findProducts(db, [sku])).get(sku);
    if (product === undefined) throw new HttpProblem('not_found', { detail: `There is no product ${sku}.` });
    response.json(productView(product));
  });
  router.put('/:sku', requireScope('catalogue:write'), async (request, response) => {
    const sku = SKU.parse(request.params['sku']);
    const { price, weight_g, length_cm, width_cm, height_cm, ...rest } = PutProduct.parse(request.body);
    const priceMinor = toMinor(price, rest.currency);
    const product = {
      sku,
      ...rest,
      priceMinor,
      weightG: weight_g,
      lengthCm: length_cm,
      widthCm: width_cm,
      heightCm: height_cm,
    };
    await putProduct(db, product);
    response.json(productView(product));
  });
  return router;
}

export function locationsRouter({ db }: ApiContext): Router {
  const router = Router();
  router.get('/', requireScope('catalogue:read'), async (request, response) => {
    const { cursor, limit } = ListCatalogue.parse(request.query);
    const rows = await listLocations(db, decodeCursor(cursor)?.[0] ?? null, limit + 1);
    response.json(pageOf(rows, limit, (row) => row.code, locationView));
  });
  router.get('/:code', requireScope('catalogue:read'), async (request, response) => {
    const location = await findLocation(db, String(request.params['code']));
    if (location === null)
      throw new HttpProblem('not_found', { detail: `There is no location ${String(request.params['code'])}.` });
    response.json(locationView(location));
  });
  router.put('/:code', requireScope('catalogue:write'), async (request, response) => {
    const code = LocationCode.parse(request.params['code']);
    const { postal_code, handling_minor, capacity_per_day, cut_off, ...rest } = PutLocation.parse(request.body);
    const location = {
      code,
      ...rest,
      postalCode: postal_code,
      handlingMinor: handling_minor,
      capacityPerDay: capacity_per_day,
      cutOff: cut_off,
    };
    await putLocation(db, location);
    response.json(locationView(location));
  });
  return router;
}
