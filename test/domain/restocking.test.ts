import { expect, test } from 'vitest';
import { confirmWith } from '../../src/domain/accepting.ts';
import { begin } from '../../src/domain/draft.ts';
import type { Order } from '../../src/domain/order.ts';
import { restockedUnits } from '../../src/domain/returns.ts';
import { AT, ask, placed } from './given.ts';

/** Where goods that came back are on hand again. */

/** Two units came from EAST and one from WEST. */
const delivered = (): Order => {
  const line = { no: 1, sku: 'MUG', kind: 'physical', seller: null, quantity: 3, unitPrice: 1500 } as const;
  const order = placed({ lines: [line], paymentMethod: 'cod', paymentReference: null });
  const allocations = [
    { line: 1, sku: 'MUG', location: 'EAST', quantity: 2, lateDays: 0 },
    { line: 1, sku: 'MUG', location: 'WEST', quantity: 1, lateDays: 0 },
  ];
  return confirmWith(begin(order), allocations, [], AT).order.fulfilments.reduce(
    (so, { id }) => {
      const done = ask(so, 'mark_delivered', { fulfilment: id });
      if (!done.ok) throw new Error(done.refusal.code);
      return done.order;
    },
    confirmWith(begin(order), allocations, [], AT).order,
  );
};
const back = (quantity: number, restock = true) => ({ line: 1, quantity, restock });

test('where they had left from, as their labels send them', () =>
  expect(restockedUnits(delivered(), [back(3)], null)).toEqual([
    { sku: 'MUG', location: 'EAST', quantity: 2 },
    { sku: 'MUG', location: 'WEST', quantity: 1 },
  ]));

test('units that are named apart are not counted twice', () =>
  expect(restockedUnits(delivered(), [back(2), back(1)], null).map(({ quantity }) => quantity)).toEqual([2, 1]));

test('all where they were received, if that is said', () =>
  expect(restockedUnits(delivered(), [back(3)], 'SOUTH')).toEqual([{ sku: 'MUG', location: 'SOUTH', quantity: 3 }]));

test('nowhere when they are written off', () =>
  expect(restockedUnits(delivered(), [back(2, false), back(1)], null)).toEqual([
    { sku: 'MUG', location: 'EAST', quantity: 1 },
  ]));
