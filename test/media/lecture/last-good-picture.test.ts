// The picture that stands in for a blank screen: the last good one, whole and of full size.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerName } from '../../../src/domain/gap-report.ts';
import { lastGoodPicture } from '../../../src/media/lecture/last-good-picture.ts';
import { samplePictureAt } from '../../../src/media/lecture/sample-pictures.ts';
import { remuxClip } from '../../fakes/clips.ts';
import { neverAborted, run, scratch } from '../media-kit.ts';
import { makeScreenClip, type Scene } from './screen-clip.ts';

const deps = { run, ffmpegPath: 'ffmpeg' };
let dir: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ dir, remove } = await scratch());
});
afterAll(() => remove());

interface Shown {
  width: number;
  height: number;
  /** Red, green and blue of the middle of the left edge. */
  background: number[];
}

async function shown(png: string): Promise<Shown> {
  const lines: string[] = [];
  const bytes: Buffer[] = [];
  const ask = ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', png];
  await run({
    command: 'ffprobe',
    args: ask,
    signal: neverAborted,
    onStdoutLine: (line) => lines.push(line),
  });
  const read = ['-v', 'error', '-i', png, '-vf', 'crop=1:1:4:ih/2,format=rgb24', '-f', 'rawvideo', 'pipe:1'];
  await run({
    command: 'ffmpeg',
    args: read,
    signal: neverAborted,
    onStdout: (chunk) => void bytes.push(chunk),
  });
  const [codec, width, height] = lines[0]!.split(',');
  expect(codec).toBe('png');
  return { width: Number(width), height: Number(height), background: [...Buffer.concat(bytes)] };
}

const nameOf = ({ background: [red = 0, green = 0, blue = 0] }: Shown): string =>
  red > 200 && green > 200 ? (blue > 200 ? 'white' : 'yellow') : green > 30 && red < 30 ? 'green' : 'other';

const spec = (path: string, container: ContainerName = 'mp4') => ({
  ...{ path, container, signal: neverAborted, stallSeconds: 120, noSignal: [] },
  ...{ fromSeconds: 0, toSeconds: 100, outPath: join(dir, 'still.png') },
});

const clip = (name: string, scenes: Scene[], filter?: string): Promise<string> =>
  makeScreenClip({ dir, name, scenes, ...(filter ? { filter } : {}) });

describe('the last good picture', () => {
  it('is the slide before the screen went black, though it was up for a few seconds only', async () => {
    const path = await clip('ends-black.mp4', [
      { seconds: 50, picture: 'whiteSlide' },
      { seconds: 5, picture: 'yellowSlide' },
      { seconds: 45, picture: 'black' },
    ]);
    const still = spec(path);
    expect(await lastGoodPicture(deps, still)).toBe(true);
    const picture = await shown(still.outPath);
    expect(picture).toMatchObject({ width: 640, height: 360 });
    expect(nameOf(picture)).toBe('yellow');
  });

  it.each(['mpegts', 'flv', 'matroska'] as const)(
    'is never the blank one after it (%s)',
    async (container) => {
      const from = await clip('ends-noisy.mp4', [
        { seconds: 41, picture: 'greenSlide' },
        { seconds: 59, picture: 'noisy' },
      ]);
      const path = await remuxClip({ from, dir, container, name: 'ends-noisy' });
      const still = spec(path, container);
      expect(await lastGoodPicture(deps, still)).toBe(true);
      expect(nameOf(await shown(still.outPath))).toBe('green');
    },
  );

  it('is that of the range, and at its end where nothing is blank', async () => {
    const path = await clip('three.mp4', [
      { seconds: 40, picture: 'whiteSlide' },
      { seconds: 30, picture: 'greenSlide' },
      { seconds: 30, picture: 'yellowSlide' },
    ]);
    const still = { ...spec(path), toSeconds: 70 };
    expect(await lastGoodPicture(deps, still)).toBe(true);
    expect(nameOf(await shown(still.outPath))).toBe('green');
  });

  it('is not a no-signal card that is known', async () => {
    const path = await clip('ends-card.mp4', [
      { seconds: 40, picture: 'greenSlide' },
      { seconds: 60, picture: 'noSignal' },
    ]);
    const card = await samplePictureAt(deps, { ...spec(path), atSeconds: 80 });
    const still = { ...spec(path), noSignal: [card] };
    expect(await lastGoodPicture(deps, still)).toBe(true);
    expect(nameOf(await shown(still.outPath))).toBe('green');
    expect(await lastGoodPicture(deps, { ...still, fromSeconds: 45 })).toBe(false);
  });

  it('of oblong pixels has square ones', async () => {
    const path = await clip('oblong.mp4', [{ seconds: 20, picture: 'whiteSlide' }], 'setsar=4/3');
    const still = { ...spec(path), toSeconds: 20 };
    expect(await lastGoodPicture(deps, still)).toBe(true);
    expect(await shown(still.outPath)).toMatchObject({ width: 852, height: 360 });
  });

  it('is none where all is blank, or nothing can be read, and an old one is gone', async () => {
    const good = spec(await clip('good.mp4', [{ seconds: 20, picture: 'whiteSlide' }]));
    expect(await lastGoodPicture(deps, { ...good, toSeconds: 20 })).toBe(true);
    const black = spec(await clip('black.mp4', [{ seconds: 20, picture: 'black' }]));
    expect(await lastGoodPicture(deps, { ...black, toSeconds: 20 })).toBe(false);
    await expect(access(black.outPath)).rejects.toThrow('ENOENT');
    expect(await lastGoodPicture(deps, { ...good, fromSeconds: 300, toSeconds: 400 })).toBe(false);
  });
});
