import { waitOf } from './duties.ts';
import type { Fact } from './facts.ts';
import { isUndone, type Line, type Order, type OrderStatus, type PaymentStatus } from './order.ts';
import { refundable } from './refunds.ts';
import { goodsBackBy } from './returns.ts';
import { reasonOf } from './timeline.ts';

/** What an action would change, read off the order before it and the order it decides on: for a person who is to confirm it. */

export type Changes = {
  readonly status: { readonly from: OrderStatus; readonly to: OrderStatus };
  readonly paymentStatus: { readonly from: PaymentStatus; readonly to: PaymentStatus };
  readonly waitsFor: { readonly from: string; readonly to: string };
  readonly facts: readonly { readonly type: Fact['type']; readonly reason: string | null }[];
  readonly money: Money;
  readonly stock: readonly StockChange[];
  readonly parcels: readonly { readonly id: string; readonly from: string | null; readonly to: string }[];
};

/** Minor units. `refund`: sent back; `released`: authorised and then never taken; `credit`: need no longer be paid. */
export type Money = { readonly refund: number; readonly released: number; readonly credit: number };

/** `released`: units the order holds and gives up; `restocked`: units that came back and can be sold again. */
export type StockChange = {
  readonly line: number;
  readonly sku: string;
  readonly released: number;
  readonly restocked: number;
};

function moneyOf(before: Order, after: Order): Money {
  const known = new Set(before.refunds.map(({ id }) => id));
  const promised = after.refunds.filter(({ id }) => !known.has(id)).reduce((sum, { amount }) => sum + amount, 0);
  const ends = isUndone(after) && !isUndone(before);
  const isHeld = after.payment.status === 'authorized';
  return {
    refund: promised + (ends ? refundable(after) : 0),
    released: ends && isHeld ? after.payment.authorized - after.payment.captured : 0,
    credit: after.credit - before.credit,
  };
}

/** Units of a line that have left it, by a carrier or by hand. */
const left = ({ shipped, delivered }: Line): number => Math.max(shipped, delivered);

function stockOf(before: Order, after: Order, facts: readonly Fact[]): StockChange[] {
  const returned = facts.flatMap((fact) => goodsBackBy(before, fact));
  return after.lines
    .map((line) => {
      const was = before.lines.find(({ no }) => no === line.no) ?? line;
      const sent = Math.max(0, left(line) - left(was));
      const restocked = returned
        .filter((one) => one.line === line.no && one.restock)
        .reduce((sum, { quantity }) => sum + quantity, 0);
      const released = Math.max(0, was.reserved - line.reserved - sent);
      return { line: line.no, sku: line.sku, released, restocked };
    })
    .filter(({ released, restocked }) => released > 0 || restocked > 0);
}

function parcelsOf(before: Order, after: Order): Changes['parcels'] {
  const known = new Map(before.fulfilments.map(({ id, status }) => [id, status]));
  return after.fulfilments
    .filter(({ id, status }) => known.get(id) !== status)
    .map(({ id, status }) => ({ id, from: known.get(id) ?? null, to: status }));
}

/** What is decided at once. What follows by itself later, such as taking the stock, is named by `waitsFor` only. */
export const changesOf = (before: Order, after: Order, facts: readonly Fact[]): Changes => ({
  status: { from: before.status, to: after.status },
  paymentStatus: { from: before.payment.status, to: after.payment.status },
  waitsFor: { from: waitOf(before).for, to: waitOf(after).for },
  facts: facts.map((fact) => ({ type: fact.type, reason: reasonOf(fact) })),
  money: moneyOf(before, after),
  stock: stockOf(before, after, facts),
  parcels: parcelsOf(before, after),
});
