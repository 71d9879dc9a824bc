import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { ACTION_SCHEMAS } from '../contracts/actions.ts';
import {
  AdjustStock,
  ListCatalogue,
  ListInventory,
  PutLocation,
  PutProduct,
  PutThresholds,
} from '../contracts/catalogue.ts';
import { OrderPage, OrderView, Problem } from '../contracts/order-view.ts';
import { ListOrders, PlaceOrder } from '../contracts/orders.ts';
import { ACTION_NAMES, ACTIONS } from '../domain/transitions.ts';

/** The API's description, made of the very schemas that check requests and of the transition table. */

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});
const problems = (...codes: readonly (keyof typeof PROBLEMS)[]) =>
  Object.fromEntries(codes.map((code) => [code, problem(PROBLEMS[code])]));
const PROBLEMS = {
  400: 'The request cannot be read',
  401: 'No valid API key',
  403: 'The role or scope does not allow it',
  404: 'There is no such thing',
  409: 'The order has moved on or does not allow it; the answer names its version and allowed actions',
  422: 'Fields are wrong; each is named',
  429: 'Too many requests',
  503: 'The engine, the database or the gateway is away; nothing is half-done, ask again with the same Idempotency-Key',
} as const;

const IdempotencyKey = z.object({ 'Idempotency-Key': z.string().max(255) });
const OptionalKey = IdempotencyKey.partial();
const Number_ = z.object({ number: z.string().meta({ example: 'ORD-7K3M9QX2RT' }) });
const ok = (description: string, schema: z.ZodType = z.record(z.string(), z.unknown())) => ({
  '200': { description, ...json(schema) },
});

function actionPaths() {
  return Object.fromEntries(
    ACTION_NAMES.map((action) => {
      const { doc, roles, available, moves } = ACTIONS[action];
      const schema =
        action in ACTION_SCHEMAS
          ? ACTION_SCHEMAS[action as keyof typeof ACTION_SCHEMAS]
          : z.object({ expected_version: z.int().optional() });
      const description = `Roles: ${roles.join(', ')}. From: ${Object.entries(moves)
        .map(([from, to]) => `${from} → ${to === 'same' ? from : to}`)
        .join(', ')}.`;
      return [
        `/v1/orders/{number}/actions/${action}`,
        {
          post: {
            operationId: action,
            tags: ['Actions'],
            summary: available ? doc : `${doc} (not yet available)`,
            description,
            requestParams: { path: Number_, header: OptionalKey },
            requestBody: json(schema),
            responses: { ...ok('The order as it is now', OrderView), ...problems(401, 403, 404, 409, 422, 503) },
          },
        },
      ];
    }),
  );
}

const read = (tag: string, summary: string, query?: z.ZodObject, path?: z.ZodObject) => ({
  get: {
    tags: [tag],
    summary,
    requestParams: { ...(query === undefined ? {} : { query }), ...(path === undefined ? {} : { path }) },
    responses: { ...ok(summary), ...problems(401, 403, 404, 422) },
  },
});
const write = (
  method: 'post' | 'put',
  tag: string,
  summary: string,
  body: z.ZodType,
  path?: z.ZodObject,
  status = '200',
) => ({
  [method]: {
    tags: [tag],
    summary,
    requestParams: path === undefined ? {} : { path },
    requestBody: json(body),
    responses: {
      [status]: { description: summary, ...json(z.record(z.string(), z.unknown())) },
      ...problems(401, 403, 404, 409, 422),
    },
  },
});

const text = (name: string) => z.object({ [name]: z.string() });

export function openApiDocument(publicUrl: URL) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'durable-orders',
      version: '1',
      description:
        'Orders that are never lost, oversold or paid twice. Amounts are strings of major units beside a currency; errors are RFC 9457 problems.',
    },
    servers: [{ url: publicUrl.origin }],
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer dok_…' } },
    },
    paths: {
      '/v1/orders': {
        post: {
          operationId: 'placeOrder',
          tags: ['Orders'],
          summary: 'Place an order',
          requestParams: { header: IdempotencyKey },
          requestBody: json(PlaceOrder),
          responses: {
            '201': { description: 'The recorded order', ...json(OrderView) },
            ...problems(400, 401, 403, 422, 429, 503),
          },
        },
        get: {
          operationId: 'listOrders',
          tags: ['Orders'],
          summary: 'List, filter and search orders',
          requestParams: { query: ListOrders },
          responses: { ...ok('A page of orders', OrderPage), ...problems(401, 403, 422) },
        },
      },
      '/v1/orders/{number}': {
        get: {
          operationId: 'getOrder',
          tags: ['Orders'],
          summary: 'One order with lines, payments, fulfilments, timeline and allowed actions',
          requestParams: { path: Number_ },
          responses: { ...ok('The order', OrderView), ...problems(401, 403, 404) },
        },
      },
      ...actionPaths(),
      '/v1/exceptions': read(
        'Exceptions',
        'What waits for a person, oldest first',
        z.object({
          status: z.string().optional(),
          kind: z.string().optional(),
          cursor: z.string().optional(),
          limit: z.int().optional(),
        }),
      ),
      '/v1/exceptions/{id}': read('Exceptions', 'One exception', undefined, text('id')),
      '/v1/exceptions/{id}/claim': write(
        'post',
        'Exceptions',
        'Take an exception for some minutes',
        z.object({ minutes: z.int().optional() }),
        text('id'),
      ),
      '/v1/exceptions/{id}/resolve': write(
        'post',
        'Exceptions',
        'Decide an exception by one of its allowed resolutions',
        ACTION_SCHEMAS.resolve_exception.omit({ exception: true }),
        text('id'),
      ),
      '/v1/products': read('Catalogue', 'Products by SKU', ListCatalogue),
      '/v1/products/{sku}': {
        ...read('Catalogue', 'One product', undefined, text('sku')),
        ...write('put', 'Catalogue', 'Make or change a product', PutProduct, text('sku')),
      },
      '/v1/locations': read('Catalogue', 'Locations by code', ListCatalogue),
      '/v1/locations/{code}': {
        ...read('Catalogue', 'One location', undefined, text('code')),
        ...write('put', 'Catalogue', 'Make or change a location', PutLocation, text('code')),
      },
      '/v1/inventory': read('Inventory', 'Stock by SKU and location', ListInventory),
      '/v1/inventory/alerts': read('Inventory', 'Levels that fell to their reorder point and are not refilled'),
      '/v1/inventory/adjustments': write(
        'post',
        'Inventory',
        'Receive or correct stock',
        AdjustStock,
        undefined,
        '201',
      ),
      '/v1/inventory/{sku}/{location}': write(
        'put',
        'Inventory',
        'Set safety stock and reorder point',
        PutThresholds,
        z.object({ sku: z.string(), location: z.string() }),
      ),
      '/v1/inventory/{sku}/movements': read(
        'Inventory',
        'The movements of a SKU, newest first',
        undefined,
        text('sku'),
      ),
    },
  });
}
