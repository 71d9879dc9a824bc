import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { misfitOf, rowsOf } from './coverage-rows.ts';

/** `npm run coverage:check`: every test that `docs/coverage.md` names exists, in the file it names. */

const ROOT = join(import.meta.dirname, '..');

function read(file: string): string | null {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

const rows = rowsOf(readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8'));
const misfits = rows.flatMap((row) => misfitOf(row, read) ?? []);
for (const misfit of misfits) console.error(misfit);
console.log(
  `docs/coverage.md: ${rows.length} sentences, ${rows.filter((row) => row.includes('| later:')).length} of them for later`,
);
if (rows.length === 0 || misfits.length > 0) process.exitCode = 1;
