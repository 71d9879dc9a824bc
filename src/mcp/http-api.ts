import { Problem } from '../contracts/order-view.ts';

/** The HTTP API as this program reaches it: with the one key it was started with, and nothing else. */

export type Api = {
  /** The parsed answer. Throws {@link Refused}, or an Error when there is no answer. */
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown>;
};

/** The API said no; the message is for the one who asked. */
export class Refused extends Error {
  override name = 'Refused';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(
      [`${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`, ...wrongFields(problem)].join('\n'),
    );
    this.problem = problem;
  }
}

const wrongFields = ({ errors = [] }: Problem): string[] => errors.map(({ field, message }) => `- ${field} ${message}`);

const PATIENCE_MS = 30_000;

export function connectApi(url: URL, key: string): Api {
  return {
    async call(method, path, body) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).catch((error: unknown) => {
        throw new Error(`durable-orders does not answer at ${url.origin}.`, { cause: error });
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok && answer !== null) return answer;
      const problem = Problem.safeParse(answer).data;
      if (problem === undefined)
        throw new Error(`${url.origin} answered ${response.status}: it is not durable-orders.`);
      throw new Refused(problem);
    },
  };
}
