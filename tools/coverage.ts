import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run coverage:check`: every test that `docs/coverage.md` names exists, in the file it names. */

const ROOT = join(import.meta.dirname, '..');
const ROW = /^\| \d [^|]*\| ([^|]*) \| (?:`([^`]+)`(?: › ([^|]*))?|later: [^|]+) \|$/;

function misfitOf(row: string): string | null {
  const [, sentence, file, name] = ROW.exec(row) ?? [];
  if (sentence === undefined) return `not a row of the table: ${row}`;
  if (file === undefined) return null;
  const path = join(ROOT, file);
  if (!existsSync(path)) return `${sentence}: there is no ${file}`;
  const named = name?.trim();
  return named === undefined || readFileSync(path, 'utf8').includes(named)
    ? null
    : `${sentence}: ${file} has no "${named}"`;
}

const rows = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line));
const misfits = rows.flatMap((row) => misfitOf(row) ?? []);
for (const misfit of misfits) console.error(misfit);
console.log(
  `docs/coverage.md: ${rows.length} sentences, ${rows.filter((row) => row.includes('| later:')).length} of them for later`,
);
if (rows.length === 0 || misfits.length > 0) process.exitCode = 1;
