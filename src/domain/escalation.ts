import type { Severity } from './exceptions.ts';
import type { ExceptionKind } from './order.ts';

/** Who is told of an exception that waits, and when: the steps of a store's policy, each told once. */

/** `staff`: the address of the desk; `holder`: whoever has claimed it. */
export const RECIPIENTS = ['staff', 'owners', 'holder'] as const;
/** Of new orders; nobody holds one. */
export const ORDER_RECIPIENTS = ['staff', 'owners'] as const;
export const CHANNELS = ['email'] as const;

export type EscalationStep = {
  /** Milliseconds after it is due, below zero before that; `half`: when half of its time is over. */
  readonly at: number | 'half';
  /** Words of `RECIPIENTS`, and mail addresses. */
  readonly to: readonly string[];
  readonly channel: (typeof CHANNELS)[number];
  /** Null: all. */
  readonly severities: readonly Severity[] | null;
  readonly kinds: readonly ExceptionKind[] | null;
};

/** An open exception; times are epoch milliseconds. */
export type Unsettled = {
  readonly kind: string;
  readonly severity: string;
  readonly openedAt: number;
  readonly dueAt: number;
  readonly isHeld: boolean;
  /** The moment of the last step that was told; null when none was. */
  readonly toldUntil: number | null;
};

export type Reached = {
  readonly until: number;
  readonly isOverdue: boolean;
  readonly to: readonly string[];
};

const momentOf = ({ at }: EscalationStep, { openedAt, dueAt }: Unsettled): number =>
  at === 'half' ? Math.floor((openedAt + dueAt) / 2) : dueAt + at;

const isAbout = ({ severities, kinds }: EscalationStep, { severity, kind }: Unsettled): boolean =>
  severities?.includes(severity as Severity) !== false && kinds?.includes(kind as ExceptionKind) !== false;

/**
 * The steps that are to be told now, as one; null when none is. A step is known by its moment, so that a changed policy tells nothing
 * twice. Before it is due only what nobody holds is told of: its holder knows.
 */
export function stepsReached(steps: readonly EscalationStep[], one: Unsettled, now: number): Reached | null {
  const reached = steps
    .filter((step) => isAbout(step, one))
    .map((step) => ({ to: step.to, moment: momentOf(step, one) }))
    .filter(({ moment }) => moment <= now && moment > (one.toldUntil ?? Number.NEGATIVE_INFINITY))
    .filter(({ moment }) => moment >= one.dueAt || !one.isHeld);
  if (reached.length === 0) return null;
  const until = Math.max(...reached.map(({ moment }) => moment));
  return { until, isOverdue: until >= one.dueAt, to: [...new Set(reached.flatMap(({ to }) => to))] };
}

/** `address` null: that of the desk, as it is set when the mail goes out. `locale` null: the language of staff. */
export type Recipient = { readonly address: string | null; readonly locale: string | null };
const DESK: Recipient = { address: null, locale: null };

/** Each once. Where the words find nobody, as nobody holds it or no owner signs in, the desk is told. */
export function recipientsOf(
  to: readonly string[],
  { owners, holder }: { readonly owners: readonly Recipient[]; readonly holder: Recipient | null },
): Recipient[] {
  const found = to.flatMap((one): readonly Recipient[] => {
    if (one === 'staff') return [DESK];
    if (one === 'owners') return owners;
    if (one === 'holder') return holder === null ? [] : [holder];
    return [{ address: one, locale: null }];
  });
  const isSame = (one: Recipient, other: Recipient): boolean =>
    one.address?.toLowerCase() === other.address?.toLowerCase();
  const each = found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
  return each.length === 0 ? [DESK] : each;
}
