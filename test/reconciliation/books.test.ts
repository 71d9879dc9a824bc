import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExceptionView } from '../../src/contracts/exceptions.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { disputesNotHeardOf } from '../../src/db/books.ts';
import { putStore } from '../../src/db/catalogue.ts';
import { COMPARISONS, type ComparisonName } from '../../src/domain/comparisons.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { createGateways } from '../../src/workers/gateways.ts';
import type { Pump } from '../../src/workers/pump.ts';
import { startReconciliation } from '../../src/workers/reconciliation.ts';
import { createWorkflowBooks } from '../../src/workers/workflow-books.ts';
import { deliver, eventually, getOrder, place, type System, startSystem, untilOrder } from '../setup/system.ts';

/** Workflows, rows and gateways are made to disagree, and each matter comes before a person once. */

let system: System;
const sweeps: Pump[] = [];
beforeAll(async () => {
  system = await startSystem();
});
afterEach(() => stopSweeps());
afterAll(() => system.stop());

const stopSweeps = async (): Promise<void> => {
  await Promise.all(sweeps.splice(0).map((sweep) => sweep.stop()));
};

type Changed = { readonly confirmSeconds?: number; readonly stuckSeconds?: number; readonly days?: number };
function sweep(comparisons?: readonly ComparisonName[], more: Changed = {}) {
  const { config, database, engine, temporal } = system;
  const { payments, carriers } = createGateways(config);
  const pump = startReconciliation({
    db: database.db,
    engine,
    stripe: payments.stripe,
    carriers,
    workflows: createWorkflowBooks(temporal.client, config.TEMPORAL_TASK_QUEUE),
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    restSeconds: 0,
    confirmSeconds: more.confirmSeconds ?? 0.5,
    stuckSeconds: more.stuckSeconds ?? 3_600,
    days: more.days ?? 30,
    pauseSecondsOf: () => 0.1,
    pauseMs: 50,
    ...(comparisons === undefined ? {} : { comparisons }),
  });
  sweeps.push(pump);
}

const OURS = ['workflow_missing', 'stalled', 'books_disagree'];
const queue = async (status = 'open'): Promise<ExceptionView[]> => {
  const { body } = await system.call('GET', `/v1/exceptions?status=${status}&limit=100`);
  return body.data;
};
const ofBooks = async (): Promise<ExceptionView[]> => (await queue()).filter(({ kind }) => OURS.includes(kind));
const oneOf = async (fits: (one: ExceptionView) => boolean): Promise<ExceptionView> => {
  const found = await eventually(
    async () => (await queue()).filter(fits),
    (some) => some.length > 0,
  );
  expect(found).toHaveLength(1);
  return found[0] as ExceptionView;
};
const finishedRounds = async (): Promise<Map<string, number>> => {
  const { rows } = await sql<{ name: string; finished: Date | null }>`
    select name, finished_at as finished from comparison`.execute(system.database.db);
  return new Map(rows.map(({ name, finished }) => [name, finished?.getTime() ?? 0]));
};
/** Waits until every comparison of the sweep that runs has made `count` further whole rounds. */
async function rounds(names: readonly ComparisonName[], count = 3): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const before = await finishedRounds();
    await eventually(finishedRounds, (now) => names.every((name) => (now.get(name) ?? 0) > (before.get(name) ?? 0)));
  }
}
const close = (id: string, resolution = 'close') =>
  system.call('POST', `/v1/exceptions/${id}/resolve`, { body: { resolution } });
const isLabelled = (order: OrderView): boolean => order.fulfilments[0]?.status === 'labelled';
const agreeing = (id: string) =>
  eventually(
    async () => (await system.call('GET', `/v1/exceptions/${id}`)).body as ExceptionView,
    (one) => one.agrees_since !== null,
  );

