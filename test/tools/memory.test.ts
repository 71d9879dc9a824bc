import { expect, test } from 'vitest';
import { mbOfCachedWorkflow } from '../../tools/system/memory.ts';

const few = { apiMb: 300, workerMb: 487, cachedWorkflows: 10 };

test('a cached workflow takes what a worker with more of them has more, not all that it has grown by', () => {
  expect(mbOfCachedWorkflow(few, { apiMb: 310, workerMb: 731, cachedWorkflows: 936 })).toBeCloseTo(244 / 926);
});

test.each([
  ['the worker is gone', { ...few, workerMb: undefined, cachedWorkflows: 936 }],
  ['the worker does not say what it keeps', { ...few, workerMb: 731, cachedWorkflows: undefined }],
  ['both keep the same number', { ...few, workerMb: 731 }],
])('nothing is told when %s', (_why, many) => {
  expect(() => mbOfCachedWorkflow(few, many)).toThrow(/^Nothing can be told from/);
});
