import { readFile } from 'node:fs/promises';
import { HttpProblem, type ProblemCode } from '../../src/api/problem.ts';
import { REFUSALS, type RefusalCode } from '../../src/domain/refusals.ts';
import { code, page, table } from './markdown.ts';

/** Every error code of the API: `docs/generated/refusals.md`. */

/** The codes that are about a request and not about an order stand in one block of the source. */
async function otherCodes(): Promise<ProblemCode[]> {
  const source = await readFile(new URL('../../src/api/problem.ts', import.meta.url), 'utf8');
  const block = /const OTHER = \{\n(.*?)\n\} as const;/s.exec(source)?.[1];
  const found = [...(block ?? '').matchAll(/^ {2}(\w+): \[\d{3},/gm)].map(([, name]) => name as ProblemCode);
  if (found.length === 0) throw new Error('src/api/problem.ts has no block OTHER of codes any more');
  return found;
}

function row(name: ProblemCode): string[] {
  const { status, title } = new HttpProblem(name).problem;
  return [code(name), String(status), title];
}

export async function refusalsPage(): Promise<string> {
  const heads = ['code', 'HTTP', 'sentence'];
  const byStatus = (a: readonly string[], b: readonly string[]): number => Number(a[1]) - Number(b[1]);
  return page(
    'Error codes',
    '`src/domain/refusals.ts` and `src/api/problem.ts`',
    'An error is `application/problem+json` with the `status`, the `code` below for programs, and a `title` for people; `detail` says what is particular, `errors` names each wrong field, `request_id` is in the log. A refused action also carries `version`, `status_now` and `allowed_actions`.',
    '## Reasons of an order',
    table(heads, (Object.keys(REFUSALS) as RefusalCode[]).map(row)),
    '## Reasons of the API',
    table(heads, (await otherCodes()).map(row).sort(byStatus)),
  );
}