describe('an order whose workflow was terminated', () => {
  test('is put before a person once, and goes on from the record when they say so', async () => {
    const number = await place(system);
    await untilOrder(system, number, isLabelled);
    await system.temporal.client.workflow.getHandle(workflowIdOf(number)).terminate('an accident');
    sweep(['workflows']);
    const { id, summary } = await oneOf((one) => one.kind === 'workflow_missing');
    expect(summary).toContain('terminated');
    await rounds(['workflows']);
    expect(await ofBooks()).toHaveLength(1);

    expect((await close(id, 'retry')).status).toBe(200);
    expect((await deliver(system, number)).status).toBe('completed');
    await rounds(['workflows']);
    expect(await ofBooks()).toEqual([]);
  });

  test('and that an event has woken again is marked as running, and may be closed', async () => {
    const number = await place(system);
    await untilOrder(system, number, isLabelled);
    await system.temporal.client.workflow.getHandle(workflowIdOf(number)).terminate('an accident');
    sweep(['workflows']);
    const { id } = await oneOf((one) => one.kind === 'workflow_missing');
    await system.engine.tell(number, { type: 'stock_arrived' });
    await agreeing(id);
    expect((await close(id)).status).toBe(200);
    await rounds(['workflows']);
    expect(await ofBooks()).toEqual([]);
  });
});

test('a workflow without an order is told of, and belongs to none', async () => {
  const number = 'ORD-ZZZZ000009';
  const handle = await system.temporal.client.workflow.start('orderWorkflow', {
    workflowId: workflowIdOf(number),
    taskQueue: system.config.TEMPORAL_TASK_QUEUE,
    args: [number],
  });
  sweep(['strays']);
  const { id, order, store, total } = await oneOf(({ summary }) => summary.includes(number));
  expect({ order, store, total }).toEqual({ order: null, store: null, total: null });
  await handle.terminate();
  await agreeing(id);
  expect((await close(id)).body).toMatchObject({ exception: { status: 'resolved' } });
});

describe('a payment', () => {
  test('that was refunded at the gateway without our hearing of it is taken over, and told of', async () => {
    const number = await place(system);
    const {
      payments: [payment],
    } = await untilOrder(system, number, isLabelled);
    await system.control.alterPayment(payment?.reference ?? '', { refunded: 500 });
    sweep(['payments', 'payments_daily']);
    const { id, summary } = await oneOf((one) => one.order === number);
    expect(summary).toContain('refunded: the order has 0, the gateway 500');
    await untilOrder(system, number, (one) => one.payment_status === 'partially_refunded');
    await agreeing(id);
    expect((await queue()).filter((one) => one.order === number)).toHaveLength(1);
    expect((await close(id)).status).toBe(200);
  });

  test('of another amount than the order opens the exception of a payment that does not fit, and no other', async () => {
    const number = await place(system);
    const {
      payments: [payment],
    } = await untilOrder(system, number, isLabelled);
    await system.control.alterPayment(payment?.reference ?? '', { amount: 2_500 });
    sweep(['payments', 'payments_daily']);
    const { kind } = await oneOf((one) => one.order === number);
    expect(kind).toBe('payment_mismatch');
    await rounds(['payments', 'payments_daily']);
    expect((await queue()).filter((one) => one.order === number)).toHaveLength(1);
    await system.control.alterPayment(payment?.reference ?? '', { amount: 2_000 });
  });
});

