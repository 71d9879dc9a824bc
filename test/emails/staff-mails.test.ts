import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Control, createControl } from '../../sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { putLocation, putProduct, putStore } from '../../src/db/catalogue.ts';
import { type Db, json } from '../../src/db/database.ts';
import { insertPerson } from '../../src/db/people.ts';
import { writeSellerReminders } from '../../src/db/seller-reminders.ts';
import { adjust, setThresholds } from '../../src/db/stock.ts';
import { renderDigest } from '../../src/emails/exception-digest.ts';
import { createMailGateway } from '../../src/gateways/mail.ts';
import { startOrderNoticeSweep } from '../../src/workers/order-notice-sweep.ts';
import type { Pump } from '../../src/workers/pump.ts';
import { startSellerReminderSweep } from '../../src/workers/seller-reminder-sweep.ts';
import { startStockAlertSweep } from '../../src/workers/stock-alert-sweep.ts';
import { insertListed, listed, shopWith } from '../db/listed-orders.ts';
import { eventually } from './orders.ts';

/** Mails to staff and to the people of sellers. */

const FROM = 'Test Store <orders@store.example>';
const NUMBER = 'ORD-AAAA000001';
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
  shop = await shopWith([listed(NUMBER, { status: 'processing' })]);
  db = shop.db;
  const size = { weightG: 1, lengthCm: 1, widthCm: 1, heightCm: 1 };
  const product = { sku: 'MUG', name: 'Mug', kind: 'physical', priceMinor: 100, currency: 'USD' } as const;
  await putProduct(db, { ...product, ...size, seller: null, active: true });
  const place = { line1: '1 Way', city: 'Town', region: 'CA', postalCode: '94103', country: 'US', timezone: 'UTC' };
  const rest = { seller: null, priority: 1, handlingMinor: 0, capacityPerDay: null, cutOff: null, active: true };
  await putLocation(db, { code: 'WEST', name: 'West', ...place, ...rest });
});
afterEach(async () => {
  await Promise.all(sweeps.splice(0).map((sweep) => sweep.stop()));
  await control.clearMail();
});
afterAll(async () => {
  mail.close();
  await sandbox.stop();
  await shop.drop();
});

type Through = Pick<typeof mail, 'send'>;
const options = (through: Through = mail) => ({
  db,
  mail: through,
  from: FROM,
  publicUrl: new URL('https://orders.example'),
  log: pino({ level: 'silent' }),
  pauseMs: 20,
  firstRetrySeconds: 0.05,
});
const arrived = (to: string, count: number) =>
  eventually(`${count} mails to ${to}`, async () => {
    const mails = await control.mails({ to });
    return mails.length === count ? mails : undefined;
  });

describe('low stock', () => {
  const move = (change: number) =>
    adjust(db, { sku: 'MUG', location: 'WEST', kind: 'adjustment', change, reason: 'count', actor: 'test' });
  const sweep = (staffLocale?: string, through?: Through) => {
    const locale = staffLocale === undefined ? {} : { staffLocale };
    sweeps.push(startStockAlertSweep({ ...options(through), staffEmail: 'desk@store.example', ...locale }));
  };
  const told = async (): Promise<number> => {
    const { rows } = await sql`select 1 from stock_alert where told_at is not null`.execute(db);
    return rows.length;
  };

  test('is told once each time a level falls to its reorder point', async () => {
    await move(10);
    await setThresholds(db, { sku: 'MUG', location: 'WEST', safetyStock: 0, reorderPoint: 4 });
    sweep();
    sweep();
    await move(-6);
    const [first] = await arrived('desk@store.example', 1);
    expect(first?.subject).toBe('Low stock: 1 level is at or below the reorder point');
    expect((await control.mail(first?.id ?? 0)).text).toContain('- MUG WEST: 4 left, reorder point 4');
    // Falling further is the same crossing.
    await move(-1);
    await move(10);
    await move(-10);
    await arrived('desk@store.example', 2);
    expect(await told()).toBe(2);
  });

  test('is told in the language of staff, when the mail server is back', async () => {
    await move(10);
    let tries = 0;
    sweep('pt-BR', {
      send: (message) => {
        tries += 1;
        return tries < 3 ? Promise.reject(new Error('connect ECONNREFUSED')) : mail.send(message);
      },
    });
    await move(-10);
    const [one] = await arrived('desk@store.example', 1);
    expect(one?.subject).toBe('Estoque baixo: 1 nível está no ponto de reposição ou abaixo');
    expect(tries).toBe(3);
  });
});

