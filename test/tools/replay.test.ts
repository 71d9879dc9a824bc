import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { createGateways } from '../../src/workers/gateways.ts';
import { messageIdOf } from '../../src/workers/mail-attempt.ts';
import { readInput } from '../../tools/replay/input.ts';
import { type Invariants, verify } from '../../tools/replay/invariants.ts';
import { describe as describeReport, exitCodeOf, toJson } from '../../tools/replay/report.ts';
import { type ReplayReport, replay } from '../../tools/replay/run.ts';
import type { Access } from '../../tools/system/access.ts';
import { type System, startSystem } from '../setup/system.ts';
import { accessTo } from './access.ts';
import { asLines, ENDS, ORDERS, PRODUCTS, SELLERS } from './history.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALL_ZERO: Invariants = {
  orders_lost: 0,
  oversold_units: 0,
  stock_drift: 0,
  money_drift: 0,
  duplicate_labels: 0,
  duplicate_emails: 0,
  failed_workflow_tasks: 0,
};

let folder: string;
let file: string;
let system: System;
let access: Access;
let report: ReplayReport;
let numbers: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
  file = join(folder, 'orders.jsonl');
  await writeFile(file, asLines(ORDERS));
  await writeFile(join(folder, 'products.jsonl'), asLines(PRODUCTS));
  await writeFile(join(folder, 'sellers.jsonl'), asLines(SELLERS));
  system = await startSystem();
  access = accessTo(system);
  report = await replay(access, await readInput(file), { concurrency: 6 });
  numbers = report.verdict.orders.map(({ number }) => number);
});

afterAll(async () => {
  await system.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The numbers after a fault was planted, without those that were there before. */
async function foundNow(): Promise<{ invariants: Invariants; exitCode: number }> {
  const verdict = await verify(access, numbers);
  return { invariants: verdict.invariants, exitCode: exitCodeOf({ ...report, verdict }) };
}

const query = (text: string, values: unknown[] = []) => system.database.pool.query(text, values);

describe('a replay', () => {
  test('brings every order where its history ended, and all books agree', () => {
    expect(report.lives.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]))).toEqual([]);
    expect(report.verdict.findings).toEqual([]);
    expect(report.verdict.invariants).toEqual(ALL_ZERO);
    expect(report.underWay).toEqual([]);
    expect(exitCodeOf(report)).toBe(0);
  });

  test('answers programs with one JSON object', () => {
    const answer = JSON.parse(toJson(report)) as Record<string, unknown>;
    expect(answer).toEqual({
      orders: ORDERS.length,
      orders_per_s: expect.any(Number),
      by_status: ENDS,
      exceptions_open: 0,
      invariants: ALL_ZERO,
    });
    expect(answer['orders_per_s']).toBeGreaterThan(0);
  });

  test('tells people how the orders ended against what happened', () => {
    const text = describeReport(report);
    expect(text).toMatch(/^delivered +5 +0 +5/m);
    expect(text).toContain('Open exceptions: none');
  });

  test('an order of two sellers left in two parcels', async () => {
    const { rows } = await query('select order_number from fulfilment group by 1 having count(*) > 1');
    expect(rows).toHaveLength(1);
  });

  test('takes the sample that is shipped, whose orders end in every way there is', async () => {
    const sample = await readInput(join(ROOT, 'examples', 'orders.jsonl'));
    const replayed = await replay(access, sample, { concurrency: 6 });
    expect(replayed.lives.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]))).toEqual([]);
    expect(JSON.parse(toJson(replayed))).toMatchObject({
      orders: 24,
      by_status: { cancelled: 5, completed: 13, pending: 1, processing: 3, shipped: 2 },
      exceptions_open: 0,
      invariants: ALL_ZERO,
    });
    expect(exitCodeOf(replayed)).toBe(0);
  }, 120_000);

  test('names the line and the field of a request it cannot read', async () => {
    const bad = join(folder, 'bad.jsonl');
    await writeFile(
      bad,
      `${asLines(ORDERS.slice(0, 1))}{"request":{"currency":"BRL"},"happened":{"status":"delivered"}}\n`,
    );
    await expect(readInput(bad)).rejects.toThrow(/bad\.jsonl:2 is not usable:[^]*request\.total/);
  });
});