describe('stock', () => {
  test('that was changed past the books is told of once, and marked when it agrees again', async () => {
    const { db } = system.database;
    sweep(['stock']);
    await rounds(['stock']);
    expect(await ofBooks()).toEqual([]);
    await sql`update stock_level set on_hand = on_hand + 7 where sku = 'TEE' and location = 'WEST'`.execute(db);
    const { id, order, summary } = await oneOf((one) => one.summary.startsWith('TEE at WEST'));
    expect(order).toBeNull();
    expect(summary).toContain('507 units are on hand, and the movements come to 500');
    await rounds(['stock']);
    expect(await ofBooks()).toHaveLength(1);

    expect((await system.call('POST', `/v1/exceptions/${id}/claim`, { body: {} })).status).toBe(200);
    await sql`update stock_level set on_hand = on_hand - 7 where sku = 'TEE' and location = 'WEST'`.execute(db);
    expect((await agreeing(id)).status).toBe('open');
    expect((await close(id, 'retry')).body.code).toBe('resolution_not_allowed');
    const closed = await close(id);
    expect(closed.body).toMatchObject({ order: null, exception: { status: 'resolved', resolution: 'close' } });
    expect((await close(id)).status).toBe(200);
  });

  test('that a person has closed is not told of again while it is the same, and is when it is another', async () => {
    const { db } = system.database;
    const tamper = (by: number) =>
      sql`update stock_level set on_hand = on_hand + ${by} where sku = 'TEE' and location = 'WEST'`.execute(db);
    sweep(['stock']);
    await tamper(1);
    const first = await oneOf((one) => one.summary.includes('501 units'));
    await close(first.id);
    await rounds(['stock']);
    expect(await ofBooks()).toEqual([]);
    await tamper(1);
    const second = await oneOf((one) => one.summary.includes('502 units'));
    await tamper(-2);
    await agreeing(second.id);
    await system.call('POST', '/v1/exceptions/resolve', {
      body: { filter: { kind: 'books_disagree' }, resolution: 'close' },
    });
    expect(await ofBooks()).toEqual([]);
  });
});

test('a label that was bought twice, and a parcel that leaves under one nobody bought', async () => {
  const number = await place(system);
  const { fulfilments } = await untilOrder(system, number, isLabelled);
  const parcel = fulfilments[0]?.id ?? '';
  await sql`insert into label_purchase (fulfilment, attempt, rate, transaction_id) values (${parcel}, 999, '{}', 'trx_second')`.execute(
    system.database.db,
  );
  sweep(['labels']);
  const { id, summary } = await oneOf((one) => one.order === number);
  expect(summary).toContain('has 2 labels that were paid');
  const { db } = system.database;
  await eventually(
    async () => (await sql`select 1 from discrepancy where exception = ${id}`.execute(db)).rows,
    (rows) => rows.length === 1,
  );
  await sql`delete from label_purchase where fulfilment = ${parcel}`.execute(db);
  await rounds(['labels']);
  expect((await queue()).filter((one) => one.order === number)).toHaveLength(1);
  expect((await close(id)).body).toMatchObject({ exception: { status: 'resolved' } });
  const next = await oneOf((one) => one.order === number);
  expect(next.summary).toContain('no purchase of it is known');
});

