import { describe, expect, test } from 'vitest';
import { dutiesOf, waitOf } from '../../src/domain/duties.ts';
import { returnOfThisRelease } from '../../src/domain/earlier-orders.ts';
import type { TrackingStatus } from '../../src/domain/news.ts';
import { emailsFor } from '../../src/domain/notifications.ts';
import type { Order, Return } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { partsOf, unlabelledParts, uselessLabels } from '../../src/domain/returns.ts';
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
  voided: false,
  location: 'WEST',
  lines: [{ line: 1, quantity: 1 }],
} as const;
const bought = (order: Order) => ({ type: 'return_label_bought', return: idOf(order), label: LABEL }) as const;
const labelRefused = (order: Order, type = 'LabelRefused') =>
  ({
    type: 'duty_failed',
    duty: { do: 'buy_return_label', lane: idOf(order) },
    failure: { type, message: 'No.', details: {} },
  }) as const;
const moving = (order: Order, status: TrackingStatus) =>
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
      const stuck = hear(order, labelRefused(order, type));
      expect(stuck.exceptions).toMatchObject([{ kind: 'return_label_failed', lane: idOf(order) }]);
      expect(dutiesOf(stuck)).toEqual([]);
      const decide = (resolution: 'retry' | 'close') =>
        done(stuck, 'resolve_exception', { exception: stuck.exceptions[0]?.id, resolution });
      expect(dutiesOf(decide('retry'))).toEqual(dutiesOf(order));
      const closed = decide('close');
      expect(dutiesOf(closed)).toEqual([]);
      expect(closed.returns[0]).toMatchObject({ labelDue: false, labels: [] });
      expect(waitOf(closed).for).toBe('the goods to come back');
    },
  );

  test('that comes after the goods is kept and told to nobody; what was open about it is closed', () => {
    const order = approved();
    const stuck = hear(order, labelRefused(order));
    const received = done(stuck, 'receive_return');
    expect(received.exceptions).toEqual([]);
    const late = hear(received, bought(order));
    expect(late.returns[0]).toMatchObject({ status: 'received', labels: [{ transaction: 'tr_back' }] });
    expect(dutiesOf(late).map((duty) => duty.do)).toEqual(['send_refund', 'void_return_label']);
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
    const arrived = hear(order, bought(order), moving(order, 'delivered'));
    const received = done(arrived, 'receive_return');
    for (const status of ['transit', 'delivered'] as const) expect(facts(received, moving(order, status))).toEqual([]);
  });
});

const voided = (order: Order, refused = false) =>
  ({ type: 'return_label_voided', return: idOf(order), label: 'tr_back', outcome: 'said', refused }) as const;
const voids = (order: Order): string[] =>
  dutiesOf(order).flatMap((duty) => (duty.do === 'void_return_label' ? [duty.lane] : []));
const withLabel = (): Order => hear(approved(), bought(approved()));
const refuse = (order: Order) => ask(order, 'approve_return', { approve: false, note: 'You keep it.' });

describe('a label of a return that ends without it', () => {
  test('is voided when the goods came in another way, once', () => {
    const order = withLabel();
    expect(voids(order)).toEqual([]);
    const received = done(order, 'receive_return');
    expect(voids(received)).toEqual([idOf(order)]);
    const after = hear(received, voided(order));
    expect(after.returns[0]?.labels[0]).toMatchObject({ voided: true, progress: 'unused' });
    expect(after.returns[0]?.labels[0]).not.toHaveProperty('refundRefused');
    expect(voids(after)).toEqual([]);
    expect(facts(after, voided(order))).toEqual([]);
    expect(facts(order, voided(order))).toEqual([]);
  });

  test('is voided when the return is refused after all, which is too late once something is on its way', () => {
    const order = withLabel();
    const refused = refuse(order);
    if (!refused.ok) throw new Error(refused.refusal.code);
    expect(refused.order.returns[0]?.status).toBe('refused');
    expect(voids(refused.order)).toEqual([idOf(order)]);
    expect(refuse(hear(order, moving(order, 'transit')))).toMatchObject({
      refusal: { code: 'return_already_decided' },
    });
    expect(ask(order, 'approve_return', {})).toMatchObject({ refusal: { code: 'return_already_decided' } });
    const stuck = hear(approved(), labelRefused(approved()));
    const closed = refuse(stuck);
    expect(closed.ok && closed.order.exceptions).toEqual([]);
  });

  test('is kept when it was used after all: the carrier knows more than we were told', () => {
    const order = withLabel();
    const received = done(order, 'receive_return');
    for (const status of ['transit', 'delivered', 'returned', 'failure'] as const) {
      const used = hear(received, moving(order, status));
      expect(voids(used)).toEqual([]);
      expect(used.returns[0]?.labels[0]).toMatchObject({ voided: false });
      expect(facts(used, voided(order))).toEqual([]);
    }
    expect(facts(received, moving(order, 'unknown'))).toEqual([]);
  });

  test('that the carrier does not pay back is noted, and holds nothing up', () => {
    const received = done(withLabel(), 'receive_return');
    const after = hear(received, voided(received, true));
    expect(after.returns[0]?.labels[0]).toMatchObject({ voided: true, refundRefused: true });
    expect(voids(after)).toEqual([]);
    expect(after.exceptions).toEqual([]);
  });

  test('is voided when the carrier cannot be asked now as soon as a person tries again', () => {
    const received = done(withLabel(), 'receive_return');
    const duty = { do: 'void_return_label', lane: idOf(received) } as const;
    const stuck = hear(received, {
      type: 'duty_failed',
      duty,
      failure: { type: 'Timeout', message: 'No.', details: {} },
    });
    expect(stuck.exceptions).toMatchObject([{ kind: 'unforeseen', lane: idOf(received) }]);
    expect(voids(stuck)).toEqual([]);
    const again = done(stuck, 'resolve_exception', { exception: stuck.exceptions[0]?.id, resolution: 'retry' });
    expect(voids(again)).toEqual([idOf(received)]);
  });
});

