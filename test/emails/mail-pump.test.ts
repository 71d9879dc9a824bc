import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { sql } from 'kysely';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { recordTransition } from '../../src/db/record.ts';
import { confirmWith } from '../../src/domain/accepting.ts';
import { begin } from '../../src/domain/draft.ts';
import { createMailGateway } from '../../src/gateways/mail.ts';
import { messageIdOf, retryAfter } from '../../src/workers/mail-attempt.ts';
import { type MailPump, type MailPumpOptions, startMailPump } from '../../src/workers/mail-pump.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { type MailServer, type MailServerHooks, startMailServer } from './mail-server.ts';
import { BUYER, emailRows, eventually, PLACED_AT, placeOrder, writeDown } from './orders.ts';

const FROM = 'Test Store <orders@store.example>';
const LINK_SECRETS = ['a secret of thirty-two characters, at least'];
const PUBLIC_URL = new URL('http://api.store.example');

let testDatabase: TestDatabase;
let database: Database;
let logged: string;
let toStop: (() => Promise<unknown> | void)[];

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url);
  logged = '';
  toStop = [];
});

afterEach(async () => {
  for (const stop of toStop.reverse()) await stop();
  await database.close();
  await testDatabase.drop();
});

async function listen(hooks: MailServerHooks = {}, port = 0): Promise<MailServer> {
  const server = await startMailServer(hooks, port);
  toStop.push(server.stop);
  return server;
}

function pumpTo(server: { readonly url: URL }, options: Partial<MailPumpOptions> = {}): MailPump {
  const mail = createMailGateway(server.url, FROM);
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      logged += String(chunk);
      done();
    },
  });
  const log = pino({ level: 'trace' }, sink);
  const { db } = database;
  const pump = startMailPump({
    db,
    mail,
    from: FROM,
    publicUrl: PUBLIC_URL,
    linkSecrets: LINK_SECRETS,
    log,
    pauseMs: 20,
    ...options,
  });
  toStop.push(async () => {
    await pump.stop();
    mail.close();
  });
  return pump;
}