describe('the label of a return', () => {
  /** A return with its label, and what the sweep says of it. */
  async function labelled() {
    const number = await place(system, { store: 'pays' });
    await deliver(system, number);
    const asked = { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' };
    await system.call('POST', `/v1/orders/${number}/actions/request_return`, { body: asked });
    const { returns } = await untilOrder(system, number, (order) => order.returns[0]?.labels.length === 1);
    return { number, id: returns[0]?.id ?? '', label: returns[0]?.labels[0]?.transaction ?? '' };
  }

  test('agrees with what was bought for it; one that was paid and is not there, and one that is and nobody paid, do not', async () => {
    const { db } = system.database;
    const policy = { returns: { label: 'store' } } as const;
    await putStore(db, { code: 'pays', name: 'pays', supportEmail: 'help@example.com', policy });
    const { number, id, label } = await labelled();
    sweep(['labels']);
    await rounds(['labels']);
    expect((await queue()).filter((one) => one.order === number)).toEqual([]);

    await sql`insert into label_purchase (fulfilment, attempt, rate, transaction_id) values (${id}, 999, '{}', 'trx_second')`.execute(
      db,
    );
    const first = await oneOf((one) => one.order === number);
    expect(first.summary).toContain(`the label trx_second was paid for ${id}, which does not have it`);
    await sql`delete from label_purchase where transaction_id = 'trx_second'`.execute(db);
    await agreeing(first.id);
    expect((await close(first.id)).status).toBe(200);

    await sql`update label_purchase set transaction_id = null where fulfilment = ${id}`.execute(db);
    const second = await oneOf((one) => one.order === number);
    expect(second.summary).toContain(`${id} has the label ${label}, and no purchase of it is known`);
    await sql`update label_purchase set transaction_id = ${label} where fulfilment = ${id}`.execute(db);
    await agreeing(second.id);
    expect((await close(second.id)).status).toBe(200);
  });

  test('that was given back is paid back by the carrier, and told of when it is not', async () => {
    const { db } = system.database;
    const { number, id, label } = await labelled();
    const body = { refund: false };
    await system.call('POST', `/v1/orders/${number}/actions/receive_return`, { body });
    await untilOrder(system, number, (order) => order.returns[0]?.labels[0]?.voided === true);
    // What was given back less than a day ago may be on its way.
    await sql`update label_purchase set voided_at = now() - interval '2 days' where fulfilment = ${id}`.execute(db);
    await system.control.settle();
    sweep(['labels']);
    await rounds(['labels']);
    expect((await queue()).filter((one) => one.order === number)).toEqual([]);

    const other = await labelled();
    await sql`update label_purchase set voided_at = now() - interval '2 days' where fulfilment = ${other.id}`.execute(
      db,
    );
    const found = await oneOf((one) => one.order === other.number);
    expect(found.summary).toContain(
      `the label ${other.label} of ${other.id} was given back, and the carrier knows nothing`,
    );
    expect(label).not.toBe(other.label);
    await sql`update label_purchase set voided_at = null where fulfilment = ${other.id}`.execute(db);
    await agreeing(found.id);
    expect((await close(found.id)).status).toBe(200);
  });
});

test('a step that is owed for hours is told of', async () => {
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  const late = sql`now() - interval '1 hour'`;
  await sql`update orders set placed_at = now() - interval '8 days', waiting_until = ${late} where number = ${number}`.execute(
    system.database.db,
  );
  sweep(['duties']);
  const { id, kind, summary } = await oneOf((one) => one.order === number);
  expect(kind).toBe('stalled');
  expect(summary).toContain('The deadline payment_window');
  await sql`update orders set placed_at = now(), waiting_until = now() + interval '7 days' where number = ${number}`.execute(
    system.database.db,
  );
  await agreeing(id);
  expect((await close(id)).status).toBe(200);
});

test('a dispute of an order that was closed, which nobody answers in time, is told of, and answered by that', async () => {
  const number = await place(system);
  const { payments } = await deliver(system, number);
  await system.control.dispute(payments[0]?.reference ?? '', { reason: 'fraudulent' });
  await untilOrder(system, number, ({ disputes }) => disputes.length === 1);
  await system.temporal.client.workflow.getHandle(workflowIdOf(number)).terminate('an accident');
  const { db } = system.database;
  await sql`update dispute set evidence_due = now() + interval '20 hours' where order_number = ${number}`.execute(db);
  sweep(['duties']);
  const { id, summary } = await oneOf((one) => one.order === number && one.kind === 'stalled');
  expect(summary).toContain('The deadline evidence_due');
  await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'under_review');
  await agreeing(id);
  expect((await close(id)).status).toBe(200);
});

