// Reads a CSV or JSON file of cameras: all rows with their credentials apart, or every problem with its line and column.
import type { CameraCredential } from '../catalog/credentials.ts';
import type { CameraRow, ImportProblem } from '../contract/camera.ts';
import { columnOf, fieldOf, noColumn, type ImportEntry } from './camera-columns.ts';
import { readCameraFields } from './camera-fields.ts';
import { readCsv } from './camera-csv.ts';

export type ImportFormat = 'csv' | 'json';

export interface ParsedImport {
  rows: CameraRow[];
  credentials: CameraCredential[];
  /** When not empty, nothing of the file may be imported. */
  errors: ImportProblem[];
}

export function parseCameraImport({ text, format }: { text: string; format: ImportFormat }): ParsedImport {
  const { entries, errors } = format === 'csv' ? readCsv(text) : readJson(text);
  const parsed: ParsedImport = { rows: [], credentials: [], errors };
  const lineOfId = new Map<string, number>();
  for (const { line, fields } of entries) {
    const { row, credentials, problems } = readCameraFields(typed(fields));
    for (const { field, message } of problems) errors.push({ line, field: columnOf(field), message });
    const id = fields['id'];
    if (typeof id === 'string' && id !== '') {
      const first = lineOfId.get(id);
      if (first === undefined) lineOfId.set(id, line);
      else
        errors.push({ line, field: 'id', message: `${JSON.stringify(id)} stands on line ${first} already` });
    }
    if (row) {
      parsed.rows.push(row);
      parsed.credentials.push(...credentials);
    }
  }
  errors.sort((a, b) => a.line - b.line);
  return parsed;
}

const truth = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

/** Words become lists and truth values; empty fields are absent. What does not fit stays as it is, for the schema to refuse. */
function typed(fields: Record<string, unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '') continue;
    if (field === 'tags' && typeof value === 'string') {
      values[field] = value
        .split(';')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== '');
    } else if (field === 'enabled' && typeof value === 'string') {
      values[field] = truth.get(value.toLowerCase()) ?? value;
    } else values[field] = value;
  }
  return values;
}

/** Fields of `camera list --json` that are not the importer's to set. */
const shownOnly = new Set(['hasCredentials', 'revision', 'updatedAt']);

function readJson(text: string): { entries: ImportEntry[]; errors: ImportProblem[] } {
  const refuse = (message: string) => ({ entries: [], errors: [{ line: 1, field: '', message }] });
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message quotes the text around the fault, which may hold a password.
    return refuse('the file is not JSON');
  }
  if (!Array.isArray(document)) return refuse('the file must hold an array of cameras');
  const entries: ImportEntry[] = [];
  const errors: ImportProblem[] = [];
  document.forEach((element: unknown, index) => {
    const line = index + 1;
    if (typeof element !== 'object' || element === null || Array.isArray(element)) {
      errors.push({ line, field: '', message: 'is no object' });
      return;
    }
    const fields: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(element)) {
      const field = fieldOf(name);
      if (field !== undefined && !(field in fields)) fields[field] = value;
      else if (field !== undefined) errors.push({ line, field: name, message: 'is given twice' });
      else if (!shownOnly.has(name)) errors.push({ line, field: name, message: noColumn });
    }
    entries.push({ line, fields });
  });
  return { entries, errors };
}
