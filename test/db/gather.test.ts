import { describe, expect, it } from 'vitest';
import { gathered, gatheredFor } from '../../src/db/gather.ts';

/** Resolves when told to, so that a test decides how long a round trip takes. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('one round trip for many callers', () => {
  it('takes what is asked at once together, and what comes meanwhile in the next', async () => {
    const trips: string[][] = [];
    const first = gate();
    const ask = gathered(async (items: readonly string[]) => {
      trips.push([...items]);
      if (trips.length === 1) await first.opened;
      return items.map((item) => item.toUpperCase());
    });
    const early = [ask('a'), ask('b')];
    await Promise.resolve();
    await Promise.resolve();
    const late = [ask('c'), ask('d')];
    first.open();
    expect(await Promise.all([...early, ...late])).toEqual(['A', 'B', 'C', 'D']);
    expect(trips).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('asks again after it has been idle, and never for more than the limit at once', async () => {
    const trips: number[] = [];
    const ask = gathered(async (items: readonly number[]) => {
      trips.push(items.length);
      return items;
    }, 2);
    expect(await Promise.all([1, 2, 3, 4, 5].map(ask))).toEqual([1, 2, 3, 4, 5]);
    expect(await ask(6)).toBe(6);
    expect(trips).toEqual([2, 2, 1, 1]);
  });

  it('fails only the caller whose item is bad', async () => {
    const ask = gathered(async (items: readonly number[]) => {
      if (items.includes(0)) throw new RangeError('zero');
      return items.map((item) => 1 / item);
    });
    const answers = await Promise.allSettled([ask(2), ask(0), ask(4)]);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message))).toEqual([
      0.5,
      'zero',
      0.25,
    ]);
    expect(await ask(8)).toBe(0.125);
  });

  it('does not mix those of different keys', async () => {
    const trips: [object, readonly number[]][] = [];
    const ask = gatheredFor(async (key: object, items: readonly number[]) => {
      trips.push([key, items]);
      return items;
    });
    const [left, right] = [{}, {}];
    await Promise.all([ask(left, 1), ask(right, 2), ask(left, 3)]);
    expect(trips).toEqual([
      [left, [1, 3]],
      [right, [2]],
    ]);
  });
});
