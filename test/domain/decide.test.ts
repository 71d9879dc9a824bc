import { describe, expect, test } from 'vitest';
import { type DeadlineKind, dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { decideNews } from '../../src/domain/news.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import {
  AT,
  ask,
  asked,
  authorized,
  completed,
  confirmed,
  facts,
  hear,
  labelBought,
  labelled,
  placed,
  placedBy,
  placement,
  processing,
  reading,
  reserve,
  shipped,
  tracking,
} from './given.ts';

const duties = (order: Parameters<typeof dutiesOf>[0]) => dutiesOf(order).map((duty) => duty.do);

describe('a placed order', () => {
  test('asks the gateway first', () => expect(duties(placed())).toEqual(['check_payment']));
  test('paid by cash on delivery takes stock at once', () => expect(duties(placedBy('cod'))).toEqual(['reserve']));
  test('paid by bank transfer waits for staff', () => {
    const order = placedBy('bank_transfer');
    expect(duties(order)).toEqual([]);
    expect(waitOf(order)).toMatchObject({
      for: 'the bank transfer (staff confirm it)',
      until: { kind: 'payment_window', at: AT + 7 * 86_400_000 },
    });
  });
  test('in a call-confirm store waits for staff, without stock', () => {
    const order = placed({
      paymentMethod: 'cod',
      paymentReference: null,
      policy: { ...DEFAULT_POLICY.order, confirmation: 'call' },
    });
    expect(duties(order)).toEqual([]);
    expect(asked(order, 'confirm')).toEqual(['confirmation_given']);
  });
  test('is confirmed by staff once only', () => expect(asked(placedBy('cod'), 'confirm')).toBe('already_confirmed'));
  test('is given up when its payment window has passed', () =>
    expect(facts(placed(), { type: 'deadline', kind: 'payment_window', subject: null })).toEqual(['order_cancelled']));
});

describe('a page to pay on', () => {
  const url = 'https://pay.example/cs_1';
  const offered = (offeredAt?: number) => {
    const nextAction = { type: 'redirect' as const, url, ...(offeredAt === undefined ? {} : { offeredAt }) };
    return hear(placed(), { type: 'payment_read', reading: reading({ state: 'awaiting_buyer', nextAction }) });
  };
  const endsAt = (order: Parameters<typeof waitOf>[0]) => waitOf(order).until;
  const window = DEFAULT_POLICY.order.paymentWindow;

  test('has the whole window from when it was offered, however often it is read', () => {
    const order = offered(AT + window + 1);
    expect(endsAt(order)).toEqual({ kind: 'payment_window', at: AT + 2 * window + 1, subject: null });
    const { nextAction } = order.payment;
    const again = hear(order, { type: 'payment_read', reading: reading({ state: 'awaiting_buyer', nextAction }) });
    expect(again).toEqual(order);
  });
  test('that an earlier release has read counts from the placing, as one that is a moment older does', () => {
    expect(endsAt(offered())?.at).toBe(AT + window);
    expect(endsAt(offered(AT - 999))?.at).toBe(AT + window);
  });
});

describe('an answer to a dispute that the gateway refuses', () => {
  const dispute = {
    id: 'dp_1',
    status: 'needs_response',
    amount: 3500,
    reason: 'fraudulent',
    evidenceDue: AT + 9e8,
  } as const;
  const disputed = hear(completed(), { type: 'dispute_read', dispute });
  const lane = 'dispute:dp_1';
  const failure = { type: 'EvidenceRefused', message: 'Stripe refused: too long', details: {} };

  test.each(['submit_evidence', 'accept_dispute'] as const)('%s comes before a person, once', (tried) => {
    const owed = ask(disputed, tried, {});
    if (!owed.ok) throw new Error(owed.refusal.code);
    expect(duties(owed.order)).toEqual([tried]);
    const refused = hear(owed.order, { type: 'duty_failed', duty: { do: tried, lane }, failure });
    expect(duties(refused)).toEqual([]);
    expect(refused.exceptions).toMatchObject([{ kind: 'dispute', lane }]);
    expect(refused.disputes).toMatchObject([{ submission: 'none', acceptance: 'none', status: 'needs_response' }]);
    expect([asked(refused, 'submit_evidence'), asked(refused, 'accept_dispute')]).toEqual([
      ['exception_resolved', 'dispute_answered'],
      ['exception_resolved', 'dispute_answered'],
    ]);
  });

  test('of the deadline, which nobody has seen, is not tried by the deadline again', () => {
    expect(waitOf(disputed).until?.kind).toBe('evidence_due');
    const late = hear(disputed, { type: 'deadline', kind: 'evidence_due', subject: 'dp_1' });
    const refused = hear(late, { type: 'duty_failed', duty: { do: 'submit_evidence', lane }, failure });
    expect(refused.exceptions).toHaveLength(1);
    expect(waitOf(refused).until?.kind).not.toBe('evidence_due');
    const again = hear(refused, { type: 'dispute_read', dispute: { ...dispute, evidenceDue: AT + 10e8 } });
    expect(waitOf(again).until?.kind).not.toBe('evidence_due');
  });
});

