import { expect, test } from 'vitest';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { sentenceOf, WAIT_CODES, WAITS, type Waiting, waiting, waitingIn } from '../../src/domain/waits.ts';

test('what an order waits for is read back from its recorded sentence, with its subject', () => {
  const plain = WAIT_CODES.filter((code) => !WAITS[code].includes('{}')).map((code) => waiting(code));
  const about = EXCEPTION_KINDS.map((kind) => waiting('exception', kind));
  for (const one of [...plain, ...about, waiting('pickups', '2'), waiting('pickups', '11')])
    expect(waitingIn(sentenceOf(one))).toEqual(one);
  expect(sentenceOf(waiting('exception', 'bad_address'))).toBe('a person to resolve bad_address');
});

test('a sentence of another release is its own subject', () => {
  const unknown: Waiting = { code: 'other', subject: 'the moon to rise' };
  expect(waitingIn('the moon to rise')).toEqual(unknown);
  expect(sentenceOf(unknown)).toBe('the moon to rise');
});
