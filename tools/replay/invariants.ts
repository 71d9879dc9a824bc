import { WorkflowNotFoundError } from '@temporalio/client';
import type { Ledger, LedgerPayment } from '../../sandbox/control.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { messageIdOf } from '../../src/workers/mail-attempt.ts';
import { orderQuery } from '../../src/workflows/messages.ts';
import type { Access } from '../system/access.ts';
import { costOf, failedTasksOf, type RunCost } from '../system/histories.ts';
import { inParallel } from './in-parallel.ts';
import {
  oversoldUnits,
  type RecordedLabel,
  type RecordedMail,
  type RecordedOrder,
  recordedLabels,
  recordedMails,
  recordedOrders,
  stockDrift,
} from './record.ts';

/** What must hold whatever happened, each as a number that must be 0. */
export interface Invariants {
  /** Accepted orders that the record or the engine does not have, or has in two different states. */
  readonly orders_lost: number;
  readonly oversold_units: number;
  /** Units by which the books of the stock disagree. */
  readonly stock_drift: number;
  /** Minor units by which the gateway's books, ours and the orders disagree. */
  readonly money_drift: number;
  readonly duplicate_labels: number;
  readonly duplicate_emails: number;
  /** Workflow tasks that failed, and workflows that ended other than by completing. */
  readonly failed_workflow_tasks: number;
}

/** The numbers, and a sentence for each thing found, so that a number other than 0 can be looked into. */
export interface Verdict {
  readonly invariants: Invariants;
  readonly findings: readonly string[];
  readonly orders: readonly RecordedOrder[];
  readonly costs: readonly RunCost[];
}

const ENGINE_WIDTH = 8;
const UNDONE = new Set(['cancelled', 'failed']);
const ENDED_BADLY = new Set(['FAILED', 'TERMINATED', 'TIMED_OUT', 'CANCELLED']);

type Find = (finding: string) => void;

/** The runs of the accepted orders; the ones the engine does not know are missing in the answer. */
async function engineRuns({ temporal }: Access, numbers: readonly string[]): Promise<Map<string, RunCost>> {
  const runs = await inParallel(numbers, ENGINE_WIDTH, (number) =>
    costOf(temporal, workflowIdOf(number)).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }),
  );
  return new Map(numbers.flatMap((number, index) => (runs[index] == null ? [] : [[number, runs[index]] as const])));
}

/** Compares each order's workflow with its record. A closed workflow has nothing to say; the record alone counts then. */
async function lostOrders(
  { temporal }: Access,
  numbers: readonly string[],
  recorded: ReadonlyMap<string, RecordedOrder>,
  runs: ReadonlyMap<string, RunCost>,
  find: Find,
): Promise<number> {
  const found = await inParallel(numbers, ENGINE_WIDTH, async (number) => {
    const row = recorded.get(number);
    if (row === undefined) return `${number} was accepted and is not in the record`;
    const run = runs.get(number);
    if (run === undefined) return `${number} is in the record and has no workflow`;
    if (run.status !== 'RUNNING') return null;
    const held = await temporal.workflow.getHandle(run.workflowId).query(orderQuery);
    if (held?.version === row.version && held.status === row.status) return null;
    return `${number} is ${row.status} (version ${row.version}) in the record and ${held?.status} (${held?.version}) in the engine`;
  });
  const lost = found.filter((one) => one !== null);
  for (const one of lost) find(one);
  return lost.length;
}

/** What the gateway has, we have, and the order asks for, pair by pair. */
function driftOf(order: RecordedOrder, atGateway: LedgerPayment | undefined): number {
  const kept = order.captured - order.refunded;
  const isRefunded = order.paymentStatus === 'refunded' || order.paymentStatus === 'partially_refunded';
  const isPaid = order.paymentStatus === 'paid' || (order.status === 'completed' && !isRefunded);
  const owed = UNDONE.has(order.status) ? 0 : isPaid ? order.total : kept;
  const ownDrift = Math.abs(kept - owed);
  if (order.method !== 'stripe' || (order.reference !== null && !order.reference.startsWith('pi_'))) return ownDrift;
  const { captured = 0, refunded = 0, authorized = 0, successful_charges: charges = 0 } = atGateway ?? {};
  const twice = charges > 1 ? authorized - order.total : 0;
  // The buyer's money is held for an order that nobody will send.
  const forNothing = UNDONE.has(order.status) && atGateway?.status === 'requires_capture' ? authorized : 0;
  return (
    ownDrift + Math.abs(captured - order.captured) + Math.abs(refunded - order.refunded) + Math.abs(twice) + forNothing
  );
}

