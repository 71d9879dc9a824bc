import type { Logger } from 'pino';
import type { GatewayPage, Listed } from '../activities/ports.ts';
import {
  type BesidePayment,
  disputesNotHeardOf,
  givenUpMails,
  givenUpNotices,
  knownNumbers,
  type LevelBooks,
  type LostNotices,
  latePayments,
  levelsAfter,
  levelsOf,
  openDisputes,
  openOf,
  openOrders,
  ordersThatMayBeLate,
  ordersWithGivenUpMails,
  ordersWithParcels,
  type ParcelBooks,
  type PurchaseBooks,
  parcelBooks,
  type ReturnBooks,
  returnBooks,
  stuckQueues,
  touchedPayments,
  warningsNotHeardOf,
} from '../db/books.ts';
import { readOrder } from '../db/order-reader.ts';
import { type ComparisonName, type Finding, overdueOf, paymentDifferences } from '../domain/comparisons.ts';
import { dutiesOf } from '../domain/duties.ts';
import { Refused, Throttled } from '../domain/failures.ts';
import type { Order } from '../domain/order.ts';
import { type Listening, lookAtDispute, lookAtWarning } from './inbox-pump.ts';
import type { WorkflowBooks } from './workflow-books.ts';

/** The comparisons themselves: what each looks at, in which order, and what it finds. */

const DAY = 86_400_000;

export type Books = Listening & {
  readonly workflows: WorkflowBooks;
  readonly log: Logger;
  /** A payment is compared when it has not changed for so long. */
  readonly restSeconds: number;
  /** How far back the daily look at payments, and that at parcels, goes. */
  readonly days: number;
  /** What waits in a queue for longer than this is stuck. */
  readonly stuckSeconds: number;
};

/** `undecided`: subjects of which nothing can be said now, as they are on their way or their partner does not answer. */
export type Verdict = { readonly found: readonly Finding[]; readonly undecided?: readonly string[] };
/** `position`: where to go on, null when the round is over; `isLast`: it is over, and the next one goes on from `position`. */
export type Batch = {
  readonly subjects: readonly string[];
  readonly position: string | null;
  readonly isLast?: boolean;
};
export type Comparison = {
  readonly next: (books: Books, position: string | null, limit: number) => Promise<Batch>;
  readonly examine: (books: Books, subjects: readonly string[]) => Promise<Verdict>;
};

/** A round through a list that is read from its beginning each time. */
const round =
  (list: (books: Books, after: string, limit: number) => Promise<string[]>): Comparison['next'] =>
  async (books, position, limit) => {
    const subjects = await list(books, position ?? '', limit);
    return { subjects, position: subjects.length < limit ? null : (subjects.at(-1) ?? null) };
  };

const ofOrder = (
  orderNumber: string,
  kind: Finding['kind'],
  summary: string,
  context: Finding['context'],
): Finding => ({
  subject: orderNumber,
  orderNumber,
  kind,
  summary,
  context,
});

const workflows: Comparison = {
  next: round(({ db }, after, limit) => openOrders(db, after, limit)),
  async examine({ db, workflows: engine }, numbers) {
    const running = await engine.running(numbers);
    const statuses = new Map<string, string>();
    for (const number of numbers) if (!running.has(number)) statuses.set(number, await engine.statusOf(number));
    const missing = [...statuses].filter(([, status]) => status !== 'running').map(([number]) => number);
    // Read last: the workflow may have ended because its order did.
    const found = (await openOf(db, missing)).map((number) => {
      const status = statuses.get(number) ?? 'gone';
      return ofOrder(number, 'workflow_missing', `The order is open and its workflow is ${status}.`, {
        workflow: status,
      });
    });
    return { found };
  },
};

const strays: Comparison = {
  async next({ workflows: engine }, position, limit) {
    const { numbers, next } = await engine.page(position, limit);
    return { subjects: numbers, position: next };
  },
  async examine({ db, workflows: engine }, numbers) {
    const known = new Set(await knownNumbers(db, numbers));
    const unknown = numbers.filter((number) => !known.has(number));
    const found: Finding[] = [];
    for (const number of unknown) {
      if ((await engine.statusOf(number)) !== 'running') continue;
      const summary = `A workflow of the order ${number} runs, and there is no such order.`;
      found.push({ subject: number, orderNumber: null, kind: 'books_disagree', summary, context: { order: number } });
    }
    return { found };
  },
};

