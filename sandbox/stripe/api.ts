import type { Observer } from '../exchange.ts';
import { type Fault, type Faults, sleep } from '../faults.ts';
import type { Answer, Call } from '../http/server.ts';
import { stripeId } from '../ids.ts';
import { StripeFailure } from './errors.ts';
import { expand } from './expand.ts';
import { Idempotency } from './idempotency.ts';
import { type StripeHandler, stripeRoutes } from './routes.ts';
import type { StripeWorld } from './world.ts';

interface Result {
  readonly status: number;
  readonly body: string;
}

const failureBody = (failure: StripeFailure): Result => ({
  status: failure.status,
  body: JSON.stringify({ error: failure.body }),
});

/** The key in `Authorization: Bearer …`, or the user name of basic authentication, as curl sends it. */
function keyOf(header: string | undefined): string {
  if (header === undefined) return '';
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
}

function checkKey(header: string | undefined): void {
  const key = keyOf(header);
  if (/^(sk|rk)_test_\w+$/.test(key)) return;
  const message =
    key === ''
      ? 'You did not provide an API key.'
      : /_live_/.test(key)
        ? 'The sandbox takes test keys only: a live key must never be sent to it.'
        : `Invalid API Key provided: ${key.slice(0, 3)}***`;
  throw new StripeFailure(401, { type: 'invalid_request_error', message }, false);
}

const injected = (fault: Fault): Result => {
  const status = fault.status ?? 500;
  const message = `Injected by the sandbox: ${status}`;
  const body =
    status === 429
      ? { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' }
      : { type: status >= 500 ? 'api_error' : 'invalid_request_error', message };
  return { status, body: JSON.stringify({ error: body }) };
};

/** The imitated api.stripe.com. */
export class StripeApi {
  readonly routes = stripeRoutes();
  readonly #world: StripeWorld;
  readonly #faults: Faults;
  readonly #idempotency: Idempotency;
  readonly #observe: Observer | undefined;
  readonly #changed: () => void;

  constructor(world: StripeWorld, faults: Faults, changed: () => void, observe: Observer | undefined) {
    this.#world = world;
    this.#faults = faults;
    this.#changed = changed;
    this.#idempotency = new Idempotency(world.store);
    this.#observe = observe;
  }

  async respond(call: Call): Promise<Answer | undefined> {
    const requestId = stripeId('req');
    const match = this.routes.match(call.method, call.path);
    try {
      checkKey(call.headers.authorization);
      if (match === undefined) {
        const message = `Unrecognized request URL (${call.method}: ${call.path}).`;
        throw new StripeFailure(404, { type: 'invalid_request_error', message }, false);
      }
    } catch (error) {
      return this.#answer(call, requestId, failureBody(failureOf(error)));
    }
    const { name } = match.route;
    const fault = this.#faults.take('stripe', name, () => `${call.path}\n${call.body.toString('utf8')}`);
    if (fault?.kind === 'drop') return call.hangUp() as undefined;
    const key = call.method === 'POST' ? String(call.headers['idempotency-key'] ?? '') : '';
    const result = await this.#underKey(call, requestId, key, fault, match.route.handler, match.params['id'] ?? '');
    if (fault?.kind === 'timeout_after_effect') {
      if (fault.delay_ms !== undefined) await sleep(fault.delay_ms);
      return call.hangUp() as undefined;
    }
    this.#observe?.({
      service: 'stripe',
      method: call.method,
      path: call.query === '' ? call.path : `${call.path}?${call.query}`,
      route: name,
      requestBody: call.body.toString('utf8'),
      status: result.status,
      responseBody: result.body,
    });
    return this.#answer(call, requestId, result, result.original);
  }

  /** Runs the call once for its idempotency key; `original` is the request that ran when this one only got its answer. */
  async #underKey(
    call: Call,
    requestId: string,
    key: string,
    fault: Fault | undefined,
    handler: StripeHandler,
    id: string,
  ): Promise<Result & { readonly original?: string }> {
    if (fault?.kind === 'error' && fault.remember !== true) return injected(fault);
    if (key !== '') {
      try {
        const kept = this.#idempotency.begin(key, call.path, call.body);
        if (kept !== undefined) return { status: kept.status, body: kept.body, original: kept.requestId };
      } catch (error) {
        return failureBody(failureOf(error));
      }
    }
    if (fault?.kind === 'delay') await sleep(fault.delay_ms ?? 1000);
    const ran =
      fault?.kind === 'error' ? { ...injected(fault), executed: true } : this.#run(call, requestId, key, handler, id);
    if (key !== '') {
      if (ran.executed) this.#idempotency.keep(key, { status: ran.status, body: ran.body, requestId });
      else this.#idempotency.forget(key);
    }
    return ran;
  }

  /** Handlers are synchronous: the state never shows a call half done. */
  #run(
    call: Call,
    requestId: string,
    key: string,
    handler: StripeHandler,
    id: string,
  ): Result & { readonly executed: boolean } {
    const encoded = call.method === 'POST' ? call.body.toString('utf8') : call.query;
    this.#world.request = { id: requestId, idempotencyKey: key === '' ? null : key };
    try {
      const { body, expand: paths } = handler(this.#world, id, encoded);
      return { status: 200, body: JSON.stringify(expand(this.#world.store, body, paths)), executed: true };
    } catch (error) {
      // A fault of the sandbox itself must not leave the key taken for ever.
      if (!(error instanceof StripeFailure)) this.#idempotency.forget(key);
      const failure = failureOf(error);
      return { ...failureBody(failure), executed: failure.executed };
    } finally {
      this.#world.request = null;
      if (call.method === 'POST') this.#changed();
    }
  }

  #answer(call: Call, requestId: string, result: Result, original?: string): Answer {
    const key = call.headers['idempotency-key'];
    return {
      status: result.status,
      headers: {
        'content-type': 'application/json',
        'request-id': requestId,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(original === undefined ? {} : { 'idempotent-replayed': 'true', 'original-request': original }),
      },
      body: result.body,
    };
  }
}

/** Anything but Stripe's own kind of failure is a fault of the sandbox, and says so. */
function failureOf(error: unknown): StripeFailure {
  if (error instanceof StripeFailure) return error;
  throw error;
}
