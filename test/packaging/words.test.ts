import { describe, expect, test } from 'vitest';
import { ar } from '../../dashboard/src/words/ar.ts';
import { en } from '../../dashboard/src/words/en.ts';
import { PROBLEM_CODES } from '../../src/api/problem.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { ACTION_NAMES } from '../../src/domain/transitions.ts';
import { WAIT_CODES, WAITS } from '../../src/domain/waits.ts';

/** What the API says by a code, the dashboard says in words; in English by the API's own sentence, where it has no other. */

test.each([
  ['English', en],
  ['Arabic', ar],
])('in %s every kind of exception and every action has a name', (_language, words) => {
  for (const kind of EXCEPTION_KINDS) expect(words.exceptionKind[kind], kind).toBeTruthy();
  for (const action of ACTION_NAMES) expect(words.action[action], action).toBeTruthy();
});

describe('a translation says by itself', () => {
  test.each([
    ['what an order waits for', ar.waits, WAIT_CODES.filter((code) => code !== 'nothing')],
    ['why something was refused', ar.refusal, PROBLEM_CODES],
    ['what is proposed about an exception', ar.proposal, EXCEPTION_KINDS],
    ['what is lost while nobody decides', ar.costOfWaiting, EXCEPTION_KINDS],
    ['what an action does', ar.actionHint, ACTION_NAMES],
  ])('%s', (_what, words, codes) => {
    for (const code of codes) {
      expect(words[code], code).toBeTruthy();
      expect(words[code], code).not.toMatch(/[a-z]{3,}/i);
    }
  });
});

test.each([
  ['English', en],
  ['Arabic', ar],
])('what an order waits for names its subject in %s where the API does', (_language, words) => {
  for (const [code, sentence] of Object.entries(WAITS)) {
    const said = words.waits[code];
    if (said !== undefined) expect(said.includes('{}'), code).toBe(sentence.includes('{}'));
  }
});

test('English does not repeat a sentence of the API', () => {
  for (const [code, sentence] of Object.entries(en.waits)) expect(sentence).not.toBe(WAITS[code as keyof typeof WAITS]);
});
