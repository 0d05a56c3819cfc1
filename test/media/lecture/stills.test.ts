import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makePoster,
  makeThumbnails,
  thumbnailColumns,
  thumbnailWidth,
} from '../../../src/media/lecture/stills.ts';
import { neverAborted, scratch } from '../media-kit.ts';
import { deps, execute, make, readGray } from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
let common: { path: string; durationSeconds: number; stallSeconds: number; signal: AbortSignal };

/** Twelve seconds, each second brighter than the one before. */
beforeAll(async () => {
  place = await scratch();
  const path = join(place.dir, 'lecture.mp4');
  const light = `geq=lum='20+17*floor(T+0.001)':cb=128:cr=128`;
  await make([
    '-f',
    'lavfi',
    '-i',
    'nullsrc=s=128x36:r=25:d=12',
    '-vf',
    light,
    '-c:v',
    'libx264',
    '-g',
    '100',
    path,
  ]);
  common = { path, durationSeconds: 12, stallSeconds: 120, signal: neverAborted };
});
afterAll(() => place.remove());

async function sizeOf(path: string): Promise<string> {
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0'];
  return (await execute('ffprobe', ['-v', 'error', ...entries, path])).stdout.trim();
}

describe('the poster', () => {
  it.each([
    [0, 0],
    [7.5, 7],
    [99, 11],
  ])('at %d s shows that second of the lecture', async (atSeconds, second) => {
    const outPath = join(place.dir, 'poster.jpg');
    await makePoster(deps, { ...common, atSeconds, outPath });
    expect(await sizeOf(outPath)).toBe('mjpeg,128,36');
    const [picture] = await readGray(outPath, { filters: 'scale=1:1', width: 1, height: 1 });
    const [reference] = await readGray(common.path, {
      filters: `select='eq(n,${second * 25 + 5})',scale=1:1`,
      width: 1,
      height: 1,
    });
    expect(Math.abs(picture![0]! - reference![0]!)).toBeLessThan(8);
  });

  it('of a file that is none is refused, and nothing is left', async () => {
    const outPath = join(place.dir, 'no.jpg');
    const spec = { ...common, path: join(place.dir, 'gone.mp4'), atSeconds: 1, outPath };
    await expect(makePoster(deps, spec)).rejects.toMatchObject({ name: 'Fault' });
    await expect(stat(outPath)).rejects.toThrow('ENOENT');
  });
});

describe('the sheet of thumbnails', () => {
  it.each([1, 6, 12])('of %i pictures shows them in rows, evenly over the lecture', async (count) => {
    const outPath = join(place.dir, 'sheet.jpg');
    await makeThumbnails(deps, { ...common, count, outPath });
    const columns = Math.min(count, thumbnailColumns);
    const rows = Math.ceil(count / columns);
    expect(await sizeOf(outPath)).toBe(`mjpeg,${columns * thumbnailWidth},${rows * 90}`);
    const [sheet] = await readGray(outPath, {
      filters: `scale=${columns}:${rows}:flags=area`,
      width: columns,
      height: rows,
    });
    const levels = [...sheet!].slice(0, count);
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect(new Set(levels).size).toBe(count);
  });
});
