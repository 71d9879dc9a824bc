import { type Request, type RequestHandler, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { Config } from '../../config.ts';
import type { Db } from '../../db/database.ts';
import { findPerson, findPersonByEmail, personOfSession } from '../../db/people.ts';
import type { SignedIn } from '../access.ts';
import { isFromElsewhere } from '../cross-site.ts';
import { jsonBody } from '../json-body.ts';
import { HttpProblem } from '../problem.ts';
import { auditPerson, type Told } from './auth-audit.ts';
import { problemOf, refuseErrors } from './auth-problem.ts';
import { AUTH_ROUTES, type AuthRoute } from './auth-routes.ts';
import { createLockOut, type LockOut } from './lock-out.ts';
import { refuseWeakPassword } from './password-strength.ts';
import type { Sessions } from './sessions.ts';

/** `/auth`: signing in. better-auth does it; what it is asked is checked here, and what it answers becomes ours. */

type Handler = (request: globalThis.Request) => Promise<globalThis.Response>;
export type AuthParts = {
  readonly db: Db;
  readonly config: Config;
  readonly log: Logger;
  readonly handler: Handler;
  readonly sessions: Sessions;
};

type Body = Readonly<Record<string, unknown>>;
type Who = Pick<SignedIn, 'id' | 'role' | 'email' | 'name'> & { readonly twoFactorEnabled?: boolean };

/** The request as better-auth reads it. That it comes from our own pages, or from none, is checked already. */
function handedOver({ PUBLIC_URL }: Config, request: Request, response: Response, body?: object): globalThis.Request {
  const headers = new Headers({
    origin: PUBLIC_URL.origin,
    'x-request-id': String(response.locals.requestId),
    'user-agent': (request.get('user-agent') ?? '').slice(0, 300),
  });
  const cookie = request.get('cookie');
  if (cookie !== undefined) headers.set('cookie', cookie);
  if (body !== undefined) headers.set('content-type', 'application/json');
  return new globalThis.Request(new URL(request.originalUrl, PUBLIC_URL.origin), {
    method: request.method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** The token of a session is in its cookie alone, where scripts cannot read it. */
function shown(answer: unknown): object {
  const { token: _token, session: _session, user, ...rest } = (answer ?? {}) as Body;
  if (typeof user !== 'object' || user === null) return rest;
  const { id, name, email } = user as Body;
  return { ...rest, user: { id, name, email } };
}

async function pass(answer: globalThis.Response, response: Response, route: AuthRoute): Promise<Body> {
  for (const cookie of answer.headers.getSetCookie()) response.append('Set-Cookie', cookie);
  const text = await answer.text();
  const body = text === '' ? {} : ((JSON.parse(text) ?? {}) as Body);
  refuseErrors(answer.status, body, route);
  return body;
}

const emailIn = ({ email }: Body): string => (typeof email === 'string' ? email : '');

const attemptOf = (route: AuthRoute, body: Body, request: Request) =>
  route.path === '/sign-in/email' ? { email: emailIn(body), network: request.ip ?? '' } : null;

/** Who an answer is about, if it is not who had signed in before. */
async function namedBy(db: Db, answer: Body): Promise<Who | null> {
  const { id } = (answer['user'] ?? {}) as { id?: string };
  return id === undefined ? null : findPerson(db, id);
}

/** The code of a second factor either ends a sign-in or turns the factor on. */
function toldOf({ what }: AuthRoute & { what: string }, before: Who | null, answer: Body): Told {
  if (what === 'person.sign_in' && answer['twoFactorRedirect'] === true)
    return { what, detail: { waits_for: 'second_factor' } };
  if (what === 'person.second_factor') {
    if (before === null) return { what: 'person.sign_in', detail: { second_factor: true } };
    const was = { two_factor_enabled: before.twoFactorEnabled ?? false };
    return { what: 'person.second_factor_on', before: was, after: { two_factor_enabled: true } };
  }
  if (what === 'person.second_factor_off')
    return { what, before: { two_factor_enabled: true }, after: { two_factor_enabled: false } };
  return { what };
}

type Turn = { readonly route: AuthRoute; readonly body: Body; readonly before: Who | null };

async function refused(parts: AuthParts, response: Response, { route, body, before }: Turn, error: unknown) {
  const problem = problemOf(error, route);
  if (route.what !== null && problem instanceof HttpProblem) {
    const who = before ?? (await findPersonByEmail(parts.db, emailIn(body)));
    await auditPerson(parts, response.locals.requestId ?? null, who, { what: route.what }, problem.problem.code);
  }
  return problem;
}

function post(parts: AuthParts, lockOut: LockOut, route: AuthRoute): RequestHandler {
  const { db, config, handler, sessions } = parts;
  return async (request, response) => {
    const body = route.body.parse(request.body ?? {}) as Body;
    const before = await sessions.personOf(request, response);
    const turn = { route, body, before };
    const attempt = attemptOf(route, body, request);
    try {
      if (route.needsSession && before === null) throw new HttpProblem('unauthorized');
      if (typeof body['newPassword'] === 'string')
        refuseWeakPassword(body['newPassword'], 'newPassword', before === null ? [] : [before.email, before.name]);
      if (attempt !== null) await lockOut.refuseLocked(attempt);
      const asked = route.path === '/change-password' ? { ...body, revokeOtherSessions: true } : body;
      const answer = await pass(await handler(handedOver(config, request, response, asked)), response, route);
      if (attempt !== null) await lockOut.succeeded(attempt);
      // A reset tells itself whose it is: the token does not.
      if (route.what !== null && route.path !== '/reset-password') {
        const known = before ?? (await namedBy(db, answer)) ?? (await findPersonByEmail(db, emailIn(body)));
        await auditPerson(
          parts,
          response.locals.requestId ?? null,
          known,
          toldOf({ ...route, what: route.what }, before, answer),
        );
      }
      response.json(shown(answer));
    } catch (error) {
      const problem = await refused(parts, response, turn, error);
      const isWrong = problem instanceof HttpProblem && problem.problem.code === 'sign_in_failed';
      if (attempt !== null && isWrong) await lockOut.failed(attempt);
      throw problem;
    } finally {
      sessions.forget();
    }
  };
}

/** Back from the provider: a redirect, with a cookie for who may come in. */
function callback(parts: AuthParts): RequestHandler {
  const { db, config, handler, sessions } = parts;
  const audit = (response: Response, who: Who | null, code: string | null): Promise<void> =>
    auditPerson(
      parts,
      response.locals.requestId ?? null,
      who,
      { what: 'person.sign_in', detail: { via: 'oidc' } },
      code,
    );
  return async (request, response) => {
    let answer: globalThis.Response;
    try {
      answer = await handler(handedOver(config, request, response));
    } catch (error) {
      const problem = problemOf(error, { passwordField: 'password' });
      if (problem instanceof HttpProblem) await audit(response, null, problem.problem.code);
      throw problem;
    }
    for (const cookie of answer.headers.getSetCookie()) response.append('Set-Cookie', cookie);
    const location = new URL(answer.headers.get('location') ?? '/', config.PUBLIC_URL);
    const token = answer.headers
      .getSetCookie()
      .flatMap((cookie) => /session_token=([^.;]+)\./.exec(cookie)?.[1] ?? [])
      .map(decodeURIComponent)[0];
    const id = token === undefined ? null : await personOfSession(db, token);
    const person = id === null ? null : await findPerson(db, id);
    await audit(response, person, id === null ? 'sign_in_failed' : null);
    sessions.forget();
    response.redirect(302, location.href);
  };
}

const fromElsewhereIsRefused =
  ({ PUBLIC_URL }: Config): RequestHandler =>
  (request, _response, next) => {
    if (request.method === 'POST' && isFromElsewhere(request, PUBLIC_URL)) throw new HttpProblem('cross_site_request');
    next();
  };

/** For what can be tried again and again by somebody without an account. */
export const limitTries = ({ SIGN_IN_RATE_LIMIT_PER_MINUTE }: Config): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: SIGN_IN_RATE_LIMIT_PER_MINUTE,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: ({ method }) => method === 'GET' || method === 'HEAD',
    handler: () => {
      throw new HttpProblem('too_many_requests');
    },
  });

export function authRouter(parts: AuthParts): Router {
  const { config, db, sessions } = parts;
  const lockOut = createLockOut(db, config.AUTH_SECRETS[0] ?? '');
  const router = Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.use(fromElsewhereIsRefused(config), jsonBody('16kb'));
  router.get('/methods', (_request, response) => {
    response.json({ password: true, oidc: config.OIDC_ISSUER === undefined ? null : { name: config.OIDC_NAME } });
  });
  router.get('/get-session', async (request, response) => {
    const person = await sessions.personOf(request, response);
    response.json(person === null ? null : { user: { id: person.id, name: person.name, email: person.email } });
  });
  for (const route of AUTH_ROUTES) router.post(route.path, post(parts, lockOut, route));
  router.get('/callback/oidc', callback(parts));
  return router;
}
