// Opens a file, recognises its container by its bytes and reads its times in this thread; what only ffprobe can read is named, not read.
import { statSync } from 'node:fs';
import type { ContainerName } from '../../domain/gap-report.ts';
import { isFault, Fault } from '../../domain/fault.ts';
import { ByteWindow, openFileSource, type ByteSource } from './byte-source.ts';
import { readFlv } from './flv.ts';
import { readMp4 } from './mp4.ts';
import { readMpegTs } from './mpegts.ts';
import { sniffBytes, sniffContainer } from './sniff.ts';
import type { TrackTimes } from './track-times.ts';

/** What a file is, and its times when we could read them ourselves. */
export type FileTimes =
  | { kind: 'times'; times: TrackTimes }
  | { kind: 'empty' }
  | { kind: 'notMedia'; reason: string }
  | { kind: 'needsFfprobe'; container: ContainerName; reason: string };

const readers: Partial<Record<ContainerName, (source: ByteSource) => TrackTimes>> = {
  flv: readFlv,
  mp4: readMp4,
  mpegts: readMpegTs,
};

/**
 * Times of the file at `path`. `onRead` hears of each read and may throw to stop. Throws Fault NotFound when there is no such
 * file, StorageFault when the disk fails; a file that lies about itself is an answer.
 */
export function readFileTimes(path: string, onRead?: (readBytes: number) => void): FileTimes {
  return withFile(path, readSourceTimes, onRead);
}

/** Opens a regular file for the length of `read`. */
export function withFile<T>(
  path: string,
  read: (source: ByteSource) => T,
  onRead?: (readBytes: number) => void,
): T {
  const facts = statSync(path, { throwIfNoEntry: false });
  // Not a pipe either: opening one would wait for ever.
  if (!facts?.isFile()) throw new Fault('NotFound', `There is no file at ${path}`);
  const source = openFileSource(path, onRead);
  try {
    return read(source);
  } finally {
    source.close();
  }
}

/** The same for any source of bytes. */
export function readSourceTimes(source: ByteSource): FileTimes {
  const container = sniffContainer(new ByteWindow(source, sniffBytes).copy(0, sniffBytes));
  if (container === 'empty') return { kind: 'empty' };
  if (container === 'notMedia') return { kind: 'notMedia', reason: 'no known container begins like this' };
  const read = readers[container];
  if (!read) return { kind: 'needsFfprobe', container, reason: `${container} has no reader of its own` };
  try {
    const times = read(source);
    if (times.unsupported) return { kind: 'needsFfprobe', container, reason: times.unsupported };
    return { kind: 'times', times };
  } catch (error) {
    if (isFault(error, 'MediaUnreadable')) return { kind: 'notMedia', reason: error.message };
    throw error;
  }
}
