import { describe, expect, test } from 'vitest';
import { confirmWith } from '../../src/domain/accepting.ts';
import { begin } from '../../src/domain/draft.ts';
import { dutiesOf } from '../../src/domain/duties.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import type { Order } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { AT, ask, asked, hear, placed, reading } from './given.ts';

describe('a seller who asks to cancel', () => {
  const lines = [
    { no: 1, sku: 'MUG', kind: 'physical', seller: 'acme', quantity: 2, unitPrice: 1000 },
    { no: 2, sku: 'TEE', kind: 'physical', seller: 'bolt', quantity: 1, unitPrice: 1500 },
  ] as const;
  const two = [
    { line: 1, sku: 'MUG', location: 'WEST', quantity: 2, lateDays: 0 },
    { line: 2, sku: 'TEE', location: 'WEST', quantity: 1, lateDays: 0 },
  ];
  const order = (policy = DEFAULT_POLICY.order) => {
    const paid = hear(placed({ lines, policy }), { type: 'payment_read', reading: reading() });
    const taken = confirmWith(begin(paid), two, [], AT).order;
    return hear(taken, { type: 'payment_read', reading: reading({ state: 'captured', captured: 3500 }) });
  };
  const acme = { seller: 'acme', reason: 'sold out' };
  const asking = (fields: ActionFields = acme, of = order()) => {
    const decided = ask(of, 'request_cancellation', fields, 'seller');
    if (!decided.ok) throw new Error(decided.refusal.code);
    return decided.order;
  };
  const deciding = (of: Order, resolution: 'cancel_lines' | 'close') =>
    ask(of, 'resolve_exception', { exception: of.exceptions[0]?.id, resolution, note: 'for staff' });
  const refusal = (fields: ActionFields, of = order()) => asked(of, 'request_cancellation', fields, 'seller');

  test('stops nothing and cancels nothing by asking', () => {
    const before = order();
    expect(asked(before, 'request_cancellation', acme, 'seller')).toEqual([
      'cancellation_requested',
      'exception_opened',
    ]);
    const after = asking();
    expect(after.exceptions).toMatchObject([
      { kind: 'cancellation_requested', lane: 'cancellation:acme', units: [{ line: 1, quantity: 2 }] },
    ]);
    expect(dutiesOf(after)).toEqual(dutiesOf(before));
    expect(after.lines).toEqual(before.lines);
  });

  test('gets their units cancelled and those of nobody else, or the request closed', () => {
    const accepted = deciding(asking(), 'cancel_lines');
    expect(accepted.ok && accepted.facts.map(({ type }) => type)).toEqual([
      'exception_resolved',
      'cancellation_decided',
      'lines_cancelled',
      'refund_requested',
    ]);
    expect(accepted.ok && accepted.order).toMatchObject({
      lines: [{ cancelled: 2 }, { cancelled: 0 }],
      refunds: [{ amount: 2000, reason: 'cancelled' }],
      exceptions: [],
    });
    // What staff note on the exception is not for the buyer, who reads why units were cancelled.
    expect(accepted.ok && JSON.stringify(accepted.facts.slice(1))).not.toContain('for staff');
    const declined = deciding(asking(), 'close');
    expect(declined.ok && declined.facts.at(-1)).toMatchObject({ type: 'cancellation_decided', accepted: false });
    expect(declined.ok && declined.order.lines).toEqual(order().lines);
  });

  test('may name units; what has left meanwhile is not cancelled', () => {
    const one = asking({ ...acme, lines: [{ line: 1, quantity: 1 }] });
    const accepted = deciding(one, 'cancel_lines');
    expect(accepted.ok && accepted.order.lines[0]).toMatchObject({ quantity: 2, cancelled: 1 });
    const parcel = one.fulfilments.find(({ seller }) => seller === 'acme')?.id;
    const sent = ask(one, 'ship', { fulfilment: parcel, carrier: 'DHL', tracking_number: 'JD01' });
    if (!sent.ok) throw new Error(sent.refusal.code);
    const late = deciding(sent.order, 'cancel_lines');
    expect(late.ok ? null : late.refusal.code).toBe('nothing_to_cancel');
  });

  test('ends the order when all of it is theirs', () => {
    const all = lines.map((line) => ({ ...line, seller: 'acme' }));
    const paid = hear(placed({ lines: all }), { type: 'payment_read', reading: reading() });
    const ended = deciding(asking(acme, confirmWith(begin(paid), two, [], AT).order), 'cancel_lines');
    expect(ended.ok && ended.order.status).toBe('cancelled');
    expect(ended.ok && ended.facts.at(-1)).toMatchObject({ reason: 'The seller cannot send it.' });
  });

  test('or has not accepted them in time, has theirs cancelled and nobody else', () => {
    const policy = { ...DEFAULT_POLICY.order, acknowledgeWithin: 3_600_000 };
    const late = hear(order(policy), { type: 'deadline', kind: 'acknowledge_by', subject: 'acme' });
    expect(late.exceptions).toMatchObject([{ kind: 'overdue_acknowledgement' }]);
    const cut = deciding(late, 'cancel_lines');
    expect(cut.ok && cut.order.lines.map(({ cancelled }) => cancelled)).toEqual([2, 0]);
    expect(cut.ok && cut.facts.map(({ type }) => type)).not.toContain('cancellation_decided');
  });

  test('is answered when staff cancel the units by themselves', () => {
    const cut = ask(asking(), 'cancel', { reason: 'sold out', lines: [{ line: 1, quantity: 2 }] });
    expect(cut.ok && cut.order.exceptions).toEqual([]);
    expect(cut.ok && cut.facts.at(-1)).toMatchObject({ type: 'cancellation_decided', accepted: true });
  });

  test('is refused a second time, for more than is here, and for what is not theirs as for what is not there', () => {
    expect(refusal(acme, asking())).toBe('cancellation_already_requested');
    expect(refusal({ ...acme, lines: [{ line: 1, quantity: 3 }] })).toBe('units_exceeded');
    const why = [2, 9].map((line) => {
      const decided = ask(order(), 'request_cancellation', { ...acme, lines: [{ line, quantity: 1 }] }, 'seller');
      return decided.ok ? null : { ...decided.refusal, detail: decided.refusal.detail.replace(`${line}`, 'n') };
    });
    expect(why[0]).toEqual({ code: 'line_not_found', detail: 'The order has no line n.' });
    expect(why[0]).toEqual(why[1]);
    expect(refusal({ reason: 'sold out' })).toBe('not_your_lines');
    expect(refusal({ ...acme, seller: 'nobody' })).toBe('not_your_lines');
    expect(asked(order(), 'request_cancellation', acme)).toBe('role_not_allowed');
    const gone = deciding(asking(), 'cancel_lines');
    expect(gone.ok && refusal(acme, gone.order)).toBe('nothing_to_cancel');
  });
});
