import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { removeAbandonedDrafts } from '../../tools/drafts.ts';
import { isAlive, startProcess } from '../../tools/process.ts';
import { Supervisor } from '../../tools/supervisor.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'building-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts another program, as a build starts compilers, and says who they are. */
const TASK = `
const { spawn } = require('node:child_process');
const { renameSync, writeFileSync } = require('node:fs');
const compiler = spawn('sleep', ['300'], { stdio: 'ignore' });
writeFileSync('pids.draft', JSON.stringify([process.pid, compiler.pid]));
renameSync('pids.draft', 'pids');
`;

test('a task under way, such as the build, is stopped with the services, and nothing that it started stays', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'dist', 'src'), { recursive: true });
  await writeFile(join(root, 'dist', 'src', 'task.js'), TASK);
  const supervisor = new Supervisor({
    root,
    logFolder: join(root, 'logs'),
    progress: { line: () => {}, status: () => {} },
    verbose: false,
    onChange: () => {},
  });
  const printed = supervisor.run({ name: 'task', entry: 'src/task.ts', env: process.env }, '');
  const pids = await vi.waitFor(async () => JSON.parse(await readFile(join(root, 'pids'), 'utf8')) as number[], 15_000);
  expect(pids.map(isAlive)).toEqual([true, true]);
  supervisor.shutdown(0);
  expect(await supervisor.ended).toBe(0);
  expect(await printed).toEqual([]);
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), 15_000);
});

test('the drafts of builds that were killed are removed, and no others', async () => {
  const folder = await temporaryFolder();
  const killed = await startProcess({ name: 'build', command: 'true', args: [] });
  await killed.exited;
  const staying = ['dist', 'dist.', 'dist.notes', `dist.${process.pid}`, `elsewhere.${killed.pid}`];
  for (const name of [...staying, `dist.${killed.pid}`]) await mkdir(join(folder, name, 'src'), { recursive: true });
  await removeAbandonedDrafts(folder, 'dist.');
  expect((await readdir(folder)).sort()).toEqual(staying.sort());
  await removeAbandonedDrafts(join(folder, 'missing'), 'dist.');
});