const duties: Comparison = {
  next: round(({ db }, after, limit) => ordersThatMayBeLate(db, after, limit)),
  async examine({ db, workflows: engine }, numbers) {
    const records = await Promise.all(numbers.map((number) => readOrder(db, number)));
    const late = records.flatMap((record) => {
      const summary = record === null ? null : overdueOf(record.order, record.updatedAt.getTime(), Date.now());
      if (record === null || summary === null) return [];
      const { order, waitingFor } = record;
      const finding = ofOrder(order.number, 'stalled', summary, { waiting_for: waitingFor, version: order.version });
      return [{ finding, hasEnded: order.closedAt !== null }];
    });
    // That an open order has no workflow is another matter.
    const running = await engine.running(late.map(({ finding }) => finding.subject));
    const found = late.filter(({ finding, hasEnded }) => hasEnded || running.has(finding.subject));
    return { found: found.map(({ finding }) => finding) };
  },
};

/** What the order itself is about to ask the gateway, it will hear by itself. */
const isUnderWay = (order: Order): boolean => dutiesOf(order).some(({ lane }) => lane === 'payment');

async function examinePayment({ db, stripe }: Books, number: string): Promise<Finding | null | 'undecided'> {
  const before = await readOrder(db, number);
  const reference = before?.order.payment.reference ?? null;
  if (before === null || reference === null) return null;
  if (isUnderWay(before.order)) return 'undecided';
  let differences: string[];
  try {
    const reading = await stripe.read(reference);
    differences = paymentDifferences(before.order, reading);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    differences = [`the gateway does not give the payment ${reference}: ${error.message}`];
  }
  if (differences.length === 0) return null;
  const after = await readOrder(db, number);
  if (after?.order.version !== before.order.version) return 'undecided';
  const summary = `The payment ${reference} is not as the order has it: ${differences.join('; ')}.`;
  return ofOrder(number, 'books_disagree', summary, { reference, differences });
}

async function examinePayments(books: Books, numbers: readonly string[]): Promise<Verdict> {
  const found: Finding[] = [];
  const undecided: string[] = [];
  for (const number of numbers) {
    try {
      const finding = await examinePayment(books, number);
      if (finding === 'undecided') undecided.push(number);
      else if (finding !== null) found.push(finding);
    } catch (error) {
      // All of them are asked again when the lease of this comparison ends.
      if (error instanceof Throttled) throw error;
      books.log.warn({ err: error, order: number }, 'a payment could not be compared; it is tried again later');
      undecided.push(number);
    }
  }
  return { found, undecided };
}

/** What has changed since the last look; the position is kept from round to round. */
const payments: Comparison = {
  async next({ db, days, restSeconds }, position, limit) {
    const touched = await touchedPayments(db, { after: position, days, restSeconds }, limit);
    return {
      subjects: touched.map(({ number }) => number),
      position: touched.at(-1)?.place ?? position,
      isLast: touched.length < limit,
    };
  },
  examine: examinePayments,
};

const paymentsDaily: Comparison = {
  next: round(({ db, days }, after, limit) => latePayments(db, after, days, limit)),
  examine: examinePayments,
};

/** A dispute or a warning of a payment, by both ids. */
const besideNamed = ({ id, payment }: BesidePayment): string => `${id} ${payment}`;

/**
 * Looks as if an event had told of it: what is news to its order becomes the order's own matter. So nothing is found, and nobody has to
 * tell two exceptions of one thing apart.
 */
const lookingAt =
  (look: typeof lookAtDispute): Comparison['examine'] =>
  async (books, subjects) => {
    for (const subject of subjects) {
      const [id = '', payment = ''] = subject.split(' ');
      try {
        const outcome = await look(books, payment, id);
        if (outcome !== 'nothing new')
          books.log.warn({ id, payment, outcome }, 'the gateway has what no event told of');
      } catch (error) {
        if (error instanceof Throttled) throw error;
        books.log.warn({ err: error, id, payment }, 'it could not be looked at; it is tried again in the next round');
      }
    }
    return { found: [] };
  };

/** Walks the gateway's list of the last days, page by page; its subjects are those that are not heard of. */
const throughList =
  <One extends { readonly id: string }>(
    list: (books: Books, wanted: GatewayPage) => Promise<Listed<One>>,
    notHeardOf: (db: Books['db'], listed: readonly (One & BesidePayment)[]) => Promise<BesidePayment[]>,
  ): Comparison['next'] =>
  async (books, position, limit) => {
    const since = Date.now() - books.days * DAY;
    const page = await list(books, { since, after: position, limit }).catch((error: unknown) => {
      // The place is unknown to the gateway: the list is begun anew with the next round.
      if (error instanceof Refused && position !== null) return { entries: [], next: null };
      throw error;
    });
    const subjects = (await notHeardOf(books.db, page.entries)).map(besideNamed);
    return { subjects, position: page.next };
  };

