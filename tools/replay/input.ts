import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** What a replay is given, one JSON object a line. Fields it does not name are passed on or left alone. */

const Happened = z.looseObject({
  status: z.string(),
  approved: z.string().nullish(),
  with_carrier: z.string().nullish(),
});
export type Happened = z.infer<typeof Happened>;

/** The parts of a request that the replay itself reads; the API judges the rest. */
const Request = z.looseObject({
  currency: z.string(),
  total: z.string(),
  shipping_address: z.looseObject({ country: z.string() }),
  payment: z.looseObject({ method: z.string() }),
  items: z.array(
    z.looseObject({ sku: z.string(), seller: z.string().optional(), quantity: z.number(), unit_price: z.string() }),
  ),
});
export type Request = z.infer<typeof Request>;

const ReplayOrder = z.looseObject({ request: Request, happened: Happened });
export type ReplayOrder = z.infer<typeof ReplayOrder>;

const SoldProduct = z.looseObject({
  sku: z.string(),
  name: z.string(),
  kind: z.enum(['physical', 'digital', 'service']).default('physical'),
  price: z.string(),
  currency: z.string(),
  units_sold: z.number().default(0),
  weight_g: z.number().default(0),
  length_cm: z.number().default(0),
  width_cm: z.number().default(0),
  height_cm: z.number().default(0),
});
export type SoldProduct = z.infer<typeof SoldProduct>;

const Seller = z.looseObject({
  seller: z.string(),
  city: z.string(),
  region: z.string().default(''),
  postal_code: z.string(),
});
export type Seller = z.infer<typeof Seller>;

export interface ReplayInput {
  readonly orders: readonly ReplayOrder[];
  readonly products: readonly SoldProduct[];
  readonly sellers: readonly Seller[];
}

/** Reads a file of JSON lines; throws with the file, the line and the field when one is not what it must be. */
async function readLines<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`${file} cannot be read: ${error.message}`);
  });
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
      throw new Error(`${file}:${index + 1} is not usable: ${why}`);
    }
  });
}

/** Reads the file named, or the one of this name beside the orders; none at all is fine. */
async function readBeside<Row>(
  given: string | undefined,
  ordersFile: string,
  name: string,
  schema: z.ZodType<Row>,
): Promise<Row[]> {
  if (given !== undefined) return readLines(given, schema);
  const beside = join(dirname(ordersFile), name);
  const exists = await readFile(beside).then(
    () => true,
    () => false,
  );
  return exists ? readLines(beside, schema) : [];
}

export async function readInput(
  ordersFile: string,
  given: { readonly products?: string | undefined; readonly sellers?: string | undefined } = {},
): Promise<ReplayInput> {
  const orders = await readLines(ordersFile, ReplayOrder);
  if (orders.length === 0) throw new Error(`${ordersFile} has no orders.`);
  return {
    orders,
    products: await readBeside(given.products, ordersFile, 'products.jsonl', SoldProduct),
    sellers: await readBeside(given.sellers, ordersFile, 'sellers.jsonl', Seller),
  };
}