function pumpProcess(server: MailServer, leaseSeconds: number): ChildProcess {
  const args = ['--import', 'tsx', join(import.meta.dirname, 'pump-process.ts')];
  const child = spawn(process.execPath, [...args, testDatabase.url, server.url.href, String(leaseSeconds)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  toStop.push(() => kill(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('mail pump', () => {
  test('a recorded transition becomes one mail to the buyer', async () => {
    const server = await listen();
    const pump = pumpTo(server);
    await pump.idle();
    const order = await placeOrder(database.db);
    const { order: confirmed, facts } = confirmWith(begin(order), [], ['Nothing physical to route.'], PLACED_AT + 1000);
    await recordTransition(database.db, order, confirmed, facts);
    const mail = await eventually('the mail arrives', () => server.mails[0]);
    await pump.idle();
    const key = `${order.number}/confirmation/order`;
    expect(await emailRows(database.db)).toEqual([{ key, attempts: 1, error: null, sent: true, gaveUp: false }]);
    expect(server.mails).toHaveLength(1);
    expect(mail).toMatchObject({
      subject: `Your order ${order.number} is confirmed`,
      messageId: messageIdOf(key, FROM, PUBLIC_URL),
      from: { text: '"Test Store" <orders@store.example>' },
      to: { text: BUYER.email },
    });
    expect(mail.text).toContain('Enamel kettle');
    expect(mail.html).toContain('$25.00');
  });

  test('two pumps: each mail once', async () => {
    const server = await listen();
    for (let index = 0; index < 20; index += 1) {
      const { number } = await placeOrder(database.db);
      for (const kind of ['confirmation', 'delivered', 'cancelled'] as const)
        await writeDown(database.db, number, kind);
    }
    const counted: string[] = [];
    const metrics = { count: (kind: string, outcome: string) => void counted.push(`${kind} ${outcome}`) };
    const pumps = [pumpTo(server, { metrics }), pumpTo(server, { metrics })];
    await Promise.all(pumps.map((pump) => pump.idle()));
    // An idle pump knows that nothing is due; the other may still have its last batch in hand.
    await Promise.all(pumps.map((pump) => pump.stop()));
    const rows = await emailRows(database.db);
    expect(rows).toHaveLength(60);
    expect(rows.filter(({ sent, attempts }) => !sent || attempts !== 1)).toEqual([]);
    expect(server.mails).toHaveLength(60);
    expect(new Set(server.mails.map((mail) => mail.messageId))).toEqual(
      new Set(rows.map(({ key }) => messageIdOf(key, FROM, PUBLIC_URL))),
    );
    expect(counted.filter((one) => one === 'delivered sent')).toHaveLength(20);
    expect(counted).toHaveLength(60);
  });

  test('451 is tried again until it is accepted', async () => {
    let asked = 0;
    const server = await listen({ recipient: () => (++asked <= 2 ? 451 : null) });
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'confirmation');
    pumpTo(server, { firstRetrySeconds: 0.05 });
    const [row] = await eventually('the mail is sent', async () => {
      const rows = await emailRows(database.db);
      return rows[0]?.sent === true ? rows : undefined;
    });
    expect(row).toMatchObject({ attempts: 3, error: null, gaveUp: false });
    expect(server.mails).toHaveLength(1);
  });

  test('550 is given up at once, with the reason kept and no personal data in the log', async () => {
    let asked = 0;
    const server = await listen({
      recipient: () => {
        asked += 1;
        return 550;
      },
    });
    const { number } = await placeOrder(database.db);
    const key = await writeDown(database.db, number, 'confirmation');
    const pump = pumpTo(server, { firstRetrySeconds: 0.01 });
    await eventually('the mail is given up', async () =>
      (await emailRows(database.db))[0]?.gaveUp ? true : undefined,
    );
    await pump.idle();
    expect(await emailRows(database.db)).toEqual([
      { key, attempts: 1, error: expect.stringContaining('550'), sent: false, gaveUp: true },
    ]);
    expect([asked, server.mails.length]).toEqual([1, 0]);
    expect(logged).toContain(key);
    expect(logged).not.toMatch(new RegExp([...Object.values(BUYER), 'Enamel'].join('|'), 'i'));
  });

  test('a mail server that is away is asked again, and the log names no address', async () => {
    const first = await listen();
    await first.stop();
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'confirmation');
    pumpTo(first, { firstRetrySeconds: 0.05 });
    const [failed] = await eventually('a try has failed', async () => {
      const rows = await emailRows(database.db);
      return rows[0]?.error == null ? undefined : rows;
    });
    expect(failed).toMatchObject({ error: expect.stringContaining('ECONNREFUSED'), sent: false, gaveUp: false });
    const second = await listen({}, Number(first.url.port));
    await eventually('the mail arrives', () => second.mails[0]);
    expect(logged).toContain('ESOCKET');
    expect(logged).not.toMatch(new RegExp(Object.values(BUYER).join('|'), 'i'));
  });

  test('a mail that cannot be composed is kept for a retry, and does not hold back the others', async () => {
    const server = await listen();
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'shipped', `${number}/9`);
    await writeDown(database.db, number, 'delivered');
    const pump = pumpTo(server);
    await pump.idle();
    expect(await emailRows(database.db)).toMatchObject([
      { key: `${number}/delivered/order`, sent: true },
      { attempts: 1, sent: false, gaveUp: false, error: `${number} has no fulfilment ${number}/9` },
    ]);
  });

  test('stop finishes the batch in hand', async () => {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const server = await listen({ received: () => held });
    for (let index = 0; index < 8; index += 1) {
      const { number } = await placeOrder(database.db);
      await writeDown(database.db, number, 'confirmation');
    }
    const pump = pumpTo(server);
    await eventually('the batch is leased', async () =>
      (await emailRows(database.db)).every(({ attempts }) => attempts === 1) ? true : undefined,
    );
    const stopped = pump.stop();
    await expect(pump.idle()).rejects.toThrow('has been stopped');
    letGo();
    await stopped;
    expect((await emailRows(database.db)).filter(({ sent }) => sent)).toHaveLength(8);
    expect(server.mails).toHaveLength(8);
  });

  test('a mail the server has taken is marked once the database answers again, and not sent twice', async () => {
    const server = await listen({
      received: async () => {
        await sql`alter table email rename to email_away`.execute(database.db);
      },
    });
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'confirmation');
    const pump = pumpTo(server);
    await eventually('the mail arrives', () => server.mails[0]);
    await sql`alter table email_away rename to email`.execute(database.db);
    await pump.idle();
    expect(await emailRows(database.db)).toMatchObject([{ attempts: 1, sent: true, error: null }]);
    expect(server.mails).toHaveLength(1);
  });

  test('a failed try that could not be written down at once is tried again soon, not when its lease ends', async () => {
    let asked = 0;
    const server = await listen({
      recipient: async () => {
        if (++asked > 1) return null;
        await sql`alter table email rename to email_away`.execute(database.db);
        return 451;
      },
    });
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'confirmation');
    pumpTo(server, { firstRetrySeconds: 0.05 });
    await eventually('the server has said no', () => (asked === 1 ? true : undefined));
    await eventually('the pump could not write that down', () => (logged.includes('451') ? true : undefined));
    await sql`alter table email_away rename to email`.execute(database.db);
    await eventually('the mail arrives', () => server.mails[0]);
    await eventually('the mail is marked', async () => ((await emailRows(database.db))[0]?.sent ? true : undefined));
    expect(await emailRows(database.db)).toMatchObject([{ attempts: 2, sent: true }]);
  });
});

