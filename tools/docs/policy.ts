import { z } from 'zod';
import { PolicyDocument, policyFrom } from '../../src/contracts/policy.ts';
import { POLICY_WORDS } from '../../src/contracts/policy-words.ts';
import type { EscalationStep } from '../../src/domain/escalation.ts';
import { code, page, table } from './markdown.ts';

/** What a store may decide for itself, with its default: `docs/generated/policy.md`. */

const UNITS = [
  [86_400_000, 'D'],
  [3_600_000, 'H'],
  [60_000, 'M'],
] as const;

function duration(milliseconds: number): string {
  for (const [size, letter] of UNITS) {
    if (milliseconds % size === 0) return `${letter === 'D' ? 'P' : 'PT'}${milliseconds / size}${letter}`;
  }
  return `PT${milliseconds / 1000}S`;
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const CALL_DURATIONS = ['retryAfter', 'remindAfter', 'expireAfter'];
const MINOR_UNITS = ['cumulativeAmount', 'firstOrderOver'];

/** A part of the policy as it is written. */
const written = (part: object, durations: readonly string[]): object =>
  Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      `${snake(name)}${MINOR_UNITS.includes(name) ? '_minor' : ''}`,
      durations.includes(name) ? duration(value) : value,
    ]),
  );

const stepAsWritten = ({ at, to }: EscalationStep): object =>
  at === 'half' ? { before: at, to } : { after: at === 0 ? 'PT0S' : duration(at), to };

function standardOf(name: string): string {
  const { order, routing, rate, escalation, newOrdersTo } = policyFrom({});
  if (name === 'escalation') return JSON.stringify(escalation.map(stepAsWritten));
  if (name === 'routing') return JSON.stringify(routing);
  if (name === 'rate') {
    return JSON.stringify({ prefer: rate.prefer, max_days: rate.maxDays, carriers: rate.carriers });
  }
  if (name === 'new_orders_to') return JSON.stringify(newOrdersTo);
  if (name === 'terms') return JSON.stringify({ version: null, url: null, text: null });
  if (name === 'refund_policy') return JSON.stringify({ url: null, text: null });
  if (name === 'returns') {
    const { returnLabel: label, returnSendWithin: within } = order;
    return JSON.stringify({ label, send_within: within === null ? null : duration(within) });
  }
  if (name === 'calls') return JSON.stringify(written(order.calls, CALL_DURATIONS));
  if (name === 'fraud') return JSON.stringify(written(order.fraud, ['window']));
  const value: unknown = order[camel(name) as keyof typeof order];
  return typeof value === 'number' ? duration(value) : JSON.stringify(value);
}

/** Every field, those within a field as `field.part`, with its default as it is written. `docs/policies.md` explains each. */
export function policyDefaults(): Map<string, string> {
  const { properties = {} } = z.toJSONSchema(PolicyDocument, { io: 'input' });
  const defaults = new Map<string, string>();
  for (const [name, schema] of Object.entries(properties)) {
    const parts = typeof schema === 'object' ? Object.keys(schema.properties ?? {}) : [];
    const standard = standardOf(name);
    if (parts.length === 0) defaults.set(name, standard);
    for (const part of parts) {
      const value: unknown = JSON.parse(standard)[part];
      defaults.set(
        `${name}.${part}`,
        typeof value === 'string' && value.startsWith('P') ? value : JSON.stringify(value),
      );
    }
  }
  return defaults;
}

export function policyPage(): string {
  const names = Object.keys(PolicyDocument.shape) as (keyof PolicyDocument)[];
  return page(
    'Policy of a store',
    '`src/contracts/policy.ts` and `src/domain/policy.ts`',
    'The policy is a JSON document of the store; what is left out has its default. Durations are ISO 8601 in weeks, days or smaller (`P3D`, `PT12H`). It is read and changed at `/v1/stores/{code}/policy`, from the version that was read to the next one, and every version is kept; an order names the version it was placed under (`policy_version`). Why each default is what it is: [policies](../policies.md). An order goes by that version to its end, whatever is changed meanwhile; only who is told (`escalation`, `new_orders_to`) is read when somebody is to be told, as people come and go.',
    table(
      ['field', 'meaning', 'default'],
      names.map((name) => [code(name), POLICY_WORDS[name], code(standardOf(name))]),
    ),
  );
}
