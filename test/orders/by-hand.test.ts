import { afterAll, beforeAll, describe, expect } from 'vitest';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { deskOf } from '../setup/desk.ts';
import { scenario } from '../setup/scenario.ts';
import { deliver, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';

/** Actions that somebody sends from Temporal Web UI or its CLI, past the API (docs/operations.md). */

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const { untilException } = deskOf(() => system);
const ANA = { role: 'staff', id: 'ana' };
const runOf = (number: string) => system.temporal.client.workflow.getHandle(workflowIdOf(number));
const send = (number: string, action: string, fields: object) =>
  runOf(number).signal('action', { action, actor: ANA, fields });
const ask = (number: string, action: string, fields: object) =>
  runOf(number).executeUpdate('act', { args: [{ action, actor: ANA, fields }] });

describe('actions by hand', () => {
  scenario(
    () => system,
    'are done by their order, with amounts in minor units',
    async ({ place }) => {
      const number = await place();
      await deliver(system, number);
      await send(number, 'refund', { amount: 750, refund_reason: 'not_as_described' });
      const order = await untilOrder(system, number, ({ refunds }) => refunds[0]?.status === 'succeeded');
      expect(order.refunds[0]?.amount).toBe('7.50');
    },
  );

  scenario(
    () => system,
    'of which a field is not as it must be are refused, and the order goes on',
    async ({ place }) => {
      const number = await place();
      const { version } = await untilOrder(system, number, (one) => one.fulfilments[0]?.status === 'labelled');
      await send(number, 'edit_address', { staged_address: 'x' });
      await send(number, 'cancel', { reason: 'one', lines: [null] });
      await send(number, 'refund', { refund_reason: 'duplicate', lines: [null] });
      await send(number, 'refund', { refund_reason: 'duplicate', amount: '10.00' });
      await expect(ask(number, 'refund', { refund_reason: 'duplicate', amount: '10.00' })).rejects.toMatchObject({
        cause: { type: 'invalid_fields', message: expect.stringContaining('amount') },
      });
      expect(await getOrder(system, number)).toMatchObject({ version, refunds: [] });
      expect((await deliver(system, number)).status).toBe('completed');
    },
  );

  scenario(
    () => system,
    'that the record does not take come before a person, and the order goes on',
    async ({ place }) => {
      const number = await place();
      await untilOrder(system, number, (one) => one.fulfilments[0]?.status === 'labelled');
      // PostgreSQL keeps no such character.
      const note = 'broken \u0000';
      await expect(ask(number, 'add_note', { note })).rejects.toMatchObject({ cause: { type: 'Unrecordable' } });
      await send(number, 'add_note', { note });
      const order = await untilException(number, 'unforeseen');
      expect(order.exceptions[0]?.summary).toContain('The record refuses this');
      await send(number, 'resolve_exception', { exception: order.exceptions[0]?.id, resolution: 'retry' });
      expect((await deliver(system, number)).status).toBe('completed');
    },
  );
});
