// Reads a composed slot back: exactly its frames, each at its place, and exactly its samples.
import { samplesPerSecond } from '../../domain/lecture-grid.ts';
import { ffmpegArgs, fileUrl } from '../ffmpeg-args.ts';
import type { PlaceDeps } from '../place-files.ts';

/** Matroska's clock ticks in milliseconds. */
const toleranceSeconds = 0.002;

/** What is wrong with a slot, as a clause for a fault; undefined when it is as asked. */
export async function slotComplaint(
  deps: Pick<PlaceDeps, 'ffmpeg' | 'readTimes'>,
  spec: {
    outPath: string;
    frames: number;
    samples: number;
    frameRate: number;
    stallSeconds: number;
    signal: AbortSignal;
  },
): Promise<string | undefined> {
  const { videoPts } = await deps.readTimes({ path: spec.outPath, signal: spec.signal });
  const complaint = gridComplaint(videoPts, spec);
  if (complaint !== undefined) return complaint;
  const samples = await countSamples(deps, spec);
  return samples === spec.samples ? undefined : `wrote ${samples} of ${spec.samples} samples`;
}

/** What is wrong with presentation times that should stand on the grid from 0 on; undefined when nothing is. */
export function gridComplaint(
  videoPts: Float64Array,
  spec: { frames: number; frameRate: number },
): string | undefined {
  if (videoPts.length !== spec.frames) return `wrote ${videoPts.length} of ${spec.frames} frames`;
  const sorted = Float64Array.from(videoPts).sort();
  const misplaced = sorted.findIndex(
    (pts, frame) => Math.abs(pts - frame / spec.frameRate) > toleranceSeconds,
  );
  return misplaced < 0 ? undefined : `frame ${misplaced} stands at ${sorted[misplaced]!.toFixed(3)} s`;
}

/** Decodes the sound of a slot and counts, whatever its times say. A half hour takes about a second. */
async function countSamples(
  deps: Pick<PlaceDeps, 'ffmpeg'>,
  spec: { outPath: string; stallSeconds: number; signal: AbortSignal },
): Promise<number> {
  const { progress } = await deps.ffmpeg({
    purpose: 'the count of a slot’s samples',
    args: countArgs(spec.outPath),
    signal: spec.signal,
    stallSeconds: spec.stallSeconds,
  });
  return Math.round((progress.outSeconds ?? 0) * samplesPerSecond);
}

export function countArgs(path: string): string[] {
  return ffmpegArgs({
    inputs: [{ options: ['-protocol_whitelist', 'file', '-f', 'matroska'], source: fileUrl(path) }],
    outputs: [{ options: ['-map', '0:a:0', '-af', 'asetpts=N/SR/TB', '-f', 'null'], target: 'pipe:1' }],
  });
}