const disputes: Comparison = {
  next: throughList(({ stripe }, wanted) => stripe.listDisputes(wanted), disputesNotHeardOf),
  examine: lookingAt(lookAtDispute),
};

/** A bank may take longer to decide than the list goes back. */
const disputesDaily: Comparison = {
  next: round(async ({ db }, after, limit) => {
    const [id = ''] = after.split(' ');
    return (await openDisputes(db, id, limit)).map(besideNamed);
  }),
  examine: lookingAt(lookAtDispute),
};

const warnings: Comparison = {
  next: throughList(async ({ stripe }, wanted) => {
    const { entries, next } = await stripe.listFraudWarnings(wanted);
    return { entries: entries.filter(({ actionable }) => actionable), next };
  }, warningsNotHeardOf),
  examine: lookingAt(lookAtWarning),
};

/** What the carrier has otherwise than our purchases. */
async function purchaseDifferences({ carriers }: Books, id: string, purchases: PurchaseBooks): Promise<string[]> {
  const { bought, unbought, givenBack } = purchases;
  const found: string[] = [];
  for (const rate of unbought) {
    const sold = await carriers.findLabel(rate);
    if (sold !== null && !bought.includes(sold.transaction))
      found.push(`the carrier has sold the label ${sold.transaction} for ${id}, and we do not know of it`);
  }
  for (const transaction of givenBack) {
    const refund = await carriers.labelRefund(transaction);
    if (refund === 'refused') found.push(`the carrier does not pay back the label ${transaction} of ${id}`);
    if (refund === 'none')
      found.push(`the label ${transaction} of ${id} was given back, and the carrier knows nothing of it`);
  }
  return found;
}

async function parcelDifferences(books: Books, parcel: ParcelBooks): Promise<string[]> {
  const { parcel: id, status, label, bought } = parcel;
  const found: string[] = [];
  if (bought.length > 1) found.push(`${id} has ${bought.length} labels that were paid: ${bought.join(', ')}`);
  if (status === 'labelled' && label === null) found.push(`${id} is labelled and has no label`);
  else if (status === 'labelled' && label !== null && !bought.includes(label))
    found.push(`${id} leaves under the label ${label}, and no purchase of it is known`);
  return [...found, ...(await purchaseDifferences(books, id, parcel))];
}

/** A return has a label for each place, so that several were bought says nothing. */
async function returnDifferences(books: Books, returned: ReturnBooks): Promise<string[]> {
  const { return: id, labels: has, bought } = returned;
  const unknown = bought.filter((label) => !has.includes(label));
  const unbought = has.filter((label) => !bought.includes(label));
  return [
    ...unknown.map((label) => `the label ${label} was paid for ${id}, which does not have it`),
    ...unbought.map((label) => `${id} has the label ${label}, and no purchase of it is known`),
    ...(await purchaseDifferences(books, id, returned)),
  ];
}

const labels: Comparison = {
  next: round(({ db, days }, after, limit) => ordersWithParcels(db, after, days, limit)),
  async examine(books, numbers) {
    const found = new Map<string, string[]>();
    const note = (number: string, differences: readonly string[]): void => {
      if (differences.length > 0) found.set(number, [...(found.get(number) ?? []), ...differences]);
    };
    for (const parcel of await parcelBooks(books.db, numbers, books.days))
      note(parcel.number, await parcelDifferences(books, parcel));
    for (const returned of await returnBooks(books.db, numbers, books.days))
      note(returned.number, await returnDifferences(books, returned));
    return {
      found: [...found].map(([number, differences]) =>
        ofOrder(number, 'books_disagree', `Labels are not as the order has them: ${differences.join('; ')}.`, {
          differences,
        }),
      ),
    };
  },
};

const levelNamed = ({ sku, location }: LevelBooks): string => `${sku}@${location}`;
const levelFrom = (subject: string): readonly [string, string] => {
  const at = subject.lastIndexOf('@');
  return [subject.slice(0, at), subject.slice(at + 1)];
};

