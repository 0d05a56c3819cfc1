import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layoutOf } from '../../../src/domain/lecture-layout.ts';
import { composeSlot } from '../../../src/media/lecture/compose-slot.ts';
import {
  createHardwareSearch,
  hardwareEncoders,
  softwareEncoder,
} from '../../../src/media/lecture/encoder.ts';
import { captionLines, makeFiller } from '../../../src/media/lecture/filler.ts';
import { createFfmpeg } from '../../../src/media/ffmpeg.ts';
import { ffmpeg, neverAborted, run, scanner, scratch } from '../media-kit.ts';
import { bothPanes, compose, deps, make, readGray } from './compose-kit.ts';

let place: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  place = await scratch();
  await make(['-f', 'lavfi', '-i', 'color=white:s=64x36', '-frames:v', '1', at('white.png')]);
  await make(['-f', 'lavfi', '-i', 'color=gray:s=64x36', '-frames:v', '1', at('gray.jpg')]);
});
afterAll(async () => {
  await scanner.close();
  await place.remove();
});

const at = (name: string): string => join(place.dir, name);
const still = (name: string) => ({ kind: 'still', path: at(name) }) as const;
const pane = { width: 64, height: 36 };

async function levels(
  name: 'side-by-side' | 'picture-in-picture' | 'single',
  points: readonly [number, number][],
  frameRate = 25,
) {
  const layout = layoutOf(name, { pane, left: true, right: true });
  const panes = { left: still('white.png'), right: still('gray.jpg') };
  const { path } = await compose({ dir: place.dir, name, seconds: 1, frameRate, layout, ...panes });
  const { width, height } = layout.canvas;
  const pictures = await readGray(path, { filters: 'null', width, height });
  expect(pictures).toHaveLength(frameRate);
  return points.map(([x, y]) => pictures.at(-1)![y * width + x]!);
}

const isWhite = (level: number): boolean => level > 220;
const isGray = (level: number): boolean => level > 100 && level < 150;

describe('layouts of stills', () => {
  it('side by side: the lecturer left', async () => {
    const [left, right] = await levels('side-by-side', [
      [32, 18],
      [96, 18],
    ]);
    expect([isWhite(left!), isGray(right!)]).toEqual([true, true]);
  });

  it('picture in picture: the lecturer small over the right pane, in its corner', async () => {
    const [corner, middle] = await levels('picture-in-picture', [
      [55, 31],
      [20, 18],
    ]);
    expect([isWhite(corner!), isGray(middle!)]).toEqual([true, true]);
  });

  it('stay on a grid whose frames are longer than they are', async () => {
    const points: [number, number][] = [
      [32, 18],
      [96, 18],
    ];
    const [left, right] = await levels('side-by-side', points, 5);
    expect([isWhite(left!), isGray(right!)]).toEqual([true, true]);
  });

  it('single: the right pane alone', async () => {
    const [corner, middle] = await levels('single', [
      [55, 31],
      [20, 18],
    ]);
    expect([isGray(corner!), isGray(middle!)]).toEqual([true, true]);
  });

  it('a slot without any pane is refused, and so is a still that is no picture', async () => {
    await expect(compose({ dir: place.dir, name: 'none', seconds: 1 })).rejects.toMatchObject({
      type: 'InputInvalid',
    });
    await writeFile(at('playlist.png'), 'ffconcat version 1.0\nfile white.png\n');
    const left = still('playlist.png');
    await expect(compose({ dir: place.dir, name: 'text', seconds: 1, left })).rejects.toMatchObject({
      type: 'MediaUnreadable',
      details: { role: 'left', path: at('playlist.png') },
    });
  });
});

describe('a caption', () => {
  const hostile = "%{pts} ':;,[]\\ text=x:textfile=/etc/passwd \u202e\u0000\n💥 ${HOME} Аудитория 501";

  it('is drawn whatever it says, in a directory of any name', async () => {
    const dir = at("it's, a [place]: here");
    await mkdir(dir);
    const common = { width: 320, height: 180, workDir: dir, stallSeconds: 120, signal: neverAborted };
    const ink = async (caption: string): Promise<number> => {
      const outPath = join(dir, 'caption.png');
      const { hasCaption } = await makeFiller(deps, { ...common, caption, outPath });
      expect(hasCaption).toBe(caption !== '');
      const [picture] = await readGray(outPath, { filters: 'null', width: 320, height: 180 });
      return picture!.filter((level) => level > 120).length;
    };
    expect(await ink('')).toBe(0);
    expect(await ink(hostile)).toBeGreaterThan(200);
  });

  it('is left out where nothing can be drawn with, and the ground stays', async () => {
    const outPath = at('plain.png');
    const fontless = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>';
    await writeFile(at('fonts.conf'), fontless);
    const withoutFonts = createFfmpeg({
      ffmpegPath: 'ffmpeg',
      run: (spec) => run({ ...spec, env: { FONTCONFIG_FILE: at('fonts.conf') } }),
    });
    const common = { width: 64, height: 36, workDir: place.dir, stallSeconds: 120, signal: neverAborted };
    const answer = await makeFiller({ ffmpeg: withoutFonts }, { ...common, caption: 'No signal', outPath });
    expect(answer).toEqual({ hasCaption: false });
    const [picture] = await readGray(outPath, { filters: 'null', width: 64, height: 36 });
    expect(new Set(picture)).toHaveProperty('size', 1);
  });

  it('is cut into lines of whole words', () => {
    expect(captionLines('  The screen was not\nrecorded from 10:00 to 10:30 ')).toEqual([
      'The screen was not recorded from',
      '10:00 to 10:30',
    ]);
    expect(captionLines('x'.repeat(1000))).toHaveLength(5);
    expect(captionLines('\u0000\n')).toEqual([]);
  });
});

describe('the encoder of a card', () => {
  const broken = { ...softwareEncoder, name: 'h264_card', options: ['-preset', 'p4'] };

  it('is taken when it works, tried once, and passed over when it does not', async () => {
    let trials = 0;
    const counting: typeof ffmpeg = (spec) => {
      trials++;
      return ffmpeg(spec);
    };
    const find = createHardwareSearch({ ffmpeg: counting }, [broken, softwareEncoder]);
    expect(await find(neverAborted)).toBe(softwareEncoder);
    expect(await find(neverAborted)).toBe(softwareEncoder);
    expect(trials).toBe(2);
  });

  it('answers for this machine without breaking anything', async () => {
    const found = await createHardwareSearch({ ffmpeg })(neverAborted);
    expect([undefined, ...hardwareEncoders]).toContain(found);
  });

  it('that fails in the middle of a slot is replaced by software', async () => {
    const composed = await composeSlot(
      { ...deps, findHardwareEncoder: async () => broken },
      {
        layout: bothPanes,
        frameRate: 25,
        frames: 5,
        samples: 9600,
        left: still('white.png'),
        outPath: at('fallback.mkv'),
        workDir: at('work'),
        encoder: 'auto',
        stallSeconds: 120,
        signal: neverAborted,
      },
    );
    expect(composed.encoder).toBe('libx264');
    await access(at('fallback.mkv'));
  });
});