describe('a new order', () => {
  const SHOP = 'calls';
  const sweep = (quietSeconds: number) => {
    sweeps.push(startOrderNoticeSweep({ ...options(), quietSeconds, staffEmail: 'desk@store.example' }));
  };
  const policy = (new_orders_to: readonly string[]) =>
    putStore(db, { code: SHOP, name: 'Calls', supportEmail: 'support@store.example', policy: { new_orders_to } });
  const order = (number: string) =>
    db.transaction().execute(async (trx) => {
      await insertListed(trx, [listed(number, { store: SHOP, totalMinor: 1250, paymentMethod: 'cod' })]);
      await sql`
        insert into order_event (order_number, seq, at, actor_role, actor_id, type, from_status, to_status, data)
        values (${number}, 1, now(), 'service', 'key', 'order_placed', 'pending', 'pending', '{}')`.execute(trx);
    });
  const watched = () =>
    eventually('a watch', async () => {
      const { rows } = await sql`select 1 from order_notice_watch where store = ${SHOP}`.execute(db);
      return rows.length === 1 ? true : undefined;
    });
  const textOf = async (id: number | undefined) => (await control.mail(id ?? 0)).text ?? '';

  test('is told to the owners by mail, the first at once and those that follow together', async () => {
    await db.transaction().execute((trx) =>
      insertPerson(trx, {
        id: 'boss',
        name: 'Boss',
        email: 'boss@store.example',
        role: 'owner',
        scopes: [],
        seller: null,
        locale: 'pt-BR',
      }),
    );
    await policy([]);
    await order('ORD-CCCC000001');
    await policy(['owners']);
    sweep(900);
    sweep(900);
    await watched();
    await order('ORD-CCCC000002');
    const [first] = await arrived('boss@store.example', 1);
    expect(first?.subject).toBe('Calls: 1 novo pedido');
    expect(await textOf(first?.id)).toContain(
      '- ORD-CCCC000002: 12.50 USD, 2026-11-16 14:05 UTC, pagamento na entrega',
    );
    expect(await textOf(first?.id)).toContain('https://orders.example/orders/ORD-CCCC000002');
    expect(await textOf(first?.id)).not.toMatch(/ORD-CCCC000001|Ada Private/);
    await order('ORD-CCCC000003');
    await order('ORD-CCCC000004');
    await sql`update order_notice set created_at = now() - interval '16 minutes'`.execute(db);
    const mails = await arrived('boss@store.example', 2);
    const second = mails.find(({ subject }) => subject === 'Calls: 2 novos pedidos');
    for (const number of ['ORD-CCCC000003', 'ORD-CCCC000004']) expect(await textOf(second?.id)).toContain(number);
    expect(await control.mails({ to: 'desk@store.example' })).toEqual([]);
    await sql`delete from person where id = 'boss'`.execute(db);
  });

  test('is not told where the store names nobody, and not later when it does', async () => {
    await policy([]);
    sweep(0);
    await eventually('no watch', async () => {
      const { rows } = await sql`select 1 from order_notice_watch`.execute(db);
      return rows.length === 0 ? true : undefined;
    });
    await order('ORD-CCCC000005');
    await policy(['staff']);
    await watched();
    await order('ORD-CCCC000006');
    const [one] = await arrived('desk@store.example', 1);
    expect(await textOf(one?.id)).toContain('ORD-CCCC000006');
    expect(await textOf(one?.id)).not.toContain('ORD-CCCC000005');
    await policy([]);
  });
});

