import { describe, expect, test } from 'vitest';
import { confirmWith } from '../../src/domain/accepting.ts';
import { decideAction } from '../../src/domain/decide.ts';
import { begin } from '../../src/domain/draft.ts';
import { type DeadlineKind, dutiesOf, waitOf } from '../../src/domain/duties.ts';
import type { Resolution } from '../../src/domain/exceptions.ts';
import { allocationsHeld } from '../../src/domain/fulfilment.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import { decideNews, type TrackingStatus } from '../../src/domain/news.ts';
import type { Allocation, Fulfilment, Line, Order } from '../../src/domain/order.ts';
import { reroute } from '../../src/domain/parcels.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { lastArrival } from '../../src/domain/returns.ts';
import { allowedActions } from '../../src/domain/transitions.ts';
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

describe('a new address', () => {
  const edit = (order: Order) => ask(order, 'edit_address', { staged_address: 's-1' });
  /** One unit is in each of two warehouses. */
  const split = (): Order => {
    const part = { line: 1, sku: 'MUG', quantity: 1, lateDays: 0 };
    const allocations = ['EAST', 'WEST'].map((location) => ({ ...part, location }));
    const taken = confirmWith(begin(authorized()), allocations, [], AT).order;
    return hear(taken, { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) }, labelBought);
  };

  test('plans what is here anew before it is labelled, also when a part has left; that part stays as it is', () => {
    const order = hear(split(), tracking('transit'));
    const decided = edit(order);
    if (!decided.ok) throw new Error(decided.refusal.code);
    expect(decided.facts.map(({ type }) => type)).toEqual(['address_edited']);
    expect(duties(decided.order)).toEqual(['reserve']);
    const [own] = allocationsHeld(decided.order);
    expect(own).toMatchObject({ location: 'WEST', quantity: 1 });
    const after = reroute(begin(decided.order), [{ ...(own as Allocation), location: 'SOUTH' }], ['nearer'], AT).order;
    expect(after.fulfilments.map(({ status, location }) => [status, location])).toEqual([
      ['shipped', 'EAST'],
      ['cancelled', 'WEST'],
      ['pending', 'SOUTH'],
    ]);
    expect(duties(after)).toEqual(['buy_label']);
    expect(after.lines).toMatchObject([{ reserved: 1, shipped: 1, cancelled: 0 }]);
  });
  test('waits for whoever has stopped the order, and nothing is labelled meanwhile', () => {
    const decided = edit(processing());
    const held = decided.ok && ask(decided.order, 'hold', { reason: 'x' });
    if (!held || !held.ok) throw new Error('refused');
    expect(duties(held.order)).toEqual([]);
    const released = ask(held.order, 'release');
    expect(released.ok && duties(released.order)).toEqual(['reserve']);
  });
  test('has nothing to plan before stock was taken', () => {
    const decided = edit(authorized());
    expect(decided.ok && decided.order.rerouting).toBe(false);
  });
  test('of an order in which an earlier release changed labels only, it still does', () => {
    expect(asked(labelled(), 'edit_address', { staged_address: 's-1', as_before: true })).toEqual([
      'address_edited',
      'label_discarded',
    ]);
  });
  test('comes too late when nothing is here any more', () => {
    const line = { seller: null, quantity: 1, unitPrice: 1500 };
    const goods = [
      { ...line, no: 1, sku: 'GAME', kind: 'digital' as const, seller: 'acme' },
      { ...line, no: 2, sku: 'SETUP', kind: 'service' as const },
    ];
    const order = confirmWith(
      begin(placed({ lines: goods, paymentMethod: 'cod', paymentReference: null })),
      [],
      [],
      AT,
    );
    expect(edit(order.order).ok).toBe(true);
    const delivered = ask(order.order, 'mark_delivered', { fulfilment: 'ORD-0123456789/1' });
    expect(delivered.ok && edit(delivered.order)).toMatchObject({ refusal: { code: 'nothing_to_address' } });
  });
});

