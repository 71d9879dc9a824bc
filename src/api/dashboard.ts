import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Request, type Response, Router } from 'express';
import sirv from 'sirv';
import type { Config } from '../config.ts';

/**
 * Serves the built dashboard at `/`: assets, whose names change with their content, for a year; its one page for every other
 * address a person opens. No script but our own files runs in it and nothing is asked of other hosts. Style elements need a
 * nonce, as the components write their theme's variables into one.
 */

const DIST = join(import.meta.dirname, '..', '..', 'dashboard', 'dist');
const A_YEAR = 31_536_000;
/** Addresses of programs: what is not found there is answered as a problem, never as a page. */
const FOR_PROGRAMS = /^\/(v1|auth|auth-links|webhooks|docs|openapi\.json|healthz|readyz|metrics|assets)(\/|$)/;

const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "media-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const wantsPage = (request: Request): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  !FOR_PROGRAMS.test(request.path) &&
  request.accepts(['json', 'html']) === 'html';

/** `folder`: where the build is; without one there the API answers as before. */
export function dashboardRouter(config: Config, folder: string = DIST): Router {
  const router = Router();
  if (!existsSync(join(folder, 'index.html'))) return router;
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace(
    '%DEVELOPMENT%',
    String(config.NODE_ENV !== 'production'),
  );
  const assets = sirv(folder, {
    brotli: true,
    gzip: true,
    etag: true,
    extensions: [],
    ignores: false,
    setHeaders: (response, path) => {
      const forGood = path.startsWith('/assets/');
      response.setHeader('Cache-Control', forGood ? `public, max-age=${A_YEAR}, immutable` : 'no-cache');
    },
  });
  router.use((request, response, next) => {
    if (request.path === '/' || request.path === '/index.html') next();
    else assets(request, response, next);
  });
  router.use((request: Request, response: Response, next) => {
    if (!wantsPage(request)) {
      next();
      return;
    }
    const nonce = randomBytes(16).toString('base64');
    response
      .set('Content-Security-Policy', policyWith(nonce))
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(page.replace('%STYLE_NONCE%', nonce));
  });
  return router;
}
