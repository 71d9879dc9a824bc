import { describe, expect, test } from 'vitest';
import { overdueOf, paymentDifferences } from '../../src/domain/comparisons.ts';
import type { PaymentReading } from '../../src/domain/facts.ts';
import { versionOfException } from '../../src/domain/keys.ts';
import { decideNews, type News } from '../../src/domain/news.ts';
import { returnedByHand } from '../../src/domain/payment.ts';
import { AT, processing } from './given.ts';

const order = processing();
const { payment } = order;
const reading: PaymentReading = {
  reference: payment.reference ?? '',
  replaces: null,
  state: 'captured',
  amount: payment.amount,
  currency: order.currency,
  captured: payment.captured,
  refunded: payment.refunded,
  orderNumber: order.number,
  captureBefore: null,
  nextAction: null,
  riskLevel: null,
  riskScore: null,
  failure: null,
};

describe('payment and gateway', () => {
  test('agree', () => expect(paymentDifferences(order, reading)).toEqual([]));

  test('differ in what went back', () => {
    const [status, refunded] = paymentDifferences(order, { ...reading, refunded: 100 });
    expect(status).toBe('status: the order has paid, the gateway partially_refunded');
    expect(refunded).toBe('refunded: the order has 0, the gateway 100');
  });

  test('agree on what a person has sent back past the gateway', () => {
    const byHand = { ...order, payment: returnedByHand(payment, 100) };
    expect(byHand.payment).toMatchObject({ status: 'partially_refunded', refunded: 100 });
    expect(paymentDifferences(byHand, reading)).toEqual([]);
    expect(paymentDifferences(byHand, { ...reading, refunded: 50 })).toEqual([
      'refunded: the order has 100, the gateway 150',
    ]);
  });

  test('differ when the same money went back by hand and through the gateway', () => {
    const all = returnedByHand(payment, payment.captured);
    expect(paymentDifferences({ ...order, payment: all }, reading)).toEqual([]);
    expect(paymentDifferences({ ...order, payment: all }, { ...reading, refunded: payment.captured })).toEqual([
      `refunded: ${payment.captured} by the gateway and ${payment.captured} by hand, of ${payment.captured}`,
    ]);
  });

  test('a reading does not undo what a person has sent back', () => {
    const byHand = { ...order, payment: returnedByHand(payment, 100) };
    const news = { type: 'payment_read', reading } as const;
    expect(decideNews(byHand, news, AT).facts).toEqual([]);
    const partly = decideNews(byHand, { ...news, reading: { ...reading, refunded: 50 } }, AT).order;
    expect(partly.payment).toMatchObject({ status: 'partially_refunded', refunded: 150, returnedByHand: 100 });
  });

  test('agree while a page is offered in place of a payment that failed', () => {
    const failed = { ...order, payment: { ...payment, status: 'failed', captured: 0 } } as const;
    const waiting = { ...reading, state: 'awaiting_buyer', captured: 0 } as const;
    expect(paymentDifferences(failed, waiting)).toEqual([]);
  });
});

describe('what should have happened', () => {
  const HOUR = 3_600_000;
  test('is under way for two hours, and overdue then', () => {
    const owed = {
      ...order,
      fulfilments: order.fulfilments.map((one) => ({ ...one, status: 'pending' as const, label: null })),
    };
    expect(overdueOf(owed, AT, AT + HOUR)).toBeNull();
    expect(overdueOf(owed, AT, AT + 3 * HOUR)).toContain('The step buy_label is due');
  });

  test('is overdue when its deadline has passed', () => {
    const [parcel] = order.fulfilments;
    const late = { ...order, fulfilments: [{ ...parcel, status: 'labelled', shipBy: AT }] } as unknown as typeof order;
    expect(overdueOf(late, AT + HOUR, AT + 5 * 60_000)).toBeNull();
    expect(overdueOf(late, AT + HOUR, AT + HOUR)).toContain('The deadline ship_by');
  });
});

describe('an order that is told of a matter', () => {
  const news = {
    type: 'disagreement',
    kind: 'workflow_missing',
    check: 'workflows',
    summary: 'gone',
    context: {},
  } as const;
  const factsOf = (told: News) => decideNews(order, told, AT).facts.map(({ type }) => type);

  test('opens an exception, once', () => {
    const opened = decideNews(order, news, AT);
    expect(opened.facts.map(({ type }) => type)).toEqual(['exception_opened']);
    expect(decideNews(opened.order, news, AT).facts).toEqual([]);
  });

  test('and knows, or knew and has closed it, opens none again', () => {
    expect(factsOf({ ...news, recordedAs: order.version })).toEqual([]);
    expect(factsOf({ ...news, recordedAs: order.version + 1 })).toEqual(['exception_opened']);
    expect(versionOfException('ORD-AAAA000001/x12')).toBe(12);
  });
});
