// Writes test/fakes/google/discovery from Google's discovery documents in the PyPI package google-api-python-client: only the methods that the stand-in knows, without descriptions.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { format } from 'prettier';

type Json = Record<string, unknown>;

const run = promisify(execFile);
const target = fileURLToPath(new URL('../test/fakes/google/discovery/', import.meta.url));
const pypiName = 'google-api-python-client';

/** Method ids without the API's name, as the discovery documents write them. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  'drive.v3': [
    'about.get',
    'drives.get',
    'drives.list',
    ...['create', 'delete', 'generateIds', 'get', 'list', 'update'].map((name) => `files.${name}`),
    ...['create', 'delete', 'get', 'list', 'update'].map((name) => `permissions.${name}`),
  ],
  'calendar.v3': [
    'calendarList.get',
    'calendarList.list',
    'calendars.get',
    ...['delete', 'get', 'insert', 'instances', 'list', 'patch', 'update'].map((name) => `events.${name}`),
  ],
  'classroom.v1': [
    'courses.get',
    'courses.list',
    ...['create', 'delete', 'list'].map((name) => `courses.aliases.${name}`),
    ...['announcements', 'courseWorkMaterials'].flatMap((noun) =>
      ['create', 'delete', 'get', 'list', 'patch'].map((name) => `courses.${noun}.${name}`),
    ),
    'courses.topics.list',
  ],
  'sheets.v4': ['spreadsheets.values.get'],
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Prose, and what Google asks us not to use any more. A property may be named `description`: then its value is an object. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      !(['description', 'enumDescriptions', 'enumDeprecated'].includes(key) && !isObject(inner)) &&
      !(isObject(inner) && inner.deprecated === true),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)]));
}

function methodsBelow(resource: Json): Json[] {
  const own = Object.values((resource.methods as Json | undefined) ?? {}) as Json[];
  const inner = Object.values((resource.resources as Json | undefined) ?? {}) as Json[];
  return [...own, ...inner.flatMap(methodsBelow)];
}

/** Names of all schemas that `value` mentions. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function schemasFor(methods: readonly Json[], all: Json): Json {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    referencesIn(all[name]).forEach(visit);
  };
  methods.flatMap(referencesIn).forEach(visit);
  return Object.fromEntries([...found].toSorted().map((name) => [name, all[name]]));
}

const methodKeys = [
  'id',
  'httpMethod',
  'path',
  'flatPath',
  'parameters',
  'request',
  'response',
  'scopes',
  'supportsMediaDownload',
];

function trimMethod(method: Json): Json {
  const kept = Object.fromEntries(methodKeys.flatMap((key) => (key in method ? [[key, method[key]]] : [])));
  const upload = method.mediaUpload as { protocols: { simple: { path: string } } } | undefined;
  return upload === undefined ? kept : { ...kept, uploadPath: upload.protocols.simple.path };
}

/** The part of a discovery document that the stand-in checks requests against. */
export function trimDocument(source: Json, ids: readonly string[]): Json {
  const document = withoutProse(source) as Json;
  const name = String(document.name);
  const methods = methodsBelow(document)
    .filter(({ id }) => ids.includes(String(id).slice(name.length + 1)))
    .map(trimMethod);
  const missing = ids.filter((id) => !methods.some((method) => method.id === `${name}.${id}`));
  if (missing.length > 0) throw new Error(`${name}: Google knows no ${missing.join(', ')} any more`);
  const scopes = Object.keys(
    (document.auth as { oauth2: { scopes: Json } } | undefined)?.oauth2.scopes ?? {},
  );
  return {
    id: document.id,
    name,
    revision: document.revision,
    servicePath: document.servicePath,
    parameters: document.parameters,
    scopes,
    methods,
    schemas: schemasFor(methods, document.schemas as Json),
  };
}

/** Downloads the newest wheel with pip, or takes the one given, and unpacks it. */
async function unpackWheel(directory: string, given: string | undefined): Promise<string> {
  if (given === undefined)
    await run('python3', ['-m', 'pip', 'download', pypiName, '--no-deps', '-q', '-d', directory]);
  const wheel =
    given ??
    (await readdir(directory))
      .filter((name) => name.endsWith('.whl'))
      .map((name) => join(directory, name))[0];
  if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${pypiName} into ${directory}`);
  const unpacked = join(directory, 'wheel');
  await run('python3', ['-m', 'zipfile', '-e', wheel, unpacked]);
  return unpacked;
}

const readmeOf = (version: string, revisions: readonly string[]): string => `# Discovery documents

Trimmed copies of Google's own, made by \`node scripts/refresh-google-discovery.ts\` from the PyPI package ${pypiName} ${version}
(Apache-2.0, see LICENSE). Changed: only the methods that the stand-in knows and the schemas they need; no descriptions; nothing deprecated.

${revisions.map((line) => `- ${line}`).join('\n')}
`;

async function refresh(wheel: string | undefined): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'longtake-discovery-'));
  try {
    const unpacked = await unpackWheel(scratch, wheel);
    const info = (await readdir(unpacked)).find((name) => name.endsWith('.dist-info')) ?? '';
    const version = /-([\d.]+)\.dist-info$/.exec(info)?.[1] ?? 'of unknown version';
    await mkdir(target, { recursive: true });
    const revisions: string[] = [];
    for (const [name, ids] of Object.entries(wanted)) {
      const path = join(unpacked, 'googleapiclient', 'discovery_cache', 'documents', `${name}.json`);
      const trimmed = trimDocument(JSON.parse(await readFile(path, 'utf8')) as Json, ids);
      const text = await format(JSON.stringify(trimmed), { parser: 'json', printWidth: 110 });
      await writeFile(join(target, `${name}.json`), text);
      revisions.push(`${String(trimmed.id)}, revision ${String(trimmed.revision)}: \`${name}.json\``);
    }
    await writeFile(join(target, 'LICENSE'), await readFile(join(unpacked, info, 'licenses', 'LICENSE')));
    await writeFile(join(target, 'README.md'), readmeOf(version, revisions));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await refresh(process.argv[2]);
