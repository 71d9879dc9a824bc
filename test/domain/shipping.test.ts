import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseRate, parcelOf, type Rate, type RatePolicy } from '../../src/domain/shipping.ts';

const rate = (id: string, amount: number, days: number | null, carrier = 'DHL'): Rate => ({
  id,
  carrier,
  service: `${carrier} ${id}`,
  amount,
  currency: 'EUR',
  days,
});
const policy = (more: Partial<RatePolicy> = {}): RatePolicy => ({
  prefer: 'cheapest',
  maxDays: { standard: null, express: 2 },
  carriers: [],
  ...more,
});
const chosen = (rates: readonly Rate[], service: string, by: RatePolicy = policy()): string | undefined =>
  chooseRate(rates, service, by)?.id;

describe('chooseRate', () => {
  const slow = rate('slow', 400, 5);
  const quick = rate('quick', 900, 2);
  const instant = rate('instant', 2500, 1);
  const silent = rate('silent', 100, null);
  const all = [instant, slow, silent, quick];

  test('the cheapest that keeps the time of the service', () => {
    expect(chosen(all, 'standard')).toBe('silent');
    expect(chosen(all, 'express')).toBe('quick');
  });

  test('the fastest of those, when the policy prefers speed; one that does not say counts as the slowest', () => {
    expect(chosen(all, 'standard', policy({ prefer: 'fastest' }))).toBe('instant');
    expect(chosen([silent, slow], 'standard', policy({ prefer: 'fastest' }))).toBe('slow');
  });

  test('the fastest of all when none keeps the time: late is better than not at all', () => {
    expect(chosen([slow, silent, rate('slower', 100, 7)], 'express')).toBe('slow');
    expect(chosen([silent], 'express')).toBe('silent');
  });

  test('only carriers of the policy, however their name is written', () => {
    const rates = [rate('a', 100, 1, 'UPS'), rate('b', 200, 1, 'DHL'), rate('c', 300, 1, 'DHL Express')];
    expect(chosen(rates, 'standard', policy({ carriers: ['dhl'] }))).toBe('b');
    expect(chosen(rates, 'standard', policy({ carriers: ['dhl express', 'dhl'] }))).toBe('b');
    expect(chooseRate(rates, 'standard', policy({ carriers: ['fedex'] }))).toBeNull();
    expect(chooseRate([], 'standard', policy())).toBeNull();
  });

  test('a service that the policy does not name has no limit, whatever it is called', () => {
    expect(chosen([slow, quick], 'overnight')).toBe('slow');
    expect(chosen([slow, quick], 'constructor')).toBe('slow');
    expect(chosen([slow, quick], '__proto__')).toBe('slow');
  });

  test('of equals the same one, by price, then speed, then id', () => {
    expect(chosen([rate('b', 100, 3), rate('a', 100, 3), rate('c', 100, 2)], 'standard')).toBe('c');
    expect(chosen([rate('b', 100, 3), rate('a', 100, 3)], 'standard')).toBe('a');
    expect(chosen([rate('a', 100, 3), rate('B', 100, 3)], 'standard')).toBe('B'); // by code point on every machine
  });

  const arbitraryRate = fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    carrier: fc.constantFrom('DHL', 'ups', 'UPS'),
    service: fc.constant('parcel'),
    amount: fc.integer({ min: 0, max: 5 }),
    currency: fc.constant('EUR'),
    days: fc.option(fc.integer({ min: 1, max: 5 })),
  });
  const arbitraryPolicy = fc.record({
    prefer: fc.constantFrom('cheapest' as const, 'fastest' as const),
    maxDays: fc.record({ standard: fc.option(fc.integer({ min: 1, max: 5 })) }),
    carriers: fc.subarray(['dhl', 'ups']),
  });
  const rates = fc.uniqueArray(arbitraryRate, { selector: (one) => one.id, maxLength: 8 });

  test('nothing that is allowed and in time beats it, and the order of the rates does not matter', () => {
    fc.assert(
      fc.property(rates, arbitraryPolicy, (offered, by) => {
        const best = chooseRate(offered, 'standard', by);
        expect(chooseRate([...offered].reverse(), 'standard', by)).toEqual(best);
        const allowed = offered.filter(
          (one) => by.carriers.length === 0 || by.carriers.includes(one.carrier.toLowerCase()),
        );
        if (best === null) {
          expect(allowed).toEqual([]);
          return;
        }
        expect(allowed).toContain(best);
        const limit = by.maxDays.standard;
        const inTime = allowed.filter((one) => limit === null || (one.days !== null && one.days <= limit));
        if (inTime.length > 0) expect(inTime).toContain(best);
        const rivals = inTime.length > 0 ? inTime : allowed;
        const speed = (one: Rate): number => one.days ?? Number.POSITIVE_INFINITY;
        const wins = inTime.length > 0 && by.prefer === 'cheapest' ? (one: Rate) => one.amount : speed;
        for (const rival of rivals) expect(wins(best)).toBeLessThanOrEqual(wins(rival));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parcelOf', () => {
  const size = { weightG: 250, lengthCm: 20, widthCm: 10, heightCm: 3 };

  test('weights add up and units are stacked by height', () => {
    const units = [
      { quantity: 2, size },
      { quantity: 1, size: { weightG: 900, lengthCm: 15, widthCm: 30, heightCm: 4 } },
    ];
    expect(parcelOf(units)).toEqual({ weightG: 1400, lengthCm: 20, widthCm: 30, heightCm: 10 });
  });

  test('is never nothing: the carrier wants at least a gram and a centimetre', () => {
    const nothing = { weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 };
    expect(parcelOf([])).toEqual(nothing);
    expect(parcelOf([{ quantity: 3, size: { weightG: 0, lengthCm: 0, widthCm: 0, heightCm: 0 } }])).toEqual(nothing);
    expect(parcelOf([{ quantity: 0, size }])).toEqual(nothing);
  });

  test('does not depend on how the units are grouped or ordered, and every unit fits in', () => {
    const unit = fc.record({
      quantity: fc.integer({ min: 1, max: 5 }),
      size: fc.record({
        weightG: fc.integer({ min: 0, max: 5_000 }),
        lengthCm: fc.integer({ min: 0, max: 120 }),
        widthCm: fc.integer({ min: 0, max: 120 }),
        heightCm: fc.integer({ min: 0, max: 120 }),
      }),
    });
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 6 }), (units) => {
        const parcel = parcelOf(units);
        const single = units.flatMap(({ quantity, size: one }) =>
          Array.from({ length: quantity }, () => ({ quantity: 1, size: one })),
        );
        expect(parcelOf(single.reverse())).toEqual(parcel);
        for (const { size: one } of units) {
          expect(one.lengthCm).toBeLessThanOrEqual(parcel.lengthCm);
          expect(one.widthCm).toBeLessThanOrEqual(parcel.widthCm);
        }
        expect(parcel.weightG).toBe(
          Math.max(
            1,
            units.reduce((sum, one) => sum + one.quantity * one.size.weightG, 0),
          ),
        );
      }),
    );
  });
});
