import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { problemOf, send, serve } from '../answers.ts';
import { system } from '../api-alone.ts';
import { newPerson, openBrowser, PASSWORD, signedIn, signIn, totpOf } from './browser.ts';

/** Passwords, sessions and second factors over HTTP. */

let owner: { id: string; email: string };
beforeAll(async () => {
  owner = await newPerson(system, { role: 'owner' });
});

describe('a person', () => {
  test('signs in, is known by a cookie that no script can read, and signs out', async () => {
    const browser = await signIn(system, owner.email.toUpperCase());
    const [name = ''] = [...browser.cookies.keys()];
    expect(browser.attributes.get(name)).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/i);
    const me = await browser.call('GET', '/v1/me');
    expect(me.body).toEqual({
      id: owner.id,
      kind: 'person',
      name: expect.stringMatching(/^Person/),
      email: owner.email,
      role: 'owner',
      scopes: ['*'],
      seller: null,
      order: null,
      store: null,
      two_factor_enabled: false,
    });
    const cookie = new Map(browser.cookies);
    expect((await browser.call('POST', '/auth/sign-out', {})).status).toBe(200);
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
    for (const [key, value] of cookie) browser.cookies.set(key, value);
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
  });

  test('turns a second factor on, and needs it from then on', async () => {
    const { email, browser } = await signedIn(system, { role: 'staff', scopes: ['orders:read'] });
    const begun = await browser.call('POST', '/auth/two-factor/enable', { password: PASSWORD });
    expect(begun.status).toBe(200);
    const { totpURI, backupCodes } = begun.body;
    problemOf(await browser.call('POST', '/auth/two-factor/verify-totp', { code: '000000' }), 401, 'sign_in_failed');
    expect((await browser.call('GET', '/v1/me')).body.two_factor_enabled).toBe(false);
    const on = await browser.call('POST', '/auth/two-factor/verify-totp', { code: totpOf(totpURI, Date.now()) });
    expect(on.status, JSON.stringify(on.body)).toBe(200);
    expect((await browser.call('GET', '/v1/me')).body.two_factor_enabled).toBe(true);

    const again = openBrowser(system);
    const first = await again.call('POST', '/auth/sign-in/email', { email, password: PASSWORD });
    expect(first.body).toMatchObject({ twoFactorRedirect: true });
    problemOf(await again.call('GET', '/v1/me'), 401, 'unauthorized');
    problemOf(await again.call('POST', '/auth/two-factor/verify-totp', { code: '000000' }), 401, 'sign_in_failed');
    const second = await again.call('POST', '/auth/two-factor/verify-totp', { code: totpOf(totpURI, Date.now()) });
    expect(second.status).toBe(200);
    expect((await again.call('GET', '/v1/me')).status).toBe(200);

    const third = await signIn(system, email);
    const byBackup = await third.call('POST', '/auth/two-factor/verify-backup-code', { code: backupCodes[0] });
    expect(byBackup.status).toBe(200);
    const fourth = await signIn(system, email);
    const reused = await fourth.call('POST', '/auth/two-factor/verify-backup-code', { code: backupCodes[0] });
    problemOf(reused, 401, 'sign_in_failed');
    const off = await third.call('POST', '/auth/two-factor/disable', { password: PASSWORD });
    expect(off.status).toBe(200);
    expect((await third.call('GET', '/v1/me')).body.two_factor_enabled).toBe(false);
  });
});

describe('nobody learns who there is', () => {
  test('an unknown address, a wrong password and somebody shut out have one answer', async () => {
    const shutOut = await newPerson(system, { role: 'staff', scopes: ['orders:read'] });
    const shut = await system.call('PATCH', `/v1/people/${shutOut.id}`, { body: { disabled: true } });
    expect(shut.status).toBe(200);
    const answers = await Promise.all(
      [
        { email: 'nobody@store.example', password: PASSWORD },
        { email: owner.email, password: 'not the right one at all' },
        { email: shutOut.email, password: PASSWORD },
      ].map((body) => openBrowser(system).call('POST', '/auth/sign-in/email', body)),
    );
    const told = answers.map((answer) => {
      const { request_id: _, ...problem } = problemOf(answer, 401, 'sign_in_failed');
      expect(answer.headers.getSetCookie()).toEqual([]);
      return JSON.stringify(problem);
    });
    expect(new Set(told).size).toBe(1);
  });

  test('asking for a new password says the same for everybody', async () => {
    const ask = (email: string) => openBrowser(system).call('POST', '/auth/request-password-reset', { email });
    const [known, unknown] = [await ask(owner.email), await ask('nobody@store.example')];
    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(known.body).toEqual(unknown.body);
  });

  test('ten wrong passwords lock an address for this network, whether it is anybody’s or not', async () => {
    const locked = await newPerson(system, { role: 'owner' });
    const tries = async (email: string): Promise<number[]> => {
      const codes: number[] = [];
      for (let no = 0; no < 11; no += 1)
        codes.push((await openBrowser(system).call('POST', '/auth/sign-in/email', { email, password: 'x' })).status);
      return codes;
    };
    const [known, unknown] = [await tries(locked.email), await tries('never-seen@store.example')];
    expect(known).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    expect(unknown).toEqual(known);
    const right = { email: locked.email, password: PASSWORD };
    problemOf(await openBrowser(system).call('POST', '/auth/sign-in/email', right), 429, 'too_many_requests');
    const { rows } = await system.database.pool.query('select subject from sign_in_failure');
    expect(JSON.stringify(rows)).not.toMatch(/@|127\.0/);
  });

  test('tries are limited for each network address', async () => {
    const strict = await serve(system, { config: { SIGN_IN_RATE_LIMIT_PER_MINUTE: 3 } });
    try {
      const headers = { 'content-type': 'application/json' };
      const asked = JSON.stringify({ token: 'x', name: 'x', password: PASSWORD });
      const codes: number[] = [];
      for (let no = 0; no < 4; no += 1)
        codes.push((await send(`${strict.url}/auth-links/invitations/accept`, 'POST', headers, asked)).status);
      expect(codes).toEqual([410, 410, 410, 429]);
    } finally {
      await strict.close();
    }
  });
});