describe('goods that come back', () => {
  const dispute = {
    id: 'du_1',
    status: 'needs_response',
    amount: 3500,
    reason: 'fraudulent',
    evidenceDue: null,
  } as const;
  const comingBack = (): Order => {
    const lines = [{ line: 1, quantity: 1 }];
    const back = ask(completed(), 'request_return', { lines, return_reason: 'damaged' });
    if (!back.ok) throw new Error(back.refusal.code);
    return back.order;
  };
  const disputed = (): Order => hear(comingBack(), { type: 'dispute_read', dispute });

  test('are received while the bank decides, and nothing is promised for them', () => {
    expect(asked(disputed(), 'receive_return')).toBe('refund_must_wait');
    expect(asked(disputed(), 'receive_return', { amount: 100 })).toBe('refund_must_wait');
    expect(asked(disputed(), 'receive_return', { refund: false })).toEqual(['return_received']);
    expect(allowedActions(disputed(), 'staff', AT)).toContain('receive_return');
  });
  test('are not paid back more than is left', () => {
    expect(asked(comingBack(), 'receive_return', { amount: 3501 })).toBe('refund_exceeds_payment');
    expect(asked(comingBack(), 'receive_return', { amount: 3500 })).toEqual(['return_received', 'refund_requested']);
  });
  test('of an order that is paid back already are received like others', () => {
    const refunded = ask(comingBack(), 'refund', { refund_reason: 'other', note: 'x' });
    expect(refunded.ok && asked(refunded.order, 'receive_return')).toEqual(['return_received']);
  });
  test('were promised for by an earlier release as far as there was money, and are when its history is replayed', () => {
    const before = { as_before: true };
    expect(asked(disputed(), 'receive_return', before)).toEqual(['return_received', 'refund_requested']);
    expect(asked(comingBack(), 'receive_return', { amount: 9999, ...before })).toContain('refund_requested');
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

describe('goods that are held back', () => {
  const parcel = labelled().fulfilments[0]?.id ?? '';
  // As an earlier release recorded it of a parcel that nobody had seen leave.
  const failed: Order = { ...labelled(), exceptions: [{ id: 'x', kind: 'delivery_failed', lane: parcel }] };
  const held = ask(failed, 'hold', { reason: 'the buyer asked to wait' });
  if (!held.ok) throw new Error(held.refusal.code);
  const inReview = { ...failed, review: { status: 'due', score: 90, reasons: [] } } as const;
  const mismatch = {
    type: 'payment_read',
    reading: reading({ state: 'captured', captured: 3500, amount: 1 }),
  } as const;

  test.each([
    ['on hold', held.order, 'on_hold'],
    ['in the fraud review', inReview, 'in_review'],
    ['with a payment in question', hear(failed, mismatch), 'blocked_by_exception'],
  ])('%s are not sent by the record that they arrived', (_, order, code) => {
    const exception = order.exceptions[0]?.id ?? '';
    expect(asked(order, 'ship')).toBe(code);
    expect(asked(order, 'mark_delivered')).toBe(code);
    expect(asked(order, 'resolve_exception', { exception, resolution: 'mark_delivered' })).toBe(code);
  });

  test('on hold are not sent by resolving what is open about them', () => {
    const opened = hear(held.order, { type: 'deadline', kind: 'ship_by', subject: parcel });
    const late = opened.exceptions.find(({ kind }) => kind === 'parcel_late')?.id ?? '';
    expect(asked(opened, 'resolve_exception', { exception: late, resolution: 'ship' })).toBe('on_hold');
  });

  test('have arrived when the carrier had them before', () => {
    const stopped = { ...shipped(), hold: { reason: 'too late', at: AT } };
    expect(asked(stopped, 'mark_delivered', {})).toContain('fulfilment_delivered');
  });
});

describe('a parcel of which the carrier says nothing new', () => {
  const DAY = 86_400_000;
  const parcel = `${placed().number}/1`;
  const leftAt = shipped().fulfilments[0]?.shippedAt ?? 0;
  const said = (order: Order, movedAt: number | null, at: number, status: TrackingStatus = 'transit') =>
    decideNews(
      order,
      { type: 'tracking', tracking: { fulfilment: parcel, carrier: 'usps', status, details: '', movedAt } },
      at,
    );
  const stalled = said(shipped(), leftAt + DAY, leftAt + 6 * DAY).order;

  test('stands still after the time of the policy, counted from its last word or from when it left', () => {
    expect(said(shipped(), leftAt + DAY, leftAt + 6 * DAY - 1).facts).toEqual([]);
    expect(stalled).toMatchObject({
      fulfilments: [{ status: 'shipped', delays: ['stall'] }],
      exceptions: [{ kind: 'parcel_stalled', lane: `stalled:${parcel}` }],
    });
    expect(said(shipped(), null, leftAt + 5 * DAY, 'unknown').order.exceptions).toHaveLength(1);
    // Asked again, it is not told twice.
    expect(said(stalled, leftAt + DAY, leftAt + 7 * DAY).facts).toEqual([]);
  });

  test('goes on by itself, and may stand still again', () => {
    const moved = said(stalled, leftAt + 7 * DAY, leftAt + 7 * DAY);
    expect(moved.facts.map(({ type }) => type)).toEqual(['parcel_moved', 'exception_resolved']);
    expect(moved.order).toMatchObject({ exceptions: [], fulfilments: [{ delays: [] }] });
    expect(said(moved.order, leftAt + 7 * DAY, leftAt + 12 * DAY).order.exceptions).toHaveLength(1);
    const failed = said(stalled, leftAt + 7 * DAY, leftAt + 7 * DAY, 'failure').order;
    expect(failed.exceptions).toMatchObject([{ kind: 'delivery_failed' }]);
  });

  test('is nobody’s matter once it has arrived, is sent again, or is late', () => {
    expect(hear(stalled, tracking('delivered')).exceptions).toEqual([]);
    const again = ask(stalled, 'reship', { reason: 'no trace' });
    expect(again.ok && again.order.exceptions).toEqual([]);
    const late = hear(stalled, { type: 'deadline', kind: 'deliver_by', subject: parcel });
    expect(late.exceptions).toMatchObject([{ kind: 'parcel_late' }]);
    expect(said(late, leftAt + DAY, leftAt + 11 * DAY).facts).toEqual([]);
  });

  test.each([
    ['close', 'shipped'],
    ['mark_delivered', 'delivered'],
    ['reship', 'lost'],
    ['refund', 'lost'],
  ] as const)('is decided by a person: %s', (resolution, status) => {
    const exception = stalled.exceptions[0]?.id;
    const decided = ask(stalled, 'resolve_exception', { exception, resolution });
    if (!decided.ok) throw new Error(decided.refusal.code);
    expect(decided.order).toMatchObject({ exceptions: [], fulfilments: [{ id: parcel, status }] });
  });

  test('was not looked at by an earlier release, whose history is replayed', () => {
    expect(decideNews(shipped(), tracking('transit'), leftAt + 60 * DAY).facts).toEqual([]);
  });
});

describe('the refund window', () => {
  const within = (days: number | null): Order => ({
    ...completed(),
    policy: { ...completed().policy, refundWindow: days === null ? null : days * 86_400_000 },
  });
  const refundAt = (order: Order, days: number, fields: ActionFields = {}) =>
    decideAction(
      order,
      {
        action: 'refund',
        actor: { role: 'staff', id: 'desk' },
        fields: { refund_reason: 'requested_by_customer', ...fields },
        expectedVersion: null,
      },
      lastArrival(order) + days * 86_400_000,
    );

  test('closes so long after the last arrival, unless staff name an exception', () => {
    expect(refundAt(within(30), 30).ok).toBe(true);
    expect(refundAt(within(30), 31)).toMatchObject({ ok: false, refusal: { code: 'refund_window_closed' } });
    expect(refundAt(within(30), 31, { outside_window: true }).ok).toBe(true);
    expect(refundAt(within(null), 400).ok).toBe(true);
  });

  test('is open while something is still to arrive', () => {
    const order = { ...shipped(), policy: within(1).policy };
    expect(refundAt(order, 90).ok).toBe(true);
  });
});

describe('a parcel that does not reach the buyer', () => {
  const parcel = `${placed().number}/1`;
  const lose = (order: Order): Order =>
    hear(
      order,
      { type: 'deadline', kind: 'deliver_by', subject: parcel },
      { type: 'deadline', kind: 'lost_after', subject: parcel },
    );
  const resolving = (order: Order, resolution: Resolution, fields: ActionFields = {}) => {
    const exception = order.exceptions[0]?.id ?? '';
    return [order, 'resolve_exception', { exception, resolution, ...fields }] as const;
  };
  const resolved = (...parameters: Parameters<typeof resolving>): Order => {
    const decided = ask(...resolving(...parameters));
    if (!decided.ok) throw new Error(decided.refusal.code);
    return decided.order;
  };

  test('is late first, which staff are told of once, and which ends when it is lost or there', () => {
    const late = hear(shipped(), { type: 'deadline', kind: 'deliver_by', subject: parcel });
    expect(late.exceptions).toMatchObject([{ kind: 'parcel_late' }]);
    expect(lose(shipped()).exceptions).toMatchObject([{ kind: 'parcel_lost' }]);
    expect(hear(late, tracking('delivered')).exceptions).toEqual([]);
    const before = { type: 'deadline', kind: 'deliver_by', subject: parcel, as_before: true } as const;
    expect(hear(shipped(), before).exceptions).toEqual([]);
  });

  test('is lost when it is paid back, with all that was paid when nothing else is left', () => {
    const order = lose(shipped());
    expect(asked(...resolving(order, 'refund'))).toEqual([
      'exception_resolved',
      'parcel_lost',
      'lines_cancelled',
      'refund_requested',
    ]);
    const refunded = resolved(order, 'refund');
    expect(refunded).toMatchObject({
      status: 'processing',
      fulfilments: [{ status: 'lost' }],
      lines: [{ shipped: 0, cancelled: 2, deliveryStatus: 'cancelled' }],
      refunds: [{ amount: 3500, reason: 'lost' }],
    });
    expect(duties(refunded)).toEqual(['send_refund']);
    expect(asked(refunded, 'reship', { reason: 'again' })).toBe('parcel_not_on_its_way');
    const settled = hear(refunded, {
      type: 'refund_sent',
      refund: refunded.refunds[0]?.id ?? '',
      reference: 're_1',
      reading: reading({ state: 'captured', captured: 3500, refunded: 3500 }),
    });
    expect(settled.status).toBe('refunded');
  });

  test('is not paid back while the bank asks the money back, and gives back its goods afterwards', () => {
    const dispute = { id: 'dp_1', status: 'needs_response', amount: 3500, reason: 'lost', evidenceDue: null } as const;
    const disputed = hear(lose(shipped()), { type: 'dispute_read', dispute });
    expect(asked(...resolving(disputed, 'refund'))).toBe('dispute_open');
    const refunded = hear(disputed, { type: 'dispute_read', dispute: { ...dispute, status: 'lost' } });
    expect(refunded.status).toBe('refunded');
    expect(asked(...resolving(refunded, 'reship'))).toBe('wrong_status');
    expect(asked(...resolving(refunded, 'refund', { came_back: 'restock' }))).toEqual([
      'exception_resolved',
      'parcel_returned',
      'lines_cancelled',
    ]);
  });

  test('that nobody has paid ends its order as failed', () => {
    const cash = hear(reserve(placedBy('cod')), labelBought, tracking('transit'));
    expect(asked(...resolving(lose(cash), 'refund'))).toEqual(['exception_resolved', 'parcel_lost', 'order_failed']);
  });

  test('leaves the rest of the order as it is, which ends by itself', () => {
    const order = lose(shipped());
    // The other unit of the line came in a parcel of its own.
    const [line] = order.lines;
    const partly = {
      ...order,
      lines: [{ ...line, quantity: 3, shipped: 3, delivered: 1 } as Line],
      fulfilments: [
        ...order.fulfilments,
        { ...order.fulfilments[0], id: 'other', status: 'delivered', lines: [{ line: 1, quantity: 1 }] } as Fulfilment,
      ],
    };
    expect(asked(...resolving(partly, 'refund'))).toEqual([
      'exception_resolved',
      'parcel_lost',
      'lines_cancelled',
      'refund_requested',
      'order_completed',
    ]);
    expect(resolved(partly, 'refund').refunds).toMatchObject([{ amount: 3000, lines: [{ line: 1, quantity: 2 }] }]);
    const failed = hear({ ...partly, exceptions: [] }, tracking('failure'));
    expect(asked(...resolving(failed, 'mark_failed'))).toBe('part_delivered');
  });

  test('has left, also when nobody was told of that', () =>
    expect(facts(labelled(), tracking('returned'))).toEqual(['parcel_shipped', 'exception_opened']));

  test('is not sent again once its goods are paid back', () => {
    const order = lose(shipped());
    const paid = ask(order, 'refund', { lines: [{ line: 1, quantity: 1 }], refund_reason: 'lost' });
    if (!paid.ok) throw new Error(paid.refusal.code);
    expect(asked(paid.order, 'reship', { reason: 'again' })).toBe('already_refunded');
    expect(asked(...resolving(paid.order, 'reship'))).toBe('already_refunded');
    expect(resolved(paid.order, 'refund').refunds).toMatchObject([{ amount: 1500 }, { amount: 2000 }]);
  });

  test.each(['restock', 'write_off'] as const)('and came back is sent again or paid back: %s', (came_back) => {
    const refused = hear(shipped(), tracking('returned'));
    expect(refused.exceptions).toMatchObject([{ kind: 'delivery_failed' }]);
    expect(asked(...resolving(refused, 'reship', { came_back }))).toEqual([
      'exception_resolved',
      'parcel_returned',
      'reship_requested',
    ]);
    const again = resolved(refused, 'reship', { came_back });
    expect(again).toMatchObject({
      status: 'processing',
      fulfilments: [{ status: 'returned' }],
      lines: [{ shipped: 0 }],
    });
    expect(duties(again)).toEqual(['reserve']);
    expect(facts(again, tracking('delivered'))).toEqual([]);
    expect(resolved(refused, 'refund', { came_back })).toMatchObject({
      fulfilments: [{ status: 'returned' }],
      refunds: [{ amount: 3500 }],
    });
  });
});

describe('goods that have arrived while others have not', () => {
  const [line] = shipped().lines;
  const partly = { ...shipped(), lines: [{ ...line, delivered: 1 } as Line] };
  const asking = { return_reason: 'damaged', lines: [{ line: 1, quantity: 1 }] } as const;

  test.each([partly, { ...partly, status: 'processing' as const }])('can be sent back', (order) => {
    const request = ask(order, 'request_return', asking, 'customer');
    if (!request.ok) throw new Error(request.refusal.code);
    expect(asked(request.order, 'approve_return')).toEqual(['return_approved']);
    expect(asked(order, 'request_return', { ...asking, lines: [{ line: 1, quantity: 2 }] })).toBe('units_exceeded');
  });
});

test('what the bank has taken back meanwhile, nobody has sent by hand', () => {
  const cancelled = ask(processing(), 'cancel', { reason: 'too slow' });
  if (!cancelled.ok) throw new Error(cancelled.refusal.code);
  const failure = { type: 'RefundByHand', message: 'The bank is asking this payment back.', details: {} };
  const lost = { id: 'du_1', status: 'lost', amount: 3500, reason: 'fraudulent', evidenceDue: null } as const;
  const order = hear(
    cancelled.order,
    { type: 'duty_failed', duty: { do: 'give_back', lane: 'payment' }, failure },
    { type: 'dispute_read', dispute: lost },
  );
  expect(order.payment).toMatchObject({ captured: 3500, chargedBack: 3500 });
  const exception = order.exceptions.find(({ kind }) => kind === 'refund_due')?.id;
  const decided = ask(order, 'resolve_exception', { exception, resolution: 'refunded_by_hand' });
  if (!decided.ok) throw new Error(decided.refusal.code);
  expect(decided.order.payment).toMatchObject({ returnedByHand: 0, refunded: 0 });
});

test.each([
  ['that was not made yet is still to be made', placed(), 'pending'],
  ['that was authorised only is undone', authorized(), 'voided'],
])('when somebody says by hand that money went back, a payment %s', (_, order, status) => {
  const exception = `${order.number}/x99`;
  const reopened = { kind: 'refund_due', lane: 'payment' } as const;
  const asked = ask(order, 'reopen_exception', { exception, reopened, note: 'not settled' });
  if (!asked.ok) throw new Error(asked.refusal.code);
  const decided = ask(asked.order, 'resolve_exception', { exception, resolution: 'refunded_by_hand' });
  if (!decided.ok) throw new Error(decided.refusal.code);
  expect(decided.order.payment).toMatchObject({ status, captured: 0, refunded: 0 });
});
