import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { place } from '../setup/system.ts';
import { expectSound, openRooms, type Rooms } from './desk.ts';

/** What a page says when it is not told what it asked for: that, and never that there is nothing. */

let rooms: Rooms;
beforeAll(async () => {
  rooms = await openRooms();
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
    await page.getByRole('switch', { name: 'Overdue only' }).click();
    await expectRetried(page, allow, 'No exception fits these filters');
  });

  test('any more, does not stay empty', async () => {
    const { page } = await rooms.open('/account');
    await page.clock.install();
    await page.goto(`${rooms.system.url}/proposals`);
    await page.getByText('No proposals').waitFor();
    const allow = await refuse(page, '/v1/proposals', 503);
    await page.clock.runFor(20_000); // it is asked for again by itself
    await expectRetried(page, allow, 'No proposals');
  });
});

test('what a server in between answers is said in words of ours', async () => {
  const { page } = await rooms.open('/account', {}, { language: 'ar' });
  await page.route('**/v1/proposals?*', (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' }));
  await page.goto(`${rooms.system.url}/proposals`);
  const alert = page.getByRole('alert').filter({ has: page.getByRole('button') });
  expect(await alert.textContent()).toMatch(/^حدث خطأ في الخادم. لم يضِع شيء./);
});

test('scopes that cannot be read are said to be missing where they are chosen', async () => {
  const { page } = await rooms.open('/settings?part=keys');
  await page.getByRole('button', { name: 'New key' }).waitFor();
  await refuse(page, '/openapi.json', 503);
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('dialog').getByText(WORDS[503].title).waitFor();
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
  const figure = page.getByText('Low stock', { exact: true }).locator('xpath=following-sibling::*[1]');
  await expect.poll(() => figure.textContent()).toMatch(/^\d+$/);
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

describe('a wrong field says so itself, once', () => {
  const SAID = 'is not what we take';
  /** What is written is refused for this field. */
  async function refuseField(page: Page, path: string, field: string): Promise<void> {
    const body = JSON.stringify({ status: 422, ...WORDS[422], errors: [{ field, message: SAID }] });
    await page.route(
      (url) => url.pathname === path,
      (route) =>
        route.request().method() === 'GET'
          ? route.continue()
          : route.fulfill({ status: 422, contentType: 'application/problem+json', body }),
    );
  }
  async function expectBeside(page: Page, input: string): Promise<void> {
    const field = page.getByRole('textbox', { name: input, exact: true });
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText(SAID).count()).toBe(1);
    expect(await page.getByText(WORDS[422].title).count()).toBe(0);
  }

  test('of stock that is received', async () => {
    const { page } = await rooms.open('/inventory');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Receive', exact: true }).click();
    await dialog.getByRole('textbox', { name: 'SKU' }).fill('NOPE');
    await dialog.getByRole('combobox', { name: 'Location' }).click();
    await page.getByRole('option', { name: /^WEST/ }).click();
    await dialog.getByRole('textbox', { name: 'Units' }).fill('7');
    await dialog.getByRole('combobox', { name: 'Reason' }).fill('Delivery of Monday');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('NOPE is not in the catalogue').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'SKU' }).getAttribute('aria-invalid')).toBe('true');
    expect(await dialog.getByRole('alert').count()).toBe(0);
  });

  test('of a threshold', async () => {
    const { page } = await rooms.open('/inventory?sku=TEE');
    await refuseField(page, '/v1/inventory/TEE/WEST', 'safety_stock');
    await page.getByRole('button', { name: 'More: TEE WEST' }).click();
    await page.getByRole('menuitem', { name: 'Thresholds' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expectBeside(page, 'Safety stock');
  });

  test('of a view that is saved', async () => {
    const { page } = await rooms.open('/orders?status=pending');
    await refuseField(page, '/v1/views', 'name');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: /^Save view/ }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('My mornings');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expectBeside(page, 'Name of the view');
  });

  test.each([
    ['name', 'Name'],
    ['expires_in_days', 'Expires in days (empty: never)'],
  ])('of a key: %s', async (field, input) => {
    const { page } = await rooms.open('/settings?part=keys');
    await refuseField(page, '/v1/keys', field);
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('The till');
    await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
    await expectBeside(page, input);
  });

  test('of an order of the simulator', async () => {
    const { page } = await rooms.open('/simulator');
    await refuseField(page, '/v1/orders', 'customer.name');
    await page.getByRole('button', { name: 'Place the order' }).click();
    await expectBeside(page, 'Buyer');
  });

  test('of a note, and of a call that is put off', async () => {
    const number = await place(rooms.system, { payment: { method: 'cod' } });
    const { page } = await rooms.open(`/orders/${number}`);
    await refuseField(page, `/v1/orders/${number}/actions/add_note`, 'note');
    await page.getByRole('textbox', { name: 'Write a note…' }).fill('Called twice');
    await page.getByRole('button', { name: 'Add note' }).click();
    await expectBeside(page, 'Write a note…');

    const call = {
      order: number,
      customer: { name: 'Ada', phone: null },
      currency: 'USD',
      total: '20.00',
      attempts: 0,
      last_outcome: null,
      due_at: new Date().toISOString(),
    };
    await page.route('**/v1/calls?*', (route) => route.fulfill({ json: { data: [call], next_cursor: null } }));
    await refuseField(page, `/v1/orders/${number}/actions/log_call`, 'until');
    await page.goto(`${rooms.system.url}/calls`);
    await page.getByRole('region', { name: 'The call' }).waitFor();
    await page.keyboard.press('4');
    await page.getByRole('button', { name: 'Postponed' }).click();
    await expect.poll(() => page.getByLabel('Call again at').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText(SAID).count()).toBe(1);
  });

  test('and one that the form does not have is named in the language of the page', async () => {
    const { page } = await rooms.open('/settings?part=keys', {}, { language: 'ar' });
    await refuseField(page, '/v1/keys', 'shipping_address.postal_code');
    await page.getByRole('button', { name: 'مفتاح جديد' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'الاسم' }).fill('The till');
    await page.getByRole('dialog').getByRole('button', { name: 'مفتاح جديد' }).click();
    const alert = page.getByRole('alert').filter({ hasText: SAID });
    await alert.getByText('الشحن إلى · الرمز البريدي').waitFor();
    expect(await alert.textContent()).not.toContain('postal_code');
  });
});
