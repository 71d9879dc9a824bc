import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { OrderView } from '../../../src/contracts/order-view.ts';
import { stockDrift } from '../../../src/db/stock.ts';
import { ACTION_NAMES } from '../../../src/domain/transitions.ts';
import { orderRequest, place as placeOrder } from '../../setup/system.ts';
import { problemOf } from '../answers.ts';
import { system } from '../whole-system.ts';

/** Orders as a broken checkout sends them: a valid one in which some places hold anything at all. */

afterAll(async () => {
  expect(await stockDrift(system.database.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const base = (): Json => ({
  ...orderRequest({ payment: { method: 'bank_transfer' } }),
  store: 'main',
  discount: '0.00',
  billing_address: { ...orderRequest().shipping_address },
  items: [
    { sku: 'MUG', quantity: 1, unit_price: '15.00', custom_fields: { text: 'hello' } },
    { sku: 'TEE', quantity: 2, unit_price: '29.99' },
  ],
  total: '79.98',
});

/** The paths of all values inside a value. */
function pathsOf(value: Json, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))];
}
const PATHS = pathsOf(base()).filter((path) => path.length > 0);

/** Strings that have broken parsers before, and any others. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 3000 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '\ufeff',
    '__proto__',
    'NaN',
    '1e5',
    '-0',
    '1.000',
  ),
  fc.constantFrom(
    '0',
    '00.00',
    '999999999999.9999',
    '15',
    '15.000',
    '٣',
    'USD',
    'JPY',
    'KWD',
    'MUG',
    'GAME',
    'RARE',
    'main',
  ),
  fc.constantFrom("'; drop table orders; --", '{{7*7}}', '<script>', '%00', '\r\nBcc: x@example.com', 'a@b.example'),
);
const anything: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53),
  ),
  fc.constantFrom<Json>(null, true, false, [], {}, [[]], [null], { __proto__: null }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);

type Mutation =
  | { readonly do: 'set' | 'add'; readonly path: string[]; readonly value: Json }
  | { readonly do: 'remove' | 'double'; readonly path: string[] };
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('set' as const), path: fc.constantFrom(...PATHS), value: anything }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('add' as const), path: fc.constantFrom(...PATHS), value: anything }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path: fc.constantFrom(...PATHS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double' as const), path: fc.constantFrom(...PATHS) }) },
);

function mutate(body: Json, { path, ...change }: Mutation): void {
  let holder = body as Record<string, Json>;
  for (const name of path.slice(0, -1)) {
    const inner = holder[name];
    if (typeof inner !== 'object' || inner === null) return;
    holder = inner as Record<string, Json>;
  }
  const name = path.at(-1) ?? '';
  if (change.do === 'remove') delete holder[name];
  else if (change.do === 'set') holder[name] = change.value;
  else if (change.do === 'add') holder[`${name}x`] = change.value;
  else if (Array.isArray(holder[name])) holder[name] = [...holder[name], ...structuredClone(holder[name])];
}

let keys = 0;
const place = (body: unknown) =>
  system.call('POST', '/v1/orders', { body: JSON.stringify(body), idempotencyKey: `fuzz-${(keys += 1)}` });

const RUNS = 250;
/** The same orders each time, so that a failure stays one; other seeds look for new ones. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

test('an order with anything in it is placed or refused by field, and never breaks the API', {
  timeout: 60_000,
}, async () => {
  const counts = { placed: 0, refused: 0 };
  const property = fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
    const body = base();
    for (const one of mutations) mutate(body, one);
    const answer = await place(body);
    if (answer.status === 201) {
      OrderView.strict().parse(answer.body);
      counts.placed += 1;
      return;
    }
    const problem = problemOf(answer, 422, 'invalid_fields');
    expect(problem.errors?.length).toBeGreaterThan(0);
    for (const { field, message } of problem.errors ?? []) {
      expect(field).not.toBe('');
      expect(message).not.toBe('');
    }
    counts.refused += 1;
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: 45_000 });
  expect(counts.placed).toBeGreaterThan(5);
  expect(counts.refused).toBeGreaterThan(50);
});

test('any JSON at all is refused, and never breaks the API', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(anything, async (body) => {
    const isObject = typeof body === 'object' && body !== null;
    problemOf(await place(body), isObject ? 422 : 400, isObject ? 'invalid_fields' : 'bad_request');
  });
  await fc.assert(property, { numRuns: 100, seed: SEED, interruptAfterTimeLimit: 30_000 });
});

test('an action with anything in it is done or refused, and never wedges the order', { timeout: 60_000 }, async () => {
  const number = await placeOrder(system, { payment: { method: 'bank_transfer' } });
  const names = ['note', 'reason', 'payment_reference', 'amount', 'address', 'exception', 'resolution', 'fulfilment'];
  const fields = fc.dictionary(fc.constantFrom(...names, 'carrier', 'tracking_number', 'expected_version'), anything);
  const property = fc.asyncProperty(fc.constantFrom(...ACTION_NAMES), fields, async (action, body) => {
    const answer = await system.call('POST', `/v1/orders/${number}/actions/${action}`, {
      body: JSON.stringify(body),
      idempotencyKey: `fuzz-${(keys += 1)}`,
    });
    if (answer.status !== 200) {
      expect([409, 422], JSON.stringify(answer.body)).toContain(answer.status);
      problemOf(answer, answer.status, answer.body.code);
    }
  });
  await fc.assert(property, { numRuns: 120, seed: SEED, interruptAfterTimeLimit: 30_000 });
  const last = await system.call('POST', `/v1/orders/${number}/actions/add_note`, { body: { note: 'still here' } });
  expect(last.status).toBe(200);
});
