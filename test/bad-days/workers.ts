import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { System } from '../setup/system.ts';
import { workflowBundle } from '../setup/workflow-bundle.ts';

const ENTRY = join(import.meta.dirname, 'worker-process.ts');

/** Workers in processes of their own. One always waits ready, so that a killed one is replaced in a moment. */
export type Workers = {
  /** Sets the waiting one to work; resolves when it polls. */
  start(): Promise<void>;
  /** SIGKILL for the one that works. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

async function untilSaid(child: ChildProcess, word: string): Promise<void> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`a worker ended (${code ?? signal}) before it was ${word}`);
  });
  const said = new Promise<void>((resolve) => {
    const listen = (message: unknown): void => {
      if (message !== word) return;
      child.off('message', listen);
      resolve();
    };
    child.on('message', listen);
  });
  await Promise.race([said, ended]);
  ended.catch(() => {});
}

export async function prepareWorkers(system: System): Promise<Workers> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-orders-bundle-'));
  const bundle = join(folder, 'workflows.js');
  await writeFile(bundle, (await workflowBundle()).code);
  const children = new Set<ChildProcess>();

  const spawn = (): { child: ChildProcess; ready: Promise<void> } => {
    const child = fork(ENTRY, {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...system.environment, WORKFLOW_BUNDLE: bundle },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    const ready = untilSaid(child, 'ready');
    ready.catch(() => {});
    return { child, ready };
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  let waiting = spawn();
  let working: ChildProcess | undefined;
  return {
    start: async () => {
      const { child, ready } = waiting;
      await ready;
      child.send('go');
      await untilSaid(child, 'working');
      working = child;
      waiting = spawn();
    },
    kill: async () => {
      if (working !== undefined) await end(working);
      working = undefined;
    },
    stop: async () => {
      await Promise.all([...children].map(end));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