describe('what a bank says of a payment, when no event tells of it,', () => {
  const referenceOf = ({ payments }: OrderView): string => payments[0]?.reference ?? '';
  const exceptionsOf = async (number: string): Promise<string[]> =>
    (await queue()).filter(({ order }) => order === number).map(({ kind }) => kind);
  const isOpenAs = (kind: string, number: string) =>
    eventually(
      () => exceptionsOf(number),
      (kinds) => kinds.includes(kind),
    );
  beforeEach(() => system.control.webhookMode('drop', { service: 'stripe' }));
  afterEach(() => system.control.webhookMode('normal', { service: 'stripe' }));

  test('is found: a dispute, and that it is lost, once each', async () => {
    const number = await place(system);
    const { id } = await system.control.dispute(referenceOf(await deliver(system, number)), { reason: 'fraudulent' });
    sweep(['disputes']);
    await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'needs_response');
    await isOpenAs('dispute', number);
    const { version } = await getOrder(system, number);
    await rounds(['disputes']);
    expect(await getOrder(system, number)).toMatchObject({ version });
    expect(await exceptionsOf(number)).toEqual(['dispute']);

    await system.control.endDispute(id, 'lost');
    await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'lost');
    await rounds(['disputes']);
    expect(await exceptionsOf(number)).toEqual([]);
  });

  test('is found although the dispute began before the days that are listed', async () => {
    const number = await place(system);
    const { id } = await system.control.dispute(referenceOf(await deliver(system, number)), { reason: 'duplicate' });
    sweep(['disputes']);
    await untilOrder(system, number, ({ disputes }) => disputes.length === 1);
    await stopSweeps();
    await system.control.endDispute(id, 'won');
    sweep(['disputes_daily'], { days: 0 });
    await untilOrder(system, number, ({ disputes }) => disputes[0]?.status === 'won');
  });

  test('is found: a warning of fraud, once', async () => {
    const number = await place(system);
    const order = await deliver(system, number);
    await system.control.earlyFraudWarning(referenceOf(order));
    sweep(['warnings']);
    await isOpenAs('fraud', number);
    await rounds(['warnings']);
    const [fraud, ...others] = (await queue()).filter((one) => one.order === number);
    expect({ kind: fraud?.kind, others }).toEqual({ kind: 'fraud', others: [] });
    expect((await close(fraud?.id ?? '', 'approve')).status).toBe(200);
    await rounds(['warnings']);
    expect(await exceptionsOf(number)).toEqual([]);
  });

  test('is not asked about again one by one once it is known, page by page', async () => {
    const { db } = system.database;
    const { stripe } = createGateways(system.config).payments;
    const all = await stripe.listDisputes({ since: 0, after: null, limit: 100 });
    expect(all.entries.length).toBeGreaterThan(1);
    const seen: unknown[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await stripe.listDisputes({ since: 0, after, limit: 1 });
      seen.push(...page.entries);
      after = page.next;
      more = after !== null;
    }
    expect(seen).toEqual(all.entries);
    expect(await disputesNotHeardOf(db, all.entries)).toEqual([]);
    const [first] = all.entries;
    if (first === undefined) throw new Error('no dispute is listed');
    const { id, payment } = first;
    expect(await disputesNotHeardOf(db, [{ ...first, status: 'under_review' }])).toEqual([{ id, payment }]);
    expect(await disputesNotHeardOf(db, [{ ...first, id: 'du_of_another', payment: 'pi_of_another' }])).toEqual([]);
    const later = { since: Date.now() + 60_000, after: null, limit: 100 };
    expect((await stripe.listDisputes(later)).entries).toEqual([]);
    expect((await stripe.listFraudWarnings(later)).entries).toEqual([]);
  });
});

test('a queue in which something waits for too long is one matter, however much waits', async () => {
  const { db } = system.database;
  await system.stopPumps();
  await sql`
    insert into email (key, kind, order_number, created_at, due_at, last_error)
    select 'stuck-' || n, 'shipped', 'ORD-AAAA000001', now() - interval '2 hours', now() + interval '1 day', 'connect ECONNREFUSED'
      from generate_series(1, 40) n`.execute(db);
  sweep(['queues']);
  const { id, context } = await oneOf(({ summary }) => summary.startsWith('Mails wait to be sent'));
  expect(context).toMatchObject({ waiting: 40, last_error: 'connect ECONNREFUSED' });
  await sql`delete from email where key like 'stuck-%'`.execute(db);
  await agreeing(id);
  expect((await close(id)).body).toMatchObject({ exception: { status: 'resolved' } });
  system.startPumps();
});