describe('a session', () => {
  test('changes nothing for a request from another site, and needs JSON', async () => {
    const browser = await signIn(system, owner.email);
    const asked = { email: 'x@store.example', role: 'owner' };
    const from = (headers: Record<string, string>) => browser.call('POST', '/v1/invitations', asked, headers);
    for (const headers of [
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      problemOf(await from(headers), 403, 'cross_site_request');
    problemOf(await from({ 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    expect((await browser.call('GET', '/v1/me', undefined, { origin: 'https://elsewhere.example' })).status).toBe(200);
    expect((await from({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const login = { email: owner.email, password: PASSWORD };
    const foreign = await openBrowser(system).call('POST', '/auth/sign-in/email', login, {
      origin: 'https://x.example',
    });
    problemOf(foreign, 403, 'cross_site_request');
  });

  test('is not opened by its token alone, or by a changed cookie', async () => {
    const browser = await signIn(system, owner.email);
    const [name = '', value = ''] = [...browser.cookies][0] ?? [];
    const [token = ''] = decodeURIComponent(value).split('.');
    for (const wrong of [token, `${token}.`, `${value.slice(0, -6)}AAAAAA`, `x${value}`]) {
      browser.cookies.set(name, wrong);
      problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
    }
  });

  test('has a cookie that only travels encrypted where our address is https', async () => {
    const safe = await serve(system, { config: { PUBLIC_URL: new URL('https://orders.shop.example') } });
    try {
      const asked = JSON.stringify({ email: owner.email, password: PASSWORD });
      const headers = { 'content-type': 'application/json', origin: 'https://orders.shop.example' };
      const answer = await send(`${safe.url}/auth/sign-in/email`, 'POST', headers, asked);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('token');
      const cookie = answer.headers.getSetCookie().find((one) => one.includes('session_token')) ?? '';
      expect(cookie).toMatch(/^__Secure-/);
      expect(cookie).toMatch(/; Secure/i);
    } finally {
      await safe.close();
    }
  });

  test('that has run out is no session', async () => {
    const browser = await signIn(system, owner.email);
    await system.database.pool.query(
      "update person_session set expires_at = now() - interval '1 second' where person_id = $1",
      [owner.id],
    );
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
  });
});

test('only what is named here can be asked of better-auth', async () => {
  const browser = await signIn(system, owner.email);
  for (const path of [
    '/sign-up/email',
    '/update-user',
    '/delete-user',
    '/change-email',
    '/two-factor/send-otp',
    '/list-sessions',
  ])
    expect((await browser.call('POST', `/auth${path}`, {})).status, path).toBe(404);
});

test('a person speaks for nobody else', async () => {
  const browser = await signIn(system, owner.email);
  const answer = await browser.call('GET', '/v1/orders', undefined, { 'x-acting-for': 'customer' });
  problemOf(answer, 400, 'bad_request');
});

test('while the database is away, signing in and sessions are answered 503, and no session is forgotten', async () => {
  const browser = await signIn(system, owner.email);
  const away = openDatabase('postgres://127.0.0.1:1/away', { max: 1 });
  const broken = await serve(system, { database: away });
  try {
    const elsewhere = openBrowser({ ...system, url: broken.url });
    const asked = { email: owner.email, password: PASSWORD };
    problemOf(await elsewhere.call('POST', '/auth/sign-in/email', asked), 503, 'unavailable');
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    problemOf(await elsewhere.call('GET', '/v1/me'), 503, 'unavailable');
    expect(elsewhere.cookies).toEqual(browser.cookies);
  } finally {
    await broken.close();
    await away.close();
  }
  expect((await browser.call('GET', '/v1/me')).status).toBe(200);
});