describe('a payment that was read', () => {
  test('and agrees is taken', () => {
    expect(facts(placed(), { type: 'payment_read', reading: reading() })).toEqual(['payment_read']);
    expect(duties(authorized())).toEqual(['reserve']);
  });
  test.each([
    ['amount', { amount: 3499 }],
    ['currency', { currency: 'EUR' }],
    ['reference of another payment', { reference: 'pi_2' }],
    ['order of another number', { orderNumber: 'ORD-ZZZZZZZZZZ' }],
    ['more captured than paid', { captured: 4000 }],
    ['more refunded than captured', { captured: 100, refunded: 200 }],
  ])('and disagrees in %s opens an exception and nothing else', (_what, changes) => {
    const news = { type: 'payment_read', reading: reading(changes) } as const;
    expect(facts(placed(), news)).toEqual(['exception_opened']);
    const order = hear(placed(), news);
    expect(order.payment.status).toBe('pending');
    expect(duties(order)).toEqual([]);
    // The same disagreement again is not a second exception.
    expect(facts(order, news)).toEqual([]);
  });
  test('in the place of a hosted checkout agrees', () => {
    const order = placed({ paymentReference: 'cs_1' });
    expect(facts(order, { type: 'payment_read', reading: reading({ replaces: 'cs_1' }) })).toEqual(['payment_read']);
  });
  test('twice the same means nothing the second time', () =>
    expect(facts(authorized(), { type: 'payment_read', reading: reading() })).toEqual([]));
  test('and was declined opens an exception; paid after all, it closes by itself', () => {
    const declined = hear(placed(), {
      type: 'payment_read',
      reading: reading({ state: 'failed', failure: { code: 'x', message: 'No.' } }),
    });
    expect(declined.exceptions.map((one) => one.kind)).toEqual(['payment_failed']);
    expect(facts(declined, { type: 'payment_read', reading: reading() })).toEqual([
      'payment_read',
      'exception_resolved',
    ]);
  });
});

describe('a confirmed order', () => {
  test('captures before anything is packed', () => {
    expect(confirmed()).toMatchObject({ status: 'confirmed', fulfilments: [] });
    expect(duties(confirmed())).toEqual(['capture']);
  });
  test('by the policy "shipment" buys the label first', () => {
    const policy = { ...DEFAULT_POLICY.order, capture: 'shipment' } as const;
    const order = reserve(hear(placed({ policy }), { type: 'payment_read', reading: reading() }));
    expect(order.status).toBe('processing');
    expect(duties(order)).toEqual(['buy_label']);
    expect(duties(hear(order, labelBought))).toEqual(['capture']);
  });
  test('whose payment cannot be captured stops and tells a person', () => {
    const duty = { do: 'capture', lane: 'payment' } as const;
    const order = hear(confirmed(), {
      type: 'duty_failed',
      duty,
      failure: { type: 'PaymentRefused', message: 'No.', details: {} },
    });
    expect(order.exceptions[0]?.kind).toBe('payment_failed');
    expect(duties(order)).toEqual([]);
  });
  test('captured goes on to labels', () => {
    expect(processing().status).toBe('processing');
    expect(duties(processing())).toEqual(['buy_label']);
  });
});

