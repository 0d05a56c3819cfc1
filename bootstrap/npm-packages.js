// Brings node_modules in line with the lockfile and finds the Node that everything else runs under.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, runCommand, tail } from './command.js';
import { SetupError, stillAlive } from './progress.js';

/** The oldest Node that runs our TypeScript as it is. */
export const oldestNode = [22, 18];

/** True when a version such as `v24.21.0` runs TypeScript without a build. */
export function runsTypeScript(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Names the first difference between the lockfile and what npm noted as installed; undefined when there is none. */
export function lockfileDifference(root, { platform = process.platform, arch = process.arch } = {}) {
  const notePath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(notePath)) return 'nothing is installed yet';
  const wanted = readJson(join(root, 'package-lock.json')).packages;
  const installed = readJson(notePath).packages;
  const ourNode = `node_modules/node-${platform}-${arch}`;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || installed[path]?.version === entry.version) continue;
    // npm leaves out what is made for other machines, and what only those need; the packaged Node alone must be there.
    if (installed[path] === undefined && entry.optional && path !== ourNode) continue;
    return `${path.replace(/^node_modules\//, '')} should be ${entry.version}, is ${installed[path]?.version ?? 'absent'}`;
  }
  const extra = Object.keys(installed).find((path) => wanted[path] === undefined);
  return extra === undefined ? undefined : `${extra} is not in the lockfile`;
}

/** The Node to run under: the pinned one from node_modules, else this one when new enough, else undefined. */
export function findNode(root) {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  return runsTypeScript(process.version) ? process.execPath : undefined;
}

/** npm's error lines without its usage text, which is longer than the reason. */
function npmComplaint(output) {
  const errors = output.split('\n').filter((line) => /^npm error \S/.test(line));
  return errors.length === 0 ? output : errors.slice(0, 10).join('\n');
}

/** Installs the locked packages when they differ. No package's own script runs. */
export async function installPackages(root, say) {
  const difference = lockfileDifference(root);
  if (difference === undefined) return 'as locked';
  say(`npm ci, because ${difference}`);
  const ended = stillAlive(say, 'npm ci');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, output } = await runCommand(...npmCommand(args), { cwd: root, timeoutSeconds: 900 });
  ended();
  if (code !== 0)
    throw new SetupError(
      `npm ci failed:\n${tail(npmComplaint(output))}`,
      'check that npm reaches its registry (npm ping) and that package-lock.json is as committed, then run this again.',
    );
  return `installed ${Object.keys(readJson(join(root, 'node_modules', '.package-lock.json')).packages).length} packages`;
}

/** Checks the Node of the step above by running it. */
export async function checkNode(root) {
  const node = findNode(root);
  const remedy = `install Node ${oldestNode.join('.')} or newer and run this again with it.`;
  if (node === undefined)
    throw new SetupError(
      `no packaged Node for ${process.platform}-${process.arch}, and ${process.version} is too old`,
      remedy,
    );
  const { code, output } = await runCommand(node, ['--version']);
  if (code !== 0) throw new SetupError(`${node} does not run: ${tail(output)}`, remedy);
  return output.trim();
}
