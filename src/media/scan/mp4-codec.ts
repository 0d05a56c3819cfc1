// Reads the codec parameters out of an MP4 sample description (`stsd`).
import type { ByteWindow } from './byte-source.ts';
import { BoxReader, boxesIn, type Box } from './mp4-boxes.ts';
import {
  aacConfig,
  avcRecordSets,
  hevcRecordSets,
  type AudioParameters,
  type VideoParameters,
} from './stream-key.ts';

/** Fixed part of a visual sample entry (ISO 14496-12, 12.1.3), from its body. */
const visualEntryBytes = 78;
/** Fixed part of an audio sample entry (12.2.3); QuickTime versions 1 and 2 add to it. */
const audioEntryBytes = 28;
const maxEntries = 16;
const maxRecordBytes = 65_536;

const videoCodecs: Record<string, string> = { avc1: 'h264', avc3: 'h264', hvc1: 'hevc', hev1: 'hevc' };

export function readSampleEntries(
  window: ByteWindow,
  stsd: Box,
  kind: 'vide' | 'soun' | 'other',
): { video?: VideoParameters; audio?: AudioParameters } {
  const entries = [...firstBoxes(window, { ...stsd, body: stsd.body + 8 })];
  const first = entries[0];
  if (!first) return {};
  if (kind === 'soun') return { audio: audioParameters(window, first) };
  if (kind !== 'vide') return {};
  const codec = videoCodecs[first.type] ?? first.type;
  const sets = entries.flatMap((entry) => videoSets(window, entry));
  return { video: { codec, packaging: 'record', sets } };
}

function* firstBoxes(window: ByteWindow, box: Box): Generator<Box> {
  let count = 0;
  for (const entry of boxesIn(window, box.body, Math.min(box.end, window.source.sizeBytes))) {
    if (++count > maxEntries) return;
    yield entry;
  }
}

function videoSets(window: ByteWindow, entry: Box): Uint8Array[] {
  for (const box of firstBoxes(window, { ...entry, body: entry.body + visualEntryBytes })) {
    const record = () => window.copy(box.body, Math.min(box.end - box.body, maxRecordBytes));
    if (box.type === 'avcC') return avcRecordSets(record());
    if (box.type === 'hvcC') return hevcRecordSets(record());
    if (box.type === 'av1C' || box.type === 'vpcC' || box.type === 'esds') return [record()];
  }
  return [window.copy(entry.body + 24, 4)];
}

function audioParameters(window: ByteWindow, entry: Box): AudioParameters {
  const reader = new BoxReader(window, entry);
  reader.skip(8);
  const version = reader.u32() >>> 16;
  reader.skip(4);
  const channels = reader.u32() >>> 16;
  reader.skip(4);
  const rateHz = reader.u32() >>> 16;
  const extra = version === 1 ? 16 : version === 2 ? 36 : 0;
  for (const box of firstBoxes(window, { ...entry, body: entry.body + audioEntryBytes + extra })) {
    if (box.type !== 'esds') continue;
    const config = decoderConfig(window.copy(box.body + 4, Math.min(box.end - box.body - 4, 256)));
    if (config && entry.type === 'mp4a') return aacConfig(config);
  }
  return { codec: entry.type, rateHz, channels };
}

/** The DecoderSpecificInfo (tag 5) inside an elementary stream descriptor (ISO 14496-1, 7.2.6). */
function decoderConfig(bytes: Uint8Array): Uint8Array | undefined {
  let at = 0;
  for (let depth = 0; depth < 8 && at < bytes.length; depth++) {
    const tag = bytes[at++];
    let length = 0;
    for (let more = 0x80, count = 0; more && count < 4; count++) {
      const byte = bytes[at++] ?? 0;
      length = (length << 7) | (byte & 0x7f);
      more = byte & 0x80;
    }
    if (tag === 5) return length > 0 ? bytes.subarray(at, at + length) : undefined;
    if (tag === 3) at += 3;
    else if (tag === 4) at += 13;
    else at += length;
  }
  return undefined;
}
