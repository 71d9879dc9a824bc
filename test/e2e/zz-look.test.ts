import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { putStore } from '../../src/db/catalogue.ts';
import { createAuditedInvitation } from '../api/people/invited.ts';
import { deskOf } from '../setup/desk.ts';
import { deliver, place, untilOrder } from '../setup/system.ts';
import { barriers, openRooms, overflow, type Rooms } from './desk.ts';

let rooms: Rooms;
const OUT = '/tmp/dash/shots';
const desk = deskOf(() => rooms.system);
const n: Record<string, string> = {};
const token: Record<string, string> = {};
const addr = (zip: string) => ({
  name: 'Radia Perlman',
  line1: '1 Market St',
  city: 'San Francisco',
  region: 'CA',
  postal_code: zip,
  country: 'US',
});
beforeAll(async () => {
  await mkdir(OUT, { recursive: true });
  rooms = await openRooms();
  const { system } = rooms;
  const stores = {
    wary: { fraud: { review_from: 30, first_order_over_minor: 1000, disposable_domains: ['mailinator.com'] } },
    calls: { confirmation: 'call' },
    market: { acknowledge_within: 'P2D' },
  };
  for (const [code, policy] of Object.entries(stores))
    await putStore(system.database.db, { code, name: code, supportEmail: 'help@example.com', policy: policy as never });
  n.done = await place(system, {
    customer: { name: 'Katherine Johnson', email: 'kj@example.com', phone: '+14155550188' },
  });
  await deliver(system, n.done);
  await desk.act(n.done, 'request_return', {
    lines: [{ line: 1, quantity: 1 }],
    return_reason: 'damaged',
    note: 'The handle is broken',
  });
  await desk.act(n.done, 'send_message', { to: 'buyer', body: 'Please send us a photo of the handle.' });
  const { payments } = await untilOrder(system, n.done, () => true);
  await system.control.dispute(payments[0]?.reference ?? '', { reason: 'product_not_received' });
  await desk.openException(n.done, 'dispute');
  n.fraud = await place(system, { store: 'wary', customer: { name: 'Eve', email: 'eve@mailinator.com' } });
  await untilOrder(system, n.fraud, (o) => o.fraud_review?.status === 'due');
  n.declined = await place(system, {
    payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' },
    customer: {
      name: 'Annie Easley with quite a long name indeed',
      email: 'annie.easley.of.the.long.address@subdomain.example.com',
    },
  });
  await desk.openException(n.declined, 'payment_failed');
  n.address = await place(system, { shipping_address: addr('00000') });
  await desk.openException(n.address, 'bad_address');
  n.bank = await place(system, { payment: { method: 'bank_transfer' } });
  await desk.act(n.bank, 'substitute', { line: 1, sku: 'GAME', note: 'Just as good' });
  n.call = await place(system, {
    store: 'calls',
    payment: { method: 'cod' },
    customer: { name: 'Hedy Lamarr', email: 'hedy@example.com', phone: '+14155550123' },
  });
  await untilOrder(system, n.call, (o) => o.waiting.code === 'call');
  await desk.act(n.call, 'log_call', { outcome: 'busy', note: 'Line engaged twice' });
  n.call2 = await place(system, {
    store: 'calls',
    payment: { method: 'cod' },
    customer: { name: 'Claude Shannon', email: 'cs@example.com', phone: '+14155550124' },
  });
  n.market = await place(system, {
    store: 'market',
    payment: { method: 'cod' },
    items: [{ sku: 'MUG', quantity: 1, unit_price: '15.00', seller: 'acme' }],
  });
  n.cod = await place(system, { payment: { method: 'cod' } });
  await untilOrder(system, n.cod, (o) => o.fulfilments[0]?.status === 'labelled');
  n.hold = await place(system, { payment: { method: 'cod' } });
  await untilOrder(system, n.hold, (o) => o.fulfilments[0]?.status === 'labelled');
  await desk.act(n.hold, 'hold', { reason: 'The buyer asked to wait' });
  n.cancelled = await place(system, { payment: { method: 'cod' } });
  await desk.act(n.cancelled, 'cancel', {});
  const agent = await system.makeKey('agent', ['orders:read', 'proposals:create', 'proposals:read']);
  await system.call('POST', `/v1/orders/${n.cod}/proposals`, {
    key: agent,
    body: {
      action: 'cancel',
      fields: { reason: 'Duplicate' },
      reason: 'The same buyer placed the same order twice within a minute.',
    },
  });
  await system.call('POST', `/v1/orders/${n.hold}/proposals`, {
    key: agent,
    body: { action: 'add_note', fields: { note: 'Ask again on Monday' }, reason: 'So that it is not forgotten.' },
  });
  for (const k of Object.keys(n))
    token[k] = (await system.call('POST', `/v1/orders/${n[k]}/links`, { body: {} })).body.token;
  token.invitation = await createAuditedInvitation(system, {
    email: 'new@store.example',
    role: 'staff',
    scopes: ['orders:read'],
  });
}, 300_000);
afterAll(() => rooms.stop());

