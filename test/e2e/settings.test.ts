import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { newPerson, signedIn } from '../api/people/browser.ts';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
});
afterAll(() => rooms.stop());

describe('a location', () => {
  test('is made and changed; each wrong field says why', async () => {
    const opened = await rooms.open('/settings?part=locations', {}, { width: 360, scheme: 'dark' });
    const { page } = opened;
    await page.getByRole('button', { name: 'New location' }).click();
    const dialog = page.getByRole('dialog');
    const write = (name: string, text: string) => dialog.getByRole('textbox', { name, exact: true }).fill(text);
    await write('Code', 'WEST');
    await write('Country (two letters)', 'usa');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('is taken by another location').waitFor();
    await write('Code', 'PORTO');
    await write('Name', 'Porto');
    await write('Street', 'Rua do Almada 12');
    await write('City', 'Porto');
    await write('Country (two letters)', 'p');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('must be a two-letter ISO 3166 code in capitals').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Postal code' }).getAttribute('aria-invalid')).toBe('true');
    await expectSound(opened);
    await write('Country (two letters)', 'pt');
    await write('Postal code', '4050-030');
    await dialog.getByLabel('Cut-off').fill('15:30');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('PORTO is saved').waitFor();
    await page.getByRole('button', { name: 'Edit PORTO' }).click();
    await dialog.getByRole('textbox', { name: 'Parcels a day' }).fill('40');
    await dialog.getByRole('switch', { name: /^In use/ }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Not in use' }).waitFor();
    const { body } = await rooms.system.call('GET', '/v1/locations/PORTO');
    expect(body).toMatchObject({
      name: 'Porto',
      country: 'PT',
      postal_code: '4050-030',
      cut_off: '15:30',
      capacity_per_day: 40,
      seller: null,
      active: false,
    });
  });

  test('is only read by who may not write the catalogue', async () => {
    const { page } = await rooms.open('/settings?part=locations', { role: 'staff', scopes: ['catalogue:read'] });
    await page.getByRole('cell', { name: 'WEST', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /^(New|Edit)/ }).count()).toBe(0);
  });
});

test('each mail is shown as its reader sees it, in each language, and nothing of it runs', async () => {
  const opened = await rooms.open('/settings?part=emails');
  const { page } = opened;
  const frame = page.frameLocator('iframe.mail');
  await frame.getByText('ORD-7Q4M2K9XTC').first().waitFor();
  // Its styles are its own: our policy would have refused them.
  expect(await frame.locator('body').evaluate((body) => body.getAttribute('style'))).not.toBeNull();
  await expectSound(opened);
  await page.getByRole('combobox', { name: 'Mail' }).click();
  await page.getByRole('option', { name: 'Delay: not shipped yet' }).click();
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'português (Brasil)' }).click();
  await page.getByRole('region', { name: 'Preview' }).locator('pre').getByText('ORD-3H8V5N1RWE').waitFor();
  await frame.getByText('ORD-3H8V5N1RWE').first().waitFor();
  const { body } = await rooms.system.call('GET', '/v1/emails/previews/delay-not-shipped?language=pt-BR');
  await page.getByRole('heading', { level: 2, name: body.subject }).waitFor();
  await expectSound(opened);
  const dark = await rooms.open('/settings?part=emails', {}, { width: 360, scheme: 'dark', language: 'ar' });
  await dark.page.frameLocator('iframe.mail').getByText('ORD-7Q4M2K9XTC').first().waitFor();
  await expectSound(dark);
});

