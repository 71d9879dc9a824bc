import { describe, expect, test } from 'vitest';
import { gatewayKeyAgain, gatewayKeyOf, isOwnGatewayKey, refundIdOf } from '../../src/domain/keys.ts';

const NUMBER = 'ORD-7K3M9QX2RT';

describe('a key at the gateway', () => {
  test('is known as our own in every form we give it', () => {
    for (const operation of ['abandon', 'authorize', 'capture', 'checkout', 'refund', 'void'] as const) {
      const key = gatewayKeyOf(NUMBER, operation, 12);
      expect([key, gatewayKeyAgain(key)].map(isOwnGatewayKey)).toEqual([true, true]);
    }
    expect(isOwnGatewayKey(gatewayKeyOf(NUMBER, 'refund', refundIdOf(NUMBER, 7)))).toBe(true);
  });

  test.each([
    null,
    undefined,
    '',
    'order:123',
    'order:',
    `order:${NUMBER}`,
    `order:${NUMBER}:capture`,
    `order:${NUMBER}:capture:`,
    `order:${NUMBER}:pay:1`,
    'order:1234567890:capture:1',
    `my order:${NUMBER}:capture:1`,
    `order:${NUMBER}:capture:1:retry`,
    `order:${NUMBER}:refund:ORD-0000000000/r7`,
    `order:${NUMBER}:capture:1\n`,
  ])('of a checkout is not ours, however it begins: %j', (key) => {
    expect(isOwnGatewayKey(key)).toBe(false);
  });
});
