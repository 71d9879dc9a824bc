import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { type ApiKey, findApiKey, touchApiKey } from '../db/api-keys.ts';
import type { Db } from '../db/database.ts';
import type { Actor, Role } from '../domain/order.ts';
import { ACTION_NAMES, type ActionName } from '../domain/transitions.ts';
import { HttpProblem } from './problem.ts';

/** Who asks, and what their key may do. Keys are opaque; only their hash is stored, so a leaked database opens nothing. */

export const SCOPES = [
  'orders:create',
  'orders:read',
  'orders:price',
  'orders:act',
  ...ACTION_NAMES.map((action) => `orders:${action}` as const),
  'customers:act',
  'exceptions:read',
  'exceptions:resolve',
  'policies:read',
  'policies:write',
  'catalogue:read',
  'catalogue:write',
  'inventory:read',
  'inventory:write',
  'proposals:create',
  'proposals:read',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number] | '*';

export type Principal = {
  readonly keyId: string;
  readonly role: Role;
  readonly scopes: ReadonlySet<string>;
  /** Whose lines a seller's key may see and touch; null for all others, and for a seller's key that names no seller. */
  readonly seller: string | null;
  readonly actor: Actor & { readonly role: Role };
};

const KEY_PREFIX = 'dok_';
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** A new key: 256 random bits, its public id and its hash. */
export function makeKey(): { key: string; id: string; hash: string } {
  const key = KEY_PREFIX + randomBytes(32).toString('base64url');
  return { key, id: `key_${randomBytes(6).toString('hex')}`, hash: hashOf(key) };
}

const CACHE_MS = 5_000;
const CACHE_AT_MOST = 10_000;

/** Looks keys up; remembers each for a few seconds, so a revoked key works at most that long. */
export function createKeyring(db: Db) {
  const known = new Map<string, { key: ApiKey | null; until: number }>();
  return async (secret: string): Promise<ApiKey | null> => {
    const hash = hashOf(secret);
    const cached = known.get(hash);
    if (cached !== undefined && cached.until > Date.now()) return cached.key;
    const key = await findApiKey(db, hash);
    if (known.size >= CACHE_AT_MOST) known.clear();
    known.set(hash, { key, until: Date.now() + CACHE_MS });
    if (key !== null) await touchApiKey(db, key.id);
    return key;
  };
}

const isUsable = (key: ApiKey): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt.getTime() > Date.now());

/** A checkout may speak for its buyer, when its key has the scope for it: `X-Acting-For: customer`. */
function roleOf(request: Request, key: ApiKey): Role {
  const actingFor = request.get('x-acting-for');
  if (actingFor === undefined) return key.role;
  if (actingFor !== 'customer')
    throw new HttpProblem('bad_request', { detail: 'X-Acting-For can only be "customer".' });
  if (key.role === 'agent')
    throw new HttpProblem('role_not_allowed', { detail: 'A key of the role agent speaks for nobody else.' });
  if (!key.scopes.includes('customers:act') && !key.scopes.includes('*'))
    throw new HttpProblem('scope_missing', { detail: 'The key needs the scope customers:act.' });
  return 'customer';
}

declare global {
  namespace Express {
    interface Locals {
      principal?: Principal;
    }
  }
}

export function authenticate(db: Db): RequestHandler {
  const find = createKeyring(db);
  return async (request, response, next) => {
    const [scheme, secret] = (request.get('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !secret?.startsWith(KEY_PREFIX) || secret.length > 200) {
      throw new HttpProblem('unauthorized');
    }
    const key = await find(secret);
    if (key === null || !isUsable(key)) throw new HttpProblem('unauthorized');
    const role = roleOf(request, key);
    response.locals.principal = {
      keyId: key.id,
      role,
      scopes: new Set(key.scopes),
      seller: key.seller,
      actor: { role, id: key.id },
    };
    next();
  };
}

export const principalOf = (locals: Express.Locals): Principal => {
  if (locals.principal === undefined) throw new HttpProblem('unauthorized');
  return locals.principal;
};

export const hasScope = (principal: Principal, scope: Scope): boolean =>
  principal.scopes.has('*') || principal.scopes.has(scope);

export const requireScope =
  (scope: Scope): RequestHandler =>
  (_request, response, next) => {
    if (!hasScope(principalOf(response.locals), scope))
      throw new HttpProblem('scope_missing', { detail: `The key needs the scope ${scope}.` });
    next();
  };

/** What concerns the store as a whole is not for sellers and buyers, whatever the scopes of their key. */
export const forTheStore: RequestHandler = (_request, response, next) => {
  const { role } = principalOf(response.locals);
  if (role === 'seller' || role === 'customer') throw new HttpProblem('role_not_allowed');
  next();
};

/** An action needs its own scope, or `orders:act` for all of them. */
export function requireActionScope(principal: Principal, action: ActionName): void {
  if (hasScope(principal, 'orders:act') || hasScope(principal, `orders:${action}`)) return;
  throw new HttpProblem('scope_missing', { detail: `The key needs the scope orders:${action} or orders:act.` });
}

const PREPARES = /^\/orders\/[^/]+\/proposals\/?$/;

/** An agent reads, and prepares what a person then confirms (SPEC.md §5). Whatever scopes its key was given, it changes nothing itself. */
export const agentsOnlyPrepare: RequestHandler = (request, response, next) => {
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  const isPreparing = request.method === 'POST' && PREPARES.test(request.path);
  if (principalOf(response.locals).role === 'agent' && !isReading && !isPreparing)
    throw new HttpProblem('role_not_allowed', {
      detail: 'A key of the role agent can only read and prepare: POST /v1/orders/{number}/proposals.',
      allowed_actions: [],
    });
  next();
};

/** Throws unless the principal has one of these roles. */
export function requireRole(principal: Principal, roles: readonly Role[], detail: string): void {
  if (!roles.includes(principal.role)) throw new HttpProblem('role_not_allowed', { detail });
}
