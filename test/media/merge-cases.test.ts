import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MergeSegment } from '../../src/media/merge-part.ts';
import { openInputs } from '../../src/media/open-inputs.ts';
import { type ClipSpec, cutFile, ffprobeTimes, remuxClip } from '../fakes/clips.ts';
import { deps, fps, neverAborted, numberedClip, readNumbers, scanner, scratch } from './media-kit.ts';
import { type DayFile, dayStartMs, expectTrueClock, mergeDay, segmentSeconds } from './merge-day.ts';

let place: Awaited<ReturnType<typeof scratch>>;
let dir: string;
let count = 0;
beforeAll(async () => {
  place = await scratch();
});
beforeEach(() => {
  dir = join(place.dir, String(++count));
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const made = new Map<string, Promise<string>>();

/** A segment of the day; equal ones are made once. */
async function segment(index: number, clip: Partial<ClipSpec> = {}): Promise<DayFile> {
  const startSeconds = index * segmentSeconds;
  const key = JSON.stringify([index, clip]);
  const making = made.get(key) ?? makeSegment(startSeconds, clip);
  made.set(key, making);
  return { path: await making, startSeconds };
}

const makeSegment = (baseSeconds: number, clip: Partial<ClipSpec>): Promise<string> =>
  numberedClip({
    dir: place.dir,
    name: `segment-${made.size}`,
    container: 'flv',
    bFrames: 2,
    gopFrames: 25,
    seconds: segmentSeconds,
    baseSeconds,
    ...clip,
  });

const numbersOf = async (path: string): Promise<number[]> =>
  (await readNumbers(path)).map(({ number }) => number);

const countUp = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);

async function streamsOf(path: string): Promise<string[]> {
  const [opened] = await openInputs({ ...deps, files: [{ path, container: 'mp4' }], signal: neverAborted });
  return opened!.streams.map(({ kind }) => kind);
}

describe('mergeParts', () => {
  it('goes on after a file that was cut inside a packet, where concat alone would end with success', async () => {
    const [first, cut, last] = [await segment(0), await segment(1), await segment(2)];
    const path = join(place.dir, 'cut.flv');
    await copyFile(cut.path, path);
    await cutFile(path, Math.round((await stat(path)).size * 0.6));
    cut.path = path;
    const merged = await mergeDay({ dir, files: [first, cut, last] });
    expect((await numbersOf(merged.files[0]!.path)).slice(-segmentSeconds * fps)).toEqual(
      countUp(2 * segmentSeconds * fps, 3 * segmentSeconds * fps),
    );
    await expectTrueClock(merged);
  });

  it('keeps the sound of the day when its first file has none', async () => {
    const files = [await segment(0, { audio: false }), await segment(1), await segment(3)];
    const merged = await mergeDay({ dir, files, sameKey: true });
    expect(await streamsOf(merged.files[0]!.path)).toEqual(['video', 'audio']);
    expect(await expectTrueClock(merged)).toBe(3 * segmentSeconds * fps);
  });

  it('makes AAC of sound that MP4 does not take, silent where it is missing', async () => {
    const args = ['-c:a', 'pcm_alaw', '-ar', '8000'];
    const files = [
      await segment(0, { container: 'matroska', outputArgs: args }),
      await segment(2, { container: 'matroska', outputArgs: args }),
    ];
    const merged = await mergeDay({ dir, files });
    expect(await streamsOf(merged.files[0]!.path)).toEqual(['video', 'audio']);
    expect(await expectTrueClock(merged)).toBe(2 * segmentSeconds * fps);
    const sound = await ffprobeTimes(merged.files[0]!.path, 'a:0');
    expect(sound.at(-1)).toBeGreaterThan(3 * segmentSeconds - 0.3);
  });

  it('merges H.265', async () => {
    const hevc = { container: 'mp4', codec: 'hevc' } as const;
    const merged = await mergeDay({ dir, files: [await segment(0, hevc), await segment(2, hevc)] });
    expect(await expectTrueClock(merged)).toBeGreaterThan(2 * segmentSeconds * fps - 4);
  });

  it('puts the index in front for browsers', async () => {
    const merged = await mergeDay({ dir, files: [await segment(0)], faststart: true });
    expect((await readFile(merged.files[0]!.path)).indexOf('moov')).toBeLessThan(64);
  });

  it('leaves no file when it fails, and nothing in its work directory ever', async () => {
    const change = (planned: MergeSegment): MergeSegment => ({ ...planned, videoPackets: 1 });
    await expect(mergeDay({ dir, files: [await segment(0)], change })).rejects.toMatchObject({
      type: 'EncoderFailed',
    });
    await mergeDay({ dir, files: [await segment(0)] });
    expect(await readdir(dir)).toEqual(['merged-hole-0.mp4', 'work']);
    expect(await readdir(join(dir, 'work'))).toEqual([]);
  });

  it('joins files of different clocks and containers', async () => {
    const mp4 = await segment(1, { container: 'mp4', outputArgs: ['-video_track_timescale', '90000'] });
    const files = [await segment(0, { container: 'mp4' }), mp4, await segment(3)];
    const merged = await mergeDay({ dir, files, sameKey: true });
    expect(await expectTrueClock(merged)).toBeGreaterThan(3 * segmentSeconds * fps - 8);
  });

  it('cuts what runs over the next segment, between pictures', async () => {
    const files = [await segment(0, { seconds: segmentSeconds + 3 }), await segment(1)];
    const merged = await mergeDay({ dir, files });
    expect(await numbersOf(merged.files[0]!.path)).toEqual(countUp(0, 2 * segmentSeconds * fps));
  });

  it('shows the pictures before a mid-group start at their true time', async () => {
    const whole = await segment(1, { container: 'mp4', seconds: 20, gopFrames: 50 });
    const path = await remuxClip({
      from: whole.path,
      dir: place.dir,
      container: 'mp4',
      inputArgs: ['-ss', '5.2', '-t', '6'],
    });
    const late = { path, startSeconds: segmentSeconds + 5.2, seconds: 6 };
    const merged = await mergeDay({
      dir,
      files: [await segment(0, { container: 'mp4', gopFrames: 50 }), late],
    });
    expect(await expectTrueClock(merged)).toBeGreaterThan(18 * fps - 4);
  });

  it('says what is missing when a file holds less than its scan saw, though ffmpeg ends with success', async () => {
    const files = [await segment(0), await segment(1)];
    const change = (planned: MergeSegment): MergeSegment => ({
      ...planned,
      videoPackets: planned.videoPackets + 1,
    });
    const failure = await mergeDay({ dir, files, change }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      type: 'EncoderFailed',
      message: expect.stringContaining('600 video packets instead of 602'),
    });
  });

  it('puts slates where time is missing, inside a file too', async () => {
    const inner = { holes: [{ startSeconds: 4, lengthSeconds: 3 }], holesInAudio: true };
    const window = { startMs: dayStartMs - 5000, endMs: dayStartMs + 4 * segmentSeconds * 1000 };
    const files = [await segment(0, inner), await segment(2)];
    const merged = await mergeDay({ dir, files, gapMode: 'slate', window });
    const [file] = merged.files;
    expect(await expectTrueClock(merged)).toBeGreaterThan((9 + 12) * fps - 4);
    const shown = await readNumbers(file!.path);
    for (const [index, { ptsSeconds }] of shown.entries())
      expect(ptsSeconds - (shown[index - 1]?.ptsSeconds ?? 0)).toBeLessThan(1.6);
    expect(file!.lastPtsSeconds).toBeGreaterThan(5 + 4 * segmentSeconds - 1.6);
  });

  it.each(['flv', 'mp4', 'mpegts', 'matroska'] as const)(
    'begins a new part after each hole: %s',
    async (container) => {
      const inner = { holes: [{ startSeconds: 4, lengthSeconds: 3 }], holesInAudio: true };
      const files = [await segment(0, { container, ...inner }), await segment(2, { container })];
      const merged = await mergeDay({ dir, files, gapMode: 'split' });
      expect(merged.files).toHaveLength(3);
      expect(await expectTrueClock(merged)).toBeGreaterThan((9 + 12) * fps - 8);
    },
  );

  it('never opens what a list or a playlist points to', async () => {
    const neighbour = await segment(5);
    const evil = await segment(1);
    const files = [await segment(0), evil];
    for (const text of [
      `ffconcat version 1.0\nfile '${neighbour.path}'\n`,
      `#EXTM3U\n#EXTINF:10,\n${neighbour.path}\n`,
    ]) {
      const change = (planned: MergeSegment): MergeSegment =>
        planned.path === evil.path ? { ...planned, path: join(place.dir, 'evil.flv') } : planned;
      await writeFile(join(place.dir, 'evil.flv'), text);
      await expect(mergeDay({ dir, files, change })).rejects.toMatchObject({ type: 'MediaUnreadable' });
    }
  });

  it('takes names that would break a list', async () => {
    const plain = await segment(0);
    const path = join(place.dir, "it's\nfile '2.flv");
    await copyFile(plain.path, path);
    const merged = await mergeDay({ dir, files: [{ ...plain, path }, await segment(1)] });
    expect(merged.files[0]!.videoPackets).toBe(2 * segmentSeconds * fps);
  });

  it('writes the same bytes again', async () => {
    const files = [await segment(0), await segment(2)];
    const once = await readFile((await mergeDay({ dir, files })).files[0]!.path);
    const again = await readFile((await mergeDay({ dir, files })).files[0]!.path);
    expect(once.equals(again)).toBe(true);
  });
});
