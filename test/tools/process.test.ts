import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { claimInstance } from '../../tools/instance.ts';
import { isAlive, startProcess } from '../../tools/process.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const QUIET = { line: () => {}, status: () => {} };

/** A shell that starts a child, prints the child's pid and waits. */
const PARENT = 'sleep 300 & echo $!; wait';
const untilGone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 15_000 });

async function firstLine(lines: readonly string[]): Promise<string> {
  return vi.waitFor(() => {
    const [line] = lines;
    if (line === undefined) throw new Error('no output yet');
    return line;
  });
}

describe('startProcess', () => {
  test('stop ends the process and what it started', async () => {
    const lines: string[] = [];
    const shell = await startProcess({
      name: 'shell',
      command: '/bin/sh',
      args: ['-c', PARENT],
      onLine: (line) => lines.push(line),
    });
    const grandchild = Number(await firstLine(lines));
    expect(await shell.stop()).toBe('stopped');
    await untilGone(grandchild);
    expect(isAlive(shell.pid)).toBe(false);
  });

  test('a process that ignores the polite signal is killed', async () => {
    const lines: string[] = [];
    const stubborn = await startProcess({
      name: 'stubborn',
      command: '/bin/sh',
      args: ['-c', "trap '' TERM; echo ready; while :; do sleep 1; done"],
      onLine: (line) => lines.push(line),
      stopWithin: 300,
    });
    await firstLine(lines);
    expect(await stubborn.stop()).toBe('killed');
    expect(stubborn.exit).toEqual({ signal: 'SIGKILL' });
  });

  test('a program that does not exist is named', async () => {
    await expect(startProcess({ name: 'ghost', command: '/no/such/program', args: [] })).rejects.toThrow(
      /ghost could not be started.*ENOENT/,
    );
  });

  test('what it started does not outlive a killed owner', async () => {
    const owner = await startProcess({
      name: 'owner',
      command: process.execPath,
      args: ['--import', 'tsx', '--input-type=module', '-e', OWNER],
      cwd: ROOT,
    });
    const owned = Number(await vi.waitFor(() => firstLine(owner.tail()), { timeout: 15_000 }));
    expect(isAlive(owned)).toBe(true);
    owner.kill();
    await untilGone(owned);
  });
});

const OWNER = `
  const { startProcess } = await import('./tools/process.ts');
  const child = await startProcess({ name: 'child', command: '/bin/sleep', args: ['300'] });
  console.log(child.pid);
  setInterval(() => {}, 1000);
`;

describe('claimInstance', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'instance-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('a folder has one owner at a time', async () => {
    const dataDir = join(folder, 'one');
    const first = await claimInstance(dataDir, QUIET);
    await expect(claimInstance(dataDir, QUIET)).rejects.toThrow(`already running from ${dataDir}: pid ${process.pid}`);
    await first.release();
    const second = await claimInstance(dataDir, QUIET);
    await second.release();
  });

  test('what a killed owner left running is stopped, and a stranger with a reused number is not', async () => {
    const dataDir = join(folder, 'two');
    const left = await startProcess({ name: 'left', command: '/bin/sleep', args: ['300'] });
    const stranger = await startProcess({ name: 'stranger', command: '/bin/sleep', args: ['301'] });
    onTestFinished(() => stranger.kill());
    await mkdir(dataDir);
    await writeFile(
      join(dataDir, 'run.json'),
      JSON.stringify({
        pid: await pidOfTheDead(),
        command: 'node tools/start.ts',
        services: [
          { name: 'left', pid: left.pid, command: '/bin/sleep 300', stopSignal: 'SIGTERM' },
          { name: 'worker', pid: stranger.pid, command: 'node src/workers/main.ts', stopSignal: 'SIGTERM' },
        ],
      }),
    );
    const told: string[] = [];
    const next = await claimInstance(dataDir, { line: (text) => told.push(text), status: () => {} });
    await next.release();
    expect(told).toEqual([expect.stringContaining(`left (pid ${left.pid}) was left running`)]);
    expect(await left.exited).toEqual({ signal: 'SIGTERM' });
    expect(isAlive(stranger.pid)).toBe(true);
  });
});

async function pidOfTheDead(): Promise<number> {
  const { stdout } = await run('/bin/sh', ['-c', 'echo $$']);
  return Number(stdout);
}
