// The text that ffmpeg's concat demuxer reads, and the private directory of generated names that it points to; no user's name ever stands in a list.
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { type ContainerName, containerExtension } from '../domain/gap-report.ts';

/** ffmpeg's name of the demuxer of each container, as `-format_whitelist` compares it. */
export const demuxerName: Record<ContainerName, string> = {
  flv: 'flv',
  mp4: 'mov',
  mpegts: 'mpegts',
  matroska: 'matroska',
};

export interface ConcatEntry {
  path: string;
  container: ContainerName;
  /** Exclusive, compared with decode times of the file: the first packet at or past it ends the file. Seconds of the file's own clock. */
  outPointSeconds?: number;
  /** From this file's first packet to the next file's first packet in the output, seconds; absent for the last file. */
  durationSeconds?: number;
}

/**
 * The list for entries that already have list names. Each entry's format whitelist holds for that file alone, so a file that
 * turns out to be a list or a playlist is refused whatever it is called; packets that a cut file ends in are discarded.
 */
export function concatListText(entries: readonly (Omit<ConcatEntry, 'path'> & { name: string })[]): string {
  const lines = entries.flatMap((entry) => [
    `file ${quoteForList(entry.name)}`,
    `option format_whitelist ${demuxerName[entry.container]}`,
    ...(entry.container === 'mpegts' ? [] : namedContainerOptions),
    ...(entry.outPointSeconds === undefined ? [] : [`outpoint ${listSeconds(entry.outPointSeconds)}`]),
    ...(entry.durationSeconds === undefined ? [] : [`duration ${listSeconds(entry.durationSeconds)}`]),
  ]);
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

/**
 * What a transport stream must not have: it calls a packet corrupt for one lost continuity count, and such a picture is better kept;
 * and its frame rate is only known by looking. The others say it themselves: not looking saves a sixth of the CPU of a merge (measured).
 */
const namedContainerOptions: readonly string[] = ['option fflags +discardcorrupt', 'option fpsprobesize 0'];

/** Single quotes as the list's grammar wants them. Throws UnsafeName for control characters: a newline would begin a directive. */
export function quoteForList(name: string): string {
  if (/[\u0000-\u001f\u007f]/.test(name))
    throw new Fault('UnsafeName', 'A name with control characters cannot stand in a list of files');
  return `'${name.replaceAll("'", "'\\''")}'`;
}

/** Makes `<dir>/000000.flv` … point to the files and writes `<dir>/list.ffconcat`. Answers the list's path. */
export async function writeConcatDir(dir: string, entries: readonly ConcatEntry[]): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const named = entries.map((entry, index) => ({ ...entry, name: linkName(index, entry.container) }));
  for (const entry of named) await symlink(await realpath(entry.path), join(dir, entry.name));
  const listPath = join(dir, 'list.ffconcat');
  await writeFile(listPath, concatListText(named));
  return listPath;
}

/** Options before `-i <list>`. `-copyts` keeps the times as the list says them; without it ffmpeg moves the first one to zero. */
export const concatInputOptions: readonly string[] = [
  '-copyts',
  '-protocol_whitelist',
  'file',
  '-f',
  'concat',
  '-safe',
  '0',
];

const linkName = (index: number, container: ContainerName): string =>
  `${String(index).padStart(6, '0')}.${containerExtension[container]}`;

/** Microseconds are what the demuxer counts in. */
const listSeconds = (seconds: number): string => seconds.toFixed(6);
