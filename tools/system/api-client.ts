import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { OrderView, Problem } from '../../src/contracts/order-view.ts';

/** An answer other than success; `problem` says why. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(method: string, path: string, status: number, problem: Partial<Problem>) {
    const fields = problem.errors?.map(({ field, message }) => `${field} ${message}`).join('; ');
    const why = [problem.code, problem.detail, fields].filter((part) => part !== undefined && part !== '').join(': ');
    super(`${method} ${path} answered ${status} ${why}`);
    this.status = status;
    this.problem = problem;
  }
}

/** The HTTP API as a caller in another program sees it: JSON, a key, and patience. */
export interface ApiClient {
  /** Tries again, with the same Idempotency-Key, while the API asks to wait or is away. Throws {@link ApiProblem}. */
  call<Body>(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Body>;
  place(request: object, idempotencyKey: string): Promise<OrderView>;
  order(number: string): Promise<OrderView>;
  act(number: string, action: string, fields: object, idempotencyKey?: string): Promise<OrderView>;
  /** Asks until `accept` is happy with the order; throws with the order's state when the time is over. */
  until(number: string, accept: (order: OrderView) => boolean, withinMs?: number): Promise<OrderView>;
}

const PATIENCE_MS = 60_000;
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_500;

const isWorthAnotherTry = (status: number): boolean => status === 429 || status === 502 || status === 503;

/** How long the answer asks us to wait, in milliseconds. */
function pauseOf({ headers }: Dispatcher.ResponseData, tries: number): number {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : Math.min(250 * 2 ** tries, 5_000);
}

export function createApiClient(apiUrl: string, key: string, patienceMs: number = PATIENCE_MS): ApiClient {
  const call = async <Body>(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Body> => {
    const deadline = Date.now() + patienceMs;
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    const isSafe = method === 'GET' || method === 'PUT' || idempotencyKey !== undefined;
    for (let tries = 0; ; tries += 1) {
      // Not `fetch`, which takes the processor several times as long: what is measured beside it is the system.
      const response = await request(apiUrl + path, {
        method: method as Dispatcher.HttpMethod,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      }).catch((error: Error) => error);
      let pause = Math.min(250 * 2 ** tries, 5_000);
      if (response instanceof Error) {
        if (!isSafe || Date.now() + pause > deadline)
          throw new Error(`${method} ${path} got no answer: ${response.message}`, { cause: response });
      } else {
        const { statusCode } = response;
        const answer = (await response.body.json()) as Body & Partial<Problem>;
        if (statusCode < 300) return answer;
        pause = pauseOf(response, tries);
        if (!isWorthAnotherTry(statusCode) || Date.now() + pause > deadline)
          throw new ApiProblem(method, path, statusCode, answer);
      }
      await sleep(pause);
    }
  };
  const order = (number: string): Promise<OrderView> => call('GET', `/v1/orders/${number}`);
  return {
    call,
    order,
    place: (request, idempotencyKey) => call('POST', '/v1/orders', request, idempotencyKey),
    act: (number, action, fields, idempotencyKey) =>
      call('POST', `/v1/orders/${number}/actions/${action}`, fields, idempotencyKey),
    async until(number, accept, withinMs = PATIENCE_MS) {
      const deadline = Date.now() + withinMs;
      for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, LONGEST_LOOK_MS)) {
        const now = await order(number);
        if (accept(now)) return now;
        if (Date.now() > deadline) {
          const open = now.exceptions.filter((one) => one.status === 'open').map((one) => one.summary);
          throw new Error(
            `${number} is ${now.status} (payment ${now.payment_status}) and waits for ${now.waiting_for} after ` +
              `${withinMs / 1000} s${open.length === 0 ? '' : `; open: ${open.join('; ')}`}`,
          );
        }
        await sleep(pause);
      }
    },
  };
}
