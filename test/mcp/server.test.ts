import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { personWith } from '../api/people/browser.ts';
import { getOrder, place, type System, startSystem, untilOrder } from '../setup/system.ts';

/** The MCP server as an agent's program runs it: a process of its own, spoken to over stdio, with a key of the role agent. */

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = ['--import', 'tsx', 'src/mcp/main.ts'];

let system: System;
let client: Client;
const open: Client[] = [];

async function connect(key: string): Promise<Client> {
  const one = new Client({ name: 'test', version: '1' });
  const env = { ...getDefaultEnvironment(), DURABLE_ORDERS_URL: system.url, DURABLE_ORDERS_KEY: key };
  await one.connect(new StdioClientTransport({ command: process.execPath, args: COMMAND, cwd: ROOT, env }));
  open.push(one);
  return one;
}

beforeAll(async () => {
  system = await startSystem();
  client = await connect(
    await system.makeKey('agent', ['orders:read', 'exceptions:read', 'proposals:create', 'proposals:read']),
  );
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  await system.stop();
});

async function use(
  name: string,
  input: Record<string, unknown>,
  by = client,
): Promise<{ failed: boolean; text: string }> {
  const result = await by.callTool({ name, arguments: input });
  const [content] = result.content as { type: string; text: string }[];
  return { failed: result.isError === true, text: content?.text ?? '' };
}
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
async function read(name: string, input: Record<string, unknown>): Promise<any> {
  const { failed, text } = await use(name, input);
  expect(failed, text).toBe(false);
  return JSON.parse(text);
}

async function declined(): Promise<string> {
  const number = await place(system, { payment: { method: 'stripe', payment_method: 'pm_card_chargeDeclined' } });
  await untilOrder(system, number, (order) => order.exceptions.length === 1);
  return number;
}

describe('the tools', () => {
  test('are to find, read, explain and prepare, and none acts', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['find_orders', true],
      ['get_order', true],
      ['explain_order', true],
      ['list_exceptions', true],
      ['prepare_action', false],
    ]);
    expect(client.getInstructions()).toContain('A person confirms');
  });

  test('find an order and read it', async () => {
    const number = await place(system, { payment: { method: 'cod' } });
    const found = await read('find_orders', { q: number });
    expect(found.data.map((one: { number: string }) => one.number)).toEqual([number]);
    const pending = await read('find_orders', { status: 'cancelled,failed', limit: 5 });
    expect(pending.data).toEqual([]);
    expect(await read('get_order', { number })).toMatchObject({ number, allowed_actions: [] });
  });

  test('explain what an order waits for, until when, and what may be decided', async () => {
    const number = await declined();
    expect(await read('explain_order', { number })).toMatchObject({
      order: number,
      status: 'pending',
      waits_for: expect.stringMatching(/\w/),
      exceptions: [{ kind: 'payment_failed', allowed_resolutions: ['retry', 'cancel_order', 'mark_failed'] }],
    });
    const transfer = await place(system, { payment: { method: 'bank_transfer' } });
    await untilOrder(system, transfer, (order) => order.waiting_until !== null);
    const { until, waits_for } = await read('explain_order', { number: transfer });
    expect(waits_for).toMatch(/bank transfer/);
    expect(Date.parse(until)).toBeGreaterThan(Date.now());
  });

  test('list exceptions', async () => {
    const number = await declined();
    const { data } = await read('list_exceptions', { order: number });
    expect(data).toMatchObject([{ order: number, kind: 'payment_failed' }]);
  });

  test('prepare an action, which happens when a person confirms it', async () => {
    const number = await declined();
    const { exceptions } = await read('explain_order', { number });
    const proposal = await read('prepare_action', {
      number,
      action: 'resolve_exception',
      fields: { exception: exceptions[0].id, resolution: 'cancel_order' },
      reason: 'The card was declined and the buyer does not answer.',
    });
    expect(proposal).toMatchObject({ status: 'open', would_change: { status: { from: 'pending', to: 'cancelled' } } });
    expect((await getOrder(system, number)).status).toBe('pending');
    const headers = await personWith(system, { role: 'owner' });
    const { status } = await system.call('POST', `/v1/proposals/${proposal.id}/confirm`, { body: {}, headers });
    expect(status).toBe(200);
    expect((await getOrder(system, number)).status).toBe('cancelled');
  });
});

describe('what is not allowed', () => {
  test('is answered with the reason', async () => {
    const number = await declined();
    const wrong = await use('prepare_action', { number, action: 'complete', reason: 'x' });
    expect(wrong).toEqual({ failed: true, text: expect.stringContaining('409 wrong_status') });
    const fields = await use('prepare_action', { number, action: 'cancel', reason: 'x' });
    expect(fields).toEqual({ failed: true, text: expect.stringContaining('- reason is required') });
    expect((await use('get_order', { number: 'ORD-0000000000' })).text).toContain('404 order_not_found');
    expect((await use('get_order', { number: '../inventory' })).failed).toBe(true);
  });

  test('is whatever the key may not', async () => {
    const number = await declined();
    const reader = await connect(await system.makeKey('agent', ['orders:read']));
    expect((await use('get_order', { number }, reader)).failed).toBe(false);
    for (const [name, input] of [
      ['list_exceptions', {}],
      ['prepare_action', { number, action: 'cancel', fields: { reason: 'x' }, reason: 'x' }],
    ] as const) {
      expect(await use(name, input, reader)).toEqual({
        failed: true,
        text: expect.stringContaining('403 scope_missing'),
      });
    }
    const stranger = await connect(`dok_${'x'.repeat(43)}`);
    expect((await use('find_orders', {}, stranger)).text).toContain('401 unauthorized');
  });

  test('is to act: there is no tool for it, and the API refuses the key', async () => {
    const number = await declined();
    for (const name of ['cancel', 'confirm_proposal', 'act']) {
      expect((await use(name, { number })).failed).toBe(true);
    }
    const key = await system.makeKey('agent', ['*']);
    const path = `/v1/orders/${number}/actions/cancel`;
    expect((await system.call('POST', path, { key, body: { reason: 'x' } })).status).toBe(403);
    expect((await getOrder(system, number)).status).toBe('pending');
  });

  test.each([
    [{ DURABLE_ORDERS_KEY: 'dok_x' }, 'DURABLE_ORDERS_URL must be'],
    [{ DURABLE_ORDERS_URL: 'http://127.0.0.1:9' }, 'DURABLE_ORDERS_KEY must be'],
  ])('is to start without settings: %j', async (env, complaint) => {
    const run = promisify(execFile)(process.execPath, COMMAND, {
      cwd: ROOT,
      env: { ...getDefaultEnvironment(), ...env },
    });
    await expect(run).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(complaint) });
  });
});
