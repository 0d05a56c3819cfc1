// `restream map`: from flags and file to a map, held against the live table, with a preview of what it makes of the first rows.
import { readDocument } from '../../config/read-document.ts';
import { saveCameraMap, shownCameraMap } from '../../client/camera-map.ts';
import type {
  CameraMapDocument,
  cameraMapDocument,
  cameraMapRemoved,
  CameraMapShown,
  cameraMapShown,
} from '../../contract/camera-map.ts';
import { exitCodes, type ExitCode } from '../../contract/exit-codes.ts';
import { Fault } from '../../domain/fault.ts';
import { printJson } from '../output/json.ts';
import { renderTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Flags, Invocation } from '../perform.ts';
import { withCatalog } from '../session.ts';
import { cameraDsnOf } from './camera-dsn.ts';

export const mapCameras = (invocation: Invocation): Promise<ExitCode> =>
  withCatalog(invocation, async (session) => {
    const { terminal, flags, json, catalog, signal } = session;
    if (flags['show'] === true) {
      const shown = await shownCameraMap(catalog);
      if (json) printJson<typeof cameraMapShown>(terminal, shown);
      else terminal.out(`${mapText(shown)}\nStored ${shown.updatedAt}.`);
      return exitCodes.done;
    }
    if (flags['remove'] === true) {
      const removed = await catalog.cameraMap.remove();
      if (json) printJson<typeof cameraMapRemoved>(terminal, { removed });
      else
        terminal.out(removed ? 'Map removed: the cameras of the catalog are relayed.' : 'No map was stored.');
      return exitCodes.done;
    }
    const request = requestFromFlags(flags);
    const document = await saveCameraMap(catalog, { request, dsn: await cameraDsnOf(session), signal });
    if (json) printJson<typeof cameraMapDocument>(terminal, document);
    else printDocument(terminal, document);
    return document.problems.length > 0 ? exitCodes.gapsOrFailures : exitCodes.done;
  });

/** The map as it was asked for, for the contract to check. @throws Fault InputInvalid that names all wrong flags */
export function requestFromFlags(flags: Flags): Record<string, unknown> {
  const problems: string[] = [];
  const file = typeof flags['file'] === 'string' ? sectionOf(readDocument(flags['file'])) : {};
  if (file === undefined) problems.push('--file holds no map: write table, columns and urlTemplates.');
  if (flags['table'] !== undefined && flags['view'] !== undefined)
    problems.push('--table and --view are the same; give one of the two.');
  const columns = pairsOf({ flags, name: 'column', problems });
  const enabled = flags['enabled'];
  if (typeof enabled === 'string') {
    if ((columns['enabled'] ?? enabled) !== enabled)
      problems.push('--enabled and --column enabled=… name two columns; give one of the two.');
    columns['enabled'] = enabled;
  }
  const urlTemplates = pairsOf({ flags, name: 'template', problems });
  const table = flags['table'] ?? flags['view'] ?? file?.['table'];
  if (table === undefined && file !== undefined)
    problems.push('Name the table with --table, --view or --file.');
  if (problems.length > 0) throw new Fault('InputInvalid', problems.join('\n'), { remedy: mapHelp });
  const timeZone = flags['timeZone'] ?? file?.['timeZone'];
  return {
    ...file,
    table,
    columns: merged(file?.['columns'], columns),
    urlTemplates: merged(file?.['urlTemplates'], urlTemplates),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

const mapHelp = '`longtake restream map --help` shows the flags with examples.';

/** What is no section stays as it is, for the contract to refuse. */
const merged = (fromFile: unknown, fromFlags: Record<string, string>): unknown =>
  fromFile === undefined || fromFile === null || sectionOf(fromFile)
    ? { ...sectionOf(fromFile), ...fromFlags }
    : fromFile;

const sectionOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

function pairsOf({
  flags,
  name,
  problems,
}: {
  flags: Flags;
  name: 'column' | 'template';
  problems: string[];
}): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const text of (flags[name] as readonly string[] | undefined) ?? []) {
    const at = text.indexOf('=');
    const [left, right] = [text.slice(0, Math.max(0, at)).trim(), text.slice(at + 1).trim()];
    // An address is not quoted: a password may stand in it.
    if (at < 1 || right === '')
      problems.push(`--${name} takes ${name === 'column' ? 'FIELD=COLUMN' : 'TYPE=URL'}.`);
    else if (Object.hasOwn(pairs, left)) problems.push(`--${name} ${left}=… is given twice.`);
    else pairs[left] = right;
  }
  return pairs;
}

const mostProblems = 20;

function printDocument(terminal: Terminal, document: CameraMapDocument): void {
  const { cameras, disabled, problems, preview } = document;
  terminal.out(mapText(document));
  if (preview.length > 0) {
    const rows = preview.map(({ id, url, hasCredentials, engine, enabled }) => [
      id,
      url,
      hasCredentials ? 'stored apart' : '',
      engine ?? '',
      enabled ? 'yes' : 'no',
    ]);
    terminal.out(`\n${renderTable(['id', 'address', 'credentials', 'engine', 'enabled'], rows)}`);
  }
  if (problems.length > 0) {
    const rows = problems
      .slice(0, mostProblems)
      .map(({ row, id, field, message }) => [row, id ?? '', field, message]);
    const more = problems.length - rows.length;
    terminal.out(
      `\n${renderTable(['row', 'id', 'column', 'problem'], rows)}${more > 0 ? `\n… and ${more} more` : ''}`,
    );
  }
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  terminal.out(
    `\nMap stored: ${count(cameras, 'camera')} to relay, ${disabled} switched off, ${count(problems.length, 'problem')}.`,
  );
}

function mapText({ map, database }: Pick<CameraMapShown, 'map' | 'database'>): string {
  const columns = Object.entries(map.columns).map(([field, column]) =>
    field === column ? field : `${field}=${column}`,
  );
  const templates = Object.entries(map.urlTemplates).map(([type, url]) => `  ${type}: ${url}`);
  return [
    `${map.table} in ${database}, time zone ${map.timeZone}`,
    `  columns: ${columns.join(' ')}`,
    ...templates,
  ].join('\n');
}
