// Turns names into paths inside the media root and refuses every way out of it.
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { errnoOf, storageFault } from './errno.ts';

export interface MediaRoot {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Absolute path of a relative one, or of an absolute one that lies inside. Fault UnsafeName otherwise. */
  resolve(path: string): string;
  /** The path as people see it: relative to the root. */
  relative(path: string): string;
}

const isInside = (root: string, path: string): boolean => path === root || path.startsWith(root + sep);

/**
 * Real path of the deepest part of `path` that exists; undefined when a link there leads nowhere, because a file written through it would
 * land at its target. A directory that another attempt makes between two looks is looked at again.
 */
function realAncestor(path: string): string | undefined {
  for (let current = path; ;) {
    try {
      return realpathSync(current);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || current === dirname(current)) throw error;
    }
    const entry = lstatSync(current, { throwIfNoEntry: false });
    if (entry?.isSymbolicLink()) return undefined;
    if (!entry) current = dirname(current);
  }
}

function outside(path: string): Fault {
  return new Fault(
    'UnsafeName',
    `The path ${JSON.stringify(path.slice(0, 300))} leads out of the media root.`,
  );
}

function makeRoot(mediaRoot: string): string {
  try {
    mkdirSync(mediaRoot, { recursive: true });
    return realpathSync(mediaRoot);
  } catch (error) {
    throw storageFault(error, `Opening the media root ${mediaRoot}`);
  }
}

/** Makes the directory when it is absent. */
export function openMediaRoot(mediaRoot: string): MediaRoot {
  const root = makeRoot(mediaRoot);
  return {
    path: root,
    relative: (path) => relative(root, path),
    resolve: (path) => {
      const isSafe = path !== '' && !path.includes('\0') && !path.split('/').includes('..');
      const absolute = isAbsolute(path) ? normalize(path) : join(root, path);
      if (!isSafe || !isInside(root, absolute)) throw outside(path);
      let real: string | undefined;
      try {
        real = realAncestor(absolute);
      } catch (error) {
        throw storageFault(error, `Resolving ${relative(root, absolute)}`);
      }
      if (real === undefined || !isInside(root, real)) throw outside(path);
      return absolute;
    },
  };
}
