import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { confirmWith, missingOf, shortOf } from '../../src/domain/accepting.ts';
import { begin } from '../../src/domain/draft.ts';
import { demandOf, dutiesOf } from '../../src/domain/duties.ts';
import { type Line, type Order, SHORTAGE_RULES, type ShortageRule } from '../../src/domain/order.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { Shortage } from '../../src/domain/routing.ts';
import { answerTo } from '../../src/domain/shortage.ts';
import { firstSubstitute } from '../../src/domain/substitutes.ts';
import { AT, ask, placed } from './given.ts';

/** What is done about lines that are short, where each may have a rule of its own. */

type Wanted = {
  readonly sku: string;
  readonly quantity: number;
  readonly there: number;
  readonly rule: ShortageRule | null;
};

const orderOf = (wanted: readonly Wanted[], store: ShortageRule, backorderAtMost: number | null): Order =>
  placed({
    paymentMethod: 'cod',
    paymentReference: null,
    lines: wanted.map(({ sku, quantity, rule }, index) => ({
      ...{ no: index + 1, sku, kind: 'physical', seller: null, quantity, unitPrice: 100 },
      ...(rule === null ? {} : { shortage: rule }),
    })),
    policy: { ...DEFAULT_POLICY.order, shortage: store, backorderAtMost },
  });

/** The stock that is there for each line, whatever becomes of the others. */
const shortagesOf = (order: Order, wanted: readonly Wanted[]): Shortage[] =>
  demandOf(order)
    .map(({ line, quantity }) => {
      const { sku, there } = wanted[line - 1] as Wanted;
      return { line, sku, wanted: quantity, available: Math.min(quantity, there) };
    })
    .filter(({ wanted: units, available }) => available < units);

const lineOf = fc.record({
  sku: fc.constantFrom('A', 'B'),
  quantity: fc.integer({ min: 1, max: 3 }),
  there: fc.integer({ min: 0, max: 3 }),
  rule: fc.constantFrom(null, ...SHORTAGE_RULES),
});
const given = fc.record({
  wanted: fc.array(lineOf, { minLength: 1, maxLength: 5 }),
  store: fc.constantFrom(...SHORTAGE_RULES),
  most: fc.constantFrom(null, 0, 2, 5),
  queued: fc.nat(4),
});

test('whatever the lines say, each short line is treated by its own rule or not at all, and the order comes to rest', () => {
  const ends = new Set<string>();
  fc.assert(
    fc.property(given, ({ wanted, store, most, queued }) => {
      const queues = new Map([['A', queued]]);
      // Without anything to offer a person is asked.
      const ruleOf = (no: number): ShortageRule => {
        const rule = wanted[no - 1]?.rule ?? store;
        return rule === 'substitute' ? 'ask' : rule;
      };
      let order = orderOf(wanted, store, most);
      const short = shortagesOf(order, wanted).map(({ line }) => ruleOf(line));
      for (let round = 0; dutiesOf(order).some((duty) => duty.do === 'reserve'); round += 1) {
        expect(round, 'rounds').toBeLessThan(3);
        const shortages = shortagesOf(order, wanted);
        order =
          shortages.length === 0
            ? confirmWith(begin(order), [], [], AT).order
            : shortOf(begin(order), shortages, [], AT, queues).order;
        if (shortages.length === 0) break;
      }
      const ended = order.status === 'cancelled';
      const asks = order.exceptions.length > 0;
      const waits = order.backorder?.lines ?? [];
      if (short.includes('cancel_order')) expect(ended).toBe(true);
      else if (short.includes('ask')) expect(asks).toBe(true);
      if (!ended)
        for (const { no, cancelled } of order.lines) if (cancelled > 0) expect(ruleOf(no)).toBe('cancel_line');
      for (const { line } of waits) expect(ruleOf(line)).toBe('backorder');
      expect(asks && waits.length > 0, 'asks and waits').toBe(false);
      if (asks && !short.includes('ask')) expect(most, 'asks because of the queue').not.toBeNull();
      for (const sku of most === null ? [] : ['A', 'B']) {
        const units = waits.reduce((sum, one) => sum + (wanted[one.line - 1]?.sku === sku ? one.quantity : 0), 0);
        if (units > 0) expect(units + (queues.get(sku) ?? 0)).toBeLessThanOrEqual(most ?? 0);
      }
      ends.add(ended ? 'ended' : asks ? 'asks' : waits.length > 0 ? 'waits' : 'confirmed');
    }),
    { numRuns: 2_000 },
  );
  expect(ends).toEqual(new Set(['ended', 'asks', 'waits', 'confirmed']));
});

