import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import { ACTION_SCHEMAS } from '../contracts/actions.ts';
import { CallPage, ListCalls } from '../contracts/calls.ts';
import {
  AdjustStock,
  ListInventory,
  ListLocations,
  ListMovements,
  ListProducts,
  PutLocation,
  PutProduct,
  PutThresholds,
} from '../contracts/catalogue.ts';
import { DeliveryInstructions } from '../contracts/delivery-instructions.ts';
import { AdjustedStock, ImportedStock, ImportStock } from '../contracts/inventory.ts';
import { OrderPage, OrderView } from '../contracts/order-view.ts';
import { ListOrders, PlaceOrder } from '../contracts/orders.ts';
import { ActionPreview } from '../contracts/proposals.ts';
import { PutPolicy } from '../contracts/stores.ts';
import { ACTION_NAMES, ACTIONS } from '../domain/transitions.ts';
import { DESK_PATHS } from './openapi-desk.ts';
import { EXCEPTION_PATHS } from './openapi-exceptions.ts';
import { ANY, ANY_BODY, IdempotencyKey, json, OptionalKey, ok, problems } from './openapi-parts.ts';
import { PEOPLE_PATHS } from './openapi-people.ts';
import { PROPOSAL_PATHS } from './openapi-proposals.ts';

/** The API's description, made of the very schemas that check requests and of the transition table. */

const ActingFor = {
  'X-Acting-For': z
    .literal('customer')
    .optional()
    .meta({ description: 'Speak for the buyer; needs the scope customers:act. Not for keys of sellers and agents' }),
};
const Number_ = z.object({ number: z.string().meta({ example: 'ORD-7K3M9QX2RT' }) });

function actionPaths() {
  return Object.fromEntries(
    ACTION_NAMES.flatMap((action) => {
      const { doc, roles, available, moves } = ACTIONS[action];
      const schema =
        action in ACTION_SCHEMAS
          ? ACTION_SCHEMAS[action as keyof typeof ACTION_SCHEMAS]
          : z.object({ expected_version: z.int().optional() });
      const description = `Roles: ${roles.join(', ')}. From: ${Object.entries(moves)
        .map(([from, to]) => `${from} → ${to === 'same' ? from : to}`)
        .join(', ')}.`;
      const path = `/v1/orders/{number}/actions/${action}`;
      const act = {
        operationId: action,
        tags: ['Actions'],
        summary: available ? doc : `${doc} (not yet available)`,
        description,
        requestParams: { path: Number_, header: OptionalKey.extend(ActingFor) },
        requestBody: json(schema),
        responses: { ...ok('The order as it is now', OrderView), ...problems(...ANY_BODY, 404, 409) },
      };
      const preview = {
        operationId: `preview_${action}`,
        tags: ['Previews'],
        summary: `What this action would change: ${action}`,
        requestParams: { path: Number_ },
        requestBody: json(schema),
        responses: { ...ok('What would change; nothing is done', ActionPreview), ...problems(...ANY_BODY, 404, 409) },
      };
      return [[path, { post: act }] as const, ...(available ? [[`${path}/preview`, { post: preview }] as const] : [])];
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
const write = (method: 'post' | 'put', tag: string, summary: string, body: z.ZodType, path?: z.ZodObject) => ({
  [method]: {
    tags: [tag],
    summary,
    requestParams: path === undefined ? {} : { path },
    requestBody: json(body),
    responses: { ...ok(summary), ...problems(...ANY_BODY, 404, 409) },
  },
});

const text = (name: string) => z.object({ [name]: z.string() });
const State = z.object({ status: z.string(), checks: z.record(z.string(), z.string()).optional() });
const Received = z.object({ received: z.literal(true), duplicate: z.boolean() });
const hook = (vendor: string, how: string, requestParams: { header?: z.ZodObject; query?: z.ZodObject }) => ({
  post: {
    tags: ['Webhooks'],
    summary: `An event of ${vendor}: ${how}; kept once, answered when it is written down`,
    security: [],
    requestParams,
    requestBody: json(z.record(z.string(), z.unknown())),
    responses: { ...ok('The event is kept', Received), ...problems(400, 401, 413, 429, 503) },
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
    security: [{ apiKey: [] }, { buyersLink: [] }, { session: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'A program: Authorization: Bearer dok_…' },
        buyersLink: {
          type: 'http',
          scheme: 'bearer',
          description: 'The buyer of one order: Authorization: Bearer dol_…',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'durable-orders.session_token',
          description:
            'Somebody who has signed in at /auth; `__Secure-` before the name where PUBLIC_URL is https. Changes must come from our own pages.',
        },
      },
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
      '/v1/orders/{number}/delivery-instructions': {
        get: {
          operationId: 'deliveryInstructions',
          tags: ['Orders'],
          summary: 'The codes and notes that the buyer got with what was delivered; needs the scope orders:codes',
          requestParams: { path: Number_, header: z.object(ActingFor) },
          responses: { ...ok('Codes and notes, the first ones first', DeliveryInstructions), ...problems(...ANY, 404) },
        },
      },
      ...actionPaths(),
      ...DESK_PATHS,
      ...EXCEPTION_PATHS,
      ...PROPOSAL_PATHS,
      ...PEOPLE_PATHS,
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
      '/v1/products': read('Catalogue', 'Products by SKU', ListProducts),
      '/v1/products/{sku}': {
        ...read('Catalogue', 'One product', undefined, text('sku')),
        ...write('put', 'Catalogue', 'Make or change a product', PutProduct, text('sku')),
      },
      '/v1/locations': read('Catalogue', 'Locations by code', ListLocations),
      '/v1/locations/{code}': {
        ...read('Catalogue', 'One location', undefined, text('code')),
        ...write('put', 'Catalogue', 'Make or change a location', PutLocation, text('code')),
      },
      '/v1/inventory': read('Inventory', 'Stock by SKU and location', ListInventory),
      '/v1/inventory/alerts': read('Inventory', 'Levels that fell to their reorder point and are not refilled'),
      '/v1/inventory/adjustments': {
        post: {
          operationId: 'adjustStock',
          tags: ['Inventory'],
          summary: 'Receive or correct stock',
          requestParams: { header: OptionalKey },
          requestBody: json(AdjustStock),
          responses: {
            '201': { description: 'What is there now', ...json(AdjustedStock) },
            ...problems(...ANY_BODY),
          },
        },
      },
      '/v1/inventory/import': {
        post: {
          operationId: 'importStock',
          tags: ['Inventory'],
          summary: 'Check a CSV file of counts or movements, or apply it: as a whole or not at all',
          requestParams: { header: OptionalKey },
          requestBody: json(ImportStock),
          responses: {
            ...ok('What it makes of each level, and what is wrong', ImportedStock),
            ...problems(...ANY_BODY),
          },
        },
      },
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
