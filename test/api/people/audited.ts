import { expect, test } from 'vitest';
import { AuditPage } from '../../../src/contracts/audit.ts';
import { eventually } from '../../setup/system.ts';
import { system } from '../api-alone.ts';
import { openBrowser, PASSWORD, signedIn, totpOf } from './browser.ts';

/** What the audit log has of people. */

type Entry = AuditPage['data'][number];
const entries = (query: string, count: number): Promise<Entry[]> =>
  eventually(
    async () => AuditPage.parse((await system.call('GET', `/v1/audit?limit=200&${query}`)).body).data.reverse(),
    ({ length }) => length >= count,
  );

test('the audit log has signing in and out, passwords, second factors and refusals, and no address', async () => {
  const { id, email, browser } = await signedIn(system, { role: 'staff', scopes: ['orders:read'] });
  await openBrowser(system).call('POST', '/auth/sign-in/email', { email, password: 'wrong' });
  const changed = { currentPassword: PASSWORD, newPassword: 'nine violet anchors hum' };
  await browser.call('POST', '/auth/change-password', changed, { 'x-request-id': 'the-password-changed' });
  const password = changed.newPassword;
  const { totpURI } = (await browser.call('POST', '/auth/two-factor/enable', { password })).body;
  await browser.call('POST', '/auth/two-factor/verify-totp', { code: totpOf(totpURI, Date.now()) });
  await browser.call('POST', '/auth/two-factor/disable', { password });
  await browser.call('GET', '/v1/audit');
  await browser.call('POST', '/auth/sign-out', {});
  await openBrowser(system).call('POST', '/auth/request-password-reset', { email });
  const rows = await entries(`actor=${id}`, 10);
  expect(rows.map(({ what, outcome, code }) => `${what} ${outcome} ${code}`)).toEqual([
    'invitation.accept taken null',
    'person.sign_in taken null',
    'person.sign_in refused sign_in_failed',
    'person.password_change taken null',
    'person.second_factor_begin taken null',
    'person.second_factor_on taken null',
    'person.second_factor_off taken null',
    'get audit refused role_not_allowed',
    'person.sign_out taken null',
    'person.password_reset_request taken null',
  ]);
  expect(rows[3]).toMatchObject({ request_id: 'the-password-changed', actor: { role: 'staff', id }, object: id });
  expect(rows[5]).toMatchObject({ before: { two_factor_enabled: false }, after: { two_factor_enabled: true } });
  expect(JSON.stringify(rows)).not.toMatch(/@|otpauth|violet/);
  await openBrowser(system).call('POST', '/auth/sign-in/email', { email: 'who@store.example', password });
  const [unknown] = await entries('actor=unknown&what=person.sign_in', 1);
  expect(unknown).toMatchObject({ actor: { role: 'nobody', id: 'unknown' }, outcome: 'refused' });
});

test('the audit log has a link of an invitation that is not valid', async () => {
  const browser = openBrowser(system);
  const asked = { token: 'x'.repeat(43), name: 'Nobody', password: PASSWORD };
  expect(
    (await browser.call('POST', '/auth-links/invitations/accept', asked, { 'x-request-id': 'no-such-token' })).status,
  ).toBe(410);
  const refused = await eventually(
    async () =>
      (await entries('actor=unknown&what=invitation.accept', 1)).find(
        ({ request_id }) => request_id === 'no-such-token',
      ),
    (row) => row !== undefined,
  );
  expect(refused).toMatchObject({
    actor: { role: 'nobody', id: 'unknown' },
    outcome: 'refused',
    code: 'link_invalid',
  });
});

test('the audit log has invitations, changes of roles and keys, with what was before and after', async () => {
  const owner = await signedIn(system, { role: 'owner' });
  const { browser } = owner;
  const invited = await browser.call('POST', '/v1/invitations', {
    email: 'audited@store.example',
    role: 'staff',
    scopes: ['orders:read'],
  });
  await browser.call('DELETE', `/v1/invitations/${invited.body.id}`);
  const other = await signedIn(system, { role: 'staff', scopes: ['orders:read'] });
  await browser.call('PATCH', `/v1/people/${other.id}`, { role: 'seller', seller: 'acme', scopes: [] });
  const made = await browser.call('POST', '/v1/keys', { name: 'a program', role: 'service', scopes: ['orders:read'] });
  await browser.call('POST', `/v1/keys/${made.body.id}/revoke`);
  const rows = await entries(`actor=${owner.id}`, 7);
  const told = rows.slice(2).map(({ what, object, before, after }) => ({ what, object, before, after }));
  expect(told).toMatchObject([
    { what: 'invitation.create', object: invited.body.id, after: { role: 'staff', scopes: ['orders:read'] } },
    { what: 'invitation.revoke', before: { status: 'open' }, after: { status: 'revoked' } },
    {
      what: 'person.change',
      object: other.id,
      before: { role: 'staff', scopes: ['orders:read'], seller: null, disabled: false },
      after: { role: 'seller', seller: 'acme', disabled: false },
    },
    { what: 'key.create', object: made.body.id, after: { role: 'service', scopes: ['orders:read'] } },
    { what: 'key.revoke', object: made.body.id, before: { status: 'valid' }, after: { status: 'revoked' } },
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/@|dok_|a program/);
});
