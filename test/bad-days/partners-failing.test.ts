import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { Refused, Throttled } from '../../src/domain/failures.ts';
import { createShippoGateway } from '../../src/gateways/shippo.ts';
import { createStripe, createStripeGateway } from '../../src/gateways/stripe.ts';
import { eventually, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';
import { actStubbornly, beginPlacing, carryOut, type Placing } from './buyers.ts';
import { DOING } from './partner-calls.ts';

/** Stripe and Shippo fail in every way at every call: orders wait and go on by themselves, and each thing happens once. */

let system: System;
beforeAll(async () => {
  system = await startSystem({ worker: false });
  system.startPumps();
});
afterAll(() => system.stop());

const PATIENCE_MS = 120_000;

const WAYS = [
  { kind: 'error', status: 500, count: 2 },
  { kind: 'error', status: 429, count: 1 },
  { kind: 'drop', count: 2 },
  { kind: 'timeout_after_effect', count: 1 },
] as const;

/** An error that Stripe keeps under the idempotency key and gives again to everyone who asks under it. */
const KEPT = { kind: 'error', status: 500, count: 1, remember: true } as const;

/** On the way back of a cancelled order; `short` orders wait for stock with their money only authorised. */
const UNDOING = [
  { service: 'stripe', route: 'GET /v1/payment_intents/:id', by: 'payment', of: 'labelled' },
  { service: 'stripe', route: 'POST /v1/refunds', by: 'number', of: 'labelled' },
  { service: 'stripe', route: 'POST /v1/payment_intents/:id/cancel', by: 'payment', of: 'short' },
  { service: 'shippo', route: 'GET /transactions/:id', by: 'label', of: 'labelled' },
  { service: 'shippo', route: 'POST /refunds', by: 'label', of: 'labelled' },
] as const;

const SHORT = { items: [{ sku: 'RARE', quantity: 2, unit_price: '99.00' }], total: '203.00' };

/** Not yet recorded, an order has neither. */
const isReady = ({ fulfilments = [], exceptions = [] }: Partial<OrderView>): boolean =>
  fulfilments[0]?.status === 'labelled' || exceptions.some(({ kind }) => kind === 'stock_out');

describe('partners that fail', () => {
  test(
    'on the way to the buyer',
    async () => {
      const placings: Placing[] = [];
      for (const { by, ...call } of DOING) {
        for (const way of call.route.endsWith('/capture') ? [...WAYS, KEPT] : WAYS) {
          const email = `buyer-${placings.length}@example.com`;
          const placing = await beginPlacing(system, { customer: { name: 'Ada Lovelace', email } });
          await system.control.fault({ ...call, ...way, match: by === 'number' ? placing.number : email });
          placings.push(placing);
        }
      }
      await system.startWorker();
      const numbers = placings.map(({ number }) => number);
      const orders = await carryOut(system, numbers, PATIENCE_MS);
      expect(await Promise.all(placings.map(({ placed }) => placed))).toEqual(numbers);
      expect(orders.flatMap((order) => order.exceptions)).toEqual([]);
      expect(await system.control.faults(), 'faults that no call met').toEqual([]);
      await expectSoundBooks(system, numbers);
    },
    2 * PATIENCE_MS,
  );

  test(
    'on the way back of a cancelled order',
    async () => {
      const keeps = (route: string): boolean => route.endsWith('/cancel') || route.endsWith('/v1/refunds');
      const waysOf = (route: string) => (keeps(route) ? [...WAYS, KEPT] : WAYS);
      const cases = UNDOING.flatMap((call) => waysOf(call.route).map((way) => ({ ...call, ...way })));
      const placings = await Promise.all(cases.map((one) => beginPlacing(system, one.of === 'short' ? SHORT : {})));
      const numbers = placings.map(({ number }) => number);
      for (const [index, { by, of: _of, ...fault }] of cases.entries()) {
        const order = await untilOrder(system, numbers[index] ?? '', isReady);
        const texts = {
          number: order.number,
          payment: order.payments[0]?.reference,
          label: order.fulfilments[0]?.label?.transaction,
        };
        await system.control.fault({ ...fault, match: texts[by] ?? 'unknown' });
      }
      const answers = await Promise.all(numbers.map((one) => actStubbornly(system, one, 'cancel', { reason: 'late' })));
      expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 200));
      const ended = await carryOut(system, numbers, PATIENCE_MS, (order) => order.waiting_for.startsWith('nothing'));
      expect(ended.flatMap((order) => order.exceptions.filter(({ status }) => status === 'open'))).toEqual([]);
      expect(await system.control.faults(), 'faults that no call met').toEqual([]);
      await expectSoundBooks(system, numbers);
    },
    2 * PATIENCE_MS,
  );

  test(
    'when a parcel is asked about',
    async () => {
      const placings = await Promise.all(WAYS.map(() => beginPlacing(system)));
      const numbers = placings.map(({ number }) => number);
      for (const [index, way] of WAYS.entries()) {
        const order = await untilOrder(system, numbers[index] ?? '', isReady);
        const match = order.fulfilments[0]?.tracking_number ?? 'unknown';
        await system.control.fault({ service: 'shippo', route: 'GET /tracks/:carrier/:number', ...way, match });
      }
      const orders = await carryOut(system, numbers, PATIENCE_MS);
      expect(orders.flatMap((order) => order.exceptions)).toEqual([]);
      await expectSoundBooks(system, numbers);
    },
    2 * PATIENCE_MS,
  );
});

