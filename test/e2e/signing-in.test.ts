import jsqr from 'jsqr';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../api/answers.ts';
import { newPerson, PASSWORD, totpOf } from '../api/people/browser.ts';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { startProvider } from '../api/people/oidc-provider.ts';
import { eventually } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
  rooms.system.startPumps();
});
afterAll(() => rooms.stop());

test('whoever opens a page signs in first, and is led to what they wanted to see', async () => {
  const { email } = await newPerson(rooms.system, { role: 'owner' });
  const opened = await rooms.open('/exceptions?severity=high', null);
  const { page } = opened;
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await expectSound(opened);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' }).waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Exceptions' }).waitFor();
  expect(new URL(page.url()).search).toBe('?severity=high');
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.goto(`${rooms.system.url}/orders`);
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
});

test('somebody who was invited chooses a password, and signs in with it', async () => {
  const email = 'newcomer@store.example';
  const token = await createAuditedInvitation(rooms.system, { email, role: 'staff', scopes: ['orders:read'] });
  const opened = await rooms.open(`/invitation/${token}`, null);
  const { page } = opened;
  await page.getByRole('textbox', { name: 'Your name' }).fill('New Comer');
  await page.getByRole('textbox', { name: 'Password' }).fill('twelve little tin soldiers');
  await expectSound(opened);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill('twelve little tin soldiers');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  // Only what the scopes of this person open is offered.
  expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents()).toEqual([
    'Orders',
    'Call list',
    'Overview',
  ]);
});

async function signInWith(page: Page, email: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('a session that ends behind the page', () => {
  const signedOut = (page: Page) => page.getByRole('dialog', { name: 'You were signed out' });

  test('is begun again over the page, and what was entered is still there', async () => {
    const { email } = await newPerson(rooms.system, { role: 'owner' });
    const opened = await rooms.open('/inventory', null);
    const { page, context } = opened;
    await signInWith(page, email, PASSWORD);
    await page.getByRole('button', { name: 'Receive', exact: true }).click();
    const form = page.getByRole('dialog', { name: 'Receive' });
    await form.getByRole('textbox', { name: 'SKU' }).fill('TEE');
    await form.getByRole('combobox', { name: 'Location' }).click();
    await page.getByRole('option', { name: /^WEST/ }).click();
    await form.getByRole('textbox', { name: 'Units' }).fill('7');
    await form.getByRole('combobox', { name: 'Reason' }).fill('Delivery of Monday');
    await context.clearCookies();
    await form.getByRole('button', { name: 'Save' }).click();
    await signedOut(page).waitFor();
    await expectSound(opened);
    await page.keyboard.press('Escape');
    const password = signedOut(page).getByRole('textbox', { name: 'Password' });
    await password.fill('not the password');
    await page.keyboard.press('Enter');
    await signedOut(page).getByRole('alert').filter({ hasText: 'E-mail or password is wrong.' }).waitFor();
    await password.fill(PASSWORD);
    await page.keyboard.press('Enter');
    await signedOut(page).waitFor({ state: 'detached' });
    expect(await form.getByRole('combobox', { name: 'Reason' }).inputValue()).toBe('Delivery of Monday');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^TEE: \d+ on hand$/).waitFor();
  });

  test('asks for nothing more by itself', async () => {
    const opened = await rooms.open('/account');
    const { page, context } = opened;
    await page.clock.install();
    await page.goto(`${rooms.system.url}/exceptions`);
    await page.getByText('Nothing to clear').waitFor();
    await context.clearCookies();
    await page.clock.runFor(15_000);
    await signedOut(page).waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.clock.runFor(300_000);
    await page.evaluate('fetch("/healthz")'); // those before it are known when this one is
    await expect.poll(() => asked).toContain(`${rooms.system.url}/healthz`);
    expect(asked).toHaveLength(1);
  });

  test('is begun again in another tab as well, and by somebody else with a page of their own', async () => {
    const { email } = await newPerson(rooms.system, { role: 'owner' });
    const { page, context } = await rooms.open('/exceptions', null);
    await signInWith(page, email, PASSWORD);
    await page.getByText('Nothing to clear').waitFor();
    const kept = await context.cookies();
    const end = async () => {
      await context.clearCookies();
      await page.getByRole('switch', { name: 'Overdue only' }).click();
      await signedOut(page).waitFor();
    };
    await end();
    await context.addCookies(kept);
    await page.evaluate('window.dispatchEvent(new Event("focus"))');
    await signedOut(page).waitFor({ state: 'detached' });
    const other = await newPerson(rooms.system, { role: 'staff', scopes: ['exceptions:read'] });
    await end();
    await signedOut(page).getByRole('textbox', { name: 'E-mail' }).fill(other.email);
    await signedOut(page).getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await signedOut(page).waitFor({ state: 'detached' });
    const navigation = page.getByRole('navigation', { name: 'Main' }).getByRole('link');
    await expect.poll(() => navigation.allTextContents()).toEqual(['Exceptions']);
  });

  test('can be left for the page to sign in, which leads back', async () => {
    const { page, context } = await rooms.open('/exceptions?severity=high');
    await page.getByText('No exception fits these filters').waitFor();
    await context.clearCookies();
    await page.getByRole('switch', { name: 'Overdue only' }).click();
    await signedOut(page)
      .getByRole('link', { name: /^Leave the page/ })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('to')).toMatch(/^\/exceptions\?severity=high/);
  });
});

