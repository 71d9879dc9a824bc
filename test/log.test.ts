import { Client, DatabaseError } from 'pg';
import type { Logger } from 'pino';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineLog } from '../src/workers/engine-log.ts';
import { createTestDatabase, type TestDatabase } from './setup/database.ts';
import { recordingLog } from './setup/log.ts';

/** What the logs say of an error, by whichever way it comes there: why and where, and nothing of the buyer. */

const BUYER = { name: 'Ada Lovelace', email: 'ada@lovelace.example', phone: '+1 555 867 5309', line1: '12 Engine Row' };
const ROW = Object.values(BUYER);

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`create table buyer (name text, email text, phone text, line1 text, age int,
    constraint buyer_is_of_age check (age > 17))`);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function databaseError(age: string): Promise<DatabaseError> {
  const error = await client.query('insert into buyer values ($1, $2, $3, $4, $5)', [...ROW, age]).catch((one) => one);
  if (!(error instanceof DatabaseError)) throw new Error('the database took it');
  return error;
}

const stripeError = () =>
  Object.assign(
    new Stripe.errors.StripeInvalidRequestError({
      type: 'invalid_request_error',
      code: 'email_invalid',
      message: `Invalid email address: ${BUYER.email}`,
      payment_intent: { id: 'pi_1', client_secret: 'pi_1_secret_2', receipt_email: BUYER.email } as never,
      headers: { 'x-buyer': BUYER.name },
      statusCode: 400,
      requestId: 'req_1',
    }),
    { config: { authorization: 'Bearer sk_live_1' } },
  );

const WAYS: readonly (readonly [string, (log: Logger, error: unknown) => void])[] = [
  ['logged by us', (log, err) => log.error({ err }, 'it failed')],
  ['logged by the engine', (log, error) => engineLog(log).warn('it failed', { error, workflowId: 'order/1' })],
  ['as a cause', (log, cause) => log.error({ err: new Error('outer', { cause }) }, 'it failed')],
  ['one of several', (log, error) => log.error({ err: new AggregateError([error]) }, 'it failed')],
  ['in another field', (log, failure) => log.error({ about: { failures: [failure] } }, 'it failed')],
];

/** The only line, without anything of the buyer. */
function lineOf(write: (log: Logger) => void): string {
  const { log, lines } = recordingLog();
  write(log);
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  for (const word of [...ROW, 'Lovelace', '_secret_', 'sk_live', 'Failing row']) expect(line).not.toContain(word);
  return line;
}

describe.each(WAYS)('an error %s', (_, write) => {
  test('of the database keeps the row that was refused to itself', async () => {
    const error = await databaseError('17');
    expect(error.detail).toContain(BUYER.email);
    const line = lineOf((log) => write(log, error));
    expect(line).toContain(JSON.stringify(error.message));
    expect(line).toContain('"code":"23514","constraint":"buyer_is_of_age","table":"buyer","stack":"    at ');
  });

  test('of the database keeps the value that is of another type to itself', async () => {
    const error = await databaseError(BUYER.name);
    expect(error.message).toContain(BUYER.name);
    expect(lineOf((log) => write(log, error))).toContain('"invalid input syntax for type integer"');
  });

  test('of the gateway keeps the buyer and the payment to itself', () => {
    const error = stripeError();
    expect(JSON.stringify(error)).toContain(BUYER.email);
    const line = lineOf((log) => write(log, error));
    expect(line).toContain('"type":"StripeInvalidRequestError","message":"Invalid email address: [redacted]"');
    expect(line).toContain('"code":"email_invalid","statusCode":400,"requestId":"req_1"');
  });
});

test('what the engine says comes with its reason, where it happened, and about what', () => {
  const error = new TypeError('of undefined');
  const { log, lines } = recordingLog();
  engineLog(log).warn('Activity failed', { error, workflowId: 'order/1' });
  engineLog(log).error('Worker failed');
  const [failed, ended] = lines.map((line) => JSON.parse(line));
  expect(failed).toMatchObject({
    level: 40,
    msg: 'Activity failed',
    workflowId: 'order/1',
    err: { type: 'TypeError', message: 'of undefined', stack: expect.stringMatching(/^ +at .*log\.test\.ts/) },
  });
  expect(ended).toMatchObject({ level: 50, msg: 'Worker failed' });
  expect(ended).not.toHaveProperty('err');
});

test('personal fields are cut at every depth, the name of the log stays', () => {
  const personal = {
    ...BUYER,
    address: { line1: BUYER.line1 },
    client_secret: 'pi_1_secret_2',
    authorization: 'sk_live_1',
  };
  const { line1: _, name, ...fields } = personal;
  const line = lineOf((log) =>
    log.error({ ...fields, order: 'A-1', audit: { after: { ...fields, name } } }, 'it failed'),
  );
  expect(JSON.parse(line)).toMatchObject({ name: 'test', order: 'A-1', audit: { after: { name: '[redacted]' } } });
});

test('what leads back to itself is logged all the same', () => {
  const error = new Error('round');
  error.cause = error;
  const about: Record<string, unknown> = { order: 'A-1' };
  about['about'] = about;
  expect(JSON.parse(lineOf((log) => log.error({ err: error, about }, 'it failed')))).toMatchObject({
    err: { message: 'round', cause: { message: 'round' } },
    about: { order: 'A-1' },
  });
});

test('an address of a server is logged without its credentials', () => {
  const err = new Error('connect to postgres://orders:pa55word@db.shop.example/orders failed');
  expect(lineOf((log) => log.error({ err }, 'it failed'))).not.toContain('pa55word');
});
