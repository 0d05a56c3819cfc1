import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slotGrid } from '../../../src/domain/lecture-grid.ts';
import { layoutOf } from '../../../src/domain/lecture-layout.ts';
import { softwareEncoder } from '../../../src/media/lecture/encoder.ts';
import { composeSlot } from '../../../src/media/lecture/compose-slot.ts';
import { type JoinSlot, joinSlots, type JoinSlotsSpec } from '../../../src/media/lecture/join-slots.ts';
import { cutFile, ffprobeTimes } from '../../fakes/clips.ts';
import { neverAborted, numberedClip, scanner, scratch } from '../media-kit.ts';
import {
  bothPanes,
  compose,
  deps,
  execute,
  make,
  pane,
  paneNumbers,
  readGray,
  readSound,
} from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const at = (name: string): string => join(place.dir, name);

const joined = (slots: readonly JoinSlot[], more: Partial<JoinSlotsSpec> = {}) =>
  joinSlots(deps, {
    slots,
    chapters: [],
    title: 'A lecture',
    outPath: at('joined.mp4'),
    workDir: at('work'),
    stallSeconds: 120,
    signal: neverAborted,
    ...more,
  });

/** White for two pictures and a tone of 80 ms at the beginning of each second. */
async function flashing(
  name: string,
  how: { seconds: number; fps: number; options: readonly string[] },
): Promise<string> {
  const flash = `geq=lum='if(lt(mod(T+0.001,1),0.08),235,16)':cb=128:cr=128`;
  const tone = `aevalsrc='if(lt(mod(t,1),0.08),0.8*sin(2*PI*1000*t),0)':s=44100:d=${how.seconds}`;
  await make([
    ...['-f', 'lavfi', '-i', `nullsrc=s=64x36:r=${how.fps}:d=${how.seconds}`, '-f', 'lavfi', '-i', tone],
    ...['-vf', flash, '-c:v', 'libx264', '-g', '50', '-c:a', 'aac', ...how.options, at(name)],
  ]);
  return at(name);
}

describe('five slots cut at odd moments out of files of two kinds', () => {
  const startMs = 1_000_000;
  const cutsMs = [0, 2010, 5003, 6500, 9999, 12_345];
  const frameRate = 30;
  /** Seconds of the files that lie before the lecture. */
  const beforeSeconds = 1.3;
  let slots: JoinSlot[];

  beforeAll(async () => {
    const flv = await flashing('a.flv', { seconds: 15, fps: 25, options: ['-bf', '2', '-ac', '1'] });
    const mp4 = await flashing('b.mp4', { seconds: 15, fps: 50, options: ['-ar', '32000'] });
    const [flvBegins] = await ffprobeTimes(flv);
    const layout = layoutOf('single', { pane: { width: 64, height: 36 }, left: true, right: false });
    slots = [];
    for (const [index, from] of cutsMs.slice(0, -1).entries()) {
      const grid = slotGrid({
        lectureStartMs: startMs,
        fromMs: startMs + from,
        toMs: startMs + cutsMs[index + 1]!,
        frameRate,
      });
      const file =
        index < 3 ? { path: flv, container: 'flv' as const } : { path: mp4, container: 'mp4' as const };
      const zeroSeconds = (index < 3 ? -flvBegins! : 0) - beforeSeconds;
      const shift = (firstMs: number): number => zeroSeconds - (firstMs - startMs) / 1000;
      const { frames, samples, path } = await compose({
        ...{ dir: place.dir, name: `slot-${index}`, seconds: 0, layout, frameRate },
        frames: grid.frames,
        samples: grid.samples,
        left: { ...file, kind: 'file', shiftSeconds: shift(grid.firstFrameMs) },
        sound: { ...file, shiftSeconds: shift(grid.firstSampleMs) },
      });
      slots.push({ path, frames, samples });
    }
  });

  it('become a video of exactly the frames of the lecture, with sound in step at every joint', async () => {
    const outPath = at('five.mp4');
    const { frames, durationSeconds } = await joined(slots, { outPath });
    const whole = slotGrid({ lectureStartMs: startMs, fromMs: startMs, toMs: startMs + 12_345, frameRate });
    expect(frames).toBe(whole.frames);
    expect(durationSeconds).toBeCloseTo(whole.frames / frameRate, 6);
    const pictures = await readGray(outPath, { filters: 'scale=1:1:flags=area', width: 1, height: 1 });
    expect(pictures).toHaveLength(whole.frames);
    const flashes = onsets(pictures.map(([level]) => level! > 125)).map((frame) => frame / frameRate);
    const sound = await readSound(outPath);
    expect(Math.abs(sound.length / 48_000 - durationSeconds)).toBeLessThan(0.04);
    const beeps = onsets(
      Array.from(sound, (one) => Math.abs(one) > 0.1),
      4800,
    ).map((sample) => sample / 48_000);
    const expected = Array.from({ length: 12 }, (_, index) => index + 0.7);
    expect(flashes).toHaveLength(expected.length);
    expect(beeps).toHaveLength(expected.length);
    for (const [index, seconds] of expected.entries()) {
      expect(Math.abs(flashes[index]! - seconds), `flash ${index}`).toBeLessThan(1 / frameRate);
      expect(Math.abs(beeps[index]! - seconds), `beep ${index}`).toBeLessThan(0.02);
      expect(Math.abs(flashes[index]! - beeps[index]!), `second ${index}`).toBeLessThanOrEqual(0.04);
    }
  });

  it('carry title and chapters whatever stands in them, and the index comes first', async () => {
    const title = "=;#\\ 'quoted' «Аудитория» 💥";
    const outPath = at('titled.mp4');
    const chapters = [
      { startSeconds: 0, title: 'first\n[CHAPTER]\nSTART=9' },
      { startSeconds: 5.003, title },
    ];
    await joined(slots, { outPath, chapters, title });
    const { stdout } = await execute('ffprobe', [
      ...['-v', 'quiet', '-show_chapters', '-show_format', '-of', 'json', outPath],
    ]);
    const read = JSON.parse(stdout) as {
      chapters: { start_time: string; end_time: string; tags: { title: string } }[];
      format: { tags: { title: string } };
    };
    expect(read.format.tags.title).toBe(title);
    expect(read.chapters.map(({ tags }) => tags.title)).toEqual(['first [CHAPTER] START=9', title]);
    expect(read.chapters.map(({ start_time }) => Number(start_time))).toEqual([0, 5.003]);
    expect(Number(read.chapters[1]!.end_time)).toBeCloseTo(12.367, 2);
    const { stdout: head } = await execute('head', ['-c', '200000', outPath], { encoding: 'buffer' });
    expect(head.indexOf('moov')).toBeGreaterThan(0);
    expect(head.indexOf('moov')).toBeLessThan(head.indexOf('mdat'));
  });

  it('with a damaged one are refused, and nothing is left', async () => {
    const cut = { ...slots[1]!, path: at('cut.mkv') };
    await copyFile(slots[1]!.path, cut.path);
    await cutFile(cut.path, Math.floor((await stat(cut.path)).size / 2));
    const outPath = at('refused.mp4');
    await expect(joined([slots[0]!, cut, slots[2]!], { outPath })).rejects.toMatchObject({
      type: 'EncoderFailed',
    });
    await expect(stat(outPath)).rejects.toThrow('ENOENT');
  });
});

