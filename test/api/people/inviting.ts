import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../setup/system.ts';
import { fieldsOf, problemOf } from '../answers.ts';
import { system } from '../api-alone.ts';
import { type Browser, newPerson, openBrowser, PASSWORD, signedIn } from './browser.ts';

/** Invitations and people: who may give what to whom. */

let owner: { id: string; browser: Browser };
let leader: { id: string; browser: Browser };
beforeAll(async () => {
  system.startPumps();
  owner = await signedIn(system, { role: 'owner' });
  leader = await signedIn(system, {
    role: 'staff',
    scopes: ['people:read', 'people:write', 'orders:read', 'orders:act'],
  });
});

const invite = (by: Browser, body: object) => by.call('POST', '/v1/invitations', body);
const accept = (token: string, password = PASSWORD) =>
  openBrowser(system).call('POST', '/auth-links/invitations/accept', { token, name: 'Grace Hopper', password });
async function tokenFor(email: string): Promise<string> {
  const [mail] = await eventually(
    () => system.control.mails({ to: email }),
    (mails) => mails.length > 0,
  );
  const { text } = await system.control.mail(mail?.id ?? 0);
  return /\/invitation\/([\w-]+)/.exec(text)?.[1] ?? '';
}

describe('an invitation', () => {
  test('goes by mail, in the language asked for, and makes a person of the role it names, once', async () => {
    const email = 'grace@store.example';
    const asked = { email: 'Grace@Store.example', role: 'staff', scopes: ['orders:read'], locale: 'pt-BR' };
    const { status, body } = await invite(owner.browser, asked);
    expect(status).toBe(201);
    expect(body).toMatchObject({ email, role: 'staff', scopes: ['orders:read'], status: 'open' });
    expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(JSON.stringify(body)).not.toMatch(/token/);
    const token = await tokenFor(email);
    const [mail] = await system.control.mails({ to: email });
    expect(mail?.subject).toBe('Você foi convidado para Test Store');
    const kept = await system.database.pool.query(
      'select (select json_agg(i) from invitation i) as i, (select json_agg(e) from person_email e) as e',
    );
    expect(JSON.stringify(kept.rows)).not.toContain(token);
    expect(fieldsOf(await accept(token, 'password1234'))).toEqual({ password: 'is too easy to guess' });
    const accepted = await accept(token);
    expect(accepted.body).toMatchObject({ name: 'Grace Hopper', email, role: 'staff', scopes: ['orders:read'] });
    problemOf(await accept(token), 410, 'link_invalid');
    problemOf(await invite(owner.browser, asked), 409, 'person_exists');
    const { data } = (await owner.browser.call('GET', '/v1/invitations')).body;
    expect(data.find((one: { email: string }) => one.email === email)).toMatchObject({
      status: 'accepted',
      invited_by: { role: 'owner', id: owner.id },
    });
  });

  test('that was taken back, replaced or is too old makes nobody', async () => {
    const email = 'late@store.example';
    const first = await invite(owner.browser, { email, role: 'owner' });
    const firstToken = await tokenFor(email);
    const second = await invite(owner.browser, { email, role: 'seller', seller: 'acme' });
    problemOf(await accept(firstToken), 410, 'link_invalid');
    problemOf(await owner.browser.call('DELETE', `/v1/invitations/${first.body.id}`), 409, 'invitation_closed');
    await system.database.pool.query("update invitation set expires_at = now() - interval '1 second' where id = $1", [
      second.body.id,
    ]);
    const tokens = await Promise.all(
      (await system.control.mails({ to: email })).map(
        async ({ id }) => /\/invitation\/([\w-]+)/.exec((await system.control.mail(id)).text)?.[1] ?? '',
      ),
    );
    for (const token of tokens) problemOf(await accept(token), 410, 'link_invalid');
    const third = await invite(owner.browser, { email, role: 'owner' });
    const back = await owner.browser.call('DELETE', `/v1/invitations/${third.body.id}`);
    expect(back.body.status).toBe('revoked');
  });

  test('gives no more than the inviter has', async () => {
    const given = (body: object) => invite(leader.browser, { email: 'more@store.example', ...body });
    problemOf(await given({ role: 'owner' }), 403, 'beyond_your_own');
    problemOf(await given({ role: 'staff', scopes: ['*'] }), 403, 'beyond_your_own');
    problemOf(await given({ role: 'staff', scopes: ['orders:read', 'audit:read'] }), 403, 'beyond_your_own');
    problemOf(await given({ role: 'seller', seller: 'acme' }), 403, 'beyond_your_own');
    expect((await given({ role: 'staff', scopes: ['orders:read', 'orders:cancel'] })).status).toBe(201);
  });

  test.each([
    [{ role: 'staff' }, { scopes: 'are needed for the role staff' }],
    [{ role: 'owner', scopes: ['orders:read'] }, { scopes: 'are only for the role staff' }],
    [{ role: 'seller' }, { seller: 'is needed for the role seller' }],
    [{ role: 'owner', seller: 'acme' }, { seller: 'is only for the role seller' }],
  ])('of %j is refused with its fields', async (body, fields) => {
    expect(fieldsOf(await invite(owner.browser, { email: 'x@store.example', ...body }))).toEqual(fields);
  });
});

