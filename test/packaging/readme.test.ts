import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { tsImport } from 'tsx/esm/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStripe } from '../../src/gateways/stripe.ts';
import { getOrder, orderRequest, type System, startSystem, untilOrder } from '../setup/system.ts';

/** The checkout of the README, taken out of it as it stands there, buys something. */

type Buy = (stripe: Stripe, cart: object, orders: { url: string; key: string }) => Promise<string>;

const ROOT = join(import.meta.dirname, '../..');
let system: System;
let folder: string;
let buy: Buy;

beforeAll(async () => {
  system = await startSystem();
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const example = /<!-- This block is run by test\/packaging\/readme\.test\.ts\. -->\n```ts\n(.*?)```/s.exec(
    readme,
  )?.[1];
  if (example === undefined) throw new Error('README.md has no checkout that is marked to be run');
  folder = await mkdtemp(join(ROOT, 'node_modules', '.readme-'));
  await writeFile(join(folder, 'checkout.ts'), example);
  ({ buy } = (await tsImport('./checkout.ts', `file://${folder}/`)) as { buy: Buy });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await system.stop();
});

const cartOf = (id: string, changes: object = {}) => {
  const { payment: _, ...order } = orderRequest();
  return { id, card: 'pm_card_visa', totalCents: 2000, order: { ...order, ...changes } };
};

test('it places one paid order, however often it is called', async () => {
  const stripe = createStripe(system.config.STRIPE_API_KEY, system.config.STRIPE_API_BASE);
  const number = await buy(stripe, cartOf('c1'), system);
  const order = await untilOrder(system, number, ({ status }) => status === 'processing');
  expect(order).toMatchObject({ payment_status: 'paid', total: '20.00' });
  expect(await buy(stripe, cartOf('c1'), system)).toBe(number);
  const ledger = await system.control.ledger();
  expect(ledger.payments.filter((one) => one.metadata['order_number'] === number)).toHaveLength(1);
  expect((await getOrder(system, number)).payments[0]?.captured).toBe('20.00');
});

test('it names every wrong field of a refused order', async () => {
  const stripe = createStripe(system.config.STRIPE_API_KEY, system.config.STRIPE_API_BASE);
  const items = [{ sku: 'NOPE', quantity: 0, unit_price: '15.00' }];
  const refusal = await buy(stripe, cartOf('c2', { items }), system).catch((error: Error) => error.message);
  expect(refusal).toContain('items[0].sku');
  expect(refusal).toContain('items[0].quantity');
});
