import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { Refused } from '../domain/failures.ts';

/** One try to send a mail: what identifies it, when the next one is due, and what is said of its end. */

const FIRST_RETRY_S = 10;
const LONGEST_RETRY_S = 3600;
const GIVE_UP_AFTER_S = 3 * 24 * 3600;

/** The pause after a failed try: 10 s, 20 s, 40 s … at most an hour; null once the tries have taken three days. */
export function retryAfter(attempts: number, first: number = FIRST_RETRY_S): number | null {
  const pause = (attempt: number): number => Math.min(LONGEST_RETRY_S, first * 2 ** Math.min(attempt - 1, 30));
  let waited = 0;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    waited += pause(attempt);
    if (waited > GIVE_UP_AFTER_S) return null;
  }
  return pause(attempts);
}

/** The same for every try of one mail, so that a mail server or client that sees it twice can tell. */
export function messageIdOf(key: string, from: string, publicUrl: URL): string {
  const host = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? publicUrl.hostname;
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 32)}@${host}>`;
}

/** What a log may say of an error: mail servers repeat the address in their messages, so those stay in the database. */
export function codeOf(error: unknown): string {
  const { code, responseCode, name } = error as { code?: string; responseCode?: number; name?: string };
  return `${code ?? name ?? 'unknown'}${responseCode === undefined ? '' : ` ${responseCode}`}`;
}

export type MailAttempt = {
  /** What it is, for the log: "a mail to staff". */
  readonly what: string;
  /** For the log as well; nothing of the recipient. */
  readonly about: object;
  /** Tries so far, with this one. */
  readonly attempts: number;
  readonly firstRetrySeconds?: number | undefined;
  readonly log: Logger;
  readonly send: () => Promise<void>;
  readonly noteSent: () => Promise<void>;
  /** `retrySeconds`: until the next try; null: it is given up. */
  readonly noteFailed: (error: string, retrySeconds: number | null) => Promise<void>;
};

/** Sends it and writes down what came of that; a failure is the mail's, and does not throw. */
export async function attemptMail(attempt: MailAttempt): Promise<void> {
  const { what, attempts, log } = attempt;
  const about = { ...attempt.about, attempts };
  try {
    await attempt.send();
  } catch (error) {
    const retry = error instanceof Refused ? null : retryAfter(attempts, attempt.firstRetrySeconds);
    const failed = { ...about, error: codeOf(error) };
    if (retry === null) log.error(failed, `${what} is given up; its last_error says why`);
    else log.warn({ ...failed, retryInSeconds: retry }, `${what} could not be sent yet; its last_error says why`);
    await attempt.noteFailed((error instanceof Error ? error.message : String(error)).slice(0, 500), retry);
    return;
  }
  await attempt.noteSent();
  log.info(about, `${what} was sent`);
}
