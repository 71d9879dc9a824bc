import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { AuditPage } from '../../../src/contracts/audit.ts';
import { linkEnds, readOrderLink, signOrderLink } from '../../../src/order-links.ts';
import { mailAbout } from '../../setup/mails.ts';
import { eventually, place, untilOrder } from '../../setup/system.ts';
import { problemOf, serve } from '../answers.ts';
import { system } from '../whole-system.ts';

/** The buyer's signed link to one order. */

const make = async (number: string, body: object = {}): Promise<string> =>
  (await system.call('POST', `/v1/orders/${number}/links`, { body })).body.token;
const read = (number: string, key: string) => system.call('GET', `/v1/orders/${number}`, { key });

test('the mail has a link by which the buyer follows the order, writes to the shop and cancels', async () => {
  const number = await place(system, { payment: { method: 'cod' } });
  const text = await mailAbout(system, number, /is confirmed/);
  const [, token = ''] = /Follow your order: \S+\/track\/(dol_\S+)/.exec(text) ?? [];
  const { status, body } = await read(number, token);
  expect(status).toBe(200);
  expect(body).toMatchObject({ number, exceptions: [] });
  expect(body.allowed_actions).toContain('cancel');
  const message = { body: 'Please hurry.' };
  const path = `/v1/orders/${number}/actions`;
  expect((await system.call('POST', `${path}/send_message`, { key: token, body: message })).status).toBe(200);
  const cancelled = await system.call('POST', `${path}/cancel`, { key: token, body: { reason: 'changed my mind' } });
  expect(cancelled.body).toMatchObject({ status: 'cancelled' });
  const order = await untilOrder(system, number, ({ messages }) => messages.length > 0);
  expect(order.timeline.find(({ type }) => type === 'order_cancelled')?.actor).toEqual({
    role: 'customer',
    id: `link_${number}`,
    name: null,
  });
  expect((await system.call('GET', '/v1/me', { key: token })).body).toMatchObject({
    kind: 'link',
    order: number,
    store: 'Test Store',
    name: '',
  });
});

test('the token names the order and nothing of the buyer, and ends some time after the window of returns', async () => {
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  const { body } = await system.call('POST', `/v1/orders/${number}/links`, { body: {} });
  const claims = decodeJwt(body.token.slice('dol_'.length));
  expect(claims).toEqual({ sub: number, epoch: 0, aud: 'order-link', exp: expect.any(Number) });
  const days = (Date.parse(body.expires_at) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThanOrEqual(30 + 90);
  expect(days).toBeLessThan(30 + 90 + 1);
  expect(body.url).toBe(`http://127.0.0.1:3000/track/${body.token}`);
});

test('a link that is changed, has ended, was signed by others or for another order opens nothing', async () => {
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  const other = await place(system, { payment: { method: 'bank_transfer' } });
  const secrets = system.config.LINK_SECRETS;
  const token = await make(number);
  const [head, , signature] = token.split('.');
  const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token.slice(4)), sub: other })).toString('base64url');
  const unsigned = `dol_${Buffer.from('{"alg":"none"}').toString('base64url')}.${forged}.`;
  const wrong = [
    `${head}.${forged}.${signature}`,
    unsigned,
    token.slice(0, -2),
    'dol_',
    `dol_${'x'.repeat(2000)}`,
    await signOrderLink(secrets, { order: number, epoch: 0 }, Math.floor(Date.now() / 1000) - 120),
    await signOrderLink(
      ['another secret of more than 32 characters'],
      { order: number, epoch: 0 },
      linkEnds(Date.now(), 0),
    ),
    await signOrderLink(secrets, { order: number, epoch: 1 }, linkEnds(Date.now(), 0)),
  ];
  for (const one of wrong) problemOf(await read(number, one), 401, 'unauthorized');
  problemOf(await read(other, token), 404, 'order_not_found');
  expect((await read(number, token)).status).toBe(200);
});

test('earlier links end when a new one is made so, and all of a secret when it is taken away', async () => {
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  const first = await make(number);
  const second = await make(number, { revoke_earlier: true });
  problemOf(await read(number, first), 401, 'unauthorized');
  expect((await read(number, second)).status).toBe(200);
  const [secret = ''] = system.config.LINK_SECRETS;
  const fresh = 'a fresh secret of more than thirty-two characters';
  expect(await readOrderLink([fresh, secret], second)).toEqual({ order: number, epoch: 1 });
  const rotated = await serve(system, { config: { LINK_SECRETS: [fresh] } });
  try {
    const answer = await fetch(`${rotated.url}/v1/orders/${number}`, {
      headers: { authorization: `Bearer ${second}` },
    });
    expect(answer.status).toBe(401);
  } finally {
    await rotated.close();
  }
});

test('who made a link, and that it ended the earlier ones, is in the audit log; the link is not', async () => {
  const number = await place(system, { payment: { method: 'bank_transfer' } });
  const token = await make(number, { revoke_earlier: true });
  const [entry] = await eventually(
    async () => AuditPage.parse((await system.call('GET', `/v1/audit?object=${number}`)).body).data,
    ({ length }) => length > 0,
  );
  expect(entry).toMatchObject({
    what: 'order_link.create',
    outcome: 'taken',
    before: { epoch: 0 },
    detail: { epoch: 1 },
  });
  expect(JSON.stringify(entry)).not.toContain(token.slice(0, 20));
  problemOf(await system.call('POST', '/v1/orders/ORD-0000000000/links', { body: {} }), 404, 'order_not_found');
});
