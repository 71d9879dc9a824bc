import {
  addComparisons,
  changeDiscrepancy,
  type Discrepancy,
  deleteDiscrepancy,
  discrepanciesOf,
  insertDiscrepancy,
  leaseComparison,
  noteProgress,
  openSubjects,
} from '../db/comparisons.ts';
import { noteAgreement, openExceptionOfNoOrder } from '../db/exceptions.ts';
import { readOrder } from '../db/order-reader.ts';
import { recordTransition, StaleOrder } from '../db/record.ts';
import { COMPARISONS, type ComparisonName, type Finding, lanesOf, mattersOf, newsOf } from '../domain/comparisons.ts';
import { versionOfException } from '../domain/keys.ts';
import { booksLane } from '../domain/lanes.ts';
import { decideNews } from '../domain/news.ts';
import { type Books, COMPARISON_OF, type Verdict } from './comparisons.ts';
import { lookAtPayment } from './inbox-pump.ts';
import { type Pump, startPump } from './pump.ts';

/**
 * Compares workflows, rows and gateways, and puts before a person whatever disagrees (docs/operations.md#the-books). Nothing is
 * judged by one look: what is on its way disagrees for a moment, so a matter counts when it is seen again later. For each there is
 * one exception, until a person closes it; when the books agree again, it is only marked so.
 */

const BATCH = 100;
const LEASE_S = 300;
/** An order that was told of a matter opens its exception within moments; told twice, it opens one all the same. */
const TOLD_AGAIN_AFTER_S = 600;

export type ReconciliationOptions = Books & {
  /** Pause between two rounds of a comparison. */
  readonly pauseSecondsOf: (name: ComparisonName) => number;
  /** A matter must be seen so long after it was seen first. */
  readonly confirmSeconds: number;
  readonly pauseMs?: number;
  /** Default: all. */
  readonly comparisons?: readonly ComparisonName[];
};

/** Those that cost a partner's answer for each subject, or reading many orders, are made less often. */
const SELDOM_S: Readonly<Partial<Record<ComparisonName, number>>> = {
  payments_daily: 86_400,
  disputes: 3_600,
  disputes_daily: 86_400,
  warnings: 3_600,
  labels: 3_600,
  duties: 3_600,
};
export const pausesOf =
  (everyMinutes: number): ReconciliationOptions['pauseSecondsOf'] =>
  (name) =>
    Math.max(everyMinutes * 60, SELDOM_S[name] ?? 0);

/** Clocks of two machines, and the moment between telling and writing that down. */
const CLOCKS_DIFFER_BY_MS = 60_000;

/** The exception about this matter: one that is open, opened by whomever, or what the order made of being told. */
async function exceptionOf(
  { db }: Books,
  name: ComparisonName,
  orderNumber: string,
  toldAgo: number | null,
): Promise<string | null> {
  const lanes = lanesOf(name);
  const about = (await readOrder(db, orderNumber))?.exceptions.filter(({ lane }) => lanes.includes(lane)) ?? [];
  const since = toldAgo === null ? Number.POSITIVE_INFINITY : Date.now() - toldAgo * 1000 - CLOCKS_DIFFER_BY_MS;
  return (about.find(({ status }) => status === 'open') ?? about.find(({ openedAt }) => openedAt >= since))?.id ?? null;
}

/**
 * The workflow may not listen: the record is moved on in its place, as the workflow itself would. Answers the version at which the
 * matter is recorded, for whoever is told of it; null when nothing was.
 */
async function recordFor(
  { db, log }: Books,
  name: ComparisonName,
  orderNumber: string,
  finding: Finding,
): Promise<number | null> {
  const record = await readOrder(db, orderNumber);
  if (record === null) return null;
  const { order, facts } = decideNews(record.order, newsOf(name, finding), Date.now());
  try {
    const recorded = facts.length > 0 && (await recordTransition(db, record.order, order, facts));
    return recorded ? order.version : null;
  } catch (error) {
    if (!(error instanceof StaleOrder)) throw error;
    log.info({ order: orderNumber, comparison: name }, 'the order has moved on meanwhile; it is looked at again');
    return null;
  }
}

/** The gateway's word counts: the order takes it over, and opens an exception of its own where it cannot. */
async function followGateway(books: Books, orderNumber: string, finding: Finding, name: ComparisonName): Promise<void> {
  const record = await readOrder(books.db, orderNumber);
  const { reference } = record?.order.payment ?? {};
  if (record === null || reference == null) return;
  const reading = await books.stripe.read(reference).catch(() => null);
  const facts = reading === null ? [] : decideNews(record.order, { type: 'payment_read', reading }, Date.now()).facts;
  const opensItself = facts.some((fact) => fact.type === 'exception_opened');
  if (!opensItself) await books.engine.tell(orderNumber, newsOf(name, finding));
  if (reading !== null) await lookAtPayment(books, reference);
}

