import { problemOf } from '../api/client.ts';

/**
 * What the API says of each wrong field, for the message beside its input; empty when it refused something else. What is wrong
 * with one item of a list is said of the list.
 */
export const fieldErrors = (error: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (error === null ? [] : (problemOf(error).errors ?? [])).map(({ field, message }) => [
      field.replace(/\[.*$/, ''),
      message,
    ]),
  );
