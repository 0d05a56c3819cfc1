// `camera import`: a whole file or nothing; every error with its line and field.
import { readFile } from 'node:fs/promises';
import { parseCameraImport, type ImportFormat } from '../../client/camera-import.ts';
import type { CameraImportDocument, cameraImportDocument, ImportProblem } from '../../contract/camera.ts';
import { Fault } from '../../domain/fault.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { printJson } from '../output/json.ts';
import type { Invocation } from '../perform.ts';
import { readLines } from '../prompt.ts';
import { withCatalog } from '../session.ts';

export async function importCameras(invocation: Invocation): Promise<ExitCode> {
  const { terminal, args, flags } = invocation;
  const [file = ''] = args;
  const format = formatOf(file, flags['format']);
  const text = file === '-' ? (await readLines(terminal)).join('\n') : await readText(file);
  const { rows, credentials, errors } = parseCameraImport({ text, format });
  if (errors.length > 0) return refuse(invocation, errors);
  return withCatalog(invocation, async ({ json, catalog }) => {
    const counts = await catalog.cameras.upsertMany({ rows, credentials });
    const document: CameraImportDocument = { ...counts, errors: [] };
    if (json) printJson<typeof cameraImportDocument>(terminal, document);
    else terminal.out(`${counts.added} added, ${counts.changed} changed, ${counts.unchanged} unchanged.`);
    return exitCodes.done;
  });
}

function refuse({ terminal, json }: Invocation, errors: ImportProblem[]): ExitCode {
  if (json) {
    printJson<typeof cameraImportDocument>(terminal, { added: 0, changed: 0, unchanged: 0, errors });
    return exitCodes.badInput;
  }
  for (const { line, field, message } of errors)
    terminal.err(`line ${line}${field ? `, ${field}` : ''}: ${message}`);
  terminal.err(`${errors.length} error${errors.length === 1 ? '' : 's'}; nothing was imported.`);
  return exitCodes.badInput;
}

function formatOf(file: string, named: unknown): ImportFormat {
  const format = named ?? (/\.json$/i.test(file) ? 'json' : 'csv');
  if (format === 'csv' || format === 'json') return format;
  throw new Fault('InputInvalid', `--format takes csv or json, not ${JSON.stringify(format)}.`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Fault(
      'NotFound',
      `The file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      {
        remedy: 'Check the path and its permissions; - reads standard input.',
      },
    );
  }
}
