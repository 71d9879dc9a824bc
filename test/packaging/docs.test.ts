import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

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
      /`((?:src|sandbox|tools|test|bench|docs|docker|engine|\.ci)\/[\w./-]*[\w-])\/?`/g,
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('the commands it names exist', async () => {
    const text = await read(file);
    const named = all(text, /npm run (?:-s )?([a-z][\w:-]*)/g);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test('there are documents', () => {
  expect(FILES.length).toBeGreaterThan(10);
});