describe('a pump that is killed', () => {
  test('before the server took the mail: another sends it after the lease', async () => {
    let asked = 0;
    const server = await listen({ recipient: () => (++asked === 1 ? new Promise<never>(() => undefined) : null) });
    const { number } = await placeOrder(database.db);
    await writeDown(database.db, number, 'confirmation');
    const child = pumpProcess(server, 2);
    await eventually('the first pump asks the server', () => (asked === 1 ? true : undefined));
    await kill(child);
    const pump = pumpTo(server);
    await pump.idle();
    expect(await emailRows(database.db)).toMatchObject([{ attempts: 1, sent: false }]); // still leased
    await eventually('the mail arrives', () => server.mails[0]);
    await pump.idle();
    expect(await emailRows(database.db)).toMatchObject([{ attempts: 2, sent: true }]);
    expect(server.mails).toHaveLength(1);
  });

  test('between the 250 and the mark: the mail comes again, under the same Message-ID', async () => {
    const holder = await database.pool.connect();
    toStop.push(() => holder.release());
    const server = await listen({
      received: async () => {
        if (server.mails.length > 0) return;
        // The mark of the pump waits behind this lock, so that the kill always comes before it.
        await holder.query('begin');
        await holder.query('select 1 from email for update');
      },
    });
    const { number } = await placeOrder(database.db);
    const key = await writeDown(database.db, number, 'confirmation');
    const child = pumpProcess(server, 2);
    await eventually('the mail arrives', () => server.mails[0]);
    await eventually('the pump wants to mark it', async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
      return rows[0];
    });
    await kill(child);
    // Else the database would still carry out the mark that it was sent before the kill.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
    await holder.query('rollback');
    pumpTo(server);
    await eventually('it arrives again', () => server.mails[1]);
    expect(server.mails.map((mail) => mail.messageId)).toEqual(Array(2).fill(messageIdOf(key, FROM, PUBLIC_URL)));
  });
});

test('retries: ten seconds, doubled up to an hour, for three days', () => {
  const pauses: number[] = [];
  for (let pause = retryAfter(1); pause !== null; pause = retryAfter(pauses.length + 1)) pauses.push(pause);
  expect(pauses.slice(0, 10)).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
  const total = pauses.reduce((sum, pause) => sum + pause, 0);
  expect(total).toBeLessThanOrEqual(3 * 86_400);
  expect(total).toBeGreaterThan(3 * 86_400 - 3600);
  expect(retryAfter(10_000)).toBeNull();
});

describe('Message-ID', () => {
  test('is the same for the same mail and differs between mails', () => {
    expect(messageIdOf('a', FROM, PUBLIC_URL)).toBe(messageIdOf('a', FROM, PUBLIC_URL));
    expect(messageIdOf('a', FROM, PUBLIC_URL)).not.toBe(messageIdOf('b', FROM, PUBLIC_URL));
  });
  test.each([
    ['Store <orders@store.example>', 'store.example'],
    ['orders@mail.store.example', 'mail.store.example'],
    ['orders', 'api.store.example'],
  ])('MAIL_FROM %s: %s', (from, host) => {
    expect(messageIdOf('a', from, PUBLIC_URL)).toMatch(new RegExp(`^<[0-9a-f]{32}@${host}>$`));
  });
});
