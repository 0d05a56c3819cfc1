// Small pictures of real clips: spread over the range, from every container, and whatever a damaged file still gives.
import { chmod, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pictureBytes } from '../../../src/domain/blank-picture.ts';
import type { ContainerName } from '../../../src/domain/gap-report.ts';
import { readShown } from '../../../src/media/lecture/sample-args.ts';
import { samplePictureAt, samplePictures, sampleRange } from '../../../src/media/lecture/sample-pictures.ts';
import { remuxClip } from '../../fakes/clips.ts';
import { neverAborted, run, scratch } from '../media-kit.ts';
import { makeScreenClip } from './screen-clip.ts';

const deps = { run, ffmpegPath: 'ffmpeg' };
const lengthSeconds = 120;
let dir: string;
let remove: () => Promise<void>;
let slides: string;

beforeAll(async () => {
  ({ dir, remove } = await scratch());
  slides = await makeScreenClip({
    dir,
    name: 'slides.mp4',
    scenes: [
      { seconds: 60, picture: 'whiteSlide' },
      { seconds: 60, picture: 'greenSlide' },
    ],
  });
});
afterAll(() => remove());

const file = (path: string, container: ContainerName = 'mp4') => ({
  ...{ path, container, signal: neverAborted, stallSeconds: 120 },
  ...{ fromSeconds: 0, toSeconds: lengthSeconds },
});

/** The background of a slide, from its first cell. */
const backgroundOf = (pixels: Uint8Array): string =>
  pixels[0]! > 200 ? 'white' : pixels[0]! < 60 && pixels[1]! > 30 ? 'green' : 'other';

describe('samples', () => {
  it('are ten pictures spread over the range, in order, without its ends', async () => {
    const sampled = await sampleRange(deps, file(slides));
    const times = sampled.map(({ atSeconds }) => atSeconds);
    expect(times).toHaveLength(10);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(6);
    expect(times.at(-1)).toBeLessThan(114);
    const backgrounds = sampled.map(({ pixels }) => backgroundOf(pixels));
    expect(backgrounds).toEqual([...Array(5).fill('white'), ...Array(5).fill('green')]);
    expect(sampled.every(({ pixels }) => pixels.length === pictureBytes)).toBe(true);
  });

  it('are as many as asked for, also more than one ffmpeg takes at once', async () => {
    expect(await samplePictures(deps, { ...file(slides), count: 3 })).toHaveLength(3);
    expect(await samplePictures(deps, { ...file(slides), count: 20 })).toHaveLength(20);
  });

  it('of an empty range are none', async () => {
    expect(await samplePictures(deps, { ...file(slides), toSeconds: 0 })).toEqual([]);
  });

  it('come from the part that is asked for', async () => {
    const pictures = await samplePictures(deps, { ...file(slides), fromSeconds: 64 });
    expect(pictures.map(backgroundOf)).toEqual(Array(10).fill('green'));
  });

  it.each(['matroska', 'flv', 'mpegts', 'fmp4'] as const)('come from %s as well', async (container) => {
    const path = await remuxClip({ from: slides, dir, container, name: 'other' });
    const pictures = await samplePictures(deps, file(path, container === 'fmp4' ? 'mp4' : container));
    expect(pictures.map(backgroundOf)).toEqual([...Array(5).fill('white'), ...Array(5).fill('green')]);
  });

  it('are taken by the clock of the file, which need not begin at zero', async () => {
    const path = await remuxClip({
      ...{ from: slides, dir, container: 'mpegts', name: 'late' },
      outputArgs: ['-output_ts_offset', '1000'],
    });
    const range = { fromSeconds: 1000, toSeconds: 1000 + lengthSeconds };
    const sampled = await sampleRange(deps, { ...file(path, 'mpegts'), ...range });
    expect(sampled.map(({ pixels }) => backgroundOf(pixels))).toEqual([
      ...Array(5).fill('white'),
      ...Array(5).fill('green'),
    ]);
    expect(sampled[0]!.atSeconds).toBeGreaterThan(1000);
  });

  it('differ also where the recording has a single key frame', async () => {
    const scenes = [
      { seconds: 60, picture: 'whiteSlide' as const },
      { seconds: 60, picture: 'greenSlide' as const },
    ];
    const path = await makeScreenClip({ dir, name: 'one-key.mkv', scenes, gopFrames: 10_000 });
    const pictures = await samplePictures(deps, file(path, 'matroska'));
    expect(pictures.map(backgroundOf)).toEqual([...Array(5).fill('white'), ...Array(5).fill('green')]);
  });
});

