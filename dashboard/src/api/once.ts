import type { Problem } from '../../../src/contracts/order-view.ts';
import { useWorkOn } from '../parts/work.ts';
import { ask, newKey, problemOf } from './client.ts';

/** Whether it may have been done all the same: nobody answered, or only something between us and the system did. */
export const isUncertain = ({ status, code }: Problem): boolean =>
  status === 0 || code === 'request_in_progress' || (status >= 500 && code !== 'gateway_unavailable');

export type Once = <Answer>(path: string, body: unknown) => Promise<Answer>;

/**
 * Posts under an Idempotency-Key that is kept until an answer came: a click whose answer was lost is repeated and happens once. A key
 * is for one path and body. Another `subject` is other work, and what was not answered about the one before is forgotten.
 */
export function useOnce(subject?: string): Once {
  const [{ unanswered }] = useWorkOn(subject, { unanswered: new Map<string, string>() });
  return async <Answer>(path: string, body: unknown): Promise<Answer> => {
    const asked = JSON.stringify([path, body]);
    const idempotencyKey = unanswered.get(asked) ?? newKey();
    unanswered.set(asked, idempotencyKey);
    try {
      const answer = await ask<Answer>(path, { method: 'POST', body, idempotencyKey });
      unanswered.delete(asked);
      return answer;
    } catch (failure) {
      if (!isUncertain(problemOf(failure))) unanswered.delete(asked);
      throw failure;
    }
  };
}
