// What ffmpeg 5.1 cannot write or read of FLV: enhanced tags, broken places, clocks of cameras.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memorySource } from '../../src/media/scan/byte-source.ts';
import { joinFlvParts, readFlv } from '../../src/media/scan/flv.ts';
import { walkFlv } from '../../src/media/scan/flv-walk.ts';
import { createScanner } from '../../src/media/scan/scanner.ts';
import { makeClip } from '../fakes/clips.ts';
import { openScanBench, type ScanBench } from './scan-fixtures.ts';

let bench: ScanBench;
let clip: Buffer;

beforeAll(async () => {
  bench = await openScanBench();
  clip = await readFile(await makeClip({ dir: bench.dir, container: 'flv', bFrames: 2, seconds: 8 }));
});

afterAll(() => bench.close());

interface Tag {
  type: number;
  timeMs: number;
  body: Buffer;
}

function tagsOf(file: Buffer): Tag[] {
  const tags: Tag[] = [];
  for (let at = 13; at + 11 <= file.length;) {
    const size = file.readUIntBE(at + 1, 3);
    const timeMs = file.readUIntBE(at + 4, 3) + file[at + 7]! * 2 ** 24;
    tags.push({ type: file[at]!, timeMs, body: file.subarray(at + 11, at + 11 + size) });
    at += 11 + size + 4;
  }
  return tags;
}

