import type { Request, Response } from 'express';
import type { Db } from '../../db/database.ts';
import { findPerson } from '../../db/people.ts';
import { scopesOfPerson } from '../../domain/permissions.ts';
import type { SignedIn } from '../access.ts';
import { COOKIE_PREFIX } from './auth.ts';

/** Who has signed in, by the cookie of a session; remembered for a few seconds, as keys are. */

const CACHE_MS = 5_000;
const CACHE_AT_MOST = 10_000;
const COOKIE = new RegExp(`(?:^|;\\s*)(?:__Secure-)?${COOKIE_PREFIX}\\.session_token=([^;]+)`);

type Known = { readonly person: SignedIn | null; readonly until: number };
type GetSession = (asked: { headers: Headers; returnHeaders: true }) => Promise<{
  readonly headers: Headers;
  readonly response: { readonly user: { readonly id: string } } | null;
}>;

export type Sessions = {
  /** Null for who has not signed in. A session that is used lives on, and its cookie with it. */
  personOf(request: Request, response: Response): Promise<SignedIn | null>;
  /** To be called when what was remembered may be wrong; other processes follow within seconds. */
  forget(): void;
};

async function signedIn(db: Db, id: string): Promise<SignedIn | null> {
  const person = await findPerson(db, id);
  if (person === null || person.disabled) return null;
  const { name, email, role, scopes, seller, twoFactorEnabled } = person;
  return { id, name, email, role, scopes: scopesOfPerson(role, scopes), seller, twoFactorEnabled };
}

export function createSessions(db: Db, getSession: GetSession): Sessions {
  let known = new Map<string, Known>();

  async function look(cookie: string, response: Response): Promise<SignedIn | null> {
    const { headers, response: session } = await getSession({ headers: new Headers({ cookie }), returnHeaders: true });
    if (session === null) return null;
    for (const renewed of headers.getSetCookie()) response.append('Set-Cookie', renewed);
    return signedIn(db, session.user.id);
  }

  return {
    async personOf(request, response) {
      const cookie = request.get('cookie') ?? '';
      const token = COOKIE.exec(cookie)?.[1];
      if (token === undefined) return null;
      const cached = known.get(token);
      if (cached !== undefined && cached.until > Date.now()) return cached.person;
      const remembering = known;
      const person = await look(cookie, response);
      if (remembering.size >= CACHE_AT_MOST) remembering.clear();
      // What was forgotten meanwhile stays forgotten: it is put into the map of before.
      remembering.set(token, { person, until: Date.now() + CACHE_MS });
      return person;
    },
    forget: () => {
      known = new Map();
    },
  };
}