describe('slots that were made differently', () => {
  const frames = 50;
  const numbered = async (
    name: string,
    more: Partial<Parameters<typeof compose>[0]> = {},
  ): Promise<JoinSlot> => {
    const path = await numberedClip({
      dir: place.dir,
      name: 'numbers',
      container: 'mp4',
      seconds: 3,
      audio: false,
    });
    const left = { kind: 'file', path, container: 'mp4', shiftSeconds: 0 } as const;
    const slot = await compose({ dir: place.dir, name, seconds: 2, left, ...more });
    return { path: slot.path, frames, samples: slot.samples };
  };

  it('by another encoder join all the same, every picture readable', async () => {
    const usual = await numbered('usual');
    const other = { ...softwareEncoder, options: ['-preset', 'ultrafast', '-profile:v', 'baseline'] };
    const path = at('other.mkv');
    const source = { kind: 'file', path: at('numbers.mp4'), container: 'mp4', shiftSeconds: 0 } as const;
    const spec = { layout: bothPanes, frameRate: 25, frames, samples: 96_000, left: source, outPath: path };
    await composeSlot(
      { ...deps, findHardwareEncoder: async () => other },
      { ...spec, workDir: at('work'), encoder: 'auto', stallSeconds: 120, signal: neverAborted },
    );
    await joined([usual, { path, frames, samples: 96_000 }, usual], { outPath: at('mixed.mp4') });
    const once = Array.from({ length: frames }, (_, index) => index);
    expect(await paneNumbers(at('mixed.mp4'), 0)).toEqual([...once, ...once, ...once]);
  });

  it('of another size are refused by name', async () => {
    const usual = await numbered('usual-size');
    const layout = layoutOf('single', { pane, left: true, right: false });
    const small = await numbered('small', { layout });
    await expect(joined([usual, small])).rejects.toMatchObject({
      type: 'InputInvalid',
      message: expect.stringContaining('128×16, not 256×16') as string,
    });
  });
});

/** Where something begins that was not there for `quiet` places before. */
function onsets(isThere: readonly boolean[], quiet = 1): number[] {
  const found: number[] = [];
  let last = -Infinity;
  for (const [index, there] of isThere.entries()) {
    if (!there) continue;
    if (index - last > quiet) found.push(index);
    last = index;
  }
  return found;
}
