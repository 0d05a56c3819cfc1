// Draws the picture that stands where a source is missing: a caption on dark ground, or the ground alone where ffmpeg finds no font.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFault } from '../../domain/fault.ts';
import type { Ffmpeg } from '../ffmpeg.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';

export interface FillerSpec {
  caption: string;
  /** Pixels. */
  width: number;
  height: number;
  /** A PNG picture. */
  outPath: string;
  /** Scratch; what is made in it is removed again. */
  workDir: string;
  stallSeconds: number;
  signal: AbortSignal;
}

const mostLines = 5;
const lineChars = 36;

/** Writes the picture. `hasCaption` is false where ffmpeg has no font to draw with, or cannot draw text at all. */
export async function makeFiller(
  deps: { ffmpeg: Ffmpeg },
  spec: FillerSpec,
): Promise<{ hasCaption: boolean }> {
  const dir = await mkdtemp(join(spec.workDir, 'filler-'));
  try {
    const lines = captionLines(spec.caption);
    // Text stands in files of fixed names beside the run: no caption and no directory becomes part of a filter.
    for (const [index, line] of lines.entries()) await writeFile(join(dir, lineFile(index)), line);
    const draw = (count: number) => drawFiller(deps.ffmpeg, { ...spec, dir, lines: lines.slice(0, count) });
    try {
      await draw(lines.length);
      return { hasCaption: lines.length > 0 };
    } catch (error) {
      if (lines.length === 0 || !isFault(error, 'EncoderFailed', 'MediaUnreadable', 'StorageFault'))
        throw error;
      await draw(0);
      return { hasCaption: false };
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const lineFile = (index: number): string => `line-${index}.txt`;

async function drawFiller(
  ffmpeg: Ffmpeg,
  spec: FillerSpec & { dir: string; lines: readonly string[] },
): Promise<void> {
  await ffmpeg({
    purpose: 'the picture of a missing source',
    args: fillerArgs(spec),
    cwd: spec.dir,
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
    check: ({ progress }) => (progress.frames === 1 ? undefined : 'drew no picture'),
  });
}

export function fillerArgs(spec: {
  lines: readonly string[];
  width: number;
  height: number;
  outPath: string;
}): string[] {
  const { lines, width, height } = spec;
  const longest = Math.max(...lines.map((line) => [...line].length), 16);
  // Letters are about 0.6 of their height wide.
  const fontSize = Math.max(6, Math.floor(Math.min(height / 12, (width * 0.9) / (longest * 0.6))));
  const texts = lines.map((_, index) => {
    const y = Math.round(height / 2 + (index - lines.length / 2) * fontSize * 1.5);
    const look = `font=Sans:fontcolor=0xdddddd:fontsize=${fontSize}`;
    return `drawtext=${look}:textfile=${lineFile(index)}:expansion=none:x=(w-text_w)/2:y=${y}`;
  });
  return ffmpegArgs({
    inputs: [{ options: ['-f', 'lavfi'], source: `color=c=0x202024:s=${width}x${height}:r=1` }],
    outputs: [
      {
        options: [
          ...['-vf', [...texts, 'format=rgb24'].join(','), '-frames:v', '1'],
          ...['-c:v', 'png', '-update', '1', '-f', 'image2'],
        ],
        target: fileUrl(spec.outPath),
      },
    ],
  });
}

/** Words in lines of at most 36 characters, at most five lines; control characters become spaces. */
export function captionLines(caption: string): string[] {
  const words = caption
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .split(' ')
    .flatMap((word) => [...word.matchAll(new RegExp(`.{1,${lineChars}}`, 'gu'))].map(([piece]) => piece));
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    const isRoom = line !== undefined && [...line].length + 1 + [...word].length <= lineChars;
    if (isRoom) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.slice(0, mostLines);
}