describe('a policy', () => {
  test('has a field for each of its parts; each wrong one says why, and an empty one is the default', async () => {
    const opened = await rooms.open('/settings?part=policies', {}, { width: 360, scheme: 'dark' });
    const { page } = opened;
    const { system } = rooms;
    const before = (await system.call('GET', '/v1/stores/main')).body;
    const calls = page.getByRole('group', { name: 'calls' });
    const fraud = page.getByRole('group', { name: 'fraud' });
    const rate = page.getByRole('group', { name: 'rate' });
    await calls.getByRole('textbox', { name: 'retry after' }).fill('three hours');
    await calls.getByRole('textbox', { name: 'attempts at most' }).fill('4');
    await fraud.getByRole('checkbox', { name: 'No review from' }).check();
    await fraud.getByRole('combobox', { name: 'disposable domains' }).fill('mailinator.com');
    await page.keyboard.press('Enter');
    await rate.getByRole('combobox', { name: 'prefer' }).click();
    await page.getByRole('option', { name: 'fastest' }).click();
    await rate.getByRole('textbox', { name: 'New entry of max days' }).fill('express');
    await rate.getByRole('button', { name: 'Add' }).click();
    await rate.getByRole('checkbox', { name: 'No express' }).uncheck();
    await rate.getByRole('textbox', { name: 'express', exact: true }).fill('2');
    const due = page.getByRole('group', { name: 'exception due' });
    await due.getByRole('combobox', { name: 'New entry of exception due' }).fill('Frau');
    await page.getByRole('option', { name: 'Fraud suspected', exact: true }).click();
    await due.getByRole('button', { name: 'Add' }).click();
    await due.getByRole('textbox', { name: 'Fraud suspected' }).fill('PT2H');
    expect(await due.getByRole('combobox', { name: 'New entry of exception due' }).inputValue()).toBe('');
    const escalation = page.getByRole('group', { name: 'escalation', exact: true });
    for (const step of [1, 2]) {
      await escalation.getByRole('button', { name: 'Add to escalation' }).click();
      await escalation.getByRole('group', { name: `escalation ${step}` }).waitFor();
    }
    await escalation.getByRole('button', { name: 'Remove: escalation 1' }).click();
    const first = escalation.getByRole('group', { name: 'escalation 1' });
    await first.getByRole('textbox', { name: 'after' }).fill('PT4H');
    await first.getByRole('combobox', { name: 'to', exact: true }).fill('everybody');
    await page.keyboard.press('Enter');
    await first.getByRole('combobox', { name: 'severities' }).click();
    await page.getByRole('option', { name: 'critical', exact: true }).click();
    await page.keyboard.press('Escape');
    const leftOut = page.getByRole('combobox', { name: 'emails left out' });
    await leftOut.click();
    await page.getByRole('option', { name: 'Parcel shipped', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await calls.getByText('must be an ISO 8601 duration').waitFor();
    await expectSound(opened);
    await first.getByText('must be "staff", "owners", "holder" or an e-mail address').waitFor();
    await first.getByRole('combobox', { name: 'to', exact: true }).press('Backspace');
    await first.getByRole('combobox', { name: 'to', exact: true }).fill('owners');
    await page.keyboard.press('Enter');
    await calls.getByRole('textbox', { name: 'retry after' }).fill('PT3H');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByText(`Version ${before.policy_version + 1} is in force for new orders.`).waitFor();
    const { body } = await system.call('GET', '/v1/stores/main');
    expect(body.policy).toEqual({
      ...before.policy,
      calls: { retry_after: 'PT3H', attempts_at_most: 4 },
      fraud: { review_from: null, disposable_domains: ['mailinator.com'] },
      rate: { prefer: 'fastest', max_days: { express: 2 }, carriers: [] },
      exception_due: { fraud: 'PT2H' },
      escalation: [{ after: 'PT4H', to: ['owners'], severities: ['critical'] }],
      emails_left_out: ['shipped'],
    });
    await page.getByRole('region', { name: 'History' }).waitFor();
    await expectSound(opened);
  });
});

describe('people', () => {
  test('are given another role, shut out, and an invitation is withdrawn', async () => {
    const { system } = rooms;
    const { email } = await newPerson(system, { role: 'staff', scopes: ['orders:read'] });
    const { browser, ...leaving } = await signedIn(system, { role: 'staff', scopes: ['orders:read'] });
    expect((await browser.call('GET', '/v1/orders')).status).toBe(200);
    const known = (await system.call('GET', '/v1/people?limit=200')).body.data;
    const other = known.find((one: { email: string }) => one.email === leaving.email);
    const first = known.find((one: { email: string }) => one.email === email);
    await createAuditedInvitation(system, { email: 'late@store.example', role: 'staff', scopes: ['orders:read'] });

    const opened = await rooms.open('/settings?part=people', {}, { width: 360 });
    const { page } = opened;
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: `Edit: ${first.name}`, exact: true }).click();
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Seller' }).click();
    await dialog.getByRole('textbox', { name: 'Seller' }).fill('acme');
    await expectSound(opened);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Seller (acme)' }).waitFor();

    await page.getByRole('button', { name: `Edit: ${other.name}`, exact: true }).click();
    await dialog.getByRole('switch', { name: 'May sign in' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: new RegExp(`${other.name} Shut out`) }).waitFor();
    expect((await browser.call('GET', '/v1/orders')).status).toBe(401);

    await page.getByRole('button', { name: 'Withdraw: late@store.example' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await expect.poll(() => page.getByText('late@store.example').count()).toBe(0);
    const open = (await system.call('GET', '/v1/invitations')).body.data;
    expect(open.find((one: { email: string }) => one.email === 'late@store.example').status).toBe('revoked');
  });
});

test('a key is shown once, works, and does not when it is revoked', async () => {
  const { system } = rooms;
  const opened = await rooms.open('/settings?part=keys');
  const { page } = opened;
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('The till');
  await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
  const shown = page.getByRole('status').filter({ hasText: 'This key is shown only now.' });
  const key = (await shown.locator('code').textContent()) ?? '';
  expect((await system.call('GET', '/v1/orders', { key })).status).toBe(200);
  await expectSound(opened);
  await page.getByRole('button', { name: 'Revoke: The till' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('row', { name: /The till.*Revoked/ }).waitFor();
  // A key that is known is believed for some seconds.
  await expect.poll(async () => (await system.call('GET', '/v1/orders', { key })).status).toBe(401);
  await page.reload();
  await page.getByRole('row', { name: /The till/ }).waitFor();
  expect(await page.getByText(key).count()).toBe(0);
});

test('policies are shown of one store at a time', async () => {
  const { db } = rooms.system.database;
  await putStore(db, {
    code: 'outlet',
    name: 'Outlet',
    supportEmail: 'help@example.com',
    policy: { confirmation: 'call' },
  });
  const opened = await rooms.open('/settings?part=policies');
  const { page } = opened;
  await page.getByRole('combobox', { name: 'Store' }).click();
  await page.getByRole('option', { name: 'Outlet' }).click();
  await page.getByRole('heading', { level: 2, name: 'Outlet' }).waitFor();
  expect(await page.getByRole('combobox', { name: 'confirmation', exact: true }).inputValue()).toBe('call');
  expect(await page.getByRole('button', { name: 'Save as a new version' }).count()).toBe(1);
  await expectSound(opened);
});
