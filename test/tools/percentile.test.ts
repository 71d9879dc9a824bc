import { expect, test } from 'vitest';
import { median, percentile } from '../../tools/percentile.ts';

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[7], 7],
  [[], 0],
])('the median of %j is %d, one of them', (values, expected) => expect(median(values)).toBe(expected));

test('a percentile is the value that so many do not exceed', () => {
  expect(percentile(HUNDRED, 0.99)).toBe(99);
  expect(percentile(HUNDRED, 1)).toBe(100);
  expect(percentile(HUNDRED, 0)).toBe(1);
});