describe('a seller who has not accepted their lines', () => {
  const HOUR = 3_600_000;
  /** Given 48 hours, of which `left` are left. */
  const awaited = async (left: number, at: number | null = null) => {
    const acknowledgements = [
      { seller: 'ana', dueAt: Date.now() + left * HOUR, at, escalated: false },
      { seller: 'bob', dueAt: Date.now() + left * HOUR, at: Date.now(), escalated: false },
    ];
    await sql`
      update orders set acknowledgements = ${json(acknowledgements)}::jsonb,
                        policy = policy || ${json({ acknowledgeWithin: 48 * HOUR })}::jsonb
       where number = ${NUMBER}`.execute(db);
  };
  beforeAll(async () => {
    const person = (seller: string, locale: string) => ({
      id: `p-${seller}-${locale}`,
      name: seller,
      email: `${seller}.${locale.toLowerCase()}@sellers.example`,
      role: 'seller' as const,
      scopes: [],
      seller,
      locale,
    });
    await db.transaction().execute(async (trx) => {
      for (const one of [person('ana', 'en'), person('ana', 'pt-BR'), person('bob', 'en')])
        await insertPerson(trx, one);
    });
    await sql`
      insert into order_line (order_number, no, sku, name, kind, seller, quantity, unit_price_minor, delivery_status, reserved,
                              shipped, delivered, cancelled, returned, refunded)
      select ${NUMBER}, no, 'MUG', name, 'physical', seller, 2, 100, 'pending', 0, 0, 0, 0, 0, 0
        from (values (1, 'Blue mug', 'ana'), (2, 'Red mug', 'bob')) as l(no, name, seller)`.execute(db);
  });
  const rows = async () =>
    (await sql<{ person: string }>`select person_id as person from seller_reminder`.execute(db)).rows;

  test('is reminded when half of the time is over, each of their people once and in their language', async () => {
    await awaited(30);
    expect(await writeSellerReminders(db, 100)).toBe(0);
    sweeps.push(startSellerReminderSweep(options()), startSellerReminderSweep(options()));
    await awaited(23);
    const [english] = await arrived('ana.en@sellers.example', 1);
    const [portuguese] = await arrived('ana.pt-br@sellers.example', 1);
    expect(english?.subject).toBe(`Please accept your part of the order ${NUMBER}`);
    expect(portuguese?.subject).toBe(`Aceite a sua parte do pedido ${NUMBER}`);
    const { text } = await control.mail(english?.id ?? 0);
    expect(text).toContain('2 × Blue mug');
    // Nothing of other sellers, nothing of the buyer.
    expect(text).not.toMatch(/Red mug|Ada|example\.com/);
    expect(await rows()).toHaveLength(2);
    expect(await control.mails({ to: 'bob.en@sellers.example' })).toEqual([]);
  });

  test('and accepts before the reminder goes out is not reminded', async () => {
    await sql`delete from seller_reminder`.execute(db);
    await awaited(10);
    const failing = startSellerReminderSweep(
      options({ send: () => Promise.reject(new Error('connect ECONNREFUSED')) }),
    );
    await eventually('two reminders that failed', async () => {
      const { rows: failed } = await sql`select 1 from seller_reminder where last_error is not null`.execute(db);
      return failed.length === 2 ? true : undefined;
    });
    await failing.stop();
    await awaited(10, Date.now());
    sweeps.push(startSellerReminderSweep(options()));
    await eventually('both are settled', async () => {
      const { rows: settled } = await sql`select 1 from seller_reminder where sent_at is not null`.execute(db);
      return settled.length === 2 ? true : undefined;
    });
    expect(await control.mails()).toEqual([]);
  });
});

test('the digest of exceptions is in the language of staff', () => {
  const entry = {
    id: `${NUMBER}/x1`,
    kind: 'stock_out',
    severity: 'high',
    summary: 'Two of MUG are missing',
    dueAt: new Date('2026-11-23T10:00:00Z'),
    claimed: true,
    totalMinor: 1250,
    currency: 'USD',
    late: true,
  };
  const { subject, text, html } = renderDigest('Loja', [entry], 'pt-BR');
  expect(subject).toBe('Loja: 1 exceção está atrasada');
  expect(text).toContain(`${NUMBER}/x1 alta: Falta estoque`);
  expect(text).toContain('Total do pedido 12.50 USD, prazo 2026-11-23 10:00 UTC, assumida');
  expect(html).toContain('<html lang="pt-BR">');
  expect(renderDigest('Loja', [{ ...entry, totalMinor: null, currency: null, claimed: false }]).text).toContain(
    '  due 2026-11-23 10:00 UTC\n',
  );
});
