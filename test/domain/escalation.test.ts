import { describe, expect, test } from 'vitest';
import { escalationFrom } from '../../src/contracts/policy.ts';
import { recipientsOf, stepsReached, type Unsettled } from '../../src/domain/escalation.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

const HOUR = 3_600_000;
const OPENED = Date.UTC(2026, 0, 1);
/** Due after ten hours. */
const one = (changes: Partial<Unsettled> = {}): Unsettled => ({
  kind: 'stock_out',
  severity: 'high',
  openedAt: OPENED,
  dueAt: OPENED + 10 * HOUR,
  isHeld: false,
  toldUntil: null,
  ...changes,
});
const at = (hours: number): number => OPENED + hours * HOUR;
const steps = (...escalation: object[]) => escalationFrom({ escalation });

describe('by the default, what waits', () => {
  const reached = (hours: number, changes: Partial<Unsettled> = {}) =>
    stepsReached(DEFAULT_POLICY.escalation, one(changes), at(hours));

  test.each<[string, number, Partial<Unsettled>, object | null]>([
    ['is not told of before half of its time', 4.99, {}, null],
    ['is told of at half of it', 5, {}, { until: at(5), isOverdue: false, to: ['staff'] }],
    ['is told of at half of it once', 9, { toldUntil: at(5) }, null],
    ['is not told of while somebody holds it', 9, { isHeld: true }, null],
    [
      'is told of when it is due, also when somebody holds it',
      10,
      { isHeld: true, toldUntil: at(5) },
      { until: at(10), isOverdue: true, to: ['staff'] },
    ],
    ['is told of once when both are missed', 30, {}, { until: at(10), isOverdue: true, to: ['staff'] }],
    ['is told of no more after that', 300, { toldUntil: at(10) }, null],
  ])('%s', (_, hours, changes, expected) => {
    expect(reached(hours, changes)).toEqual(expected);
  });
});

describe('the steps of a store', () => {
  test('are told at their times, those that are missed together', () => {
    const own = steps(
      { before: 'PT2H', to: ['holder', 'staff'] },
      { after: 'PT0S', to: ['staff'] },
      { after: 'PT4H', to: ['owners', 'boss@store.example'] },
    );
    expect(stepsReached(own, one(), at(7.9))).toBeNull();
    expect(stepsReached(own, one(), at(8))?.to).toEqual(['holder', 'staff']);
    expect(stepsReached(own, one({ toldUntil: at(8) }), at(10))?.to).toEqual(['staff']);
    expect(stepsReached(own, one({ toldUntil: at(10) }), at(14))?.to).toEqual(['owners', 'boss@store.example']);
    expect(stepsReached(own, one(), at(14))).toEqual({
      until: at(14),
      isOverdue: true,
      to: ['holder', 'staff', 'owners', 'boss@store.example'],
    });
  });

  test('may be of some severities and kinds only', () => {
    const own = steps(
      { after: 'PT0S', to: ['staff'], severities: ['critical'] },
      { after: 'PT0S', to: ['owners'], kinds: ['stock_out', 'fraud'] },
      { after: 'PT0S', to: ['holder'], severities: ['high'], kinds: ['fraud'] },
    );
    const told = (changes: Partial<Unsettled>) => stepsReached(own, one(changes), at(10))?.to ?? null;
    expect(told({})).toEqual(['owners']);
    expect(told({ kind: 'dispute', severity: 'critical' })).toEqual(['staff']);
    expect(told({ kind: 'fraud' })).toEqual(['owners', 'holder']);
    expect(told({ kind: 'label_failed' })).toBeNull();
  });

  test('that come into the policy later are told at their time, those that have passed are not', () => {
    const own = steps(
      { before: 'half', to: ['staff'] },
      { after: 'PT1H', to: ['staff'] },
      { after: 'P2D', to: ['owners'] },
    );
    expect(stepsReached(own, one({ toldUntil: at(11) }), at(20))).toBeNull();
    expect(stepsReached(own, one({ toldUntil: at(11) }), at(58))?.to).toEqual(['owners']);
  });

  test('may be none; those that this build cannot read are the default', () => {
    expect(stepsReached(steps(), one(), at(100))).toBeNull();
    const newer = { escalation: [{ after: 'PT0S', to: ['staff'], channel: 'telegraph' }] };
    expect(escalationFrom(newer)).toEqual(DEFAULT_POLICY.escalation);
    expect(escalationFrom({ colour: 'red' })).toEqual(DEFAULT_POLICY.escalation);
  });
});

describe('recipients', () => {
  const desk = { address: null, locale: null };
  const owner = { address: 'ana@store.example', locale: 'pt-BR' };
  const holder = { address: 'ben@store.example', locale: 'en' };

  test('are each written to once, whatever names them', () => {
    const to = ['staff', 'owners', 'holder', 'ANA@store.example', 'boss@store.example', 'staff'];
    expect(recipientsOf(to, { owners: [owner, holder], holder })).toEqual([
      desk,
      owner,
      holder,
      { address: 'boss@store.example', locale: null },
    ]);
  });

  test('are the desk where nobody holds it and no owner signs in', () => {
    expect(recipientsOf(['owners', 'holder'], { owners: [], holder: null })).toEqual([desk]);
    expect(recipientsOf(['owners', 'holder'], { owners: [owner], holder: null })).toEqual([owner]);
  });
});
