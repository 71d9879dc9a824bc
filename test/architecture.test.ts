import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Each line is a file with one statement. `no` must be reported by the named rule, `yes` must not be reported at all. */
const PLANTED: readonly (readonly [file: string, statement: string, verdict: string])[] = [
  ['src/domain/a.ts', "import { b } from './b.ts'", 'yes'],
  ['src/domain/c.ts', "import { z } from 'zod'", 'no-restricted-imports'],
  ['src/domain/d.ts', "import type { Db } from '../db/database.ts'", 'no-restricted-imports'],
  ['src/domain/e.ts', "import { readFile } from 'node:fs'", 'no-restricted-imports'],
  ['src/domain/f.ts', "export { x } from '../contracts/orders.ts'", 'no-restricted-imports'],
  ['src/domain/g.ts', 'export const now = Date.now()', 'no-restricted-properties'],
  ['src/domain/h.ts', 'export const format = new Intl.NumberFormat()', 'no-restricted-globals'],
  ['src/contracts/a.ts', "import { z } from 'zod'", 'yes'],
  ['src/contracts/b.ts', "import { b } from '../domain/b.ts'", 'yes'],
  ['src/contracts/c.ts', "import express from 'express'", 'no-restricted-imports'],
  ['src/contracts/d.ts', "import { b } from '../db/b.ts'", 'no-restricted-imports'],
  ['src/db/a.ts', "import { sql } from 'kysely'", 'yes'],
  ['src/db/b.ts', "import { b } from '../domain/b.ts'", 'yes'],
  ['src/db/c.ts', "import { b } from '../contracts/b.ts'", 'no-restricted-imports'],
  ['src/db/d.ts', "import { Context } from '@temporalio/activity'", 'no-restricted-imports'],
  ['src/activities/a.ts', "import { b } from '../db/b.ts'", 'yes'],
  ['src/activities/b.ts', "import { Context } from '@temporalio/activity'", 'yes'],
  ['src/activities/c.ts', "import Stripe from 'stripe'", 'no-restricted-imports'],
  ['src/activities/d.ts', "import { b } from '../gateways/b.ts'", 'no-restricted-imports'],
  ['src/gateways/a.ts', "import Stripe from 'stripe'", 'yes'],
  ['src/gateways/b.ts', "import type { Gateway } from '../activities/payments.ts'", 'yes'],
  ['src/gateways/c.ts', "import { b } from '../activities/payments.ts'", 'no-restricted-imports'],
  ['src/gateways/f.ts', "import { tracking } from '../contracts/shippo.ts'", 'yes'],
  ['src/gateways/d.ts', "import { b } from '../db/b.ts'", 'no-restricted-imports'],
  ['src/gateways/e.ts', "import { sql } from 'kysely'", 'no-restricted-imports'],
  ['src/workflows/a.ts', "import { sleep } from '@temporalio/workflow'", 'yes'],
  ['src/workflows/b.ts', "import type { Own } from '../activities/own.ts'", 'yes'],
  ['src/workflows/c.ts', "import { own } from '../activities/own.ts'", 'no-restricted-imports'],
  ['src/workflows/d.ts', "import { uuid4 } from '@temporalio/workflow'", 'no-restricted-imports'],
  ['src/workflows/e.ts', "import { z } from 'zod'", 'no-restricted-imports'],
  ['src/workflows/f.ts', "import { createHash } from 'node:crypto'", 'no-restricted-imports'],
  ['src/workflows/g.ts', "import { b } from '../contracts/b.ts'", 'no-restricted-imports'],
  ['src/workflows/h.ts', 'export const first = Promise.race([])', 'no-restricted-properties'],
  ['src/workflows/i.ts', 'export const chance = Math.random()', 'no-restricted-properties'],
  ['src/workflows/j.ts', 'setTimeout(() => {}, 1)', 'no-restricted-globals'],
  ['src/workflows/k.ts', 'export const format = new Intl.NumberFormat()', 'no-restricted-globals'],
  ['src/api/a.ts', "import { command } from '../workflows/messages.ts'", 'yes'],
  ['src/api/b.ts', "import type { orderWorkflow } from '../workflows/order.ts'", 'yes'],
  ['src/api/c.ts', "import { orderWorkflow } from '../workflows/order.ts'", 'no-restricted-imports'],
  ['src/api/d.ts', "import { stripe } from '../gateways/stripe.ts'", 'no-restricted-imports'],
  ['src/api/e.ts', "import { own } from '../activities/own.ts'", 'no-restricted-imports'],
  ['src/mcp/a.ts', "import { b } from '../contracts/b.ts'", 'yes'],
  ['src/mcp/b.ts', "import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'", 'yes'],
  ['src/mcp/c.ts', "import { b } from '../db/b.ts'", 'no-restricted-imports'],
  ['src/mcp/d.ts', "import type { Order } from '../domain/order.ts'", 'no-restricted-imports'],
  ['src/mcp/e.ts', "import { app } from '../api/app.ts'", 'no-restricted-imports'],
  ['src/workers/a.ts', "import { stripe } from '../gateways/stripe.ts'", 'yes'],
  ['src/workers/b.ts', "import { app } from '../api/app.ts'", 'no-restricted-imports'],
  ['src/workers/c.ts', "import { x } from '../../sandbox/ledger.ts'", 'no-restricted-imports'],
  ['dashboard/src/a.ts', "import type { OrderView } from '../../src/contracts/order-view.ts'", 'yes'],
  ['dashboard/src/b.ts', "import { OrderView } from '../../src/contracts/order-view.ts'", 'no-restricted-imports'],
  ['dashboard/src/orders/c.ts', "import type { Order } from '../../../src/domain/order.ts'", 'no-restricted-imports'],
  ['dashboard/src/d.ts', "import { readFile } from 'node:fs'", 'no-restricted-imports'],
  ['sandbox/a.ts', "import { b } from '../src/contracts/b.ts'", 'yes'],
  ['sandbox/b.ts', "import { b } from '../src/domain/b.ts'", 'no-restricted-imports'],
];