describe('goods of one return from two places', () => {
  /** One line of two units that left in two parcels, and another of one place only. */
  const two = (): Order => {
    const order = delivered();
    const [parcel] = order.fulfilments;
    if (parcel === undefined) throw new Error('nothing was delivered');
    const at = (location: string, no: number) => ({
      ...parcel,
      id: `${NUMBER}/${no}`,
      no,
      location,
      lines: [{ line: 1, quantity: 1 }],
    });
    return { ...order, fulfilments: [at('WEST', 1), at('EAST', 2)] };
  };
  const asked = (of: Order): Order =>
    done(of, 'request_return', { lines: [{ line: 1, quantity: 2 }], return_reason: 'damaged' });
  const labelTo = (order: Order, location: string) =>
    ({
      type: 'return_label_bought',
      return: idOf(order),
      label: { ...LABEL, location, transaction: `tr_${location}`, trackingNumber: location },
    }) as const;
  const track = (order: Order, trackingNumber: string, status: 'transit' | 'delivered') =>
    ({
      type: 'return_tracking',
      tracking: { return: idOf(order), trackingNumber, carrier: 'USPS', status, details: '' },
    }) as const;

  test('need a label for each place, and the buyer is told when all are there', () => {
    const order = asked(two());
    expect(unlabelledParts(order, order.returns[0] as Return)).toEqual([
      { location: 'WEST', carrier: 'USPS', lines: [{ line: 1, quantity: 1 }] },
      { location: 'EAST', carrier: 'USPS', lines: [{ line: 1, quantity: 1 }] },
    ]);
    const half = hear(order, labelTo(order, 'WEST'));
    expect(half.returns[0]).toMatchObject({ labelDue: true, labels: [{ location: 'WEST' }] });
    expect(dutiesOf(half)).toEqual([{ do: 'buy_return_label', lane: idOf(order) }]);
    const whole = hear(half, labelTo(order, 'EAST'));
    expect(whole.returns[0]).toMatchObject({ labelDue: false, labels: [{ location: 'WEST' }, { location: 'EAST' }] });
    expect(dutiesOf(whole)).toEqual([]);
    const told = (of: Order) =>
      emailsFor({ ...labelTo(order, 'EAST'), seq: of.version, at: AT, actor: { role: 'system', id: 'x' } }, of);
    expect(told(half)).toEqual([]);
    expect(told(whole)).toHaveLength(1);
  });

  test('move each by itself, and only the label that was not used is voided', () => {
    const order = asked(two());
    const whole = hear(order, labelTo(order, 'WEST'), labelTo(order, 'EAST'));
    const moved = hear(whole, track(order, 'EAST', 'transit'));
    expect(moved.returns[0]?.labels.map(({ progress }) => progress)).toEqual(['unused', 'on_its_way']);
    expect(facts(moved, track(order, 'WEST', 'delivered'))).toEqual(['return_arrived']);
    const received = done(moved, 'receive_return', { received: [{ line: 1, quantity: 1, restock: true }] });
    expect(uselessLabels(received.returns[0] as Return).map(({ location }) => location)).toEqual(['WEST']);
  });

  test('that came from a place nobody knows have none', () => {
    const order = two();
    const nowhere = { ...order, fulfilments: order.fulfilments.map((one) => ({ ...one, location: null })) };
    expect(partsOf(nowhere, [{ line: 1, quantity: 2 }])).toBeNull();
    expect(partsOf(order, [{ line: 1, quantity: 3 }])).toBeNull();
  });
});

test('a return of an earlier release has its label for all of its goods', () => {
  const { labels: _labels, ...one } = withLabel().returns[0] as Return;
  const { voided: _voided, location: _location, lines: _lines, ...label } = LABEL;
  const known = returnOfThisRelease({ ...one, label });
  expect(known.labels).toEqual([{ ...LABEL, location: null, lines: one.lines }]);
  expect(known).not.toHaveProperty('label');
  expect(returnOfThisRelease({ ...one, label: null }).labels).toEqual([]);
  const order = { ...withLabel(), returns: [{ ...known, labelDue: true }] };
  expect(unlabelledParts(order, known)).toEqual([]);
});
