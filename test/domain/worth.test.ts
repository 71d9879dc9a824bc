import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmWith } from '../../src/domain/accepting.ts';
import { begin } from '../../src/domain/draft.ts';
import { ofThisRelease } from '../../src/domain/earlier-orders.ts';
import type { PlacedLine } from '../../src/domain/facts.ts';
import type { ActionFields } from '../../src/domain/guards.ts';
import type { Order } from '../../src/domain/order.ts';
import type { ActionName } from '../../src/domain/transitions.ts';
import { borneBy, sharesOf, valueOf, worthOf } from '../../src/domain/worth.ts';
import { AT, ask, asked, placed } from './given.ts';

const total = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + one, 0);

type Bought = Pick<PlacedLine, 'quantity' | 'unitPrice'>;
type Sums = { discount: number; shipping: number; onCarriage: number; tax: number; taxes: readonly number[] | null };

/** An order by transfer, with the stock of each line; `paid`: the transfer has come. */
function ordered(
  bought: readonly Bought[],
  { discount, shipping, onCarriage, tax, taxes }: Sums,
  paid: boolean,
): Order {
  const borne = borneBy(bought, { discount, tax, taxes });
  const lines = bought.map((line, index) => ({
    no: index + 1,
    sku: `SKU-${index}`,
    kind: 'physical' as const,
    seller: null,
    ...line,
    ...borne[index],
  }));
  const subtotal = total(bought.map(({ quantity, unitPrice }) => quantity * unitPrice));
  const totals = {
    subtotal,
    discount,
    shipping,
    tax: tax + onCarriage,
    total: subtotal - discount + shipping + tax + onCarriage,
  };
  const order = placed({ lines, totals, paymentMethod: 'bank_transfer', paymentReference: null });
  if (!paid) return order;
  const came = after(order, 'confirm', { payment_reference: 'TRX 1' });
  const allocations = lines.map(({ no, sku, quantity }) => ({
    line: no,
    sku,
    location: 'WEST',
    quantity,
    lateDays: 0,
  }));
  return confirmWith(begin(came), allocations, ['WEST chosen'], AT).order;
}

const after = (order: Order, action: ActionName, fields: ActionFields): Order => {
  const decided = ask(order, action, fields);
  if (!decided.ok) throw new Error(`${decided.refusal.code}: ${decided.refusal.detail}`);
  return decided.order;
};
/** What the buyer has back, or need not pay any more. */
const givenBack = ({ refunds, credit }: Order): number => credit + total(refunds.map(({ amount }) => amount));
const whole = ({ lines }: Order) => lines.map(({ no, quantity }) => ({ line: no, quantity }));

const bought = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 9 }), unitPrice: fc.nat(400) }), {
  minLength: 1,
  maxLength: 4,
});
const sumsOf = (lines: readonly Bought[]): fc.Arbitrary<Sums> =>
  fc
    .record({
      shipping: fc.nat(50),
      onCarriage: fc.nat(9),
      tax: fc.nat(300),
      taxes: fc.option(fc.array(fc.nat(90), { minLength: lines.length, maxLength: lines.length })),
      off: fc.nat(100),
    })
    .map(({ off, taxes, tax: shared, ...rest }) => {
      const tax = taxes === null ? shared : total(taxes);
      const subtotal = total(lines.map(({ quantity, unitPrice }) => quantity * unitPrice));
      const discount = Math.floor(((subtotal + rest.shipping + rest.onCarriage + tax) * off) / 100);
      return { ...rest, tax, taxes, discount };
    });
const basket = bought.chain((lines) => fc.record({ lines: fc.constant(lines), sums: sumsOf(lines) }));