describe('a person', () => {
  const patch = (by: Browser, id: string, body: object) => by.call('PATCH', `/v1/people/${id}`, body);

  test('who is changed or shut out is signed out at once, and has what is left from then on', async () => {
    const someone = await signedIn(system, { role: 'staff', scopes: ['orders:read', 'inventory:read'] });
    expect((await someone.browser.call('GET', '/v1/inventory')).status).toBe(200);
    const changed = await patch(owner.browser, someone.id, { scopes: ['orders:read'] });
    expect(changed.body).toMatchObject({ scopes: ['orders:read'], disabled: false });
    problemOf(await someone.browser.call('GET', '/v1/me'), 401, 'unauthorized');
    const signIn = { email: someone.email, password: PASSWORD };
    expect((await someone.browser.call('POST', '/auth/sign-in/email', signIn)).status).toBe(200);
    problemOf(await someone.browser.call('GET', '/v1/inventory'), 403, 'scope_missing');
    await patch(owner.browser, someone.id, { disabled: true });
    problemOf(await someone.browser.call('GET', '/v1/me'), 401, 'unauthorized');
    problemOf(await someone.browser.call('POST', '/auth/sign-in/email', signIn), 401, 'sign_in_failed');
  });

  test('a new role brings nothing of the old one along', async () => {
    const someone = await newPerson(system, { role: 'staff', scopes: ['orders:read', 'orders:act'] });
    expect(fieldsOf(await patch(owner.browser, someone.id, { role: 'seller' }))).toHaveProperty('seller');
    const { body } = await patch(owner.browser, someone.id, { role: 'seller', seller: 'acme' });
    expect(body).toMatchObject({ role: 'seller', seller: 'acme' });
    expect(body.scopes).not.toContain('orders:act');
    expect(fieldsOf(await patch(owner.browser, someone.id, { role: 'staff' }))).toHaveProperty('scopes');
  });

  test('is changed by nobody who has less', async () => {
    const stronger = await newPerson(system, { role: 'staff', scopes: ['audit:read'] });
    for (const [id, body] of [
      [owner.id, { disabled: true }],
      [stronger.id, { disabled: true }],
      [leader.id, { role: 'owner', scopes: [] }],
      [leader.id, { scopes: ['*'] }],
    ] as const)
      problemOf(await patch(leader.browser, id, body), 403, 'beyond_your_own');
    problemOf(await patch(owner.browser, 'user_0', { disabled: true }), 404, 'not_found');
  });
});

test('the last owner can be neither removed nor shut out, also by two at once', async () => {
  const { rows } = await system.database.pool.query<{ id: string }>(
    "select id from person where role = 'owner' and not disabled and id <> $1",
    [owner.id],
  );
  for (const { id } of rows) await system.call('PATCH', `/v1/people/${id}`, { body: { disabled: true } });
  for (const body of [{ disabled: true }, { role: 'seller', seller: 'acme' }])
    problemOf(await system.call('PATCH', `/v1/people/${owner.id}`, { body }), 409, 'last_owner');
  const second = await newPerson(system, { role: 'owner' });
  const both = await Promise.all(
    [owner.id, second.id].map((id) => system.call('PATCH', `/v1/people/${id}`, { body: { disabled: true } })),
  );
  expect(both.map(({ status }) => String(status)).sort()).toEqual(['200', '409']);
  for (const id of [owner.id, second.id]) await system.call('PATCH', `/v1/people/${id}`, { body: { disabled: false } });
});