const settle = async (page: Page) => {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page
    .getByRole('heading', { level: 1 })
    .first()
    .waitFor({ timeout: 8000 })
    .catch(() => undefined);
  await page.waitForTimeout(250);
};
type Shot = [name: string, path: () => string, who?: object | null, act?: (page: Page) => Promise<unknown>];
const SHOTS: Shot[] = [
  ['orders', () => '/orders'],
  ['order-done', () => `/orders/${n.done}`],
  ['order-fraud', () => `/orders/${n.fraud}`],
  ['order-declined', () => `/orders/${n.declined}`],
  ['exceptions', () => '/exceptions'],
  ['exceptions-fraud', () => '/exceptions?kind=fraud'],
  ['calls', () => `/calls?order=${n.call}`],
  ['calls-postpone', () => `/calls?order=${n.call2}`, {}, (p) => p.keyboard.press('4')],
  ['proposals', () => '/proposals'],
  ['inventory', () => '/inventory'],
  [
    'inventory-import',
    () => '/inventory',
    {},
    async (p) => {
      await p
        .locator('main button')
        .filter({ hasText: /Import|استيراد/ })
        .first()
        .click();
      await p
        .getByRole('dialog')
        .locator('textarea')
        .first()
        .fill('sku,location,on_hand,reason\nTEE,WEST,321,count\nNOPE,WEST,1,\nTEE,NOWHERE,x,');
      await p
        .getByRole('dialog')
        .locator('button')
        .filter({ hasText: /^(Check|فحص|تحقق)/ })
        .click();
      await p.waitForTimeout(700);
    },
  ],
  ['inventory-movements', () => '/inventory?movements=MUG'],
  ['overview', () => '/overview'],
  ['settings-policies', () => '/settings?part=policies'],
  ['settings-people', () => '/settings?part=people'],
  ['settings-keys', () => '/settings?part=keys'],
  ['settings-locations', () => '/settings?part=locations'],
  ['settings-emails', () => '/settings?part=emails'],
  ['account', () => '/account'],
  ['simulator', () => '/simulator'],
  [
    'bell',
    () => '/account',
    {},
    async (p) => {
      await p.locator('header button[aria-haspopup="dialog"]').first().click();
      await p.waitForTimeout(500);
    },
  ],
  [
    'refund-dialog',
    () => `/orders/${n.done}`,
    {},
    async (p) => {
      await p.locator('main').getByRole('group').locator('button').last().click();
      await p.getByRole('menuitem').nth(1).click();
      await p.waitForTimeout(900);
    },
  ],
  ['not-found', () => '/orders/ORD-AAAAAAAAAA'],
  ['nowhere', () => '/nowhere'],
  ['sign-in', () => '/orders', null],
  ['reset', () => '/reset-password', null],
  ['invitation', () => `/invitation/${token.invitation}`, null],
  ['seller-list', () => '/orders', { role: 'seller', seller: 'acme' }],
  ['seller-order', () => `/orders/${n.market}`, { role: 'seller', seller: 'acme' }],
  ['track-done', () => `/track/${token.done}`, null],
  [
    'track-return',
    () => `/track/${token.done}`,
    null,
    async (p) => {
      await p
        .locator('main button')
        .filter({ hasText: /Send something back|أعد|إرجاع/ })
        .first()
        .click()
        .catch(() => undefined);
      await p.waitForTimeout(600);
    },
  ],
  ['track-substitute', () => `/track/${token.bank}`, null],
  ['track-cancelled', () => `/track/${token.cancelled}`, null],
  ['track-cod', () => `/track/${token.cod}`, null],
];
const LOOKS = [
  ['light', { width: 1280 }],
  ['dark', { width: 1280, scheme: 'dark' }],
  ['phone', { width: 360 }],
  ['ar', { width: 1280, language: 'ar' }],
  ['arphone', { width: 360, language: 'ar', scheme: 'dark' }],
  ['wide', { width: 2200 }],
] as const;
const only = process.env['LOOK']?.split(',');
const which = process.env['SHOT']?.split(',');
test.each(LOOKS)(
  '%s',
  async (look, how) => {
    if (only && !only.includes(look)) return;
    for (const [name, path, who = {}, act] of SHOTS) {
      if (which && !which.includes(name)) continue;
      const opened = await rooms.open(path(), who as never, how as never);
      try {
        await settle(opened.page);
        if (act) await act(opened.page).catch((e) => console.log(name, look, String(e).slice(0, 200)));
        await opened.page.screenshot({ path: `${OUT}/${name}.${look}.png`, fullPage: true, animations: 'disabled' });
        const o = await overflow(opened.page);
        const b = look === 'ar' || look === 'arphone' || look === 'light' ? await barriers(opened.page) : [];
        if (o > 0 || b.length || opened.outside.length || opened.refused.length)
          console.log(name, look, 'overflow', o, b.slice(0, 3), opened.outside, opened.refused);
        if (look === 'ar') {
          const text = (await opened.page.evaluate(
            `[...document.querySelectorAll('main *, [role=dialog] *')].filter((e) => e.children.length === 0 && /[A-Za-z]{3,} [A-Za-z]{2,}/.test(e.textContent)).map((e) => e.textContent.slice(0, 90))`,
          )) as string[];
          if (text.length) console.log('ENGLISH', name, [...new Set(text)].slice(0, 30));
        }
      } catch (e) {
        console.log('FAILED', name, look, String(e).slice(0, 300));
      }
      await opened.context.close();
    }
  },
  900_000,
);
