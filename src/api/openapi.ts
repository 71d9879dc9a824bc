import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { ACTION_SCHEMAS } from '../contracts/actions.ts';
import { CallPage, ListCalls } from '../contracts/calls.ts';
import {
  AdjustStock,
  ListCatalogue,
  ListInventory,
  ListMovements,
  PutLocation,
  PutProduct,
  PutThresholds,
} from '../contracts/catalogue.ts';
import { ClaimException, ListExceptions, ResolveException } from '../contracts/exceptions.ts';
import { OrderPage, OrderView, Problem } from '../contracts/order-view.ts';
import { ListOrders, PlaceOrder } from '../contracts/orders.ts';
import { PutPolicy } from '../contracts/stores.ts';
import { ACTION_NAMES, ACTIONS } from '../domain/transitions.ts';

/** The API's description, made of the very schemas that check requests and of the transition table. */

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});
const problems = (...codes: readonly (keyof typeof PROBLEMS)[]) =>
  Object.fromEntries(codes.map((code) => [code, problem(PROBLEMS[code])]));
/** What every route with a key may answer, and every one that takes a body. */
const ANY = [401, 403, 429, 503] as const;
const ANY_BODY = [...ANY, 400, 413, 415, 422] as const;
const PROBLEMS = {
  400: 'The request cannot be read',
  401: 'No valid API key',
  403: 'The role or scope does not allow it',
  404: 'There is no such thing',
  409: 'The order has moved on or does not allow it; the answer names its version and allowed actions',
  413: 'The body is too large',
  415: 'The body is not application/json',
  422: 'Fields are wrong; each is named',
  429: 'Too many requests',
  503: 'The engine, the database or the gateway is away; nothing is half-done, ask again with the same Idempotency-Key',
} as const;

const IdempotencyKey = z.object({ 'Idempotency-Key': z.string().max(255) });
const OptionalKey = IdempotencyKey.partial();
const ActingFor = {
  'X-Acting-For': z
    .literal('customer')
    .optional()
    .meta({ description: 'Speak for the buyer; needs the scope customers:act' }),
};
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
            requestParams: { path: Number_, header: OptionalKey.extend(ActingFor) },
            requestBody: json(schema),
            responses: { ...ok('The order as it is now', OrderView), ...problems(...ANY_BODY, 404, 409) },
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
    responses: { ...ok(summary), ...problems(...ANY, 404, 422) },
  },
});
const write = (
  method: 'post' | 'put',
  tag: string,
  summary: string,
  body: z.ZodType,
  path?: z.ZodObject,
  status = '200',
  header?: z.ZodObject,
) => ({
  [method]: {
    tags: [tag],
    summary,
    requestParams: { ...(path === undefined ? {} : { path }), ...(header === undefined ? {} : { header }) },
    requestBody: json(body),
    responses: {
      [status]: { description: summary, ...json(z.record(z.string(), z.unknown())) },
      ...problems(...ANY_BODY, 404, 409),
    },
  },
});

const text = (name: string) => z.object({ [name]: z.string() });
const ExceptionId = z.object({
  id: z.string().meta({ example: 'ORD-7K3M9QX2RT/x4', description: 'Its slash may be written as it is or as %2F' }),
});

const State = z.object({ status: z.string(), checks: z.record(z.string(), z.string()).optional() });
const Received = z.object({ received: z.literal(true), duplicate: z.boolean() });
const hook = (vendor: string, how: string, requestParams: { header?: z.ZodObject; query?: z.ZodObject }) => ({
  post: {
    tags: ['Webhooks'],
    summary: `An event of ${vendor}: ${how}; kept once, answered when it is written down`,
    security: [],
    requestParams,
    requestBody: json(z.record(z.string(), z.unknown())),
    responses: { ...ok('The event is kept', Received), ...problems(400, 401, 413, 503) },
  },
});

/** What needs no API key: events of partners, and what watches over the process. */
const OPERATIONS = {
  '/webhooks/stripe': hook('Stripe', 'signed', { header: z.object({ 'Stripe-Signature': z.string() }) }),
  '/webhooks/shippo': hook('Shippo', 'with its token, and signed where a secret is configured', {
    query: text('token'),
    header: z.object({ 'Shippo-Auth-Signature': z.string().optional() }),
  }),
  '/healthz': {
    get: { tags: ['Operations'], summary: 'This process runs', security: [], responses: ok('It runs', State) },
  },
  '/readyz': {
    get: {
      tags: ['Operations'],
      summary: 'This process can do its work now; names the part that cannot',
      security: [],
      responses: { ...ok('Ready', State), '503': { description: 'Not ready, or stopping', ...json(State) } },
    },
  },
  '/metrics': {
    get: {
      tags: ['Operations'],
      summary: 'Metrics in the text format of Prometheus',
      security: [],
      responses: { '200': { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } } },
    },
  },
};

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
          requestParams: { header: IdempotencyKey.extend(ActingFor) },
          requestBody: json(PlaceOrder),
          responses: {
            '201': { description: 'The recorded order', ...json(OrderView) },
            ...problems(...ANY_BODY),
          },
        },
        get: {
          operationId: 'listOrders',
          tags: ['Orders'],
          summary: 'List, filter and search orders',
          requestParams: { query: ListOrders },
          responses: { ...ok('A page of orders', OrderPage), ...problems(...ANY, 422) },
        },
      },
      '/v1/orders/{number}': {
        get: {
          operationId: 'getOrder',
          tags: ['Orders'],
          summary: 'One order with lines, payments, fulfilments, timeline and allowed actions',
          requestParams: { path: Number_, header: z.object(ActingFor) },
          responses: { ...ok('The order', OrderView), ...problems(...ANY, 404) },
        },
      },
      ...actionPaths(),
      '/v1/exceptions': read('Exceptions', 'What waits for a person, oldest first', ListExceptions),
      '/v1/exceptions/{id}': read('Exceptions', 'One exception', undefined, ExceptionId),
      '/v1/exceptions/{id}/claim': write(
        'post',
        'Exceptions',
        'Take an exception for some minutes',
        ClaimException,
        ExceptionId,
      ),
      '/v1/exceptions/{id}/resolve': write(
        'post',
        'Exceptions',
        'Decide an exception by one of its allowed resolutions',
        ResolveException,
        ExceptionId,
        '200',
        OptionalKey,
      ),
      '/v1/calls': {
        get: {
          operationId: 'calls',
          tags: ['Calls'],
          summary: 'Who is to be called next to confirm their order, the call that is due first at the head',
          requestParams: { query: ListCalls },
          responses: { ...ok('One page of calls', CallPage), ...problems(...ANY, 422) },
        },
      },
      '/v1/stores': read('Stores', 'All stores, with their policies'),
      '/v1/stores/{code}': read('Stores', 'One store, with its policy', undefined, text('code')),
      '/v1/stores/{code}/policy': write(
        'put',
        'Stores',
        'Change the policy, from the version that was read to the next',
        PutPolicy,
        text('code'),
      ),
      '/v1/stores/{code}/policy/history': read(
        'Stores',
        'Every version of the policy, the newest first',
        undefined,
        text('code'),
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
        ListMovements,
        text('sku'),
      ),
      ...OPERATIONS,
    },
  });
}