const ORDER = {
  number: 'ORD-0123456789',
  method: 'stripe',
  amount: 2_000,
  currency: 'USD',
  reference: null,
  attempt: 1,
} as const;
const BUYER = async () => ({ email: 'ada@example.com', paymentMethod: 'pm_card_visa', returnUrl: null, placedAt: 0 });
const noPage = () => Promise.reject(new Error('no page is opened here'));

async function answering(status: number, headers: Record<string, string>, body: object): Promise<[Server, URL]> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)];
}

describe('what a partner asks for', () => {
  test('is waited for: Retry-After of a 429', async () => {
    const error = { type: 'invalid_request_error', code: 'rate_limit', message: 'Slow down.' };
    const [server, url] = await answering(429, { 'retry-after': '7' }, { error, detail: 'Slow down.' });
    try {
      const stripe = createStripeGateway(createStripe('sk_test_sandbox', url), noPage);
      const shippo = createShippoGateway('shippo_test_sandbox', url);
      for (const call of [() => stripe.authorize(ORDER, BUYER), () => shippo.buyLabel('rate', ORDER.number)]) {
        const failure = await call().catch((thrown: unknown) => thrown);
        expect(failure).toBeInstanceOf(Throttled);
        expect((failure as Throttled).retryAfterMs).toBe(7_000);
      }
    } finally {
      server.close();
    }
  });

  test('the same request while the first is still under way: asked again later, no refusal', async () => {
    const { hostname: host, port } = system.config.STRIPE_API_BASE;
    const options = { host, port: Number(port), protocol: 'http', maxNetworkRetries: 0, timeout: 300 } as const;
    const gateway = createStripeGateway(new Stripe('sk_test_sandbox', options), noPage);
    await system.control.fault({
      service: 'stripe',
      route: 'POST /v1/payment_intents',
      kind: 'delay',
      delay_ms: 1_500,
      count: 1,
    });
    const first = await gateway.authorize(ORDER, BUYER).catch((thrown: unknown) => thrown);
    const second = await gateway.authorize(ORDER, BUYER).catch((thrown: unknown) => thrown);
    for (const failure of [first, second]) {
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(Refused);
    }
    const reading = await eventually(
      () => gateway.authorize(ORDER, BUYER).catch(() => null),
      (answer) => answer !== null,
    );
    expect(reading?.state).toBe('authorized');
    const charged = (await system.control.ledger()).payments.filter(
      ({ metadata }) => metadata['order_number'] === ORDER.number,
    );
    expect(charged).toHaveLength(1);
  });
});
