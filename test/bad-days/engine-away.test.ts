import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Proxy, startProxy } from '../setup/proxy.ts';
import { eventually, getOrder, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';
import { ask, carryOut, nextKey, placeStubbornly } from './buyers.ts';

/** Temporal is away: nothing is taken that is not written down, and what is written down goes on by itself. */

let engine: Proxy;
let system: System;
beforeAll(async () => {
  engine = await startProxy(inject('temporalAddress'));
  system = await startSystem({ temporalAddress: engine.address });
});
afterAll(async () => {
  await engine.restore();
  await system.stop();
  await engine.close();
});

const PATIENCE_MS = 120_000;
/** A minute; and as long as what is asked meanwhile takes. */
const AWAY_MS = { cut: 60_000, silence: 0 } as const;

const intakeOf = async (key: string): Promise<string | undefined> => {
  const { rows } = await sql<{ number: string }>`
    select number from order_intake where idempotency_key = ${key}`.execute(system.database.db);
  return rows[0]?.number;
};
/** Events of the carrier about this parcel on the way that have reached their order. */
const eventsToldOf = async (tracking: string): Promise<number> => {
  const { rows } = await sql<{ told: number }>`
    select count(*)::int as told from inbox where object_id = ${tracking} and outcome like 'told %'`.execute(
    system.database.db,
  );
  return rows[0]?.told ?? 0;
};
const status = async (path: string): Promise<number> => (await system.call('GET', path)).status;
const unavailable = (number: string) => ({
  status: 503,
  body: { code: 'unavailable', detail: expect.stringContaining(number) },
});

/** What the checkouts, the staff and the carrier meet while the engine is away; answers the orders that were asked for. */
async function bearWithout(labelled: string): Promise<{ repeated: string; key: string; left: string }> {
  const [key, other] = [nextKey(), nextKey()];
  const [first, second, note] = await Promise.all([
    ask(system, {}, key),
    ask(system, {}, other),
    system.call('POST', `/v1/orders/${labelled}/actions/add_note`, { body: { note: 'is anybody there?' } }),
  ]);
  const [repeated, left] = [await intakeOf(key), await intakeOf(other)];
  if (repeated === undefined || left === undefined) throw new Error('an order is not written down');
  expect(first).toMatchObject(unavailable(repeated));
  expect(first.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(first.headers.get('content-type')).toContain('application/problem+json');
  expect(second).toMatchObject(unavailable(left));
  expect(note).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(await ask(system, {}, key)).toMatchObject(unavailable(repeated));
  expect(await ask(system, { channel: 'another' }, key)).toMatchObject({ status: 422 });
  expect(await status(`/v1/orders/${repeated}`), 'it is not half there').toBe(404);
  return { repeated, key, left };
}

describe.each(['cut', 'silence'] as const)('the engine is away (%s)', (how) => {
  test(
    'requests are answered 503 and nothing is half done; all goes on afterwards',
    async () => {
      const labelled = await placeStubbornly(system);
      await untilOrder(system, labelled, (order) => order.fulfilments[0]?.status === 'labelled');
      await system.control.fault({
        service: 'stripe',
        route: 'POST /v1/payment_intents/:id/capture',
        kind: 'delay',
        delay_ms: 3_000,
        count: 1,
      });
      const capturing = await placeStubbornly(system);
      await eventually(
        () => system.control.faults(),
        (faults) => faults.length === 0,
      );

      await engine[how]();
      const back = sleep(AWAY_MS[how]);
      expect(await system.call('GET', '/healthz')).toMatchObject({ status: 200 });
      const ready = await system.call('GET', '/readyz');
      expect(ready).toMatchObject({ status: 503, body: { status: 'not ready', checks: { database: 'ok' } } });
      expect(ready.body.checks.temporal).not.toBe('ok');
      expect(await status(`/v1/orders/${labelled}`), 'reading needs no engine').toBe(200);
      expect(await status('/v1/orders')).toBe(200);
      const { tracking_number: tracking } = (await getOrder(system, labelled)).fulfilments[0] ?? {};
      await system.control.advanceParcel(tracking ?? '', 'TRANSIT');
      await system.control.webhooksDelivered();
      const { repeated, key, left } = await bearWithout(labelled);
      // What the carrier tells is recorded all the same; the order hears of it afterwards.
      await untilOrder(system, labelled, (order) => order.status === 'shipped');
      expect(await eventsToldOf(tracking ?? '')).toBe(0);

      await back;
      await engine.restore();
      await eventually(
        () => status('/readyz'),
        (code) => code === 200,
        PATIENCE_MS,
      );
      for (;;) {
        const answer = await ask(system, {}, key);
        if (answer.status === 503) {
          await sleep(200);
          continue;
        }
        expect(answer).toMatchObject({ status: 201, body: { number: repeated } });
        break;
      }
      // Nobody asked again for this one: the sweep has found it.
      await eventually(
        () => status(`/v1/orders/${left}`),
        (code) => code === 200,
        PATIENCE_MS,
      );
      const numbers = [labelled, capturing, repeated, left];
      await carryOut(system, numbers, PATIENCE_MS);
      await expectSoundBooks(system, numbers);
    },
    2 * PATIENCE_MS,
  );
});
