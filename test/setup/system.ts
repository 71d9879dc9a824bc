import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { makeKey } from '../../src/api/bearer.ts';
import { createServer } from '../../src/api/server.ts';
import { type Config, readConfig } from '../../src/config.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import type { PolicyDocument } from '../../src/contracts/policy.ts';
import { insertApiKey } from '../../src/db/api-keys.ts';
import { putLocation, putProduct, putStore } from '../../src/db/catalogue.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { adjust } from '../../src/db/stock.ts';
import type { Role } from '../../src/domain/order.ts';
import { createEngine, type Engine } from '../../src/engine.ts';
import { createMailGateway } from '../../src/gateways/mail.ts';
import { createLog } from '../../src/log.ts';
import { startExceptionSweep } from '../../src/workers/exception-sweep.ts';
import { createGateways } from '../../src/workers/gateways.ts';
import { startInboxPump } from '../../src/workers/inbox-pump.ts';
import { startMailPump } from '../../src/workers/mail-pump.ts';
import { createOrderWorker } from '../../src/workers/order-worker.ts';
import { startPersonMailPump } from '../../src/workers/person-mail-pump.ts';
import type { Pump } from '../../src/workers/pump.ts';
import { startBackorderSweep, startIntakeSweep, startTrackingSweep } from '../../src/workers/sweeps.ts';
import { createTestDatabase } from './database.ts';
import { connectEngine, type TestEngine } from './engine.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The whole product in one process, on a database and a task queue of its own: API, worker, pumps, and the sandbox beside it. */

Runtime.install({ logger: new DefaultLogger('ERROR') });

const TOKEN = 'test-token-of-shippo';
const SECRET = 'whsec_testsecret';

export type RunningWorker = { readonly worker: Worker; stop(): Promise<void> };