function moneyDrift(orders: readonly RecordedOrder[], ledger: Ledger, find: Find): number {
  const payments = new Map(ledger.payments.map((payment) => [payment.payment_intent, payment]));
  let drift = 0;
  for (const order of orders) {
    const atGateway = payments.get(order.reference ?? '');
    const own = driftOf(order, atGateway);
    if (own === 0) continue;
    drift += own;
    const there = atGateway === undefined ? 'nothing' : `${atGateway.captured} - ${atGateway.refunded}`;
    find(
      `${order.number} (${order.status}) asks for ${order.total}, has ${order.captured} - ${order.refunded}, the gateway ${there}`,
    );
  }
  const ours = new Set(orders.map(({ number }) => number));
  const claimed = new Set(orders.map(({ reference }) => reference));
  for (const payment of ledger.payments) {
    const stray = ours.has(payment.metadata['order_number'] ?? '') && !claimed.has(payment.payment_intent);
    if (!stray || payment.captured === payment.refunded) continue;
    drift += payment.captured - payment.refunded;
    find(`${payment.payment_intent} took money for ${payment.metadata['order_number']}, whose payment is another`);
  }
  return drift;
}

/** Every label bought for a fulfilment beyond the one it knows of, voided or not. */
function duplicateLabels(labels: readonly RecordedLabel[], ledger: Ledger, find: Find): number {
  const known = new Map(labels.map(({ fulfilment, transaction }) => [fulfilment, transaction]));
  const extra = ledger.labels.filter(
    ({ metadata, transaction }) => known.has(metadata) && known.get(metadata) !== transaction,
  );
  for (const label of extra)
    find(`${label.metadata} has the label ${label.tracking_number} that its order does not know`);
  return extra.length;
}

/** Mails that arrived twice, that were asked for twice under two keys, or that nobody asked for. */
function duplicateMails({ config }: Access, mails: readonly RecordedMail[], ledger: Ledger, find: Find): number {
  const asked = new Map(mails.map((mail) => [messageIdOf(mail.key, config.MAIL_FROM, config.PUBLIC_URL), mail]));
  const numbers = new Set(mails.map(({ orderNumber }) => orderNumber));
  const seen = new Set<string>();
  const notice = (subject: string, what: string): number => {
    if (!seen.has(subject)) {
      seen.add(subject);
      return 0;
    }
    find(what);
    return 1;
  };
  let duplicates = 0;
  for (const { key, kind, orderNumber, fulfilment } of mails) {
    // A payment may fail more than once, and a parcel may be late twice; the buyer is told each time.
    const apart = kind === 'payment_failed' || kind === 'delay' ? key : '';
    duplicates += notice(`asked ${orderNumber} ${kind} ${fulfilment} ${apart}`, `${key} was asked for under two keys`);
  }
  for (const { message_id: id, subject, to } of ledger.mails) {
    const number = /ORD-[0-9A-Z]{10}/.exec(subject)?.[0] ?? '';
    if (asked.has(id)) duplicates += notice(`sent ${id}`, `"${subject}" arrived twice at ${to.join(', ')}`);
    else if (numbers.has(number)) {
      duplicates += 1;
      find(`"${subject}" at ${to.join(', ')} is no mail that was asked for`);
    }
  }
  return duplicates;
}

function failedTasks(runs: ReadonlyMap<string, RunCost>, find: Find): number {
  let failed = 0;
  for (const [number, run] of runs) {
    const own = failedTasksOf(run) + (ENDED_BADLY.has(run.status) ? 1 : 0);
    if (own > 0) find(`the workflow of ${number} is ${run.status} and has ${failedTasksOf(run)} failed workflow tasks`);
    failed += own;
  }
  return failed;
}

/** Holds the record, the engine and the vendors' ledgers against each other, for the orders that were accepted. */
export async function verify(access: Access, numbers: readonly string[]): Promise<Verdict> {
  const findings: string[] = [];
  const find: Find = (finding) => void findings.push(finding);
  const { database, sandbox } = access;
  const [orders, labels, mails, runs, ledger] = await Promise.all([
    recordedOrders(database, numbers),
    recordedLabels(database, numbers),
    recordedMails(database, numbers),
    engineRuns(access, numbers),
    sandbox.ledger(),
  ]);
  const recorded = new Map(orders.map((order) => [order.number, order]));
  const invariants: Invariants = {
    orders_lost: await lostOrders(access, numbers, recorded, runs, find),
    oversold_units: await oversoldUnits(database),
    stock_drift: await stockDrift(database),
    money_drift: moneyDrift(orders, ledger, find),
    duplicate_labels: duplicateLabels(labels, ledger, find),
    duplicate_emails: duplicateMails(access, mails, ledger, find),
    failed_workflow_tasks: failedTasks(runs, find),
  };
  return { invariants, findings, orders, costs: [...runs.values()] };
}
