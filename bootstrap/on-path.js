// Looks programs up in directories; runs nothing.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True for a file that this user may execute. */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Full path of a program on PATH (or in one of `more` directories), or undefined. */
export function onPath(name, { path = process.env.PATH ?? '', more = [] } = {}) {
  return [...path.split(delimiter), ...more]
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => join(directory, name))
    .find(isExecutable);
}
