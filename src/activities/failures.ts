import { ApplicationFailure } from '@temporalio/common';
import { Refused, Throttled } from '../domain/failures.ts';

/** Gives a partner's error the form the engine understands: a refusal ends the step, a throttle delays it, the rest is retried. */
export function asFailure(error: unknown): unknown {
  if (error instanceof Refused) {
    return ApplicationFailure.create({
      type: error.type,
      message: error.message,
      nonRetryable: true,
      category: 'BENIGN',
      details: [error.context],
    });
  }
  if (error instanceof Throttled) {
    return ApplicationFailure.create({ type: 'Throttled', message: error.message, nextRetryDelay: error.retryAfterMs });
  }
  return error;
}

/** Wraps every activity so that each error leaves it in that form. */
export function withFailures<Activities extends Record<string, (input: never) => Promise<unknown>>>(
  activities: Activities,
): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never) => {
      try {
        return await activity(input);
      } catch (error) {
        throw asFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
