import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ar } from '../../dashboard/src/words/ar.ts';
import { en } from '../../dashboard/src/words/en.ts';
import { PROBLEM_CODES } from '../../src/api/problem.ts';
import { PolicyDocument } from '../../src/contracts/policy.ts';
import { POLICY_WORDS } from '../../src/contracts/policy-words.ts';
import { WRONG } from '../../src/contracts/wrong.ts';
import type { Duty } from '../../src/domain/duties.ts';
import { FAILURE_TYPES } from '../../src/domain/failures.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { SAYING_CODES } from '../../src/domain/saying-codes.ts';
import { ACTION_NAMES } from '../../src/domain/transitions.ts';
import { WAIT_CODES, WAITS } from '../../src/domain/waits.ts';

/** What the API says by a code, the dashboard says in words; in English by the API's own sentence, where it has no other. */

/** `ISO 8601` and the name of a column are the same in every language. */
const withoutSamples = (words: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(words).map(([code, text]) => [code, text.replace(/ISO|change|Excel|CSV/g, '')]));

/** What is written into a field of a policy is so in every language. */
const withoutCodes = (words: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(words).map(([code, text]) => [code, text.replace(/half|staff|owners|holder/g, '')]),
  );

/** Every part of a policy and every choice of it, by its path. What names kinds of exceptions or mails is called as elsewhere. */
type Part = {
  readonly properties?: Readonly<Record<string, Part>>;
  readonly enum?: readonly string[];
  readonly items?: Part;
};
/** They have names of their own, in all pages. */
const NAMED_ELSEWHERE = ['emails_left_out', 'escalation.kinds'];
const partsOf = (part: Part, path: string): string[] => [
  ...Object.entries(part.properties ?? part.items?.properties ?? {}).flatMap(([name, one]) => {
    const own = path === '' ? name : `${path}.${name}`;
    return [own, ...partsOf(one, own)];
  }),
  ...(NAMED_ELSEWHERE.includes(path) ? [] : (part.enum ?? part.items?.enum ?? []).map((choice) => `${path}.${choice}`)),
];
const policyPaths = partsOf(z.toJSONSchema(PolicyDocument, { io: 'input', unrepresentable: 'any' }) as Part, '');

test('every part of a policy and every choice of it is asked for', () => {
  expect(policyPaths).toEqual(expect.arrayContaining(['fraud.window', 'capture.shipment', 'routing.nearest']));
});

test.each([
  ['English', en],
  ['Arabic', ar],
])('in %s every kind of exception and every action has a name', (_language, words) => {
  for (const kind of EXCEPTION_KINDS) expect(words.exceptionKind[kind], kind).toBeTruthy();
  for (const action of ACTION_NAMES) expect(words.action[action], action).toBeTruthy();
});

const DUTIES: Readonly<Record<Duty['do'], true>> = {
  check_payment: true,
  reserve: true,
  capture: true,
  give_back: true,
  buy_label: true,
  void_label: true,
  buy_return_label: true,
  void_return_label: true,
  send_refund: true,
  submit_evidence: true,
  accept_dispute: true,
  follow_parcel: true,
};

describe('what is written down with an exception', () => {
  test.each([
    ['English', en],
    ['Arabic', ar],
  ])('names every step and every failure in %s', (_language, words) => {
    for (const duty of Object.keys(DUTIES)) expect(words.duty[duty], duty).toBeTruthy();
    for (const failure of FAILURE_TYPES) expect(words.failure[failure], failure).toBeTruthy();
  });

  test.each(['contextName', 'carrierSays', 'refundFailure', 'fraudWarning'] as const)(
    'has the same words in both languages: %s',
    (names) => expect(Object.keys(ar[names])).toEqual(Object.keys(en[names])),
  );
});

describe('a translation says by itself', () => {
  test.each([
    ['what an order waits for', ar.waits, WAIT_CODES.filter((code) => code !== 'nothing')],
    ['why something was refused', ar.refusal, PROBLEM_CODES],
    ['what is proposed about an exception', ar.proposal, EXCEPTION_KINDS],
    ['what is lost while nobody decides', ar.costOfWaiting, EXCEPTION_KINDS],
    ['what an action does', ar.actionHint, ACTION_NAMES],
    ['what the timeline and exceptions say', ar.saying, SAYING_CODES],
    ['what is wrong with a field', withoutSamples(ar.wrong), Object.keys(WRONG)],
    ['what a part of a policy is called', ar.policyName, policyPaths],
    ['what a part of a policy means', withoutCodes(ar.policyHint), Object.keys(POLICY_WORDS)],
  ])('%s', (_what, words, codes) => {
    for (const code of codes) {
      expect(words[code], code).toBeTruthy();
      expect(words[code]?.replaceAll(/\{\w+\}/g, ''), code).not.toMatch(/[a-z]{3,}/i);
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
