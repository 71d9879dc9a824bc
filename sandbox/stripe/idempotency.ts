import { createHash } from 'node:crypto';
import { StripeFailure } from './errors.ts';
import type { IdempotentResult, StripeStore } from './store.ts';

export type KeptAnswer = Exclude<IdempotentResult['answer'], 'running'>;

const fingerprint = (route: string, body: Buffer): string =>
  createHash('sha1').update(route).update('\n').update(body).digest('hex');

/**
 * Stripe's idempotency keys: the first request under a key runs and its answer is kept, errors too; the same request again
 * gets that answer; another request under the key is refused, and so is the same one while the first still runs.
 */
export class Idempotency {
  readonly #store: StripeStore;

  constructor(store: StripeStore) {
    this.#store = store;
  }

  /** The kept answer, or undefined when the caller is first and must run, then {@link keep} or {@link forget}. */
  begin(key: string, path: string, body: Buffer): KeptAnswer | undefined {
    if (key.length > 255) {
      const message = 'Idempotency keys must be at most 255 characters long.';
      throw new StripeFailure(400, { type: 'invalid_request_error', message }, false);
    }
    const mark = fingerprint(path, body);
    const known = this.#store.idempotency.get(key);
    if (known === undefined) {
      this.#store.keepAnswer(key, { fingerprint: mark, answer: 'running' });
      return undefined;
    }
    if (known.fingerprint !== mark) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
        `Try using a key other than '${key}' if you meant to execute a different request.`;
      throw new StripeFailure(400, { type: 'idempotency_error', message }, false);
    }
    if (known.answer === 'running') {
      const message =
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted ' +
        `twice, and the other request is still going through): ${key}. Please try again later.`;
      throw new StripeFailure(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use', message }, false);
    }
    return known.answer;
  }

  keep(key: string, answer: KeptAnswer): void {
    const known = this.#store.idempotency.get(key);
    if (known !== undefined) this.#store.idempotency.set(key, { ...known, answer });
  }

  /** Nothing ran: the key is free again. */
  forget(key: string): void {
    this.#store.idempotency.delete(key);
  }
}
