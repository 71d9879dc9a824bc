import temporalProto from '@temporalio/proto';
import { sql } from 'kysely';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { factsOf } from '../../src/db/orders.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Engine } from '../../src/engine.ts';
import { createLog } from '../../src/log.ts';
import { createGateways } from '../../src/workers/gateways.ts';
import { startInboxPump } from '../../src/workers/inbox-pump.ts';
import { orderQuery, recordedSignal } from '../../src/workflows/messages.ts';
import { eventually, getOrder, place, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';

/** Webhooks come often, late and in any order: an order ends as if each had come once, in its turn. */

const { EventType } = temporalProto.temporal.api.enums.v1;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  for (const [sku, location] of [
    ['RARE', 'EAST'],
    ['TEE', 'WEST'],
  ])
    await system.call('POST', '/v1/inventory/adjustments', {
      body: { sku, location, kind: 'receipt', change: 20, reason: 'for these tests' },
    });
});
afterAll(() => system.stop());

const PATIENCE_MS = 120_000;
const TIMES = 10;

const TWO_PARCELS = {
  items: [
    { sku: 'TEE', quantity: 1, unit_price: '29.99' },
    { sku: 'RARE', quantity: 1, unit_price: '99.00' },
  ],
  total: '133.99',
};
/** What each order is, and how many messages from outside it needs: one for the buyer's payment, two for each parcel. */
const BASKETS = [
  { changes: {}, buyer: 'is done', needs: 2 },
  { changes: { payment: { method: 'cod' } }, buyer: 'is done', needs: 2 },
  { changes: TWO_PARCELS, buyer: 'is done', needs: 4 },
  {
    changes: { payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' } },
    buyer: 'authenticates',
    needs: 3,
  },
  { changes: { payment: { method: 'stripe', return_url: 'https://shop.example' } }, buyer: 'pays on page', needs: 3 },
] as const;
type Buyer = (typeof BASKETS)[number]['buyer'];

/** What the buyer still has to do at the gateway. */
async function finishPaying(number: string, buyer: Buyer): Promise<void> {
  if (buyer === 'is done') return;
  const { payments } = await untilOrder(system, number, (order) => order.payments[0]?.reference != null);
  const reference = payments[0]?.reference ?? '';
  await (buyer === 'authenticates'
    ? system.control.authenticate(reference, true)
    : system.control.payCheckout(reference));
}

const isLabelled = ({ fulfilments }: OrderView): boolean =>
  fulfilments.length > 0 && fulfilments.every(({ status }) => status === 'labelled');

/** Whole lives of several orders at once; `deliverNow` lets what was held back arrive. */
async function live(deliverNow: () => Promise<unknown>): Promise<string[]> {
  const numbers = await Promise.all(BASKETS.map(({ changes }) => place(system, changes)));
  await Promise.all(BASKETS.map(({ buyer }, index) => finishPaying(numbers[index] ?? '', buyer)));
  await deliverNow();
  for (const number of numbers) {
    const { fulfilments } = await untilOrder(system, number, isLabelled);
    for (const status of ['TRANSIT', 'DELIVERED'])
      for (const { tracking_number } of fulfilments) await system.control.advanceParcel(tracking_number ?? '', status);
  }
  await deliverNow();
  for (const number of numbers) await untilOrder(system, number, ({ status }) => status === 'completed');
  await system.control.webhooksDelivered(PATIENCE_MS);
  await eventually(unprocessed, (events) => events === 0, PATIENCE_MS);
  await expectSoundBooks(system, numbers);
  return numbers;
}

const unprocessed = async (): Promise<number> => {
  const { rows } = await sql<{ events: number }>`
    select count(*)::int as events from inbox where processed_at is null`.execute(system.database.db);
  return rows[0]?.events ?? 0;
};

/** All that must not depend on how webhooks arrive; parcels of one order may overtake each other. */
async function outcomeOf(number: string) {
  const order = await getOrder(system, number);
  const mails = await system.control.mails({ to: order.customer.email });
  return {
    status: order.status,
    payments: order.payments.map(({ status, captured, refunded }) => ({ status, captured, refunded })),
    items: order.items.map(({ sku, delivery_status, quantities }) => ({ sku, delivery_status, quantities })),
    fulfilments: order.fulfilments.map(({ status, location }) => ({ status, location })),
    exceptions: order.exceptions,
    // The score counts the buyer's earlier orders, so it differs.
    timeline: order.timeline
      .filter(({ type }) => type !== 'risk_assessed')
      .map(({ type, actor }) => `${type} by ${actor.role}`)
      .sort(),
    mails: mails
      .filter(({ subject }) => subject.includes(number))
      .map(({ subject }) => subject.replace(number, 'ORD'))
      .sort(),
  };
}

async function signalsOf(number: string): Promise<number> {
  const { events } = await system.temporal.client.workflow.getHandle(workflowIdOf(number)).fetchHistory();
  const type = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;
  return (events ?? []).filter(({ eventType }) => eventType === type).length;
}

/** Two different events that say the same may both reach an order that has not yet written the first one down. */
const OFTENER = 2;

async function expectNoMoreThanNeeded(numbers: readonly string[]): Promise<void> {
  const signals = await Promise.all(numbers.map(signalsOf));
  for (const [index, { needs }] of BASKETS.entries())
    expect(signals[index], `messages to ${numbers[index]}`).toBeLessThanOrEqual(needs * OFTENER);
}

describe('webhooks', () => {
  let usual: Awaited<ReturnType<typeof outcomeOf>>[];

  test(
    'once and in order',
    async () => {
      const numbers = await live(() => Promise.resolve());
      usual = await Promise.all(numbers.map(outcomeOf));
      await expectNoMoreThanNeeded(numbers);
    },
    PATIENCE_MS,
  );

  test(
    'each ten times',
    async () => {
      await system.control.webhookMode('duplicate', { copies: TIMES });
      const numbers = await live(() => Promise.resolve());
      await system.control.webhookMode('normal');
      expect(await Promise.all(numbers.map(outcomeOf))).toEqual(usual);
      await expectNoMoreThanNeeded(numbers);
      const { rows } = await sql<{ deliveries: number }>`
        select min(deliveries)::int as deliveries from inbox
         where object_id in (select tracking_number from fulfilment where order_number = any(${numbers}))`.execute(
        system.database.db,
      );
      expect(rows[0]?.deliveries, 'each is kept once and counted').toBeGreaterThanOrEqual(TIMES);
    },
    PATIENCE_MS,
  );

  test.each(['reverse', 'shuffle'] as const)(
    'held back and released in %s',
    async (order) => {
      const seed = Number(process.env['WEBHOOK_SEED'] ?? Date.now() % 100_000);
      if (order === 'shuffle') console.info(`WEBHOOK_SEED=${seed} repeats this order`);
      await system.control.webhookMode('hold');
      const numbers = await live(() => system.control.releaseWebhooks(order, { seed }));
      await system.control.webhookMode('normal');
      expect(await Promise.all(numbers.map(outcomeOf))).toEqual(usual);
      await expectNoMoreThanNeeded(numbers);
    },
    PATIENCE_MS,
  );

  test('ten different events that say the same', async () => {
    const changes = { payment: { method: 'stripe', payment_method: 'pm_card_authenticationRequired' } };
    const number = await place(system, changes);
    await finishPaying(number, 'authenticates');
    await untilOrder(system, number, isLabelled);
    await system.control.webhooksDelivered();
    await eventually(unprocessed, (waiting) => waiting === 0);
    const [labelled, told] = [await getOrder(system, number), await signalsOf(number)];
    const intent = { id: labelled.payments[0]?.reference, object: 'payment_intent' };
    const events = Array.from({ length: TIMES }, (_, index) => ({
      id: `evt_again_${index}`,
      object: 'event',
      type: 'payment_intent.amount_capturable_updated',
      data: { object: intent },
    }));
    const answers = await Promise.all(events.map(postAsStripe));
    expect(answers).toEqual(events.map(() => ({ received: true, duplicate: false })));
    await eventually(unprocessed, (waiting) => waiting === 0);
    expect(await getOrder(system, number)).toEqual(labelled);
    expect(await signalsOf(number)).toBe(told);
  });
});

const heldBy = (number: string): Promise<Order | null> =>
  system.temporal.client.workflow.getHandle(workflowIdOf(number)).query(orderQuery);

describe('what the inbox records itself', () => {
  test(
    'a try that ends after the record and before the order knows is made good, and recorded once',
    async () => {
      const number = await place(system);
      const { fulfilments } = await untilOrder(system, number, isLabelled);
      const { payments, carriers } = createGateways(system.config);
      let told = 0;
      const follow: Engine['follow'] = (whom, outcome) => {
        if (whom === number) told += 1;
        return whom === number && told === 1
          ? Promise.reject(new Error('the process ended'))
          : system.engine.follow(whom, outcome);
      };
      await system.stopPumps();
      const listening = {
        db: system.database.db,
        engine: { ...system.engine, follow },
        stripe: payments.stripe,
        carriers,
      };
      const pump = startInboxPump(listening, createLog('test', 'silent'), 25);
      try {
        await system.control.advanceParcel(fulfilments[0]?.tracking_number ?? '', 'DELIVERED');
        await eventually(
          () => heldBy(number),
          (order) => order?.status === 'completed',
        );
      } finally {
        await pump.stop();
        system.startPumps();
      }
      expect(told).toBeGreaterThan(1);
      const { version, timeline } = await getOrder(system, number);
      expect((await heldBy(number))?.version).toBe(version);
      expect(timeline.filter(({ type }) => type === 'parcel_shipped')).toHaveLength(1);
    },
    PATIENCE_MS,
  );

  test('the order ignores an outcome that is none, or older than what it knows, and reads the record for a newer one', async () => {
    const number = await place(system);
    const { version } = await untilOrder(system, number, isLabelled);
    const handle = system.temporal.client.workflow.getHandle(workflowIdOf(number));
    const before = await heldBy(number);
    const [placed] = await factsOf(system.database.db, number);
    for (const outcome of [null, { from: version }, { from: 'x', facts: [] }, { from: version, facts: ['shipped'] }])
      await handle.signal(recordedSignal.name, outcome);
    await handle.signal(recordedSignal, { from: 0, facts: placed === undefined ? [] : [placed] });
    await handle.signal(recordedSignal, { from: version + 7, facts: [] });
    await handle.signal(recordedSignal.name, { from: version, facts: [{ type: 'order_confirmed', seq: version + 1 }] });
    expect(await heldBy(number)).toEqual(before);
    const { body } = await system.call('POST', `/v1/orders/${number}/actions/add_note`, {
      body: { note: 'still here' },
    });
    expect(body).toMatchObject({ version: version + 1 });
  });
});

async function postAsStripe(event: object): Promise<unknown> {
  const payload = JSON.stringify(event);
  const [secret = ''] = system.config.STRIPE_WEBHOOK_SECRETS;
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret });
  const response = await fetch(`${system.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body: payload,
  });
  return response.json();
}
