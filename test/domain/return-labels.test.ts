import { describe, expect, test } from 'vitest';
import { dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { emailsFor } from '../../src/domain/notifications.ts';
import type { Order } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { AT, ask, facts, hear, labelBought, NUMBER, placed, reading, reserve, tracking } from './given.ts';

/** Labels for the way back, of a store that pays it. */

const policy = { ...DEFAULT_POLICY.order, returnLabel: 'store' } as const;
const CAPTURED = reading({ state: 'captured', captured: 3500 });
const delivered = (of: typeof DEFAULT_POLICY.order = policy): Order => {
  const taken = reserve(hear(placed({ policy: of }), { type: 'payment_read', reading: reading() }));
  const paid = hear(taken, { type: 'payment_read', reading: CAPTURED });
  return hear(paid, labelBought, tracking('transit'), tracking('delivered'));
};
const done = (...asked: Parameters<typeof ask>): Order => {
  const decided = ask(...asked);
  if (!decided.ok) throw new Error(decided.refusal.code);
  return decided.order;
};
const approved = (of: Order = delivered()): Order =>
  done(of, 'request_return', { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' });
const idOf = ({ returns: [one] }: Order): string => one?.id ?? '';
const LABEL = {
  transaction: 'tr_back',
  carrier: 'USPS',
  service: 'ground',
  cost: 490,
  currency: 'USD',
  url: 'https://labels.example/1.pdf',
  trackingNumber: '9500',
  trackingUrl: null,
  progress: 'unused',
} as const;
const bought = (order: Order) => ({ type: 'return_label_bought', return: idOf(order), label: LABEL }) as const;
const refused = (order: Order, type = 'LabelRefused') =>
  ({
    type: 'duty_failed',
    duty: { do: 'buy_return_label', lane: idOf(order) },
    failure: { type, message: 'No.', details: {} },
  }) as const;
const moving = (order: Order, status: 'transit' | 'delivered' | 'unknown') =>
  ({ type: 'return_tracking', tracking: { return: idOf(order), carrier: 'USPS', status, details: '' } }) as const;

describe('the label of a return', () => {
  test('is owed once the return is approved, and not where the buyer pays', () => {
    const order = approved();
    expect(dutiesOf(order)).toEqual([{ do: 'buy_return_label', lane: idOf(order) }]);
    expect(waitOf(order).for).toBe('the label of the return');
    expect(dutiesOf(approved(delivered(DEFAULT_POLICY.order)))).toEqual([]);
    const asked = ask(
      delivered(),
      'request_return',
      { lines: [{ line: 1, quantity: 1 }], return_reason: 'damaged' },
      'customer',
    );
    expect(asked.ok && dutiesOf(asked.order)).toEqual([]);
  });

  test('holds the mail back until it is bought, and is bought once', () => {
    const order = approved();
    expect(order.returns[0]).toMatchObject({ status: 'approved', labelDue: true });
    const after = hear(order, bought(order));
    expect(dutiesOf(after)).toEqual([]);
    const told = { type: 'return_label_bought', return: idOf(order), label: LABEL } as const;
    const fact = { ...told, seq: after.version, at: AT, actor: { role: 'system', id: 'x' } } as const;
    expect(emailsFor(fact, order)).toEqual([]);
    expect(emailsFor(fact, after)).toMatchObject([{ key: `${NUMBER}/return_approved/${idOf(order)}` }]);
    expect(facts(after, bought(order))).toEqual([]);
  });

  test.each(['LabelRefused', 'Timeout', 'AddressRejected'])(
    'that cannot be bought (%s) is a matter for a person',
    (type) => {
      const order = approved();
      const stuck = hear(order, refused(order, type));
      expect(stuck.exceptions).toMatchObject([{ kind: 'return_label_failed', lane: idOf(order) }]);
      expect(dutiesOf(stuck)).toEqual([]);
      const decide = (resolution: 'retry' | 'close') =>
        done(stuck, 'resolve_exception', { exception: stuck.exceptions[0]?.id, resolution });
      expect(dutiesOf(decide('retry'))).toEqual(dutiesOf(order));
      const closed = decide('close');
      expect(dutiesOf(closed)).toEqual([]);
      expect(closed.returns[0]).toMatchObject({ labelDue: false, label: null });
      expect(waitOf(closed).for).toBe('the goods to come back');
    },
  );

  test('that comes after the goods is kept and told to nobody; what was open about it is closed', () => {
    const order = approved();
    const stuck = hear(order, refused(order));
    const received = done(stuck, 'receive_return');
    expect(received.exceptions).toEqual([]);
    const late = hear(received, bought(order));
    expect(late.returns[0]).toMatchObject({ status: 'received', label: { transaction: 'tr_back' } });
    expect(dutiesOf(late).map((duty) => duty.do)).toEqual(['send_refund']);
    const fact = { ...bought(order), seq: late.version, at: AT, actor: { role: 'system', id: 'x' } } as const;
    expect(emailsFor(fact, late)).toEqual([]);
  });
});

describe('the parcel of a return', () => {
  test('is noted on its way and at the door, each once, and receives nothing by itself', () => {
    const order = hear(approved(), bought(approved()));
    expect(facts(order, moving(order, 'unknown'))).toEqual([]);
    const [sent, there] = ['transit', 'delivered'] as const;
    const onItsWay = hear(order, moving(order, sent));
    expect(facts(order, moving(order, sent))).toEqual(['return_shipped']);
    expect(facts(onItsWay, moving(order, sent))).toEqual([]);
    expect(facts(onItsWay, moving(order, there))).toEqual(['return_arrived']);
    const arrived = hear(order, moving(order, there));
    for (const status of [sent, there]) expect(facts(arrived, moving(order, status))).toEqual([]);
    expect(arrived.lines[0]?.returned).toBe(0);
  });

  test('of which the order has no label, or which it has received, says nothing', () => {
    const order = approved();
    expect(facts(order, moving(order, 'transit'))).toEqual([]);
    const received = done(hear(order, bought(order)), 'receive_return');
    expect(facts(received, moving(order, 'delivered'))).toEqual([]);
  });
});
