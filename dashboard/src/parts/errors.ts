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
