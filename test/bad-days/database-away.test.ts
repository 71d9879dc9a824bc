import { setTimeout as sleep } from 'node:timers/promises';
import temporalProto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { isDatabaseAway } from '../../src/api/database-errors.ts';
import { openDatabase } from '../../src/db/database.ts';
import { isMigrated } from '../../src/db/schema.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { actionSignal } from '../../src/workflows/messages.ts';
import { type Proxy, startProxy } from '../setup/proxy.ts';
import { eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';
import { actStubbornly, ask, carryOut, nextKey, placeStubbornly } from './buyers.ts';

/** PostgreSQL is away: nothing is taken, and every order waits where it stands until it is back. */

const { EventType } = temporalProto.temporal.api.enums.v1;

let database: Proxy;
let system: System;
beforeAll(async () => {
  database = await startProxy(new URL(inject('postgresUrl')).host);
  system = await startSystem({ databaseAddress: database.address });
});
afterAll(async () => {
  await database.restore();
  await system.stop();
  await database.close();
});

const PATIENCE_MS = 120_000;
/** A minute; and longer than the local tries of a step take (`src/workflows/steps.ts`), so that orders wait on the task queue. */
const AWAY_MS = { cut: 60_000, silence: 8_000 } as const;

/** The calls of orders whose answers arrive when there is nowhere to write them down. */
const HELD = [
  ['stripe', 'POST /v1/payment_intents'],
  ['stripe', 'POST /v1/payment_intents/:id/capture'],
  ['shippo', 'POST /transactions'],
] as const;

const unavailable = { status: 503, body: { code: 'unavailable' } };
const UNAVAILABLE_AT = [
  ['GET', '/v1/orders'],
  ['GET', '/v1/inventory'],
  ['GET', '/v1/exceptions'],
] as const;

/** Steps that were scheduled on the task queue because they could not be done inside the workflow task. */
async function stepsOnTheQueue(number: string): Promise<string[]> {
  const { events } = await system.temporal.client.workflow.getHandle(workflowIdOf(number)).fetchHistory();
  return (events ?? [])
    .filter((event) => event.eventType === EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    .map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? '');
}

/** As an operator does from the engine's own page, which needs no database. */
async function noteThroughTheEngine(number: string): Promise<void> {
  const actor = { role: 'staff', id: 'operator' } as const;
  const request = { action: 'add_note', actor, fields: { note: 'seen' }, expectedVersion: null } as const;
  await system.temporal.client.workflow.getHandle(workflowIdOf(number)).signal(actionSignal, request);
}

async function held(service: 'stripe' | 'shippo', route: string): Promise<{ number: Promise<string> }> {
  await system.control.fault({ service, route, kind: 'delay', delay_ms: 2_000, count: 1 });
  const number = placeStubbornly(system);
  number.catch(() => {});
  await eventually(
    () => system.control.faults(),
    (faults) => faults.length === 0,
  );
  return { number };
}

test('a connection that has gone silent is given up and replaced', async () => {
  const impatient = openDatabase(system.config.DATABASE_URL, { max: 1, applicationName: 'impatient', timeoutMs: 500 });
  try {
    await isMigrated(impatient.db);
    database.silence();
    const silence = await isMigrated(impatient.db).catch((error: unknown) => error);
    expect(isDatabaseAway(silence), String(silence)).toBe(true);
    await database.restore();
    await isMigrated(impatient.db);
    expect(impatient.pool.totalCount).toBe(1);
  } finally {
    await impatient.close();
  }
});

describe.each(['cut', 'silence'] as const)('the database is away (%s)', (how) => {
  test(
    'requests are answered 503; orders in every stage wait and go on',
    async () => {
      const [labelled, cancelling, transfer] = await Promise.all([
        placeStubbornly(system),
        placeStubbornly(system),
        placeStubbornly(system, { payment: { method: 'bank_transfer' } }),
      ]);
      const parcels = await Promise.all(
        [labelled, cancelling].map((number) =>
          untilOrder(system, number, (order) => order.fulfilments[0]?.status === 'labelled'),
        ),
      );
      await system.control.fault({
        service: 'stripe',
        route: 'POST /v1/refunds',
        kind: 'delay',
        delay_ms: 2_000,
        count: 1,
      });
      expect(await actStubbornly(system, cancelling, 'cancel', { reason: 'too slow' })).toMatchObject({ status: 200 });
      const waiting = [];
      for (const [service, route] of HELD) waiting.push(await held(service, route));

      await database[how]();
      const back = sleep(AWAY_MS[how]);
      await system.control.advanceParcel(parcels[0]?.fulfilments[0]?.tracking_number ?? '', 'TRANSIT');
      await noteThroughTheEngine(labelled);
      expect(await system.call('GET', '/healthz')).toMatchObject({ status: 200 });
      const ready = await system.call('GET', '/readyz');
      expect(ready).toMatchObject({ status: 503, body: { status: 'not ready', checks: { temporal: 'ok' } } });
      expect(ready.body.checks.database).not.toBe('ok');
      const [key, body] = [nextKey(), { payment_reference: 'TRX 7' }];
      const answers = await Promise.all([
        ...UNAVAILABLE_AT.map(([method, path]) => system.call(method, path)),
        system.call('GET', `/v1/orders/${labelled}`),
        system.call('POST', `/v1/orders/${transfer}/actions/confirm`, { body }),
        ask(system, {}, key),
      ]);
      for (const answer of answers) {
        expect(answer).toMatchObject(unavailable);
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }

      await back;
      await database.restore();
      await eventually(
        () => system.call('GET', '/readyz'),
        ({ status }) => status === 200,
        PATIENCE_MS,
      );
      expect(await actStubbornly(system, transfer, 'confirm', body)).toMatchObject({ status: 200 });
      const late = await placeStubbornly(system, {}, key);
      // The carrier has given up telling us of the first step; the next one says it all.
      await system.control.advanceParcel(parcels[0]?.fulfilments[0]?.tracking_number ?? '', 'DELIVERED');
      const done = await Promise.all(waiting.map(({ number }) => number));
      const numbers = [labelled, transfer, late, ...done];
      await carryOut(system, numbers, PATIENCE_MS);
      await carryOut(system, [cancelling], PATIENCE_MS, (order) => order.waiting_for.startsWith('nothing'));
      // The step that waits on the task queue is tried again up to ten seconds after the carrier's news, which the inbox records.
      await eventually(
        () => getOrder(system, labelled),
        ({ timeline }) => timeline.some(({ type }) => type === 'note_added'),
        PATIENCE_MS,
      );
      await expectSoundBooks(system, [...numbers, cancelling]);
      expect(await stepsOnTheQueue(labelled), 'what waited for the database').toContain('recordTransition');
    },
    3 * PATIENCE_MS,
  );
});