describe('a file that is not whole', () => {
  const copied = async (name: string): Promise<string> => {
    const path = join(dir, name);
    await writeFile(path, await readFile(slides));
    return path;
  };

  it.each(['mp4', 'matroska', 'flv', 'mpegts'] as const)(
    'that ends at half its length gives about half the pictures, none of them twice (%s)',
    async (container) => {
      const path = await remuxClip({
        ...{ from: slides, dir, container, name: 'short' },
        outputArgs: ['-t', '60'],
      });
      const sampled = await sampleRange(deps, file(path, container));
      expect(sampled.length).toBeGreaterThanOrEqual(5);
      expect(sampled.length).toBeLessThanOrEqual(6);
      expect(new Set(sampled.map(({ pixels }) => backgroundOf(pixels)))).toEqual(new Set(['white']));
    },
  );

  it.each(['matroska', 'flv', 'mpegts'] as const)(
    'that breaks off gives what is there (%s)',
    async (container) => {
      const path = await remuxClip({ from: slides, dir, container, name: 'broken-off' });
      await truncate(path, Math.floor((await stat(path)).size * 0.4));
      const pictures = await samplePictures(deps, file(path, container));
      expect(pictures.length).toBeGreaterThanOrEqual(3);
      expect(pictures.length).toBeLessThan(10);
    },
  );

  it('with zeros in the middle gives the pictures around them', async () => {
    const path = await copied('zeros.mp4');
    const { size } = await stat(path);
    await using handle = await open(path, 'r+');
    await handle.write(Buffer.alloc(Math.floor(size * 0.2)), 0, null, Math.floor(size * 0.4));
    const pictures = await samplePictures(deps, file(path));
    expect(pictures.length).toBeGreaterThanOrEqual(5);
    expect(backgroundOf(pictures[0]!)).toBe('white');
    expect(backgroundOf(pictures.at(-1)!)).toBe('green');
  });

  it('with a hole gives pictures from both sides, none from it and none from outside the range', async () => {
    const path = await makeScreenClip({
      ...{ dir, name: 'hole.mkv', scenes: [{ seconds: 120, picture: 'greenSlide' }] },
      filter: "select='not(between(t,20,90))'",
    });
    const timesUpTo = async (toSeconds: number): Promise<number[]> => {
      const sampled = await sampleRange(deps, { ...file(path, 'matroska'), toSeconds });
      return sampled.map(({ atSeconds }) => atSeconds);
    };
    const whole = await timesUpTo(120);
    expect(whole[0]).toBeLessThan(20);
    expect(whole.at(-1)).toBeGreaterThan(90);
    expect((await timesUpTo(80)).length).toBeGreaterThanOrEqual(2);
    for (const at of [...whole, ...(await timesUpTo(80))]) expect(at > 20 && at < 90).toBe(false);
    for (const at of await timesUpTo(80)) expect(at).toBeLessThan(80);
  });

  it('and gives nothing at all gives no pictures: empty, text, without its index, without video', async () => {
    const path = (name: string): string => join(dir, name);
    await writeFile(path('empty.mp4'), '');
    await writeFile(path('text.mp4'), '#EXTM3U\nhttp://127.0.0.1/secret\n'.repeat(50));
    await copied('no-index.mp4');
    await truncate(path('no-index.mp4'), Math.floor((await stat(slides)).size / 2));
    await writeFile(path('noise.flv'), Buffer.alloc(100_000, 'FLV noise'));
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=5', '-f', 'mp4', `file:${path('sound.mp4')}`];
    await run({ command: 'ffmpeg', args: ['-v', 'error', '-y', ...sound], signal: neverAborted });
    for (const name of ['empty.mp4', 'text.mp4', 'no-index.mp4', 'sound.mp4'])
      expect([name, await samplePictures(deps, file(path(name)))]).toEqual([name, []]);
    expect(await samplePictures(deps, file(path('noise.flv'), 'flv'))).toEqual([]);
  });

  it('that is not there is NotFound', async () => {
    await expect(samplePictures(deps, file(join(dir, 'absent.mp4')))).rejects.toMatchObject({
      type: 'NotFound',
    });
  });
});