function fileOf(tags: readonly Tag[]): Buffer {
  const parts: Buffer[] = [Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1')];
  for (const { type, timeMs, body } of tags) {
    const head = Buffer.alloc(11);
    head[0] = type;
    head.writeUIntBE(body.length, 1, 3);
    head.writeUIntBE(timeMs % 2 ** 24, 4, 3);
    head[7] = Math.floor(timeMs / 2 ** 24);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(body.length + 11);
    parts.push(head, body, tail);
  }
  return Buffer.concat(parts);
}

/** A classic AVC tag as an enhanced one: with the composition offset, or without it when that is zero. */
function enhanced(tag: Tag, fourcc: string, prefix: (type: number, keyBits: number) => number[]): Tag {
  if (tag.type !== 9) return tag;
  const keyBits = tag.body[0]! & 0x70;
  const packetType = tag.body[1]!;
  const hasOffset = tag.body.readIntBE(2, 3) !== 0;
  const type = packetType === 1 && !hasOffset ? 3 : packetType;
  const head = Buffer.concat([Buffer.from(prefix(type, keyBits)), Buffer.from(fourcc, 'latin1')]);
  return { ...tag, body: Buffer.concat([head, tag.body.subarray(type === 1 ? 2 : 5)]) };
}

const plainPrefix = (type: number, keyBits: number): number[] => [0x80 | keyBits | type];
const read = (bytes: Buffer) => readFlv(memorySource(bytes));

describe('enhanced FLV', () => {
  test.each(['hvc1', 'avc1'])('has the same times with four-character codec %s', (fourcc) => {
    const times = read(fileOf(tagsOf(clip).map((tag) => enhanced(tag, fourcc, plainPrefix))));
    expect(times.videoPts).toEqual(read(clip).videoPts);
    expect(times.streamKey).toMatch(fourcc === 'hvc1' ? /^hevc:record:/ : /^h264:record:/);
  });

  test('keeps its times behind a modifier that gives nanoseconds', () => {
    const modified = (type: number, keyBits: number): number[] => [0x80 | keyBits | 7, 2, 1, 2, 3, type];
    const times = read(fileOf(tagsOf(clip).map((tag) => enhanced(tag, 'hvc1', modified))));
    expect(times.videoPts).toEqual(read(clip).videoPts);
  });

  test('leaves several tracks in one tag to ffprobe', () => {
    const multi = (_type: number, keyBits: number): number[] => [0x80 | keyBits | 6];
    expect(read(fileOf(tagsOf(clip).map((tag) => enhanced(tag, 'hvc1', multi)))).unsupported).toBeDefined();
  });
});

describe('damaged FLV', () => {
  test('is read on behind a stretch of garbage, and is called corrupt', () => {
    const damaged = Buffer.from(clip);
    damaged.fill(0x5a, 50_000, 70_000);
    const times = read(damaged);
    expect(times.corrupt).toBe(true);
    const whole = read(clip).videoPts;
    expect(times.videoPts.at(-1)).toBe(whole.at(-1));
    expect(times.videoPts.length).toBeGreaterThan(whole.length * 0.8);
    expect(times.videoPts.length).toBeLessThan(whole.length);
  });

  test('is read on where bytes are missing', () => {
    const times = read(Buffer.concat([clip.subarray(0, 60_000), clip.subarray(61_234)]));
    expect(times.corrupt).toBe(true);
    expect(times.videoPts.at(-1)).toBe(read(clip).videoPts.at(-1));
  });

  test('is whole when only the lengths behind its tags are wrong', () => {
    const file = fileOf(tagsOf(clip));
    for (let at = 13; at + 11 <= file.length;) {
      at += 11 + file.readUIntBE(at + 1, 3);
      file.writeUInt32BE(0, at);
      at += 4;
    }
    expect(read(file).videoPts).toEqual(read(clip).videoPts);
    expect(read(file).corrupt).toBe(false);
  });

  test('says that it is truncated when its last tag is not whole', () => {
    expect(read(clip).truncated).toBe(false);
    expect(read(clip.subarray(0, clip.length - 1000)).truncated).toBe(true);
    expect(read(clip.subarray(0, 5)).truncated).toBe(true);
  });
});

describe('an FLV file in two parts', () => {
  const inParts = (bytes: Buffer, middle: number) => {
    const source = memorySource(bytes);
    return joinFlvParts([walkFlv(source, { until: middle }), walkFlv(source, { from: middle })]);
  };

  test('is the same as in one, wherever it is divided', () => {
    const whole = read(clip);
    for (let middle = 14; middle < clip.length - 2000; middle += 1777)
      expect(inParts(clip, middle)).toEqual(whole);
  });

  test('notices a clock that goes back between the parts', () => {
    const tags = tagsOf(clip);
    const shifted = tags.map((tag) => ({ ...tag, timeMs: tag.timeMs + 100_000 }));
    const file = fileOf([...shifted, ...tags]);
    expect(inParts(file, fileOf(shifted).length)?.discontinuity).toBe(true);
  });

  test('is left to one thread when its middle is damaged', () => {
    const damaged = Buffer.from(clip);
    damaged.fill(9, 50_000, 70_000);
    const parts = inParts(damaged, 60_000);
    if (parts) expect(parts.videoPts).toEqual(read(damaged).videoPts);
    const untrailed = fileOf(tagsOf(clip));
    for (let at = 13; at + 11 <= untrailed.length; at += 4) {
      at += 11 + untrailed.readUIntBE(at + 1, 3);
      untrailed.writeUInt32BE(0, at);
    }
    expect(inParts(untrailed, 60_000)).toBeUndefined();
  });

  test('is read by two idle threads when it is long', async () => {
    const path = join(bench.dir, 'long.flv');
    const rounds = Array.from({ length: 10 }, (_, round) =>
      tagsOf(clip).map((tag) => padded(tag, round * 8000)),
    );
    await writeFile(path, fileOf(rounds.flat()));
    expect((await stat(path)).size).toBeGreaterThan(32 * 1024 * 1024);
    const two = createScanner({ run: bench.run, ffprobePath: 'ffprobe', threads: 2 });
    const signal = new AbortController().signal;
    const seen: number[] = [];
    const [one, both] = await Promise.all([
      bench.scanner.readTimes({ path, signal }),
      two.readTimes({ path, signal, onProgress: ({ readBytes }) => seen.push(readBytes) }),
    ]);
    await two.close();
    expect(both).toEqual(one);
    expect(seen.length).toBeGreaterThanOrEqual(2);
  });
});

/** The same picture with filler behind it: many bytes at little cost. */
function padded(tag: Tag, laterMs: number): Tag {
  const filler = tag.type === 9 && tag.body[1] === 1 ? 20_000 : 0;
  return {
    ...tag,
    timeMs: tag.timeMs + laterMs,
    body: Buffer.concat([tag.body, Buffer.alloc(filler, 0xff)]),
  };
}

test('a clock that goes back by more than a second is a discontinuity', () => {
  const tags = tagsOf(clip);
  const shifted = tags.map((tag) => ({ ...tag, timeMs: tag.timeMs + 100_000 }));
  expect(read(fileOf(tags)).discontinuity).toBe(false);
  expect(read(fileOf([...shifted, ...tags])).discontinuity).toBe(true);
});

test('times beyond 24 bits of milliseconds are read from the extended byte', () => {
  const late = tagsOf(clip).map((tag) => ({ ...tag, timeMs: tag.timeMs + 20_000_000 }));
  expect(read(fileOf(late)).videoPts[0]).toBeCloseTo(read(clip).videoPts[0]! + 20_000, 6);
});

test('a change of the codec record inside a file changes its stream key', async () => {
  const other = await readFile(
    await makeClip({ dir: bench.dir, container: 'flv', size: '320x240', seconds: 1 }),
  );
  expect(read(Buffer.concat([clip, other.subarray(13)])).streamKey).not.toBe(read(clip).streamKey);
});
