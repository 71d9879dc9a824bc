import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configurationPage } from './docs/configuration.ts';
import { exceptionsPage } from './docs/exceptions.ts';
import { permissionsPage } from './docs/permissions.ts';
import { policyPage } from './docs/policy.ts';
import { refusalsPage } from './docs/refusals.ts';
import { statesPage } from './docs/states.ts';

/** `npm run docs` writes docs/generated from the code; with `--check` it only compares, and fails on a difference. */

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs', 'generated');

const pages: Readonly<Record<string, string>> = {
  'configuration.md': await configurationPage(),
  'exceptions.md': exceptionsPage(),
  'permissions.md': permissionsPage(),
  'policy.md': policyPage(),
  'refusals.md': await refusalsPage(),
  'state-machine.md': await statesPage(),
};

await mkdir(FOLDER, { recursive: true });
const strays = (await readdir(FOLDER)).filter((name) => !(name in pages));

if (process.argv.includes('--check')) {
  const outdated: string[] = strays.map((name) => `${name} is not written any more`);
  for (const [name, text] of Object.entries(pages)) {
    const found = await readFile(join(FOLDER, name), 'utf8').catch(() => '');
    if (found !== text) outdated.push(`${name} is not what the code says`);
  }
  if (outdated.length > 0) {
    console.error(`docs/generated is out of date; run \`npm run docs\` and commit it:\n  ${outdated.join('\n  ')}`);
    process.exitCode = 1;
  }
} else {
  for (const name of strays) await rm(join(FOLDER, name));
  for (const [name, text] of Object.entries(pages)) await writeFile(join(FOLDER, name), text);
  console.log(`docs/generated: ${Object.keys(pages).join(', ')}`);
}
