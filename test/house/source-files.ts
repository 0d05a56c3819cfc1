// The files of the repository as house tests read them: everything a clone holds, nothing that a run makes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface RepositoryFile {
  /** Relative to the root, with `/`. */
  path: string;
  text: string;
}

const notOurs = new Set(['node_modules', 'dist', 'coverage', 'secrets', '.git', '.longtake']);
const binary = /\.(?:png|jpe?g|gif|ico|woff2?|mp4|gz)$/;

function pathsBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return pathsBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Text files below `directory` (relative to the root) whose path passes `wanted`; binary ones are left out. */
export function filesBelow(directory: string, wanted: RegExp = /./): RepositoryFile[] {
  const start = join(root, directory);
  if (statSync(start, { throwIfNoEntry: false }) === undefined) return [];
  return pathsBelow(start)
    .map((path) => relative(root, path))
    .filter((path) => wanted.test(path) && !binary.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Lines as an editor counts them. */
export const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

export const readRoot = (path: string): string => readFileSync(join(root, path), 'utf8');
