// Damages real files in seeded ways and reads them: whatever the bytes, a reader ends soon, with an answer.
import { readFile } from 'node:fs/promises';
import { memorySource } from '../../src/media/scan/byte-source.ts';
import { readSourceTimes } from '../../src/media/scan/read-file-times.ts';
import { makeClip, remuxClip, type ClipContainer } from '../fakes/clips.ts';
import { seededRandom } from './scan-fixtures.ts';

export async function fuzzSeeds(dir: string): Promise<Buffer[]> {
  const base = await makeClip({ dir, bFrames: 2, seconds: 3, gopFrames: 10 });
  const containers: ClipContainer[] = ['flv', 'mp4', 'fmp4', 'mpegts'];
  const paths = await Promise.all(containers.map((container) => remuxClip({ from: base, dir, container })));
  return Promise.all(paths.map((path) => readFile(path)));
}

/** One damaged copy: flipped bits, cut ends, repeated, zeroed or lost stretches, and above all odd numbers in structures. */
export function damage(original: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  let bytes: Buffer = Buffer.from(original);
  for (let turn = 1 + pick(6); turn > 0 && bytes.length > 32; turn--) {
    const at = pick(bytes.length - 16);
    const length = 1 + pick(random() < 0.8 ? 64 : bytes.length - at);
    const kind = pick(8);
    if (kind <= 1) for (let bit = 0; bit < 40; bit++) bytes[pick(bytes.length)]! ^= 1 << pick(8);
    if (kind === 2) bytes = bytes.subarray(0, at);
    if (kind === 3) bytes.fill(pick(256), at, Math.min(bytes.length, at + length));
    if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    if (kind === 5)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    if (kind >= 6) oddNumber(bytes, structureAt(bytes, pick), pick(8));
  }
  return bytes;
}

const boxNames = [
  'stts',
  'ctts',
  'stsz',
  'stco',
  'stsc',
  'stss',
  'elst',
  'mdhd',
  'mvhd',
  'stsd',
  'trun',
  'tfhd',
  'tfdt',
  'trex',
  'moov',
  'trak',
  'avcC',
  'esds',
];

/** Somewhere in a table of an MP4; anywhere in other files. */
function structureAt(bytes: Buffer, pick: (below: number) => number): number {
  const found = bytes.indexOf(boxNames[pick(boxNames.length)]!, pick(bytes.length));
  const at = found < 0 ? pick(bytes.length) : found - 4 + pick(40);
  return Math.max(0, Math.min(bytes.length - 8, at));
}

function oddNumber(bytes: Buffer, at: number, kind: number): void {
  const values = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 7, 0xfffffff8];
  bytes.writeUInt32BE(values[kind]!, at);
}

export interface FuzzTotals {
  read: number;
  refused: number;
  slowestMs: number;
  /** Seed and error of files on which a reader failed in a way that it must not. */
  crashes: string[];
}

/** Reads damaged copies; a Fault is an answer, any other error is a crash. */
export function fuzz(originals: readonly Buffer[], seeds: { from: number; count: number }): FuzzTotals {
  const totals: FuzzTotals = { read: 0, refused: 0, slowestMs: 0, crashes: [] };
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const bytes = damage(originals[seed % originals.length]!, seed);
    const startedAt = performance.now();
    try {
      const answer = readSourceTimes(memorySource(bytes));
      if (answer.kind === 'times') totals.read++;
      else totals.refused++;
      if (answer.kind === 'times' && !answer.times.videoPts.every(Number.isFinite))
        totals.crashes.push(`${seed}: not a number`);
    } catch (error) {
      totals.crashes.push(`${seed}: ${(error as Error).stack}`);
    }
    totals.slowestMs = Math.max(totals.slowestMs, performance.now() - startedAt);
  }
  return totals;
}
