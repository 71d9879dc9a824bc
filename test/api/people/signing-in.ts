import { beforeAll, describe, expect, test } from 'vitest';
import { problemOf } from '../answers.ts';
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
