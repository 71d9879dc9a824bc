import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { putStore } from '../../src/db/catalogue.ts';
import type { Db } from '../../src/db/database.ts';
import { closeExceptionOfNoOrder, openExceptionOfNoOrder, reopenExceptionOfNoOrder } from '../../src/db/exceptions.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import { createMailGateway } from '../../src/gateways/mail.ts';
import { startExceptionSweep } from '../../src/workers/exception-sweep.ts';
import type { Pump } from '../../src/workers/pump.ts';
import { listed, shopWith } from '../db/listed-orders.ts';
import { queue } from '../db/queued-exceptions.ts';
import { eventually } from './orders.ts';

const A = 'ORD-AAAA000001';
const B = 'ORD-BBBB000002';
const FROM = 'Test Store <orders@store.example>';
let shop: { db: Db; drop(): Promise<void> };
let db: Db;
let sandbox: Sandbox;
let control: Control;
let mail: ReturnType<typeof createMailGateway>;
const sweeps: Pump[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  control = createControl(sandbox.webUrl);
  mail = createMailGateway(new URL(sandbox.smtpUrl), FROM);
  shop = await shopWith([listed(A, { totalMinor: 1250 }), listed(B, { store: 'outlet' })]);
  db = shop.db;
});
afterAll(async () => {
  mail.close();
  await sandbox.stop();
  await shop.drop();
});
beforeEach(async () => {
  await control.reset();
  await sql`truncate exception, exception_digest restart identity`.execute(db);
});
afterEach(async () => {
  await Promise.all(sweeps.splice(0).map((sweep) => sweep.stop()));
});

const sweep = (staffEmail?: string, through: Pick<typeof mail, 'send'> = mail): Pump => {
  const publicUrl = new URL('https://orders.example');
  const log = pino({ level: 'silent' });
  const paces = { pauseMs: 20, firstRetrySeconds: 0.05 };
  const pump = startExceptionSweep({ db, mail: through, from: FROM, publicUrl, staffEmail, log, ...paces });
  sweeps.push(pump);
  return pump;
};

/** Waits until every digest is sent or given up; gives what became of them. */
const settled = (digests: number) =>
  eventually(`${digests} digests`, async () => {
    const { rows } = await sql<{ attempts: number; sent: boolean; error: string | null }>`
      select attempts, sent_at is not null as sent, last_error as error from exception_digest
       where sent_at is not null or gave_up_at is not null order by id`.execute(db);
    return rows.length === digests ? rows : undefined;
  });

test('hundreds are one mail to each store, with the gravest first and what it costs to wait', async () => {
  await queue(db, [
    ...Array.from({ length: 120 }, (_, index) => ({ id: `${A}/x${index}`, opened: -30 })),
    { id: `${A}/x900`, kind: 'unforeseen' as const, opened: -5 },
    { id: `${A}/x901`, opened: -13 },
    { id: `${B}/x1`, opened: -30 },
  ]);
  sweep('desk@store.example');
  await settled(2);
  const mails = await control.mails({ to: 'desk@store.example' });
  expect(mails.map(({ subject }) => subject).toSorted()).toEqual([
    'main: 121 exceptions are overdue, 1 exception waits for somebody',
    'outlet: 1 exception is overdue',
  ]);
  const { text, html } = await control.mail(mails.find(({ subject }) => subject.startsWith('main'))?.id ?? 0);
  expect(text?.indexOf(`${A}/x900 critical: ${EXCEPTIONS.unforeseen.title}`)).toBeGreaterThan(0);
  expect(text?.indexOf(`${A}/x900`)).toBeLessThan(text?.indexOf(`${A}/x0 `) ?? 0);
  expect(text).toContain('And 71 more in the queue.');
  expect(text).toContain(`${A}/x901 high`);
  expect(text).toContain('Order total 12.50 USD');
  for (const body of [text, html]) expect(body).toContain(EXCEPTIONS.unforeseen.costOfWaiting);
  expect(text).not.toMatch(/Ada Private|ada\.private/);
});

test('without a staff address the support address of the store is written to', async () => {
  await queue(db, [{ id: `${B}/x1`, opened: -30 }]);
  sweep();
  await settled(1);
  expect(await control.mails({ to: 'support@store.example' })).toHaveLength(1);
});