async function openFor(books: Books, name: ComparisonName, orderNumber: string, finding: Finding): Promise<void> {
  if (name === 'payments') return followGateway(books, orderNumber, finding, name);
  if (finding.kind === 'books_disagree') return books.engine.tell(orderNumber, newsOf(name, finding));
  // An order that should have moved and has not may not hear; when it hears later, a person may have closed the matter.
  const recordedAs = await recordFor(books, name, orderNumber, finding);
  if (finding.kind === 'workflow_missing') return;
  return books.engine.tell(orderNumber, { ...newsOf(name, finding), ...(recordedAs === null ? {} : { recordedAs }) });
}

async function open(books: Books, name: ComparisonName, finding: Finding, known: Discrepancy): Promise<void> {
  const { subject, orderNumber, kind, summary, context } = finding;
  if (orderNumber === null) {
    await books.db.transaction().execute(async (trx) => {
      const exception = await openExceptionOfNoOrder(trx, { kind, lane: booksLane(name), summary, context });
      await changeDiscrepancy(trx, name, subject, { exception });
    });
    books.log.warn({ comparison: name, subject, summary }, 'the books disagree');
    return;
  }
  const standing = await exceptionOf(books, name, orderNumber, known.toldAgo);
  if (standing !== null) return changeDiscrepancy(books.db, name, subject, { exception: standing });
  if (known.toldAgo !== null && known.toldAgo < TOLD_AGAIN_AFTER_S) return;
  await openFor(books, name, orderNumber, finding);
  await changeDiscrepancy(books.db, name, subject, { told: true });
  books.log.warn({ comparison: name, subject, summary }, 'the books disagree');
}

/** A matter that a person has closed is a new one when it was settled meanwhile, or is another than it was. */
const isNew = (known: Discrepancy | undefined, { summary }: Finding): boolean =>
  known === undefined || (known.exceptionStatus === 'resolved' && (known.gone || known.summary !== summary));

async function disagrees(
  options: ReconciliationOptions,
  name: ComparisonName,
  finding: Finding,
  known: Discrepancy | undefined,
): Promise<void> {
  if (known === undefined || isNew(known, finding)) return insertDiscrepancy(options.db, name, finding);
  if (known.gone) {
    await changeDiscrepancy(options.db, name, finding.subject, { gone: false });
    if (known.exception !== null) await noteAgreement(options.db, known.exception, false);
  }
  if (known.exception === null && known.age >= options.confirmSeconds) await open(options, name, finding, known);
}

async function agrees(books: Books, name: ComparisonName, known: Discrepancy): Promise<void> {
  const { db } = books;
  const { subject, orderNumber, toldAgo, exceptionStatus } = known;
  if (known.exception === null) {
    const standing =
      toldAgo === null || orderNumber === null ? null : await exceptionOf(books, name, orderNumber, toldAgo);
    if (standing !== null) return changeDiscrepancy(db, name, subject, { exception: standing });
    if (toldAgo === null || toldAgo >= TOLD_AGAIN_AFTER_S) await deleteDiscrepancy(db, name, subject);
    return;
  }
  if (exceptionStatus !== 'open') return deleteDiscrepancy(db, name, subject);
  if (known.gone) return;
  // The exception may have been recorded while the workflow was not listening; told of it now, it reads the record again.
  if (orderNumber !== null && known.kind !== 'books_disagree')
    await books.engine.tell(orderNumber, {
      ...newsOf(name, { ...known, context: {} }),
      recordedAs: versionOfException(known.exception),
    });
  await noteAgreement(db, known.exception, true);
  await changeDiscrepancy(db, name, subject, { gone: true });
}

async function judge(options: ReconciliationOptions, name: ComparisonName, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  const { found, undecided = [] }: Verdict = await COMPARISON_OF[name].examine(options, subjects);
  const matters = mattersOf(name);
  const known = await discrepanciesOf(options.db, matters, subjects);
  for (const finding of found) await disagrees(options, matters, finding, known.get(finding.subject));
  const unsettled = new Set([...undecided, ...found.map(({ subject }) => subject)]);
  for (const one of known.values()) if (!unsettled.has(one.subject)) await agrees(options, matters, one);
}

/** One batch of the comparison that is due first; at the end of its round it also looks again at what disagreed. */
async function compare(options: ReconciliationOptions, names: readonly ComparisonName[]): Promise<number> {
  const { db } = options;
  const turn = await leaseComparison(db, names, LEASE_S);
  if (turn === null) return 0;
  const { name } = turn;
  const {
    subjects,
    position,
    isLast = position === null,
  } = await COMPARISON_OF[name].next(options, turn.position, BATCH);
  const again = isLast ? await openSubjects(db, mattersOf(name), BATCH) : [];
  await judge(options, name, [...new Set([...subjects, ...again])]);
  await noteProgress(db, { name, position }, isLast ? options.pauseSecondsOf(name) : null);
  return 1;
}

export function startReconciliation(options: ReconciliationOptions): Pump {
  const { db, log, pauseMs = 5_000, comparisons = COMPARISONS } = options;
  let isReady = false;
  return startPump({
    name: 'reconciliation',
    log,
    pauseMs,
    batch: async () => {
      if (!isReady) await addComparisons(db, comparisons);
      isReady = true;
      return compare(options, comparisons);
    },
  });
}
