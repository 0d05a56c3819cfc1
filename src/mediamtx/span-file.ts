// What must be known of a fetched span file before it is used: that it is whole, and where its presentation time 0 really lies.
import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../domain/fault.ts';
import { boxAt, boxBelow, boxesIn, type Box } from './mp4-boxes.ts';

export interface SpanFile {
  /**
   * Seconds from the asked start to presentation time 0. The edit list begins at the asked start, mostly between two frames; ffmpeg, and
   * every reader that follows it, puts the first frame shown at 0. So this is the wait for that frame, less than a frame's length.
   */
  zeroAfterStartSeconds: number;
}

/** A day of frames stays far below; a larger index is no index. */
const maxMoovBytes = 64 << 20;

/** Throws SourceUnreachable when the file stops in the middle of a box or has no index: the server broke off without saying so. */
export async function readSpanFile(path: string): Promise<SpanFile> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const moov = await findMoov(file, size);
  if (!moov || moov.end - moov.start > maxMoovBytes)
    throw new Fault(
      'SourceUnreachable',
      `The playback server broke off in the middle of a span (${size} bytes came).`,
      {
        receivedBytes: size,
      },
    );
  const buffer = Buffer.alloc(moov.end - moov.start);
  await file.read(buffer, 0, buffer.length, moov.start);
  return { zeroAfterStartSeconds: waitForFirstShown(buffer) };
}

/** The index, only when the top-level boxes end exactly where the file ends. */
async function findMoov(file: FileHandle, size: number): Promise<Box | undefined> {
  const header = Buffer.alloc(16);
  let moov: Box | undefined;
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(header, 0, 16, position);
    const box = boxAt(header.subarray(0, bytesRead), position, size);
    if (!box) return undefined;
    if (box.type === 'moov') moov = box;
    position = box.end;
  }
  return moov;
}

/** Seconds from the edit list's start to the first video frame at or after it; 0 without an edit list. */
function waitForFirstShown(moov: Buffer): number {
  const whole = { start: 0, end: moov.length };
  const video = boxesIn(moov, whole).find((trak) => {
    const handler = boxBelow(moov, trak, 'mdia', 'hdlr');
    return (
      trak.type === 'trak' &&
      handler &&
      moov.toString('latin1', handler.start + 8, handler.start + 12) === 'vide'
    );
  });
  const edits = video && boxBelow(moov, video, 'edts', 'elst');
  const clock = video && boxBelow(moov, video, 'mdia', 'mdhd');
  const tables = video && boxBelow(moov, video, 'mdia', 'minf', 'stbl');
  if (!edits || !clock || !tables) return 0;
  const editStart = mediaTime(moov, edits);
  const shown = firstCompositionFrom(moov, tables, editStart);
  const timescale = moov.readUInt32BE(clock.start + (moov[clock.start] === 1 ? 20 : 12));
  return shown === undefined || timescale === 0 ? 0 : (shown - editStart) / timescale;
}

/** Media time of the first edit that is not empty, in ticks. */
function mediaTime(moov: Buffer, elst: Box): number {
  const isLong = moov[elst.start] === 1;
  const [entryBytes, offset] = isLong ? [20, 8] : [12, 4];
  for (let at = elst.start + 8; at + entryBytes <= elst.end; at += entryBytes) {
    const time = isLong ? Number(moov.readBigInt64BE(at + offset)) : moov.readInt32BE(at + offset);
    if (time >= 0) return time;
  }
  return 0;
}

/** The smallest composition time, in ticks, that is not before `from`; undefined when all are before. */
function firstCompositionFrom(moov: Buffer, tables: Box, from: number): number | undefined {
  const durations = runs(moov, boxBelow(moov, tables, 'stts'));
  const offsets = runs(moov, boxBelow(moov, tables, 'ctts'));
  let decodeTicks = 0;
  let best: number | undefined;
  for (let duration = durations.next(); !duration.done; duration = durations.next()) {
    const offset = offsets.next();
    // The second word of a ctts entry is signed in version 1, and MediaMTX writes negative ones.
    const composition = decodeTicks + (offset.done ? 0 : offset.value | 0);
    if (composition >= from && (best === undefined || composition < best)) best = composition;
    decodeTicks += duration.value;
  }
  return best;
}

/** The value of each sample in a table of (count, value) runs. */
function* runs(moov: Buffer, table: Box | undefined): Generator<number, undefined> {
  if (!table) return undefined;
  for (let at = table.start + 8; at + 8 <= table.end; at += 8) {
    const value = moov.readUInt32BE(at + 4);
    for (let count = Math.min(moov.readUInt32BE(at), 1 << 24); count > 0; count -= 1) yield value;
  }
  return undefined;
}
