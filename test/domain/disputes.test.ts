import { describe, expect, test } from 'vitest';
import { isEscalation, isInquiry, isWithTheBank, parcelInEvidence } from '../../src/domain/disputes.ts';
import type { DisputeReading } from '../../src/domain/facts.ts';
import type { Fulfilment, Order } from '../../src/domain/order.ts';
import { completed, hear, shipped } from './given.ts';

/** What the bank has, asks and is shown (seed 5, "Disputes and Chargebacks"). */

const asked = (status: DisputeReading['status'], more: Partial<DisputeReading> = {}): DisputeReading => ({
  id: 'du_1',
  status,
  amount: 3500,
  reason: 'fraudulent',
  evidenceDue: null,
  ...more,
});
const disputed = (reading: DisputeReading): Order => hear(completed(), { type: 'dispute_read', dispute: reading });
const inquiry = { inquiry: true } as const;

test.each([
  ['an inquiry', asked('warning', inquiry), false],
  ['an inquiry that was answered', asked('under_review', inquiry), false],
  ['an inquiry of an earlier release', asked('warning'), false],
  ['a dispute', asked('needs_response'), true],
  ['a dispute that was answered', asked('under_review'), true],
  ['a dispute that was won', asked('won'), false],
])('%s: whether the bank has the money', (_, reading, has) => {
  expect(isWithTheBank(disputed(reading))).toBe(has);
});

describe('an inquiry that becomes a dispute', () => {
  test('is told from a dispute that goes on', () => {
    const now = asked('needs_response');
    expect(isInquiry(now)).toBe(false);
    for (const before of [asked('warning', inquiry), asked('under_review', inquiry), asked('warning_closed', inquiry)])
      expect(isEscalation(disputed(before), now)).toBe(true);
    expect(isEscalation(disputed(now), now)).toBe(false);
    expect(isEscalation(disputed(asked('under_review')), now)).toBe(false);
    expect(isEscalation(completed(), now)).toBe(false);
  });

  test('is to be answered anew, and its exception is open again', () => {
    const answered = hear(disputed(asked('warning', inquiry)), {
      type: 'dispute_read',
      dispute: asked('under_review', inquiry),
      answered: 'submit',
    });
    expect(answered.exceptions).toEqual([]);
    const order = hear(answered, { type: 'dispute_read', dispute: asked('needs_response') });
    expect(order.disputes).toMatchObject([{ submission: 'none', status: 'needs_response' }]);
    expect(order.exceptions).toMatchObject([{ kind: 'dispute' }]);
  });
});

test.each<[string, Fulfilment['status'][], number | undefined]>([
  ['the one that arrived', ['delivered', 'shipped', 'labelled'], 0],
  ['else the one on its way', ['shipped', 'labelled', 'cancelled'], 0],
  ['else none', ['labelled', 'cancelled', 'lost'], undefined],
  ['of two that arrived the last', ['delivered', 'delivered', 'shipped'], 1],
])('the bank is shown a parcel: %s', (_, statuses, index) => {
  const [parcel] = shipped().fulfilments as [Fulfilment];
  const fulfilments = statuses.map((status, at) => ({ ...parcel, id: `${at}`, status }));
  expect(parcelInEvidence({ fulfilments })?.id).toBe(index === undefined ? undefined : `${index}`);
  expect(parcelInEvidence({ fulfilments: fulfilments.map((one) => ({ ...one, trackingNumber: null })) })).toBe(
    undefined,
  );
});
