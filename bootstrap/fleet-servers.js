// Builds the servers of a fleet that exist as images only: Temporal's production server with its schema tool, and its Web UI.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { findGo, goEnvironment, must } from './go-build.js';
import { pinnedEnv } from './pinned-env.js';
import { SetupError, stillAlive } from './progress.js';
import { toolCacheDir } from './server-tools.js';
import { whileAlone } from './tool-lock.js';

/** Per server: its Go module, the programs in it by the names they have in the images, and the folder of data to keep beside them. */
export const fleetServers = {
  'temporal-server': {
    label: 'Temporal server',
    version: pinnedEnv.TEMPORAL_VERSION,
    module: 'go.temporal.io/server',
    programs: { server: 'temporal-server', sql: 'temporal-sql-tool' },
    packages: ['cmd/server', 'cmd/tools/sql'],
    folder: { from: 'schema/postgresql/v12', to: 'schema/postgresql/v12' },
    printsVersion: true,
  },
  'temporal-ui': {
    label: 'Temporal Web UI',
    version: pinnedEnv.TEMPORAL_UI_VERSION,
    module: 'github.com/temporalio/ui-server/v2',
    programs: { server: 'ui-server' },
    packages: ['cmd/server'],
    folder: { from: 'config', to: 'config' },
    printsVersion: false,
  },
};

/** Directory of one version of a server once cached: its programs and its folder. */
export function fleetServerDir(name, environment) {
  return join(toolCacheDir(environment), `${name}-${fleetServers[name].version}`);
}

/** Copies a folder of the module cache, which is read-only. */
function copyWritable(from, to) {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath ?? entry.path, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  chmodSync(to, 0o755);
}

async function build(name, directory) {
  const { module, version, packages, programs, folder, printsVersion, label } = fleetServers[name];
  const go = findGo();
  if (go === undefined) throw new Error(`go is not installed, so ${label} cannot be built`);
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const env = goEnvironment({ GOBIN: bin });
  const wanted = packages.map((path) => `${module}/${path}@v${version}`);
  await must('go install', go, ['install', '-trimpath', '-ldflags', '-s -w', ...wanted], { env });
  const answer = await must('go mod download', go, ['mod', 'download', '-json', `${module}@v${version}`], {
    env,
    cwd: directory,
  });
  const { Dir } = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
  const ready = join(directory, 'ready');
  copyWritable(join(Dir, folder.from), join(ready, folder.to));
  for (const [built, called] of Object.entries(programs)) {
    copyFileSync(join(bin, built), join(ready, called));
    chmodSync(join(ready, called), 0o755);
    const { code, output } = await runCommand(join(ready, called), ['--version'], { timeoutSeconds: 30 });
    if (code !== 0 || (printsVersion && !output.includes(version)))
      throw new Error(`${called} says ${output.trim() || 'nothing'} instead of ${version}`);
  }
  return ready;
}

async function fillCache(name, say) {
  const target = fleetServerDir(name, process.env);
  const { label, version } = fleetServers[name];
  if (existsSync(target)) return 'cached by another set-up meanwhile';
  const directory = mkdtempSync(join(toolCacheDir(process.env), `.making-${name}-`));
  const ended = stillAlive(say, 'building with Go (minutes on two cores)');
  try {
    say('building with Go (minutes on two cores)');
    renameSync(await build(name, directory), target);
    return 'built with Go, cached';
  } catch (error) {
    throw new SetupError(
      `${label} ${version} could not be built:\n${error.message}`,
      'install Go 1.26 or newer where it can reach its module proxy, then run this again.',
    );
  } finally {
    ended();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Makes sure that a server of the fleet is here; returns the outcome in words. */
export async function obtainFleetServer(name, say) {
  const { version } = fleetServers[name];
  // A directory appears in the cache only complete and tried out, so its name is proof enough.
  if (existsSync(fleetServerDir(name, process.env))) return `${version} from cache`;
  const how = await whileAlone({ name: `${name}-${version}`, say }, () => fillCache(name, say));
  return `${version} ${how}`;
}
