import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../src/api/openapi.ts';
import { AUTH_ROUTES } from '../../../src/api/people/auth-routes.ts';
import { place, untilOrder } from '../../setup/system.ts';
import { prepared } from '../agents/preparing.ts';
import { fieldsOf, problemOf, send } from '../answers.ts';
import { personWith } from '../people/browser.ts';
import { system } from '../whole-system.ts';

/** Every door that takes a body, by the document of the API, and what it says to bodies that no honest client sends. */

type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, object>>;
  readonly additionalProperties?: unknown;
};
type Operation = { readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> } };
type Door = { readonly method: string; readonly path: string; readonly schema: Schema };

const document = openApiDocument(new URL('https://orders.shop.example'));
const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : ((document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema);

/** Those of vendors are verified by their bytes before anything is read: doors/webhooks.ts shows what they refuse. */
const DOORS = Object.entries(document.paths ?? {})
  .filter(([path]) => !path.startsWith('/webhooks/'))
  .flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, Operation>).flatMap(([method, { requestBody }]): Door[] => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema === undefined ? [] : [{ method: method.toUpperCase(), path, schema: resolved(schema) }];
    }),
  );
const named = (doors: readonly Door[]) => doors.map((door) => [`${door.method} ${door.path}`, door] as const);
const STRICT = DOORS.filter(({ schema }) => schema.additionalProperties === false);

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'api', ...document });
const accepts = (property: object) => ajv.compile(JSON.parse(JSON.stringify(property).replaceAll('"#/', '"api#/')));

/** Each field with something that it cannot be; one that takes anything is left out. */
function wronglyTyped({ properties = {} }: Schema): Record<string, unknown> {
  const wrong = Object.entries(properties).flatMap(([name, property]) => {
    const fits = accepts(property);
    const value = [17.5, true, [], {}].find((one) => !fits(one));
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(wrong);
}

/** What the paths name is there, so that a door does not refuse for want of it; identities by the list they belong to. */
const names: Record<string, string> = { sku: 'MUG', code: 'main', location: 'WEST' };
const ids: Record<string, string> = {};
let person: Record<string, string>;
beforeAll(async () => {
  const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
  const order = await untilOrder(system, number, ({ exceptions }) => exceptions.length === 1);
  const view = await system.call('POST', '/v1/views', { body: { name: 'Any', list: 'orders', filters: {} } });
  const note = { action: 'add_note', fields: { note: 'x' }, reason: 'The buyer wrote.' };
  names['number'] = number;
  ids['exceptions'] = encodeURIComponent(order.exceptions[0]?.id ?? '');
  ids['views'] = view.body.id;
  ids['proposals'] = (await prepared(number, note)).id;
  person = await personWith(system, { role: 'owner', scopes: ['*'] });
});

const addressOf = (path: string): string =>
  path
    .replace('{id}', ids[path.split('/')[2] ?? ''] ?? 'missing')
    .replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'missing');

let keys = 0;
/** A prepared action is confirmed by a person only; all else is done with a key. */
const known = (path: string): Record<string, string> =>
  path === '/v1/proposals/{id}/confirm' ? person : { authorization: `Bearer ${system.key}` };
const knock = ({ method, path }: Door, body: string, type = 'application/json') =>
  send(
    system.url + addressOf(path),
    method,
    { ...known(path), 'idempotency-key': `every-body-${(keys += 1)}`, 'content-type': type },
    body,
  );

test('all ways to sign in are among the doors, and only an action that is not built yet takes unknown fields', () => {
  const paths = DOORS.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(AUTH_ROUTES.map(({ path }) => `/auth${path}`)));
  expect(paths.length).toBeGreaterThan(90);
  expect(DOORS.filter((door) => !STRICT.includes(door)).map(({ path }) => path)).toEqual([
    '/v1/orders/{number}/actions/retry_delivery',
  ]);
});

describe('a body is refused', () => {
  test.each(named(DOORS))('when it is too large, cut off, or no JSON object: %s', async (_, door) => {
    problemOf(await knock(door, JSON.stringify({ x: 'x'.repeat(300_000) })), 413, 'payload_too_large');
    problemOf(await knock(door, '{"a":'), 400, 'bad_request');
    problemOf(await knock(door, '"text"'), 400, 'bad_request');
    problemOf(await knock(door, '{}', 'text/plain'), 415, 'unsupported_media_type');
    problemOf(await knock(door, 'a=1', 'application/x-www-form-urlencoded'), 415, 'unsupported_media_type');
    expect(Object.keys(fieldsOf(await knock(door, '[]')))).toEqual(['body']);
  });

  test.each(named(DOORS))('by each field that is of another type: %s', async (_, door) => {
    const wrong = wronglyTyped(door.schema);
    if (Object.keys(wrong).length === 0) return;
    const refused = Object.keys(fieldsOf(await knock(door, JSON.stringify(wrong))));
    expect(refused.map((field) => field.split(/[.[]/)[0])).toEqual(expect.arrayContaining(Object.keys(wrong)));
  });

  test.each(named(STRICT))('by a field that nobody knows: %s', async (_, door) => {
    expect(Object.keys(fieldsOf(await knock(door, '{"no_such_field":1}')))).toContain('no_such_field');
  });
});
