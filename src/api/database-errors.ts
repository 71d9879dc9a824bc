/** What an error of PostgreSQL or of its driver means to the API. */

type Known = { readonly code?: string; readonly message?: string } | null;
const stateOf = (error: unknown): string => (error as Known)?.code ?? '';
const messageOf = (error: unknown): string => (error as Known)?.message ?? '';

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
  '53300',
]);

export function isDatabaseAway(error: unknown): boolean {
  if (AWAY.has(stateOf(error))) return true;
  return /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    messageOf(error),
  );
}

/** SQLSTATE class 22: a value that its type cannot hold. */
export const isDataError = (error: unknown): boolean => /^22[0-9A-Z]{3}$/.test(stateOf(error));
export const isOutOfRange = (error: unknown): boolean => stateOf(error) === '22003';
/** NUL or a broken surrogate pair in a text or in JSON. */
export const isUnstorableText = (error: unknown): boolean =>
  stateOf(error) === '22021' ||
  stateOf(error) === '22P05' ||
  (stateOf(error) === '22P02' && messageOf(error).includes('type json'));