test('a store says who is told and when; what is about no order goes by the oldest store, and a change holds at once', async () => {
  const set = (policy: object) =>
    putStore(db, { code: 'main', name: 'main', supportEmail: 'support@store.example', policy });
  await set({ escalation: [{ after: 'P1D', to: ['late@store.example'] }] });
  const about = {
    kind: 'books_disagree',
    lane: 'books:stock',
    summary: 'MUG at WEST: 3 units are missing.',
    context: {},
  } as const;
  const id = await openExceptionOfNoOrder(db, about);
  await queue(db, [
    { id: `${A}/x1`, opened: -25 },
    { id: `${A}/x2`, opened: -50 },
  ]);
  await sql`update exception set due_at = now() - interval '25 hours' where id = ${id}`.execute(db);
  sweep('desk@store.example');
  await settled(1);
  const [first] = await control.mails({ to: 'late@store.example' });
  expect(first?.subject).toBe('main: 2 exceptions are overdue');
  const { text } = await control.mail(first?.id ?? 0);
  for (const told of [id, `${A}/x2`]) expect(text).toContain(told);
  expect(text).not.toContain(`${A}/x1`);
  expect(await control.mails({ to: 'desk@store.example' })).toEqual([]);
  await sql`update exception_digest set created_at = now() - interval '16 minutes'`.execute(db);
  await set({ escalation: [{ before: 'PT1H', to: ['staff'] }] });
  await settled(2);
  const [second] = await control.mails({ to: 'desk@store.example' });
  expect((await control.mail(second?.id ?? 0)).text).toContain(`${A}/x1`);
  await set({});
});

test('what is about no order falls due by the policy of the oldest store, also when it is opened again', async () => {
  const set = (policy: object) =>
    putStore(db, { code: 'main', name: 'main', supportEmail: 'support@store.example', policy });
  const about = { kind: 'books_disagree', lane: 'books:stock', summary: 'MUG at WEST.', context: {} } as const;
  const hours = async (id: string, from: 'opened_at' | 'now()'): Promise<number> => {
    const { rows } = await sql<{ hours: number }>`
      select extract(epoch from due_at - ${sql.raw(from)})::float8 / 3600 as hours from exception where id = ${id}`.execute(
      db,
    );
    return rows[0]?.hours ?? 0;
  };
  expect(await hours(await openExceptionOfNoOrder(db, about), 'opened_at')).toBe(24);
  await set({ exception_due: { books_disagree: 'PT90M' } });
  const id = await openExceptionOfNoOrder(db, about);
  expect(await hours(id, 'opened_at')).toBe(1.5);
  await set({ exception_due: { books_disagree: 'P1W' } });
  await closeExceptionOfNoOrder(db, id, { by: 'owner:key', resolution: 'close', note: null });
  expect(await reopenExceptionOfNoOrder(db, { id, kind: 'books_disagree' }, 'not so')).toBe(true);
  expect(await hours(id, 'now()')).toBeCloseTo(168, 1);
  await set({});
});

test('what is resolved before the mail goes out is not told of', async () => {
  await queue(db, [{ id: `${A}/x1`, opened: -30, resolved: -1 }]);
  await sql`insert into exception_digest (store, reminders, escalations) values ('main', '{}', ${[`${A}/x1`]})`.execute(
    db,
  );
  sweep('desk@store.example');
  expect(await settled(1)).toEqual([{ attempts: 1, sent: true, error: null }]);
  expect(await control.mails({ to: 'desk@store.example' })).toEqual([]);
});

test('a mail server that is away costs no mail: it is sent later, once, with the same Message-ID', async () => {
  await queue(db, [{ id: `${A}/x1`, opened: -30 }]);
  const tried: string[] = [];
  sweep('desk@store.example', {
    send: (message) => {
      tried.push(message.messageId);
      return tried.length < 3 ? Promise.reject(new Error('connect ECONNREFUSED')) : mail.send(message);
    },
  });
  expect(await settled(1)).toEqual([{ attempts: 3, sent: true, error: null }]);
  expect(tried).toHaveLength(3);
  expect(new Set(tried).size).toBe(1);
  expect(await control.mails({ to: 'desk@store.example' })).toHaveLength(1);
});

test('a worker that dies with a digest in hand leaves it to the next', async () => {
  await queue(db, [{ id: `${A}/x1`, opened: -30 }]);
  let die: (reason: Error) => void = () => {};
  const hung = sweep('desk@store.example', { send: () => new Promise<void>((_, reject) => (die = reject)) });
  await eventually('a lease', async () => {
    const { rows } = await sql`select 1 from exception_digest where attempts = 1`.execute(db);
    return rows.length === 1 ? true : undefined;
  });
  await sql`update exception_digest set due_at = now()`.execute(db);
  sweep('desk@store.example');
  expect((await settled(1))[0]?.attempts).toBeGreaterThanOrEqual(2);
  expect(await control.mails({ to: 'desk@store.example' })).toHaveLength(1);
  const stopping = hung.stop();
  die(new Error('gone'));
  await stopping;
});

test('two sweeps send one mail', async () => {
  await queue(
    db,
    Array.from({ length: 50 }, (_, index) => ({ id: `${A}/x${index}`, opened: -30 })),
  );
  sweep('desk@store.example');
  sweep('desk@store.example');
  await settled(1);
  expect(await control.mails({ to: 'desk@store.example' })).toHaveLength(1);
});
