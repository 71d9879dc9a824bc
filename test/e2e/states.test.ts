import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** What a page says when it is not told what it asked for: that, and never that there is nothing. */

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms({ worker: false });
});
afterAll(() => rooms.stop());

const WORDS = {
  403: { code: 'scope_missing', title: 'The scope is missing.' },
  422: { code: 'invalid_fields', title: 'Some fields are wrong.' },
  500: { code: 'internal', title: 'Something went wrong on our side.', request_id: 'req-1' },
  503: { code: 'unavailable', title: 'The system cannot do this now.' },
} as const;
type Status = keyof typeof WORDS;

/** Answers of this path are problems, until the returned function is called. */
async function refuse(page: Page, path: string, status: Status): Promise<() => Promise<void>> {
  const isMeant = (url: URL): boolean => url.pathname === path;
  await page.route(isMeant, (route) =>
    route.fulfill({
      status,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status, ...WORDS[status] }),
    }),
  );
  return () => page.unroute(isMeant);
}
const problem = (page: Page) =>
  page.getByRole('alert').filter({ has: page.getByRole('button', { name: 'Try again' }) });
/** Shown the problem alone, and what is there after all once it is asked for again. */
async function expectRetried(page: Page, allow: () => Promise<void>, there: string): Promise<void> {
  await problem(page).waitFor();
  expect(await page.getByText(there).count()).toBe(0);
  await allow();
  await problem(page).getByRole('button', { name: 'Try again' }).click();
  await page.getByText(there).first().waitFor();
  expect(await problem(page).count()).toBe(0);
}

describe('a list that cannot be read', () => {
  test.each([
    ['/orders', '/v1/orders', 503, 'No orders yet'],
    ['/exceptions', '/v1/exceptions', 503, 'Nothing to clear'],
    ['/calls', '/v1/calls', 500, 'Nobody is to be called'],
    ['/inventory?sku=NOPE', '/v1/inventory', 403, 'Nothing fits these filters'],
    ['/proposals', '/v1/proposals', 503, 'No proposals'],
    ['/settings?part=policies', '/openapi.json', 503, 'Save as a new version'],
    ['/settings?part=policies', '/v1/stores', 500, 'Save as a new version'],
    ['/settings?part=keys', '/v1/keys', 403, 'Last used'],
  ] as const)(
    '%s of which %s answers %i says so, and is read when it is asked for again',
    async (path, asked, status, there) => {
      const opened = await rooms.open('/account');
      const { page } = opened;
      const allow = await refuse(page, asked, status);
      await page.goto(rooms.system.url + path);
      await problem(page).waitFor();
      await expectSound(opened);
      await expectRetried(page, allow, there);
      await opened.context.close();
    },
  );

  test('when a filter is chosen, is not empty either', async () => {
    const { page } = await rooms.open('/exceptions');
    await page.getByText('Nothing to clear').waitFor();
    const allow = await refuse(page, '/v1/exceptions', 422);
    await page.getByText('Overdue only').click();
    await expectRetried(page, allow, 'No exception fits these filters');
  });

  test('any more, does not stay empty', async () => {
    const { page } = await rooms.open('/proposals');
    await page.getByText('No proposals').waitFor();
    const allow = await refuse(page, '/v1/proposals', 503);
    await page.clock.install();
    await page.reload();
    await allow();
    await problem(page).getByRole('button', { name: 'Try again' }).click();
    await page.getByText('No proposals').waitFor();
    await refuse(page, '/v1/proposals', 503);
    await page.clock.runFor(20_000); // it is asked for again by itself
    await problem(page).waitFor();
    expect(await page.getByText('No proposals').count()).toBe(0);
  });
});

test('the bell does not say that nothing is new when it does not know', async () => {
  const { page } = await rooms.open('/account');
  const allow = await refuse(page, '/v1/notifications', 503);
  await page.reload();
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await expectRetried(page, allow, 'Nothing new');
});

test('figures of the overview that do not come are not waited for', async () => {
  const { page } = await rooms.open('/account');
  const allow = await refuse(page, '/v1/inventory/alerts', 500);
  await page.goto(`${rooms.system.url}/overview`);
  await problem(page).waitFor();
  await page.getByText('Orders today').waitFor();
  expect(await page.getByText('…').count()).toBe(0);
  await allow();
  await problem(page).getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => page.getByText('—', { exact: true }).count()).toBe(0);
});

describe('what cannot be taken back', () => {
  /** Asked for once more; refused once, and done then. */
  async function expectAsked(page: Page, path: string, button: string): Promise<void> {
    const dialog = page.getByRole('dialog');
    const allow = await refuse(page, path, 503);
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: WORDS[503].title }).waitFor();
    await allow();
    await dialog.getByRole('button', { name: button, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  test('a key that is revoked', async () => {
    const name = 'The till';
    const { body } = await rooms.system.call('POST', '/v1/keys', {
      body: { name, role: 'service', scopes: ['orders:read'] },
    });
    const { page } = await rooms.open('/settings?part=keys');
    await page.getByRole('button', { name: `Revoke: ${name}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /The till.*Valid/ }).waitFor();
    await page.getByRole('button', { name: `Revoke: ${name}` }).click();
    await expectAsked(page, `/v1/keys/${body.id}/revoke`, 'Revoke');
    await page.getByRole('row', { name: /The till.*Revoked/ }).waitFor();
  });

  test('an invitation that is withdrawn', async () => {
    const email = 'mistaken@store.example';
    await createAuditedInvitation(rooms.system, { email, role: 'staff', scopes: ['orders:read'] });
    const { page } = await rooms.open('/settings?part=people');
    const [asked] = await Promise.all([
      page.waitForResponse((response) => new URL(response.url()).pathname === '/v1/invitations'),
      page.reload(),
    ]);
    const { data } = (await asked.json()) as { data: { id: string; email: string }[] };
    await page.getByRole('button', { name: `Withdraw: ${email}` }).click();
    await expectAsked(page, `/v1/invitations/${data.find((one) => one.email === email)?.id}`, 'Withdraw');
    await expect.poll(() => page.getByText(email).count()).toBe(0);
  });

  test('a saved view that is deleted', async () => {
    const { page } = await rooms.open('/orders?status=pending');
    const [saved] = await Promise.all([
      page.waitForResponse(
        (response) => response.request().method() === 'POST' && response.url().endsWith('/v1/views'),
      ),
      (async () => {
        await page.getByRole('button', { name: 'Views' }).click();
        await page.getByRole('menuitem', { name: /^Save view/ }).click();
        await page.getByRole('textbox', { name: 'Name of the view' }).fill('My mornings');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
      })(),
    ]);
    const { id } = (await saved.json()) as { id: string };
    await page.getByText('The view is saved').waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Delete the view My mornings' }).click();
    await expectAsked(page, `/v1/views/${id}`, 'Delete');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: /^Save view/ }).waitFor();
    expect(await page.getByRole('menuitem', { name: /^My mornings/ }).count()).toBe(0);
  });
});