export type System = {
  readonly url: string;
  readonly config: Config;
  /** What a process of the product needs in its environment to be part of this system. */
  readonly environment: NodeJS.ProcessEnv;
  readonly database: Database;
  readonly engine: Engine;
  readonly temporal: TestEngine;
  readonly sandbox: Sandbox;
  readonly control: Control;
  /** A key that may do everything, of the role owner. */
  readonly key: string;
  makeKey(role: Role, scopes: readonly string[], seller?: string): Promise<string>;
  /** Calls the API; the body is JSON, the answer is parsed. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  startWorker(): Promise<RunningWorker>;
  startPumps(): void;
  stopPumps(): Promise<void>;
  stop(): Promise<void>;
};

export type CallOptions = { body?: unknown; key?: string; idempotencyKey?: string; headers?: Record<string, string> };
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
export type Answer = { status: number; headers: Headers; body: any };

async function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 65_000; // as src/api/main.ts: no connection closes while a test is about to use it
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const environmentFor = (databaseUrl: string, sandbox: Sandbox, engine: TestEngine): NodeJS.ProcessEnv => ({
  NODE_ENV: 'test',
  LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: engine.address,
  TEMPORAL_NAMESPACE: engine.namespace,
  TEMPORAL_TASK_QUEUE: engine.taskQueue,
  AUTH_SECRETS: 'only-for-tests-0123456789abcdef0123456789',
  LINK_SECRETS: 'links-for-tests-0123456789abcdef012345678',
  SIGN_IN_RATE_LIMIT_PER_MINUTE: '100000',
  STRIPE_API_KEY: 'sk_test_sandbox',
  STRIPE_API_BASE: sandbox.stripeUrl,
  STRIPE_WEBHOOK_SECRETS: SECRET,
  SHIPPO_API_KEY: 'shippo_test_sandbox',
  SHIPPO_API_BASE: sandbox.shippoUrl,
  SHIPPO_WEBHOOK_TOKEN: TOKEN,
  SMTP_URL: sandbox.smtpUrl,
  MAIL_FROM: 'Test Store <orders@store.example>',
  SUPPORT_EMAIL: 'help@store.example',
  STORE_NAME: 'Test Store',
  RATE_LIMIT_PER_MINUTE: '100000',
  LINK_RATE_LIMIT_PER_MINUTE: '100000',
});

function at(url: string, address: string | undefined): string {
  if (address === undefined) return url;
  const moved = new URL(url);
  moved.host = address;
  return moved.href;
}

export type SystemOptions = {
  readonly policy?: PolicyDocument;
  readonly worker?: boolean;
  readonly skipTime?: boolean;
  /** host:port at which the system reaches its database and its engine, such as those of a proxy; default the run's own. */
  readonly databaseAddress?: string;
  readonly temporalAddress?: string;
};

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const [testDatabase, temporal, sandbox] = await Promise.all([
    createTestDatabase(),
    connectEngine({
      skipTime: options.skipTime ?? false,
      ...(options.temporalAddress === undefined ? {} : { address: options.temporalAddress }),
    }),
    startSandbox({
      stripeWebhookUrl: 'http://127.0.0.1:9/',
      stripeWebhookSecret: SECRET,
      shippoWebhookUrl: 'http://127.0.0.1:9/',
    }),
  ]);
  const environment = environmentFor(at(testDatabase.url, options.databaseAddress), sandbox, temporal);
  const config = readConfig(environment);
  const database = openDatabase(config.DATABASE_URL, { max: 20, applicationName: 'test system' });
  const log = createLog('test', config.LOG_LEVEL);
  const server = createHttpServer(createServer({ config, database, temporal: temporal.client, log }));
  const url = await listen(server);
  sandbox.setWebhooks({
    stripeWebhookUrl: `${url}/webhooks/stripe`,
    stripeWebhookSecret: SECRET,
    shippoWebhookUrl: `${url}/webhooks/shippo?token=${TOKEN}`,
  });
  const { payments, carriers } = createGateways(config);
  const engine = createEngine(temporal.client, config.TEMPORAL_TASK_QUEUE);
  const listening = { db: database.db, engine, stripe: payments.stripe, carriers };
  const mail = createMailGateway(config.SMTP_URL, config.MAIL_FROM, config.SUPPORT_EMAIL);
  const mailing = { db: database.db, mail, from: config.MAIL_FROM, publicUrl: config.PUBLIC_URL };
  await stock(database, options.policy ?? {});

  const workers: RunningWorker[] = [];
  let pumps: Pump[] = [];
  const makeKeyFor = async (role: Role, scopes: readonly string[], seller: string | null = null): Promise<string> => {
    const { key, id, hash } = makeKey();
    await insertApiKey(database.db, { id, name: `test ${role}`, role, scopes, seller, hash, expiresAt: null });
    return key;
  };
  const key = await makeKeyFor('owner', ['*']);

  const system: System = {
    url,
    config,
    environment,
    database,
    engine,
    temporal,
    sandbox,
    control: createControl(sandbox.webUrl),
    key,
    makeKey: makeKeyFor,
    async call(method, path, { body, key: other, idempotencyKey, headers } = {}) {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${other ?? key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
      };
    },
    async startWorker() {
      const worker = await createOrderWorker({
        connection: temporal.nativeConnection,
        namespace: temporal.namespace,
        taskQueue: config.TEMPORAL_TASK_QUEUE,
        db: database.db,
        payments,
        carriers,
        workflowBundle: await workflowBundle(),
      });
      const running = worker.run();
      let stopped: Promise<void> | undefined;
      const handle: RunningWorker = {
        worker,
        stop: () => {
          stopped ??= (async () => {
            if (worker.getState() === 'RUNNING') worker.shutdown();
            await running;
          })();
          return stopped;
        },
      };
      workers.push(handle);
      return handle;
    },
    startPumps() {
      pumps = [
        startInboxPump(listening, log, 25),
        startMailPump({ ...mailing, linkSecrets: config.LINK_SECRETS, log, pauseMs: 25 }),
        startPersonMailPump({
          ...mailing,
          secrets: config.AUTH_SECRETS,
          store: config.STORE_NAME,
          supportEmail: config.SUPPORT_EMAIL,
          log,
          pauseMs: 50,
        }),
        startExceptionSweep({ ...mailing, staffEmail: config.STAFF_EMAIL, log, pauseMs: 500 }),
        startIntakeSweep(listening, log, 200, 1),
        startBackorderSweep(listening, log, 100),
        startTrackingSweep(listening, log, config.TRACKING_POLL_AFTER_MINUTES, 200),
      ];
    },
    async stopPumps() {
      await Promise.all(pumps.map((pump) => pump.stop()));
      pumps = [];
    },
    async stop() {
      await system.stopPumps();
      await Promise.all(workers.map((worker) => worker.stop()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      mail.close();
      await sandbox.stop();
      await database.close();
      await temporal.close();
      await testDatabase.drop();
    },
  };
  if (options.worker !== false) {
    await system.startWorker();
    system.startPumps();
  }
  return system;
}

const location = (code: string, region: string, postalCode: string, priority: number) => ({
  code,
  name: `Warehouse ${code}`,
  line1: '965 Mission St',
  city: 'Somewhere',
  region,
  postalCode,
  country: 'US',
  seller: null,
  priority,
  handlingMinor: 100,
  capacityPerDay: null,
  cutOff: null,
  timezone: 'UTC',
  active: true,
});

const product = (sku: string, kind: 'physical' | 'digital' | 'service', priceMinor: number) => ({
  sku,
  name: `Product ${sku}`,
  kind,
  priceMinor,
  currency: 'USD',
  seller: null,
  active: true,
  weightG: 500,
  lengthCm: 20,
  widthCm: 10,
  heightCm: 5,
});

/** A small store: MUG and TEE are in both warehouses, RARE has a single unit, GAME is digital, SETUP is a service. */
async function stock({ db }: Database, policy: PolicyDocument): Promise<void> {
  await putStore(db, { code: 'main', name: 'Test Store', supportEmail: 'help@store.example', policy });
  await putLocation(db, location('WEST', 'CA', '94103', 1));
  await putLocation(db, location('EAST', 'NY', '10001', 2));
  for (const [sku, kind, price] of [
    ['MUG', 'physical', 1500],
    ['TEE', 'physical', 2999],
    ['RARE', 'physical', 9900],
    ['GAME', 'digital', 1999],
    ['SETUP', 'service', 5000],
  ] as const) {
    await putProduct(db, product(sku, kind, price));
  }
  for (const [sku, at, change] of [
    ['MUG', 'WEST', 1000],
    ['MUG', 'EAST', 1000],
    ['TEE', 'WEST', 500],
    ['RARE', 'EAST', 1],
  ] as const) {
    await adjust(db, { sku, location: at, kind: 'receipt', change, reason: 'opening stock', actor: 'test' });
  }
}

/** A valid request of one mug, paid by card; everything can be given otherwise. */
export const orderRequest = (changes: Record<string, unknown> = {}) => ({
  channel: 'web',
  currency: 'USD',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com', phone: '+14155550100' },
  shipping_address: {
    name: 'Ada Lovelace',
    line1: '1 Market St',
    city: 'San Francisco',
    region: 'CA',
    postal_code: '94105',
    country: 'US',
  },
  payment: { method: 'stripe', payment_method: 'pm_card_visa' },
  items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00' }],
  shipping: { service: 'standard', amount: '5.00' },
  tax: '0.00',
  total: '20.00',
  ...changes,
});

const PATIENCE_MS = 20_000;

/** What matters of an answer that was not the awaited one: for an order, where it stands and how it came there. */
function inShort(value: unknown): string {
  const { status, version, waiting_for, exceptions, timeline, ...rest } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(timeline)) return JSON.stringify(value, null, 1)?.slice(0, 1500) ?? 'undefined';
  const story = timeline.map(
    (entry: { type: string; reason: string | null }) => `  ${entry.type}: ${entry.reason ?? ''}`,
  );
  return `${String(rest['number'])} is ${String(status)} (version ${String(version)}), waits for ${String(waiting_for)}\n${story.join('\n')}\n${JSON.stringify(exceptions)}`;
}

