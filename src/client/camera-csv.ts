// The CSV side of the camera import: separator found by the header line, quoted line breaks, and lines counted as an editor counts them.
import { CsvError, parse, type Info } from 'csv-parse/sync';
import type { ImportProblem } from '../contract/camera.ts';
import { fieldOf, noColumn, type ImportEntry } from './camera-columns.ts';

interface Row {
  info: Info;
  raw: string;
  record: string[];
}

export function readCsv(text: string): { entries: ImportEntry[]; errors: ImportProblem[] } {
  let rows: Row[];
  try {
    rows = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      raw: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: 100_000,
    }) as unknown as Row[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return {
      entries: [],
      errors: [{ line: Number(error['lines'] ?? 1), field: '', message: brokenBy(error) }],
    };
  }
  const [header, ...body] = rows;
  if (!header) return { entries: [], errors: [{ line: 1, field: '', message: 'the file is empty' }] };
  const { fields, errors } = readHeader(header);
  const entries: ImportEntry[] = [];
  for (const row of body) {
    const line = firstLineOf(row);
    if (row.record.length !== fields.length) {
      const message = `has ${row.record.length} values, the header names ${fields.length}`;
      errors.push({ line, field: '', message });
      continue;
    }
    const named = fields.flatMap((field, index) => (field === undefined ? [] : [[field, row.record[index]]]));
    entries.push({ line, fields: Object.fromEntries(named) as Record<string, unknown> });
  }
  return { entries, errors };
}

function readHeader(header: Row): { fields: (string | undefined)[]; errors: ImportProblem[] } {
  const line = firstLineOf(header);
  const errors: ImportProblem[] = [];
  const fields = header.record.map((name, index) => {
    const field = fieldOf(name);
    if (field === undefined) errors.push({ line, field: name, message: noColumn });
    else if (header.record.findIndex((other) => fieldOf(other) === field) < index)
      errors.push({ line, field: name, message: 'is given twice' });
    return field;
  });
  if (!fields.includes('id')) errors.push({ line, field: 'id', message: 'this column is missing' });
  return { fields, errors };
}

/** The separator that the header line holds most of. */
function delimiterOf(text: string): string {
  const header = /^\uFEFF?\s*([^\r\n]*)/.exec(text)?.[1] ?? '';
  const count = (separator: string): number => header.split(separator).length;
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

/** The parser tells the line where a row ends. */
function firstLineOf({ info, raw }: Row): number {
  const inside = raw.trim().split(/\r\n|\n|\r/).length - 1;
  return info.lines - inside;
}

/** The parser's own sentences quote values of the row, which may hold a password. */
function brokenBy({ code }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return 'a quotation mark is opened and not closed before the end of the file';
  if (code === 'CSV_MAX_RECORD_SIZE')
    return 'a row is longer than 100,000 characters: is a quotation mark not closed?';
  return 'a quotation mark stands where none may: quote the whole value and double the marks inside';
}
