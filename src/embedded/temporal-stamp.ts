// The version stamp beside the embedded Temporal database: the Temporal CLI writes its SQLite schema once and never migrates it.
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import type { Run } from '../process/run-spec.ts';

/** Versions that one Temporal CLI binary prints; the database belongs to the server's. */
export interface TemporalVersion {
  cli: string;
  server: string;
  ui: string;
}

const databaseName = 'temporal.db';
const stampName = 'version.json';

/** Reads `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`; undefined for anything else. */
export function parseTemporalVersion(text: string): TemporalVersion | undefined {
  const match = /temporal version v?(\S+) \(Server ([^,]+), UI ([^)]+)\)/.exec(text);
  return match === null ? undefined : { cli: match[1]!, server: match[2]!, ui: match[3]! };
}

/** Asks a binary for its versions. Throws Fault ToolMissing when it does not run or is something else. */
export async function readTemporalVersion(run: Run, binary: string): Promise<TemporalVersion> {
  const lines: string[] = [];
  const end = await run({
    command: binary,
    args: ['--version'],
    signal: AbortSignal.timeout(20_000),
    onStdoutLine: (line) => void lines.push(line),
  });
  const version = parseTemporalVersion(lines.join('\n'));
  if (end.exitCode === 0 && version !== undefined) return version;
  throw new Fault('ToolMissing', `${binary} is not a Temporal CLI that runs here`, {
    exitCode: end.exitCode,
    argv: end.argv,
    stderrTail: end.stderrTail.slice(-20),
  });
}

async function readStamp(path: string): Promise<TemporalVersion | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as TemporalVersion;
  } catch {
    return undefined;
  }
}

async function moveAside(dir: string, from: string): Promise<void> {
  const aside = join(dir, `aside-${from}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(aside, { recursive: true });
  const names = (await readdir(dir)).filter((name) => name.startsWith(databaseName) || name === stampName);
  for (const name of names) await rename(join(dir, name), join(aside, name));
}

/**
 * Makes `dir` ready for this version and returns the database's path. A database of another server version is refused
 * (Fault ConfigInvalid) unless `freshHistory`, which moves it into `aside-<version>-<instant>/`.
 */
export async function prepareDatabase(spec: {
  dir: string;
  version: TemporalVersion;
  freshHistory: boolean;
}): Promise<string> {
  const { dir, version, freshHistory } = spec;
  await mkdir(dir, { recursive: true });
  const hasDatabase = (await readdir(dir)).includes(databaseName);
  if (hasDatabase) {
    const stamp = await readStamp(join(dir, stampName));
    const from = stamp?.server ?? 'unknown';
    if (freshHistory) await moveAside(dir, from);
    else if (from !== version.server)
      throw new Fault(
        'ConfigInvalid',
        `the Temporal database in ${dir} was made by server version ${from}, this one is ${version.server}, and its ` +
          'schema is never migrated; start with --fresh-history to move the old one aside (plans, cameras and media stay), ' +
          `or use a Temporal CLI with server ${from}`,
        { databaseVersion: from, serverVersion: version.server },
      );
  }
  await writeFile(join(dir, stampName), `${JSON.stringify(version)}\n`);
  return join(dir, databaseName);
}
