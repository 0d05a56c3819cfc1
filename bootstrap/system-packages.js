// The programs that come from the system: which command needs which, from which version on, and how Debian calls them.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, tail } from './command.js';
import { onPath } from './on-path.js';
import { SetupError, stillAlive } from './progress.js';

const postgresBase = '/usr/lib/postgresql';

/** Debian keeps server programs of PostgreSQL off PATH, one directory per version. */
function postgresDirectories() {
  if (!existsSync(postgresBase)) return [];
  const versions = readdirSync(postgresBase).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(postgresBase, version, 'bin'));
}

/** A package with which the system's own Python makes a camera of GStreamer's RTSP server: it is here when Python can do `check`. */
const gstreamer = (debian, check) => ({
  name: 'python3',
  label: debian,
  debian,
  directory: '/usr/bin',
  oldest: [3, 9],
  ask: ['-c', `import gi, platform\n${check}\nprint('version', platform.python_version())`],
  for: ['test'],
});
const gstreamerElement = (name) =>
  `gi.require_version('Gst', '1.0')\nfrom gi.repository import Gst\nGst.init(None)\nassert Gst.ElementFactory.find('${name}')`;

/** Every program: its Debian package, the oldest version that will do, the set-ups that need it. */
export const systemTools = [
  { name: 'ffmpeg', debian: 'ffmpeg', oldest: [5, 1], ask: ['-version'], for: ['run', 'test'] },
  { name: 'ffprobe', debian: 'ffmpeg', oldest: [5, 1], ask: ['-version'], for: ['run', 'test'] },
  { name: 'rsync', debian: 'rsync', oldest: [3, 2, 4], ask: ['--version'], for: ['run', 'test'] },
  { name: 'ssh', debian: 'openssh-client', for: ['run', 'test'] },
  { name: 'tini', debian: 'tini', optional: true, for: ['run', 'test'] },
  { name: 'setpriv', debian: 'util-linux', optional: true, for: ['run', 'test'] },
  {
    name: 'sshd',
    debian: 'openssh-server',
    directories: () => ['/usr/sbin', '/usr/local/sbin'],
    for: ['test'],
  },
  { name: 'openssl', debian: 'openssl', for: ['test'] },
  gstreamer('python3-gi', ''),
  gstreamer('gir1.2-gst-rtsp-server-1.0', "gi.require_version('GstRtspServer', '1.0')"),
  gstreamer('gstreamer1.0-plugins-base', gstreamerElement('videotestsrc')),
  gstreamer('gstreamer1.0-plugins-good', gstreamerElement('rtph264pay')),
  gstreamer('gstreamer1.0-plugins-ugly', gstreamerElement('x264enc')),
  { name: 'initdb', debian: 'postgresql', directories: postgresDirectories, for: ['test'] },
  { name: 'curl', debian: 'curl', for: ['bench'] },
  {
    name: 'DejaVu fonts',
    debian: 'fonts-dejavu-core',
    file: '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
    for: ['run', 'test'],
  },
];

/** First version number in a program's answer as numbers; undefined for builds that print none, which pass. */
export function readToolVersion(text) {
  const match = /version\s+(?:n|v)?(\d+(?:\.\d+)+)/i.exec(text);
  return match?.[1].split('.').map(Number);
}

/** True when version `a` is at least `b`, both as lists of numbers. */
export function isAtLeast(a, b) {
  for (const [index, wanted] of b.entries()) {
    const have = a[index] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}

/** What is wrong with one tool here, or undefined. */
async function complaint(tool) {
  if (tool.file !== undefined)
    return existsSync(tool.file) || (await fontKnown()) ? undefined : `${tool.name} absent`;
  const { label = tool.name, directory } = tool;
  const path = onPath(tool.name, { path: directory, more: tool.directories?.() ?? [] });
  if (path === undefined) return `${label} absent`;
  if (tool.oldest === undefined) return undefined;
  const { code, output } = await runCommand(path, tool.ask, { timeoutSeconds: 20 });
  if (code !== 0) return `${label} does not run`;
  const version = readToolVersion(output);
  if (version === undefined || isAtLeast(version, tool.oldest)) return undefined;
  return `${label} ${version.join('.')} older than ${tool.oldest.join('.')}`;
}

/** Other systems keep the same font elsewhere; fontconfig knows. */
async function fontKnown() {
  const { code, output } = await runCommand('fc-match', ['-f', '%{family}', 'DejaVu Sans Mono']);
  return code === 0 && output.includes('DejaVu');
}

async function lacking(purposes) {
  const wanted = systemTools.filter((tool) => tool.for.some((purpose) => purposes.includes(purpose)));
  const complaints = await Promise.all(wanted.map(complaint));
  return wanted
    .map((tool, index) => ({ tool, complaint: complaints[index] }))
    .filter((entry) => entry.complaint !== undefined);
}

function isDebian() {
  const path = '/etc/os-release';
  return (
    existsSync(path) &&
    /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync(path, 'utf8')) &&
    onPath('apt-get')
  );
}

const policyPath = '/usr/sbin/policy-rc.d';
const policyText =
  '#!/bin/sh\n# Written by the set-up of Longtake while it installs packages; delete it when no set-up runs.\nexit 101\n';

/** Runs `work` while packages may not start their services: we want the programs, not a new sshd on port 22. */
async function withoutServices(work) {
  // Somebody's own policy stays; ours of a killed set-up is taken over.
  if (existsSync(policyPath) && readFileSync(policyPath, 'utf8') !== policyText) return work();
  const remove = () => rmSync(policyPath, { force: true });
  writeFileSync(policyPath, policyText, { mode: 0o755 });
  process.once('exit', remove);
  try {
    return await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function aptInstall(packages, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const ended = stillAlive(say, 'apt-get');
  try {
    say('apt-get update');
    const update = await runCommand('apt-get', ['update', '-q'], { env, timeoutSeconds: 180 });
    say(`apt-get install ${packages.join(' ')}`);
    const options = ['-q', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold'];
    const install = await withoutServices(() =>
      runCommand('apt-get', ['install', ...options, ...packages], { env, timeoutSeconds: 600 }),
    );
    if (install.code !== 0)
      throw new SetupError(
        `apt-get could not install ${packages.join(' ')}:\n${tail(update.code === 0 ? install.output : update.output)}`,
        `see that this prints no error, then run this again: apt-get update && apt-get install ${packages.join(' ')}`,
      );
  } finally {
    ended();
  }
}

const unique = (values) => [...new Set(values)];

/** Checks the tools of these purposes and installs what is missing where it may. Returns the outcome in words. */
export async function ensureSystemPackages(purposes, say) {
  let missing = await lacking(purposes);
  if (missing.length === 0) return 'all here';
  const packages = unique(missing.map(({ tool }) => tool.debian));
  const isRoot = process.getuid?.() === 0;
  if (isRoot && isDebian()) {
    // Optional ones ride along; alone they are no reason to touch the system's packages again and again.
    await aptInstall(packages, say);
    missing = await lacking(purposes);
  }
  const hard = missing.filter(({ tool }) => !tool.optional);
  if (hard.length > 0) {
    const names = unique(hard.map(({ tool }) => tool.debian)).join(' ');
    throw new SetupError(
      hard.map((entry) => entry.complaint).join(', '),
      isDebian()
        ? `type: sudo apt-get install ${names}`
        : `install these with your package manager: ${names}`,
    );
  }
  return missing.length === 0
    ? `installed ${packages.join(' ')}`
    : `all needed (without ${missing.map(({ tool }) => tool.name).join(', ')})`;
}
