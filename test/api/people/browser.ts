import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, System } from '../../setup/system.ts';
import { send } from '../answers.ts';
import { createAuditedInvitation } from './invited.ts';

/** A person at a browser: keeps cookies as browsers do, and says where its requests come from. */

export type Browser = {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer & { text: string }>;
  readonly cookies: Map<string, string>;
  /** What the server said of a cookie when it set it. */
  readonly attributes: Map<string, string>;
};

export function openBrowser(system: System): Browser {
  const cookies = new Map<string, string>();
  const attributes = new Map<string, string>();
  const keep = (line: string): void => {
    const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*);?(.*)$/.exec(line) ?? [];
    attributes.set(name, rest);
    if (value === '' || /max-age=0/i.test(rest)) cookies.delete(name);
    else cookies.set(name, value);
  };
  return {
    cookies,
    attributes,
    async call(method, path, body, headers = {}) {
      const given = {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        origin: system.config.PUBLIC_URL.origin,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      };
      const answer = await send(
        system.url + path,
        method,
        Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
        body === undefined ? undefined : JSON.stringify(body),
      );
      for (const line of answer.headers.getSetCookie()) keep(line);
      return answer;
    },
  };
}

export const PASSWORD = 'a kettle full of amber rain';
export type Invited = {
  readonly role: 'owner' | 'staff' | 'seller';
  readonly scopes?: string[];
  readonly seller?: string;
};

let people = 0;
/** Somebody new who was invited and has accepted; not signed in. */
export async function newPerson(system: System, invited: Invited): Promise<{ id: string; email: string }> {
  people += 1;
  const email = `person-${process.pid}-${people}@store.example`;
  const token = await createAuditedInvitation(system, { email, ...invited });
  const { status, body } = await openBrowser(system).call('POST', '/auth-links/invitations/accept', {
    token,
    name: `Person ${people}`,
    password: PASSWORD,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return { id: body.id, email };
}

export async function signIn(system: System, email: string, password = PASSWORD): Promise<Browser> {
  const browser = openBrowser(system);
  const { status, body } = await browser.call('POST', '/auth/sign-in/email', { email, password });
  expect(status, JSON.stringify(body)).toBe(200);
  return browser;
}

export async function signedIn(system: System, invited: Invited) {
  const person = await newPerson(system, invited);
  return { ...person, browser: await signIn(system, person.email) };
}

/** What tells, at the head of a request to any process of the API, that it is of somebody new who has signed in. */
export async function personWith(system: System, invited: Invited): Promise<Record<string, string>> {
  const { cookies } = (await signedIn(system, invited)).browser;
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { authorization: '', cookie, origin: system.config.PUBLIC_URL.origin };
}

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const fromBase32 = (text: string): Buffer => {
  const bits = Array.from(text, (letter) => BASE_32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** The code an authenticator shows (RFC 6238: SHA-1, six digits, thirty seconds). */
export function totpOf(uri: string, at: number): string {
  const key = fromBase32(new URL(uri).searchParams.get('secret') ?? '');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}