describe('layer rules of the linter', () => {
  let folder: string;
  const reported = new Map<string, string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    await copyFile(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    for (const [file, statement] of PLANTED) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${statement};\n`);
    }
    const oxlint = join(ROOT, 'node_modules', '.bin', 'oxlint');
    // The linter exits with 1 as it finds what was planted.
    const { stdout } = await promisify(execFile)(oxlint, ['--format=json', '.'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
    for (const { filename, code } of diagnostics) {
      const rule = /\((.*)\)/.exec(code)?.[1] ?? code;
      if (rule.startsWith('no-restricted-')) reported.set(filename, [...(reported.get(filename) ?? []), rule]);
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(PLANTED)('%s: %s → %s', (file, _statement, verdict) => {
    expect(reported.get(file) ?? []).toEqual(verdict === 'yes' ? [] : [verdict]);
  });
});

test('no file has a name that says nothing about its content', async () => {
  const banned = /^(utils?|helpers?|common|shared|misc|base|manager|service|lib)\.tsx?$/;
  const tops = (await readdir(ROOT)).filter((top) =>
    ['src', 'sandbox', 'tools', 'bench', 'test', 'dashboard'].includes(top),
  );
  const files = (await Promise.all(tops.map((top) => readdir(join(ROOT, top), { recursive: true }))))
    .flat()
    .filter((file) => !file.startsWith('dist/'));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => banned.test(basename(file)))).toEqual([]);
});

test('every setting is explained in .env.example, and nothing else is', async () => {
  const read = (file: string) => readFile(join(ROOT, file), 'utf8');
  const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
  const settings = names(await read('src/config.ts'), /^ {2}([A-Z][A-Z_]+): /gm);
  expect(settings.length).toBeGreaterThan(15);
  const explained = names(await read('.env.example'), /^# ([A-Z][A-Z_]+)=/gm);
  const ofStart = /^(?:DEV_|SANDBOX_|TEMPORAL_|VERBOSE$)/; // read by npm start and by Temporal's own configuration
  expect(explained.filter((name) => !ofStart.test(name)).sort()).toEqual(
    settings.filter((name) => !ofStart.test(name)).sort(),
  );
  expect(explained).toEqual(expect.arrayContaining(settings));
});
