import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

/** Dockerfile, .dockerignore and the workflow of GitHub: what can be told of them without a container engine. */

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

test('GitHub runs what .ci/run runs, with no rights beyond reading', async () => {
  const workflow = parse(await read('.github/workflows/ci.yml')) as {
    permissions: Record<string, string>;
    jobs: Record<string, { steps: { run?: string; uses?: string }[] }>;
  };
  expect(workflow.permissions).toEqual({ contents: 'read' });
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  expect(steps.map((step) => step.run)).toContain('bash .ci/run');
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
});
