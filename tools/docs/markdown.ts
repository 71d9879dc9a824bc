/** Markdown of the generated pages. */

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;
export const codes = (texts: readonly string[]): string => texts.map(code).join(', ');

/** A page with the notice that keeps people from editing it. */
export const page = (title: string, source: string, ...parts: readonly string[]): string =>
  [`# ${title}`, `<!-- Written by \`npm run docs\` from ${source}. Do not edit. -->`, ...parts, '']
    .join('\n\n')
    .trimEnd() + '\n';
