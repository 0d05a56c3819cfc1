// Rows as aligned plain text, the same on a terminal and in a file.

/** A header and rows of cells; the last column is never padded. Numbers stand to the right. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const lines = [header, ...rows.map((row) => row.map((cell) => oneLine(String(cell))))];
  const widths = header.map((_, column) =>
    lines.reduce((widest, line) => Math.max(widest, displayWidth(line[column] ?? '')), 0),
  );
  const rightAligned = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const text = lines.map((line) =>
    line
      .map((cell, column) => {
        const room = ' '.repeat((widths[column] ?? 0) - displayWidth(cell));
        if (rightAligned[column]) return room + cell;
        return column === line.length - 1 ? cell : cell + room;
      })
      .join('  ')
      .trimEnd(),
  );
  return text.join('\n');
}

/** Bytes for people: `1.5 GB`, powers of 1000. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds for people: up to one decimal, no trailing zero. */
export const humanSeconds = (seconds: number): string => `${Number(seconds.toFixed(1))} s`;

// Names come from outside: a control character in one must not move the cursor of whoever lists it.
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');

function displayWidth(text: string): number {
  // Cutting into graphemes takes most of the time and memory of a long list, and few cells need it.
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** A character a column, all of them: Latin and Russian letters, digits, marks of every day. */
const narrow = /^[\u0020-\u007e\u00a0-\u00a8\u00aa-\u00ac\u00af-\u00ff\u0410-\u044f\u0401\u0451]*$/;
const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