describe('parcels', () => {
  test('follow the carrier to the end', () => {
    expect(facts(labelled(), tracking('transit'))).toEqual(['parcel_shipped']);
    expect(facts(shipped(), tracking('delivered'))).toEqual(['fulfilment_delivered', 'order_completed']);
  });
  test('delivered without a hand-over were handed over', () =>
    expect(facts(labelled(), tracking('delivered'))).toEqual([
      'parcel_shipped',
      'fulfilment_delivered',
      'order_completed',
    ]));
  test.each(['unknown', 'pre_transit', 'transit'] as const)('%s after the hand-over changes nothing', (status) =>
    expect(facts(shipped(), tracking(status))).toEqual([]),
  );
  test('never go backwards', () => {
    for (const status of ['transit', 'failure', 'returned', 'delivered'] as const)
      expect(facts(completed(), tracking(status))).toEqual([]);
  });
  test('that come back are a person’s matter', () =>
    expect(facts(shipped(), tracking('returned'))).toEqual(['exception_opened']));
  test('of a cancelled order that move are noticed', () => {
    const cancelled = ask(labelled(), 'cancel', { reason: 'x' });
    if (!cancelled.ok) throw new Error(cancelled.refusal.code);
    expect(facts(cancelled.order, tracking('transit'))).toEqual(['exception_opened']);
    expect(cancelled.order.status).toBe('cancelled');
  });
  test('late are told to the buyer once', () => {
    const news = { type: 'deadline', kind: 'ship_by', subject: 'ORD-0123456789/1' } as const;
    expect(waitOf(labelled()).until?.kind).toBe('ship_by');
    const late = hear(labelled(), news);
    expect(waitOf(late).until).toBeNull();
  });
});

describe('cancelling', () => {
  test('gives back what was taken', () => {
    for (const order of [placed(), authorized(), confirmed(), processing(), labelled()]) {
      const decided = ask(order, 'cancel', { reason: 'x' });
      expect(decided.ok && decided.order).toMatchObject({
        status: 'cancelled',
        allocations: [],
        lines: [{ reserved: 0, cancelled: 2 }],
      });
    }
    const undone = ask(labelled(), 'cancel', { reason: 'x' });
    expect(undone.ok && duties(undone.order)).toEqual(['void_label', 'give_back']);
  });
  test('is too late once a parcel has left', () =>
    expect(asked(shipped(), 'cancel', { reason: 'x' })).toBe('wrong_status'));
  test('closes what was open', () => {
    const short = hear(placed(), { type: 'payment_read', reading: reading({ amount: 1 }) });
    expect(asked(short, 'cancel', { reason: 'x' })).toEqual(['exception_resolved', 'order_cancelled']);
  });
  test('beats a capture under way: the money is then owed back', () => {
    const cancelled = ask(confirmed(), 'cancel', { reason: 'x' });
    if (!cancelled.ok) throw new Error(cancelled.refusal.code);
    const after = decideNews(
      cancelled.order,
      { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) },
      AT,
    );
    expect(after.order.status).toBe('cancelled');
    expect(duties(after.order)).toEqual(['give_back']);
    const back = hear(after.order, {
      type: 'payment_read',
      reading: reading({ state: 'captured', captured: 3500, refunded: 3500 }),
    });
    expect(back.payment.status).toBe('refunded');
    expect(duties(back)).toEqual([]);
  });
  test('is not the seller’s to do', () =>
    expect(asked(placed(), 'cancel', { reason: 'x' }, 'seller')).toBe('role_not_allowed'));
});

describe('every action', () => {
  test('is refused when the order has moved on', () => {
    expect(asked(labelled(), 'cancel', { reason: 'x' }, 'staff', 1)).toBe('version_conflict');
    expect(asked(labelled(), 'cancel', { reason: 'x' }, 'staff', labelled().version)).not.toBe('version_conflict');
  });
  test('names the fulfilment that is meant, or asks for it', () => {
    const lines = [
      { no: 1, sku: 'GAME', kind: 'digital', seller: null, quantity: 1, unitPrice: 1500 },
      { no: 2, sku: 'SETUP', kind: 'service', seller: null, quantity: 1, unitPrice: 2000 },
    ] as const;
    const order = reserve(placed({ ...placement({ lines }), paymentMethod: 'cod', paymentReference: null }));
    expect(asked(order, 'mark_delivered')).toBe('fulfilment_required');
    expect(asked(order, 'mark_delivered', { fulfilment: 'ORD-0123456789/9' })).toBe('fulfilment_not_found');
    expect(asked(order, 'mark_delivered', { fulfilment: 'ORD-0123456789/1' })).toEqual(['fulfilment_delivered']);
  });
});

describe('a deadline that rings while what it waited for comes', () => {
  const rings = (order: Parameters<typeof dutiesOf>[0], kind: DeadlineKind, subject: string | null = null) =>
    facts(order, { type: 'deadline', kind, subject });

  test('ends no order that was paid meanwhile', () => {
    expect(rings(placed(), 'payment_window')).toEqual(['order_cancelled']);
    expect(rings(authorized(), 'payment_window')).toEqual([]);
  });

  test('calls no parcel late that has left meanwhile', () => {
    const [{ id } = { id: '' }] = labelled().fulfilments;
    expect(rings(labelled(), 'ship_by', id)).toContain('delay_noticed');
    expect(rings(shipped(), 'ship_by', id)).toEqual([]);
  });
});
