import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPerson, PASSWORD } from '../api/people/browser.ts';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
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
