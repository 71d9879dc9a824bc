import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { escalationFrom } from '../../src/contracts/policy.ts';
import type { Db } from '../../src/db/database.ts';
import { leaseDigest, noteDigestFailed, noteDigestSent, writeDigests } from '../../src/db/exception-digests.ts';
import { openExceptions, resolvedExceptions } from '../../src/db/exception-statistics.ts';
import { type ExceptionFilter, listExceptions } from '../../src/db/exceptions.ts';
import { insertPerson } from '../../src/db/people.ts';
import { EXCEPTIONS } from '../../src/domain/exceptions.ts';
import { EXCEPTION_KINDS } from '../../src/domain/order.ts';
import { listed, shopWith } from './listed-orders.ts';
import { queue, toldOf } from './queued-exceptions.ts';

const A = 'ORD-AAAA000001';
const B = 'ORD-BBBB000002';
let shop: { db: Db; drop(): Promise<void> };
let db: Db;
beforeAll(async () => {
  shop = await shopWith([listed(A, { name: 'Ana', totalMinor: 1250 }), listed(B, { store: 'outlet' })]);
  db = shop.db;
});
afterAll(() => shop.drop());
beforeEach(async () => {
  await sql`truncate exception, exception_digest restart identity`.execute(db);
});

const ids = async (filter: ExceptionFilter & { sort?: 'opened' | 'due' }) =>
  (await listExceptions(db, { ...filter, limit: 50 })).map(({ id }) => id.split('/')[1]);

describe('the list', () => {
  beforeEach(() =>
    queue(db, [
      { id: `${A}/x1`, kind: 'stock_out', opened: -30, claimedBy: 'key_me', claimedUntil: 1 },
      { id: `${A}/x2`, kind: 'unforeseen', opened: -20, claimedBy: 'key_other', claimedUntil: 1 },
      { id: `${A}/x3`, kind: 'dispute', opened: -40, claimedBy: 'key_me', claimedUntil: -1 },
      { id: `${B}/x4`, kind: 'stock_out', opened: -10 },
      { id: `${B}/x5`, kind: 'stock_out', opened: -50, resolved: -1, resolution: 'retry' },
      { id: `${B}/x6`, kind: 'stock_out', opened: -50, resolved: -49, resolution: 'retry' },
    ]),
  );

  test.each<[string, ExceptionFilter & { sort?: 'opened' | 'due' }, string[]]>([
    ['open, by opening', { status: 'open' }, ['x3', 'x1', 'x2', 'x4']],
    ['open, by falling due', { status: 'open', sort: 'due' }, ['x2', 'x1', 'x4', 'x3']],
    ['overdue', { status: 'open', overdue: true }, ['x1', 'x2']],
    ['not overdue', { status: 'open', overdue: false }, ['x3', 'x4']],
    ['resolved too late', { status: 'resolved', overdue: true }, ['x5']],
    ['of a severity', { status: 'open', severity: 'critical' }, ['x3', 'x2']],
    ['of a kind', { status: 'open', kind: 'stock_out' }, ['x1', 'x4']],
    ['held by me, and not lapsed', { status: 'open', claimed: { by: 'key_me' } }, ['x1']],
    ['held by nobody, or lapsed', { status: 'open', claimed: 'none' }, ['x3', 'x4']],
    ['not held by another', { status: 'open', notHeldFrom: 'key_me' }, ['x3', 'x1', 'x4']],
    ['of an order', { order: B, status: 'open' }, ['x4']],
    ['of a store', { store: 'main', status: 'open' }, ['x3', 'x1', 'x2']],
  ])('%s', async (_, filter, found) => {
    expect(await ids(filter)).toEqual(found);
  });

  test.each(['opened', 'due'] as const)('in pages by %s covers each once', async (sort) => {
    const found: string[] = [];
    for (let after: [string, string] | undefined; ; ) {
      const [row] = await listExceptions(db, { status: 'open', sort, after, limit: 1 });
      if (row === undefined) break;
      found.push(row.id.split('/')[1] ?? '');
      after = [(sort === 'due' ? row.dueAt : row.openedAt).toISOString(), row.id];
    }
    expect(found).toEqual(await ids({ status: 'open', sort }));
  });

  test('a row knows its order', async () => {
    const [row] = await listExceptions(db, { order: A, kind: 'stock_out', limit: 1 });
    expect(row).toMatchObject({ store: 'main', customerName: 'Ana', currency: 'USD', totalMinor: 1250, overdue: true });
  });
});

