import { randomBytes } from 'node:crypto';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/domain/lecture-layout.ts';
import type { PaneSource } from '../../../src/media/lecture/compose-slot.ts';
import { cutFile } from '../../fakes/clips.ts';
import { numberedClip, scanner, scratch } from '../media-kit.ts';
import { compose, make, numberIn, paneNumbers, readGray, readSound } from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
/** Six seconds, numbered from 0, with a tone of 440 Hz. */
let good: string;

beforeAll(async () => {
  place = await scratch();
  good = await numberedClip({ dir: place.dir, name: 'good', container: 'mp4', seconds: 6, gopFrames: 25 });
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const at = (name: string): string => join(place.dir, name);
const mp4 = (path: string): PaneSource => ({ kind: 'file', path, container: 'mp4', shiftSeconds: -1 });
/** Pictures 25 to 74: the two seconds of a slot that begins a second into a file. */
const expected = Array.from({ length: 50 }, (_, index) => 25 + index);

const twoSeconds = (name: string, panes: { left: PaneSource; right: PaneSource }) =>
  compose({ dir: place.dir, name, seconds: 2, ...panes });

/** The clip again in another form. */
async function variant(name: string, options: readonly string[]): Promise<string> {
  await make(['-i', good, '-map', '0:v', '-an', ...options, at(name)]);
  return at(name);
}

describe('pictures of other forms', () => {
  it('of ten bits and of full colour stand beside each other', async () => {
    const deep = await variant('deep.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p10le']);
    const full = await variant('full.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuvj444p']);
    const { path } = await twoSeconds('colours', { left: mp4(deep), right: mp4(full) });
    expect(await paneNumbers(path, 0)).toEqual(expected);
    expect(await paneNumbers(path, 128)).toEqual(expected);
  });

  it('stored turned, or with oblong pixels, are shown upright and in shape', async () => {
    const lying = await variant('lying.mp4', ['-vf', 'transpose=clock', '-c:v', 'libx264']);
    await make(['-i', lying, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', at('turned.mp4')]);
    const oblong = await variant('oblong.mp4', ['-vf', 'scale=96:16,setsar=4/3', '-c:v', 'libx264']);
    const { path } = await twoSeconds('turned', { left: mp4(at('turned.mp4')), right: mp4(oblong) });
    expect(await paneNumbers(path, 0)).toEqual(expected);
    expect(await paneNumbers(path, 128)).toEqual(expected);
  });

  it('whose size or shape changes in the middle keep their place and their time', async () => {
    const ts = [
      '-c:v',
      'libx264',
      '-bf',
      '0',
      '-g',
      '25',
      '-muxdelay',
      '0',
      '-muxpreload',
      '0',
      '-f',
      'mpegts',
    ];
    const before = await readFile(await variant('before.ts', ['-t', '2', ...ts]));
    const later = async (name: string, shape: string): Promise<PaneSource> => {
      const filter = `scale=256:64:flags=neighbor,${shape}`;
      const after = ['-ss', '2', '-vf', filter, '-output_ts_offset', '2', ...ts];
      await writeFile(at(name), Buffer.concat([before, await readFile(await variant('after.ts', after))]));
      return { kind: 'file', path: at(name), container: 'mpegts', shiftSeconds: -1 };
    };
    const sources = {
      left: await later('bigger.ts', 'setsar=2'),
      right: await later('broader.ts', 'setsar=1'),
    };
    const { path } = await twoSeconds('changing', sources);
    expect(await paneNumbers(path, 0)).toEqual(expected);
    // Four times as broad as high: half of the pane, in its middle.
    const narrow = { filters: 'crop=64:16:160:0,scale=16:1:flags=area', width: 16, height: 1 };
    const pictures = await readGray(path, narrow);
    expect(pictures.slice(25).map(numberIn)).toEqual(expected.slice(25));
  });

  it('of other shapes get borders, not distortion', async () => {
    const white = ['-f', 'lavfi', '-i', 'color=white:s=64x48:r=15:d=3', '-c:v', 'libx264', at('white.mp4')];
    await make(white);
    const layout = layoutOf('side-by-side', { pane: { width: 128, height: 72 }, left: true, right: true });
    const { path } = await compose({
      dir: place.dir,
      name: 'shapes',
      seconds: 1,
      layout,
      left: mp4(at('white.mp4')),
      right: { kind: 'filler', caption: '' },
    });
    const [picture] = await readGray(path, { filters: 'null', width: 256, height: 72 });
    const row = [...picture!.subarray(36 * 256, 36 * 256 + 128)];
    expect(row.findIndex((level) => level > 200)).toBe(16);
    expect(row.findLastIndex((level) => level > 200)).toBe(111);
  });
});

describe('sound', () => {
  it('is the first of two, and silence of the same length where there is none', async () => {
    const tones = ['-f', 'lavfi', '-i', 'sine=600:d=6', '-f', 'lavfi', '-i', 'sine=1500:d=6:r=44100'];
    await make([...tones, '-map', '0', '-map', '1', '-c:a', 'aac', at('two.mp4')]);
    const source = { container: 'mp4', shiftSeconds: -1 } as const;
    const left = { ...source, kind: 'file', path: good } as const;
    const loud = await compose({
      dir: place.dir,
      name: 'two',
      seconds: 2,
      left,
      sound: { ...source, path: at('two.mp4') },
    });
    const samples = await readSound(loud.path);
    const crossings = samples.filter((one, index) => one >= 0 && samples[index - 1]! < 0).length;
    expect(loud.sound).toBe('source');
    expect(samples).toHaveLength(96_000);
    expect(Math.abs(crossings / 2 - 600)).toBeLessThan(5);
    const mute = await variant('mute.mp4', ['-c:v', 'copy']);
    const silent = await compose({
      dir: place.dir,
      name: 'mute',
      seconds: 2,
      left,
      sound: { ...source, path: mute },
    });
    expect(silent.sound).toBe('none');
    expect((await readSound(silent.path)).every((one) => one === 0)).toBe(true);
  });
});

describe('a damaged file', () => {
  it('that is cut off, or broken in the middle, gives what it has', async () => {
    const flv = await variant('cut.flv', ['-c:v', 'copy', '-flvflags', 'no_duration_filesize']);
    await cutFile(flv, Math.floor((await stat(flv)).size / 3));
    const holed = await variant('holed.mp4', ['-c:v', 'copy']);
    const file = await open(holed, 'r+');
    await file.write(randomBytes(600), 0, 600, Math.floor((await file.stat()).size / 2));
    await file.close();
    const left = { kind: 'file', path: flv, container: 'flv', shiftSeconds: -1 } as const;
    const { path } = await twoSeconds('damaged', { left, right: mp4(holed) });
    const numbers = await paneNumbers(path, 0);
    expect(numbers.slice(0, 5)).toEqual(expected.slice(0, 5));
    expect(new Set(numbers.slice(-5)).size).toBe(1);
    expect((await paneNumbers(path, 128)).slice(0, 5)).toEqual(expected.slice(0, 5));
  });

  it.each(['empty', 'a web page', 'without pictures', 'not to be decoded'])(
    'that is %s is named, so that something else can take its place',
    async (kind) => {
      const path = at('bad.mp4');
      if (kind === 'empty') await writeFile(path, '');
      else if (kind === 'a web page') await writeFile(path, '<html>404</html>'.repeat(100));
      else if (kind === 'without pictures')
        await make(['-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac', path]);
      else await blankOut(path);
      const bad = { ...mp4(path), role: 'screen' } as PaneSource;
      await expect(twoSeconds('bad', { left: mp4(good), right: bad })).rejects.toMatchObject({
        type: 'MediaUnreadable',
        message: expect.stringContaining(path) as string,
        details: { role: 'screen', path },
      });
      await expect(stat(at('bad.mkv'))).rejects.toThrow('ENOENT');
    },
  );
});

/** A file whose index is whole and whose pictures are zeros. */
async function blankOut(path: string): Promise<void> {
  const bytes = await readFile(await variant('source.mp4', ['-c:v', 'copy']));
  const start = bytes.indexOf('mdat') + 4;
  bytes.fill(0, start, start + bytes.readUInt32BE(start - 8) - 8);
  await writeFile(path, bytes);
}
