import type { OrderView } from '../../../src/contracts/order-view.ts';
import { dateTime, day, money } from '../api/format.ts';
import type { Words } from '../words/en.ts';

/** Says in the language of the page what the API says by a code with values; English, and what has no words here, by its own sentence. */

type Saying = NonNullable<OrderView['timeline'][number]['saying']>;
type Values = Saying['values'];
type Names = Readonly<Record<string, string>>;

/** The words for a value, by the name it has in the sentence. */
const namesOf = (words: Words): Readonly<Record<string, Names>> => ({
  resolution: words.resolution,
  outcome: words.callOutcome,
  reason: words.value,
  dispute_reason: words.disputeReason,
  dispute_status: words.disputeStatus,
  payment_state: words.paymentState,
  answer: words.substitution.status,
  exception_kind: words.exceptionKind,
  decline: words.decline,
  risk_level: words.riskLevel,
  waits: words.waits,
  warning: words.fraudWarning,
  said: words.refundFailure,
});

function valueIn(name: string, values: Values, words: Words, language: string): string {
  const value = values[name] ?? '';
  if (name === 'amount') return money(String(value), String(values['currency']), language);
  if (name === 'at') return dateTime(new Date(Number(value)).toISOString(), language);
  if (name === 'day') return day(new Date(Number(value)).toISOString(), language);
  if (name === 'mails')
    return String(value)
      .split(', ')
      .map((kind) => words.emailName[kind] ?? kind)
      .join(', ');
  if (name === 'waits') return valueOfWait(values, words);
  return namesOf(words)[name]?.[String(value)] ?? String(name === 'decline' ? (values['said'] ?? value) : value);
}

const valueOfWait = (values: Values, words: Words): string =>
  (words.waits[String(values['waits'])] ?? '').replace('{}', () => {
    const kind = String(values['exception_kind'] ?? '');
    return words.exceptionKind[kind] ?? kind;
  });

/** A part in brackets is left out when a value of it is not there: `{a}[ since {b}]`. */
const filled = (template: string, values: Values, value: (name: string) => string): string =>
  template
    .replace(/\[([^\]]*)\]/g, (_all, part: string) =>
      [...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => values[name] !== undefined) ? part : '',
    )
    .replace(/\{(\w+)\}/g, (_all, name: string) => value(name));

export type Said = (saying: Saying | null, sentence: string | null) => string | null;

export function saidIn(words: Words, language: string): Said {
  const say = ({ code, values: given, parts = [] }: Saying, sentence: string): string | null => {
    const template = words.saying[code];
    if (template === undefined) return null;
    const values = { ...given, sentence };
    const own = filled(template, values, (name) => valueIn(name, values, words, language));
    return [own, ...parts.map((part) => say(part, '') ?? '')].join(' ').trim();
  };
  return (saying, sentence) => (saying === null ? sentence : (say(saying, sentence ?? '') ?? sentence));
}