/** Each fault is planted behind the system's back and taken back, so that the next one is found alone. */
describe('a planted fault is found', () => {
  test('a counter of the stock that its holds do not explain', async () => {
    await query(`update stock_level set on_hand = on_hand + 3 where sku = 'CUP'`);
    expect(await foundNow()).toEqual({ invariants: { ...ALL_ZERO, stock_drift: 3 }, exitCode: 1 });
    await query(`update stock_level set on_hand = on_hand - 3 where sku = 'CUP'`);
  });

  test('units that were sold and never received', async () => {
    await query(
      `update stock_movement set on_hand_change = on_hand_change - 100 where sku = 'BOWL' and kind = 'receipt'`,
    );
    const { invariants, exitCode } = await foundNow();
    expect(invariants.oversold_units).toBeGreaterThan(90);
    expect(exitCode).toBe(1);
    await query(
      `update stock_movement set on_hand_change = on_hand_change + 100 where sku = 'BOWL' and kind = 'receipt'`,
    );
  });

  test('money that the gateway has and we do not', async () => {
    const { rows } = await query(
      `update payment set captured_minor = captured_minor - 7
        where order_number = (select number from orders
                               where status = 'completed' and payment_method = 'stripe' and number = any($1) limit 1)
       returning order_number`,
      [numbers],
    );
    const { invariants, exitCode } = await foundNow();
    expect(invariants).toEqual({ ...ALL_ZERO, money_drift: 14 }); // against the gateway, and against the order
    expect(exitCode).toBe(1);
    await query('update payment set captured_minor = captured_minor + 7 where order_number = $1', [
      rows[0].order_number,
    ]);
  });

  test('an order whose record and workflow disagree, and one that is not recorded', async () => {
    const [number] = numbers;
    await query('update orders set version = version + 1 where number = $1', [number]);
    const lost = await verify(access, [...numbers, 'ORD-0000000000']);
    expect(lost.invariants).toEqual({ ...ALL_ZERO, orders_lost: 2 });
    await query('update orders set version = version - 1 where number = $1', [number]);
  });

  test('a second mail of the same kind', async () => {
    const { rows } = await query(
      `select e.key, o.customer_email as "to" from email e join orders o on o.number = e.order_number
        where o.number = any($1) limit 1`,
      [numbers],
    );
    const { MAIL_FROM, PUBLIC_URL, SMTP_URL } = system.config;
    const transport = createTransport(SMTP_URL.href);
    const messageId = messageIdOf(rows[0].key, MAIL_FROM, PUBLIC_URL);
    await transport.sendMail({ from: MAIL_FROM, to: rows[0].to, subject: 'Again', text: 'Again.', messageId });
    transport.close();
    expect(await foundNow()).toEqual({ invariants: { ...ALL_ZERO, duplicate_emails: 1 }, exitCode: 1 });
  });

  test('a label bought twice for one parcel', async () => {
    const { rows } = await query(
      `select id from fulfilment where status = 'delivered' and order_number = any($1) limit 1`,
      [numbers],
    );
    const { carriers } = createGateways(system.config);
    const place = { name: 'A', line1: 'Rua 1', city: 'Recife', region: 'PE', postalCode: '50030', country: 'BR' };
    const size = { weightG: 100, lengthCm: 10, widthCm: 10, heightCm: 10 };
    const [rate] = await carriers.rates(place, place, size, rows[0].id);
    await carriers.buyLabel(String(rate?.id), rows[0].id);
    const { invariants, exitCode } = await foundNow();
    expect(invariants.duplicate_labels).toBe(1);
    expect(exitCode).toBe(1);
  });

  test('a workflow that was ended from outside', async () => {
    const [number = ''] = numbers;
    await system.temporal.client.workflow.getHandle(workflowIdOf(number)).terminate('planted');
    const { invariants, exitCode } = await foundNow();
    expect(invariants.failed_workflow_tasks).toBe(1);
    expect(exitCode).toBe(1);
  });
});
