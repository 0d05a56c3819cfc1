// Small Markdown for the Web UI: tables out of rows.

/** A Markdown table; cells may hold any text. Rows shorter than the head are filled with empty cells. */
export function markdownTable(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => head.map((_, index) => row[index] ?? ''))];
  return lines.map((cells) => `| ${cells.map(cellText).join(' | ')} |`).join('\n');
}

/** The Web UI cuts the last line of what it shows: an empty one takes its place. */
export const shownWhole = (markdown: string): string => `${markdown}\n\n\u00a0`;

/** Text that cannot end its cell, its line, or turn into markup of its own. */
function cellText(value: unknown): string {
  return String(value)
    .replace(/[\\|`<[\]*]/g, '\\$&')
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
    .trim();
}
