// Puts the configuration together: flags over environment over file over the running stack over defaults; all problems at once.
import { isAbsolute, join, resolve } from 'node:path';
import type { ConfigSource } from '../contract/config-document.ts';
import { Fault } from '../domain/fault.ts';
import {
  dataFiles,
  defaultDataDir,
  defaultHost,
  defaultMediaSlots,
  defaultTokenFile,
} from './derived-defaults.ts';
import { configKeys, type ConfigKey } from './keys.ts';
import type { ConfigProblem, Setting } from './layer.ts';
import { fileVariable, readEnvironment, type Environment } from './read-environment.ts';
import { findFile, readFile } from './read-file.ts';
import { readFlags, type ConfigFlags } from './read-flags.ts';
import type { Config } from './schema.ts';
import { readStack, type StackFile } from './stack-file.ts';

export interface LoadRequest {
  flags?: ConfigFlags;
  env: Environment;
  /** Absolute. */
  cwd: string;
}

export interface LoadedConfig {
  config: Config;
  /** Where the value of each key came from. */
  sources: Record<string, ConfigSource>;
  /** The configuration file that was read. */
  file: string | undefined;
  /** The stack running in the data directory. */
  stack: StackFile | undefined;
}

/** The configuration in force. @throws Fault ConfigInvalid that names every problem with its remedy */
export const loadConfig = (request: LoadRequest): Config => loadConfigWithSources(request).config;

export function loadConfigWithSources({ flags = {}, env, cwd }: LoadRequest): LoadedConfig {
  const flagLayer = readFlags({ flags, cwd });
  const environment = readEnvironment({ env, cwd });
  const file = findFile({ named: flags.config ?? (env[fileVariable] || undefined), env, cwd });
  const layers = [flagLayer, environment, ...(file === undefined ? [] : [readFile(file)])];
  const problems = layers.flatMap((layer) => layer.problems);
  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const key of configKeys()) {
    const setting = layers.map((layer) => layer.settings.get(key.name)).find((found) => found !== undefined);
    const parsed = key.schema.safeParse(setting?.value);
    if (parsed.success)
      values[key.name] = setting ? anchored(key, parsed.data, { setting, env }) : parsed.data;
    else problems.push(...problemsOf(key, setting, parsed.error.issues));
    sources[key.name] = setting?.source ?? 'default';
  }
  problems.push(...contradictions(values));
  if (problems.length > 0) throw invalid(problems);
  const dataDir = (values['dataDir'] as string | undefined) ?? defaultDataDir(env);
  const stack = readStack(dataDir);
  for (const [name, value] of stackValues({ stack, values, env })) {
    values[name] = value;
    sources[name] = 'stack';
  }
  const tokenFile = defaultTokenFile({ values, dataDir });
  if (tokenFile) values['google.tokenFile'] = tokenFile;
  return { config: assemble({ ...values, dataDir }), sources, file, stack };
}

/** Temporal's own settings are as explicit as ours, so the stack of a data directory does not override them. */
function* stackValues(request: {
  stack: StackFile | undefined;
  values: Record<string, unknown>;
  env: Environment;
}): Generator<[string, unknown]> {
  const { stack, values, env } = request;
  if (!stack) return;
  const chosen =
    values['temporal.profile'] ??
    values['temporal.address'] ??
    env['TEMPORAL_ADDRESS'] ??
    env['TEMPORAL_PROFILE'];
  if (!chosen) {
    yield ['temporal.address', stack.temporalAddress];
    if (stack.temporalNamespace && !values['temporal.namespace'])
      yield ['temporal.namespace', stack.temporalNamespace];
  }
  const ownCatalog = values['catalog.kind'] ?? values['catalog.url'] ?? values['catalog.file'];
  if (stack.catalog && !ownCatalog) yield ['catalog.file', stack.catalog.file];
  const ownGoogle =
    values['google.apiUrl'] ??
    values['google.credentialsFile'] ??
    values['google.tokenFile'] ??
    (values['google.useDefaultCredentials'] || undefined);
  if (stack.google && !ownGoogle)
    for (const [name, value] of Object.entries(stack.google)) yield [`google.${name}`, value];
}

/** Absolute paths: `~/` is the home directory, anything else starts from where the setting stands. */
function anchored(key: ConfigKey, value: unknown, at: { setting: Setting; env: Environment }): unknown {
  if (Array.isArray(value)) return value.map((one) => anchored(key, one, at));
  if (typeof value !== 'string' || !(key.path || (key.command && value.includes('/')))) return value;
  const home = at.env['HOME'];
  if (value.startsWith('~/') && home) return join(home, value.slice(2));
  return isAbsolute(value) ? resolve(value) : resolve(at.setting.baseDir, value);
}

function contradictions(values: Record<string, unknown>): ConfigProblem[] {
  const kind = values['catalog.kind'];
  const refuse = (key: string, message: string, remedy: string) => [
    { key, origin: 'configuration', message, remedy },
  ];
  if (kind === 'postgres' && values['catalog.url'] === undefined)
    return refuse(
      'catalog.url',
      'is needed for a PostgreSQL catalog',
      'Set LONGTAKE_CATALOG_URL or LONGTAKE_CATALOG_URL_FILE.',
    );
  if (kind === 'sqlite' && values['catalog.url'] !== undefined)
    return refuse('catalog.kind', 'is sqlite, but catalog.url is set', 'Remove one of the two.');
  return [];
}

function problemsOf(
  key: ConfigKey,
  setting: Setting | undefined,
  issues: readonly { path: PropertyKey[]; message: string }[],
): ConfigProblem[] {
  const wanted = key.choices.length > 0 ? `one of ${key.choices.join(', ')}` : `a ${key.type}`;
  return issues.map((issue) => ({
    key: [key.name, ...issue.path].join('.'),
    origin: setting?.origin ?? 'default',
    message: issue.message,
    remedy: `Give ${wanted}: ${key.description}`,
  }));
}

function invalid(problems: readonly ConfigProblem[]): Fault {
  const lines = problems.map(({ key, origin, message, remedy }) => {
    const where = origin === key ? key : `${key} (${origin})`;
    return `${where}: ${message}. ${remedy}`;
  });
  return new Fault('ConfigInvalid', `The configuration cannot be used:\n${lines.join('\n')}`, { problems });
}

function assemble(values: Record<string, unknown> & { dataDir: string }): Config {
  const defaults = dataFiles(values.dataDir);
  const top: Record<string, unknown> = {};
  const nested: Record<string, Record<string, unknown>> = {};
  for (const { name } of configKeys()) {
    const [section, word] = name.split('.') as [string, string | undefined];
    if (word === undefined) top[section] = values[name];
    else if (values[name] === undefined) nested[section] ??= {};
    else (nested[section] ??= {})[word] = values[name];
  }
  const url = values['catalog.url'] as string | undefined;
  return {
    ...top,
    ...nested,
    dataDir: values.dataDir,
    host: values['host'] ?? defaultHost(),
    mediaRoot: values['mediaRoot'] ?? defaults.mediaRoot,
    keyFile: values['keyFile'] ?? defaults.keyFile,
    catalog: url
      ? { kind: 'postgres', url }
      : { kind: 'sqlite', file: values['catalog.file'] ?? defaults.catalogFile },
    media: { ...nested['media'], slots: values['media.slots'] ?? defaultMediaSlots() },
  } as Config;
}
