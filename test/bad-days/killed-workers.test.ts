import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded } from '../../sandbox/random.ts';
import type { OrderView } from '../../src/contracts/order-view.ts';
import { workflowIdOf } from '../../src/domain/keys.ts';
import { eventually, type System, startSystem, untilOrder } from '../setup/system.ts';
import { expectSoundBooks } from './books.ts';
import { actStubbornly, beginPlacing, carryOut, type Placing, placeStubbornly } from './buyers.ts';
import { DOING } from './partner-calls.ts';
import { prepareWorkers, type Workers } from './workers.ts';

/**
 * Workers die at every step, and others go on. What a dead one was asking of a partner is asked again when the step's time is up
 * (45 s, `src/workflows/steps.ts`: longer than the partners' clients wait, so that no two ask at once). So all the killing
 * comes first, and then every order has that time to recover.
 */

let system: System;
let workers: Workers;
beforeAll(async () => {
  system = await startSystem({ worker: false });
  system.startPumps();
  workers = await prepareWorkers(system);
  await workers.start();
});
afterAll(async () => {
  await workers.stop();
  await system.stop();
});

const KILLING_MS = 180_000;
const RECOVERY_MS = 150_000;
const RANDOM_ORDERS = 10;
const RANDOM_KILLS = 5;

/** On the way back of a cancelled order. */
const UNDOING = [
  { service: 'stripe', route: 'POST /v1/refunds', by: 'number' },
  { service: 'shippo', route: 'POST /refunds', by: 'transaction' },
] as const;
/** First: the worker is dead when the partner acts. Second: the partner has acted, and its answer finds nobody. */
const HELD = [
  { kind: 'delay', delay_ms: 15_000 },
  { kind: 'timeout_after_effect', delay_ms: 60_000 },
] as const;

/** How often each record of an order's life is reached: placed, paid, confirmed, captured, labelled, shipped, completed. */
const RECORDS = [1, 2, 3, 5, 6, 7, 9] as const;

const heldUp: { doing: Placing[]; undoing: string[] } = { doing: [], undoing: [] };
const afterRecords: Placing[] = [];
const atRandom: Placing[] = [];

const pendingSteps = async (number: string): Promise<number> => {
  const described = await system.temporal.client.workflow.getHandle(workflowIdOf(number)).describe();
  return described.raw.pendingActivities?.length ?? 0;
};

const versionOf = async (number: string): Promise<number> => {
  const { rows } = await sql<{ version: number }>`select version from orders where number = ${number}`.execute(
    system.database.db,
  );
  return rows[0]?.version ?? 0;
};

const replaceWorker = async (): Promise<void> => {
  await workers.kill();
  await workers.start();
};

const isGivenBack = (order: OrderView): boolean => order.waiting_for.startsWith('nothing');

async function expectCompleted(orders: readonly Placing[]): Promise<void> {
  const numbers = orders.map(({ number }) => number);
  await carryOut(system, numbers, RECOVERY_MS);
  expect(await Promise.all(orders.map(({ placed }) => placed))).toEqual(numbers);
  await expectSoundBooks(system, numbers);
}

describe('a worker is killed', () => {
  test(
    'while partners are asked, before and after they act',
    async () => {
      const undoing = await Promise.all(
        UNDOING.flatMap((call) =>
          HELD.map(async (held) => {
            const number = await placeStubbornly(system);
            const order = await untilOrder(system, number, ({ fulfilments: [one] }) => one?.status === 'labelled');
            const match = call.by === 'number' ? number : order.fulfilments[0]?.label?.transaction;
            return { number, fault: { ...call, ...held, match } };
          }),
        ),
      );
      await workers.kill();
      const doing = await Promise.all(
        DOING.flatMap((call, index) =>
          HELD.map(async (held) => {
            const email = `${held.kind.replaceAll('_', '-')}-${index}@example.com`;
            const placing = await beginPlacing(system, { customer: { name: 'Ada Lovelace', email } });
            return { placing, fault: { ...call, ...held, match: call.by === 'number' ? placing.number : email } };
          }),
        ),
      );
      for (const { fault } of [...undoing, ...doing]) {
        const { by: _by, ...armed } = fault;
        await system.control.fault({ ...armed, count: 1 });
      }
      heldUp.undoing = undoing.map(({ number }) => number);
      heldUp.doing = doing.map(({ placing }) => placing);

      await workers.start();
      const body = { reason: 'changed my mind' };
      const answers = await Promise.all(heldUp.undoing.map((one) => actStubbornly(system, one, 'cancel', body)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      await eventually(
        () => system.control.faults(),
        (faults) => faults.length === 0,
      );
      for (const number of [...heldUp.undoing, ...heldUp.doing.map((one) => one.number)])
        await eventually(
          () => pendingSteps(number),
          (steps) => steps === 1,
        );
      await replaceWorker();
    },
    KILLING_MS,
  );

  test(
    'right after each record',
    async () => {
      for (const version of RECORDS) {
        const order = await beginPlacing(system);
        afterRecords.push(order);
        const carried = version > 6 ? carryOut(system, [order.number], RECOVERY_MS) : Promise.resolve();
        while ((await versionOf(order.number)) < version) await sleep(2);
        await replaceWorker();
        await carried;
      }
    },
    KILLING_MS,
  );

  test(
    'again and again, at random',
    async () => {
      const seed = Number(process.env['KILLER_SEED'] ?? Date.now() % 100_000);
      console.info(`KILLER_SEED=${seed} repeats the moments of this run`);
      const random = seeded(seed);
      atRandom.push(...(await Promise.all(Array.from({ length: RANDOM_ORDERS }, () => beginPlacing(system)))));
      for (let kills = 0; kills < RANDOM_KILLS; kills += 1) {
        await sleep(150 + random() * 250);
        await replaceWorker();
      }
    },
    KILLING_MS,
  );
});

describe('another one goes on: one charge, one capture, one label, one refund, each mail once', () => {
  test('with what partners were asked for', () => expectCompleted(heldUp.doing), RECOVERY_MS);
  test(
    'with what was to be given back',
    async () => {
      await carryOut(system, heldUp.undoing, RECOVERY_MS, isGivenBack);
      await expectSoundBooks(system, heldUp.undoing);
    },
    RECOVERY_MS,
  );
  test('after each record', () => expectCompleted(afterRecords), RECOVERY_MS);
  test('after all the killing at random', () => expectCompleted(atRandom), RECOVERY_MS);
});
