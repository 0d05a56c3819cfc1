// Checks of directories, free space and the key file.
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freeBytesAt } from '../plan-estimate.ts';
import { type Check, fail, type Finding, pass, warn } from './check.ts';

export interface StorageSettings {
  dataDir: string;
  mediaRoot: string;
  keyFile: string;
}

const tightBytes = 10e9;
const fullBytes = 1e9;

export const storageChecks = ({ dataDir, mediaRoot, keyFile }: StorageSettings): Check[] => [
  { area: 'storage', name: 'data directory', look: () => lookAtDirectory(dataDir, 'LONGTAKE_DATA') },
  { area: 'storage', name: 'media root', look: () => lookAtDirectory(mediaRoot, 'mediaRoot') },
  { area: 'storage', name: 'key file', look: () => lookAtKeyFile(keyFile) },
];

async function lookAtDirectory(directory: string, setting: string): Promise<Finding> {
  const remedy = `Make it writable for this user, or choose another with ${setting}.`;
  const made = await isDirectory(directory);
  if (made === 'file') return fail(`${directory} is a file.`, `Choose a directory with ${setting}.`);
  const problem = made ? await writeProbe(directory) : await parentProblem(directory);
  if (problem) return fail(`${directory}: ${problem}.`, remedy);
  const freeBytes = (await freeBytesAt(directory, { climb: true })) ?? 0;
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  const where = made ? `${directory} is writable` : `${directory} will be made at first use`;
  if (freeBytes < fullBytes) return fail(`${where}; only ${free}.`, 'Free space before starting a plan.');
  if (freeBytes < tightBytes)
    return warn(`${where}; only ${free}.`, 'A camera of 2 Mbit/s needs about 11 GB for a day of 12 hours.');
  return pass(`${where}; ${free}.`);
}

async function isDirectory(path: string): Promise<boolean | 'file'> {
  try {
    return (await stat(path)).isDirectory() || 'file';
  } catch {
    return false;
  }
}

/** Writes, syncs and renames a file, as a publish does. */
async function writeProbe(directory: string): Promise<string | undefined> {
  const probe = join(directory, `.doctor-${process.pid}`);
  try {
    const file = await open(probe, 'w', 0o600);
    await file.write('probe').finally(() => file.sync().finally(() => file.close()));
    await rename(probe, `${probe}.renamed`);
    return undefined;
  } catch (error) {
    return `a file cannot be written (${(error as NodeJS.ErrnoException).code})`;
  } finally {
    await Promise.all([rm(probe, { force: true }), rm(`${probe}.renamed`, { force: true })]);
  }
}

async function parentProblem(directory: string): Promise<string | undefined> {
  for (let parent = dirname(directory); ; parent = dirname(parent)) {
    const found = await isDirectory(parent);
    if (found === 'file') return `${parent} is a file`;
    if (!found && parent !== dirname(parent)) continue;
    const allowed = await access(parent, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    return allowed ? undefined : `${parent} is not writable`;
  }
}

async function lookAtKeyFile(path: string): Promise<Finding> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
  if (found === 'ENOENT') return pass(`${path} will be made when the first credentials are stored.`);
  if (typeof found === 'string')
    return fail(`${path} cannot be read (${found}).`, `Let this user read ${path}.`);
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  if ((found.mode & 0o077) !== 0)
    return fail(`${path} has mode ${mode}: others can read it.`, `Run: chmod 600 ${path}`);
  return pass(`${path} has mode ${mode}.`);
}
