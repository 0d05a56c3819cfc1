// Proves that FLV files of H.264 all frame and describe their pictures alike, so that packets pass from one into another as they are.
import { readFileWindow } from './packets/file-window.ts';
import type { PlacedFile } from './placed-file.ts';
import { ByteWindow } from './scan/byte-source.ts';
import { FlvTag, tagHeaderBytes } from './scan/flv-tag.ts';
import { avcRecordSets, streamKeyOf } from './scan/stream-key.ts';

/** Metadata and codec records stand before the first picture, within a few kilobytes. */
const headBytes = 64 * 1024;
const videoTag = 9;
const avc = 7;
const sequenceHeader = 0;
/** Flags, packet type and composition offset before the record. */
const recordAt = 5;

export interface SharedRecordSpec {
  files: readonly Pick<PlacedFile, 'path' | 'container' | 'expected'>[];
  /** What the scan found in each source; `undefined` proves nothing. */
  streamKey: string | undefined;
  signal: AbortSignal;
}

/**
 * True when each file begins with the same H.264 record, byte for byte, and that record alone makes the stream key: no file then changes
 * its parameters in its middle. False says no more than that this is not proved: another container or codec, a slate, a cut packet.
 */
export async function shareOneRecord(spec: SharedRecordSpec): Promise<boolean> {
  const { files, streamKey, signal } = spec;
  const isSound = files.every(({ container, expected }) => container === 'flv' && isWhole(expected));
  if (!isSound || streamKey === undefined) return false;
  let shared: Buffer | undefined;
  for (const { path } of files) {
    const record = await firstAvcRecord(path, signal);
    if (!record || (shared && !shared.equals(record))) return false;
    shared = record;
  }
  return shared !== undefined && pictureKey(shared) === streamKey.split(' ')[0];
}

const isWhole = (expected: PlacedFile['expected']): boolean =>
  expected !== undefined && expected.videoPackets.least === expected.videoPackets.most;

const pictureKey = (record: Buffer): string | undefined =>
  streamKeyOf({ codec: 'h264', packaging: 'record', sets: avcRecordSets(record) }, undefined)?.split(' ')[0];

/** The body of the first video tag, if it is an H.264 record in the classic form. */
async function firstAvcRecord(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const { source } = await readFileWindow({ path, side: 'head', windowBytes: headBytes, signal });
  const window = new ByteWindow(source);
  const tag = new FlvTag(window);
  const at = window.ensure(0, 9);
  let position = at < 0 ? source.sizeBytes : window.bytes.readUInt32BE(at + 5) + 4;
  while (position + tagHeaderBytes <= source.sizeBytes && tag.load(position)) {
    if (tag.type === videoTag) break;
    position = tag.position + tag.size + 4;
  }
  const isRecord = tag.type === videoTag && (tag.head[0]! & 0x8f) === avc && tag.head[1] === sequenceHeader;
  if (!isRecord || tag.size <= recordAt || tag.position + tag.size > source.sizeBytes) return undefined;
  return Buffer.from(tag.copy(recordAt, tag.size));
}
