import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../api-alone.ts';
import { newPerson, openBrowser, PASSWORD, signedIn, signIn } from './browser.ts';

/** Changing a password, and setting a new one by the link of a mail. */

const BETTER = 'nine violet anchors hum';
beforeAll(() => system.startPumps());

const mailTo = async (email: string) => {
  const [mail] = await eventually(
    async () => (await system.control.mails({ to: email })).filter(({ subject }) => /password/.test(subject)),
    ({ length }) => length > 0,
  );
  return system.control.mail(mail?.id ?? 0);
};
const tokenIn = (text: string): string => /\/reset-password\/([\w-]+)/.exec(text)?.[1] ?? '';

describe('a new password', () => {
  test.each([
    ['short', 'must have at least 12 characters'],
    ['password1234', 'is too easy to guess'],
    ['aaaaaaaaaaaaaa', 'is too easy to guess'],
    ['qwertyuiop12', 'is too easy to guess'],
    ['x'.repeat(129), 'must have at most 128 characters'],
  ])('%j is refused: it %s', async (newPassword, message) => {
    const { browser } = await signedIn(system, { role: 'owner' });
    const answer = await browser.call('POST', '/auth/change-password', { currentPassword: PASSWORD, newPassword });
    expect(fieldsOf(answer)).toEqual({ newPassword: message });
  });

  test('needs the old one, and ends all other sessions', async () => {
    const { email, browser } = await signedIn(system, { role: 'owner' });
    const other = await signIn(system, email);
    expect((await other.call('GET', '/v1/me')).status).toBe(200);
    const wrong = { currentPassword: 'not this one, no', newPassword: BETTER };
    expect(fieldsOf(await browser.call('POST', '/auth/change-password', wrong))).toEqual({
      currentPassword: 'is not your password',
    });
    const right = { currentPassword: PASSWORD, newPassword: BETTER };
    expect((await browser.call('POST', '/auth/change-password', right)).status).toBe(200);
    problemOf(await other.call('GET', '/v1/me'), 401, 'unauthorized');
    expect((await browser.call('GET', '/v1/me')).status).toBe(200);
    problemOf(
      await openBrowser(system).call('POST', '/auth/sign-in/email', { email, password: PASSWORD }),
      401,
      'sign_in_failed',
    );
    await signIn(system, email, BETTER);
    const { rows } = await system.database.pool.query('select password from person_account');
    expect(JSON.stringify(rows)).not.toContain(BETTER);
  });

  test('is set by the link of a mail, once, which ends all sessions', async () => {
    const { email, browser } = await signedIn(system, { role: 'staff', scopes: ['orders:read'] });
    await openBrowser(system).call('POST', '/auth/request-password-reset', { email });
    const mail = await mailTo(email);
    const token = tokenIn(mail.text);
    expect(mail.subject).toBe('Your password at Test Store');
    expect(mail.html).toContain(token);
    const { rows } = await system.database.pool.query(
      'select (select json_agg(v) from person_verification v) as v, (select json_agg(e) from person_email e) as e',
    );
    expect(JSON.stringify(rows)).not.toContain(token);
    const reset = (body: object) => openBrowser(system).call('POST', '/auth/reset-password', body);
    expect(fieldsOf(await reset({ token, newPassword: 'password1234' }))).toHaveProperty('newPassword');
    problemOf(await reset({ token: 'x', newPassword: BETTER }), 410, 'link_invalid');
    expect((await reset({ token, newPassword: BETTER })).status).toBe(200);
    problemOf(await reset({ token, newPassword: PASSWORD }), 410, 'link_invalid');
    problemOf(await browser.call('GET', '/v1/me'), 401, 'unauthorized');
    await signIn(system, email, BETTER);
  });

  test('is not offered to somebody shut out', async () => {
    const { id, email } = await newPerson(system, { role: 'staff', scopes: ['orders:read'] });
    await system.call('PATCH', `/v1/people/${id}`, { body: { disabled: true } });
    const other = await newPerson(system, { role: 'owner' });
    for (const one of [email, other.email])
      await openBrowser(system).call('POST', '/auth/request-password-reset', { email: one });
    await mailTo(other.email);
    const mails = await system.control.mails({ to: email });
    expect(mails.filter(({ subject }) => /password/.test(subject))).toEqual([]);
  });
});
