import { expect, test } from 'vitest';
import { addressIn, connectTemporal } from '../../tools/readiness.ts';

test('a Temporal that does not answer is named by the address that was asked', async () => {
  await expect(connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' })).rejects.toThrow(
    /^Temporal at 127\.0\.0\.1:1 does not answer/,
  );
  expect(addressIn({})).toBe('localhost:7233 (TEMPORAL_ADDRESS is not set)');
}, 30_000);
