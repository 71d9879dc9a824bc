import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ExceptionView } from '../../../src/contracts/exceptions.ts';
import { count, money } from '../api/format.ts';
import { GoodsOf } from '../order/goods.tsx';
import { Details } from '../parts/details.tsx';
import { useSaid } from '../parts/said.ts';
import { Moment } from '../parts/times.tsx';
import type { Words } from '../words/en.ts';
import { useSpeech } from '../words/languages.tsx';

/** What was written down with an exception, in words; the rest, and what only a program needs, is folded away. */

type Given = {
  readonly one: ExceptionView;
  readonly words: Words;
  readonly language: string;
  readonly said: ReturnType<typeof useSaid>;
};
/** Undefined where it has no words for the value. */
type Renderer = (value: unknown, given: Given) => ReactNode | undefined;
type Names = Readonly<Record<string, string>>;
type Reading = Readonly<Record<string, unknown>>;

const text: Renderer = (value) => (typeof value === 'string' ? value : undefined);
const number: Renderer = (value, { language }) => (typeof value === 'number' ? count(value, language) : undefined);
const moment: Renderer = (value) => (typeof value === 'string' ? <Moment at={value} /> : undefined);
const named =
  (names: (words: Words) => Names): Renderer =>
  (value, { words }) =>
    typeof value === 'string' ? names(words)[value] : undefined;
const listOf =
  (each: (value: unknown, given: Given) => string | undefined, between = ', '): Renderer =>
  (value, given) => {
    const parts = Array.isArray(value) ? value.map((part) => each(part, given)) : [];
    return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(between);
  };
const own = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const amountOf = (value: unknown, currency: unknown, { one, language }: Given): string | undefined => {
  const code = typeof currency === 'string' ? currency.toUpperCase() : one.currency;
  return typeof value === 'string' && code !== null ? money(value, code, language) : undefined;
};

const units: Renderer = (value, { one }) =>
  Array.isArray(value) && one.order !== null ? <GoodsOf order={one.order} units={value} /> : undefined;

const shortages = listOf((value, { words }) => {
  const { sku, wanted, available } = value as { sku: string; wanted: number; available: number };
  return words.exceptions.short(sku, wanted, available);
});

/** The signs of fraud stand there twice, as sentences and by their codes. */
const reasons: Renderer = (value, given) => {
  const signs = given.one.context['signs'];
  return Array.isArray(value)
    ? value.map((reason: string, index) => given.said(Array.isArray(signs) ? signs[index] : null, reason)).join(' ')
    : undefined;
};

const sentence = (parts: readonly (ReactNode | undefined)[]): ReactNode =>
  parts
    .filter((part) => part !== undefined)
    .map((part, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts stand still.
      <span key={index}>
        {index === 0 ? null : ' · '}
        {part}
      </span>
    ));

/** A payment as the gateway has it. */
const payment: Renderer = (value, given) => {
  const { amount, currency, state, failure } = value as Reading;
  const { code, message } = (failure ?? {}) as { code?: string; message?: string };
  const { words } = given;
  const why = words.decline[code ?? ''] ?? message;
  return sentence([amountOf(amount, currency, given), words.paymentState[String(state)], why]);
};

const dispute: Renderer = (value, given) => {
  const { amount, reason, status, evidenceDue } = value as Reading;
  const { words } = given;
  const statuses: Names = words.disputeStatus;
  const due = typeof evidenceDue === 'string' ? <Moment at={evidenceDue} /> : undefined;
  return sentence([amountOf(amount, null, given), words.disputeReason[String(reason)], statuses[String(status)], due]);
};

const mailNames = listOf((value, { words }) => words.emailName[own(value) ?? (value as { kind: string }).kind]);

const RENDERERS: Readonly<Record<string, Renderer>> = {
  tried: named(({ duty }) => duty),
  failure: named(({ failure }) => failure),
  messages: listOf(own, ' '),
  details: text,
  status: named(({ carrierSays }) => carrierSays),
  score: number,
  threshold: number,
  reasons,
  kind: named(({ fraudWarning }) => fraudWarning),
  code: named(({ decline }) => decline),
  decline_code: named(({ decline }) => decline),
  amount: (value, given) => amountOf(value, given.one.context['currency'], given),
  why: named(({ refundFailure }) => refundFailure),
  reading: payment,
  dispute,
  captureBefore: moment,
  since: moment,
  lines: units,
  missing: units,
  shortages,
  full_queues: listOf(own),
  seller: text,
  reason: text,
  tracking: text,
  offered: listOf(own),
  order: text,
  sku: text,
  location: text,
  waiting: number,
  count: number,
  mails: mailNames,
  kinds: mailNames,
};
/** Said with another one, or said in part. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['currency', 'signs']);
const SAID_IN_PART: ReadonlySet<string> = new Set(['reading', 'dispute']);

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

export function Context({ one }: { readonly one: ExceptionView }) {
  const { words, language } = useSpeech();
  const said = useSaid();
  const entries = Object.entries(one.context).filter(([name, value]) => !SAID_ELSEWHERE.has(name) && !isEmpty(value));
  const shown = entries.map(([name, value]) => ({
    name,
    value,
    what: RENDERERS[name]?.(value, { one, words, language, said }),
  }));
  const inWords = shown.filter(({ what }) => what !== undefined);
  const rest = shown.filter(({ name, what }) => what === undefined || SAID_IN_PART.has(name));
  if (shown.length === 0) return null;
  return (
    <div>
      <Text fz="xs" c="dimmed" mb={2}>
        {words.exceptions.tried}
      </Text>
      <dl className="context">
        {inWords.map(({ name, what }) => (
          <div key={name}>
            <Text component="dt" fz="xs" c="dimmed">
              {words.contextName[name]}
            </Text>
            <Text component="dd" fz="sm" className="wrap-anywhere">
              {what}
            </Text>
          </div>
        ))}
      </dl>
      <Details key={one.id} of={Object.fromEntries(rest.map(({ name, value }) => [name, value]))} />
    </div>
  );
}
