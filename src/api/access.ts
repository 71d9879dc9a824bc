import type { Request, RequestHandler, Response } from 'express';
import type { ApiKey } from '../db/api-keys.ts';
import type { Actor, Role } from '../domain/order.ts';
import {
  type Capability,
  covers,
  type Denial,
  denialOf,
  LINK_SCOPES,
  type Party,
  PERMISSIONS,
  type Scope,
} from '../domain/permissions.ts';
import { LINK_PREFIX } from '../order-links.ts';
import { findSecret, KEY_PREFIX } from './bearer.ts';
import { isFromOurPages } from './cross-site.ts';
import { HttpProblem } from './problem.ts';

/**
 * Who asks, and whether they may: the one place where the table of `src/domain/permissions.ts` is enforced. Each route names its
 * capability by {@link requires}.
 */

export type Principal = {
  readonly kind: 'key' | 'person' | 'link';
  /** The id of the key, the person (`user_…`) or the link. */
  readonly keyId: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly scopes: ReadonlySet<string>;
  /** Whose lines a seller may see and touch; null for all others, and for a seller's key that names no seller. */
  readonly seller: string | null;
  /** The one order of a buyer's link; null for all others. */
  readonly order: string | null;
  readonly twoFactorEnabled: boolean;
  readonly actor: Actor & { readonly role: Role };
};

/** Somebody who has signed in. */
export type SignedIn = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly seller: string | null;
  readonly twoFactorEnabled: boolean;
};

/** Where credentials are looked up; each answers null for those that are not valid. */
export type Credentials = {
  readonly keyOf: (secret: string) => Promise<ApiKey | null>;
  /** The number of the order that a buyer's link is for. */
  readonly orderOfLink: (token: string) => Promise<string | null>;
  readonly personOf: (request: Request, response: Response) => Promise<SignedIn | null>;
  /** Is told of a request with a key that was revoked or has expired. */
  readonly lapsed: (key: ApiKey, requestId: string | null) => void;
  /** Where our own pages are. */
  readonly publicUrl: URL;
};

const isUsable = (key: ApiKey): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > Date.now());

/** A checkout may speak for its buyer, when its key has the scope for it: `X-Acting-For: customer`. */
function roleOf(request: Request, key: ApiKey): Role {
  const actingFor = request.get('x-acting-for');
  if (actingFor === undefined) return key.role;
  if (actingFor !== 'customer')
    throw new HttpProblem('bad_request', { detail: 'X-Acting-For can only be "customer".' });
  // As a customer, the key would see every order: not only what an agent prepares, or what is a seller's own.
  if (key.role === 'agent' || key.role === 'seller')
    throw new HttpProblem('role_not_allowed', { detail: `A key of the role ${key.role} speaks for nobody else.` });
  if (!covers(new Set(key.scopes), 'customers:act'))
    throw new HttpProblem('scope_missing', { detail: 'The key needs the scope customers:act.' });
  return 'customer';
}

async function principalOfKey(
  { keyOf, lapsed }: Credentials,
  request: Request,
  response: Response,
  secret: string,
): Promise<Principal> {
  const key = await keyOf(secret);
  if (key !== null && !isUsable(key)) lapsed(key, response.locals.requestId ?? null);
  if (key === null || !isUsable(key)) throw new HttpProblem('unauthorized');
  const role = roleOf(request, key);
  return {
    kind: 'key',
    keyId: key.id,
    name: key.name,
    email: null,
    role,
    scopes: new Set(key.scopes),
    seller: key.seller,
    order: null,
    twoFactorEnabled: false,
    actor: { role, id: key.id },
  };
}

function refuseActingFor(request: Request): void {
  if (request.get('x-acting-for') !== undefined)
    throw new HttpProblem('bad_request', { detail: 'X-Acting-For is for API keys.' });
}

async function principalOfLink({ orderOfLink }: Credentials, request: Request, token: string): Promise<Principal> {
  const order = await orderOfLink(token);
  if (order === null) throw new HttpProblem('unauthorized');
  refuseActingFor(request);
  const id = `link_${order}`;
  return {
    kind: 'link',
    keyId: id,
    name: '',
    email: null,
    role: 'customer',
    scopes: new Set(LINK_SCOPES),
    seller: null,
    order,
    twoFactorEnabled: false,
    actor: { role: 'customer', id },
  };
}

