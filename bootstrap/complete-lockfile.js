// `node bootstrap/complete-lockfile.js`: names in package-lock.json the packages for other machines that a partial registry left out.
// Without them `npm ci` refuses the lockfile everywhere. They carry no checksum, because nobody here has seen them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const systems = [
  'darwin',
  'linux',
  'win32',
  'android',
  'freebsd',
  'openharmony',
  'sunos',
  'aix',
  'netbsd',
  'openbsd',
];
const processors = { armeabi: 'arm', arm: 'arm' };
const plainProcessors = [
  'x64',
  'arm64',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'universal',
];

/** What `npm` needs to know to pass a package by: read from names such as `core-linux-x64-musl`; undefined for other names. */
export function machineOfName(name) {
  const parts = name.split(/[-/]/);
  const os = parts.find((part) => systems.includes(part));
  if (os === undefined) return undefined;
  const cpu =
    parts.find((part) => plainProcessors.includes(part)) ??
    processors[parts.find((part) => part in processors)];
  const libc = parts.some((part) => part.startsWith('musl'))
    ? 'musl'
    : parts.some((part) => part.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    os: [os],
    ...(cpu && cpu !== 'universal' && { cpu: [cpu] }),
    ...(libc && os === 'linux' && { libc: [libc] }),
  };
}

/** Where npm would look for `name` from the package at `from`: its own node_modules, then those above it. */
function isLocked(packages, from, name) {
  for (let directory = from; ; directory = directory.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const prefix = directory === '' ? '' : `${directory}/`;
    if (packages[`${prefix}node_modules/${name}`] !== undefined) return true;
    if (directory === '') return false;
  }
}

/** The entries that are missing, by path; empty when `npm ci` can take the lockfile. */
export function missingEntries(lock) {
  const missing = {};
  for (const [from, entry] of Object.entries(lock.packages))
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock.packages, from, name)) continue;
      const machine = machineOfName(name);
      // Ranges and names that tell no machine are not ours to guess.
      if (machine === undefined || !/^\d/.test(version)) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...machine,
        ...(entry.dev && { dev: true }),
        optional: true,
      };
    }
  return missing;
}

/** A lockfile with those entries, sorted as npm sorts them. */
export function completeLockfile(lock) {
  const { '': own, ...packages } = { ...lock.packages, ...missingEntries(lock) };
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: { '': own, ...Object.fromEntries(sorted) } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = Object.keys(missingEntries(lock)).length;
  if (added > 0) writeFileSync(path, `${JSON.stringify(completeLockfile(lock), null, 2)}\n`);
  process.stdout.write(`${added} entries added\n`);
}
