// Reads settings out of LONGTAKE_* variables and the few older names of keys; secrets also out of files named by LONGTAKE_…_FILE.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { coerceText } from './coerce.ts';
import { configKeys, type ConfigKey } from './keys.ts';
import { emptyLayer, type Layer } from './layer.ts';
import { nearestName } from './nearest-name.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the file to read; not a key itself. */
export const fileVariable = 'LONGTAKE_CONFIG';

const prefix = 'LONGTAKE_';
const isOurs = (name: string): boolean => name.startsWith(prefix);
const withoutPrefix = (name: string): string => name.slice(prefix.length);

export function readEnvironment({ env, cwd }: { env: Environment; cwd: string }): Layer {
  const layer = emptyLayer();
  const names = new Map<string, { key: ConfigKey; fromFile: boolean }>();
  for (const key of configKeys()) {
    for (const name of [key.variable, ...key.aliases]) names.set(name, { key, fromFile: false });
    if (key.secret) names.set(`${key.variable}_FILE`, { key, fromFile: true });
  }
  const candidates = [...names.keys(), fileVariable].filter(isOurs).map(withoutPrefix);
  for (const name of Object.keys(env).sort()) {
    const raw = env[name];
    if (raw === undefined || raw === '' || name === fileVariable) continue;
    const found = names.get(name);
    if (found) take({ layer, name, raw, cwd, ...found });
    else if (isOurs(name)) warnOfTypo(layer, name, candidates);
  }
  return layer;
}

function take({
  layer,
  name,
  raw,
  cwd,
  key,
  fromFile,
}: {
  layer: Layer;
  name: string;
  raw: string;
  cwd: string;
  key: ConfigKey;
  fromFile: boolean;
}): void {
  const other = layer.settings.get(key.name);
  if (other && !(key.aliases.includes(name) || key.aliases.includes(other.origin))) {
    layer.problems.push({
      key: key.name,
      origin: name,
      message: `${other.origin} is set as well`,
      remedy: 'Keep one of the two.',
    });
    return;
  }
  const text = fromFile ? readSecret({ layer, key, name, path: resolve(cwd, raw) }) : raw;
  if (text === undefined) return;
  layer.settings.set(key.name, {
    value: coerceText(key, text),
    source: 'environment',
    origin: name,
    baseDir: cwd,
  });
}

function readSecret({
  layer,
  key,
  name,
  path,
}: {
  layer: Layer;
  key: ConfigKey;
  name: string;
  path: string;
}): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    layer.problems.push({
      key: key.name,
      origin: name,
      message: `the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      remedy: 'Name a file that this process may read.',
    });
    return undefined;
  }
}

/** Orchestrators set variables of their own that begin like ours (LONGTAKE_SERVICE_HOST), so only a near miss is refused. */
function warnOfTypo(layer: Layer, name: string, candidates: readonly string[]): void {
  const meant = nearestName(withoutPrefix(name), candidates);
  if (meant === undefined) return;
  layer.problems.push({
    key: name,
    origin: name,
    message: 'is no variable of Longtake',
    remedy: `Did you mean ${prefix}${meant}?`,
  });
}
