import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Connection, Client as Temporal } from '@temporalio/client';
import { hashPassword } from 'better-auth/crypto';
import Table from 'cli-table3';
import { chromium, type Page } from 'playwright-core';
import { newPersonId } from '../src/api/people/person-id.ts';
import { createServer } from '../src/api/server.ts';
import { readConfig } from '../src/config.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { insertPassword, insertPerson } from '../src/db/people.ts';
import { createLog } from '../src/log.ts';
import { findChromium } from '../tools/chromium.ts';
import { ensureDashboard } from '../tools/dashboard.ts';
import { median } from '../tools/percentile.ts';
import { terminalProgress } from '../tools/progress.ts';
import { generateAround } from './dashboard/generate.ts';
import { STEPS, type Step } from './dashboard/steps.ts';
import { askSums } from './dashboard/sums.ts';
import { onGround } from './search/ground.ts';
import { readingWholeTables } from './search/measure.ts';

/**
 * `npm run bench:dashboard`: the pages over a million generated orders, in a real Chromium, from the click or key until what was asked
 * for stands on the screen. Exits with 1 when one takes longer than its bar.
 */

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, orders: { type: 'string', default: '1000000' } },
});
const orders = Number(options.orders);
if (!Number.isInteger(orders) || orders < 1_000)
  throw new Error(`--orders must be a whole number from 1000, not ${options.orders}`);

const EACH = 5;
/** Of fewer orders it is right to read them all. */
const SMALL = 500_000;
const PASSWORD = 'only for this measurement, and thrown away';
const EMAIL = 'bench@store.example';

const progress = terminalProgress();

/** The API alone: what is measured asks nothing of Temporal or a partner. */
const environment = (url: string): NodeJS.ProcessEnv => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'error',
  DATABASE_URL: url,
  AUTH_SECRETS: 'only-for-benches-0123456789abcdef012345678',
  LINK_SECRETS: 'links-for-benches-0123456789abcdef0123456',
  SIGN_IN_RATE_LIMIT_PER_MINUTE: '100000',
  RATE_LIMIT_PER_MINUTE: '100000',
  STRIPE_API_KEY: 'sk_test_none',
  STRIPE_WEBHOOK_SECRETS: 'whsec_none',
  SHIPPO_API_KEY: 'shippo_test_none',
  SHIPPO_WEBHOOK_TOKEN: 'nobody-calls-this-address',
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'Bench <bench@store.example>',
  SUPPORT_EMAIL: 'bench@store.example',
});

async function startApi(database: Database, url: string) {
  const config = readConfig(environment(url));
  const connection = Connection.lazy({ address: '127.0.0.1:9' });
  const parts = { config, database, temporal: new Temporal({ connection }), log: createLog('bench', config.LOG_LEVEL) };
  const server = createHttpServer(createServer(parts));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
    return connection.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

async function letIn({ db }: Database): Promise<void> {
  const id = newPersonId();
  const hash = await hashPassword(PASSWORD);
  await db.transaction().execute(async (trx) => {
    await insertPerson(trx, { id, name: 'Bench', email: EMAIL, locale: 'en', role: 'owner', scopes: [], seller: null });
    await insertPassword(trx, id, hash);
  });
}

async function signIn(page: Page, url: string): Promise<void> {
  const answer = await page.request.post(`${url}/auth/sign-in/email`, {
    data: { email: EMAIL, password: PASSWORD },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  if (!answer.ok()) throw new Error(`Signing in was answered ${answer.status()}: ${await answer.text()}`);
}

type Measured = { readonly step: Step; readonly ms: readonly number[] };

async function measure(page: Page, url: string): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const step of STEPS) {
    const ms: number[] = [];
    for (let turn = 0; turn < EACH; turn += 1) {
      progress.status(`${step.name}: ${turn + 1} of ${EACH}`);
      await page.goto(url + step.from, { waitUntil: 'networkidle' });
      const asked = await step.prepare(page, turn);
      const began = performance.now();
      await asked();
      ms.push(performance.now() - began);
    }
    measured.push({ step, ms });
  }
  return measured;
}

const middle = (ms: readonly number[]): number => Math.round(median(ms));
const most = (ms: readonly number[]): number => Math.round(Math.max(...ms));

function report(measured: readonly Measured[]): boolean {
  const table = new Table({
    head: ['in the browser', 'median ms', 'most ms'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right'],
  });
  for (const { step, ms } of measured) table.push([step.name, middle(ms), most(ms)]);
  console.log(table.toString());
  console.log(
    `${orders.toLocaleString('en')} orders, ${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'}), ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, load ${(loadavg()[0] ?? 0).toFixed(1)}; browser, API and PostgreSQL together on it`,
  );
  const slow = measured.filter(({ step, ms }) => middle(ms) > step.bar);
  for (const { step, ms } of slow) console.log(`FAIL  ${step.name}: ${middle(ms)} ms, at most ${step.bar}`);
  if (options.json)
    console.log(
      JSON.stringify({
        orders,
        median_ms: Object.fromEntries(measured.map(({ step, ms }) => [step.name, middle(ms)])),
      }),
    );
  return slow.length === 0;
}

/** Whether every sum is had without reading a big table from end to end. */
async function reportSums({ pool }: Database): Promise<boolean> {
  const sums = await askSums(pool);
  for (const { name, ms } of sums) console.log(`overview, ${name}: ${Math.round(ms)} ms`);
  const whole = await readingWholeTables(pool, sums);
  for (const { name } of whole) console.log(`FAIL  overview, ${name}: reads a whole table`);
  return whole.length === 0 || orders < SMALL;
}

async function browse(url: string): Promise<boolean> {
  const database = openDatabase(url, { max: 10, applicationName: 'bench:dashboard' });
  const api = await startApi(database, url);
  const found = await findChromium();
  const browser = await chromium.launch({ executablePath: found.path, args: [...found.args] });
  try {
    await letIn(database);
    const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: 'en-US' });
    const page = await context.newPage();
    await signIn(page, api.url);
    const isQuick = report(await measure(page, api.url));
    return (await reportSums(database)) && isQuick;
  } finally {
    await browser.close();
    await api.stop();
    await database.close();
  }
}

await ensureDashboard();
const tell = (step: string) => progress.status(`making what is around them: ${step}`);
await onGround({ orders, progress, more: (client) => generateAround(client, tell) }, async (url) => {
  process.exitCode = (await browse(url)) ? 0 : 1;
});
