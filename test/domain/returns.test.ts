import { describe, expect, test } from 'vitest';
import { dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { ofThisRelease } from '../../src/domain/earlier-orders.ts';
import type { Order, Policy } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { AT, ask, asked, facts, hear, labelBought, placed, reading, reserve, tracking } from './given.ts';

/** An approved return of which nothing is sent in time. */

const DAY = 86_400_000;
const delivered = (change: Partial<Policy> = {}): Order => {
  const policy = { ...DEFAULT_POLICY.order, ...change };
  const taken = reserve(hear(placed({ policy }), { type: 'payment_read', reading: reading() }));
  const paid = hear(taken, { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) });
  return hear(paid, labelBought, tracking('transit'), tracking('delivered'));
};
const done = (...parameters: Parameters<typeof ask>): Order => {
  const decided = ask(...parameters);
  if (!decided.ok) throw new Error(decided.refusal.code);
  return decided.order;
};
const UNITS = { lines: [{ line: 1, quantity: 2 }], return_reason: 'damaged' } as const;
const approved = (change: Partial<Policy> = {}): Order => done(delivered(change), 'request_return', UNITS);
const idOf = ({ returns: [one] }: Order): string => one?.id ?? '';
const late = (order: Order) => ({ type: 'deadline', kind: 'send_back_by', subject: idOf(order) }) as const;
const expired = (change: Partial<Policy> = {}): Order => hear(approved(change), late(approved(change)));
const bought = (order: Order) =>
  ({
    type: 'return_label_bought',
    return: idOf(order),
    label: {
      transaction: 'tr_back',
      carrier: 'USPS',
      service: 'ground',
      cost: 490,
      currency: 'USD',
      url: null,
      trackingNumber: '9500',
      trackingUrl: null,
      progress: 'unused',
      voided: false,
      location: 'WEST',
      lines: UNITS.lines,
    },
  }) as const;
const moving = (order: Order, status: 'transit' | 'delivered') =>
  ({ type: 'return_tracking', tracking: { return: idOf(order), carrier: 'USPS', status, details: '' } }) as const;
const ofStore = { returnLabel: 'store' } as const;
const withLabel = (): Order => hear(approved(ofStore), bought(approved(ofStore)));

describe('the time to send goods back', () => {
  test('begins when the return is approved, or its last label is bought', () => {
    const order = approved();
    expect(waitOf(order).until).toEqual({ at: AT + 21 * DAY, kind: 'send_back_by', subject: idOf(order) });
    expect(waitOf(approved(ofStore)).until?.kind).toBe('reachable_until');
    expect(waitOf(withLabel()).until).toMatchObject({ at: AT + 21 * DAY, kind: 'send_back_by' });
    expect(waitOf(delivered()).until?.kind).toBe('reachable_until');
  });

  test('is the store’s to set, and runs out before the order rests', () => {
    expect(waitOf(approved({ returnSendWithin: 5 * DAY })).until?.at).toBe(AT + 5 * DAY);
    expect(waitOf(approved({ returnSendWithin: null })).until?.kind).toBe('reachable_until');
    expect(waitOf(approved({ returnSendWithin: 90 * DAY })).until).toMatchObject({ kind: 'send_back_by' });
  });

  test('is not that of an order of an earlier release', () => {
    const { returnSendWithin: _since, ...policy } = DEFAULT_POLICY.order;
    const before = delivered();
    const order = done(ofThisRelease({ ...before, policy: policy as Policy }), 'request_return', UNITS);
    expect(waitOf(order).until?.kind).toBe('reachable_until');
    expect(placed({ policy: policy as Policy }).policy.returnSendWithin).toBeNull();
  });

  test('ends with the goods on their way, received, or others sent in exchange', () => {
    for (const order of [
      hear(withLabel(), moving(withLabel(), 'transit')),
      done(withLabel(), 'receive_return'),
      done(approved(), 'exchange', {
        added: [{ sku: 'TEE', kind: 'physical', seller: null, quantity: 1, unitPrice: 100, name: 'Tee' }],
      }),
    ]) {
      expect(waitOf(order).until?.kind).not.toBe('send_back_by');
      expect(facts(order, late(order))).toEqual([]);
    }
  });
});

describe('a return that has expired', () => {
  test('gives its label back, and its goods may be asked about again', () => {
    const order = withLabel();
    expect(facts(order, late(order))).toEqual(['return_expired']);
    const after = hear(order, late(order));
    expect(after.returns[0]?.status).toBe('expired');
    expect(dutiesOf(after)).toEqual([{ do: 'void_return_label', lane: idOf(order) }]);
    expect(asked(after, 'approve_return', { return: idOf(order) })).toBe('return_already_decided');
    expect(asked(after, 'exchange', { return: idOf(order) })).toBe('return_not_found');
    expect(asked(after, 'request_return', UNITS, 'customer')).toEqual(['return_requested']);
    expect(asked(order, 'request_return', UNITS, 'customer')).toBe('nothing_to_return');
  });

  test('is received all the same, once', () => {
    const order = expired();
    expect(asked(order, 'receive_return')).toEqual(['return_received', 'refund_requested', 'order_returned']);
    const some = [{ line: 1, quantity: 1, restock: true }];
    const received = done(order, 'receive_return', { return: idOf(order), received: some });
    expect(received.lines[0]?.returned).toBe(1);
    expect(asked(received, 'receive_return', { return: idOf(order) })).toBe('return_not_found');
  });

  test('is waited for again when its parcel moves, also with a label that was given back', () => {
    const order = hear(withLabel(), late(withLabel()));
    const outcome = { outcome: 'REFUNDED', refused: false };
    const given = hear(order, { type: 'return_label_voided', return: idOf(order), label: 'tr_back', ...outcome });
    for (const before of [order, given]) {
      expect(facts(before, moving(order, 'transit'))).toEqual(['return_shipped']);
      const after = hear(before, moving(order, 'transit'));
      expect(after.returns[0]).toMatchObject({ status: 'approved', sendBy: null });
      expect(dutiesOf(after)).toEqual([]);
      expect(facts(after, moving(order, 'delivered'))).toEqual(['return_arrived']);
      expect(waitOf(after).for).toBe('the goods to come back');
    }
  });

  test('stays so when its goods are in another return by then, by which they are received', () => {
    const again = done(hear(withLabel(), late(withLabel())), 'request_return', UNITS);
    const [first, second] = again.returns;
    const after = hear(again, moving(again, 'transit'));
    expect(after.returns.map(({ status }) => status)).toEqual(['expired', 'approved']);
    expect(asked(after, 'receive_return', { return: first?.id })).toBe('return_not_found');
    expect(done(after, 'receive_return').returns.map(({ status }) => status)).toEqual(['expired', 'received']);
    expect(done(after, 'receive_return').returns[1]?.id).toBe(second?.id);
  });
});
