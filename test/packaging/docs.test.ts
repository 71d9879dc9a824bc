import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ORDER_SORTS } from '../../src/contracts/orders.ts';

/** What the documents point at is there: files, headings, commands. */

const ROOT = join(import.meta.dirname, '../..');
const inDocs = (await readdir(join(ROOT, 'docs'), { recursive: true })).map((file) => join('docs', file));
const FILES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs].filter((file) => file.endsWith('.md')).sort();

const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
const read = (file: string): Promise<string> => readFile(join(ROOT, file), 'utf8');
const withoutBlocks = (text: string): string => text.replace(/^```.*?^```/gms, '');

/** The name GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe.each(FILES)('%s', (file) => {
  test('its links lead somewhere', async () => {
    const broken: string[] = [];
    for (const link of all(withoutBlocks(await read(file)), /\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:)/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(ROOT, target))) broken.push(link);
      else if (anchor !== undefined && !anchorsOf(await read(target)).includes(anchor)) broken.push(link);
    }
    expect(broken).toEqual([]);
  });

  test('the files it names exist', async () => {
    const named = all(
      await read(file),
      /`((?:src|sandbox|tools|test|bench|docs|docker|engine|examples|\.ci)\/[\w./-]*[\w-])\/?`/g,
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('the commands it names exist', async () => {
    const text = await read(file);
    const named = all(text, /npm run (?:-s )?([a-z][\w:-]*)/g);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test('the API page names every sort of the list of orders', async () => {
  const [, said = ''] = /`sort`: (.*?), with `-`/s.exec(await read('docs/api.md')) ?? [];
  const sorts = new Set(ORDER_SORTS.map((sort) => sort.replace(/^-/, '')));
  expect(all(said, /`(\w+)`/g).sort()).toEqual([...sorts].sort());
});

test('how to add a gateway names every method of the port', async () => {
  const [, port = ''] =
    /export interface PaymentGateway \{\n(.*?)\n\}/s.exec(await read('src/activities/ports.ts')) ?? [];
  const methods = all(port, /^ {2}(\w+)\(/gm);
  expect(methods).toContain('capture');
  const [, section = ''] = /## Add a payment gateway\n(.*?)\n## /s.exec(await read('CONTRIBUTING.md')) ?? [];
  for (const method of methods) expect(section).toContain(`\`${method}\``);
});

test('there are documents', () => {
  expect(FILES.length).toBeGreaterThan(10);
});