const isReading = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD';

/** A cookie is sent along by the browser whoever asks for it, so a change must come from our own pages. */
async function principalOfSession(
  { personOf, publicUrl }: Credentials,
  request: Request,
  response: Response,
): Promise<Principal> {
  const person = await personOf(request, response);
  if (person === null) throw new HttpProblem('unauthorized');
  if (!isReading(request) && !isFromOurPages(request, publicUrl)) throw new HttpProblem('cross_site_request');
  refuseActingFor(request);
  const { id, scopes, role, ...rest } = person;
  return {
    ...rest,
    kind: 'person',
    keyId: id,
    role,
    scopes: new Set(scopes),
    order: null,
    actor: { role, id },
  };
}

function principalFor(credentials: Credentials, request: Request, response: Response): Promise<Principal> {
  const authorization = request.get('authorization') ?? '';
  if (authorization === '') return principalOfSession(credentials, request, response);
  const secret = findSecret(authorization);
  if (secret?.startsWith(KEY_PREFIX) === true) return principalOfKey(credentials, request, response, secret);
  if (secret?.startsWith(LINK_PREFIX) === true) return principalOfLink(credentials, request, secret);
  throw new HttpProblem('unauthorized');
}

declare global {
  namespace Express {
    interface Locals {
      principal?: Principal;
    }
  }
}

export function authenticate(credentials: Credentials): RequestHandler {
  return async (request, response, next) => {
    response.locals.principal = await principalFor(credentials, request, response);
    next();
  };
}

export const principalOf = (locals: Express.Locals): Principal => {
  if (locals.principal === undefined) throw new HttpProblem('unauthorized');
  return locals.principal;
};

export const partyOf = ({ kind, role }: Principal): Party => (kind === 'link' ? 'link' : role);

/** For what a scope adds to a capability, such as prices of one's own. */
export const hasScope = (principal: Principal, scope: Scope): boolean => covers(principal.scopes, scope);

const PREPARES_ONLY = {
  detail: 'A key of the role agent can only read and prepare: POST /v1/orders/{number}/proposals.',
  allowed_actions: [],
};

const IN_PERSON_ONLY = { detail: 'This is for a person who has signed in; a key is a program’s.' };

function problemOf(denial: Denial, { kind, role }: Principal, capability: Capability): HttpProblem {
  if (denial.code === 'scope_missing') {
    const who = kind === 'key' ? 'The key needs' : 'You need';
    return new HttpProblem('scope_missing', { detail: `${who} the scope ${denial.needed.join(' or ')}.` });
  }
  if (denial.code === 'person_needed') return new HttpProblem('role_not_allowed', IN_PERSON_ONLY);
  if (role === 'agent') return new HttpProblem('role_not_allowed', PREPARES_ONLY);
  const { parties } = PERMISSIONS[capability];
  return new HttpProblem('role_not_allowed', { detail: `This is for the roles ${parties.join(', ')}.` });
}

/** Throws the problem when the table denies it. */
export function permit(principal: Principal, capability: Capability): void {
  const { kind, scopes } = principal;
  const denial = denialOf({ party: partyOf(principal), scopes, hasSignedIn: kind === 'person' }, capability);
  if (denial !== null) throw problemOf(denial, principal, capability);
}

type Asked = Capability | ((request: Request) => Capability);
export type Guard = RequestHandler & { readonly asks: Asked };

/** The guard of a route. The order of others is not there for the holder of a link, as if there were none. */
export function requires(asked: Asked): Guard {
  const guard: RequestHandler = (request, response, next) => {
    const principal = principalOf(response.locals);
    const capability = typeof asked === 'function' ? asked(request) : asked;
    permit(principal, capability);
    const { number } = request.params;
    if (principal.order !== null && number !== undefined && number !== principal.order)
      throw new HttpProblem('order_not_found');
    next();
  };
  return Object.assign(guard, { asks: asked });
}

/** Behind all routes: whatever an agent tries to write is refused, also where there is nothing. */
export const agentsChangeNothing: RequestHandler = (request, response, next) => {
  if (principalOf(response.locals).role === 'agent' && !isReading(request))
    throw new HttpProblem('role_not_allowed', PREPARES_ONLY);
  next();
};
