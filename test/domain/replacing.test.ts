import { describe, expect, test } from 'vitest';
import { ofThisRelease } from '../../src/domain/earlier-orders.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import type { OfferedLine, Order } from '../../src/domain/order.ts';
import { amountDue } from '../../src/domain/payment.ts';
import { AT, ask, asked, authorized, completed, hear, placedBy, processing, reserve } from './given.ts';

/** Two mugs of 1500 stand in the order, and 500 for carriage. */

const goods = (unitPrice: number, quantity = 1): OfferedLine => ({
  sku: 'CUP',
  name: 'Cup',
  kind: 'physical',
  seller: null,
  quantity,
  unitPrice,
});
const one = [{ line: 1, quantity: 1 }];
const after = (order: Order, action: Parameters<typeof ask>[1], fields: ActionFields): Order => {
  const decided = ask(order, action, fields);
  if (!decided.ok) throw new Error(decided.refusal.code);
  return decided.order;
};

describe('what a change of lines costs', () => {
  test.each<[string, () => Order, number, number | string]>([
    ['cash on delivery, dearer', () => placedBy('cod'), 4000, 6000],
    ['a transfer that is awaited, dearer', () => placedBy('bank_transfer'), 4000, 6000],
    ['an authorised card, cheaper', authorized, 1000, 3000],
    ['an authorised card, as much', authorized, 1500, 3500],
    ['an authorised card, dearer by one', authorized, 1501, 'difference_to_pay'],
    ['a captured card, dearer by one', processing, 1501, 'difference_to_pay'],
  ])('%s', (_name, make, price, due) => {
    const fields = { remove: one, added: [goods(price)], reason: 'x' };
    if (typeof due === 'string') expect(asked(make(), 'edit_lines', fields)).toBe(due);
    else expect(amountDue(after(make(), 'edit_lines', fields))).toBe(due);
  });

  test('of a captured card goes back, and what is due stays what was paid', () => {
    const order = after(processing(), 'edit_lines', { remove: one, added: [goods(1000)], reason: 'x' });
    expect(order.refunds.map(({ amount, reason }) => [amount, reason])).toEqual([[500, 'cancelled']]);
    expect(amountDue(order)).toBe(order.payment.captured);
  });

  test('makes room on a card for what comes later', () => {
    const less = after(authorized(), 'edit_lines', { remove: one, reason: 'x' });
    expect(asked(less, 'edit_lines', { added: [goods(1501)], reason: 'x' })).toBe('difference_to_pay');
    expect(amountDue(after(less, 'edit_lines', { added: [goods(1500)], reason: 'x' }))).toBe(3500);
  });
});

describe('units that go', () => {
  test('are first those that nothing is taken for yet', () => {
    const more = after(reserve(placedBy('cod')), 'edit_lines', { added: [goods(100, 3)], reason: 'x' });
    const fewer = after(more, 'edit_lines', { remove: [{ line: 2, quantity: 2 }], reason: 'x' });
    expect(fewer.lines[1]).toMatchObject({ quantity: 3, cancelled: 2, reserved: 0 });
    expect(fewer.fulfilments.map(({ lines }) => lines)).toEqual([[{ line: 1, quantity: 2 }]]);
  });
});

describe('a substitute', () => {
  const offer = goods(1500, 2);

  test('is answered once, and only while it is offered', () => {
    const offered = after(authorized(), 'substitute', { line: 1, offer });
    expect(asked(offered, 'substitute', { line: 1, offer })).toBe('substitution_open');
    const taken = after(offered, 'answer_substitution', { accept: true });
    expect(taken.lines.map(({ sku, cancelled }) => [sku, cancelled])).toEqual([
      ['MUG', 2],
      ['CUP', 0],
    ]);
    expect(asked(taken, 'answer_substitution', { accept: true })).toBe('substitution_not_found');
  });

  test('cannot be taken any more when its units are gone', () => {
    const offered = after(authorized(), 'substitute', { line: 1, offer });
    const fewer = after(offered, 'cancel', { lines: one, reason: 'x' });
    expect(asked(fewer, 'answer_substitution', { accept: true })).toBe('units_exceeded');
    expect(asked(fewer, 'answer_substitution', { accept: false })).toEqual(['substitution_answered']);
  });

  test('lapses with its time, and with the order', () => {
    const offered = after(authorized(), 'substitute', { line: 1, offer });
    const [{ id } = { id: '' }] = offered.substitutions;
    const late = hear(offered, { type: 'deadline', kind: 'substitution_answer', subject: id });
    expect(late.substitutions[0]?.status).toBe('lapsed');
    expect(after(offered, 'cancel', { reason: 'x' }).substitutions[0]?.status).toBe('lapsed');
  });

  test('asks nobody twice: a deadline that is told again, or of none, changes nothing', () => {
    const answered = after(after(authorized(), 'substitute', { line: 1, offer }), 'answer_substitution', {
      accept: true,
    });
    const [{ id } = { id: '' }] = answered.substitutions;
    expect(hear(answered, { type: 'deadline', kind: 'substitution_answer', subject: id })).toEqual(answered);
    expect(hear(answered, { type: 'deadline', kind: 'substitution_answer', subject: 'none' })).toEqual(answered);
  });
});

describe('an exchange', () => {
  const returned = (): Order => after(completed(), 'request_return', { lines: one, return_reason: 'wrong_item' });

  test('is of a return that was approved, once, for no more than its price', () => {
    expect(asked(completed(), 'exchange', { added: [goods(1500)] })).toBe('return_not_found');
    expect(asked(returned(), 'exchange', { added: [goods(1501)] })).toBe('difference_to_pay');
    const sent = after(returned(), 'exchange', { added: [goods(1500)] });
    expect(sent).toMatchObject({ status: 'processing', closedAt: null, refunds: [] });
    expect(asked(sent, 'receive_return', {})).toEqual(['return_received']);
    expect(asked(sent, 'refund', { refund_reason: 'returned', lines: [{ line: 1, quantity: 2 }] })).toBe(
      'units_exceeded',
    );
  });

  test('pays what is left of the price when the goods are back', () => {
    const sent = after(returned(), 'exchange', { added: [goods(900)] });
    const back = after(sent, 'receive_return', {});
    expect(back.refunds.map(({ amount }) => amount)).toEqual([600]);
  });
});

test('an order of an earlier release has what came since', () => {
  const order = authorized();
  const { substitutions: _substitutions, ...earlier } = order;
  const { substitutionWithin: _within, ...policy } = order.policy;
  expect(ofThisRelease({ ...earlier, policy } as Order)).toEqual(order);
  expect(order.placedAt).toBe(AT);
});