test('a forgotten password is set anew by the link of a mail, once', async () => {
  const { email } = await newPerson(rooms.system, { role: 'owner' });
  const opened = await rooms.open('/orders', null, { width: 360, scheme: 'dark' });
  const { page } = opened;
  await page.getByRole('link', { name: 'Forgotten the password?' }).click();
  await page.getByRole('heading', { level: 1, name: 'New password' }).waitFor();
  await expectSound(opened);
  await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
  await page.keyboard.press('Enter');
  await page.getByText('the mail is on its way').waitFor();
  const [mail] = await eventually(
    async () => (await rooms.system.control.mails({ to: email })).filter(({ subject }) => /password/.test(subject)),
    ({ length }) => length > 0,
  );
  const { text } = await rooms.system.control.mail(mail?.id ?? 0);
  const path = /\/reset-password\/[\w-]+/.exec(text)?.[0] ?? '';
  await page.goto(rooms.system.url + path);
  const field = page.getByRole('textbox', { name: 'New password' });
  await field.fill('password1234');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('is too easy to guess').waitFor();
  await expectSound(opened);
  await field.fill('nine violet anchors hum');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Your new password is set').waitFor();
  await page.goto(rooms.system.url + path);
  await page.getByRole('textbox', { name: 'New password' }).fill('ten violet anchors hum');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('alert').filter({ hasText: 'This link is not valid any more.' }).waitFor();
  await page.goto(`${rooms.system.url}/sign-in`);
  await signInWith(page, email, 'nine violet anchors hum');
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
});

/** What a camera reads of the code on the page. */
async function scanned(page: Page): Promise<string> {
  const svg = page.getByRole('img', { name: 'QR code for the authenticator app' });
  const size = Number((await svg.getAttribute('viewBox'))?.split(' ')[2]);
  const path = (await svg.locator('path').getAttribute('d')) ?? '';
  const pixel = 4;
  const width = size * pixel;
  const image = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h/g))
    for (let row = 0; row < pixel; row += 1)
      for (let column = 0; column < pixel; column += 1) {
        const at = ((Number(y) * pixel + row) * width + Number(x) * pixel + column) * 4;
        image.fill(0, at, at + 3);
      }
  return jsqr.default(image, width, width)?.data ?? '';
}

test('a second factor is set up from the account menu, asked for when signing in, and turned off', async () => {
  const { email } = await newPerson(rooms.system, { role: 'owner' });
  const opened = await rooms.open('/account', null, { width: 360 });
  const { page } = opened;
  await signInWith(page, email, PASSWORD);
  await page.getByRole('heading', { level: 1, name: 'Account' }).waitFor();
  await page.getByRole('textbox', { name: 'Your password' }).fill('not the password');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByText('is not your password').waitFor();
  await page.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set it up' }).click();
  const uri = await scanned(page);
  expect(uri).toMatch(/^otpauth:\/\/totp\//);
  expect(await page.locator('code').textContent()).toBe(new URL(uri).searchParams.get('secret'));
  await expectSound(opened);
  const code = page.getByRole('textbox', { name: 'Code from your authenticator app' });
  await code.fill(totpOf(uri, Date.now() - 86_400_000));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await page.getByText('That code is not right').waitFor();
  await code.fill(totpOf(uri, Date.now()));
  await page.getByRole('button', { name: 'Turn on' }).click();
  const listed = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  await listed.first().waitFor();
  const codes = await listed.allTextContents();
  expect(codes).toHaveLength(10);
  await expectSound(opened);

  const leave = async (): Promise<void> => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await signInWith(page, email, PASSWORD);
    await page.getByRole('textbox', { name: 'Code from your authenticator app' }).waitFor();
  };
  await leave();
  await expectSound(opened);
  await page.getByRole('textbox', { name: 'Code from your authenticator app' }).fill(totpOf(uri, Date.now()));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  await leave();
  await page.getByRole('button', { name: 'Use a backup code' }).click();
  await page.getByRole('textbox', { name: 'Use a backup code' }).fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();

  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'New backup codes' }).click();
  await page.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'New backup codes' }).click();
  await listed.first().waitFor();
  expect(codes).not.toContain(await listed.first().textContent());
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('textbox', { name: 'Your password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('your password alone signs you in').waitFor();
});

test('the provider is offered where there is one, lets in who is invited, and others are told', async () => {
  const client = { id: 'orders', secret: 'a secret of the client' };
  const provider = await startProvider(client);
  const api = await serve(rooms.system, {
    isPublic: true,
    config: {
      OIDC_ISSUER: new URL(provider.issuer),
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_NAME: 'Company login',
    },
  });
  try {
    const email = 'dorothy@store.example';
    await createAuditedInvitation(rooms.system, { email, role: 'staff', scopes: ['orders:read'] });
    const opened = await rooms.open('/overview', null, { through: new URL(api.url).host });
    const { page } = opened;
    const button = page.getByRole('button', { name: 'Continue with Company login' });
    await button.waitFor();
    await expectSound(opened);
    provider.agrees({ sub: 'nobody', email: 'nobody@elsewhere.example', email_verified: true });
    await button.click();
    await page.getByRole('alert').filter({ hasText: 'That sign-in was not accepted.' }).waitFor();
    await page.goto(`${api.url}/overview`);
    provider.agrees({ sub: 'dorothy', email, email_verified: true, name: 'Dorothy Vaughan' });
    await button.click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('button', { name: 'Account: Dorothy Vaughan' }).waitFor();
    const { page: plain } = await rooms.open('/sign-in', null);
    await plain.getByRole('link', { name: 'Forgotten the password?' }).waitFor();
    expect(await plain.getByRole('button', { name: /^Continue with/ }).count()).toBe(0);
  } finally {
    await api.close();
    await provider.close();
  }
});
