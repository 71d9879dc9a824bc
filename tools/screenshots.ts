import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from 'better-auth/crypto';
import { chromium, type Page } from 'playwright-core';
import { newPersonId } from '../src/api/people/person-id.ts';
import { changePerson, insertPassword, insertPerson } from '../src/db/people.ts';
import { findChromium } from './chromium.ts';
import { ensureDashboard } from './dashboard.ts';
import { requestOf } from './demo/scenes.ts';
import { seedDemoStore } from './demo-store.ts';
import { terminalProgress } from './progress.ts';
import type { Access } from './system/access.ts';
import { withSystem } from './system/session.ts';

/** `npm run screenshots`: the pictures of the README, of the real system with orders of the demo store. */

const FOLDER = join(import.meta.dirname, '..', 'docs', 'screenshots');
const SIZE = { width: 1360, height: 820 };
const PHONE = { width: 390, height: 780 };
const PASSWORD = `only for pictures ${process.pid} ${Date.now()}`;

type Picture = {
  readonly name: string;
  readonly path: string;
  readonly dark?: true;
  readonly phone?: true;
  readonly until: (page: Page) => Promise<unknown>;
};

const BUYERS = [
  'Grace Hopper',
  'Alan Turing',
  'Katherine Johnson',
  'Hedy Lamarr',
  'Radia Perlman',
  'Edith Clarke',
  'Claude Shannon',
  'Annie Easley',
];
const PAYMENTS = [
  { method: 'stripe', payment_method: 'pm_card_visa' },
  { method: 'cod' },
  { method: 'bank_transfer' },
] as const;

/** A day's orders: paid, waiting, failed and stopped ones. Gives the number of one whose parcel cannot leave. */
async function trade(access: Access): Promise<string> {
  const api = await access.client('pictures', 'owner', ['*']);
  const run = Date.now().toString(36);
  const sell = async (index: number, changes: Record<string, unknown>): Promise<string> => {
    const key = `picture-${run}-${index}`;
    const name = BUYERS[index % BUYERS.length] ?? '';
    const email = `${name.toLowerCase().replace(' ', '.')}@example.com`;
    const { number } = await api.place(
      requestOf(key, { customer: { name, email, phone: '+14155550123' }, ...changes }),
      key,
    );
    return number;
  };
  for (let index = 0; index < 8; index += 1) await sell(index, { payment: PAYMENTS[index % PAYMENTS.length] });
  await sell(8, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
  const address = {
    name: 'Radia Perlman',
    line1: '1 Market St',
    city: 'San Francisco',
    region: 'CA',
    postal_code: '00000',
    country: 'US',
  };
  const stuck = await sell(12, { payment: PAYMENTS[0], shipping_address: address });
  await api.until(stuck, (order) => order.exceptions.some(({ kind }) => kind === 'bad_address'));
  return stuck;
}

/** Somebody for the pictures, who is shut out afterwards. */
async function visitor({ database: { db } }: Access): Promise<{ email: string; leave: () => Promise<unknown> }> {
  const id = newPersonId();
  const email = `pictures-${process.pid}@demo-store.example`;
  const hash = await hashPassword(PASSWORD);
  const grant = { role: 'owner', scopes: [], seller: null } as const;
  await db.transaction().execute(async (trx) => {
    await insertPerson(trx, { id, name: 'Ana Silva', email, locale: 'en', ...grant });
    await insertPassword(trx, id, hash);
  });
  return { email, leave: () => db.transaction().execute((trx) => changePerson(trx, id, { ...grant, disabled: true })) };
}

const pictures = (stuck: string): readonly Picture[] => [
  { name: 'orders', path: '/orders', until: (page) => page.getByRole('link', { name: stuck }).waitFor() },
  {
    name: 'order',
    path: `/orders/${stuck}`,
    until: (page) => page.getByRole('heading', { level: 2, name: 'Timeline' }).waitFor(),
  },
  {
    name: 'exceptions',
    path: '/exceptions',
    dark: true,
    until: (page) => page.getByRole('region', { name: 'The exception' }).waitFor(),
  },
  {
    name: 'overview',
    path: '/overview',
    // The chart comes after the figures.
    until: (page) => page.locator('.recharts-bar-rectangle').last().waitFor(),
  },
  {
    name: 'phone',
    path: `/orders/${stuck}`,
    phone: true,
    until: (page) => page.getByRole('heading', { level: 2, name: 'Items' }).waitFor(),
  },
];

async function take(access: Access): Promise<boolean> {
  await seedDemoStore(access.database.db);
  const stuck = await trade(access);
  const { email, leave } = await visitor(access);
  const found = await findChromium();
  const browser = await chromium.launch({ executablePath: found.path, args: [...found.args] });
  try {
    const entered = await browser.newContext();
    const { request } = entered;
    const answer = await request.post(`${access.system.apiUrl}/auth/sign-in/email`, {
      data: { email, password: PASSWORD },
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    if (!answer.ok()) throw new Error(`Signing in was answered ${answer.status()}: ${await answer.text()}`);
    const storageState = await entered.storageState();
    await mkdir(FOLDER, { recursive: true });
    for (const { name, path, dark, phone, until } of pictures(stuck)) {
      const context = await browser.newContext({
        storageState,
        viewport: phone ? PHONE : SIZE,
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-US',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.goto(access.system.apiUrl + path);
      await until(page);
      await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
      await context.close();
    }
  } finally {
    await browser.close();
    await leave();
  }
  for (const file of await readdir(FOLDER))
    console.log(`docs/screenshots/${file}  ${Math.round((await stat(join(FOLDER, file))).size / 1024)} kB`);
  return true;
}

await ensureDashboard(); // before a system is started for this
await withSystem({ progress: terminalProgress(), alone: true }, take);
process.exit(0);
