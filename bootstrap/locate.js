// Finds a server's binary on this machine: the path in the environment, then PATH, then the user's cache. Downloads and builds nothing.
import { runCommand, tail } from './command.js';
import { isExecutable, onPath } from './on-path.js';
import { SetupError } from './progress.js';
import { cachedToolPath, pinnedVersions, serverTools } from './server-tools.js';

/** The version that a binary prints, or undefined when it does not run. */
export async function versionOf(tool, path) {
  const { code, output } = await runCommand(path, ['--version'], { timeoutSeconds: 20 });
  return code === 0 ? serverTools[tool].readVersion(output) : undefined;
}

/** `{ path, from }` of a binary that is already here, or undefined. A path in the environment that does not run is an error. */
export async function locateServer(tool, environment = process.env) {
  const { pathVariable, label } = serverTools[tool];
  const named = environment[pathVariable];
  if (named) {
    const { code, output } = await runCommand(named, ['--version'], { timeoutSeconds: 20 });
    if (code === 0) return { path: named, from: pathVariable };
    throw new SetupError(
      `${pathVariable} names ${named}, which does not run: ${tail(output, 3)}`,
      `point ${pathVariable} at ${label} ${pinnedVersions[tool]}, or unset it.`,
    );
  }
  const found = onPath(tool, { path: environment.PATH ?? '' });
  if (found !== undefined && (await versionOf(tool, found)) === pinnedVersions[tool])
    return { path: found, from: 'PATH' };
  const cached = cachedToolPath(tool, environment);
  // A directory appears in the cache only complete and tried out, so its name is proof enough.
  return isExecutable(cached) ? { path: cached, from: 'cache' } : undefined;
}
