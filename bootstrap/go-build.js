// Builds a server from its Go module at the pinned version, for machines where the official download does not answer.
import { chmodSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, runCommand, tail } from './command.js';
import { onPath } from './on-path.js';
import { homeDir, pinnedVersions, serverTools } from './server-tools.js';

const limitSeconds = 1500;

/** Go's environment: no toolchain download, nothing of C, and a home even where HOME is empty. */
export function goEnvironment(more) {
  return {
    ...process.env,
    HOME: homeDir(),
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOFLAGS: '-buildvcs=false',
    ...more,
  };
}

/** Runs a step of a build to success. Throws a plain Error with the end of its output. */
export async function must(what, command, args, options) {
  const { code, output } = await runCommand(command, args, { timeoutSeconds: limitSeconds, ...options });
  if (code !== 0) throw new Error(`${what} failed:\n${tail(output)}`);
  return output;
}

/** The module can be installed as it stands; the linker writes the version that a release would print. */
async function buildTemporal(go, directory) {
  const version = pinnedVersions.temporal;
  const stamp = `-s -w -X github.com/temporalio/cli/temporalcli.Version=${version}`;
  const args = [
    'install',
    '-trimpath',
    '-ldflags',
    stamp,
    `github.com/temporalio/cli/cmd/temporal@v${version}`,
  ];
  await must('go install', go, args, { env: goEnvironment({ GOBIN: directory }) });
}

/** A writable copy of a module: files of the module cache can be neither changed nor overlaid. */
async function copyModule(go, module, version, to) {
  const answer = await must('go mod download', go, ['mod', 'download', '-json', `${module}@v${version}`], {
    cwd: to,
    env: goEnvironment({ GOFLAGS: '-modcacherw' }),
  });
  const source = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)).Dir;
  const copy = join(to, 'source');
  cpSync(source, copy, { recursive: true });
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath ?? entry.path, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  chmodSync(copy, 0o755);
  return copy;
}

/** MediaMTX embeds two files that its own generator would fetch: its version and the hls.js player, here from npm. */
async function buildMediaMtx(go, directory) {
  const version = pinnedVersions.mediamtx;
  const source = await copyModule(go, 'github.com/bluenviron/mediamtx', version, directory);
  writeFileSync(join(source, 'internal/core/VERSION'), `v${version}`);
  const hls = join(source, 'internal/servers/hls');
  const hlsVersion = readFileSync(join(hls, 'hlsjsdownloader/VERSION'), 'utf8').trim().replace(/^v/, '');
  const pack = ['pack', `hls.js@${hlsVersion}`, '--ignore-scripts', '--pack-destination', directory];
  await must('npm pack hls.js', ...npmCommand(pack), { cwd: directory, timeoutSeconds: 180 });
  const archive = readdirSync(directory).find((name) => name.startsWith('hls.js-') && name.endsWith('.tgz'));
  await must('unpacking hls.js', 'tar', [
    '-xzf',
    join(directory, archive),
    '-C',
    directory,
    'package/dist/hls.min.js',
  ]);
  cpSync(join(directory, 'package/dist/hls.min.js'), join(hls, 'hls.min.js'));
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(directory, 'mediamtx'), '.'];
  await must('go build', go, args, { cwd: source, env: goEnvironment() });
}

/** Path of Go's own command, or undefined. */
export const findGo = () => onPath('go', { more: ['/usr/local/go/bin', '/usr/lib/go/bin'] });

/** Puts the binary of `tool` into `directory`; throws a plain Error that says why not. */
export async function buildServer(tool, directory) {
  const go = findGo();
  if (go === undefined) throw new Error(`go is not installed, so ${serverTools[tool].label} cannot be built`);
  await (tool === 'temporal' ? buildTemporal : buildMediaMtx)(go, directory);
}
