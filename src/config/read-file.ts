// Finds and reads the configuration file: YAML (JSON is YAML too), nested by section.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { configKeys } from './keys.ts';
import { emptyLayer, type Layer } from './layer.ts';
import { nearestName } from './nearest-name.ts';
import type { Environment } from './read-environment.ts';

export const fileName = 'longtake.yaml';

/** The file named by flag or variable, else the first that exists: in the working directory, in the user's configuration directory. */
export function findFile(request: {
  named: string | undefined;
  env: Environment;
  cwd: string;
}): string | undefined {
  const { named, env, cwd } = request;
  if (named !== undefined) return resolve(cwd, named);
  const userDir = env['XDG_CONFIG_HOME'] ?? (env['HOME'] && join(env['HOME'], '.config'));
  const candidates = [join(cwd, fileName), ...(userDir ? [join(userDir, 'longtake', fileName)] : [])];
  return candidates.find((path) => existsSync(path));
}

export function readFile(path: string): Layer {
  const layer = emptyLayer();
  const complain = (key: string, message: string, remedy: string) =>
    layer.problems.push({ key, origin: path, message, remedy });
  let document: unknown;
  try {
    // Loaded on demand: most runs have no file, and the parser costs more than the rest of this room.
    const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
    document = parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unreadable = code?.startsWith('E');
    const reason = unreadable ? `cannot be read (${code})` : `is not YAML: ${message.split('\n')[0]}`;
    complain('(file)', reason, unreadable ? 'Name a file that exists.' : 'Correct it at that line.');
    return layer;
  }
  if (!isSection(document)) {
    complain('(file)', 'holds no sections', 'Write keys as `section:` with indented `key: value` lines.');
    return layer;
  }
  for (const { name, value } of entriesOf(document, '')) {
    if (keyNames().includes(name)) {
      if (value !== null)
        layer.settings.set(name, { value, source: 'file', origin: path, baseDir: dirname(path) });
    } else if (isSectionName(name)) {
      if (value !== null) complain(name, 'is a section', `Its keys are ${keysOf(name).join(', ')}.`);
    } else {
      const meant = nearestName(name, [...keyNames(), ...sectionNames()]);
      complain(name, 'is no key of the configuration', meant ? `Did you mean ${meant}?` : 'Remove it.');
    }
  }
  return layer;
}

const keyNames = (): string[] => configKeys().map((key) => key.name);
const keysOf = (section: string): string[] => keyNames().filter((name) => name.startsWith(`${section}.`));
const sectionNames = (): string[] => [
  ...new Set(keyNames().flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.'))] : []))),
];
const isSectionName = (name: string): boolean => keysOf(name).length > 0;

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Dotted names and values, going down into known sections only: an unknown one is one mistake, whatever it holds. */
function* entriesOf(
  section: Record<string, unknown>,
  prefix: string,
): Generator<{ name: string; value: unknown }> {
  for (const [word, value] of Object.entries(section)) {
    const name = prefix + word;
    if (isSection(value) && isSectionName(name)) yield* entriesOf(value, `${name}.`);
    else yield { name, value };
  }
}
