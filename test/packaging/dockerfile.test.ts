import { execFile } from 'node:child_process';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import laws from '../../vitest.laws.config.ts';

/** Dockerfile, .dockerignore and the workflows of GitHub: what can be told of them without a container engine. */

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');
const lines = (await read('Dockerfile')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const stages = lines.join('\n').split(/^(?=FROM )/m);
const last = stages.at(-1) ?? '';

/** Files and folders that a COPY takes from the context, not from another stage. */
const copied = lines
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(' ').slice(1, -1));

test('the image is not root, is checked, and holds no development packages', () => {
  expect(lines.find((line) => line.startsWith('ARG NODE_IMAGE='))).toMatch(/=node:\d+\.\d+\.\d+-bookworm-slim$/);
  expect(/^USER (\d+):(\d+)$/m.exec(last)?.slice(1).map(Number)).toEqual([1000, 1000]);
  expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", "docker\/healthcheck.mjs", "api"\]$/m);
  expect(last).toMatch(/^ENV NODE_ENV=production$/m);
  expect(last).toContain('COPY --from=dependencies /app/node_modules');
  expect(stages.find((stage) => stage.includes('AS dependencies'))).toContain(
    'npm ci --omit=dev --omit=optional --ignore-scripts',
  );
  expect(last.indexOf('USER ')).toBeGreaterThan(last.lastIndexOf('COPY '));
});

test('its head names every program that the image has', async () => {
  const { include } = JSON.parse(await read('tsconfig.build.json')) as { include: string[] };
  const head = (await read('Dockerfile')).split('\nARG ')[0];
  const tools = include.filter((file) => file.startsWith('tools/')).map((file) => `dist/${file.replace(/ts$/, 'js')}`);
  expect(tools.length).toBeGreaterThan(0);
  for (const program of tools) expect(head).toContain(`\`${program}\``);
});

test('what the image is built of exists, and .dockerignore lets in that and nothing else', async () => {
  for (const file of copied) await access(join(ROOT, file));
  const ignored = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(ignored[0]).toBe('*');
  const allowed = ignored.slice(1).map((line) => line.replace(/^!/, ''));
  expect(allowed.sort()).toEqual([...new Set(copied)].sort());
});

type Workflow = {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] };
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, { readonly steps: readonly Step[] }>;
};
type Step = { readonly run?: string; readonly uses?: string; readonly env?: Record<string, string> };
const workflowOf = async (file: string): Promise<Workflow> => parse(await read(`.github/workflows/${file}`));
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

test.each(['ci.yml', 'nightly.yml'])(
  '%s has no rights beyond reading, and uses what GitHub itself makes',
  async (file) => {
    const workflow = await workflowOf(file);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { uses } of stepsOf(workflow)) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  },
);

test('GitHub runs what .ci/run runs', async () => {
  expect(stepsOf(await workflowOf('ci.yml')).map(({ run }) => run)).toContain('bash .ci/run');
});

describe('the nightly run of the laws', async () => {
  const workflow = await workflowOf('nightly.yml');
  const step = stepsOf(workflow).find(({ run }) => run?.includes('npm run laws') === true);
  const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');

  /** What the step's own script says and does, where npm only tells what it was asked. */
  async function played(given: string): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'durable-orders-nightly-'));
    try {
      await writeFile(join(folder, 'npm'), '#!/bin/sh\necho "npm $* $LAWS_SEED $LAWS_RUNS"\n', { mode: 0o755 });
      const env = { ...step?.env, GIVEN_SEED: given, PATH: `${folder}:${process.env['PATH']}` };
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', step?.run ?? 'false'], { env });
      return stdout.trim().split('\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  test('is due each night, lives tens of thousands of others, and prints by which seed', async () => {
    expect(workflow.on.schedule?.map(({ cron }) => cron)).toEqual([expect.stringMatching(/^\d+ \d+ \* \* \*$/)]);
    const before = today();
    const [said, asked] = await played('');
    const seed = /LAWS_SEED=(\d+) /.exec(said ?? '')?.[1] ?? '';
    expect([before, today()]).toContain(seed);
    expect(said).toBe(`LAWS_SEED=${seed} LAWS_RUNS=50000 npm run laws`);
    expect(asked).toBe(`npm run laws ${seed} 50000`);
  });

  test('can be asked for the lives of another night', async () => {
    expect(await played('20260101')).toEqual([
      'LAWS_SEED=20260101 LAWS_RUNS=50000 npm run laws',
      'npm run laws 20260101 50000',
    ]);
  });

  test('plays every file of laws', async () => {
    const files = await readdir(join(ROOT, 'test/domain'));
    const found = await Promise.all(files.map(async (file) => [file, await read(`test/domain/${file}`)] as const));
    const ofLaws = found.filter(([, text]) => text.includes("from './lives.ts'")).map(([file]) => file);
    expect(ofLaws.length).toBeGreaterThan(1);
    expect(laws.test?.include).toEqual(['test/domain/*laws.test.ts']);
    for (const file of ofLaws) expect(file).toMatch(/laws\.test\.ts$/);
  });
});
