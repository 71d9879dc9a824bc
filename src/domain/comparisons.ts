import { dutiesOf, waitOf } from './duties.ts';
import type { PaymentReading } from './facts.ts';
import { booksLane } from './lanes.ts';
import type { News } from './news.ts';
import { isUndone, type Order, type Payment } from './order.ts';
import { disagreements, paymentAfter } from './payment.ts';

/** What the books are compared by: workflows, rows and gateways are three records of the same orders, and must tell the same. */

export const COMPARISONS = [
  'workflows',
  'strays',
  'duties',
  'payments',
  'payments_daily',
  'disputes',
  'disputes_daily',
  'warnings',
  'labels',
  'stock',
  'queues',
  'mails',
] as const;
export type ComparisonName = (typeof COMPARISONS)[number];

type Disagreement = Extract<News, { type: 'disagreement' }>;

export type Finding = {
  /** What was compared: an order's number, a parcel's id, a level, a queue. */
  readonly subject: string;
  readonly orderNumber: string | null;
  readonly kind: Disagreement['kind'];
  /** One sentence; a person who has closed the matter is asked again only when it changes. */
  readonly summary: string;
  readonly context: Readonly<Record<string, unknown>>;
};

/** What an order is told of a finding about it. */
export const newsOf = (check: ComparisonName, { kind, summary, context }: Finding): Disagreement => ({
  type: 'disagreement',
  kind,
  check: mattersOf(check),
  summary,
  context,
});

/** Both comparisons of payments are about the same matters. */
export const mattersOf = (name: ComparisonName): ComparisonName => (name === 'payments_daily' ? 'payments' : name);

/** Lanes on which an open exception is about what this comparison finds; a person who has one needs no second. */
export const lanesOf = (check: ComparisonName): readonly string[] => {
  const own = booksLane(mattersOf(check));
  return mattersOf(check) === 'payments' ? [own, 'payment'] : [own];
};

/**
 * Where the gateway has the payment otherwise than the order, each as a sentence; empty when they agree. What people
 * have sent back past the gateway it does not know, and that is no difference.
 */
export function paymentDifferences(order: Order, reading: PaymentReading): string[] {
  const found = isUndone(order) ? [] : disagreements(order, reading);
  if (found.length > 0) return found;
  const { payment } = order;
  const theirs = paymentAfter(payment, reading);
  const differ = (what: string, ours: unknown, gateways: unknown): string[] =>
    ours === gateways ? [] : [`${what}: the order has ${String(ours)}, the gateway ${String(gateways)}`];
  // A page that was offered in place of a payment that failed waits for the buyer at the gateway.
  const isOffered = payment.status === 'failed' && theirs.status === 'pending';
  return [
    ...(isOffered ? [] : differ('status', payment.status, theirs.status)),
    ...differ('captured', payment.captured, theirs.captured),
    ...differ('refunded', payment.refunded, theirs.refunded),
    ...returnedTwice(payment, reading),
  ];
}

/** What a person has sent back may have gone back through the gateway as well, and nobody's sum shows it. */
function returnedTwice({ returnedByHand }: Payment, { captured, refunded }: PaymentReading): string[] {
  if (returnedByHand === 0 || refunded + returnedByHand <= captured) return [];
  return [`refunded: ${refunded} by the gateway and ${returnedByHand} by hand, of ${captured}`];
}

/** Partners are tried for an hour before a person is asked, so what is owed for longer than this is not under way. */
const DUTY_TAKES_AT_MOST = 2 * 3_600_000;
const DEADLINE_TAKES_AT_MOST = 10 * 60_000;

/** What should have happened by now, as a sentence; null when nothing should. `touchedAt`: when the order last changed. */
export function overdueOf(order: Order, touchedAt: number, now: number): string | null {
  const { until } = waitOf(order);
  const isDeadline = until !== null && until.kind !== 'reachable_until';
  if (isDeadline && until.at + DEADLINE_TAKES_AT_MOST < now)
    return `The deadline ${until.kind} of ${new Date(until.at).toISOString()} has passed and nothing came of it.`;
  const [duty] = dutiesOf(order);
  if (duty === undefined || touchedAt + DUTY_TAKES_AT_MOST > now) return null;
  return `The step ${duty.do} is due since ${new Date(touchedAt).toISOString()} and was not done.`;
}
