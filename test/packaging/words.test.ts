import { expect, test } from 'vitest';
import { ar } from '../../dashboard/src/words/ar.ts';
import { en } from '../../dashboard/src/words/en.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { WAIT_CODES, WAITS } from '../../src/domain/waits.ts';

/** What the API says by a code, the dashboard says in words. */

test.each([
  ['English', en],
  ['Arabic', ar],
])(
  'in %s there are words for everything an order may wait for, and for every kind of exception',
  (_language, words) => {
    for (const code of WAIT_CODES.filter((one) => one !== 'nothing')) {
      expect(words.waits[code], code).toBeTruthy();
      // A subject that is said there is said here.
      expect(words.waits[code]?.includes('{}'), code).toBe(WAITS[code].includes('{}'));
    }
    for (const kind of EXCEPTION_KINDS) expect(words.exceptionKind[kind], kind).toBeTruthy();
  },
);
