import { describe, expect, test } from 'vitest';
import { dutiesOf, waitOf } from '../../src/domain/duties.ts';
import type { Order } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { AT, ask, authorized, confirmed, facts, hear, placed, processing, reading, reserve } from './given.ts';

/** A card's authorisation lapses after some days. Half a day before, whatever holds the order back, it is captured or put before a person. */

const LAPSES_SOON = { type: 'deadline', kind: 'capture_margin', subject: null } as const;
const NOTICED = AT + (7 * 24 - 12) * 3_600_000;

const duties = (order: Order) => dutiesOf(order).map((duty) => duty.do);
const inReview = (order: Order): Order => ({ ...order, review: { status: 'due', score: 90, reasons: [] } });
function onHold(order: Order): Order {
  const held = ask(order, 'hold', { reason: 'the buyer asked to wait' });
  if (!held.ok) throw new Error(held.refusal.code);
  return held.order;
}

const BY_CALL = { ...DEFAULT_POLICY.order, confirmation: 'call' } as const;
const BY_SHIPMENT = { ...DEFAULT_POLICY.order, capture: 'shipment' } as const;
const paidWith = (policy: Order['policy']): Order =>
  hear(placed({ policy }), { type: 'payment_read', reading: reading() });
/** Accepted, and charged only when its parcel has a label. */
const unlabelled = (): Order => reserve(paidWith(BY_SHIPMENT));

test('the order is woken half a day before, and once', () => {
  expect(waitOf(confirmed()).until).toEqual({ kind: 'capture_margin', at: NOTICED, subject: null });
  expect(waitOf(hear(confirmed(), LAPSES_SOON)).until).toBeNull();
});

test('money that was captured meanwhile wakes nobody', () => expect(facts(processing(), LAPSES_SOON)).toEqual([]));

describe('of an order that nobody has confirmed', () => {
  test('it comes before a person, and nothing is charged', () => {
    expect(facts(paidWith(BY_CALL), LAPSES_SOON)).toEqual(['authorization_expiring', 'exception_opened']);
    const order = hear(paidWith(BY_CALL), LAPSES_SOON);
    expect(order.exceptions).toMatchObject([{ kind: 'authorization_expiring', lane: 'authorization' }]);
    expect(duties(order)).toEqual([]);
  });
  test('it is charged as soon as the order is accepted, also where it would be by shipment', () => {
    const late = reserve(hear(paidWith(BY_SHIPMENT), LAPSES_SOON));
    expect(late.status).toBe('confirmed');
    expect(duties(late)).toEqual(['capture']);
  });
});

describe('the exception', () => {
  const expiring = (): Order => hear(paidWith(BY_CALL), LAPSES_SOON);
  const captured = { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) } as const;

  test('closes by itself when the money is captured, so that the order can complete', () => {
    const accepted = ask(expiring(), 'confirm', {});
    if (!accepted.ok) throw new Error(accepted.refusal.code);
    const paid = hear(reserve(accepted.order), captured);
    expect(paid).toMatchObject({ status: 'processing', exceptions: [] });
  });
  test('gives way to another when the authorisation has lapsed', () => {
    const lapsed = hear(expiring(), { type: 'payment_read', reading: reading({ state: 'voided' }) });
    expect(lapsed.exceptions.map(({ kind }) => kind)).toEqual(['payment_failed']);
  });
  test('stayed open in an earlier release, whose history is replayed', () => {
    const before = hear(reserve(expiring()), { ...captured, as_before: true });
    expect(before.exceptions.map(({ kind }) => kind)).toEqual(['authorization_expiring']);
  });
});

describe('of an accepted order', () => {
  test('it is captured before the parcel has its label', () => {
    expect(duties(unlabelled())).toEqual(['buy_label']);
    expect(facts(unlabelled(), LAPSES_SOON)).toEqual(['authorization_expiring']);
    expect(duties(hear(unlabelled(), LAPSES_SOON))).toEqual(['capture', 'buy_label']);
  });
  test.each([
    ['confirmed', confirmed],
    ['with a parcel to pack', unlabelled],
  ])('it is captured although the order is on hold: %s', (_name, of) => {
    expect(duties(onHold(of()))).toEqual([]);
    expect(duties(hear(onHold(of()), LAPSES_SOON))).toEqual(['capture']);
  });
  test.each([
    ['confirmed', confirmed],
    ['with a parcel to pack', unlabelled],
  ])('it is not captured while somebody looks for fraud: %s', (_name, of) => {
    expect(duties(hear(inReview(of()), LAPSES_SOON))).toEqual([]);
    expect(duties(hear(inReview(onHold(of())), LAPSES_SOON))).toEqual([]);
  });
});

test('in the fraud review of a new order it comes before a person', () => {
  const order = hear(inReview(authorized()), LAPSES_SOON);
  expect(order.exceptions.map(({ kind }) => kind)).toEqual(['authorization_expiring']);
  expect(duties(order)).toEqual([]);
});
