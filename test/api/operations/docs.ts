import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Express } from 'express';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../../src/api/server.ts';
import { createLog } from '../../../src/log.ts';
import { orderRequest, place, untilOrder } from '../../setup/system.ts';
import { send } from '../answers.ts';
import { system } from '../whole-system.ts';

type Operation = {
  summary: string;
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  security?: unknown[];
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };

let document: Document;
beforeAll(async () => {
  document = (await send(`${system.url}/openapi.json`, 'GET', {})).body as Document;
});

const operations = (): [method: string, path: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );

const NAMES = { number: 'ORD-0000000000', id: 'ORD-0000000000%2Fx1', sku: 'MUG', code: 'WEST', location: 'WEST' };
/** Of the stream only what it says at once is waited for. */
const at = (path: string): string =>
  `${path.replace(/\{(\w+)\}/g, (_, name: string) => NAMES[name as keyof typeof NAMES] ?? 'missing')}${path === '/v1/stream' ? '?once=true' : ''}`;

/** Every route of the application: its method, and its path below wherever its router is mounted. */
function routesOf(app: Express): [method: string, path: string | RegExp][] {
  type Layer = {
    route?: { path: string | RegExp; methods: Record<string, boolean> };
    handle: { stack?: Layer[] };
  };
  const walk = (layers: readonly Layer[]): [string, string | RegExp][] =>
    layers.flatMap(({ route, handle }) => {
      if (route === undefined) return walk(handle.stack ?? []);
      return Object.keys(route.methods).map((method): [string, string | RegExp] => [method, route.path]);
    });
  return walk((app as unknown as { router: { stack: Layer[] } }).router.stack);
}

/** The document as one JSON Schema, so that its parts can be referred to. */
function validator() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...document });
  const escape = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return (...pointer: string[]) => ajv.compile({ $ref: `api#/${pointer.map(escape).join('/')}` });
}

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 whose schemas can all be compiled', () => {
    expect(document.openapi).toBe('3.1.0');
    const compile = validator();
    let compiled = 0;
    for (const [method, path, { requestBody, responses, parameters = [] }] of operations()) {
      for (const type of Object.keys(requestBody?.content ?? {})) {
        compile('paths', path, method, 'requestBody', 'content', type, 'schema');
        compiled += 1;
      }
      for (const [status, { content, description }] of Object.entries(responses)) {
        expect(description, `${method} ${path} ${status}`).not.toBe('');
        for (const type of Object.keys(content ?? {})) {
          compile('paths', path, method, 'responses', status, 'content', type, 'schema');
          compiled += 1;
        }
      }
      const inPath = parameters.filter((one) => one.in === 'path').map((one) => one.name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
    expect(compiled).toBeGreaterThan(200);
  }, 120_000); // hundreds of schemas are compiled, each with all it refers to

  test('names every route of the application', () => {
    const { config, database } = system;
    const log = createLog('test', 'silent');
    const routes = routesOf(createServer({ config, database, temporal: system.temporal.client, log }));
    const known = operations().map(([method, path]) => `${method} ${path}`);
    expect(routes.length).toBeGreaterThan(20);
    const leaf = (path: string): string => (path === '/' ? '' : path.replace(/:(\w+)/g, '{$1}'));
    const undocumented = routes.filter(([method, path]) => {
      if (path === '/openapi.json') return false;
      // The one pattern: exceptions, whose ids hold a slash.
      if (path instanceof RegExp) return !known.some((one) => one.startsWith(`${method} /v1/exceptions/{id}`));
      if (path.includes(':action')) return !known.includes(`${method} /v1/orders/{number}/actions/cancel`);
      return !known.some((one) => one.startsWith(`${method} `) && one.endsWith(leaf(path)));
    });
    expect(undocumented).toEqual([]);
  });

  test('names nothing that is not there', async () => {
    for (const [method, path] of operations()) {
      const { body, status } = await system.call(method.toUpperCase(), at(path), method === 'get' ? {} : { body: {} });
      const nothing = status === 404 && body.code === 'not_found' && body.detail === undefined;
      expect(nothing, `${method} ${path} answered ${JSON.stringify(body)}`).toBe(false);
    }
  });

  test('says which routes need no key, and no other works without one', async () => {
    for (const [method, path, { security }] of operations()) {
      const answer = await send(system.url + at(path), method.toUpperCase(), {});
      if (security === undefined) expect(answer.status, `${method} ${path}`).toBe(401);
      else expect(security).toEqual([]);
      expect(security === undefined, `${method} ${path}`).toBe(path.startsWith('/v1/'));
    }
  });

  test('describes the answers as they are', async () => {
    const compile = validator();
    const holds = (
      answer: { status: number; body: unknown },
      method: string,
      path: string,
      type = 'application/json',
    ) => {
      const valid = compile('paths', path, method, 'responses', String(answer.status), 'content', type, 'schema');
      expect(valid(answer.body) ? null : valid.errors, `${method} ${path}`).toBeNull();
    };
    const idempotencyKey = 'docs-1';
    const placed = await system.call('POST', '/v1/orders', { body: orderRequest(), idempotencyKey });
    holds(placed, 'post', '/v1/orders');
    const { number } = placed.body;
    await untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled');
    holds(await system.call('GET', `/v1/orders/${number}`), 'get', '/v1/orders/{number}');
    holds(await system.call('GET', '/v1/orders'), 'get', '/v1/orders');
    const note = await system.call('POST', `/v1/orders/${number}/actions/add_note`, { body: { note: 'x' } });
    holds(note, 'post', '/v1/orders/{number}/actions/add_note');
    holds(await send(`${system.url}/readyz`, 'GET', {}), 'get', '/readyz');
    const problem = 'application/problem+json';
    holds(await system.call('POST', '/v1/orders', { body: {}, idempotencyKey }), 'post', '/v1/orders', problem);
    const conflict = await system.call('POST', `/v1/orders/${number}/actions/complete`, { body: {} });
    holds(conflict, 'post', '/v1/orders/{number}/actions/complete', problem);
    holds(await send(`${system.url}/v1/orders`, 'GET', {}), 'get', '/v1/orders', problem);
  });

  test('describes requests that are accepted, and refuses what the API refuses', async () => {
    const valid = validator()('paths', '/v1/orders', 'post', 'requestBody', 'content', 'application/json', 'schema');
    expect(valid(orderRequest())).toBe(true);
    expect(valid({ store: 'main', ...orderRequest({ payment: { method: 'cod' } }) })).toBe(true);
    for (const wrong of [{ coupon: 'X' }, { currency: 'usd' }, { items: [] }, { total: 20 }, { payment: {} }]) {
      expect(valid(orderRequest(wrong)), JSON.stringify(wrong)).toBe(false);
    }
    expect(await place(system)).toMatch(/^ORD-/);
  });
});

describe('/docs', () => {
  test('shows the description, and takes everything it needs from here', async () => {
    const page = await send(`${system.url}/docs/`, 'GET', {});
    expect(page.status).toBe(200);
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toContain("default-src 'self'");
    expect(csp).toContain("script-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link, 'a link to another host').not.toMatch(/^(https?:)?\/\//);
      expect((await send(new URL(link, `${system.url}/docs/`).href, 'GET', {})).status, link).toBe(200);
    }
    const script = await send(`${system.url}/docs/swagger-ui-init.js`, 'GET', {});
    expect(script.text).toContain('"placeOrder"');
    expect(script.text).not.toMatch(/validator\.swagger\.io|https:\/\/(?!durable-orders\.example)\w/);
  });
});