describe('what lines bear of an order', () => {
  test('adds up to the whole, and no line bears more of a discount than it costs', () => {
    fc.assert(
      fc.property(basket, ({ lines, sums }) => {
        const borne = borneBy(lines, sums);
        expect(total(borne.map(({ tax }) => tax))).toBe(sums.tax);
        if (sums.taxes !== null) expect(borne.map(({ tax }) => tax)).toEqual(sums.taxes);
        const costs = lines.map(({ quantity, unitPrice }, index) => quantity * unitPrice + (borne[index]?.tax ?? 0));
        expect(total(borne.map(({ discount }) => discount))).toBe(Math.min(sums.discount, total(costs)));
        for (const [index, { discount }] of borne.entries()) {
          expect(discount).toBeGreaterThanOrEqual(0);
          expect(discount).toBeLessThanOrEqual(costs[index] ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is shared by weight, the odd unit to the largest remainder, the first one of equals', () => {
    expect(sharesOf(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(sharesOf(10, [1, 2, 4])).toEqual([1, 3, 6]);
    expect(sharesOf(5, [0, 0])).toEqual([3, 2]);
    expect(sharesOf(0, [])).toEqual([]);
    // A message that was written by hand may say anything.
    expect(sharesOf(5, [Number.NaN, 1])).toEqual([3, 2]);
    expect(sharesOf(5, [0.5, 1])).toEqual([3, 2]);
    expect(sharesOf(9_007_199_254_740_991, [9_007_199_254_740_000, 991])).toEqual([9_007_199_254_740_000, 991]);
  });

  test('of a discount is off the prices first, then off the taxes, and last off the carriage', () => {
    const lines = [
      { quantity: 1, unitPrice: 3000 },
      { quantity: 2, unitPrice: 500 },
    ];
    const taxes = [600, 0];
    const discounts = (discount: number) => borneBy(lines, { discount, tax: 600, taxes }).map((one) => one.discount);
    expect(discounts(400)).toEqual([300, 100]);
    expect(discounts(4100)).toEqual([3100, 1000]);
    expect(discounts(5000)).toEqual([3600, 1000]);
  });
});

type Step = { how: 'cancel' | 'refund' | 'swap' | 'trade'; line: number; quantity: number; price: number };
const step: fc.Arbitrary<Step> = fc.record({
  how: fc.constantFrom('cancel', 'cancel', 'refund', 'refund', 'swap', 'trade'),
  line: fc.nat(100),
  quantity: fc.integer({ min: 1, max: 4 }),
  price: fc.nat(500),
});

/** The order after the step, or as it was when the step is refused. */
function taken(order: Order, { how, line: at, quantity, price }: Step): Order {
  const line = 1 + (at % order.lines.length);
  const units = [{ line, quantity }];
  const unitPrice = how === 'swap' ? (order.lines[line - 1]?.unitPrice ?? 0) : price;
  const added = [{ sku: 'CUP', name: 'Cup', kind: 'physical' as const, seller: null, quantity, unitPrice }];
  const decided =
    how === 'cancel'
      ? ask(order, 'cancel', { lines: units, reason: 'x' })
      : how === 'refund'
        ? ask(order, 'refund', { lines: units, refund_reason: 'duplicate' })
        : ask(order, 'edit_lines', { remove: units, added, reason: 'x' });
  return decided.ok && decided.order.status !== 'cancelled' ? decided.order : order;
}

describe('units that are cancelled, paid back and replaced in any order', () => {
  test('give back what was paid for them to the last unit: what is back and what is left are the whole', () => {
    let moved = 0;
    fc.assert(
      fc.property(
        basket,
        fc.boolean(),
        fc.array(step, { maxLength: 12, size: 'max' }),
        ({ lines, sums }, paid, steps) => {
          let order = ordered(lines, sums, paid);
          const worth = worthOf(order.lines);
          for (const one of steps) {
            const before = order;
            order = taken(before, one);
            if (order !== before) moved += 1;
            const back = givenBack(order);
            expect(back + valueOf(order, whole(order))).toBe(worth);
            if (one.how !== 'trade') expect(back).toBeGreaterThanOrEqual(givenBack(before));
            // Goods at the same price in place of units that were still to be paid for cost neither side anything.
            const price = before.lines[one.line % before.lines.length]?.unitPrice ?? 0;
            if (one.how === 'swap' && price > 0 && before.refunds.length === 0) expect(back).toBe(givenBack(before));
            expect(total(order.refunds.map(({ amount }) => amount))).toBeLessThanOrEqual(order.payment.captured);
            for (const line of order.lines) {
              expect(worthOf([line])).toBeGreaterThanOrEqual(0);
              expect(valueOf(order, [{ line: line.no, quantity: 1 }])).toBeGreaterThanOrEqual(0);
            }
          }
          if (order.payment.captured === 0) return;
          for (const { no, quantity } of order.lines)
            for (let unit = 0; unit < quantity; unit += 1)
              order = taken(order, { how: 'refund', line: no - 1, quantity: 1, price: 0 });
          const rest = valueOf(order, whole(order));
          expect(givenBack(order)).toBe(worth - rest);
          // A unit that is worth nothing is not refunded, so what comes after it waits for the line as a whole.
          for (const { no, quantity } of order.lines) order = taken(order, refundOf(order, no, quantity));
          expect(givenBack(order)).toBe(worth);
        },
      ),
      { numRuns: 400 },
    );
    expect(moved).toBeGreaterThan(500);
  });
});

/** All units of the line that can still be refunded. */
function refundOf(order: Order, line: number, quantity: number): Step {
  for (let units = quantity; units > 0; units -= 1)
    if (asked(order, 'refund', { refund_reason: 'duplicate', lines: [{ line, quantity: units }] }) !== 'units_exceeded')
      return { how: 'refund', line: line - 1, quantity: units, price: 0 };
  return { how: 'refund', line: line - 1, quantity: 1, price: 0 };
}

const TWO = [
  { quantity: 2, unitPrice: 1500 },
  { quantity: 1, unitPrice: 1000 },
];
const SUMS = { discount: 400, shipping: 500, onCarriage: 40, tax: 288, taxes: null };

describe('an order with a discount and a tax', () => {
  test('pays a cancelled unit back as it was paid, and a second time not', () => {
    const order = ordered(TWO, SUMS, true);
    expect(order.lines.map(({ discount, tax }) => [discount, tax])).toEqual([
      [300, 216],
      [100, 72],
    ]);
    const fewer = after(order, 'cancel', { lines: [{ line: 1, quantity: 1 }], reason: 'x' });
    expect(fewer.refunds.map(({ amount }) => amount)).toEqual([1458]);
    expect(asked(fewer, 'refund', { refund_reason: 'duplicate', lines: [{ line: 1, quantity: 2 }] })).toBe(
      'units_exceeded',
    );
    const more = after(fewer, 'refund', { refund_reason: 'duplicate', lines: [{ line: 1, quantity: 1 }] });
    expect(more.refunds.map(({ amount }) => amount)).toEqual([1458, 1458]);
  });

  test('takes goods in with the tax of its lines, with what they take the place of, or with what is said', () => {
    const order = ordered(TWO, SUMS, false);
    const goods = { sku: 'CUP', name: 'Cup', kind: 'physical', seller: null, quantity: 1, unitPrice: 1000 } as const;
    const added = (fields: ActionFields) => {
      const { discount, tax } = after(order, 'edit_lines', { reason: 'x', ...fields }).lines.at(-1) ?? {};
      return [discount, tax];
    };
    expect(added({ added: [goods] })).toEqual([0, 80]);
    expect(added({ added: [{ ...goods, tax: 5 }] })).toEqual([0, 5]);
    expect(added({ added: [goods], remove: [{ line: 2, quantity: 1 }] })).toEqual([100, 72]);
    expect(added({ added: [{ ...goods, unitPrice: 500 }], remove: [{ line: 2, quantity: 1 }] })).toEqual([50, 36]);
    expect(added({ added: [{ ...goods, unitPrice: 1500 }], remove: [{ line: 2, quantity: 1 }] })).toEqual([100, 112]);
  });

  test('of an earlier release pays its units back at their price, also those that were cancelled', () => {
    const order = ordered(TWO, { ...SUMS, shipping: 2000 }, true);
    const lines = order.lines.map(({ discount: _discount, tax: _tax, ...line }) => line);
    const earlier = ofThisRelease({ ...order, lines } as unknown as Order);
    const fewer = after(earlier, 'cancel', { lines: [{ line: 1, quantity: 1 }], reason: 'x' });
    const more = after(fewer, 'refund', { refund_reason: 'duplicate', lines: [{ line: 1, quantity: 2 }] });
    expect(more.refunds.map(({ amount }) => amount)).toEqual([1500, 3000]);
    const goods = { sku: 'CUP', name: 'Cup', kind: 'physical', seller: null, quantity: 1, unitPrice: 500 } as const;
    const other = after(earlier, 'edit_lines', { added: [goods], remove: [{ line: 2, quantity: 1 }], reason: 'x' });
    expect(other.lines.at(-1)).toMatchObject({ discount: 0, tax: null });
    expect(other.refunds.map(({ amount }) => amount)).toEqual([500]);
  });
});
