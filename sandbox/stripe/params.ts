import qs from 'qs';
import { z } from 'zod';
import { badParameter, type StripeFailure } from './errors.ts';

/**
 * Parameters arrive form-encoded: everything is text. A schema is strict, so a parameter Stripe does not know is refused;
 * so is one that Stripe knows and the sandbox does not imitate, rather than being ignored in silence.
 */
export const integer = z
  .string()
  .regex(/^-?\d+$/, 'integer')
  .transform(Number);

export const boolean = z.enum(['true', 'false']).transform((value) => value === 'true');

export const text = z.string();

/** Key and value pairs; an empty value unsets the key when an object is updated. */
export const metadata = z.union([z.record(z.string(), z.string()), z.literal('')]);

export const texts = z.array(z.string());

/** A condition on a time: exact, or `{gt, gte, lt, lte}`. */
export const range = z.union([
  integer,
  z.strictObject({ gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() }),
]);

/**
 * The parameters of one call. `P` is the SDK's own type of them: a name it does not have does not compile.
 * `expand` belongs to every call.
 */
export const paramsOf =
  <P>() =>
  <S extends { readonly [K in keyof P]?: z.ZodType }>(
    shape: S & { readonly [K in Exclude<keyof S, keyof P>]: never },
  ) =>
    z.strictObject({ ...(shape as S), expand: texts.optional() });

const wireName = (path: readonly PropertyKey[]): string =>
  path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join('');

type Issue = z.core.$ZodIssue;

/** Of a union, the issues of the branch that came furthest: those name the real fault. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
  return inner === undefined ? issue : { ...deepest(inner), path: [...issue.path, ...deepest(inner).path] };
}

function failureOf(outer: Issue, given: unknown): StripeFailure {
  const issue = deepest(outer);
  const param = wireName(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const name = wireName([...issue.path, issue.keys[0] ?? '']);
    const message = `Received unknown parameter: ${name} (if Stripe knows it, the sandbox does not imitate it)`;
    return badParameter('parameter_unknown', name, message);
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    given,
  );
  if (value === undefined) return badParameter('parameter_missing', param, `Missing required param: ${param}.`);
  if (issue.message === 'integer') {
    return badParameter('parameter_invalid_integer', param, `Invalid integer: ${String(value)}`);
  }
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String).join(', ');
    return badParameter('parameter_unknown', param, `Invalid ${param}: must be one of ${allowed}`);
  }
  return badParameter('parameter_invalid', param, `Invalid ${param}: ${issue.message}`);
}

/** Reads form-encoded text by the schema; throws Stripe's refusal naming the first parameter that is wrong. */
export function readParams<S extends z.ZodType>(schema: S, encoded: string): z.output<S> {
  const given = encoded === '' ? {} : qs.parse(encoded, { depth: 8, arrayLimit: 200, parameterLimit: 2000 });
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw first === undefined ? badParameter('parameter_invalid', '', 'Invalid request') : failureOf(first, given);
}

/** Applies an update of metadata as Stripe does: given keys are set, empty ones removed, an empty text clears all. */
export function mergeMetadata(
  current: Record<string, string>,
  update: Record<string, string> | '' | undefined,
): Record<string, string> {
  if (update === undefined) return current;
  if (update === '') return {};
  const merged = { ...current, ...update };
  for (const [key, value] of Object.entries(update)) if (value === '') delete merged[key];
  return merged;
}