describe('of several rules', () => {
  const line = (rule: ShortageRule | null, sku = 'A'): Wanted => ({ sku, quantity: 2, there: 0, rule });
  const answer = (wanted: readonly Wanted[], most: number | null = null, queued = 0) => {
    const order = orderOf(wanted, 'backorder', most);
    const { rule, lines, full } = answerTo(order, missingOf(shortagesOf(order, wanted)), new Map([['A', queued]]));
    return { rule, lines: lines.map((one) => one.line), full };
  };

  test.each([
    [['backorder', 'cancel_line', 'ask', 'cancel_order'] as const, 'cancel_order', [4]],
    [['backorder', 'cancel_line', 'ask'] as const, 'ask', [3]],
    [['backorder', 'cancel_line'] as const, 'cancel_line', [2]],
    [[null, 'backorder'] as const, 'backorder', [1, 2]],
  ])('%j: %s is followed first', (rules, rule, lines) => {
    expect(answer(rules.map((one) => line(one)))).toEqual({ rule, lines, full: [] });
  });

  test('a queue that would be too long asks, counted over all lines of its SKU', () => {
    expect(answer([line(null), line(null, 'B')], 4, 2)).toMatchObject({ rule: 'backorder' });
    expect(answer([line(null), line(null, 'B')], 4, 3)).toEqual({ rule: 'ask', lines: [1], full: ['A'] });
    expect(answer([line(null), line(null)], 4, 1)).toEqual({ rule: 'ask', lines: [1, 2], full: ['A'] });
    expect(answer([line('cancel_line')], 0, 9)).toMatchObject({ rule: 'cancel_line', full: [] });
  });

  test('other goods are offered once, where there are any, and the stock is not asked meanwhile', () => {
    const wanted = [line('substitute'), line('backorder', 'B')];
    const order = orderOf(wanted, 'ask', null);
    const missing = missingOf(shortagesOf(order, wanted));
    const offer = { sku: 'C', name: 'C', kind: 'physical', seller: null, quantity: 2, unitPrice: 90 } as const;
    const offers = new Map([[1, offer]]);
    expect(answerTo(order, missing)).toMatchObject({ rule: 'ask', lines: [{ line: 1 }] });
    expect(answerTo(order, missing, undefined, offers)).toMatchObject({ rule: 'substitute', lines: [{ line: 1 }] });
    const asked = shortOf(begin(order), shortagesOf(order, wanted), [], AT, undefined, offers).order;
    expect(asked.substitutions).toMatchObject([{ line: 1, quantity: 2, status: 'proposed', offer }]);
    expect(dutiesOf(asked)).toEqual([]);
    const declined = ask(asked, 'answer_substitution', { accept: false });
    if (!declined.ok) throw new Error(declined.refusal.code);
    expect(dutiesOf(declined.order).map((duty) => duty.do)).toEqual(['reserve']);
    expect(answerTo(declined.order, missing, undefined, offers).rule).toBe('ask');
  });

  test.each([
    ['the first of which there is enough', 2, 'C'],
    ['the next where the first is too few', 4, 'D'],
    ['nothing where none is enough', 9, undefined],
  ])('what is offered is %s, at the lower price', (_, quantity, sku) => {
    const [short] = orderOf([line('substitute')], 'ask', null).lines as [Line];
    const goods = { name: '', kind: 'physical', seller: null } as const;
    const candidates = [
      { sku: 'C', ...goods, price: 90, available: 3 },
      { sku: 'D', ...goods, price: 250, available: 5 },
    ];
    const offer = firstSubstitute(short, quantity, candidates);
    expect(offer?.sku).toBe(sku);
    if (offer !== undefined)
      expect(offer).toMatchObject({ quantity, unitPrice: Math.min(100, sku === 'C' ? 90 : 250) });
  });

  test('an order that waits keeps its place', () => {
    const wanted = [line(null)];
    const waiting = shortOf(
      begin(orderOf(wanted, 'backorder', 2)),
      shortagesOf(orderOf(wanted, 'backorder', 2), wanted),
      [],
      AT,
    );
    expect(waiting.order.backorder).not.toBeNull();
    expect(answerTo(waiting.order, [{ line: 1, quantity: 2 }], new Map([['A', 50]])).rule).toBe('backorder');
  });
});

test('an order whose other goods were cancelled before ends with its short line', () => {
  const goods = { seller: null, quantity: 1, unitPrice: 100 } as const;
  const order = placed({
    lines: [
      { no: 1, sku: 'GAME', kind: 'digital', ...goods },
      { no: 2, sku: 'A', kind: 'physical', ...goods },
    ],
    policy: { ...DEFAULT_POLICY.order, shortage: 'cancel_line' },
  });
  const short = [{ line: 2, sku: 'A', wanted: 1, available: 0 }];
  expect(shortOf(begin(order), short, [], AT).order).toMatchObject({
    status: 'pending',
    lines: [{}, { cancelled: 1 }],
  });
  const cut = ask(order, 'cancel', { lines: [{ line: 1, quantity: 1 }], reason: 'not wanted' });
  if (!cut.ok) throw new Error(cut.refusal.code);
  expect(shortOf(begin(cut.order), short, [], AT).order.status).toBe('cancelled');
});

describe('a person who is asked about short lines', () => {
  const wanted = [
    { sku: 'A', quantity: 3, there: 1, rule: null },
    { sku: 'B', quantity: 1, there: 1, rule: null },
  ];
  const short = (): Order => {
    const order = orderOf(wanted, 'ask', 0);
    return shortOf(begin(order), shortagesOf(order, wanted), [], AT).order;
  };
  const decided = (of: Order, resolution: 'backorder' | 'cancel_lines') => {
    const decision = ask(of, 'resolve_exception', { exception: of.exceptions[0]?.id, resolution });
    if (!decision.ok) throw new Error(decision.refusal.code);
    return decision.order;
  };

  test('may let the order wait for them, whatever the rule of the store', () => {
    const waiting = decided(short(), 'backorder');
    expect(waiting.backorder).toMatchObject({ lines: [{ line: 1, quantity: 2 }], arrived: false });
    expect(dutiesOf(waiting).map((duty) => duty.do)).not.toContain('reserve');
    const again = { ...waiting, exceptions: short().exceptions };
    expect(ask(again, 'resolve_exception', { exception: again.exceptions[0]?.id, resolution: 'backorder' })).toEqual({
      ok: false,
      refusal: expect.objectContaining({ code: 'wrong_status' }),
    });
  });

  test('may cancel what is missing, and the rest goes on', () => {
    const order = decided(short(), 'cancel_lines');
    expect(order.lines.map(({ cancelled }) => cancelled)).toEqual([2, 0]);
    expect(dutiesOf(order).map((duty) => duty.do)).toContain('reserve');
  });
});