/** Asks until `accept` is happy with the answer; fails with the last answer. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  accept: (value: Value) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (accept(value)) return value;
    if (Date.now() > deadline) throw new Error(`not so within ${patienceMs} ms: ${inShort(value)}`);
    await sleep(20);
  }
}

export const getOrder = async (system: System, number: string): Promise<OrderView> =>
  (await system.call('GET', `/v1/orders/${number}`)).body;

export const untilOrder = (system: System, number: string, accept: (order: OrderView) => boolean): Promise<OrderView> =>
  eventually(() => getOrder(system, number), accept);

let placed = 0;
/** Places an order and gives its number. */
export async function place(system: System, changes: Record<string, unknown> = {}): Promise<string> {
  placed += 1;
  const { status, body } = await system.call('POST', '/v1/orders', {
    body: orderRequest(changes),
    idempotencyKey: `place-${process.pid}-${placed}`,
  });
  if (status !== 201) throw new Error(`placing answered ${status}: ${JSON.stringify(body)}`);
  return body.number;
}

/** Lets the carrier take and deliver every parcel of an order. */
export async function deliver(system: System, number: string): Promise<OrderView> {
  const labelled = await untilOrder(
    system,
    number,
    (order) => order.fulfilments.length > 0 && order.fulfilments.every((one) => one.status !== 'pending'),
  );
  for (const status of ['TRANSIT', 'DELIVERED']) {
    for (const { tracking_number } of labelled.fulfilments) {
      if (tracking_number !== null) await system.control.advanceParcel(tracking_number, status);
    }
  }
  return untilOrder(system, number, (order) => order.status === 'completed');
}
