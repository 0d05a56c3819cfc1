// sheets.values.get: a range of cells, without the empty ones at its end.
import { first, type Call, type Handler, type Reply } from './call.ts';
import { denied, invalidArgument, notFound } from './classroom-errors.ts';
import { roleOf } from './drive-access.ts';

interface CellRange {
  sheet: string | undefined;
  fromColumn: number;
  toColumn: number;
  fromRow: number;
  toRow: number;
}

/** A is 1. */
const columnOf = (letters: string): number =>
  [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);

/** `A2:B1000`, `'Codes 2026'!A:B`, or a sheet's title alone. */
function parseRange(text: string, titles: readonly string[]): CellRange {
  const match = /^(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?([A-Za-z]{1,3})(\d+)?(?::([A-Za-z]{1,3})(\d+)?)?$/.exec(
    text,
  );
  const whole = text.replace(/^'(.*)'$/, '$1').replaceAll("''", "'");
  if (titles.includes(whole))
    return { sheet: whole, fromColumn: 1, toColumn: Infinity, fromRow: 1, toRow: Infinity };
  if (!match) throw invalidArgument(`Unable to parse range: ${text}`);
  const [, quoted, plain, column = '', row, lastColumn, lastRow] = match;
  const sheet = quoted?.replaceAll("''", "'") ?? plain;
  if (sheet !== undefined && !titles.includes(sheet)) throw invalidArgument(`Unable to parse range: ${text}`);
  const isCell = lastColumn === undefined;
  return {
    sheet,
    fromColumn: columnOf(column),
    toColumn: columnOf(lastColumn ?? column),
    fromRow: Number(row ?? 1),
    toRow: isCell ? Number(row ?? Infinity) : Number(lastRow ?? Infinity),
  };
}

function trimmed<T>(cells: readonly T[], isEmpty: (cell: T) => boolean): T[] {
  const last = cells.findLastIndex((cell) => !isEmpty(cell));
  return cells.slice(0, last + 1);
}

function getValues(call: Call): Reply {
  const { spreadsheetId = '', range: text = '' } = call.route.pathParameters;
  const item = call.world.drive.find(spreadsheetId);
  const sheets = call.world.sheets.get(spreadsheetId);
  if (item === undefined || sheets === undefined) throw notFound();
  if (roleOf(call.world, item, call.caller.email) === undefined) throw denied();
  const range = parseRange(text, [...sheets.keys()]);
  const title = range.sheet ?? [...sheets.keys()][0]!;
  const rows = (sheets.get(title) ?? [])
    .slice(range.fromRow - 1, range.toRow)
    .map((row) => trimmed(row.slice(range.fromColumn - 1, range.toColumn), (cell) => cell === ''));
  const values = trimmed(rows, (row) => row.length === 0);
  const majorDimension = first(call.query, 'majorDimension') ?? 'ROWS';
  if (majorDimension === 'COLUMNS') throw invalidArgument('The stand-in answers rows only.');
  const name = /^\w+$/.test(title) ? title : `'${title.replaceAll("'", "''")}'`;
  const cells = text.includes('!') ? text.slice(text.lastIndexOf('!') + 1) : text;
  return { json: { range: `${name}!${cells}`, majorDimension, ...(values.length > 0 && { values }) } };
}

export const sheetsHandlers: Readonly<Record<string, Handler>> = {
  'sheets.spreadsheets.values.get': getValues,
};