function stockDifferences({ onHand, held, holds, movedOnHand, movedHeld, forgotten }: LevelBooks): string[] {
  return [
    ...(held === holds ? [] : [`${held} units are counted as held, and orders hold ${holds}`]),
    ...(held === movedHeld ? [] : [`${held} units are counted as held, and the movements come to ${movedHeld}`]),
    ...(onHand === movedOnHand ? [] : [`${onHand} units are on hand, and the movements come to ${movedOnHand}`]),
    ...(forgotten === 0 ? [] : [`${forgotten} units are held by orders that have ended`]),
  ];
}

const stock: Comparison = {
  async next({ db }, position, limit) {
    const levels = await levelsAfter(db, position === null ? ['', ''] : levelFrom(position), limit);
    const subjects = levels.map(levelNamed);
    return { subjects, position: levels.length < limit ? null : (subjects.at(-1) ?? null) };
  },
  async examine({ db }, subjects) {
    const found = (await levelsOf(db, subjects.map(levelFrom))).flatMap((level) => {
      const differences = stockDifferences(level);
      if (differences.length === 0) return [];
      const summary = `${level.sku} at ${level.location}: ${differences.join('; ')}.`;
      const finding: Finding = {
        subject: levelNamed(level),
        orderNumber: null,
        kind: 'books_disagree',
        summary,
        context: level,
      };
      return [finding];
    });
    return { found };
  },
};

const WAITING: Readonly<Record<string, string>> = {
  intake: 'Placements wait to become orders',
  mail: 'Mails wait to be sent',
  stripe: 'Events of stripe wait to be applied',
  shippo: 'Events of shippo wait to be applied',
};
const queues: Comparison = {
  next: () => Promise.resolve({ subjects: Object.keys(WAITING), position: null }),
  async examine({ db, stuckSeconds }, subjects) {
    const found = (await stuckQueues(db, stuckSeconds))
      .filter(({ queue }) => subjects.includes(queue))
      .map(({ queue, waiting, since, lastError }): Finding => {
        const summary = `${WAITING[queue]} since ${since.toISOString()}.`;
        return {
          subject: queue,
          orderNumber: null,
          kind: 'stalled',
          summary,
          context: { waiting, last_error: lastError },
        };
      });
    return { found };
  },
};

/** Those who are written to about no order of theirs as buyers, and what is to be done for them. */
const READERS: ReadonlyMap<string, string> = new Map([
  ['staff', 'Look at the queue and at low stock by yourselves, and at STAFF_EMAIL and `escalation`.'],
  ['sellers', 'Remind them in another way of the orders they have not accepted.'],
  ['people', 'Look at their addresses, and invite them or send the link again.'],
]);

/** The summary changes when another one is given up, and not when an old one is out of sight. */
const ofNotices = ({ to, last, count, kinds, lastError }: LostNotices): Finding => ({
  subject: to,
  orderNumber: null,
  kind: 'stalled',
  summary: `Mails to ${to} were given up, the last at ${last.toISOString()}. ${READERS.get(to) ?? ''}`,
  context: { count, kinds, last_error: lastError },
});

const ordersWithLostMails = round(({ db, days }, after, limit) => ordersWithGivenUpMails(db, after, days, limit));

/** Whoever was not told is told by a person; the mail server's answer may hold the address, so it stays out of the summary. */
const mails: Comparison = {
  async next(books, position, limit) {
    const { subjects, ...rest } = await ordersWithLostMails(books, position, limit);
    return { ...rest, subjects: position === null ? [...READERS.keys(), ...subjects] : subjects };
  },
  async examine({ db, days }, subjects) {
    const ofOrders = (await givenUpMails(db, subjects, days)).map(({ number, mails: lost }) => {
      const kinds = [...new Set(lost.map(({ kind }) => kind))].join(', ');
      const summary = `The buyer was not told, as mails were given up: ${kinds}. Tell them in another way.`;
      return ofOrder(number, 'stalled', summary, { mails: lost });
    });
    const notices = subjects.some((subject) => READERS.has(subject)) ? await givenUpNotices(db, days) : [];
    return { found: [...ofOrders, ...notices.filter(({ to }) => subjects.includes(to)).map(ofNotices)] };
  },
};

export const COMPARISON_OF: Readonly<Record<ComparisonName, Comparison>> = {
  workflows,
  strays,
  duties,
  payments,
  payments_daily: paymentsDaily,
  disputes,
  disputes_daily: disputesDaily,
  warnings,
  labels,
  stock,
  queues,
  mails,
};
