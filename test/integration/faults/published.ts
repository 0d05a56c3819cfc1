// What stands under final names: looked at while it appears, and compared with what an undisturbed run leaves.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { basename, join, relative } from 'node:path';

/** Relative path to content: the hash of a media file, a document without its number of attempts. */
export type Published = Map<string, unknown>;

/** Hidden names are work in progress by agreement: `.work`, `.longtake-partial`, the temporaries of rsync. */
const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'));

function entriesBelow(root: string): { path: string; isDirectory: boolean }[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true, recursive: true }).map((entry) => ({
    path: relative(root, join(entry.parentPath, entry.name)),
    isDirectory: entry.isDirectory(),
  }));
}

function contentOf(path: string): unknown {
  const bytes = readFileSync(path);
  if (!path.endsWith('.json')) return `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
  try {
    const { attempts, ...document } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return { ...document, ...(attempts === undefined ? {} : { attempts: 'some' }) };
  } catch {
    return `no JSON: ${bytes.length} bytes`;
  }
}

export interface Places {
  mediaRoot: string;
  exportDir: string;
}

const rootsOf = ({ mediaRoot, exportDir }: Places): Record<string, string> => ({
  downloaded: join(mediaRoot, 'downloaded'),
  merged: join(mediaRoot, 'merged'),
  export: exportDir,
});

/** Everything that stands under a final name now. */
export function readPublished(places: Places): Published {
  const found: Published = new Map();
  for (const [name, root] of Object.entries(rootsOf(places)))
    for (const { path, isDirectory } of entriesBelow(root))
      if (!isDirectory && !isHidden(path)) found.set(`${name}/${path}`, contentOf(join(root, path)));
  return found;
}

/** What work in progress left behind: files in the work directories, anything hidden beside exports and published files. */
export function leftovers(places: Places): string[] {
  const work = entriesBelow(join(places.mediaRoot, '.work')).filter(({ isDirectory }) => !isDirectory);
  const hidden = Object.values(rootsOf(places)).flatMap(entriesBelow);
  return [...work, ...hidden.filter(({ path }) => isHidden(path))].map(({ path }) => path);
}

/** Files that differ from what an undisturbed run leaves; files that are not there yet do not. */
export function strangers(found: Published, calm: Published): string[] {
  return [...found]
    .filter(([path, content]) => !isDeepStrictEqual(content, calm.get(path)))
    .map(([path]) => path);
}

export interface PublishedWatch extends Disposable {
  /** Names under which anything but the content of an undisturbed run was ever seen. */
  strangers(calm: Published): string[];
  /** How often something was seen. */
  looks(): number;
}

/** Reads each file at once when anything happens to its name. The directories of the cameras are made, so that none is watched too late. */
export function watchPublished(places: Places, cameras: readonly string[]): PublishedWatch {
  const seen = new Map<string, unknown[]>();
  const watchers = Object.entries(rootsOf(places)).flatMap(([name, root]) =>
    cameras.map((camera) => {
      const directory = join(root, camera);
      mkdirSync(directory, { recursive: true });
      return watch(directory, (_event, file) => {
        if (file === null || basename(file).startsWith('.')) return;
        try {
          const key = `${name}/${camera}/${file}`;
          seen.set(key, [...(seen.get(key) ?? []), contentOf(join(directory, file))]);
        } catch {
          // It is gone again.
        }
      });
    }),
  );
  return {
    looks: () => [...seen.values()].flat().length,
    strangers: (calm) =>
      [...seen].flatMap(([path, contents]) =>
        contents.flatMap((content) => strangers(new Map([[path, content]]), calm)),
      ),
    [Symbol.dispose]() {
      for (const watcher of watchers) watcher.close();
    },
  };
}
