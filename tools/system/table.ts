import Table from 'cli-table3';

export type Cell = string | number;

/** Only a line under the heads: what is printed is copied into issues and read in logs. */
const LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', right: '', 'right-mid': '', mid: '', 'mid-mid': '', middle: '  ' },
} as const;

/** A table as text; columns of numbers are aligned to the right, an empty head makes a column without a name. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = (column: number): boolean => rows.every((row) => typeof row[column] !== 'string');
  const printed = new Table({
    head: [...heads],
    colAligns: heads.map((_, column) => (isNumber(column) ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: LINES,
  });
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => String(row[column]).length)));
  printed.push(widths.map((width) => '─'.repeat(width)));
  for (const row of rows) printed.push([...row]);
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