describe('the migration', () => {
  test('gives every row the time of its kind, and goes back', async () => {
    const file = new URL('../../src/db/migrations/0006_exceptions_due.sql', import.meta.url);
    const [up = '', down = ''] = (await readFile(file, 'utf8')).split('-- Down Migration');
    const kinds = EXCEPTION_KINDS.filter((kind) => up.includes(`'${kind}'`));
    expect(kinds.length).toBeGreaterThan(10);
    const undone = new Error('later migrations stand on what it made');
    const tried = db.transaction().execute(async (trx) => {
      await queue(
        trx,
        kinds.map((kind, index) => ({ id: `${A}/x${index}`, kind, opened: -index })),
      );
      await sql.raw(down).execute(trx);
      await sql.raw(up).execute(trx);
      const { rows } = await sql<{ kind: string; hours: number }>`
        select kind, (extract(epoch from due_at - opened_at) / 3600)::float8 as hours from exception`.execute(trx);
      expect(Object.fromEntries(rows.map(({ kind, hours }) => [kind, hours]))).toEqual(
        Object.fromEntries(kinds.map((kind) => [kind, EXCEPTIONS[kind].dueHours])),
      );
      throw undone;
    });
    await expect(tried).rejects.toBe(undone);
  });
});

describe('digests', () => {
  const digests = async () => {
    const { rows } = await sql<{ store: string; reminders: string[]; escalations: string[] }>`
      select store, reminders, escalations from exception_digest order by id`.execute(db);
    return rows.toSorted((a, b) => a.store.localeCompare(b.store));
  };

  const recipients = async () => {
    const { rows } = await sql<{ store: string; address: string | null; told: string[] }>`
      select store, address, reminders || escalations as told from exception_digest order by id`.execute(db);
    return rows;
  };

  test('tell of what is past half of its time and held by nobody, and of all that is overdue, once', async () => {
    await queue(db, [
      { id: `${A}/x1`, opened: -11 },
      { id: `${A}/x2`, opened: -13 },
      { id: `${A}/x3`, opened: -13, claimedBy: 'key', claimedUntil: 1 },
      { id: `${A}/x4`, opened: -13, claimedBy: 'key', claimedUntil: -1 },
      { id: `${A}/x5`, opened: -25, claimedBy: 'key', claimedUntil: 1 },
      { id: `${A}/x6`, opened: -25, resolved: 0 },
      { id: `${B}/x7`, opened: -25 },
    ]);
    expect(await writeDigests(db, 0)).toBe(2);
    expect(await digests()).toEqual([
      { store: 'main', reminders: [`${A}/x2`, `${A}/x4`], escalations: [`${A}/x5`] },
      { store: 'outlet', reminders: [], escalations: [`${B}/x7`] },
    ]);
    expect(await toldOf(db)).toEqual({
      [`${A}/x2`]: 'reminded',
      [`${A}/x4`]: 'reminded',
      [`${A}/x5`]: 'escalated',
      [`${B}/x7`]: 'escalated',
    });
    expect(await writeDigests(db, 0)).toBe(0);
  });

  test('escalate what they reminded of, and remind no more', async () => {
    await queue(db, [{ id: `${A}/x1`, opened: -13 }]);
    expect(await writeDigests(db, 0)).toBe(1);
    await sql`update exception set due_at = now() - interval '1 second'`.execute(db);
    expect(await writeDigests(db, 0)).toBe(1);
    expect(await writeDigests(db, 0)).toBe(0);
    expect(await toldOf(db)).toEqual({ [`${A}/x1`]: 'reminded escalated' });
  });

  const later = escalationFrom({
    escalation: [
      { after: 'PT0S', to: ['holder'] },
      { after: 'PT4H', to: ['owners', 'boss@store.example'], severities: ['high'] },
      { after: 'P1D', to: ['staff'] },
    ],
  });

  test('follow the steps of the store, each once, and begin anew when it is opened again', async () => {
    const written = () => writeDigests(db, 0, new Map([['main', later]]));
    await queue(db, [
      { id: `${A}/x1`, opened: -25 },
      { id: `${B}/x2`, opened: -25 },
    ]);
    // The step goes to whoever holds it: nobody does, so the desk is told. The other store has the default.
    expect(await written()).toBe(2);
    expect(await toldOf(db)).toEqual({ [`${A}/x1`]: 'escalated', [`${B}/x2`]: 'escalated' });
    expect(await written()).toBe(0);
    const dueAgo = (hours: number) =>
      sql`update exception set due_at = now() - make_interval(hours => ${hours}) where id = ${`${A}/x1`}`.execute(db);
    await dueAgo(5);
    expect(await written()).toBe(1);
    await dueAgo(25);
    expect(await Promise.all([written(), written(), written()])).toContain(1);
    expect(await written()).toBe(0);
    expect(await recipients()).toEqual([
      { store: 'main', address: null, told: [`${A}/x1`] },
      { store: 'outlet', address: null, told: [`${B}/x2`] },
      { store: 'main', address: 'boss@store.example', told: [`${A}/x1`] },
      { store: 'main', address: null, told: [`${A}/x1`] },
    ]);
    // As a build of before this column does it.
    await sql`update exception set reminded_at = null, escalated_at = null where id = ${`${A}/x1`}`.execute(db);
    expect(await written()).toBe(2);
  });

  test('of an earlier build count as told', async () => {
    await queue(db, [
      { id: `${A}/x1`, opened: -13 },
      { id: `${A}/x2`, opened: -25 },
    ]);
    await sql`update exception set reminded_at = now() where id = ${`${A}/x1`}`.execute(db);
    await sql`update exception set escalated_at = now() where id = ${`${A}/x2`}`.execute(db);
    expect(await writeDigests(db, 0)).toBe(0);
    await sql`update exception set due_at = now() - interval '1 second' where id = ${`${A}/x1`}`.execute(db);
    expect(await writeDigests(db, 0)).toBe(1);
    expect((await recipients()).at(-1)?.told).toEqual([`${A}/x1`]);
  });

  test('go to the owners who sign in and to the person who holds it, each in one mail and their own language', async () => {
    const person = { scopes: [], seller: null };
    for (const [id, role, locale] of [
      ['ana', 'owner', 'pt-BR'],
      ['gone', 'owner', 'en'],
      ['ben', 'staff', 'en'],
    ] as const)
      await db
        .transaction()
        .execute((trx) => insertPerson(trx, { ...person, id, name: id, email: `${id}@store.example`, role, locale }));
    await sql`update person set disabled = true where id = 'gone'`.execute(db);
    await queue(db, [
      { id: `${A}/x1`, opened: -30, claimedBy: 'ben', claimedUntil: 1 },
      { id: `${A}/x2`, opened: -30, claimedBy: 'ben', claimedUntil: -1 },
      { id: `${A}/x3`, opened: -30, claimedBy: 'key_program', claimedUntil: 1 },
    ]);
    const steps = escalationFrom({ escalation: [{ after: 'PT0S', to: ['owners', 'holder', 'ana@store.example'] }] });
    expect(await writeDigests(db, 0, new Map([['main', steps]]))).toBe(2);
    const all = [`${A}/x1`, `${A}/x2`, `${A}/x3`];
    expect((await recipients()).toSorted((a, b) => (a.address ?? '').localeCompare(b.address ?? ''))).toEqual([
      { store: 'main', address: 'ana@store.example', told: all },
      { store: 'main', address: 'ben@store.example', told: [`${A}/x1`] },
    ]);
    expect((await leaseDigest(db, 60))?.locale).toMatch(/^(pt-BR|en)$/);
    await sql`delete from person`.execute(db);
  });

  test('are one for hundreds, by however many sweeps at once', async () => {
    await queue(
      db,
      Array.from({ length: 400 }, (_, index) => ({ id: `${A}/x${index}`, opened: -30 })),
    );
    const written = await Promise.all([1, 2].map(() => writeDigests(db, 0)));
    expect(written.reduce((sum, count) => sum + count)).toBe(1);
    const [digest] = await digests();
    expect(new Set(digest?.escalations).size).toBe(400);
  });

  test('leave a store that had one just now in peace, and nobody else', async () => {
    await queue(db, [{ id: `${A}/x1`, opened: -30 }]);
    expect(await writeDigests(db, 900)).toBe(1);
    await queue(db, [
      { id: `${A}/x2`, opened: -30 },
      { id: `${B}/x3`, opened: -30 },
    ]);
    expect(await writeDigests(db, 900)).toBe(1);
    expect(Object.keys(await toldOf(db)).toSorted()).toEqual([`${A}/x1`, `${B}/x3`]);
    await sql`update exception_digest set created_at = now() - interval '16 minutes'`.execute(db);
    expect(await writeDigests(db, 900)).toBe(1);
  });

  test('are leased to one; when it dies the next takes over; sent or given up they are nobody’s', async () => {
    await queue(db, [{ id: `${A}/x1`, opened: -30 }]);
    await writeDigests(db, 0);
    const first = await leaseDigest(db, 60);
    expect(first).toMatchObject({ store: 'main', escalations: [`${A}/x1`], attempts: 1 });
    expect(await leaseDigest(db, 60)).toBeNull();
    await sql`update exception_digest set due_at = now() - interval '1 second'`.execute(db);
    const second = await leaseDigest(db, 0);
    expect(second).toEqual({ ...first, attempts: 2 });
    await noteDigestFailed(db, second?.id ?? 0, 'no route', 0);
    expect((await leaseDigest(db, 0))?.attempts).toBe(3);
    await noteDigestSent(db, second?.id ?? 0);
    expect(await leaseDigest(db, 0)).toBeNull();
    await sql`update exception_digest set sent_at = null`.execute(db);
    await noteDigestFailed(db, second?.id ?? 0, 'no such mailbox', null);
    expect(await leaseDigest(db, 0)).toBeNull();
  });
});

