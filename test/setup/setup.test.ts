import { join } from 'node:path';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';
import { connectEngine, type TestEngine } from './engine.ts';
import { fastForward } from './time.ts';
import { add, adder, go, sleeper, waiter } from './workflows.ts';

const DAY = 86_400_000;

describe('test databases', () => {
  test('each is a copy of its own, and gone after drop', async () => {
    const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    const client = new Client({ connectionString: first.url });
    await client.connect();
    await client.query('create table only_here (id int)');
    await client.end();
    const other = new Client({ connectionString: second.url });
    await other.connect();
    const { rows } = await other.query("select to_regclass('only_here') as found");
    await other.end();
    expect(rows).toEqual([{ found: null }]);
    await first.drop();
    await second.drop();
    await expect(new Client({ connectionString: first.url }).connect()).rejects.toThrow(/does not exist/);
  });

  test('drop names a connection that was left open', async () => {
    const database = await createTestDatabase();
    const leaking = new Client({ connectionString: database.url, application_name: 'forgetful' });
    leaking.on('error', () => {}); // drop ends the connection
    await leaking.connect();
    await leaking.query('select 42 as answer');
    await expect(database.drop()).rejects.toThrow(/left 1 database connections open[^]*forgetful, idle: select 42/);
    await leaking.end();
  });
});

describe('time of workflows', () => {
  let skipping: TestEngine;
  let plain: TestEngine;
  let worker: Worker;
  let running: Promise<void>;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    [skipping, plain] = await Promise.all([connectEngine({ skipTime: true }), connectEngine()]);
    worker = await Worker.create({
      connection: skipping.nativeConnection,
      taskQueue: skipping.taskQueue,
      workflowsPath: join(import.meta.dirname, 'workflows.ts'),
    });
    running = worker.run();
  });

  afterAll(async () => {
    worker.shutdown();
    await running;
    await Promise.all([skipping.close(), plain.close()]);
  });

  const start = (suffix: string) => ({ taskQueue: skipping.taskQueue, workflowId: `${skipping.taskQueue}-${suffix}` });

  test('a started workflow skips a month', async () => {
    const slept = await skipping.client.workflow.execute(sleeper, { ...start('month'), args: [30 * DAY] });
    expect(slept).toBeGreaterThanOrEqual(30 * DAY);
    expect(slept).toBeLessThan(31 * DAY);
  });

  test('so does one started by a signal', async () => {
    const options = { ...start('signalled'), args: [1_000] as [number], signal: go };
    const handle = await skipping.client.workflow.signalWithStart(waiter, options);
    expect(await handle.result()).toBe(true);
    expect(await skipping.client.workflow.execute(waiter, { ...start('unsignalled'), args: [10 * DAY] })).toBe(false);
  });

  test('and one started by an update', async () => {
    const startWorkflowOperation = new WithStartWorkflowOperation(adder, {
      ...start('updated'),
      args: [],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    expect(await skipping.client.workflow.executeUpdateWithStart(add, { args: [4], startWorkflowOperation })).toBe(4);
  });

  test('fast-forward moves an ordinary workflow by the given span and no further', async () => {
    const handle = await plain.client.workflow.start(sleeper, { ...start('forwarded'), args: [30 * DAY] });
    await fastForward(handle, '29 days');
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await fastForward(handle, '2 days');
    expect(await handle.result()).toBeGreaterThanOrEqual(30 * DAY);
  });
});