describe('samplePictureAt', () => {
  const at = (atSeconds: number, path = slides, container: ContainerName = 'mp4') =>
    samplePictureAt(deps, { ...file(path, container), atSeconds });

  it('answers what is seen then, to the frame', async () => {
    expect(backgroundOf(await at(59.5))).toBe('white');
    expect(backgroundOf(await at(60.1))).toBe('green');
  });

  it('counts from the beginning of the file, whatever its clock says', async () => {
    const path = await remuxClip({
      ...{ from: slides, dir, container: 'matroska', name: 'later' },
      outputArgs: ['-output_ts_offset', '500'],
    });
    expect(backgroundOf(await at(90, path, 'matroska'))).toBe('green');
  });

  it('says so when the file ends before', async () => {
    await expect(at(500)).rejects.toMatchObject({
      type: 'MediaUnreadable',
      message: expect.stringContaining('no picture at 500 s'),
    });
  });
});

describe('a run that goes wrong', () => {
  const tool = async (script: string): Promise<string> => {
    const path = join(dir, `tool-${script.length}`);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };

  it('without a word is killed and EncoderStalled', async () => {
    const ffmpegPath = await tool('exec sleep 300');
    await expect(
      samplePictures({ run, ffmpegPath }, { ...file(slides), stallSeconds: 0.3 }),
    ).rejects.toMatchObject({ type: 'EncoderStalled' });
  });

  it('for a reason that is not the file is a Fault and not an absent source', async () => {
    const failing = (line: string, code: number) => tool(`echo "${line}" >&2; exit ${code}`);
    for (const [line, type] of [
      ['file:x: Input/output error', 'StorageFault'],
      ['Unrecognized option noaccurate_seek.', 'EncoderFailed'],
    ] as const) {
      const ffmpegPath = await failing(line, 1);
      await expect(samplePictures({ run, ffmpegPath }, file(slides))).rejects.toMatchObject({ type });
    }
    const killed = await tool('kill -9 $$');
    await expect(samplePictures({ run, ffmpegPath: killed }, file(slides))).rejects.toMatchObject({
      type: 'EncoderFailed',
    });
  });

  it('that is cancelled ends with the reason of the signal', async () => {
    const cancelling = new AbortController();
    const sampling = samplePictures(deps, { ...file(slides), signal: cancelling.signal });
    cancelling.abort(new Error('cancelled by the test'));
    await expect(sampling).rejects.toThrow('cancelled by the test');
  });
});

it('only the line of the first frame of a moment counts as one', () => {
  const line =
    '[showinfo@m3 @ 0x5575a82fafc0] n:   0 pts: -15360 pts_time:-1      pos: 76211904 fmt:rgb24 sar:1/1 s:64x36';
  expect(readShown(line)).toEqual({ moment: 3, awaySeconds: -1 });
  expect(readShown('[showinfo@m3 @ 0x5575a82fafc0] config in time_base: 1/15360')).toBeUndefined();
  expect(readShown(line.replace('n:   0', 'n:   1'))).toBeUndefined();
});
