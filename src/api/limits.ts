import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import type { Config } from '../config.ts';
import { HttpProblem } from './problem.ts';

/** How often one may ask in a minute; each process counts by itself. */

const counted = (options: Pick<Options, 'limit' | 'keyGenerator'>) =>
  rateLimit({
    ...options,
    windowMs: 60_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new HttpProblem('too_many_requests');
    },
  });

/** Of those who are known: keys and people by one limit, the links of buyers by a smaller one. */
export const limitKnown = ({ RATE_LIMIT_PER_MINUTE, LINK_RATE_LIMIT_PER_MINUTE }: Config): RequestHandler =>
  counted({
    limit: (_request, response) =>
      response.locals['principal']?.kind === 'link' ? LINK_RATE_LIMIT_PER_MINUTE : RATE_LIMIT_PER_MINUTE,
    keyGenerator: (_request, response) => response.locals['principal']?.keyId ?? 'none',
  });

const addressOf = ({ ip = '' }: Request): string => ipKeyGenerator(ip);

/**
 * Of those without valid credentials, by address: `after` counts who was refused, and `before` keeps an address that was refused too
 * often from having credentials looked up at all.
 */
export function limitStrangers({ RATE_LIMIT_PER_MINUTE: limit }: Config): {
  readonly before: RequestHandler;
  readonly after: ErrorRequestHandler;
} {
  const count = counted({ limit, keyGenerator: addressOf });
  return {
    async before(request, response, next) {
      const refused = await count.getKey(addressOf(request));
      const leftMs = (refused?.resetTime?.getTime() ?? 0) - Date.now();
      if (refused !== undefined && refused.totalHits >= limit && leftMs > 0) {
        response.set('Retry-After', String(Math.ceil(leftMs / 1000)));
        throw new HttpProblem('too_many_requests');
      }
      next();
    },
    after(error: unknown, request, response, next) {
      if (!(error instanceof HttpProblem) || error.problem.code !== 'unauthorized') next(error);
      else void count(request, response, (tooMany?: unknown) => next(tooMany ?? error));
    },
  };
}