test('placements that cannot be recorded keep no other from being started, and are one matter until they are mended', async () => {
  const { db } = system.database;
  const sample = await place(system, { payment: { method: 'bank_transfer' } });
  const waits = (number: string, placed: string, hours: number) =>
    sql`
    insert into order_intake (number, api_key, idempotency_key, request_hash, store, placement, buyer, received_at)
    select ${number}, api_key, ${number}, request_hash, store,
           jsonb_set(jsonb_set(placement, '{number}', to_jsonb(${number}::text)), '{policy,bankTransferWindow}', ${placed}::jsonb),
           buyer, now() - make_interval(hours => ${hours})
      from order_intake where number = ${sample}`.execute(db);
  // More than the sweep takes at once, each with a deadline beyond every calendar.
  const broken = Array.from({ length: 21 }, (_, index) => `ORD-BR0KEN00${String(index).padStart(2, '0')}`);
  for (const number of broken) await waits(number, '8640000000000000000', 3);
  const [oldest = ''] = broken;
  await waits('ORD-G00D000000', '604800000', 2);
  await untilOrder(system, 'ORD-G00D000000', ({ status }) => status === 'pending');
  sweep(['queues']);
  const { id, kind, context } = await oneOf(({ summary }) => summary.startsWith('Placements wait to become orders'));
  expect({ kind, waiting: context['waiting'] }).toEqual({ kind: 'stalled', waiting: 21 });
  expect(context['last_error']).toMatch(/^ORD-BR0KEN00\d\d: The record cannot hold this/);
  const tries = () =>
    sql<{ tries: number }>`select attempts as tries from order_intake where number = ${oldest}`.execute(db);
  expect((await tries()).rows).toEqual([{ tries: 1 }]);
  await sql`
    update order_intake set placement = jsonb_set(placement, '{policy,bankTransferWindow}', '604800000'), due_at = now()
     where number = any(${broken})`.execute(db);
  await untilOrder(system, oldest, ({ status }) => status === 'pending');
  await agreeing(id);
  expect((await close(id)).status).toBe(200);
});

test('a mail that was given up is told by a person, once, and again when another is', async () => {
  const { db } = system.database;
  const number = await place(system);
  await untilOrder(system, number, isLabelled);
  await system.stopPumps();
  const giveUp = (kind: string) =>
    sql`insert into email (key, kind, order_number, gave_up_at, last_error)
        values (${`given-up-${kind}`}, ${kind}, ${number}, now(), '550 no such mailbox')`.execute(db);
  await giveUp('delay');
  sweep(['mails']);
  const first = await oneOf(({ order, kind }) => order === number && kind === 'stalled');
  expect(first.summary).toContain('mails were given up: delay.');
  expect(first.context).toMatchObject({ mails: [{ kind: 'delay', last_error: '550 no such mailbox' }] });
  expect((await close(first.id)).status).toBe(200);
  await rounds(['mails']);
  expect((await ofBooks()).filter(({ order }) => order === number)).toEqual([]);
  await giveUp('shipped');
  const second = await oneOf(({ order, kind }) => order === number && kind === 'stalled');
  expect(second.summary).toContain('delay, shipped');
  expect((await close(second.id)).status).toBe(200);
  await sql`delete from email where key like 'given-up-%'`.execute(db);
  system.startPumps();
});

