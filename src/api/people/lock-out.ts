import { createHmac } from 'node:crypto';
import type { Db } from '../../db/database.ts';
import { failuresOf, forgetFailures, noteFailure } from '../../db/sign-in-failures.ts';
import { HttpProblem } from '../problem.ts';

/**
 * Wrong passwords lock an e-mail address for a while: soon for the network address they come from, and later for all, so that a
 * stranger cannot easily lock somebody out. The same for addresses that nobody has, so that the lock tells nothing either.
 */

const WINDOW_S = 15 * 60;
const FROM_ONE_NETWORK = 10;
const FROM_ALL = 100;

export type Attempt = { readonly email: string; readonly network: string };

export function createLockOut(db: Db, secret: string) {
  const subject = (...parts: readonly string[]): string =>
    createHmac('sha256', `sign-in ${secret}`).update(JSON.stringify(parts)).digest('hex');
  const subjectsOf = ({ email, network }: Attempt) =>
    [
      [subject(email, network), FROM_ONE_NETWORK],
      [subject(email), FROM_ALL],
    ] as const;
  const names = (attempt: Attempt): string[] => subjectsOf(attempt).map(([name]) => name);
  return {
    /** Throws while the address is locked. */
    async refuseLocked(attempt: Attempt): Promise<void> {
      const counted = await failuresOf(db, names(attempt), WINDOW_S);
      if (subjectsOf(attempt).some(([name, atMost]) => (counted.get(name) ?? 0) >= atMost))
        throw new HttpProblem('too_many_requests', { detail: 'Too many wrong passwords; wait a quarter of an hour.' });
    },
    failed: (attempt: Attempt): Promise<void> => noteFailure(db, names(attempt), WINDOW_S),
    succeeded: (attempt: Attempt): Promise<void> => forgetFailures(db, names(attempt)),
  };
}
export type LockOut = ReturnType<typeof createLockOut>;
