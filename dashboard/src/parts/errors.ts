import type { FieldError } from '../../../src/contracts/order-view.ts';
import { problemOf } from '../api/client.ts';
import type { Words } from '../words/en.ts';
import { wrongIn } from './said.ts';

/** Why something was refused, in the language of the page; by the API's own sentence where that has no words for it. */
export const refusedIn = (
  { refusal }: Words,
  { code, detail, title }: { readonly code: string; readonly detail?: string | undefined; readonly title?: string },
): string => refusal[code] ?? detail ?? title ?? code;

/**
 * What the API says of each wrong field, for the message beside its input; empty when it refused something else. What is wrong
 * with one item of a list is said of the list too, which may have one input.
 */
export const fieldErrors = (words: Words, error: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (error === null ? [] : (problemOf(error).errors ?? [])).flatMap((one) =>
      [one.field.replace(/\[.*$/, ''), one.field.replace(/\[\d+\]$/, ''), one.field].map((name) => [
        name,
        wrongIn(words, one),
      ]),
    ),
  );

/** The name of a field as its input has it: `shipping_address.city` is a city. Parts of policies have names of their own. */
export function fieldName({ field, policyName }: Words, path: string): string {
  const parts = path.replaceAll(/\[\d+\]/g, '').split('.');
  const plain = (name: string): string => field[name] ?? name.replaceAll('_', ' ');
  if (parts[0] !== 'policy') return parts.map(plain).join(' · ');
  return parts
    .slice(1)
    .map((part, at) => policyName[parts.slice(1, at + 2).join('.')] ?? plain(part))
    .join(' · ');
}

/** The errors that no input of the form shows; an input of a list shows those of its items. */
export const errorsBeside = (errors: readonly FieldError[], shown: readonly string[]): readonly FieldError[] =>
  errors.filter(({ field }) => !shown.some((name) => field === name || field.startsWith(`${name}[`)));
