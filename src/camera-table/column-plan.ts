// Holds a camera map against the table it speaks of: which columns are read, where each value is found, and all that does not fit.
import type { CameraMap, CameraMapRequest } from '../contract/camera-map.ts';
import { isTimeZone } from '../domain/calendar.ts';
import { Fault, isFault } from '../domain/fault.ts';
import { closestNames } from './closest-names.ts';
import { readable } from './relation-name.ts';
import type { Relation } from './relation.ts';
import { urlPattern, type UrlPattern } from './url-pattern.ts';

export interface ColumnPlan {
  /** In the order in which they are read. */
  columns: readonly string[];
  /** The column of a field of the map, or of a name in a template. */
  columnOf(name: string): string | undefined;
  /** By type in small letters; `default` for every other. */
  patterns: ReadonlyMap<string, UrlPattern>;
}

/** Fields that take the column of their own name when the map names none. */
const takenByName = ['id', 'type', 'host', 'port', 'user', 'password', 'path', 'name', 'enabled'] as const;

/** The map with every column named that will be read, as it is stored. @throws Fault InputInvalid */
export function completeMap({ map, relation }: { map: CameraMapRequest; relation: Relation }): CameraMap {
  const own = takenByName.filter((field) => relation.columns.includes(field));
  const columns = { ...Object.fromEntries(own.map((field) => [field, field])), ...map.columns };
  const hasTemplates = Object.keys(map.urlTemplates).length > 0;
  if (!hasTemplates && columns.url === undefined && relation.columns.includes('url')) columns.url = 'url';
  if (!hasTemplates && columns.url === undefined)
    throw new Fault('InputInvalid', 'The map says nowhere how a camera’s address is made.', {
      remedy: 'Give --template TYPE=URL (default=URL for all types), or --column url=COLUMN.',
    });
  const { id } = columns;
  if (id === undefined)
    throw new Fault('InputInvalid', `${readable(relation)} has no column id: say which one holds the id.`, {
      remedy: `Give --column id=COLUMN; the columns are ${listed(relation.columns)}.`,
    });
  return { ...map, columns: { ...columns, id } };
}

/** @throws Fault InputInvalid that names everything that does not fit */
export function planColumns({ map, relation }: { map: CameraMap; relation: Relation }): ColumnPlan {
  const problems: string[] = [];
  const patterns = patternsOf(map, problems);
  const fields = new Map<string, string>(
    Object.entries(map.columns).flatMap(([field, column]) => (column === undefined ? [] : [[field, column]])),
  );
  const columnOf = (name: string): string | undefined =>
    fields.get(name) ?? (relation.columns.includes(name) ? name : undefined);
  for (const [field, column] of fields) {
    if (!relation.columns.includes(column)) problems.push(`${field}: ${missing(column, relation)}`);
  }
  const used = [...patterns].flatMap(([type, { names }]) => names.map((name) => ({ type, name })));
  for (const { type, name } of used) {
    if (columnOf(name) === undefined) problems.push(`template ${type}: ${missing(name, relation)}`);
  }
  problems.push(...shownSecrets(patterns, columnOf));
  if (!isTimeZone(map.timeZone)) problems.push(`timeZone: ${JSON.stringify(map.timeZone)} is no time zone`);
  if (problems.length > 0) {
    const text = problems.map((problem) => `${problem}.`).join('\n');
    throw new Fault('InputInvalid', text, { remedy: 'Correct the map: `longtake restream map --help`.' });
  }
  const columns = [...fields.values(), ...used.flatMap(({ name }) => columnOf(name) ?? [])];
  return { columns: [...new Set(columns)], columnOf, patterns };
}

function patternsOf(map: CameraMap, problems: string[]): Map<string, UrlPattern> {
  const patterns = new Map<string, UrlPattern>();
  for (const [type, template] of Object.entries(map.urlTemplates)) {
    const key = type.trim().toLowerCase();
    if (patterns.has(key)) problems.push(`template ${type}: there are two that differ in case only`);
    try {
      patterns.set(key, urlPattern(template));
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(`template ${type}: ${error.message.replace(/\.$/, '')}`);
    }
  }
  return patterns;
}

/** Addresses are listed and stored as they are, so a password may stand nowhere but before the `@`. */
function shownSecrets(patterns: ReadonlyMap<string, UrlPattern>, columnOf: ColumnPlan['columnOf']): string[] {
  const secret = new Set(
    ['password', ...[...patterns.values()].flatMap(({ secretNames }) => secretNames)].map(columnOf),
  );
  secret.delete(undefined);
  return [...patterns].flatMap(([type, { openNames }]) =>
    openNames
      .filter((name) => secret.has(columnOf(name)))
      .map((name) => `template ${type}: {${name}} is a password and may stand before the @ only`),
  );
}

function missing(name: string, relation: Relation): string {
  const [best, ...others] = closestNames(name, relation.columns);
  const has = listed([...(best === undefined ? [] : [best]), ...others]);
  return `${readable(relation)} has no column ${JSON.stringify(name)}; it has ${has}`;
}

const mostListed = 12;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
