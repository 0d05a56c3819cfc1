// Edit lists and headers of MP4 that ffmpeg does not write by itself, compared with what ffprobe makes of them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memorySource } from '../../src/media/scan/byte-source.ts';
import { readMp4 } from '../../src/media/scan/mp4.ts';
import { ffprobeTimes, makeClip, remuxClip } from '../fakes/clips.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;
let clip: Buffer;

beforeAll(async () => {
  bench = await openScanBench();
  const spec = { dir: bench.dir, seconds: 8, audio: false, gopFrames: 25 };
  clip = await readFile(await makeClip(spec));
});

afterAll(() => bench.close());

/** The file with another edit list in its only track; the tables lie behind the pictures, so no offset changes. */
function withEdits(file: Buffer, edits: readonly { duration: number; mediaTime: number }[]): Buffer {
  const at = file.indexOf('elst') - 4;
  const list = Buffer.alloc(16 + edits.length * 12);
  list.writeUInt32BE(list.length, 0);
  list.write('elst', 4, 'latin1');
  list.writeUInt32BE(edits.length, 12);
  for (const [index, edit] of edits.entries()) {
    list.writeUInt32BE(edit.duration, 16 + index * 12);
    list.writeInt32BE(edit.mediaTime, 20 + index * 12);
    list.writeUInt32BE(0x10000, 24 + index * 12);
  }
  const oldLength = file.readUInt32BE(at);
  const made = Buffer.concat([file.subarray(0, at), list, file.subarray(at + oldLength)]);
  for (const name of ['moov', 'trak', 'edts']) {
    const box = made.indexOf(name) - 4;
    made.writeUInt32BE(made.readUInt32BE(box) + list.length - oldLength, box);
  }
  return made;
}

async function agree(file: Buffer, name: string): Promise<void> {
  const path = join(bench.dir, `${name}.mp4`);
  await writeFile(path, file);
  const wanted = await ffprobeTimes(path);
  expect(outline(readMp4(memorySource(file)).videoPts.sort())).toEqual(outline(Float64Array.from(wanted)));
}

/** Enough of a list of times to tell two apart, and short enough to read in a failure. */
const outline = (times: Float64Array) => ({
  packets: times.length,
  first: times[0]?.toFixed(3),
  last: times.at(-1)?.toFixed(3),
  sum: times.reduce((sum, seconds) => sum + seconds, 0).toFixed(2),
});

/** Movie ticks are milliseconds, track ticks 12800 a second. */
const ticks = (seconds: number): number => Math.round(seconds * 12_800);

test.each([
  [
    'an empty edit in front',
    [
      { duration: 2500, mediaTime: -1 },
      { duration: 8000, mediaTime: 0 },
    ],
  ],
  [
    'two empty edits in front',
    [
      { duration: 1000, mediaTime: -1 },
      { duration: 500, mediaTime: -1 },
      { duration: 8000, mediaTime: 0 },
    ],
  ],
  ['an edit that begins at a key frame', [{ duration: 6000, mediaTime: ticks(2) }]],
  ['an edit that begins between two frames', [{ duration: 5000, mediaTime: ticks(2.5) + 100 }]],
])('%s puts the frames where ffprobe sees them', async (name, edits) => {
  await agree(withEdits(clip, edits), name.replaceAll(' ', '-'));
});

test('an edit without an end plays to the last frame', () => {
  const times = readMp4(memorySource(withEdits(clip, [{ duration: 0, mediaTime: ticks(1) }]))).videoPts;
  expect(outline(times)).toMatchObject({ packets: 175, first: '0.000', last: '6.960' });
});

test('two edits play one after the other, with the hole between them', () => {
  const file = withEdits(clip, [
    { duration: 2000, mediaTime: 0 },
    { duration: 3000, mediaTime: -1 },
    { duration: 2000, mediaTime: ticks(4) },
  ]);
  const times = readMp4(memorySource(file)).videoPts.sort();
  const steps = times.slice(1).map((seconds, index) => seconds - times[index]!);
  expect(Math.max(...steps)).toBeCloseTo(3.04, 3);
  expect(times[0]).toBe(0);
  expect(times.at(-1)).toBeCloseTo(6.96, 3);
});

test('a file without its index has no times and counts as truncated', () => {
  const times = readMp4(memorySource(clip.subarray(0, clip.length - 3000)));
  expect(times).toMatchObject({ hasVideo: false, truncated: true });
});

test('a table that claims billions of samples is refused, not believed', () => {
  const file = Buffer.from(clip);
  const stsz = file.indexOf('stsz') + 4;
  file.writeUInt32BE(1, stsz + 4);
  file.writeUInt32BE(4_000_000_000, stsz + 8);
  const stts = file.indexOf('stts') + 4;
  file.writeUInt32BE(4_000_000_000, stts + 8);
  expect(() => readMp4(memorySource(file))).toThrow(/claims/);
});

test('64-bit box sizes are read', () => {
  const mdat = clip.indexOf('mdat') - 4;
  // ffmpeg leaves a `free` box of 8 bytes in front of `mdat` for this.
  expect(clip.toString('latin1', mdat - 4, mdat)).toBe('free');
  const file = Buffer.from(clip);
  file.writeUInt32BE(1, mdat - 8);
  file.write('mdat', mdat - 4, 'latin1');
  file.writeBigUInt64BE(BigInt(clip.readUInt32BE(mdat) + 8), mdat);
  expect(readMp4(memorySource(file)).videoPts).toEqual(readMp4(memorySource(clip)).videoPts);
});

test('stream keys are equal for the same encoder in FLV, MP4 and fragments, and differ for another size', async () => {
  const { dir, scanner } = bench;
  const signal = new AbortController().signal;
  const keyOf = async (path: string) => {
    const read = await scanner.readTimes({ path, signal });
    return read.kind === 'times' ? read.times.streamKey : read.kind;
  };
  const small = await makeClip({ dir, bFrames: 2 });
  const keys = await Promise.all([
    keyOf(small),
    keyOf(await makeClip({ dir, bFrames: 2, seconds: 2, pattern: 'smptebars' })),
    keyOf(await remuxClip({ from: small, dir, container: 'fmp4' })),
    keyOf(await remuxClip({ from: small, dir, container: 'flv' })),
  ]);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^h264:record:[0-9a-f]{24} aac-2:44100:1$/);
  expect(await keyOf(await makeClip({ dir, bFrames: 2, size: '320x240' }))).not.toBe(keys[0]);
  expect(await keyOf(await makeClip({ dir, bFrames: 2, audio: false }))).toMatch(/ silent$/);
});
