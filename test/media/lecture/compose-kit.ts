// What the tests of composed lectures share: real dependencies, a slot with short defaults, and readers of what its pictures and sound say.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layoutOf } from '../../../src/domain/lecture-layout.ts';
import { samplesPerSecond } from '../../../src/domain/lecture-grid.ts';
import { composeSlot } from '../../../src/media/lecture/compose-slot.ts';
import type { ComposeDeps, ComposedPiece, ComposeSlotSpec } from '../../../src/media/lecture/compose-slot.ts';
import { deps as mergeDeps, neverAborted } from '../media-kit.ts';

export const execute = promisify(execFile);

export const deps: ComposeDeps = { ...mergeDeps, findHardwareEncoder: async () => undefined };

/** The size of the numbered clips of the media kit. */
export const pane = { width: 128, height: 16 };
export const bothPanes = layoutOf('side-by-side', { pane, left: true, right: true });

/** A slot of so many seconds at 25 frames, both panes of 128×16, in software; written to `<dir>/<name>.mkv`. */
export async function compose(
  spec: Partial<ComposeSlotSpec> & { dir: string; name: string; seconds: number },
): Promise<ComposedPiece & { path: string }> {
  const { dir, name, seconds, ...rest } = spec;
  const frameRate = spec.frameRate ?? 25;
  const path = join(dir, `${name}.mkv`);
  const composed = await composeSlot(deps, {
    layout: bothPanes,
    frameRate,
    frames: seconds * frameRate,
    samples: seconds * samplesPerSecond,
    outPath: path,
    workDir: join(dir, 'work'),
    encoder: 'software',
    stallSeconds: 120,
    signal: neverAborted,
    ...rest,
  });
  return { ...composed, path };
}

/** Gray pictures of a file, one after another, after some filters that leave `width`×`height`. */
export async function readGray(
  path: string,
  how: { filters: string; width: number; height: number },
): Promise<Uint8Array[]> {
  const { stdout } = await execute(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-i', `file:${path}`, '-map', '0:v:0', '-fps_mode', 'passthrough'],
      ...['-vf', `${how.filters},format=gray`, '-f', 'rawvideo', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  const bytes = how.width * how.height;
  return Array.from({ length: stdout.length / bytes }, (_, frame) =>
    stdout.subarray(frame * bytes, (frame + 1) * bytes),
  );
}

/** The numbers that the pictures of one 128×16 pane say, frame by frame. */
export async function paneNumbers(path: string, left: number): Promise<number[]> {
  const filters = `crop=${pane.width}:${pane.height}:${left}:0,scale=16:1:flags=area`;
  const pictures = await readGray(path, { filters, width: 16, height: 1 });
  return pictures.map(numberIn);
}

/** Sixteen levels, the lowest bit first. */
export const numberIn = (levels: Uint8Array): number =>
  levels.reduceRight((number, level) => number * 2 + (level > 125 ? 1 : 0), 0);

/** The sound as samples of one channel at 48 kHz, −1 to 1. */
export async function readSound(path: string): Promise<Float32Array> {
  const { stdout } = await execute(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-i', `file:${path}`, '-map', '0:a:0'],
      ...['-ac', '1', '-ar', String(samplesPerSecond), '-f', 'f32le', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  return new Float32Array(stdout.buffer, stdout.byteOffset, stdout.length / 4);
}

/** Runs ffmpeg to make what a test needs. */
export async function make(args: readonly string[]): Promise<void> {
  await execute('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { maxBuffer: 1 << 24 });
}
