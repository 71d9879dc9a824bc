import { parseSync, Visitor } from 'vite';

/** The rows of `docs/coverage.md`, held against the titles that the tests really have. */

const ROW = /^\| \d [^|]*\| (?<sentence>[^|]*) \| (?:`(?<file>[^`]+)` › (?<title>[^|]+)|later: [^|]+) \|$/;

export const rowsOf = (table: string): string[] => table.split('\n').filter((line) => /^\| \d/.test(line));

/** At which place a call has its title. */
const TITLE_AT: ReadonlyMap<string, number> = new Map([
  ['test', 0],
  ['describe', 0],
  ['scenario', 1],
]);

type Node = { readonly type: string };
type Callee = Node & { readonly name?: string; readonly object?: Callee; readonly callee?: Callee };

/** `test` of `test`, `test.skipIf(…)` and `test.each(…)` alike. */
function calledName(callee: Callee): string | null {
  if (callee.type === 'Identifier') return callee.name ?? null;
  const inner = callee.type === 'MemberExpression' ? callee.object : callee.callee;
  return inner === undefined ? null : calledName(inner);
}

type Text = Node & { readonly value?: unknown; readonly start: number; readonly end: number };

/** What a template is filled with stands in its title as it is written: `${what}`. */
function textOf({ type, value, start, end }: Text, source: string): string | null {
  if (type === 'TemplateLiteral') return source.slice(start + 1, end - 1);
  return type === 'Literal' && typeof value === 'string' ? value : null;
}

/** The titles of tests, scenarios and groups of them in a source; what a comment or a text says is none. */
export function titlesOf(file: string, source: string): ReadonlySet<string> {
  const { program, errors } = parseSync(file, source, { lang: 'ts' });
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message}`);
  const titles = new Set<string>();
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      const title = given[TITLE_AT.get(calledName(callee as Callee) ?? '') ?? given.length];
      const text = title === undefined ? null : textOf(title as Text, source);
      if (text !== null) titles.add(text);
    },
  }).visit(program);
  return titles;
}

/** What is wrong with a row; null when nothing is. `read`: the source of a file, null when there is none. */
export function misfitOf(row: string, read: (file: string) => string | null): string | null {
  const { groups } = ROW.exec(row) ?? {};
  if (groups === undefined) return `not a row of the table: ${row}`;
  const { sentence, file, title } = groups;
  if (file === undefined || title === undefined) return null;
  const source = read(file);
  if (source === null) return `${sentence}: there is no ${file}`;
  return titlesOf(file, source).has(title) ? null : `${sentence}: no test of ${file} is called "${title}"`;
}
