import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinSpans } from '../../src/media/join-spans.ts';
import { ffprobeTimes, remuxClip } from '../fakes/clips.ts';
import { deps, fps, neverAborted, numberedClip, readNumbers, readTimes, scratch } from './media-kit.ts';

const segment = { startMs: 1_700_000_000_000, endMs: 1_700_000_030_000 };
let place: Awaited<ReturnType<typeof scratch>>;
let recording: string;
let recordingWithBFrames: string;

/** What a playback server cuts from its recording: from the key frame before `start`, hidden by an edit list, up to the length. */
async function cutSpan(spec: {
  from: string;
  name: string;
  startSeconds: number;
  seconds: number;
  fragmented?: boolean;
}) {
  return remuxClip({
    from: spec.from,
    dir: place.dir,
    name: spec.name,
    container: spec.fragmented ? 'fmp4' : 'mp4',
    inputArgs: ['-ss', String(spec.startSeconds), '-t', String(spec.seconds)],
  });
}

async function joined(name: string, spans: { path: string; startMs: number }[]) {
  const outPath = join(place.dir, `${name}.out.mp4`);
  const workDir = join(place.dir, `${name}.work`);
  const result = await joinSpans(deps, {
    spans,
    segment,
    workDir,
    outPath,
    stallSeconds: 30,
    signal: neverAborted,
  });
  return { outPath, ...result };
}

beforeAll(async () => {
  place = await scratch();
  const common = { dir: place.dir, container: 'mp4' as const, seconds: 40, gopFrames: 50 };
  recording = await numberedClip({ ...common, name: 'plain' });
  recordingWithBFrames = await numberedClip({ ...common, name: 'reordered', bFrames: 2 });
});
afterAll(() => place.remove());

describe('joinSpans', () => {
  it('takes a single span that starts with the segment as it is', async () => {
    const path = await cutSpan({ from: recording, name: 'whole', startSeconds: 5.2, seconds: 30 });
    const { outPath, isAsDelivered } = await joined('whole', [{ path, startMs: segment.startMs }]);
    expect(isAsDelivered).toBe(true);
    expect((await stat(outPath)).ino).toBe((await stat(path)).ino);
  });

  it.each([
    ['frames in order', () => recording],
    ['B-frames', () => recordingWithBFrames],
  ])('puts every frame where it was in wall time, the hole kept: %s', async (name, from) => {
    const cut = { from: from(), fragmented: false };
    const first = await cutSpan({ ...cut, name: `${name}-1`, startSeconds: 5.2, seconds: 8 });
    const second = await cutSpan({ ...cut, name: `${name}-2`, startSeconds: 20, seconds: 6 });
    const { outPath } = await joined(name, [
      { path: second, startMs: segment.startMs + 14_800 },
      { path: first, startMs: segment.startMs },
    ]);
    const frames = await readNumbers(outPath);
    expect(frames.length).toBeGreaterThanOrEqual(14 * fps - 1);
    for (const { ptsSeconds, number } of frames)
      expect(Math.abs(number / fps - 5.2 - ptsSeconds)).toBeLessThan(0.02);
    const inHole = frames.filter((frame) => frame.ptsSeconds > 8.2 && frame.ptsSeconds < 14.75);
    expect(inHole).toEqual([]);
  });

  it('puts the first shown picture at 0 when hidden ones stand before it and it comes a little after the segment’s start', async () => {
    const first = await cutSpan({ from: recording, name: 'hidden-1', startSeconds: 5.2, seconds: 3 });
    const second = await cutSpan({ from: recording, name: 'hidden-2', startSeconds: 20, seconds: 3 });
    const { outPath, wallAtPtsZeroMs } = await joined('hidden', [
      { path: first, startMs: segment.startMs + 11 },
      { path: second, startMs: segment.startMs + 14_811 },
    ]);
    expect(wallAtPtsZeroMs).toBe(segment.startMs + 11);
    const frames = await readNumbers(outPath);
    expect(frames.length).toBeGreaterThanOrEqual(6 * fps - 1);
    for (const { ptsSeconds, number } of frames)
      expect(Math.abs(number / fps - 5.2 - ptsSeconds)).toBeLessThan(0.02);
  });

  it('keeps a leading gap', async () => {
    const path = await cutSpan({
      from: recording,
      name: 'late',
      startSeconds: 10,
      seconds: 5,
      fragmented: true,
    });
    const { outPath, isAsDelivered } = await joined('late', [{ path, startMs: segment.startMs + 12_345 }]);
    expect(isAsDelivered).toBe(false);
    const [first] = await ffprobeTimes(outPath);
    expect(first).toBeCloseTo(12.345, 2);
    expect(Math.min(...(await readTimes({ path: outPath, signal: neverAborted })).videoPts)).toBeCloseTo(
      first!,
      3,
    );
  });

  it('ends a span before the leading pictures of the next one', async () => {
    const first = await cutSpan({ from: recording, name: 'a', startSeconds: 4, seconds: 7.2 });
    const second = await cutSpan({ from: recording, name: 'b', startSeconds: 11.2, seconds: 5 });
    const { outPath } = await joined('seam', [
      { path: first, startMs: segment.startMs },
      { path: second, startMs: segment.startMs + 7200 },
    ]);
    const frames = await readNumbers(outPath);
    expect(frames.map((frame) => frame.number)).toEqual(
      Array.from({ length: frames.length }, (_, n) => 100 + n),
    );
  });

  it('says so when no span holds video', async () => {
    await expect(joined('none', [])).rejects.toMatchObject({ type: 'MediaUnreadable' });
  });
});
