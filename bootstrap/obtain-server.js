// Brings a server into the user's cache: official download, else a build with Go. Safe when two clones do it at once.
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadServer } from './download.js';
import { buildServer } from './go-build.js';
import { locateServer, versionOf } from './locate.js';
import { isExecutable } from './on-path.js';
import { SetupError, stillAlive } from './progress.js';
import { cachedToolPath, pinnedVersions, serverTools, toolCacheDir } from './server-tools.js';
import { whileAlone } from './tool-lock.js';

/** Tries each way in turn inside `directory`; returns how it came, or throws with what each way said. */
async function obtainInto(tool, directory, say) {
  const version = pinnedVersions[tool];
  const ways = [
    { name: 'downloaded', doing: 'asking for the official download', run: downloadServer },
    { name: 'built with Go', doing: 'building with Go (minutes on two cores)', run: buildServer },
  ];
  const failures = [];
  for (const way of ways) {
    const ended = stillAlive(say, way.doing);
    try {
      say(way.doing);
      await way.run(tool, directory);
      chmodSync(join(directory, tool), 0o755);
      const printed = await versionOf(tool, join(directory, tool));
      if (printed !== version)
        throw new Error(`the binary says version ${printed ?? 'nothing'} instead of ${version}`);
      return way.name;
    } catch (error) {
      failures.push(`${way.doing}: ${error.message}`);
      say(`not this way: ${error.message.split('\n').slice(0, 2).join(' ')}`);
    } finally {
      ended();
    }
  }
  throw new SetupError(
    `${serverTools[tool].label} ${version} could not be had:\n${failures.join('\n')}`,
    `install Go 1.26 or newer, or put ${tool} ${version} on PATH, or name it in ${serverTools[tool].pathVariable}; then run this again.`,
  );
}

/** Publishes a finished binary by one rename of its directory; a sibling that was faster wins. */
function publish(tool, directory, target) {
  const clean = mkdtempSync(join(toolCacheDir(process.env), `.ready-${tool}-`));
  renameSync(join(directory, tool), join(clean, tool));
  chmodSync(clean, 0o755);
  try {
    renameSync(clean, dirname(target));
  } catch (error) {
    rmSync(clean, { recursive: true, force: true });
    if (!isExecutable(target)) throw error;
  }
}

async function fillCache(tool, say) {
  const target = cachedToolPath(tool, process.env);
  const directory = mkdtempSync(join(toolCacheDir(process.env), `.making-${tool}-`));
  try {
    if (isExecutable(target)) return 'cached by another set-up meanwhile';
    const how = await obtainInto(tool, directory, say);
    publish(tool, directory, target);
    return how;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Makes sure that a server's binary is here. Returns `{ path, outcome }`. */
export async function obtainServer(tool, say) {
  const version = pinnedVersions[tool];
  const here = await locateServer(tool);
  if (here !== undefined) return { path: here.path, outcome: `${version} from ${here.from}` };
  const how = await whileAlone({ name: `${tool}-${version}`, say }, () => fillCache(tool, say));
  return { path: cachedToolPath(tool, process.env), outcome: `${version} ${how}, cached` };
}
