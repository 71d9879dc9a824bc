import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../../tools/ports.ts';
import { type RunningProcess, startProcess } from '../../tools/process.ts';
import { place, type System, startSystem, untilOrder } from '../setup/system.ts';

/** The worker as it runs in production: `src/workers/main.ts` in a process of its own, beside an API without any worker. */

const ROOT = join(import.meta.dirname, '../..');
vi.setConfig({ testTimeout: 120_000 });

let system: System;
let metricsPort: number;
let worker: RunningProcess | undefined;
beforeAll(async () => {
  system = await startSystem({ worker: false });
  metricsPort = await freePort();
});
afterAll(async () => {
  worker?.kill();
  await worker?.exited;
  await system.stop();
});

const start = (settings: NodeJS.ProcessEnv = {}): Promise<RunningProcess> =>
  startProcess({
    name: 'worker',
    command: process.execPath,
    args: ['--import', 'tsx', 'src/workers/main.ts'],
    cwd: ROOT,
    env: { ...process.env, ...system.environment, WORKER_METRICS_PORT: String(metricsPort), ...settings },
  });

/** Exit code of the check that a container runs. */
const healthOf = (role: 'api' | 'worker'): Promise<number> => {
  const env = { ...process.env, WORKER_METRICS_PORT: String(metricsPort), API_PORT: new URL(system.url).port };
  return promisify(execFile)(process.execPath, ['docker/healthcheck.mjs', role], { cwd: ROOT, env }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
};

const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
const metric = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

test('before it runs, the check of its container says so, and that of the API is content', async () => {
  expect(await healthOf('worker')).toBe(1);
  expect(await healthOf('api')).toBe(0);
});

test('it becomes healthy, takes an order to its label, and sends the mail', async () => {
  worker = await start({ LOG_LEVEL: 'info' });
  await vi.waitFor(async () => expect(await healthOf('worker'), worker?.tail().join('\n')).toBe(0), {
    timeout: 90_000,
    interval: 500,
  });
  const number = await place(system);
  await untilOrder(system, number, ({ fulfilments }) => fulfilments[0]?.status === 'labelled');
  await vi.waitFor(
    async () => {
      const subjects = (await system.control.mails({ to: 'ada@example.com' })).map(({ subject }) => subject);
      expect(subjects).toEqual([expect.stringContaining(number)]);
    },
    { timeout: 20_000 },
  );
});

test('its metrics tell of its pollers, its cache and its steps', async () => {
  const text = await metrics();
  expect(metric(text, /^temporal_num_pollers\{[^}]*poller_type="workflow_task"[^}]*\} (\d+)/m)).toBeGreaterThan(0);
  expect(metric(text, /^temporal_sticky_cache_size(?:\{[^}]*\})? (\d+)/m)).toBe(1);
  expect(text).toMatch(/^temporal_activity_execution_latency_seconds_count\{[^}]*activity_type="\w+"/m);
  expect(text).not.toMatch(/^temporal_workflow_task_execution_failed_total/m);
});

test('its log is JSON, also what the native part of the SDK says', async () => {
  const { client } = system.temporal;
  const unknown = await client.workflow.start('noSuchWorkflow', {
    taskQueue: system.config.TEMPORAL_TASK_QUEUE,
    workflowId: 'no-such-workflow',
  });
  const said = () => (worker?.tail() ?? []).filter((line) => line.trim() !== '');
  await vi.waitFor(() => expect(said().join('\n')).toContain('Failing workflow task'), { timeout: 20_000 });
  await unknown.terminate('it was asked for to be refused');
  for (const line of said()) expect(JSON.parse(line), line).toMatchObject({ name: 'worker' });
});

test('SIGTERM ends it with 0, and the check says that it is gone', async () => {
  process.kill(worker?.pid ?? 0, 'SIGTERM');
  expect(await worker?.exited).toEqual({ code: 0 });
  expect(await healthOf('worker')).toBe(1);
});

test('a wrong setting ends it at once, with the name of the setting', async () => {
  const refused = await start({ MAX_CACHED_WORKFLOWS: 'many' });
  expect(await refused.exited).toEqual({ code: 1 });
  await refused.outputEnded;
  expect(refused.tail().join('\n')).toContain('MAX_CACHED_WORKFLOWS');
});