test('mails to staff, to sellers and to people who sign in come before a person likewise, one matter for each', async () => {
  const { db } = system.database;
  await system.stopPumps();
  const lost = { last_error: sql`'550 no such mailbox'`, gave_up_at: sql`now()` };
  const giveUpDigest = () =>
    sql`insert into exception_digest (store, reminders, escalations, gave_up_at, last_error)
        values ('main', '{}', '{}', ${lost.gave_up_at}, ${lost.last_error})`.execute(db);
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  await sql`insert into person (id, name, email, role, seller) values ('lost', 'Lost', 'lost@seller.example', 'seller', 'acme')`.execute(
    db,
  );
  await sql`insert into seller_reminder (order_number, person_id, seller, answer_by, gave_up_at, last_error)
            values (${number}, 'lost', 'acme', now(), ${lost.gave_up_at}, ${lost.last_error})`.execute(db);
  await sql`insert into person_email (id, kind, address, locale, gave_up_at, last_error)
            values ('lost', 'invitation', 'lost@seller.example', 'en', ${lost.gave_up_at}, ${lost.last_error})`.execute(
    db,
  );
  await sql`insert into stock_alert (sku, location, available, mail_due_at, mail_error)
            values ('MUG', 'WEST', 0, 'infinity', ${lost.last_error})`.execute(db);
  for (let round = 0; round < 3; round += 1) await giveUpDigest();
  sweep(['mails']);
  const about = (to: string) =>
    oneOf(({ order, summary }) => order === null && summary.startsWith(`Mails to ${to} were given up`));
  const staff = await about('staff');
  expect(staff.context).toMatchObject({
    count: 4,
    kinds: ['exceptions', 'low_stock'],
    last_error: '550 no such mailbox',
  });
  const sellers = await about('sellers');
  expect(sellers.context).toMatchObject({ count: 1, kinds: ['reminder'] });
  const people = await about('people');
  expect(people.context).toMatchObject({ count: 1, kinds: ['invitation'] });
  expect(people.summary).not.toContain('lost@');
  expect((await close(staff.id)).status).toBe(200);
  await rounds(['mails']);
  const open = (await ofBooks()).filter(({ summary }) => summary.startsWith('Mails to'));
  expect(open.map(({ id }) => id).toSorted((a, b) => a.localeCompare(b))).toEqual(
    [people.id, sellers.id].toSorted((a, b) => a.localeCompare(b)),
  );
  await giveUpDigest();
  expect((await about('staff')).context).toMatchObject({ count: 5 });
  for (const { id } of (await ofBooks()).filter(({ summary }) => summary.startsWith('Mails to')))
    expect((await close(id)).status).toBe(200);
  for (const table of ['exception_digest', 'seller_reminder', 'person_email', 'stock_alert'])
    await sql`delete from ${sql.table(table)}`.execute(db);
  await sql`delete from person where id = 'lost'`.execute(db);
  system.startPumps();
});

test('orders in flight disagree with nobody', async () => {
  await system.stop();
  system = await startSystem();
  // Half a second between the two looks at a matter, where the product takes a minute.
  sweep(undefined, { confirmSeconds: 0.5 });
  const numbers = await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      place(
        system,
        index % 4 === 0 ? { payment: { method: 'cod' } } : index % 4 === 1 ? { items: BOTH, total: '49.99' } : {},
      ),
    ),
  );
  await Promise.all(
    numbers.map(async (number, index) => {
      if (index % 3 === 0) {
        await untilOrder(system, number, isLabelled);
        await system.call('POST', `/v1/orders/${number}/actions/cancel`, { body: { reason: 'changed their mind' } });
      } else await deliver(system, number);
    }),
  );
  await rounds(COMPARISONS, 2);
  expect(await ofBooks()).toEqual([]);
  const { body } = await system.call('GET', '/metrics');
  expect(body).toMatch(/^books_disagreeing\{comparison="stock"\} 0$/m);
  expect(body).toMatch(/^books_compared_seconds_ago\{comparison="payments"\} \d/m);
});

const BOTH = [
  { sku: 'MUG', quantity: 1, unit_price: '15.00' },
  { sku: 'TEE', quantity: 1, unit_price: '29.99' },
];