describe('statistics', () => {
  test('count what is open by kind', async () => {
    await queue(db, [
      { id: `${A}/x1`, opened: -30 },
      { id: `${A}/x2`, opened: -2, claimedBy: 'key', claimedUntil: 1 },
      { id: `${A}/x3`, kind: 'dispute', opened: -1 },
      { id: `${A}/x4`, kind: 'dispute', opened: -1, resolved: 0 },
    ]);
    const counts = await openExceptions(db);
    expect(counts).toMatchObject([
      { kind: 'dispute', severity: 'critical', open: 1, overdue: 0, claimed: 0 },
      { kind: 'stock_out', severity: 'high', open: 2, overdue: 1, claimed: 1 },
    ]);
    expect(Math.round((Date.now() - (counts[1]?.oldest.getTime() ?? 0)) / 3_600_000)).toBe(30);
  });

  test('say how long the last thirty days took, all together, by kind and by resolution', async () => {
    const resolved = Array.from({ length: 9 }, (_, index) => ({
      id: `${A}/x${index}`,
      opened: -20 - (index + 1),
      resolved: -20,
      resolution: index < 6 ? 'retry' : 'cancel_order',
    }));
    await queue(db, [
      ...resolved,
      { id: `${A}/x20`, kind: 'fraud', opened: -20 - 11, resolved: -20, resolution: 'approve' },
      { id: `${A}/x30`, kind: 'fraud', opened: -1000, resolved: -31 * 24, resolution: 'reject' },
      { id: `${A}/x40`, kind: 'fraud' },
    ]);
    const rows = await resolvedExceptions(db, 30);
    const hours = ({ median, p90, ...row }: (typeof rows)[number]) => ({
      ...row,
      hours: [median, p90].map((seconds) => Math.round(seconds / 36) / 100),
    });
    expect(rows.map(hours)).toEqual([
      { kind: 'fraud', resolution: null, resolved: 1, hours: [11, 11] },
      { kind: 'stock_out', resolution: null, resolved: 9, hours: [5, 8.2] },
      { kind: null, resolution: 'approve', resolved: 1, hours: [11, 11] },
      { kind: null, resolution: 'cancel_order', resolved: 3, hours: [8, 8.8] },
      { kind: null, resolution: 'retry', resolved: 6, hours: [3.5, 5.5] },
      { kind: null, resolution: null, resolved: 10, hours: [5.5, 9.2] },
    ]);
  });

  test('of an empty queue are zero', async () => {
    expect(await openExceptions(db)).toEqual([]);
    expect(await resolvedExceptions(db, 30)).toEqual([
      { kind: null, resolution: null, resolved: 0, median: 0, p90: 0 },
    ]);
  });

  test('and the queue are found by indexes among many', async () => {
    await queue(
      db,
      Array.from({ length: 3000 }, (_, index) => ({
        id: `${A}/x${index}`,
        opened: -2000 + index / 2,
        ...(index % 300 === 0 ? {} : { resolved: -1900 + index / 2, resolution: 'retry' }),
      })),
    );
    await sql`analyze exception`.execute(db);
    const plan = async (query: string) =>
      JSON.stringify((await sql.raw(`explain (format json) ${query}`).execute(db)).rows);
    const recent = "select * from exception where status = 'resolved' and resolved_at > now() - interval '3 days'";
    expect(await plan(recent)).toContain('exception_resolved');
    const queued = "select * from exception where status = 'open' order by due_at, id limit 5";
    expect(await plan(queued)).toContain('exception_open_by_due');
  });
});
