import { isAPIError } from 'better-auth/api';
import { HttpProblem } from '../problem.ts';

/** better-auth's errors as ours. Which field a wrong password was in is said by `passwordField`. */

const wrong = (field: string, message: string): HttpProblem =>
  new HttpProblem('invalid_fields', { errors: [{ field, message }] });

type Words = { readonly passwordField: string };
const PROBLEMS: Readonly<Record<string, (words: Words) => HttpProblem>> = {
  INVALID_EMAIL_OR_PASSWORD: () => new HttpProblem('sign_in_failed'),
  INVALID_TWO_FACTOR_COOKIE: () => new HttpProblem('sign_in_failed', { detail: 'Sign in again with your password.' }),
  INVALID_CODE: () => new HttpProblem('sign_in_failed', { detail: 'The code is wrong.' }),
  INVALID_BACKUP_CODE: () => new HttpProblem('sign_in_failed', { detail: 'The code is wrong.' }),
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: () => new HttpProblem('too_many_requests', { detail: 'Sign in again.' }),
  INVALID_PASSWORD: ({ passwordField }) => wrong(passwordField, 'is not your password'),
  CREDENTIAL_ACCOUNT_NOT_FOUND: ({ passwordField }) => wrong(passwordField, 'is not your password'),
  INVALID_TOKEN: () => new HttpProblem('link_invalid'),
  USER_NOT_FOUND: () => new HttpProblem('link_invalid'),
  TOTP_NOT_ENABLED: () => new HttpProblem('second_factor_off'),
  BACKUP_CODES_NOT_ENABLED: () => new HttpProblem('second_factor_off'),
  TWO_FACTOR_NOT_ENABLED: () => new HttpProblem('second_factor_off'),
  TOTP_ALREADY_ENABLED: () => new HttpProblem('second_factor_on'),
  PROVIDER_NOT_FOUND: () => new HttpProblem('unavailable', { detail: 'The OpenID Connect provider cannot be used.' }),
};

const BY_STATUS: Readonly<Record<number, () => HttpProblem>> = {
  401: () => new HttpProblem('unauthorized'),
  403: () => new HttpProblem('cross_site_request'),
  404: () => new HttpProblem('not_found'),
  429: () => new HttpProblem('too_many_requests'),
};

function problemFor(status: number, code: string, words: Words): HttpProblem {
  if (code.includes('LOCKED')) return new HttpProblem('too_many_requests', { detail: 'Too many wrong codes; wait.' });
  const known = PROBLEMS[code] ?? BY_STATUS[status];
  if (known !== undefined) return known(words);
  return new HttpProblem(status < 500 ? 'bad_request' : 'internal');
}

/** What to throw for an error of better-auth; others, such as those of the database, as they are. */
export const problemOf = (error: unknown, words: Words): unknown =>
  isAPIError(error) ? problemFor(error.statusCode, String(error.body?.['code'] ?? ''), words) : error;

/** Some of its errors are not thrown but answered. */
export function refuseErrors(status: number, body: Readonly<Record<string, unknown>>, words: Words): void {
  if (status >= 400) throw problemFor(status, typeof body['code'] === 'string' ? body['code'] : '', words);
}
