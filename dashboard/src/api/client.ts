import type { Problem } from '../../../src/contracts/order-view.ts';

/** Asks the API. Who asks is in the session cookie; a buyer's page gives its link's token instead. */

/** An answer that was no success: RFC 9457 as the API sends it, or what stands for it when the network gave none. */
export class ApiProblem extends Error {
  override name = 'ApiProblem';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

export const problemOf = (error: unknown): Problem =>
  error instanceof ApiProblem ? error.problem : nothing('client_error', error instanceof Error ? error.message : '', 0);

const nothing = (code: string, title: string, status: number): Problem => ({
  type: 'about:blank',
  code,
  title,
  status,
});

let token: string | null = null;
/** From here on the page speaks for the holder of a link (a buyer) and not for a session. */
export const speakFor = (linkToken: string | null): void => {
  token = linkToken;
};

let ended: () => void = () => undefined;
/** Calls this when the API refuses the session for which the page asks. */
export const onSessionRefused = (call: () => void): void => {
  ended = call;
};

export type Ask = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** The same key twice is one action: a click whose answer was lost can be repeated. */
  readonly idempotencyKey?: string;
};

export async function ask<Answer>(
  path: string,
  { method = 'GET', body, signal, idempotencyKey }: Ask = {},
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['Idempotency-Key'] = idempotencyKey;
  if (token !== null) headers['Authorization'] = `Bearer ${token}`;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: token === null ? 'same-origin' : 'omit',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(nothing('offline', 'offline', 0));
  }
  const text = await response.text();
  const answer: unknown = text === '' ? null : parsed(text);
  if (response.ok) return answer as Answer;
  // Signing in (`/auth`) is refused with 401 as well, when the password is wrong.
  if (response.status === 401 && token === null && path.startsWith('/v1/')) ended();
  const isProblem = typeof answer === 'object' && answer !== null && 'code' in answer;
  throw new ApiProblem(
    isProblem
      ? ({ title: response.statusText, status: response.status, ...answer } as Problem)
      : nothing('unknown', response.statusText, response.status),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A query string without what is not set. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export const newKey = (): string => crypto.randomUUID();
