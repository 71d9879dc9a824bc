import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createControl } from '../../sandbox/control.ts';
import type { Exchange } from '../../sandbox/sandbox.ts';
import { readSettings } from '../../sandbox/settings.ts';
import { shippoAt, stripeAt } from './clients.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'sandbox', 'main.ts');
const FREE_PORTS = {
  SANDBOX_STRIPE_PORT: '0',
  SANDBOX_SHIPPO_PORT: '0',
  SANDBOX_WEB_PORT: '0',
  SANDBOX_SMTP_PORT: '0',
};

interface Urls {
  readonly stripeUrl: string;
  readonly shippoUrl: string;
  readonly smtpUrl: string;
  readonly webUrl: string;
}

let folder: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(environment: NodeJS.ProcessEnv): ChildProcess {
  const env = { ...process.env, NODE_ENV: 'development', ...FREE_PORTS, ...environment };
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)));

/** Its addresses, once it says it is ready. */
function ready(child: ChildProcess): Promise<Urls> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('\n')) resolve(JSON.parse(output.slice(0, output.indexOf('\n'))) as Urls);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.once('close', (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
}

async function refusal(environment: NodeJS.ProcessEnv): Promise<{ code: number | null; message: string }> {
  const child = start(environment);
  let message = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    message += chunk.toString('utf8');
  });
  return { code: await ended(child), message };
}

describe('the process', { timeout: 90_000 }, () => {
  test('keeps payments, parcels, mails and what is still to happen over a restart', async () => {
    const environment = { SANDBOX_STATE_FILE: join(folder, 'deep', 'state.json') };
    const first = start(environment);
    const before = await ready(first);
    const stripe = stripeAt(before.stripeUrl);
    const key = { idempotencyKey: 'order-1' };
    const params = { amount: 2_000, currency: 'usd', confirm: true, return_url: 'https://shop.example/' } as const;
    const paid = await stripe.paymentIntents.create({ ...params, payment_method: 'pm_card_pendingRefund' }, key);
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 500 });
    await shippoAt(before.shippoUrl).trackingStatus.create({ carrier: 'ups', trackingNumber: '1Z1' });
    const mail = nodemailer.createTransport(before.smtpUrl);
    await mail.sendMail({
      from: 'a@example.com',
      to: 'b@example.com',
      subject: 'Hello',
      text: 'x',
      messageId: '<1@x>',
    });
    mail.close();
    const ledger = await createControl(before.webUrl).ledger();
    const stopped = ended(first);
    first.kill('SIGTERM');
    expect(await stopped).toBe(0);

    const second = start(environment);
    const after = await ready(second);
    const control = createControl(after.webUrl);
    expect(await control.ledger()).toEqual(ledger);
    expect((await control.parcels()).map((parcel) => parcel.tracking_number)).toEqual(['1Z1']);
    const again = stripeAt(after.stripeUrl);
    const replayed = await again.paymentIntents.create({ ...params, payment_method: 'pm_card_pendingRefund' }, key);
    expect(replayed.id).toBe(paid.id);
    await control.settle();
    expect((await again.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect((await again.events.list({ limit: 100 })).data.map(({ type }) => type)).toContain(
      'payment_intent.succeeded',
    );
  });

  test('keeps them also when it is killed, as soon as they are a moment old', async () => {
    const file = join(folder, 'state.json');
    const child = start({ SANDBOX_STATE_FILE: file });
    const { stripeUrl } = await ready(child);
    const intent = await stripeAt(stripeUrl).paymentIntents.create({ amount: 900, currency: 'usd' });
    const deadline = Date.now() + 10_000;
    const saved = (): Promise<string> => readFile(file, 'utf8').catch(() => '');
    while (!(await saved()).includes(intent.id)) {
      if (Date.now() > deadline) throw new Error('Not saved within 10 s.');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGKILL');
    const second = await ready(start({ SANDBOX_STATE_FILE: file }));
    expect((await stripeAt(second.stripeUrl).paymentIntents.retrieve(intent.id)).amount).toBe(900);
  });

  test('writes down what was said when asked to', async () => {
    const file = join(folder, 'exchanges.jsonl');
    const { stripeUrl } = await ready(start({ SANDBOX_RECORD_FILE: file }));
    await stripeAt(stripeUrl).paymentIntents.create({ amount: 900, currency: 'usd' });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Exchange)).toMatchObject([
      { service: 'stripe', route: 'POST /v1/payment_intents', requestBody: 'amount=900&currency=usd', status: 200 },
    ]);
  });

  test('refuses production, wrong settings, a broken state file and a port in use, and says what to do', async () => {
    const production = await refusal({ NODE_ENV: 'production' });
    expect(production).toMatchObject({ code: 1, message: expect.stringContaining('NODE_ENV=production') });
    const file = join(folder, 'broken.json');
    await writeFile(file, '{"version":');
    const broken = await refusal({ SANDBOX_STATE_FILE: file });
    expect(broken.message).toContain(`${file} is no snapshot of the sandbox; delete it`);
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = await refusal({ SANDBOX_SMTP_PORT: String(port) });
    expect(taken).toMatchObject({ code: 1, message: expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`) });
    other.close();
  });
});

describe('its settings', () => {
  test('have the documented ports, and take an empty variable for none', () => {
    expect(readSettings({ SANDBOX_STRIPE_WEBHOOK_URL: '' })).toMatchObject({
      stripePort: 4010,
      shippoPort: 4011,
      webPort: 4012,
      smtpPort: 4025,
      stripeWebhookUrl: undefined,
      autoAdvanceSeconds: 0,
    });
    const events = { SANDBOX_STRIPE_WEBHOOK_EVENTS: 'payment_intent.*, charge.dispute.created' };
    expect(readSettings(events).stripeWebhookEvents).toEqual(['payment_intent.*', 'charge.dispute.created']);
  });

  test('name every variable that is wrong', () => {
    const wrong = {
      SANDBOX_WEB_PORT: '99999',
      SANDBOX_STRIPE_WEBHOOK_SECRET: 'secret',
      SANDBOX_AUTO_ADVANCE_SECONDS: '-1',
    };
    expect(() => readSettings(wrong)).toThrow(
      /SANDBOX_WEB_PORT[^]*SANDBOX_STRIPE_WEBHOOK_SECRET[^]*SANDBOX_AUTO_ADVANCE_SECONDS/,
    );
  });
});
