import { describe, expect, test } from 'vitest';
import { judge } from '../../src/domain/accepting.ts';
import { BUYER_REASONS, reasonForBuyer, reasonForOutsiders, refusalFor } from '../../src/domain/disclosure.ts';
import { begin } from '../../src/domain/draft.ts';
import type { Fact } from '../../src/domain/facts.ts';
import { refuse } from '../../src/domain/refusals.ts';
import { reasonOf } from '../../src/domain/timeline.ts';
import { AT, placed } from './given.ts';

const STAFF = { role: 'staff', id: 'ana' } as const;
const entry = (fact: Fact) => {
  const { seq: _seq, at: _at, actor: _actor, type, ...data } = fact;
  return { type, reason: reasonOf(fact), data };
};
const by = (body: Record<string, unknown>, seq = 2): ReturnType<typeof entry> =>
  entry({ seq, at: AT, actor: STAFF, ...body } as unknown as Fact);

describe('a buyer or a seller reads', () => {
  const CUT = { type: 'lines_cancelled', lines: [{ line: 1, quantity: 1 }], credit: 0 };
  test.each<[string, Record<string, unknown>, string | null]>([
    ['why units were cancelled', { ...CUT, reason: 'one is enough' }, 'one is enough'],
    [
      'nothing of the warehouse',
      { ...CUT, reason: 'Stock is short: MUG (2 wanted, 1 available).' },
      BUYER_REASONS.soldOut,
    ],
    [
      'that a seller cannot send them',
      { ...CUT, reason: BUYER_REASONS.sellerCannotSend },
      'The seller cannot send it.',
    ],
    [
      'what the store said to a seller',
      { type: 'cancellation_decided', seller: 'acme', accepted: true },
      'The store has cancelled the lines.',
    ],
    ['nothing where nobody gave a reason', { ...CUT, reason: 'no reason given' }, null],
    ['why a return is refused', { type: 'return_refused', return: 'b1', reason: 'used' }, 'used'],
    ['no call', { type: 'call_logged', outcome: 'fake', until: null, note: 'a swindler' }, null],
    ['no note on an exception', { type: 'exception_resolved', exception: 'x', resolution: 'close', note: 'hm' }, null],
    ['no note on a failed order', { type: 'order_failed', reason: 'a swindler' }, null],
    ['no note on a parcel sent again', { type: 'reship_requested', fulfilment: '1', reason: 'says she' }, null],
    ['no note on a refund', { type: 'refund_requested', refund: { reason: 'fraudulent', note: 'warned' } }, null],
  ])('%s', (_name, fact, read) => {
    const one = by(fact);
    expect(reasonForOutsiders(one, [one])).toBe(read);
  });

  test('no sign of fraud, in any entry of an order that was rejected', () => {
    const { facts } = judge(
      begin(placed()),
      { score: 90, reasons: ['A throw-away address'], signs: [], review: true },
      AT,
    );
    const timeline = [
      ...facts.map(entry),
      by({ type: 'review_decided', approved: false, note: 'a stolen card' }, 4),
      by({ type: 'order_cancelled', reason: 'a stolen card' }, 5),
    ];
    expect(timeline.map(({ type }) => type)).toContain('exception_opened');
    const cancelled = timeline.filter(({ type }) => type === 'order_cancelled');
    expect(cancelled.map((one) => reasonForOutsiders(one, timeline))).toEqual([BUYER_REASONS.notAccepted]);
    const opened = timeline.filter(({ type }) => type === 'exception_opened');
    expect(opened.map((one) => reasonForOutsiders(one, timeline))).toEqual([null]);
  });
});

test('an order that is not cancelled has no reason for it', () => {
  expect(reasonForBuyer([by({ type: 'review_decided', approved: false, note: 'a stolen card' })])).toBeNull();
});

test.each(['on_hold', 'in_review', 'blocked_by_exception'] as const)(
  'that an action is refused for %s, sellers and buyers read in one neutral sentence',
  (code) => {
    for (const role of ['seller', 'customer'] as const)
      expect(refusalFor(role, refuse(code))).toEqual(refuse('held_by_store'));
    for (const role of ['owner', 'staff', 'service', 'agent'] as const)
      expect(refusalFor(role, refuse(code))).toEqual(refuse(code));
    expect(refusalFor('seller', refuse('fulfilment_required'))).toEqual(refuse('fulfilment_required'));
  },
);
