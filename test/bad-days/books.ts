import temporalProto from '@temporalio/proto';
import { sql } from 'kysely';
import { expect, vi } from 'vitest';
import { readOrder } from '../../src/db/order-reader.ts';
import { stockDrift } from '../../src/db/stock.ts';
import { evolveAll } from '../../src/domain/evolve.ts';
import type { Fact } from '../../src/domain/facts.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { messageIdOf } from '../../src/workers/mail-attempt.ts';
import { eventually, type System } from '../setup/system.ts';

/** What must be true of the books after any day, however bad: ours, the gateway's, the carrier's and the buyer's inbox agree. */

/** What a partner did last may still be on its way to the record. */
const PARTNERS = { timeout: 20_000, interval: 200 };

const { EventType } = temporalProto.temporal.api.enums.v1;

/** Every fact of the timeline, folded from the first, gives the order in the record; both as they were at one moment. */
async function recordIsItsTimeline(system: System, number: string): Promise<void> {
  const snapshot = system.database.db.transaction().setIsolationLevel('repeatable read');
  const { rows, record } = await snapshot.execute(async (trx) => {
    const { rows } = await sql<{ seq: number; at: Date; role: string; id: string; type: string; data: object }>`
      select seq, at, actor_role as role, actor_id as id, type, data from order_event
       where order_number = ${number} order by seq`.execute(trx);
    return { rows, record: await readOrder(trx, number) };
  });
  const facts = rows.map(({ seq, at, role, id, type, data }) => ({
    ...data,
    type,
    seq,
    at: at.getTime(),
    actor: { role, id },
  })) as Fact[];
  expect(record?.order, `${number} and its timeline`).toEqual(evolveAll(undefined, facts));
}

async function moneyAgrees(system: System, number: string): Promise<void> {
  const record = await readOrder(system.database.db, number);
  const { payments } = await system.control.ledger();
  const theirs = payments.filter((payment) => payment.metadata['order_number'] === number);
  if (record?.order.payment.method !== 'stripe') {
    expect(theirs, `${number} is not paid by card`).toEqual([]);
    return;
  }
  const { payment } = record.order;
  expect(theirs.length, `PaymentIntents of ${number}`).toBeLessThanOrEqual(1);
  const [intent] = theirs;
  expect(intent?.payment_intent ?? null, `the payment of ${number}`).toBe(payment.reference);
  expect(intent?.successful_charges ?? 0, `charges of ${number}`).toBeLessThanOrEqual(1);
  const kept = { captured: payment.captured, refunded: payment.refunded };
  expect({ captured: intent?.captured ?? 0, refunded: payment.captured === 0 ? 0 : (intent?.refunded ?? 0) }).toEqual(
    kept,
  );
}

/** Each parcel has the one label the record names; there is no other, not even a voided one. */
async function labelsAgree(system: System, number: string): Promise<void> {
  const record = await readOrder(system.database.db, number);
  const { labels } = await system.control.ledger();
  const theirs = labels.filter((label) => label.metadata.startsWith(`${number}/`));
  const ours = (record?.order.fulfilments ?? []).flatMap(({ id, label }) =>
    label === null ? [] : [{ metadata: id, transaction: label.transaction, voided: label.voided }],
  );
  const plain = theirs.map(({ metadata, transaction, voided }) => ({ metadata, transaction, voided }));
  const byId = (a: { metadata: string }, b: { metadata: string }): number => a.metadata.localeCompare(b.metadata);
  expect(plain.sort(byId), `labels of ${number}`).toEqual(ours.sort(byId));
}

/** Longer than the lease of a mail (`src/workers/mail-pump.ts`): one that was leased when the database went waits for its end. */
const LEASED_MAIL_MS = 150_000;

/** Each mail that was written down has arrived, once. */
async function mailsArrived(system: System, numbers: readonly string[]): Promise<void> {
  const due = await eventually(
    async () => {
      const { rows } = await sql<{ key: string; sent: boolean }>`
        select key, sent_at is not null as sent from email where order_number = any(${numbers as string[]})`.execute(
        system.database.db,
      );
      return rows;
    },
    (rows) => rows.every((row) => row.sent),
    LEASED_MAIL_MS,
  );
  const { MAIL_FROM, PUBLIC_URL } = system.config;
  const wanted = due.map(({ key }) => messageIdOf(key, MAIL_FROM, PUBLIC_URL)).sort();
  const arrived = (await system.control.mails()).filter((mail) =>
    numbers.some((number) => mail.subject.includes(number)),
  );
  expect(arrived.map((mail) => mail.message_id).sort(), 'mails').toEqual(wanted);
}

/** Of every run of the order's workflow: no workflow task has failed, and none ended as failed. */
export async function engineIsCalm(system: System, number: string): Promise<void> {
  const { client } = system.temporal;
  const query = `WorkflowId = "${workflowIdOf(number)}"`;
  for await (const { workflowId, runId, status } of client.workflow.list({ query })) {
    expect(status.name, `${workflowId} ${runId}`).not.toMatch(/FAILED|TIMED_OUT/);
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const failed = (events ?? []).filter((event) => event.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
    const messages = failed.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message);
    expect(messages, `failed workflow tasks of ${number}`).toEqual([]);
  }
}

export async function expectSoundBooks(system: System, numbers: readonly string[]): Promise<void> {
  expect(await stockDrift(system.database.db)).toEqual({ heldMinusHolds: 0, levelsMinusMovements: 0, oversold: 0 });
  for (const number of numbers) {
    await recordIsItsTimeline(system, number);
    await vi.waitFor(() => moneyAgrees(system, number), PARTNERS);
    await vi.waitFor(() => labelsAgree(system, number), PARTNERS);
    await engineIsCalm(system, number);
  }
  await mailsArrived(system, numbers);
}
