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

/** Size and hash of a media file; a document without its number of attempts. */
export function contentOf(path: string): unknown {
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
export const readPublished = (places: Places): Published => readFiles(rootsOf(places));

/** Everything that stands under a final name below the roots, by the names that are given to them. */
export function readFiles(roots: Readonly<Record<string, string>>, read = contentOf): Published {
  const found: Published = new Map();
  for (const [name, root] of Object.entries(roots))
    for (const { path, isDirectory } of entriesBelow(root))
      if (!isDirectory && !isHidden(path)) found.set(`${name}/${path}`, read(join(root, path)));
  return found;
}

/** What work in progress left behind: files in the work directories, anything hidden beside exports and published files. */
export const leftovers = (places: Places): string[] =>
  leftoversIn({ work: join(places.mediaRoot, '.work'), roots: Object.values(rootsOf(places)) });

export function leftoversIn({ work, roots }: { work: string; roots: readonly string[] }): string[] {
  const temporary = entriesBelow(work).filter(({ isDirectory }) => !isDirectory);
  const hidden = roots.flatMap(entriesBelow).filter(({ path }) => isHidden(path));
  return [...temporary, ...hidden].map(({ path }) => path);
}

/** Files that differ from what an undisturbed run leaves, with both contents; files that are not there yet do not. */
export function strangers(found: Published, calm: Published): string[] {
  return [...found]
    .filter(([path, content]) => !isDeepStrictEqual(content, calm.get(path)))
    .map(([path, content]) => `${path}: ${JSON.stringify(content)}, not ${JSON.stringify(calm.get(path))}`);
}

export interface PublishedWatch extends Disposable {
  /** As `strangers` has them: names under which anything but the content of an undisturbed run was ever seen. */
  strangers(calm: Published): string[];
  /** How often something was seen. */
  looks(): number;
}

export function watchPublished(places: Places, cameras: readonly string[]): PublishedWatch {
  const directories = Object.entries(rootsOf(places)).flatMap(([name, root]) =>
    cameras.map((camera): [string, string] => [`${name}/${camera}`, join(root, camera)]),
  );
  return watchFiles(Object.fromEntries(directories));
}

/** Reads each file at once when anything happens to its name. The directories are made, so that none is watched too late. */
export function watchFiles(directories: Readonly<Record<string, string>>, read = contentOf): PublishedWatch {
  const seen = new Map<string, unknown[]>();
  const watchers = Object.entries(directories).map(([name, directory]) => {
    mkdirSync(directory, { recursive: true });
    return watch(directory, (_event, file) => {
      if (file === null || basename(file).startsWith('.')) return;
      try {
        const key = `${name}/${file}`;
        seen.set(key, [...(seen.get(key) ?? []), read(join(directory, file))]);
      } catch {
        // It is gone again.
      }
    });
  });
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
