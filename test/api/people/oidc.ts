import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OtherServer, problemOf, serve } from '../answers.ts';
import { system } from '../api-alone.ts';
import { type Browser, newPerson, openBrowser } from './browser.ts';
import { createAuditedInvitation } from './invited.ts';
import { type Claims, type Provider, startProvider } from './oidc-provider.ts';

/** Signing in by an OpenID Connect provider, for people who are invited. */

let provider: Provider;
let api: OtherServer;
beforeAll(async () => {
  const client = { id: 'orders', secret: 'a secret of the client' };
  provider = await startProvider(client);
  api = await serve(system, {
    config: {
      OIDC_ISSUER: new URL(provider.issuer),
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_NAME: 'Company login',
    },
  });
});
afterAll(async () => {
  await api.close();
  await provider.close();
});

const open = (): Browser => openBrowser({ ...system, url: api.url });

/** From the button to the page the browser is sent to in the end. */
async function comeBy(claims: Claims, changes?: Record<string, unknown>) {
  const browser = open();
  const begun = await browser.call('POST', '/auth/sign-in/social', {
    provider: 'oidc',
    callbackURL: '/orders',
    errorCallbackURL: '/sign-in',
  });
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const back = new URL(provider.consent(begun.body.url, claims, changes));
  const answer = await browser.call('GET', back.pathname + back.search);
  expect(answer.status, answer.text).toBe(302);
  return { browser, location: new URL(answer.headers.get('location') ?? '', 'http://nowhere') };
}

const claimsOf = (email: string): Claims => ({
  sub: `sub of ${email}`,
  email,
  email_verified: true,
  name: 'Joan Clarke',
});

describe('OpenID Connect', () => {
  test('is offered where it is configured', async () => {
    expect((await open().call('GET', '/auth/methods')).body).toEqual({
      password: true,
      oidc: { name: 'Company login' },
    });
    expect((await system.call('GET', '/auth/methods')).body).toEqual({ password: true, oidc: null });
  });

  test('lets in who is invited, with what the invitation gives, and knows them again', async () => {
    const email = 'joan@store.example';
    await createAuditedInvitation(system, { email, role: 'staff', scopes: ['orders:read'] });
    const first = await comeBy(claimsOf(email));
    expect(first.location.pathname).toBe('/orders');
    const { body } = await first.browser.call('GET', '/v1/me');
    expect(body).toMatchObject({ kind: 'person', email, name: 'Joan Clarke', role: 'staff', scopes: ['orders:read'] });
    const again = await comeBy(claimsOf(email));
    expect((await again.browser.call('GET', '/v1/me')).body.id).toBe(body.id);
  });

  test('lets in who has a password already', async () => {
    const { id, email } = await newPerson(system, { role: 'owner' });
    const { browser } = await comeBy(claimsOf(email));
    expect((await browser.call('GET', '/v1/me')).body).toMatchObject({ id, role: 'owner' });
  });

  const refused = async (claims: Claims, changes?: Record<string, unknown>): Promise<void> => {
    const { browser, location } = await comeBy(claims, changes);
    expect(location.pathname).toBe('/sign-in');
    expect(location.searchParams.get('error')).not.toBeNull();
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
  };

  test('lets nobody in who is not invited, or shut out', async () => {
    await refused(claimsOf('stranger@store.example'));
    const { id, email } = await newPerson(system, { role: 'owner' });
    await system.call('PATCH', `/v1/people/${id}`, { body: { disabled: true } });
    const { browser } = await comeBy(claimsOf(email));
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
  });

  test('believes no address that the provider has not verified, and no token that is not for us', async () => {
    const email = 'unproven@store.example';
    await createAuditedInvitation(system, { email, role: 'owner' });
    await refused({ ...claimsOf(email), email_verified: false });
    await refused(claimsOf(email), { aud: 'another client' });
    await refused(claimsOf(email), { iss: 'https://elsewhere.example' });
    await refused(claimsOf(email), { nonce: 'another' });
    expect((await comeBy(claimsOf(email))).location.pathname).toBe('/orders');
  });

  test('sends nobody to another site', async () => {
    for (const callbackURL of ['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example'])
      expect((await open().call('POST', '/auth/sign-in/social', { provider: 'oidc', callbackURL })).status).toBe(422);
  });
});
